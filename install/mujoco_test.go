package main

import (
	"archive/zip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestUnpackMuJoCo: a wheel becomes the folder of a release, which --mujoco and
// TestRelease take.
func TestUnpackMuJoCo(t *testing.T) {
	wheel, dir := filepath.Join(t.TempDir(), "m.whl"), t.TempDir()
	pack(t, wheel, "mujoco/__init__.py", "mujoco/include/mujoco/mujoco.h", "mujoco/libmujoco.so.3.1.6",
		"mujoco/include/mujoco/../../../evil.h", "mujoco/plugin/libmujoco.so.other")
	m := &machine{opts: options{mujoco: dir}}
	if err := m.useMuJoCo(); err == nil || !strings.Contains(err.Error(), "libmujoco") {
		t.Errorf("an empty folder: %v", err)
	}
	if err := unpackMuJoCo(wheel, dir); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOMDCSAN_MUJOCO", "")
	if err := m.useMuJoCo(); err != nil || os.Getenv("GOMDCSAN_MUJOCO") != dir || !m.hasMuJoCo() {
		t.Fatalf("%v, GOMDCSAN_MUJOCO is %q", err, os.Getenv("GOMDCSAN_MUJOCO"))
	}
	if data, err := os.ReadFile(filepath.Join(dir, "lib", "libmujoco.so")); err != nil || string(data) != "mujoco/libmujoco.so.3.1.6" {
		t.Errorf("libmujoco.so holds %q: %v", data, err)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "*")); len(files) != 2 {
		t.Errorf("unpacked %v, want include and lib only", files)
	}
}

// pack writes a zip whose files hold their own names.
func pack(t *testing.T, path string, names ...string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	for _, name := range names {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(name))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestFuzzTargets: the search for fuzz tests finds those of this module.
func TestFuzzTargets(t *testing.T) {
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	all, err := fuzzTargets(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []fuzzTarget{{"mdcsan/checkpoint", "FuzzUnmarshal"}, {"mdcsan/env/mujoco", "FuzzRestoreState"}, {"kernel/wire", "FuzzDecode"}} {
		if !slices.Contains(all, want) {
			t.Errorf("%v is not among %v", want, all)
		}
	}
}
