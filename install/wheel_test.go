package main

import (
	"archive/zip"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestWheelHoldsThePackage: the Python package, the kernel and the commands are
// where pip expects them, and pip installs them and takes all away again.
func TestWheelHoldsThePackage(t *testing.T) {
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	work := t.TempDir()
	for name, text := range map[string]string{
		"bin/gomdcsan": "#!/bin/sh\necho $0 $*\n",
		"data/share/jupyter/kernels/gomdcsan/kernel.json": `{"argv": ["/tmp/x/gomdcsan", "kernel", "{connection_file}"]}`,
	} {
		path := filepath.Join(work, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	files, err := (&machine{root: root}).wheelFiles(work)
	if err != nil {
		t.Fatal(err)
	}
	wheel := filepath.Join(work, "gomdcsan-"+wheelVersion+"-py3-none-any.whl")
	if err := writeWheel(wheel, "any", files); err != nil {
		t.Fatal(err)
	}
	checkKernel(t, wheel)
	python := os.Getenv("GOMDCSAN_PYTHON")
	if python == "" {
		t.Skip("GOMDCSAN_PYTHON does not name a Python with pip")
	}
	venv := filepath.Join(work, "venv")
	pip := func(args ...string) string {
		out, err := exec.Command(filepath.Join(venv, "bin", "python"), append([]string{"-m", "pip", "--disable-pip-version-check"}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("pip %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	if out, err := exec.Command(python, "-m", "venv", venv).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	pip("install", "--no-deps", "--no-index", wheel)
	out, err := exec.Command(filepath.Join(venv, "bin", "gomdcsan"), "version").Output()
	if err != nil || !strings.HasSuffix(string(out), "bin/gomdcsan version\n") {
		t.Errorf("the installed command: %v, %q", err, out)
	}
	pip("uninstall", "--yes", "gomdcsan")
	filepath.WalkDir(venv, func(path string, _ os.DirEntry, _ error) error {
		if strings.Contains(path[len(venv):], "gomdcsan") {
			t.Errorf("pip uninstall leaves %s", path)
		}
		return nil
	})
}

// checkKernel looks at the kernel's specification in a wheel.
func checkKernel(t *testing.T, wheel string) {
	t.Helper()
	z, err := zip.OpenReader(wheel)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	f, err := z.Open("gomdcsan-" + wheelVersion + ".data/data/share/jupyter/kernels/gomdcsan/kernel.json")
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(f)
	var spec struct{ Argv []string }
	if err == nil {
		err = json.Unmarshal(data, &spec)
	}
	if got := strings.Join(spec.Argv, " "); err != nil || got != "python -m gomdcsan kernel {connection_file}" {
		t.Errorf("the kernel is started by %q: %v", got, err)
	}
}

// TestWheelTag: auditwheel agrees with the platform that we find.
func TestWheelTag(t *testing.T) {
	command := os.Getenv("GOMDCSAN_BIN")
	if command == "" || runtime.GOOS != "linux" {
		t.Skip("GOMDCSAN_BIN does not name the command")
	}
	tag, err := wheelTag(command)
	if err != nil || !strings.HasPrefix(tag, "manylinux_2_") {
		t.Fatalf("%q, %v", tag, err)
	}
	wheel := filepath.Join(t.TempDir(), "gomdcsan-"+wheelVersion+"-py3-none-linux_x86_64.whl")
	data, err := os.ReadFile(command)
	if err != nil {
		t.Fatal(err)
	}
	if err := writeWheel(wheel, "linux_x86_64", []wheelFile{{"gomdcsan-" + wheelVersion + ".data/scripts/gomdcsan", data, 0o755}}); err != nil {
		t.Fatal(err)
	}
	python := os.Getenv("GOMDCSAN_PYTHON")
	if python == "" || exec.Command(python, "-c", "import auditwheel").Run() != nil {
		t.Skip("no auditwheel in the Python of GOMDCSAN_PYTHON")
	}
	out, err := exec.Command(python, "-m", "auditwheel", "show", wheel).CombinedOutput()
	if err != nil || !strings.Contains(string(out), tag) {
		t.Errorf("auditwheel does not say %s: %v\n%s", tag, err, out)
	}
}
