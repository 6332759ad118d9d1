package mujoco_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestRelease builds the environments with another MuJoCo and runs their
// tests: MUJOCO_DIR names the folder of an unpacked release (include and lib),
// or the folder mujoco inside Python's mujoco wheel.
func TestRelease(t *testing.T) {
	dir := os.Getenv("MUJOCO_DIR")
	if dir == "" {
		t.Skip("MUJOCO_DIR does not name the folder of a MuJoCo release")
	}
	lib, err := library(dir, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "test", "-tags", "mujoco", "../...")
	cmd.Env = append(os.Environ(), "MUJOCO_DIR=",
		"CGO_CFLAGS=-I"+filepath.Join(dir, "include"),
		"CGO_LDFLAGS=-Wl,-rpath,"+lib)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("with the MuJoCo of %s: %v\n%s", dir, err, out)
	}
	t.Logf("%s", out)
}

// library makes a folder in which the linker and the loader find the library:
// a wheel has no libmujoco.so, only the file with the version in its name.
func library(dir, into string) (string, error) {
	var found []string
	for _, pattern := range []string{"libmujoco.so*", "lib/libmujoco.so*"} {
		m, _ := filepath.Glob(filepath.Join(dir, pattern))
		found = append(found, m...)
	}
	if len(found) == 0 {
		return "", errors.New("no libmujoco.so in " + dir)
	}
	for _, f := range found {
		abs, err := filepath.Abs(f)
		if err != nil {
			return "", err
		}
		for _, name := range []string{filepath.Base(f), "libmujoco.so"} {
			if err := os.Symlink(abs, filepath.Join(into, name)); err != nil && !strings.Contains(err.Error(), "exists") {
				return "", err
			}
		}
	}
	return into, nil
}
