package gym

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/gym/gymtest"
	"gomdcsan/mdcsan/rng"
)

func TestPython(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the paths are those of Unix")
	}
	for _, c := range []struct {
		vars, onPath map[string]string
		want         string
	}{
		{map[string]string{"GOMDCSAN_PYTHON": "/a/py", "VIRTUAL_ENV": "/v"}, nil, "/a/py"},
		{map[string]string{"VIRTUAL_ENV": "/v", "CONDA_PREFIX": "/c"}, nil, filepath.Join("/v", "bin", "python")},
		{map[string]string{"CONDA_PREFIX": "/c"}, map[string]string{"python3": "/usr/bin/python3"}, filepath.Join("/c", "bin", "python")},
		{nil, map[string]string{"python3": "/usr/bin/python3", "python": "/usr/bin/python"}, "/usr/bin/python3"},
		{nil, map[string]string{"python": "/usr/bin/python"}, "/usr/bin/python"},
		{nil, nil, ""},
	} {
		got, err := python(func(k string) string { return c.vars[k] }, func(name string) (string, error) {
			if p, ok := c.onPath[name]; ok {
				return p, nil
			}
			return "", errors.New("not found")
		})
		if got != c.want || (err == nil) != (c.want != "") || err != nil && !errors.Is(err, env.ErrUnavailable) {
			t.Errorf("%v, %v: %q, %v; want %q", c.vars, c.onPath, got, err, c.want)
		}
	}
}

// TestSignals: Ctrl-C in a terminal reaches Python too, which must live on, so
// that a run can be saved.
func TestSignals(t *testing.T) {
	gymtest.Python(t, "gymnasium")
	v, err := New("gym:trials:Point-v0", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	e := v.(*saved)
	for range 3 {
		if err := e.child.process.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		if err := e.Reset(make([]float64, 4), rng.New(0, "env")); err != nil {
			t.Fatal(err)
		}
	}
	if len(e.AppendState(nil)) == 0 {
		t.Error("no state after the interrupt")
	}
	if err := e.child.process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_, err = e.Step(make([]float64, 4), make([]float64, 2))
	if err == nil {
		t.Fatal("a step in a process that was killed")
	}
	t.Log(err)
	if state := e.AppendState([]byte("before")); string(state) != "before" {
		t.Errorf("the state of a dead process: %q", state)
	}
}
