package extract

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
)

// module is the import path of this module.
const module = "gomdcsan"

// unwanted are prefixes of packages that no cell gets: commands and test
// suites, what exists on some systems only, what needs cgo or does harm by
// being linked.
var unwanted = []string{
	"builtin", "unsafe", "syscall", "log/syslog", "plugin", "runtime/cgo", "runtime/race", "runtime/msan", "runtime/asan",
	"cmd/", "vendor/", "expvar", "net/http/pprof", "net/http/cgi", "net/http/fcgi", "time/tzdata", "testing/", "debug/", "go/build", "crypto/fips140",
	"gonum.org/v1/gonum/graph", "gonum.org/v1/gonum/unit", "gonum.org/v1/gonum/blas/testblas", "gonum.org/v1/gonum/lapack/testlapack", "gonum.org/v1/gonum/integrate/testquad",
	"gonum.org/v1/gonum/dsp/window/cmd", "gonum.org/v1/plot/gob", "gonum.org/v1/plot/cmpimg",
}

// wanted reports whether cells can import the package.
func wanted(path string) bool {
	for _, e := range strings.Split(path, "/") {
		if e == "internal" {
			return false
		}
	}
	for _, p := range unwanted {
		if path == strings.TrimSuffix(p, "/") || strings.HasPrefix(path, strings.TrimSuffix(p, "/")+"/") {
			return false
		}
	}
	return true
}

// Lib generates internal/lib: standard library, gonum and plot, and the
// packages that their interfaces name. Of the rest of the standard library it
// has the types, which this module's own packages may use.
func Lib(dir string) (Generated, error) {
	matched, err := match(dir, []string{"std", "gonum.org/v1/gonum/...", "gonum.org/v1/plot/..."})
	if err != nil {
		return nil, err
	}
	set, err := Load(dir, append([]string{"std"}, matched...), func(string) bool { return true }, nil)
	if err != nil {
		return nil, err
	}
	want := map[string]bool{}
	for _, path := range matched {
		addNamed(set, want, path)
	}
	set.Packages = slices.DeleteFunc(set.Packages, func(p *Package) bool {
		first, _, _ := strings.Cut(p.Path, "/")
		outside := strings.Contains(first, ".") || first == "vendor" || first == "internal" || strings.Contains(p.Path, "/internal")
		return !want[p.Path] && outside
	})
	return Generate("lib", set, func(path string) bool { return want[path] })
}

// addNamed adds a package and, in turn, those its interface names.
func addNamed(set *Set, want map[string]bool, path string) {
	p := set.Find(path)
	if p == nil || want[path] || !wanted(path) {
		return
	}
	want[path] = true
	for _, q := range Named(p.Types) {
		addNamed(set, want, q)
	}
}

// match lists the wanted packages of the patterns.
func match(dir string, patterns []string) ([]string, error) {
	cmd := exec.Command("go", append([]string{"list", "-f", "{{if ne .Name \"main\"}}{{if .GoFiles}}{{.ImportPath}}{{end}}{{end}}", "--"}, patterns...)...)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("extract: go list %v: %w", patterns, err)
	}
	return slices.DeleteFunc(strings.Fields(string(out)), func(p string) bool { return !wanted(p) }), nil
}

// roots are the packages of this module that cells import; what their
// interfaces name is added. Folders that do not exist yet are left out.
var roots = []string{"mdcsan", "plotting", "kernel/display", "kernel/report", "mdcsan/rng", "mdcsan/env", "mdcsan/env/pendulum", "mdcsan/env/tasks",
	"mdcsan/nn", "mdcsan/snn", "mdcsan/linalg", "mdcsan/replay", "mdcsan/td3", "mdcsan/checkpoint", "mdcsan/experiment", "mdcsan/experiment/stats", "mdcsan/bench"}

// Own generates internal/own from this module's source. What lib has comes
// from there, other modules from source.
func Own(dir string, lib *ArchiveImporter) (Generated, error) {
	matched, err := match(dir, []string{module + "/mdcsan/...", module + "/plotting/...", module + "/kernel/display/...", module + "/kernel/report"})
	if err != nil {
		return nil, err
	}
	start := slices.DeleteFunc(slices.Clone(roots), func(r string) bool { return !slices.Contains(matched, module+"/"+r) })
	for i := range start {
		start[i] = module + "/" + start[i]
	}
	// Where lib has a package nobody asks for those below it, internal ones
	// of the standard library among them.
	std := func(path string) bool {
		first, _, _ := strings.Cut(path, "/")
		return !strings.Contains(first, ".") && first != module
	}
	set, err := Load(dir, start, func(path string) bool { return !std(path) && !lib.Has(path) }, lib)
	if err != nil {
		return nil, err
	}
	want := map[string]bool{}
	for _, path := range start {
		addNamed(set, want, path)
	}
	set.Packages = slices.DeleteFunc(set.Packages, func(p *Package) bool { return !want[p.Path] })
	return Generate("own", set, func(string) bool { return true })
}

// LibVersion names what internal/lib is made from: the Go release and the
// modules' versions.
func LibVersion(dir string) (string, error) {
	cmd := exec.Command("go", "list", "-m", "-f", "{{.Path}} {{.Version}}", "gonum.org/v1/gonum", "gonum.org/v1/plot")
	cmd.Dir = dir
	mods, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("extract: go list -m: %w", err)
	}
	cmd = exec.Command("go", "env", "GOVERSION")
	cmd.Dir = dir
	v, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("extract: go env: %w", err)
	}
	return strings.TrimSpace(string(v) + string(mods)), nil
}
