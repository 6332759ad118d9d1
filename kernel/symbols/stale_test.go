package symbols

import (
	"bytes"
	"go/token"
	"go/types"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gomdcsan/kernel/symbols/internal/archive"
	"gomdcsan/kernel/symbols/internal/extract"
	"gomdcsan/kernel/symbols/internal/lib"
)

const remedy = "run: go generate ./kernel/symbols"

// The committed tables and types of this module's packages are those of its
// source. Documentation may lag in wording and line numbers, not in names.
func TestOwnIsFresh(t *testing.T) {
	needGo(t)
	g, err := extract.Own(".", &extract.ArchiveImporter{
		Archives: []*archive.Reader{archive.NewReader(lib.Types)},
		Fset:     token.NewFileSet(),
		Packages: map[string]*types.Package{},
	})
	if err != nil {
		t.Fatal(err)
	}
	old, err := filepath.Glob("internal/own/z_*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range old {
		if g[filepath.Base(path)] == nil {
			t.Errorf("%s is of a package that has gone; %s", path, remedy)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(g)) {
		was, err := os.ReadFile(filepath.Join("internal/own", name))
		if err != nil {
			t.Errorf("internal/own/%s is missing; %s", name, remedy)
			continue
		}
		if strings.HasSuffix(name, ".zip") {
			compareArchives(t, name, was, g[name])
		} else if !bytes.Equal(was, g[name]) {
			t.Errorf("internal/own/%s is not what the source says; %s", name, remedy)
		}
	}
}

func compareArchives(t *testing.T, name string, was, now []byte) {
	t.Helper()
	a, b := archive.NewReader(was), archive.NewReader(now)
	if !slices.Equal(a.Names(), b.Names()) {
		t.Errorf("internal/own/%s has packages %v, the source %v; %s", name, a.Names(), b.Names(), remedy)
		return
	}
	if name == "docs.zip" {
		return
	}
	for _, pkg := range a.Names() {
		x, err := a.Read(pkg)
		if err != nil {
			t.Fatal(err)
		}
		y, err := b.Read(pkg)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(x, y) {
			t.Errorf("internal/own/%s: the types of %s have changed; %s", name, pkg, remedy)
		}
	}
}

// The library part is of this Go release and of the modules in go.mod. A newer
// patch release of Go has the same interface.
func TestLibIsFresh(t *testing.T) {
	needGo(t)
	now, err := extract.LibVersion(".")
	if err != nil {
		t.Fatal(err)
	}
	was, err := os.ReadFile("internal/lib/VERSION")
	if err != nil {
		t.Fatal(err)
	}
	if minor(now) != minor(string(was)) {
		t.Errorf("internal/lib is made from\n%s, the module has\n%s; %s", was, now, remedy)
	}
}

// minor cuts Go's patch release off a version text.
func minor(v string) string {
	goVersion, mods, _ := strings.Cut(strings.TrimSpace(v), "\n")
	if parts := strings.SplitN(goVersion, ".", 3); len(parts) == 3 {
		goVersion = parts[0] + "." + parts[1]
	}
	return goVersion + "\n" + mods
}

func needGo(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("comparing with the source needs the go command:", err)
	}
}
