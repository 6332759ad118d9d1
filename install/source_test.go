package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestSourceFiles holds what a copy consists of: all that a build needs, and
// nothing that would only make it another copy.
func TestSourceFiles(t *testing.T) {
	m := &machine{ctx: context.Background(), out: io.Discard, root: ".."}
	files, err := m.sourceFiles()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"go.mod", "go.sum", "install/main.go", "install/requirements.txt", "kernel/cmd/gomdcsan/main.go", "kernel/symbols/internal/own/types.zip", "mdcsan/env/mujoco/shim.h", "mdcsan/linalg/kernels_amd64.s", "plotting/paper/fig8_trace.csv"} {
		if len(files[want]) == 0 {
			t.Errorf("%s is missing", want)
		}
	}
	for _, unwanted := range []string{"install/source_test.go", "README.md", "mdcsan/linalg/asm/go.mod", "kernel/golang/testdata/go_cases.json"} {
		if files[unwanted] != nil {
			t.Errorf("%s is copied", unwanted)
		}
	}
	name := sourceName(files)
	files["go.sum"] = append(files["go.sum"], '\n')
	if sourceName(files) == name {
		t.Error("another content has the same name")
	}
}

// TestPruneSources keeps the newest copies and the one in use.
func TestPruneSources(t *testing.T) {
	below := t.TempDir()
	for i, name := range []string{"now", "a", "b", "c", "d"} {
		dir := filepath.Join(below, name)
		if err := os.MkdirAll(filepath.Join(dir, "vendor"), 0o755); err != nil {
			t.Fatal(err)
		}
		when := time.Now().Add(time.Duration(i-10) * time.Hour)
		if err := os.Chtimes(dir, when, when); err != nil {
			t.Fatal(err)
		}
	}
	pruneSources(below, filepath.Join(below, "now"))
	for name, want := range map[string]bool{"now": true, "a": false, "b": false, "c": true, "d": true} {
		if got := exists(filepath.Join(below, name)); got != want {
			t.Errorf("%s is there: %v, want %v", name, got, want)
		}
	}
}
