package main

import (
	"slices"
	"testing"
)

func TestCellsOfAScript(t *testing.T) {
	for source, want := range map[string][]string{
		"x := 1\nx": {"x := 1\nx"},
		"#!/usr/bin/env -S gomdcsan run\npackage main\nfunc main() {}": {"///usr/bin/env -S gomdcsan run\n            \nfunc main() {}", "main()"},
		"// Doc.\npackage main\nvar x = 1":                             {"// Doc.\n            \nvar x = 1"},
		"package other\n":                                              {"package other\n"},
	} {
		if got := cells(source); !slices.Equal(got, want) {
			t.Errorf("%q gives %q, want %q", source, got, want)
		}
	}
}

func TestTitle(t *testing.T) {
	for source, want := range map[string]string{"\n import \"fmt\"\n\nx := 1\ny": "x := 1", "日本": "日本"} {
		if got := title(source); got[:len(want)] != want {
			t.Errorf("%q is called %q", source, got)
		}
	}
}
