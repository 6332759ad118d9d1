package toolchain

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
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

// TestCacheIsOnlyOurs refuses folders into which others could put cells.
func TestCacheIsOnlyOurs(t *testing.T) {
	mine := func(mode os.FileMode) string {
		dir := filepath.Join(t.TempDir(), "cells")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	open := mine(0o777)
	below := filepath.Join(open, "cells")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(open, link); err != nil {
		t.Fatal(err)
	}
	foreign := mine(0o700)
	if os.Geteuid() == 0 {
		if err := os.Chown(foreign, 4711, 4711); err != nil {
			t.Fatal(err)
		}
	} else {
		foreign = "/" // which is root's
	}
	file := filepath.Join(t.TempDir(), "file")
	writeText(t, file, "")
	for _, c := range []struct{ dir, why string }{
		{mine(0o700), ""}, {mine(0o755), ""}, {filepath.Join(mine(0o700), "new", "cells"), ""},
		{open, "others may write to " + open}, {mine(0o770), "others may write to"}, {below, "others may write to " + open}, {link, "others may write to " + open},
		{foreign, "belongs to another user"}, {filepath.Join(file, "cells"), "not a directory"},
	} {
		var notes strings.Builder
		n := New(Options{CacheDir: c.dir, Notes: &notes})
		if err := n.openCache(); err != nil {
			t.Errorf("%s: %v", c.dir, err)
		}
		used := n.cache
		if c.why == "" && (used != c.dir || notes.String() != "") {
			t.Errorf("%s is not used, but %s: %s", c.dir, used, &notes)
		}
		if c.why != "" && (used == c.dir || onlyOurs(used) != nil || !strings.Contains(notes.String(), c.why)) {
			t.Errorf("%s: used %s, and said %q, want %q", c.dir, used, &notes, c.why)
		}
		n.Close()
		if _, err := os.Stat(used); c.why != "" && err == nil {
			t.Errorf("%s is left", used)
		}
	}
}

func zeros(file string, at int64) error {
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteAt(make([]byte, 4096), at)
	return err
}

// TestDamagedCells takes for complete only what is as it was written: all else
// is compiled again.
func TestDamagedCells(t *testing.T) {
	work, base := filepath.Join(t.TempDir(), "cell"), filepath.Join(t.TempDir(), "unit")
	for _, ext := range []string{".so", ".a"} {
		writeText(t, work+ext, strings.Repeat(ext+" of a unit\n", 20_000))
	}
	if err := keep(work, base); err != nil {
		t.Fatal(err)
	}
	for name, damage := range map[string]func(string) error{
		"none":     func(string) error { return nil },
		"empty":    func(b string) error { return os.Truncate(b+".so", 0) },
		"cut":      func(b string) error { return os.Truncate(b+".so", 100_000) },
		"longer":   func(b string) error { return os.Truncate(b+".so", 100_000_000) },
		"archive":  func(b string) error { return os.Truncate(b+".a", 10) },
		"no file":  func(b string) error { return os.Remove(b + ".so") },
		"cut sum":  func(b string) error { return os.Truncate(b+".sum", 10) },
		"no sum":   func(b string) error { return os.Remove(b + ".sum") },
		"no bytes": func(b string) error { return zeros(b+".so", 8192) },
	} {
		copied := filepath.Join(t.TempDir(), "copy")
		for _, ext := range []string{".so", ".a", ".sum"} {
			data, err := os.ReadFile(base + ext)
			if err != nil {
				t.Fatal(err)
			}
			writeText(t, copied+ext, string(data))
		}
		if err := damage(copied); err != nil {
			t.Fatal(err)
		}
		if got := complete(copied); got != (name == "none") {
			t.Errorf("%s: complete %v", name, got)
		}
	}
}

func writeText(t *testing.T, name, text string) {
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestUnwritableGoCache gives the go command another folder.
func TestUnwritableGoCache(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	writeText(t, file, "")
	for name, said := range map[string]string{"off": "off", "below a file": filepath.Join(file, "cache"), "unknown": ""} {
		n := New(Options{CacheDir: t.TempDir()})
		n.cache = t.TempDir()
		n.settle(map[string]string{"GOCACHE": said})
		n.environ = append(n.environ, "PATH="+os.Getenv("PATH"))
		out, err := n.command("env", "GOCACHE", "GOOS").Output()
		want := filepath.Join(n.cache, "go-build") + "\n" + runtime.GOOS + "\n"
		if err != nil || string(out) != want {
			t.Errorf("%s: GOCACHE and GOOS %q, %v, want %q", name, out, err, want)
		}
		n.Close()
	}
}
