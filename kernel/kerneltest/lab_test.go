package kerneltest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"gomdcsan/kernel/notebook"
)

// labCell is a cell that lab.mjs runs, under the name that it has there.
type labCell struct{ name, code string }

// labCells are the cells of TestLab's notebook; those of figure 2, the vector
// field under a slider, are taken from its notebook.
func labCells(t *testing.T) []labCell {
	t.Helper()
	return []labCell{
		{"sum", "x := 40\nx + 2"},
		{"figure", "p := plot.New()\np.Title.Text = \"a figure\"\np"},
		{"values", `type result struct {
	Task   string
	Return float64
}
display.Show([]result{{"Hopper-v3", 3636}, {"Ant-v3", 5628.5}}, mat.NewDense(100, 30, nil), display.Latex("\\dot V = V^2 - V - U + I"),
	display.JSON(map[string]int{"seed": 1}), display.PNG(p), errors.New("an error as a value"))`},
		{"live", `h := display.Show("step 0")
for i := 1; i <= 20; i++ {
	time.Sleep(150 * time.Millisecond)
	h.Update(fmt.Sprint("step ", i))
}`},
		{"bars", `bar := display.Progress("epochs", 4)
for range 4 {
	part := bar.Sub("batches", 20)
	for range 20 {
		time.Sleep(20 * time.Millisecond)
		part.Add(1)
	}
	part.Close()
	bar.Add(1)
}
bar.Close()`},
		{"input", `name, err := display.Input("Your name: ")
display.Must(err)
fmt.Println("hello", name)`},
		{"endless", "for { time.Sleep(time.Millisecond) }"},
		{"typed", ""},
		{"pager", "?fmt.Println"},
		{"mistake", "y := 1\ny +* 2\nz"},
		{"plots", `for i := 0; i < 20; i++ {
	q := plot.New()
	q.Title.Text = fmt.Sprint("plot ", i)
	display.Show(q)
}`},
		{"widgets", `n := display.IntSlider("n", 0, 10, 3)
out := display.Output(display.Markdown("*nothing* yet"))
press := display.Button("press")
press.OnChange(func() { out.Set(display.Markdown(fmt.Sprintf("**pressed** %d times", press.Int()))) })
display.Column(n, display.Checkbox("on", true), display.Dropdown("coding", []string{"pop", "det"}, 1),
	display.TextField("name", "run 1"), display.Gauge("done", 10, 4), press, out)`},
		{"fig2", figureCell(t, "fig2.ipynb", "eq7 :=")},
		{"field", figureCell(t, "fig2.ipynb", "display.Interact(")},
		{"training", `cfg := mdcsan.QuickConfig("Pendulum-v1")
run, err := mdcsan.Train(display.Context(), cfg, display.Training())
display.Must(err)
run`},
		{"film", `film := mdcsan.Film{Task: "Pendulum-v1", Dt: 0.05}
for i := range 60 {
	film.Poses = append(film.Poses, []float64{0.1 * float64(i), 0})
}
&film`},
		{"cleared", `fmt.Println("gone at once")
display.ClearOutput(false)
for i := range 5 {
	fmt.Println("pass", i)
	display.Show(display.Markdown("*after it*"))
	time.Sleep(100 * time.Millisecond)
	if i < 4 {
		display.ClearOutput(true)
	}
}`},
		{"redrawn", `var xs, ys []float64
fig := display.Live(func() any {
	return plotting.Lines(fmt.Sprint("after ", len(xs), " steps"), "step", "value", plotting.Line{X: xs, Y: ys})
})
for i := range 60 {
	xs, ys = append(xs, float64(i)), append(ys, math.Sin(float64(i)/5))
	fig.Redraw()
	time.Sleep(20 * time.Millisecond)
}
fig.Close()`},
		{"killed", "!kill -9 $PPID"},
	}
}

// figureCell is the code cell of a notebook of the repository with a text in it.
func figureCell(t *testing.T, file, text string) string {
	t.Helper()
	nb, err := notebook.Read(filepath.Join("..", "..", "notebooks", file))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range nb.Cells {
		if c.Type == "code" && strings.Contains(c.Source, text) {
			return c.Source
		}
	}
	t.Fatalf("%s has no cell with %q", file, text)
	return ""
}

// TestLab drives JupyterLab in Chromium. With GOMDCSAN_ARTEFACTS its
// screenshots are kept there.
func TestLab(t *testing.T) {
	exe := needLab(t)
	var names, codes []string
	for _, c := range labCells(t) {
		names, codes = append(names, c.name), append(codes, c.code)
	}
	url := startLab(t, exe, Environment(t), sampleNotebook(t, codes...))
	driveBrowser(t, "lab", 14*time.Minute, "lab.mjs", url, artefacts(t), strings.Join(names, ","))
}

// Every notebook runs in JupyterLab as a new user runs it.
func TestNotebooksInLab(t *testing.T) {
	if testing.Short() {
		t.Skip("minutes")
	}
	t.Parallel()
	exe := needLab(t)
	dir, names := notebooksHere(t)
	url := startLab(t, exe, Environment(t), filepath.Join(dir, names[0]))
	driveBrowser(t, "lab", 14*time.Minute, "labnotebooks.mjs", url, artefacts(t), strings.Join(names, ","))
}

// needLab returns the Python that has JupyterLab.
func needLab(t *testing.T) (python string) {
	t.Helper()
	Need(t, "lab", "GOMDCSAN_NODE_MODULES")
	Need(t, "lab", "GOMDCSAN_CHROMIUM")
	return needModule(t, "lab", "jupyterlab")
}

// driveBrowser runs a script in Node that says what is wrong by its status.
func driveBrowser(t *testing.T, thing string, most time.Duration, script ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), most)
	defer cancel()
	out, err := exec.CommandContext(ctx, NeedProgram(t, thing, "node"), script...).CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}

// startLab starts a server with JupyterLab and returns the address at which a
// notebook is open.
func startLab(t *testing.T, python string, env []string, notebook string) string {
	t.Helper()
	dir := filepath.Dir(notebook)
	settings := filepath.Join(dir, ".settings")
	news := filepath.Join(settings, "@jupyterlab", "apputils-extension", "notification.jupyterlab-settings")
	if err := os.MkdirAll(filepath.Dir(news), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(news, []byte(`{"fetchNews": "false", "checkForUpdates": false}`), 0o644); err != nil {
		t.Fatal(err)
	}
	env = append(env, "JUPYTERLAB_SETTINGS_DIR="+settings, "JUPYTERLAB_WORKSPACES_DIR="+filepath.Join(dir, ".workspaces"))
	address := startServer(t, python, env, `http://[^/\s]+/lab\?token=`, "-m", "jupyterlab", "--allow-root", "--no-browser", "--ServerApp.port=0",
		"--IdentityProvider.token=t", "--ServerApp.root_dir="+dir, "--LabApp.expose_app_in_browser=True")
	return address + "/tree/" + filepath.Base(notebook) + "?token=t"
}

// startServer starts a Jupyter server and returns the address that it prints,
// without its token; pattern finds it.
func startServer(t *testing.T, python string, env []string, pattern string, args ...string) string {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "server.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	server := exec.Command(python, args...)
	server.Env = append(env, "PATH="+filepath.Dir(python)+string(os.PathListSeparator)+os.Getenv("PATH"))
	server.Stdout, server.Stderr = log, log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Process.Signal(os.Interrupt)
		time.AfterFunc(10*time.Second, func() { server.Process.Kill() })
		server.Process.Signal(os.Interrupt)
		server.Wait()
	})
	address := regexp.MustCompile(pattern)
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		data, _ := os.ReadFile(log.Name())
		if found := address.Find(data); found != nil {
			return string(found[:len(found)-len("?token=")])
		}
	}
	data, _ := os.ReadFile(log.Name())
	t.Fatalf("the server did not start:\n%s", data)
	return ""
}
