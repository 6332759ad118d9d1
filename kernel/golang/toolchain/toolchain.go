package toolchain

import (
	"bytes"
	"cmp"
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
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"gomdcsan/kernel/golang/rt"
	"gomdcsan/kernel/golang/rtype"
)

// Toolchain is the Go toolchain: it compiles units to plugins of this very
// program. That works only with the toolchain, the sources and the build flags
// that the program itself was built with.
type Toolchain struct {
	ctx       context.Context // of the engine
	cancel    context.CancelFunc
	found     func() // looks for all that is needed, once
	why       string // it is not to be had, "" if it is
	goCmd     string
	toolchain string            // for GOTOOLCHAIN
	tools     string            // where compile and link are
	gcc, cc   string            // the C compiler usually, and here
	asked     map[string]string // the environment at the start
	environ   []string          // of commands, but for what is in fetching
	said      map[string]string // by `go env` at the start
	dir       string            // the module's source
	flags     []string
	cache     string
	private   bool // the cache is this session's
	notes     io.Writer
	Modules   *moduleSet

	mu      sync.Mutex
	exports map[string]string // import path -> compiled package
	foreign map[string]string // the same of packages that cells brought in
	Built   int               // units compiled
}

// Options say where things are and what is allowed.
type Options struct {
	Disabled            bool      // there is to be no toolchain
	SourceDir, CacheDir string    // as in Options
	Notes               io.Writer // nil: nowhere
}

func New(o Options) *Toolchain {
	n := &Toolchain{exports: map[string]string{}, foreign: map[string]string{}, asked: environment(), environ: plainEnvironment(), dir: o.SourceDir, cache: o.CacheDir, notes: o.Notes}
	if n.notes == nil {
		n.notes = io.Discard
	}
	n.goCmd, _ = exec.LookPath("go") // before a cell changes PATH
	n.gcc, _ = exec.LookPath("gcc")
	n.Modules = &moduleSet{n: n}
	n.ctx, n.cancel = context.WithCancel(context.Background())
	n.found = sync.OnceFunc(func() {
		if o.Disabled {
			n.why = "compiling cells is switched off"
		} else if err := n.find(); err != nil {
			n.why = err.Error()
		}
	})
	return n
}

// Ready reports whether cells can be compiled.
func (n *Toolchain) Ready() bool {
	return n.Missing() == ""
}

// Missing says why cells cannot be compiled.
func (n *Toolchain) Missing() string {
	n.found()
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.why
}

// find looks for all that is needed.
func (n *Toolchain) find() error {
	if runtime.GOOS != "linux" {
		return fmt.Errorf("cells are compiled on Linux only, not on %s", runtime.GOOS)
	}
	if err := rtype.Compiled(); err != nil {
		return err
	}
	if n.goCmd == "" {
		return errors.New("the Go toolchain is not installed (https://go.dev/dl), so cells cannot be compiled")
	}
	if n.dir == "" {
		n.dir = sourceDir()
	}
	if _, err := os.Stat(filepath.Join(n.dir, "go.mod")); err != nil || n.dir == "" {
		return fmt.Errorf("the sources that gomdcsan was built from are not there any more (%s), so cells cannot be compiled: install it again by `go run ./install build` in a clone", n.dir)
	}
	var cgo bool
	if n.flags, cgo = buildFlags(); !cgo {
		return errors.New("gomdcsan was built without cgo, so cells cannot be compiled: with a C compiler (apt install gcc), install it again by `go run ./install build` in a clone")
	}
	if err := n.openCache(); err != nil {
		return err
	}
	return n.findTools()
}

// findTools looks for the very toolchain that built this program: the one at
// hand or, after it was updated, that of the same version, which the go command
// finds or fetches.
func (n *Toolchain) findTools() error {
	n.toolchain = "local"
	got := n.askGo()
	if at := got.GOVERSION; at != runtime.Version() {
		n.toolchain = runtime.Version()
		if got = n.askGo(); got.GOVERSION != runtime.Version() {
			return fmt.Errorf("the Go toolchain is %s and gomdcsan was built with %s, which cannot be fetched, so cells cannot be compiled: install gomdcsan again by `go run ./install build` in %s", at, runtime.Version(), n.dir)
		}
	}
	n.tools = got.GOTOOLDIR
	n.settle(got.said)
	if n.cc = cCompiler(got.CC, n.gcc); n.cc == "" {
		return fmt.Errorf("there is no C compiler %s (apt install gcc), so cells cannot be compiled", cmp.Or(got.CC, "gcc"))
	}
	return nil
}

func (n *Toolchain) command(args ...string) *exec.Cmd {
	c := exec.CommandContext(n.ctx, n.goCmd, args...)
	c.Env = n.environment()
	c.Dir = n.dir
	return c
}

// Set by the installer, with the linker's -X: the copy of the sources that this
// program was built from, and the flags for C that it was built with.
var sources, cgoCFlags, cgoLDFlags string

// sourceDir is sources or, of a program built in a clone, the module
// that this file was compiled from.
func sourceDir() string {
	_, file, _, _ := runtime.Caller(0)
	if sources == "" && filepath.IsAbs(file) {
		return filepath.Join(filepath.Dir(file), "..", "..", "..")
	}
	return sources
}

// buildFlags are those of this program that change compiled packages, and
// whether it was built with cgo, without which no plugin can be loaded.
func buildFlags() (flags []string, cgo bool) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil, false
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "-tags", "-race", "-msan", "-asan", "-trimpath", "-gcflags", "-asmflags":
			flags = append(flags, s.Key+"="+s.Value)
		case "CGO_ENABLED":
			cgo = s.Value == "1"
		}
	}
	return flags, cgo
}

// Packages makes sure that compiled packages for the paths, and all that they
// import, are there.
func (n *Toolchain) Packages(paths []string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.exports) == 0 {
		n.recall()
	}
	if !slices.ContainsFunc(paths, func(p string) bool { return n.exports[p] == "" && n.foreign[p] == "" && p != "unsafe" }) {
		return nil
	}
	args := append([]string{"list", "-export", "-deps", "-buildmode=plugin", "-f", "{{if .Export}}{{.ImportPath}}={{.Export}}{{end}}"}, n.flags...)
	paths = slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return n.foreign[p] != "" })
	c := n.command(append(args, paths...)...)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	var stdout bytes.Buffer
	c.Stdout = &stdout
	ended := announce(n.notes, 3*time.Second)
	err := n.start(c)
	if err == nil {
		err = n.wait(c)
	}
	ended(err)
	if rt.Stopping() {
		return rt.Stopped
	}
	if err != nil {
		return fmt.Errorf("compiling packages for the cell: %w\n%s", err, stderr.String())
	}
	for l := range strings.Lines(stdout.String()) {
		if path, file, ok := strings.Cut(l, "="); ok {
			n.exports[path] = strings.TrimSpace(file)
		}
	}
	if data, err := json.Marshal(n.exports); err == nil {
		_ = os.WriteFile(n.memory(), data, 0o644) // it only saves time
	}
	return nil
}

// announce says, when it takes longer than patience, that packages are being
// compiled. At the end another line takes this one's place, by a carriage
// return, which notebooks and terminals obey.
func announce(w io.Writer, patience time.Duration) (ended func(error)) {
	const running = "note: compiling, once, the packages that this cell imports: it may take a minute"
	begun := time.Now()
	said := make(chan struct{})
	note := time.AfterFunc(patience, func() {
		defer close(said)
		fmt.Fprint(w, running)
	})
	return func(err error) {
		if note.Stop() {
			return
		}
		<-said
		outcome := fmt.Sprintf("note: the packages that this cell imports were compiled, once, in %.0f s", time.Since(begun).Seconds())
		if err != nil {
			outcome = "note: the packages that this cell imports were not compiled"
		}
		fmt.Fprintf(w, "\r%-*s\n", len(running), outcome)
	}
}

// memory is the file that remembers where compiled packages are, for this
// build of this program.
func (n *Toolchain) memory() string {
	exe, _ := os.Executable()
	id := exe
	if st, err := os.Stat(exe); err == nil {
		id = fmt.Sprint(exe, st.Size(), st.ModTime().UnixNano(), n.flags)
	}
	return filepath.Join(n.cache, "packages-"+hash(id)+".json")
}

func (n *Toolchain) recall() {
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

// Close stops what runs and removes what the session leaves.
func (n *Toolchain) Close() {
	n.cancel()
	n.Modules.close()
	if n.private {
		_ = os.RemoveAll(n.cache)
	}
}

// export returns where a package is compiled to, "" if it is not (yet).
func (n *Toolchain) export(path string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if file := n.exports[path]; file != "" {
		return file
	}
	return n.foreign[path]
}

// BroughtIn reports whether a package came in by a cell's import.
func (n *Toolchain) BroughtIn(path string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.foreign[path] != "" && n.exports[path] == ""
}

// Add remembers packages that a cell brought in.
func (n *Toolchain) Add(list []Package) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, l := range list {
		n.foreign[l.Path] = l.Export
	}
}

// ForeignIDs are what a unit depends on beside this program's packages: all
// that cells brought in, if it imports any of it.
func (n *Toolchain) ForeignIDs(imports map[string]string) []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, path := range imports {
		if n.foreign[path] != "" && n.exports[path] == "" {
			return slices.Sorted(maps.Values(n.foreign))
		}
	}
	return nil
}

// Warm compiles packages, so that the first cell that imports them need not wait.
func Warm(ctx context.Context, o Options, paths []string) error {
	n := New(o)
	defer context.AfterFunc(ctx, n.cancel)()
	defer n.cancel()
	if !n.Ready() {
		return errors.New(n.why)
	}
	return n.Packages(paths)
}

// Sources returns the sources that cells are compiled against, or what
// keeps them from being compiled.
func Sources(o Options) (string, error) {
	n := New(o)
	defer n.cancel()
	if !n.Ready() {
		return "", errors.New(n.why)
	}
	return n.dir, nil
}
