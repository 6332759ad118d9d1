package kerneltest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

// labCells are the cells that lab.mjs runs, in its order.
var labCells = []string{
	"x := 40\nx + 2",
	"p := plot.New()\np.Title.Text = \"a figure\"\np",
	`h := display.Show("step 0")
for i := 1; i <= 20; i++ {
	time.Sleep(150 * time.Millisecond)
	h.Update(fmt.Sprint("step ", i))
}`,
	`name, err := display.Input("Your name: ")
display.Must(err)
fmt.Println("hello", name)`,
	"for { time.Sleep(time.Millisecond) }",
	"",
	`for i := 0; i < 20; i++ {
	q := plot.New()
	q.Title.Text = fmt.Sprint("plot ", i)
	display.Show(q)
}`,
	`slider := display.IntSlider("n", 0, 10, 3)
display.Interact(func() any { return display.Markdown(fmt.Sprint("n is ", slider.Int())) }, slider)`,
	`cfg := mdcsan.QuickConfig("Pendulum-v1")
run, err := mdcsan.Train(display.Context(), cfg, display.Training())
display.Must(err)
run`,
}

// TestLab drives JupyterLab in Chromium. With GOMDCSAN_ARTEFACTS its
// screenshots are kept there.
func TestLab(t *testing.T) {
	Need(t, "lab", "GOMDCSAN_NODE_MODULES")
	Need(t, "lab", "GOMDCSAN_CHROMIUM")
	exe := Need(t, "jupyter", "GOMDCSAN_PYTHON")
	node := NeedProgram(t, "lab", "node")
	artefacts := os.Getenv("GOMDCSAN_ARTEFACTS")
	if artefacts == "" {
		artefacts = t.TempDir()
	} else if err := os.MkdirAll(artefacts, 0o755); err != nil {
		t.Fatal(err)
	}
	url := startLab(t, exe, Environment(t), sampleNotebook(t, labCells...))
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, node, "lab.mjs", url, artefacts).CombinedOutput()
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
	log, err := os.Create(filepath.Join(t.TempDir(), "lab.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	settings := filepath.Join(dir, ".settings")
	news := filepath.Join(settings, "@jupyterlab", "apputils-extension", "notification.jupyterlab-settings")
	if err := os.MkdirAll(filepath.Dir(news), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(news, []byte(`{"fetchNews": "false", "checkForUpdates": false}`), 0o644); err != nil {
		t.Fatal(err)
	}
	server := exec.Command(python, "-m", "jupyterlab", "--allow-root", "--no-browser", "--ServerApp.port=0",
		"--IdentityProvider.token=t", "--ServerApp.root_dir="+dir, "--LabApp.expose_app_in_browser=True")
	server.Env = append(env,
		"PATH="+filepath.Dir(python)+string(os.PathListSeparator)+os.Getenv("PATH"),
		"JUPYTERLAB_SETTINGS_DIR="+settings, "JUPYTERLAB_WORKSPACES_DIR="+filepath.Join(dir, ".workspaces"))
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
	address := regexp.MustCompile(`http://[^/\s]+/lab\?token=`)
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		data, _ := os.ReadFile(log.Name())
		if found := address.Find(data); found != nil {
			return string(found[:len(found)-len("?token=")]) + "/tree/" + filepath.Base(notebook) + "?token=t"
		}
	}
	data, _ := os.ReadFile(log.Name())
	t.Fatalf("the server did not start:\n%s", data)
	return ""
}
