package patch

import "testing"

func TestUnmarked(t *testing.T) {
	for name, want := range map[string]string{
		MarkName + "x":                     "x",
		"*main." + MarkName + "point":      "*main.point",
		"struct { " + MarkName + "x int }": "struct { x int }",
		"map[struct { " + MarkName + "x int }][]" + "cells/0123456789abcdef." + MarkName + "p": "map[struct { x int }][]cells/0123456789abcdef.p",
		"*main.Set[struct { A int; " + MarkName + "b string }]":                                "*main.Set[struct { A int; main.b string }]",
		"main.Set[interface { " + MarkMethod + "m() }]":                                        "main.Set[interface { main.m() }]",
		"main.Set[cells/0123456789abcdef." + MarkName + "p]":                                   "main.Set[cells/0123456789abcdef.p]",
		"main.Set[map[string]main.Set[[]struct { " + MarkName + "b int }]]":                    "main.Set[map[string]main.Set[[]struct { main.b int }]]",
	} {
		if got := string(unmarked([]byte(name))); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
