package golang

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestPrune keeps the newest files of the cache and those in use.
func TestPrune(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	for i, name := range []string{"oldest", "older", "old", "new"} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, make([]byte, 100), 0o600); err != nil {
			t.Fatal(err)
		}
		when := now.Add(time.Duration(i-4) * 24 * time.Hour)
		if err := os.Chtimes(file, when, when); err != nil {
			t.Fatal(err)
		}
	}
	for name, age := range map[string]time.Duration{"modules-1": 48 * time.Hour, "modules-2": time.Hour} {
		folder := filepath.Join(dir, name)
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(folder, now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	prune(dir, 250, now.Add(-36*time.Hour))
	left, _ := filepath.Glob(filepath.Join(dir, "*"))
	if _, err := os.Stat(filepath.Join(dir, "modules-2")); err != nil {
		t.Error("a folder in use is gone")
	}
	os.Remove(filepath.Join(dir, "modules-2"))
	left, _ = filepath.Glob(filepath.Join(dir, "*"))
	if len(left) != 2 || filepath.Base(left[0]) != "new" || filepath.Base(left[1]) != "old" {
		t.Errorf("left %q", left)
	}
	prune(dir, 0, now.Add(-36*time.Hour))
	if left, _ = filepath.Glob(filepath.Join(dir, "*")); len(left) != 1 {
		t.Errorf("left %q, want what is young", left)
	}
}
