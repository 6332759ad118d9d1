package golang

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"plugin"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"gomdcsan/kernel/golang/rt"
)

// native is the Go toolchain: it compiles units to plugins of this very
// program. That works only with the toolchain, the sources and the build flags
// that the program itself was built with.
type native struct {
	ctx   context.Context // of the engine
	close context.CancelFunc
	found func() // looks for all that is needed, once
	why   string // it is not to be had, "" if it is
	goCmd string
	tools string // where compile and link are
	dir   string // the module's source
	flags []string
	cache string
	notes io.Writer

	mu      sync.Mutex
	exports map[string]string // import path -> compiled package
	loaded  map[string]*unit  // by id
}

func newNative(o Options) *native {
	n := &native{exports: map[string]string{}, loaded: map[string]*unit{}, dir: o.SourceDir, cache: o.CacheDir, notes: o.Stderr}
	if n.notes == nil {
		n.notes = io.Discard
	}
	n.ctx, n.close = context.WithCancel(context.Background())
	n.found = sync.OnceFunc(func() {
		if o.NoNative {
			n.why = "compiling cells is switched off"
		} else if err := n.find(); err != nil {
			n.why = err.Error()
		}
	})
	return n
}

// ready reports whether cells can be compiled.
func (n *native) ready() bool {
	n.found()
	return n.why == ""
}

// missing says why cells cannot be compiled.
func (n *native) missing() string {
	n.found()
	return n.why
}

// prepare does, beside the session's first cells, what the first compiled cell
// would have to wait for.
func (n *native) prepare() {
	if !n.ready() {
		return
	}
	prune(n.cache, cacheLimit, time.Now().Add(-24*time.Hour))
	_ = n.packages([]string{rtPath, "reflect", "fmt", "math", "strings", "strconv", "errors", "sort", "time", "os", "sync"}) // the cell that needs them says what failed
}

// cacheLimit bounds the compiled cells on disk, about 3.5 MB each.
const cacheLimit = 1 << 30

// prune removes the oldest files of a directory until the others take less
// than limit; those changed after young may be in use and stay.
func prune(dir string, limit int64, young time.Time) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	var files []os.FileInfo
	var total int64
	for _, e := range entries {
		if i, err := e.Info(); err == nil && i.Mode().IsRegular() {
			files = append(files, i)
			total += i.Size()
		}
	}
	slices.SortFunc(files, func(a, b os.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for _, f := range files {
		if total <= limit || f.ModTime().After(young) {
			return
		}
		if os.Remove(filepath.Join(dir, f.Name())) == nil {
			total -= f.Size()
		}
	}
}

// find looks for all that is needed.
func (n *native) find() error {
	if runtime.GOOS != "linux" {
		return fmt.Errorf("cells are compiled on Linux only, not on %s", runtime.GOOS)
	}
	var err error
	if n.goCmd, err = exec.LookPath("go"); err != nil {
		return errors.New("the Go toolchain is not installed (https://go.dev/dl), so cells cannot be compiled")
	}
	out, err := n.command("env", "GOVERSION", "GOTOOLDIR", "CC").Output()
	got := strings.Split(string(out), "\n")
	if err != nil || len(got) < 3 {
		return fmt.Errorf("go env does not answer: %v", err)
	}
	if got[0] != runtime.Version() {
		return fmt.Errorf("the Go toolchain is %s and gomdcsan was built with %s, so cells cannot be compiled: install again", got[0], runtime.Version())
	}
	n.tools = got[1]
	if _, err := exec.LookPath(strings.Fields(got[2] + " gcc")[0]); err != nil {
		return errors.New("there is no C compiler (apt install gcc), so cells cannot be compiled")
	}
	if n.dir == "" {
		n.dir = sourceDir()
	}
	if _, err := os.Stat(filepath.Join(n.dir, "go.mod")); err != nil {
		return errors.New("the sources that gomdcsan was built from are gone, so cells cannot be compiled: install again")
	}
	n.flags = buildFlags()
	if n.cache == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			return fmt.Errorf("there is no place for compiled cells: %w", err)
		}
		n.cache = filepath.Join(dir, "gomdcsan", "cells")
	}
	if err := os.MkdirAll(n.cache, 0o755); err != nil {
		return fmt.Errorf("there is no place for compiled cells: %w", err)
	}
	return nil
}

func (n *native) command(args ...string) *exec.Cmd {
	c := exec.CommandContext(n.ctx, n.goCmd, args...)
	c.Env = append(os.Environ(), "GOTOOLCHAIN=local", "GOFLAGS=", "GOWORK=off")
	c.Env = append(c.Env, cgoFlags()...)
	c.Dir = n.dir
	return c
}

// sourceDir is where this file was compiled from, two directories up.
func sourceDir() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(filepath.Dir(filepath.Dir(file)))
}

// cgoFlags are the variables with which this program was built against a
// MuJoCo that is not the system's: cells need the same.
func cgoFlags() []string {
	var out []string
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "CGO_CFLAGS" || s.Key == "CGO_LDFLAGS" {
				out = append(out, s.Key+"="+s.Value)
			}
		}
	}
	return out
}

// buildFlags are those of this program that change compiled packages.
func buildFlags() []string {
	var out []string
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "-tags", "-race", "-msan", "-asan", "-trimpath", "-gcflags", "-asmflags":
			out = append(out, s.Key+"="+s.Value)
		}
	}
	return out
}

// packages makes sure that compiled packages for the paths, and all that they
// import, are there.
func (n *native) packages(paths []string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.exports) == 0 {
		n.recall()
	}
	if !slices.ContainsFunc(paths, func(p string) bool { return n.exports[p] == "" && p != "unsafe" }) {
		return nil
	}
	args := append([]string{"list", "-export", "-deps", "-buildmode=plugin", "-f", "{{if .Export}}{{.ImportPath}}={{.Export}}{{end}}"}, n.flags...)
	c := n.command(append(args, paths...)...)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	note := time.AfterFunc(3*time.Second, func() {
		fmt.Fprintln(n.notes, "note: compiling, once, the packages that this cell imports: it may take a minute")
	})
	defer note.Stop()
	out, err := c.Output()
	if err != nil {
		return fmt.Errorf("compiling packages for the cell: %w\n%s", err, stderr.String())
	}
	for _, l := range lines(string(out)) {
		if path, file, ok := strings.Cut(l, "="); ok {
			n.exports[path] = file
		}
	}
	if data, err := json.Marshal(n.exports); err == nil {
		_ = os.WriteFile(n.memory(), data, 0o644) // it only saves time
	}
	return nil
}

// memory is the file that remembers where compiled packages are, for this
// build of this program.
func (n *native) memory() string {
	exe, _ := os.Executable()
	id := exe
	if st, err := os.Stat(exe); err == nil {
		id = fmt.Sprint(exe, st.Size(), st.ModTime().UnixNano(), n.flags)
	}
	return filepath.Join(n.cache, "packages-"+hash(id)+".json")
}

func (n *native) recall() {
	data, err := os.ReadFile(n.memory())
	if err != nil {
		return
	}
	m := map[string]string{}
	if json.Unmarshal(data, &m) != nil {
		return
	}
	for _, file := range m {
		if _, err := os.Stat(file); err != nil {
			return // the build cache was cleaned
		}
	}
	n.exports = m
}

func hash(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// Warm compiles, once for all, the packages that cells usually import, so that
// the first compiled cell of a session need not wait for them.
func Warm(ctx context.Context, o Options) error {
	n := newNative(o)
	defer context.AfterFunc(ctx, n.close)()
	defer n.close()
	if !n.ready() {
		return errors.New(n.why)
	}
	return n.packages(append([]string{rtPath, "reflect"}, preloaded...))
}

// build compiles and loads a unit.
func (n *native) build(text string, b *unitBuilder) (*unit, *rt.Unit, error) {
	if err := n.packages(slices.Collect(maps.Values(b.imports))); err != nil {
		return nil, nil, err
	}
	deps := importedUnits(b.units)
	id := hash(append([]string{text, n.memory()}, deps.ids()...)...)
	u := &unit{id: id, path: "cells/" + id, types: map[string]reflect.Type{}, imports: deps}
	base := filepath.Join(n.cache, id)
	u.archive = base + ".a"
	if _, err := os.Stat(base + ".so"); err != nil {
		if err := n.compileAndLink(u, base, text); err != nil {
			return nil, nil, err
		}
	}
	before := modules()
	p, err := plugin.Open(base + ".so")
	if err == nil {
		err = mendModules(before)
	}
	if err != nil && strings.Contains(err.Error(), "different version of package") {
		return nil, nil, fmt.Errorf("loading the compiled cell: gomdcsan's sources in %s have changed since it was built: install it again, then restart the kernel (%w)", n.dir, err)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("loading the compiled cell: %w", err)
	}
	f, err := p.Lookup("Unitꞏ")
	if err != nil {
		return nil, nil, fmt.Errorf("loading the compiled cell: %w", err)
	}
	return u, f.(func() *rt.Unit)(), nil
}

type unitList []*unit

func (l unitList) ids() []string {
	var out []string
	for _, u := range l {
		out = append(out, u.id)
	}
	return out
}

// importedUnits are the units and those that they import, in turn.
func importedUnits(units map[*unit]bool) unitList {
	seen := map[string]*unit{}
	var visit func(u *unit)
	visit = func(u *unit) {
		if seen[u.id] == nil {
			seen[u.id] = u
			for _, i := range u.imports {
				visit(i)
			}
		}
	}
	for u := range units {
		visit(u)
	}
	var out unitList
	for _, id := range slices.Sorted(maps.Keys(seen)) {
		out = append(out, seen[id])
	}
	return out
}

// compileAndLink makes base.so, and base.a for later units to import.
func (n *native) compileAndLink(u *unit, base, text string) error {
	work, err := os.MkdirTemp(n.cache, "build-")
	if err != nil {
		return fmt.Errorf("compiling the cell: %w", err)
	}
	defer os.RemoveAll(work)
	file := filepath.Join(work, "cell.go")
	cfg := filepath.Join(work, "importcfg")
	if err := errors.Join(os.WriteFile(file, []byte(text), 0o644), os.WriteFile(cfg, []byte(n.importcfg(u)), 0o644)); err != nil {
		return fmt.Errorf("compiling the cell: %w", err)
	}
	if dir := os.Getenv("GOMDCSAN_KEEP_CELLS"); dir != "" { // to look at what was generated
		_ = os.WriteFile(filepath.Join(dir, u.id+".go"), []byte(text), 0o644)
	}
	archive := filepath.Join(work, "cell.a")
	args := []string{"-o", archive, "-p", u.path, "-lang=go1.26", "-installsuffix", "dynlink", "-dynlink", "-pack", "-importcfg", cfg, "-trimpath", work + "=>", "-c=2"}
	if err := n.tool(work, "compile", append(args, file)...); err != nil {
		return err
	}
	so := filepath.Join(work, "cell.so")
	args = []string{"-o", so, "-s", "-w", "-importcfg", cfg, "-installsuffix", "dynlink", "-pluginpath", u.path, "-buildmode=plugin", "-extld=" + ccName()}
	if err := n.tool(work, "link", append(args, archive)...); err != nil {
		return err
	}
	if err := errors.Join(unexport(so), asLibrary(archive)); err != nil {
		return fmt.Errorf("finishing the compiled cell: %w", err)
	}
	return errors.Join(os.Rename(archive, base+".a"), os.Rename(so, base+".so"))
}

func ccName() string {
	if cc := os.Getenv("CC"); cc != "" {
		return cc
	}
	return "gcc"
}

func (n *native) tool(dir, name string, args ...string) error {
	c := exec.CommandContext(n.ctx, filepath.Join(n.tools, name), args...)
	c.Dir = dir
	out, err := c.CombinedOutput()
	if err != nil {
		return fmt.Errorf("the Go toolchain's %s refuses the cell: %w\n%s", name, err, bytes.TrimSpace(out))
	}
	return nil
}

func (n *native) importcfg(u *unit) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var b strings.Builder
	for path, file := range n.exports {
		fmt.Fprintf(&b, "packagefile %s=%s\n", path, file)
	}
	for _, d := range u.imports {
		fmt.Fprintf(&b, "packagefile %s=%s\n", d.path, d.archive)
	}
	return b.String()
}

// asLibrary keeps the linker from taking an imported unit's exports for the
// plugin's own: they are found by name.
func asLibrary(archive string) error {
	data, err := os.ReadFile(archive)
	if err != nil {
		return err
	}
	data = bytes.ReplaceAll(data, []byte("go:plugin.exports"), []byte("go:plugin.exporty"))
	data = bytes.ReplaceAll(data, []byte("go:plugin.tabs"), []byte("go:plugin.tabz"))
	return os.WriteFile(archive, data, 0o644)
}
