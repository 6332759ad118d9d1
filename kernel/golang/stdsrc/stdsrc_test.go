package stdsrc

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// TestFresh compares the packed files with the toolchain's.
func TestFresh(t *testing.T) {
	for _, pkg := range []string{"cmp", "maps", "slices"} {
		if !Has(pkg) {
			t.Errorf("no source of %s", pkg)
		}
		for name, text := range Files(pkg) {
			//lint:ignore SA1019 it runs where it was built
			now, err := os.ReadFile(filepath.Join(runtime.GOROOT(), "src", name))
			if err != nil {
				t.Skip("the toolchain's source is not here: ", err)
			}
			if string(now) != text {
				t.Errorf("%s is not the toolchain's: run go generate ./kernel/golang/stdsrc", name)
			}
		}
	}
}

func TestParses(t *testing.T) {
	for pkg, files := range all() {
		for name, text := range files {
			if _, err := parser.ParseFile(token.NewFileSet(), name, text, 0); err != nil {
				t.Errorf("%s: %v", pkg, err)
			}
		}
	}
}
