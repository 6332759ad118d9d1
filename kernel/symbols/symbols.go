// Package symbols is what the kernel knows of compiled packages: the standard
// library, gonum, gonum/plot and this module's own packages.
//
// It has three parts, all made by `go generate ./kernel/symbols` from source
// and embedded, so that no Go toolchain is needed at run time:
//
//   - Exports: tables of values and types for the interpreter. A table is built
//     when it is asked for: linking a hundred packages costs nothing at start.
//     Ask for the packages that a session imports; those whose types their
//     interfaces name come along, since yaegi needs an interface's own package
//     to let an interpreted type implement it.
//   - NewImporter: type information for go/types, about a millisecond a package.
//     It is written in the indexed format of gcexportdata.Write and read by the
//     same module, so that it does not depend on the compiler's version.
//   - Lookup: doc comment, declaration and source place of exported names.
//
// Generic functions and types are in the type information and in the
// documentation, but not in the tables: an interpreter cannot instantiate
// compiled code. os.Exit and log.Fatal in the tables end the cell by a panic
// with an Exited, not the process.
//
// Own packages are in internal/own, everything else in internal/lib, since
// own packages change often; tests name what is stale. Everything here is
// safe for concurrent use.
package symbols

import (
	"reflect"
	"slices"
	"strings"

	"github.com/traefik/yaegi/interp"

	"gomdcsan/kernel/symbols/internal/lib"
	"gomdcsan/kernel/symbols/internal/own"
	"gomdcsan/kernel/symbols/internal/restrict"
)

//go:generate go run ./gen

// Exited is the panic value of interpreted code that called os.Exit or log.Fatal.
type Exited = restrict.Exited

// Package is a package that cells can import.
type Package struct{ Path, Name string }

// Packages returns all importable packages, sorted by path.
func Packages() []Package {
	var out []Package
	for _, p := range slices.Concat(lib.Packages(), own.Packages()) {
		out = append(out, Package{p[0], p[1]})
	}
	slices.SortFunc(out, func(a, b Package) int { return strings.Compare(a.Path, b.Path) })
	return out
}

// Exports returns the tables of the given packages and of those that their
// interfaces name, in turn; of all packages when none is given. Unknown paths
// are left out. The tables of "fmt", "log", "flag" and "os" should be given to
// Interpreter.Use in one call: yaegi connects them to the session's streams.
func Exports(paths ...string) interp.Exports {
	out := interp.Exports{}
	if len(paths) == 0 {
		for _, p := range Packages() {
			add(out, p.Path)
		}
	}
	for _, p := range paths {
		add(out, p)
	}
	return out
}

func add(out interp.Exports, path string) {
	t := lib.Table(path)
	if t == nil {
		t = own.Table(path)
	}
	if t == nil {
		return
	}
	key := path + "/" + name(path)
	if out[key] != nil {
		return
	}
	out[key] = t
	if path == "fmt" {
		out["."] = map[string]reflect.Value{"MapTypes": reflect.ValueOf(mapTypes())}
	}
	for _, p := range slices.Concat(lib.Named(path), own.Named(path)) {
		add(out, p)
	}
}

// name returns the package name of an importable path.
func name(path string) string {
	for _, ps := range [][][2]string{lib.Packages(), own.Packages()} {
		i, ok := slices.BinarySearchFunc(ps, path, func(p [2]string, path string) int { return strings.Compare(p[0], path) })
		if ok {
			return ps[i][1]
		}
	}
	return ""
}
