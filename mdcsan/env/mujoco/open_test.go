//go:build cgo && (linux || darwin)

package mujoco

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestUnknownRelease: a library of a release that the tables do not know is
// refused by name, with what to do, and no other takes its place.
func TestUnknownRelease(t *testing.T) {
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("no C compiler")
	}
	for version, want := range map[string]string{"5000000": "MuJoCo 5.0.0", "4001000": "MuJoCo 4.1.0", "211": "MuJoCo 2.1.1"} {
		lib := filepath.Join(t.TempDir(), "libmujoco.so")
		c := exec.Command(cc, "-shared", "-fPIC", "-x", "c", "-o", lib, "-")
		c.Stdin = strings.NewReader("int mj_version(void) { return " + version + "; }")
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		_, err := open([]string{lib, "libmujoco.so"})
		if !errors.Is(err, errUnknown) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "pip install mujoco-core==") {
			t.Errorf("version %s: %v, want a refusal of %s", version, err, want)
		}
	}
}

// TestSearch: what is named is taken alone; else a Python environment's library
// comes before the system's.
func TestSearch(t *testing.T) {
	name := map[string]string{"darwin": "libmujoco.3.1.6.dylib", "linux": "libmujoco.so.3.1.6"}[runtime.GOOS]
	root := t.TempDir()
	var libs []string
	for _, dir := range []string{"active/lib/python3.11/site-packages/mujoco", "own/lib/python3.12/dist-packages/mujoco", "release/lib"} {
		path := filepath.Join(root, dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		libs = append(libs, path)
	}
	search := func(env map[string]string) string {
		found, err := candidates(func(k string) string { return env[k] }, filepath.Join(root, "own", "bin", "gomdcsan"))
		if err != nil {
			return err.Error()
		}
		return strings.Join(found, " ")
	}
	system := strings.Join(systemNames(), " ")
	active := filepath.Join(root, "active")
	release := filepath.Join(root, "release")
	for _, c := range []struct {
		env  map[string]string
		want string
	}{
		{nil, libs[1] + " " + system},
		{map[string]string{"VIRTUAL_ENV": active}, libs[0] + " " + libs[1] + " " + system},
		{map[string]string{"CONDA_PREFIX": active}, libs[0] + " " + libs[1] + " " + system},
		{map[string]string{"VIRTUAL_ENV": active, Variable: release}, libs[2]},
		{map[string]string{Variable: libs[2]}, libs[2]},
		{map[string]string{Variable: filepath.Dir(libs[0])}, libs[0]},
	} {
		if got := search(c.env); got != c.want {
			t.Errorf("%v: %s, want %s", c.env, got, c.want)
		}
	}
	for named, want := range map[string]string{None: "told to go without MuJoCo", filepath.Join(root, "gone"): "no such file", active: "there is no libmujoco"} {
		if got := search(map[string]string{Variable: named}); !strings.Contains(got, want) {
			t.Errorf("%s=%s: %s, want %q", Variable, named, got, want)
		}
	}
}

// TestLocation: the library that is open is the one that the variable names, and
// Location says so.
func TestLocation(t *testing.T) {
	if err := Available(); err != nil {
		t.Fatal(err)
	}
	named, where := os.Getenv(Variable), Location()
	if where == "" || named != "" && !strings.HasPrefix(where, named) {
		t.Errorf("the library is %q, and %s is %q", where, Variable, named)
	}
}

// TestCheckRefuses: numbers that are not those of the model are found.
func TestCheckRefuses(t *testing.T) {
	if err := Available(); err != nil {
		t.Fatal(err)
	}
	m := newSim(t).m
	for name, want := range map[string][]float64{"nq": {2}, "body_mass": {0, 1e300}, "qpos0": {0, 0}, "no_such": nil} {
		if near(m, name, want) == nil {
			t.Errorf("%s: %v accepted", name, want)
		}
	}
}
