// Package extract makes what kernel/symbols embeds: symbol tables for the
// interpreter, type information for the type checker and documentation, all
// from source, so that neither depends on the compiler's export data format.
//
// Load type-checks packages without their function bodies; Tables, Types and
// Docs turn the result into Go source and archives. Output is deterministic:
// no positions, no file names of the machine.
package extract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Package is a type-checked package with its syntax, function bodies ignored.
type Package struct {
	Path  string
	Types *types.Package
	Files []*ast.File
}

// Set is a group of packages loaded together, in dependency order.
type Set struct {
	Fset     *token.FileSet
	Packages []*Package
}

// Find returns the package with the given import path, or nil.
func (s *Set) Find(path string) *Package {
	for _, p := range s.Packages {
		if p.Path == path {
			return p
		}
	}
	return nil
}

// listed is what `go list -json` says of a package.
type listed struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	ImportMap  map[string]string
	Imports    []string
	Standard   bool
	Module     *struct{ Path, GoVersion string }
	Error      *struct{ Err string }
}

// Load type-checks the packages that match the patterns, and those they
// import, as far as keep wants them; the others come from fallback, which may
// be nil when keep wants everything. dir is a folder of the module. Cgo is off
// and no build tags are set: what is extracted must exist in every build.
func Load(dir string, patterns []string, keep func(path string) bool, fallback types.Importer) (*Set, error) {
	list, err := golist(dir, patterns)
	if err != nil {
		return nil, err
	}
	set := &Set{Fset: token.NewFileSet()}
	done := map[string]*types.Package{"unsafe": types.Unsafe}
	for _, l := range list {
		if l.ImportPath == "unsafe" || !keep(l.ImportPath) {
			continue
		}
		if l.Error != nil {
			return nil, fmt.Errorf("extract: %s: %s", l.ImportPath, l.Error.Err)
		}
		p, err := check(set.Fset, l, done, fallback)
		if err != nil {
			return nil, err
		}
		done[l.ImportPath] = p.Types
		set.Packages = append(set.Packages, p)
	}
	return set, nil
}

func golist(dir string, patterns []string) ([]listed, error) {
	args := append([]string{"list", "-deps", "-json=ImportPath,Dir,GoFiles,ImportMap,Imports,Standard,Module,Error", "--"}, patterns...)
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("extract: go list: %w: %s", err, strings.TrimSpace(stderr.String()))
	}
	var list []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var l listed
		if err := dec.Decode(&l); errors.Is(err, io.EOF) {
			return list, nil
		} else if err != nil {
			return nil, fmt.Errorf("extract: go list: %w", err)
		}
		list = append(list, l)
	}
}

func check(fset *token.FileSet, l listed, done map[string]*types.Package, fallback types.Importer) (*Package, error) {
	p := &Package{Path: l.ImportPath}
	for _, name := range l.GoFiles {
		src, err := os.ReadFile(filepath.Join(l.Dir, name))
		if err != nil {
			return nil, fmt.Errorf("extract: %w", err)
		}
		// The name in positions is import path and base name, on any machine.
		f, err := parser.ParseFile(fset, path.Join(l.ImportPath, name), src, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("extract: %w", err)
		}
		p.Files = append(p.Files, f)
	}
	conf := types.Config{
		Importer:         importerFunc(importer(l, done, fallback)),
		IgnoreFuncBodies: true,
		Sizes:            types.SizesFor("gc", "amd64"),
		GoVersion:        goVersion(l),
	}
	var err error
	p.Types, err = conf.Check(l.ImportPath, fset, p.Files, nil)
	if err != nil {
		return nil, fmt.Errorf("extract: %s: %w", l.ImportPath, err)
	}
	return p, nil
}

func importer(l listed, done map[string]*types.Package, fallback types.Importer) func(string) (*types.Package, error) {
	return func(path string) (*types.Package, error) {
		if to, ok := l.ImportMap[path]; ok {
			path = to
		}
		if p := done[path]; p != nil {
			return p, nil
		}
		if fallback != nil {
			return fallback.Import(path)
		}
		return nil, fmt.Errorf("%s was not listed before %s", path, l.ImportPath)
	}
}

type importerFunc func(string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }

func goVersion(l listed) string {
	if l.Module != nil && l.Module.GoVersion != "" {
		return "go" + l.Module.GoVersion
	}
	return ""
}

// Named returns the import paths of the packages that the exported interface
// of p names, sorted: those whose symbols an interpreter needs beside p's.
func Named(p *types.Package) []string {
	seen := map[*types.Package]bool{}
	n := namer{root: p, pkgs: seen, types: map[types.Type]bool{}}
	for _, name := range p.Scope().Names() {
		if o := p.Scope().Lookup(name); o.Exported() {
			n.object(o)
		}
	}
	var out []string
	for q := range seen {
		if q != p {
			out = append(out, q.Path())
		}
	}
	slices.Sort(out)
	return out
}

// namer walks the types that an interface mentions.
type namer struct {
	root  *types.Package
	pkgs  map[*types.Package]bool
	types map[types.Type]bool
}

func (n *namer) object(o types.Object) {
	if tn, ok := o.(*types.TypeName); ok && !tn.IsAlias() {
		n.walk(tn.Type().Underlying())
	}
	n.walk(o.Type())
}

func (n *namer) walk(t types.Type) {
	if t == nil || n.types[t] {
		return
	}
	n.types[t] = true
	switch t := t.(type) {
	case *types.Alias:
		if pkg := t.Obj().Pkg(); pkg != nil {
			n.pkgs[pkg] = true
		}
		n.walk(types.Unalias(t))
	case *types.Named:
		n.named(t)
	case *types.Pointer:
		n.walk(t.Elem())
	case *types.Slice:
		n.walk(t.Elem())
	case *types.Array:
		n.walk(t.Elem())
	case *types.Chan:
		n.walk(t.Elem())
	case *types.Map:
		n.walk(t.Key())
		n.walk(t.Elem())
	case *types.Tuple:
		for v := range t.Variables() {
			n.walk(v.Type())
		}
	case *types.Signature:
		n.walk(t.Params())
		n.walk(t.Results())
	case *types.Struct:
		for f := range t.Fields() {
			if f.Exported() {
				n.walk(f.Type())
			}
		}
	case *types.Interface:
		for m := range t.Methods() {
			n.walk(m.Type())
		}
	}
}

func (n *namer) named(t *types.Named) {
	for a := range t.TypeArgs().Types() {
		n.walk(a)
	}
	pkg := t.Obj().Pkg()
	if pkg == nil {
		return
	}
	n.pkgs[pkg] = true
	if pkg != n.root {
		return // its own interface is that package's affair
	}
	n.walk(t.Underlying())
	for m := range t.Methods() {
		if m.Exported() {
			n.walk(m.Type())
		}
	}
}
