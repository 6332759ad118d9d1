package golang

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/module"
	modzip "golang.org/x/mod/zip"
)

// A published module, at one version, on the test's own proxy.
type published struct {
	path, version, requires string
	files                   map[string]string
}

var shelf = []published{
	{"example.test/stats", "v1.2.0", "", map[string]string{"stats.go": `// Package stats has one of each kind of declaration.
package stats

import "example.test/stats/internal/sum"

const Version = "new"

var Calls int

type Summary struct{ N int; Mean float64 }

func (s Summary) String() string { return "mean of " + string(rune('0'+s.N)) }

type Summer interface{ Sum([]float64) float64 }

type Plain struct{}

func (Plain) Sum(x []float64) float64 { return sum.Of(x) }

func Describe(s Summer, x []float64) *Summary {
	Calls++
	return &Summary{N: len(x), Mean: s.Sum(x) / float64(len(x))}
}

func Map[T, U any](x []T, f func(T) U) []U {
	var out []U
	for _, v := range x { out = append(out, f(v)) }
	return out
}
`, "internal/sum/sum.go": "package sum\n\nfunc Of(x []float64) (s float64) {\n\tfor _, v := range x {\n\t\ts += v\n\t}\n\treturn s\n}\n"}},
	{"example.test/pinned", "v1.0.0", "", map[string]string{"pinned.go": "package pinned\n\nconst Version = \"old\"\n"}},
	{"example.test/pinned", "v1.2.0", "", map[string]string{"pinned.go": "package pinned\n\nconst Version = \"new\"\n"}},
	{"example.test/chosen", "v1.0.0", "", map[string]string{"chosen.go": "package chosen\n\nconst Version = \"old\"\n"}},
	{"example.test/chosen", "v1.2.0", "", map[string]string{"chosen.go": "package chosen\n\nconst Version = \"new\"\n"}},
	{"example.test/norm", "v1.0.0", "gonum.org/v1/gonum v0.17.0", map[string]string{"norm.go": "package norm\n\nimport \"gonum.org/v1/gonum/floats\"\n\nfunc Of(x []float64) float64 { return floats.Norm(x, 2) }\n"}},
	{"example.test/norm", "v1.1.0", "gonum.org/v1/gonum v0.99.0", map[string]string{"norm.go": "package norm\n\nimport \"gonum.org/v1/gonum/floats\"\n\nfunc Of(x []float64) float64 { return floats.Norm(x, 2) }\n"}},
	{"example.test/future", "v1.0.0", "gonum.org/v1/gonum v0.99.0", map[string]string{"future.go": "package future\n\nimport \"gonum.org/v1/gonum/floats\"\n\nvar Sum = floats.Sum\n"}},
	{"gonum.org/v1/gonum", "v0.99.0", "", map[string]string{"floats/floats.go": "package floats\n\nfunc Sum([]float64) float64 { return 0 }\nfunc Norm([]float64, float64) float64 { return 0 }\n"}},
	{"example.test/broken", "v1.0.0", "", map[string]string{"broken.go": "package broken\n\nvar X int = \"no number\"\n"}},
	{"example.test/newer", "v1.0.0", "", map[string]string{"newer.go": "package newer\n", "go.mod": "module example.test/newer\n\ngo 1.99\n"}},
}

// publish makes a module proxy of files and points the go command at it.
func publish(t *testing.T, shelf []published) {
	t.Helper()
	root := t.TempDir()
	for _, p := range shelf {
		dir := filepath.Join(root, filepath.FromSlash(p.path), "@v")
		mod := p.files["go.mod"]
		if mod == "" {
			mod = "module " + p.path + "\n\ngo 1.21\n"
		}
		if p.requires != "" {
			mod += "\nrequire " + p.requires + "\n"
		}
		src := t.TempDir()
		writeFile(t, filepath.Join(src, "go.mod"), mod)
		for name, text := range p.files {
			if name != "go.mod" {
				writeFile(t, filepath.Join(src, name), text)
			}
		}
		writeFile(t, filepath.Join(dir, p.version+".mod"), mod)
		writeFile(t, filepath.Join(dir, p.version+".info"), fmt.Sprintf(`{"Version":%q,"Time":"2024-01-02T03:04:05Z"}`, p.version))
		list, _ := os.ReadFile(filepath.Join(dir, "list"))
		writeFile(t, filepath.Join(dir, "list"), string(list)+p.version+"\n")
		z, err := os.Create(filepath.Join(dir, p.version+".zip"))
		if err != nil {
			t.Fatal(err)
		}
		if err := modzip.CreateFromDir(z, module.Version{Path: p.path, Version: p.version}, src); err != nil {
			t.Fatal(err)
		}
		z.Close()
	}
	// Behind it the machine's own, for what a fresh module cache lacks of
	// gomdcsan's modules.
	own, err := exec.Command("go", "env", "GOPROXY").Output()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOPROXY", "file://"+filepath.ToSlash(root)+","+strings.TrimSpace(string(own)))
	t.Setenv("GONOSUMDB", "*")
	t.Setenv("GOFLAGS", "-modcacherw") // so that what the test leaves could be removed
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func newModuleSession(t *testing.T) *testSession {
	s := newTestSession(t)
	t.Cleanup(s.close)
	needNative(t, s)
	publish(t, shelf)
	return s
}

// TestImportModule uses a module from the network in all the ways that cells
// use packages.
func TestImportModule(t *testing.T) {
	s := newModuleSession(t)
	for _, c := range []struct{ code, value string }{
		{"import \"example.test/stats\"\nstats.Version", `"new"`},
		{"%%interpret\nd := stats.Describe(stats.Plain{}, []float64{1, 2, 6})\nd.Mean", "3"},
		{"stats.Calls", "1"},
		{"type double struct{}\nfunc (double) Sum(x []float64) float64 { return 2 * stats.Plain{}.Sum(x) }\nstats.Describe(double{}, []float64{4}).Mean", "8"},
		{"strings.Join(stats.Map([]int{1, 2}, func(i int) string { return fmt.Sprint(i, \"!\") }), \" \")", `"1! 2!"`},
		{"fmt.Sprint(d)", `"mean of 3"`},
		{"func mean(x ...float64) float64 { return stats.Describe(stats.Plain{}, x).Mean }\nmean(1, 2)", "1.5"},
		{"stats.Calls", "3"},
	} {
		s.must(c.code)
		if c.value != "" && s.value != c.value {
			t.Errorf("%s\nshowed %s, want %s", c.code, s.value, c.value)
		}
	}
	if err := s.run("import \"example.test/stats/internal/sum\""); err == nil || !strings.Contains(err.Value, "internal package") {
		t.Errorf("importing an internal package: error %v", err)
	}
	m := s.e.Complete("stats.Des", 9)
	if len(m.Matches) != 1 || m.Matches[0].Text != "Describe" {
		t.Errorf("completions %v", m.Matches)
	}
}

// TestRequire pins a version, and finds modules in folders.
func TestRequire(t *testing.T) {
	s := newModuleSession(t)
	s.must("%require example.test/pinned@v1.0.0")
	s.must("import \"example.test/pinned\"\npinned.Version")
	if s.value != `"old"` {
		t.Errorf("the version is %s, want the old one", s.value)
	}
	mine := t.TempDir()
	writeFile(t, filepath.Join(mine, "enc", "go.mod"), "module lab/enc\n\ngo 1.26\n")
	writeFile(t, filepath.Join(mine, "enc", "gauss", "gauss.go"), "package gauss\n\nfunc Width() float64 { return 0.25 }\n")
	t.Chdir(mine)
	s.must("%require ./enc")
	s.must("import \"lab/enc/gauss\"\ngauss.Width()")
	if s.value != "0.25" {
		t.Errorf("the folder's package gives %s", s.value)
	}
	s.must("%require")
	out := s.output()
	for _, want := range []string{"example.test/pinned@v1.0.0", "lab/enc from " + filepath.Join(mine, "enc")} {
		if !strings.Contains(out, want) {
			t.Errorf("the list lacks %q:\n%s", want, out)
		}
	}
}

// TestUserModule takes packages and versions from the module that the working
// directory belongs to, as go run would.
func TestUserModule(t *testing.T) {
	s := newModuleSession(t)
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "go.mod"), "module lab\n\ngo 1.26\n\nrequire example.test/chosen v1.0.0\n")
	writeFile(t, filepath.Join(dir, "own", "own.go"), "package own\n\nimport \"example.test/chosen\"\n\nfunc Which() string { return \"own with \" + chosen.Version }\n")
	writeFile(t, filepath.Join(dir, "scripts", "x"), "")
	t.Chdir(filepath.Join(dir, "scripts"))
	s.must("import \"lab/own\"\nown.Which()")
	if s.value != `"own with old"` {
		t.Errorf("the user's package gives %s", s.value)
	}
}

// TestUnusableModules says why a module cannot come in.
func TestUnusableModules(t *testing.T) {
	s := newModuleSession(t)
	for _, c := range []struct{ path, want string }{
		{"example.test/nowhere", "example.test/nowhere"},
		{"example.test/broken", "no number"},
		{"example.test/newer", "go >= 1.99"},
		{"example.test/future", "gonum.org/v1/gonum v0.99.0 and this session has v0.17.0"},
	} {
		err := s.run("import \"" + c.path + "\"")
		if err == nil {
			t.Errorf("%s is imported", c.path)
			continue
		}
		t.Log("\n" + strings.Join(err.Traceback, "\n"))
		if !strings.Contains(err.Value, "could not import "+c.path) || !strings.Contains(err.Value, c.want) {
			t.Errorf("error %q, want %q", err.Value, c.want)
		}
	}
	// A version before the newest one fits.
	s.must("import \"example.test/norm\"\nnorm.Of([]float64{3, 4})")
	if s.value != "5" {
		t.Errorf("the norm is %s", s.value)
	}
	s.must("mat.Norm(mat.NewVecDense(2, []float64{3, 4}), 2)")
}
