package main

import "testing"

func TestTitle(t *testing.T) {
	for source, want := range map[string]string{"\n import \"fmt\"\n\nx := 1\ny": "x := 1", "日本": "日本"} {
		if got := title(source); got[:len(want)] != want {
			t.Errorf("%q is called %q", source, got)
		}
	}
}
