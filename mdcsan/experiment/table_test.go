package experiment

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ownFolder is a folder whose manifest lists no file yet.
func ownFolder(t *testing.T) *folder {
	t.Helper()
	f := &folder{dir: t.TempDir(), manifest: Manifest{Format: manifestFormat, ID: newID(), Config: tiny(""), Files: map[string]string{manifestName: ""}}}
	if err := f.take(); err != nil {
		t.Fatal(err)
	}
	return f
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestTable(t *testing.T) {
	f := ownFolder(t)
	path := f.path(evaluationsName)
	tb := newTable(f, evaluationsName)
	tb.add(1, 0, 0.1, 5)
	tb.add(1, 1, math.NaN(), 6)
	for _, durable := range []bool{true, false} {
		tb.add(2, 0, 1e-17, 7)
		if err := tb.flush(durable); err != nil {
			t.Fatal(err)
		}
	}
	const want = "step,episode,return,length\n1,0,0.1,5\n1,1,,6\n2,0,1e-17,7\n2,0,1e-17,7\n"
	if got := read(t, path); got != want {
		t.Errorf("%q", got)
	}
	os.WriteFile(path, []byte(want+"4,half a li"), 0o644)
	text, err := readText(path)
	if err != nil {
		t.Fatal(err)
	}
	cols, err := columnsOf(text, "return", "step")
	if err != nil || len(cols[0]) != 4 || cols[0][0] != 0.1 || !math.IsNaN(cols[0][1]) || cols[1][3] != 2 {
		t.Errorf("%v %v", cols, err)
	}
	if _, err := columnsOf(text, "y"); err == nil || !strings.Contains(err.Error(), `no column "y" among step, episode, return, length`) {
		t.Error(err)
	}
	if _, err := columnsOf([]byte("step,x\n1,2\n3,4O\n"), "step"); err == nil || !strings.Contains(err.Error(), "row 3, column x") {
		t.Error(err)
	}
}

// Whatever somebody does to a table's file while the run goes on, the next
// flush leaves the whole table there, and what it was not itself that wrote
// beside it.
func TestTableIsWrittenAnewWhenChanged(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, path string){
		"deleted": func(t *testing.T, path string) { os.Remove(path) },
		"cut":     func(t *testing.T, path string) { os.Truncate(path, 10) },
		"longer":  func(t *testing.T, path string) { os.WriteFile(path, []byte(read(t, path)+"9,9\n"), 0o644) },
		"replaced": func(t *testing.T, path string) {
			os.WriteFile(path+".other", []byte(strings.Repeat("x", len(read(t, path)))), 0o644)
			os.Rename(path+".other", path)
		},
		"hard link": func(t *testing.T, path string) { os.Link(path, path+".backup") },
	} {
		t.Run(name, func(t *testing.T) {
			f := ownFolder(t)
			tb := newTable(f, episodesName)
			tb.add(5, 1, 0.5, 5)
			if err := tb.flush(true); err != nil {
				t.Fatal(err)
			}
			change(t, f.path(episodesName))
			changed, _ := os.ReadFile(f.path(episodesName))
			tb.add(9, 2, 0.5, 4)
			if err := tb.flush(true); err != nil {
				t.Fatal(err)
			}
			if got := read(t, f.path(episodesName)); got != string(tb.text) {
				t.Errorf("%q", got)
			}
			kept := ""
			if aside, _ := filepath.Glob(f.path("*.damaged-1")); len(aside) == 1 && len(f.notes) == 1 {
				kept = read(t, aside[0])
			} else if name == "hard link" {
				kept = read(t, f.path(episodesName)+".backup")
			}
			if kept != string(changed) {
				t.Errorf("what was there, %q, is now %q (%v)", changed, kept, f.notes)
			}
		})
	}
}
