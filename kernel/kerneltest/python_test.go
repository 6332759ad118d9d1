package kerneltest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// python runs Python with the kernel registered and returns what it prints.
func python(t *testing.T, env []string, args ...string) (string, error) {
	t.Helper()
	exe := Need(t, "jupyter", "GOMDCSAN_PYTHON")
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, exe, args...)
	// Python's programs find each other on PATH.
	cmd.Env = append(env, "PATH="+filepath.Dir(exe)+string(os.PathListSeparator)+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestConformance runs the 59 checks of conformance.py; one of them is for
// kernels in interrupt_mode signal.
func TestConformance(t *testing.T) {
	Need(t, "jupyter", "GOMDCSAN_PYTHON")
	out, err := python(t, Environment(t), "conformance.py", "gomdcsan", "snippets.json")
	summary := regexp.MustCompile(`=== gomdcsan: (\d+) pass, 0 fail, 0 skipped`).FindStringSubmatch(out)
	if err != nil || summary == nil || summary[1] != "58" {
		t.Errorf("not conforming: %v\n%s", err, out)
	}
}

// needModule is the Python of GOMDCSAN_PYTHON if it has a module that Debian's
// may lack.
func needModule(t *testing.T, thing, module string) string {
	t.Helper()
	exe := Need(t, "jupyter", "GOMDCSAN_PYTHON")
	if err := exec.Command(exe, "-c", "import "+module).Run(); err != nil {
		without(t, thing, exe+" has no "+module)
	}
	return exe
}

// TestPublicSuite runs jupyter_kernel_test.
func TestPublicSuite(t *testing.T) {
	needModule(t, "pypi", "jupyter_kernel_test")
	out, err := python(t, append(Environment(t), "KERNEL=gomdcsan"), "-m", "unittest", "-v", "public_suite")
	if err != nil || !strings.Contains(out, "\nOK") {
		t.Errorf("%v\n%s", err, out)
	}
	for _, line := range strings.Split(out, "\n") {
		if strings.Contains(line, "skipped") {
			t.Log(line)
		}
	}
}

// sampleNotebook is a notebook with these code cells.
func sampleNotebook(t *testing.T, cells ...string) string {
	t.Helper()
	nb := map[string]any{"nbformat": 4, "nbformat_minor": 5, "metadata": map[string]any{
		"kernelspec": map[string]any{"name": "gomdcsan", "display_name": "Go (MDC-SAN)", "language": "go"}}}
	var list []any
	for i, c := range cells {
		list = append(list, map[string]any{"cell_type": "code", "id": fmt.Sprint("c", i), "metadata": map[string]any{},
			"execution_count": nil, "outputs": []any{}, "source": c})
	}
	nb["cells"] = list
	data, err := json.Marshal(nb)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "sample.ipynb")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

var figureCells = []string{
	"x := []float64{1, 4, 9}\nstat.Mean(x, nil)",
	"p := plot.New()\np.Title.Text = \"squares\"\np",
	`fmt.Println("done")`,
}

func TestNbconvertExecutes(t *testing.T) {
	Need(t, "jupyter", "GOMDCSAN_PYTHON")
	env, path := Environment(t), sampleNotebook(t, figureCells...)
	for _, c := range []struct{ from, to, file, want string }{
		{path, "notebook", "out.ipynb", "4.666666666666667"},
		{path, "html", "out.html", "squares"},
		{filepath.Join(filepath.Dir(path), "out.ipynb"), "script", "out.go", "stat.Mean"},
	} {
		args := []string{"-m", "nbconvert", "--to", c.to, "--output", "out", c.from}
		if c.from == path {
			args = append(args, "--execute")
		}
		out, err := python(t, env, args...)
		if err != nil {
			t.Errorf("%s: %v\n%s", c.to, err, out)
			continue
		}
		data, err := os.ReadFile(filepath.Join(filepath.Dir(path), c.file))
		if err != nil || !strings.Contains(string(data), c.want) {
			t.Errorf("%s has no %q (%v)", c.file, c.want, err)
		}
	}
}

// TestPapermill has papermill execute a notebook whose parameters our own
// runner has filled: papermill itself writes no Go.
func TestPapermill(t *testing.T) {
	needModule(t, "pypi", "papermill")
	env := Environment(t)
	path := sampleNotebook(t, "steps := 1\ntask := \"none\"", `fmt.Println(task, "for", 2*steps)`)
	tagFirst(t, path, "parameters")
	filled := filepath.Join(filepath.Dir(path), "filled.ipynb")
	run := exec.Command(Binary(t), "run", "-q", "-p", "steps=20", "-p", "task=Hopper-v3", "-o", filled, path)
	run.Env = env
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for notebook, want := range map[string]string{path: "none for 2", filled: "Hopper-v3 for 40"} {
		done := filepath.Join(filepath.Dir(path), "done.ipynb")
		if out, err := python(t, env, "-m", "papermill", notebook, done); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		data, err := os.ReadFile(done)
		if err != nil || !strings.Contains(string(data), want) {
			t.Errorf("papermill %s: no %q (%v)\n%s", notebook, want, err, data)
		}
	}
}

// tagFirst gives the first cell of a notebook a tag.
func tagFirst(t *testing.T, path, tag string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data = []byte(strings.Replace(string(data), `"metadata":{}`, `"metadata":{"tags":["`+tag+`"]}`, 1))
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// What `gomdcsan run` writes is what nbclient writes, but for times and ids.
func TestRunWritesWhatNbclientWrites(t *testing.T) {
	Need(t, "jupyter", "GOMDCSAN_PYTHON")
	env := Environment(t)
	cells := []string{"x := 1\nx", `fmt.Println("a"); fmt.Fprintln(os.Stderr, "b"); fmt.Println("c")`, `display.Show(display.HTML("<b>x</b>"))`, "x + 1"}
	theirs, ours := sampleNotebook(t, cells...), sampleNotebook(t, cells...)
	if out, err := python(t, env, "-m", "nbconvert", "--execute", "--inplace", "--to", "notebook", theirs); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	run := exec.Command(Binary(t), "run", ours)
	run.Env = env
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	a, b := strings.Split(withoutTimes(t, theirs), "\n"), strings.Split(withoutTimes(t, ours), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Fatalf("line %d: nbclient %s\ngomdcsan run %s", i+1, strings.Join(a[i:min(i+9, len(a))], "\n"), strings.Join(b[i:min(i+9, len(b))], "\n"))
		}
	}
	if len(a) != len(b) {
		t.Errorf("nbclient wrote %d lines, gomdcsan run %d", len(a), len(b))
	}
}

// withoutTimes returns a notebook without what differs between two runs.
func withoutTimes(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := regexp.MustCompile(`"\d{4}-\d\d-\d\dT[^"]*"`).ReplaceAllString(string(data), `"TIME"`)
	return regexp.MustCompile(`"display_id": "[^"]*"`).ReplaceAllString(s, `"display_id": "ID"`)
}

// Output faster than a Jupyter server lets through arrives complete. Fifty
// megabytes take over a minute: GOMDCSAN_SOAK, whatever its value, adds them.
func TestServerRateLimit(t *testing.T) {
	Need(t, "jupyter", "GOMDCSAN_PYTHON")
	const line = `s := strings.Repeat("x", 999) + "\n"; for i := 0; i < %d; i++ { fmt.Print(s) }`
	floods := []struct {
		code  string
		bytes int
	}{
		{"for i := 0; i < 100000; i++ { fmt.Println(i) }", 588_890},
		{fmt.Sprintf(line, 8000), 8_000_000}, // without pacing the server drops all after the third
	}
	if os.Getenv("GOMDCSAN_SOAK") != "" {
		floods = append(floods, floods[1])
		floods[2].code, floods[2].bytes = fmt.Sprintf(line, 50_000), 50_000_000
	}
	for _, f := range floods {
		out, err := python(t, Environment(t), "server_flood.py", "gomdcsan", f.code, fmt.Sprint(f.bytes))
		t.Log(out)
		if err != nil {
			t.Error(err)
		}
	}
}
