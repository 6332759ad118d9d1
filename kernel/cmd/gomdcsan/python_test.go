package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"gomdcsan/mdcsan/env/gym/gymtest"
	"gomdcsan/mdcsan/env/mujoco"
	"gomdcsan/mdcsan/env/tasks"
)

// TestMain lets the Python package drive this program as the command.
func TestMain(m *testing.M) {
	if os.Getenv("GOMDCSAN_TEST_CHILD") == "command" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestPythonPackage runs the tests of install/python.
func TestPythonPackage(t *testing.T) {
	python := gymtest.Python(t, "gymnasium", "pandas", "nir")
	command, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	source := filepath.Join("..", "..", "..", "install", "python")
	folder, err := filepath.Abs(source)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PYTHONPATH", folder)
	t.Setenv("GOMDCSAN_BIN", command)
	t.Setenv("GOMDCSAN_TEST_CHILD", "command")
	if mujoco.Available() == nil {
		t.Setenv("GOMDCSAN_TEST_TASK", "mujoco")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	var out bytes.Buffer
	c := exec.CommandContext(ctx, python, "-X", "faulthandler", "-m", "unittest", "-v", "test_package")
	c.Dir = filepath.Join(folder, "tests")
	c.Stdout, c.Stderr = &out, &out
	if err := c.Run(); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, said := range regexp.MustCompile(`[0-9.]+ us an action|no PyTorch here`).FindAllString(out.String(), -1) {
		t.Log(said)
	}
	names := strings.Fields(regexp.MustCompile(`tasks: (.*)`).FindStringSubmatch(out.String())[1])
	known := map[string]bool{}
	for _, n := range names {
		known[n] = true
	}
	for _, n := range tasks.Names() {
		if !known[n] {
			t.Errorf("gomdcsan.envs does not have %s", n)
		}
		delete(known, n)
	}
	if len(known) > 0 {
		t.Errorf("gomdcsan.envs has %v, which is no task", known)
	}
}
