// Command gen writes the generated parts of kernel/symbols; run it by
// `go generate ./kernel/symbols`.
//
// The folder internal/own (this module's packages) is made anew each time,
// against the type archive of internal/lib. The folder internal/lib (standard
// library, gonum, plot) is made anew when the Go version or a module version
// has changed since, or with -lib.
package main

import (
	"flag"
	"fmt"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"gomdcsan/kernel/symbols/internal/archive"
	"gomdcsan/kernel/symbols/internal/extract"
)

func main() {
	lib := flag.Bool("lib", false, "make internal/lib anew too")
	dir := flag.String("dir", ".", "the folder of kernel/symbols")
	flag.Parse()
	if err := run(*dir, *lib); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(dir string, lib bool) error {
	version, err := extract.LibVersion(dir) // a new patch release of Go alone makes it anew too: cheap and exact
	if err != nil {
		return err
	}
	manifest := filepath.Join(dir, "internal/lib/VERSION")
	if was, err := os.ReadFile(manifest); err != nil || strings.TrimSpace(string(was)) != version {
		lib = true
	}
	if lib {
		g, err := extract.Lib(dir)
		if err != nil {
			return err
		}
		g["VERSION"] = []byte(version + "\n")
		if err := g.WriteTo(filepath.Join(dir, "internal/lib")); err != nil {
			return err
		}
		runtime.GC()
	}
	data, err := os.ReadFile(filepath.Join(dir, "internal/lib/types.zip"))
	if err != nil {
		return err
	}
	g, err := extract.Own(dir, &extract.ArchiveImporter{
		Archives: []*archive.Reader{archive.NewReader(data)},
		Fset:     token.NewFileSet(),
		Packages: map[string]*types.Package{},
	})
	if err != nil {
		return err
	}
	return g.WriteTo(filepath.Join(dir, "internal/own"))
}
