package golang

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestPrune keeps the newest files of the cache and those in use.
func TestPrune(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	const day = 24 * time.Hour
	put := func(name string, age time.Duration) {
		path := filepath.Join(dir, name)
		var err error
		if filepath.Ext(name) == "" {
			err = os.Mkdir(path, 0o700)
		} else {
			err = os.WriteFile(path, make([]byte, 100), 0o600)
		}
		if err == nil {
			err = os.Chtimes(path, now.Add(-age), now.Add(-age))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, age := range map[string]time.Duration{
		"a.so": 4 * day, "a.a": 4 * day, "b.so": 3 * day, "b.a": 3 * day, "c.so": time.Hour, "d.so": time.Second,
		"ancient.a": 61 * day, "packages-1.json": 61 * day, "build-1": 2 * day, "modules-2": time.Hour,
	} {
		put(name, age)
	}
	left := func(limit int64) (names []string) {
		prune(dir, limit, now)
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names
	}
	if got, want := left(250), []string{"a.a", "b.a", "c.so", "d.so", "modules-2"}; !slices.Equal(got, want) {
		t.Errorf("left %q, want %q", got, want)
	}
	if got, want := left(0), []string{"a.a", "b.a", "d.so", "modules-2"}; !slices.Equal(got, want) {
		t.Errorf("left %q, want %q: one that is being loaded stays", got, want)
	}
}
