package golang

import (
	"slices"
	"strings"
	"testing"
)

func TestProgramCells(t *testing.T) {
	for source, want := range map[string][]string{
		"x := 1\nx": {"x := 1\nx"},
		"#!/usr/bin/env -S gomdcsan run\npackage main\nfunc main() {}": {"///usr/bin/env -S gomdcsan run\n            \nfunc main() {}", "\n\nmain()"},
		"// Doc.\npackage main\nvar x = 1":                             {"// Doc.\n            \nvar x = 1"},
		"import \"fmt\"\nfunc main() { fmt.Println() }":                {"import \"fmt\"\nfunc main() { fmt.Println() }", "\nmain()"},
		"func main() {}\nmain()":                                       {"func main() {}\nmain()"},
		"package main\nfunc main() {":                                  {"package main\nfunc main() {"},
		"// cell[1]\nx := 1\nx\n\n// cell[3]\n%who\nx + 1\n":           {"\nx := 1\nx\n\n", "\n\n\n\n\n%who\nx + 1\n"},
		"// %% [markdown]\n// # Title\n\n// %%\nx := 1\nx\n":           {"\n// # Title\n\n", "\n\n\n\nx := 1\nx\n"},
		"// +\nx := 1\n\nx\n// -\n\ny := 2\n":                          {"\nx := 1\n\nx\n", "\n\n\n\n\n\ny := 2\n"},
		"x := 1\nx // shown\n\nx := 2\nx, y := 3, 4\nx, y = y, x\n":    {"x := 1\nx // shown", "\n\n\nx := 2\nx, y := 3, 4\nx, y = y, x\n"},
		"x := 1\nx := 2\nfunc f() {}\nfunc f() {}\nf()\n\nf()":         {"x := 1\n", "\nx := 2\nfunc f() {}\n", "\n\n\nfunc f() {}\nf()", "\n\n\n\n\n\nf()"},
		"run()\n\nfunc run() {}":                                       {"run()\n\nfunc run() {}"},
		"x := 1\n!echo hi\nx\n%time x":                                 {"x := 1\n", "\n!echo hi", "\n\nx", "\n\n\n%time x"},
		"s := `\n// cell[1]":                                           {"s := `\n// cell[1]"},
	} {
		if got, err := ProgramCells(source); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q gives\n%q, %v, want\n%q", source, got, err, want)
		}
	}
	if _, err := ProgramCells("package other\n"); err == nil || !strings.Contains(err.Error(), "package other") {
		t.Errorf("another package: %v", err)
	}
}
