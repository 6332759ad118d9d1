package kerneltest

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestClassicNotebook drives Debian's classic Notebook, which stands in for
// JupyterLab where PyPI is out of reach.
func TestClassicNotebook(t *testing.T) {
	exe := Need(t, "classic", "GOMDCSAN_CLASSIC")
	Need(t, "classic", "GOMDCSAN_NODE_MODULES")
	Need(t, "classic", "GOMDCSAN_CHROMIUM")
	path := sampleNotebook(t, "x := 40\nx + 2",
		"p := plot.New()\ndisplay.Show(p, mat.NewDense(2, 2, nil))",
		"name, err := display.Input(\"Your name: \")\ndisplay.Must(err)\nfmt.Println(\"hello\", name)",
		"for { time.Sleep(time.Millisecond) }",
		"n := display.IntSlider(\"n\", 0, 9, 3)\ndisplay.Interact(func() any { return display.Markdown(fmt.Sprint(\"n is \", n.Int())) }, n)",
		"")
	dir := filepath.Dir(path)
	free, err := net.Listen("tcp", "127.0.0.1:0") // version 6 prints port 0 as it is
	if err != nil {
		t.Fatal(err)
	}
	port := free.Addr().(*net.TCPAddr).Port
	free.Close()
	url := startServer(t, exe, Environment(t), `http://[^/\s]+/\?token=`,
		"-m", "notebook", "--allow-root", "--no-browser", fmt.Sprint("--NotebookApp.port=", port), "--NotebookApp.token=t", "--NotebookApp.notebook_dir="+dir)
	driveBrowser(t, "classic", 6*time.Minute, "classic.mjs", url+"notebooks/"+filepath.Base(path)+"?token=t", artefacts(t))
}

// artefacts is where screenshots go.
func artefacts(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("GOMDCSAN_ARTEFACTS")
	if dir == "" {
		return t.TempDir()
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}
