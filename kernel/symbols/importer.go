package symbols

import (
	"bytes"
	"fmt"
	"go/token"
	"go/types"
	"io"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/gcexportdata"

	"gomdcsan/kernel/symbols/internal/archive"
	"gomdcsan/kernel/symbols/internal/lib"
	"gomdcsan/kernel/symbols/internal/own"
)

// Importer returns a new TypeImporter with a file set of its own.
func Importer() *TypeImporter { return NewImporter(token.NewFileSet()) }

// NewImporter returns an importer of the embedded packages. Packages read by
// one importer share their types; objects have no positions.
func NewImporter(fset *token.FileSet) *TypeImporter {
	return &TypeImporter{fset: fset, packages: map[string]*types.Package{}}
}

// TypeImporter implements types.Importer for the embedded packages and those
// added to it.
type TypeImporter struct {
	mu       sync.Mutex
	fset     *token.FileSet
	packages map[string]*types.Package
}

// Import returns the package with the given path.
func (t *TypeImporter) Import(path string) (*types.Package, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if p := t.packages[path]; p != nil && p.Complete() {
		return p, nil
	}
	for _, r := range []*archive.Reader{libTypes(), ownTypes()} {
		if !r.Has(path) {
			continue
		}
		data, err := r.Read(path)
		if err != nil {
			return nil, fmt.Errorf("symbols: types of %s: %w", path, err)
		}
		return gcexportdata.Read(bytes.NewReader(data), t.fset, t.packages, path)
	}
	return nil, &UnknownPackageError{Path: path}
}

// Add reads export data of another package, as `go list -export` names it,
// and makes it importable; its types are the same as the embedded packages'.
func (t *TypeImporter) Add(path string, exportFile io.Reader) (*types.Package, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if p := t.packages[path]; p != nil && p.Complete() {
		return p, nil
	}
	//lint:ignore SA1019 what `go list -export` names is an archive
	r, err := gcexportdata.NewReader(exportFile)
	if err != nil {
		return nil, fmt.Errorf("symbols: export data of %s: %w", path, err)
	}
	p, err := gcexportdata.Read(r, t.fset, t.packages, path)
	if err != nil {
		return nil, fmt.Errorf("symbols: export data of %s: %w", path, err)
	}
	return p, nil
}

// UnknownPackageError says that a package is not embedded.
type UnknownPackageError struct{ Path string }

func (e *UnknownPackageError) Error() string {
	if near := nearest(e.Path); near != "" {
		return fmt.Sprintf("package %s is not in this kernel; did you mean %q?", e.Path, near)
	}
	return fmt.Sprintf("package %s is not in this kernel", e.Path)
}

// nearest finds an importable package that the last element of path names.
func nearest(path string) string {
	last := path[strings.LastIndexByte(path, '/')+1:]
	ps := Packages()
	i := slices.IndexFunc(ps, func(p Package) bool { return p.Path != path && (p.Name == last || strings.EqualFold(p.Path, path)) })
	if i < 0 {
		return ""
	}
	return ps[i].Path
}

// The archives are read-only and found at first use.
var (
	libTypes = sync.OnceValue(func() *archive.Reader { return archive.NewReader(lib.Types) })
	ownTypes = sync.OnceValue(func() *archive.Reader { return archive.NewReader(own.Types) })
	libDocs  = sync.OnceValue(func() *archive.Reader { return archive.NewReader(lib.Docs) })
	ownDocs  = sync.OnceValue(func() *archive.Reader { return archive.NewReader(own.Docs) })
)
