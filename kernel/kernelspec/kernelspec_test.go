package kernelspec

import (
	"bytes"
	"encoding/json"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

func TestInstallListUninstall(t *testing.T) {
	dir := t.TempDir()
	s := Default("/opt/gomdcsan")
	s.Env = map[string]string{"GOMAXPROCS": "2"}
	for range 2 { // twice: it replaces
		if _, err := Install(dir, s); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, "kernels", "gomdcsan", "kernel.json"))
	if err != nil {
		t.Fatal(err)
	}
	var spec map[string]any
	if err := json.Unmarshal(data, &spec); err != nil {
		t.Fatal(err)
	}
	if spec["interrupt_mode"] != "message" || spec["display_name"] != "Go (MDC-SAN)" || spec["language"] != "go" {
		t.Errorf("kernel.json: %s", data)
	}
	for name, size := range map[string]int{"logo-32x32.png": 32, "logo-64x64.png": 64} {
		data, err := os.ReadFile(filepath.Join(dir, "kernels", "gomdcsan", name))
		if err != nil {
			t.Fatal(err)
		}
		if c, err := png.DecodeConfig(bytes.NewReader(data)); err != nil || c.Width != size || c.Height != size {
			t.Errorf("%s: %v, %v", name, c, err)
		}
	}
	list := List([]string{filepath.Join(dir, "nowhere"), dir})
	if len(list) != 1 || list[0].Env["GOMAXPROCS"] != "2" || !list[0].Ours() {
		t.Errorf("listed %+v", list)
	}
	if _, err := Uninstall([]string{dir}, "gomdcsan"); err != nil {
		t.Error(err)
	}
	if _, err := Uninstall([]string{dir}, "gomdcsan"); err == nil {
		t.Error("uninstalled twice")
	}
}

func TestOthersKernelsAreLeftAlone(t *testing.T) {
	dir := t.TempDir()
	other := Spec{Name: "python3", Argv: []string{"python", "-m", "ipykernel"}}
	if _, err := Install(dir, other); err != nil {
		t.Fatal(err)
	}
	if _, err := Uninstall([]string{dir}, "python3"); err == nil {
		t.Error("removed a kernel that is not ours")
	}
	os.WriteFile(filepath.Join(dir, "kernels", "python3", "kernel.json"), []byte("{"), 0o644)
	if list := List([]string{dir}); len(list) != 1 || list[0].Err == nil {
		t.Errorf("a broken kernel.json is not reported: %+v", list)
	}
}

func TestBadNames(t *testing.T) {
	for _, name := range []string{"", "a b", "../x", "A"} {
		if _, err := Install(t.TempDir(), Spec{Name: name}); err == nil {
			t.Errorf("name %q accepted", name)
		}
	}
}

func TestDirs(t *testing.T) {
	t.Setenv("JUPYTER_DATA_DIR", "/data")
	t.Setenv("JUPYTER_PATH", "/p1:/p2")
	t.Setenv("VIRTUAL_ENV", "/venv")
	dirs := DataDirs()
	for i, want := range []string{"/p1", "/p2", "/data", "/venv/share/jupyter"} {
		if dirs[i] != want {
			t.Errorf("directory %d is %s, want %s", i, dirs[i], want)
		}
	}
}

// TestWheel: the kernel of the Python wheel is ours, and starts the command of
// its environment.
func TestWheel(t *testing.T) {
	prefix := t.TempDir()
	dir := filepath.Join(prefix, "share", "jupyter", "kernels", "gomdcsan")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	spec := `{"argv": ["python", "-m", "gomdcsan", "kernel", "{connection_file}"], "display_name": "Go"}`
	if err := os.WriteFile(filepath.Join(dir, "kernel.json"), []byte(spec), 0o644); err != nil {
		t.Fatal(err)
	}
	found := List([]string{filepath.Join(prefix, "share", "jupyter")})
	if len(found) != 1 || !found[0].Ours() || found[0].Argv[0] != filepath.Join(prefix, "bin", "gomdcsan") {
		t.Errorf("found %+v", found)
	}
}
