package experiment

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A folder that a command fills: what it wrote before is replaced, and
// nothing is written when anything else is in the way.
func TestOutput(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "page")
	names := []string{"index.html", filepath.Join("figures", "a.svg")}
	fill := func(text string) error {
		o, err := OpenOutput(dir)
		if err == nil {
			err = o.Claim(names...)
		}
		for _, name := range names {
			if err == nil {
				err = o.Write(name, []byte(text))
			}
		}
		return err
	}
	for _, text := range []string{"one", "two"} {
		if err := fill(text); err != nil {
			t.Fatal(err)
		}
	}
	if got := read(t, filepath.Join(dir, names[1])); got != "two" {
		t.Errorf("%q", got)
	}
	names = append(names, filepath.Join("figures", "b.svg"))
	os.WriteFile(filepath.Join(dir, names[2]), []byte("somebody's"), 0o644)
	before := snapshot(t, dir)
	if err := fill("three"); !errors.Is(err, ErrForeign) || !strings.Contains(err.Error(), "b.svg") {
		t.Error(err)
	}
	if after := snapshot(t, dir); after != before {
		t.Errorf("the folder was\n%s\nand is\n%s", before, after)
	}
	os.Remove(filepath.Join(dir, names[2]))
	path := filepath.Join(dir, listingName)
	os.WriteFile(path, []byte(strings.Replace(read(t, path), "index.html", "other.html", 1)), 0o644)
	if err := fill("four"); !errors.Is(err, ErrEdited) {
		t.Errorf("a changed list: %v", err)
	}
	if _, err := OpenOutput(train(t, tiny(t.TempDir())).Config.Dir); !errors.Is(err, ErrForeign) {
		t.Errorf("a run's folder: %v", err)
	}
}
