package extract

import (
	"bytes"
	"fmt"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/gcexportdata"

	"gomdcsan/kernel/symbols/internal/archive"
)

// Generated is a folder of generated files: name to content.
type Generated map[string][]byte

// Generate makes the folder for a package dest: tables of the wanted packages
// and archives of all packages of the set.
func Generate(dest string, set *Set, want func(path string) bool) (Generated, error) {
	out := Generated{}
	typ, docs := map[string][]byte{}, map[string][]byte{}
	var tables []*types.Package
	for _, p := range set.Packages {
		var err error
		if typ[p.Path], err = Types(p.Types); err != nil {
			return nil, err
		}
		if !want(p.Path) || !HasTable(p.Types) {
			continue
		}
		tables = append(tables, p.Types)
		if out["z_"+Ident(p.Path)+".go"], err = Table(dest, p.Types); err != nil {
			return nil, err
		}
		if docs[p.Path], err = Docs(set, p); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(tables, func(a, b *types.Package) int { return strings.Compare(a.Path(), b.Path()) })
	var err error
	if out["z_index.go"], err = Index(dest, tables); err != nil {
		return nil, err
	}
	if out["types.zip"], err = archive.Write(typ); err != nil {
		return nil, err
	}
	out["docs.zip"], err = archive.Write(docs)
	return out, err
}

// WriteTo replaces the generated files of a folder.
func (g Generated) WriteTo(dir string) error {
	old, err := filepath.Glob(filepath.Join(dir, "z_*.go"))
	if err != nil {
		return err
	}
	for _, name := range old {
		if g[filepath.Base(name)] == nil {
			if err := os.Remove(name); err != nil {
				return err
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(g)) {
		path := filepath.Join(dir, name)
		if was, err := os.ReadFile(path); err == nil && bytes.Equal(was, g[name]) {
			continue
		}
		if err := os.WriteFile(path, g[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

// ArchiveImporter imports packages from the type archives, the first that has
// a package wins. Not safe for concurrent use.
type ArchiveImporter struct {
	Archives []*archive.Reader
	Fset     *token.FileSet
	Packages map[string]*types.Package
}

// Has reports whether an archive has the package.
func (a *ArchiveImporter) Has(path string) bool {
	return slices.ContainsFunc(a.Archives, func(r *archive.Reader) bool { return r.Has(path) })
}

// Import implements types.Importer.
func (a *ArchiveImporter) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if p := a.Packages[path]; p != nil && p.Complete() {
		return p, nil
	}
	for _, r := range a.Archives {
		if !r.Has(path) {
			continue
		}
		data, err := r.Read(path)
		if err != nil {
			return nil, err
		}
		return gcexportdata.Read(bytes.NewReader(data), a.Fset, a.Packages, path)
	}
	return nil, fmt.Errorf("package %s is not among the packages of this kernel", path)
}
