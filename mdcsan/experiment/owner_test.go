package experiment

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Whatever lies in a folder under a name that runs write, and is not listed by
// a manifest: a new run is refused, says what is there, and leaves all of it.
func TestNewRunRefusesForeignFiles(t *testing.T) {
	for _, name := range append(slices.Clone(runFiles), "replay-000000.log", "replay-000012.log", "Progress.CSV") {
		for kind, put := range map[string]func(path string) error{
			"file":    func(path string) error { return os.WriteFile(path, []byte("mine"), 0o644) },
			"folder":  func(path string) error { return os.Mkdir(path, 0o755) },
			"symlink": func(path string) error { return os.Symlink("elsewhere", path) },
		} {
			c := tiny(t.TempDir())
			if err := put(filepath.Join(c.Dir, name)); err != nil {
				t.Fatal(err)
			}
			_, err := New(c, Parts{})
			if err == nil || !strings.Contains(err.Error(), name) && name != manifestName || !errors.Is(err, ErrForeign) && !errors.Is(err, fs.ErrExist) {
				t.Errorf("%s %s: %v", kind, name, err)
			}
			if entries, _ := os.ReadDir(c.Dir); len(entries) != 1 {
				t.Errorf("%s %s: the folder holds %v", kind, name, entries)
			}
		}
	}
	c := tiny(t.TempDir()) // what no run writes is in nobody's way
	if err := os.WriteFile(filepath.Join(c.Dir, "notes.txt"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	train(t, c)
	if got := read(t, filepath.Join(c.Dir, "notes.txt")); got != "mine" {
		t.Errorf("%q", got)
	}
}

// In a run's own folder, too, only what the manifest lists is written; what
// appears under the name of a file that is still to come is refused when it
// would be written over, and training goes on in memory.
func TestForeignFileInRunsFolder(t *testing.T) {
	c := tiny(t.TempDir())
	r, err := New(c, Parts{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	foreign := []string{latestName, "replay-000000.log", progressName, statusName, timingName}
	for _, name := range foreign {
		os.WriteFile(filepath.Join(c.Dir, name), []byte("mine"), 0o644)
	}
	var warnings []string
	err = r.Train(context.Background(), func(p Progress) {
		if p.Kind == Warned {
			warnings = append(warnings, p.Message)
		}
	})
	if !errors.Is(err, ErrForeign) || !strings.Contains(strings.Join(warnings, "\n"), progressName) {
		t.Errorf("%v %q", err, warnings)
	}
	for _, name := range foreign {
		if got := read(t, filepath.Join(c.Dir, name)); got != "mine" {
			t.Errorf("%s is now %q", name, got)
		}
		os.Remove(filepath.Join(c.Dir, name))
	}
	if err := r.Save(); err != nil {
		t.Fatal(err)
	}
	compare(t, "after the foreign files went", filesOf(t, c.Dir), filesOf(t, train(t, tiny(t.TempDir())).Config.Dir))
}

// Every listed file must be a plain, writable one before a run is resumed.
func TestResumeRefusesByName(t *testing.T) {
	whole := train(t, tiny(t.TempDir())).Config.Dir
	for kind, spoil := range map[string]func(path string) error{
		"symbolic link": func(path string) error {
			return errors.Join(os.Rename(path, path+".real"), os.Symlink(path+".real", path))
		},
		"folder":    func(path string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o755)) },
		"read-only": func(path string) error { return os.Chmod(path, 0o444) },
	} {
		for _, name := range []string{progressName, bestName, latestName, statusName, timingName, "replay-000000.log"} {
			dir := copyOf(t, whole)
			if err := spoil(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
			before := snapshot(t, dir)
			_, err := Resume(dir, 700, Parts{})
			if !errors.Is(err, ErrForeign) || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), kind) {
				t.Errorf("%s %s: %v", kind, name, err)
			}
			if after := snapshot(t, dir); after != before {
				t.Errorf("%s %s: the folder was\n%s\nand is\n%s", kind, name, before, after)
			}
		}
	}
}

func copyOf(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "run")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// snapshot lists what is in and below a folder: names, kinds and contents.
func snapshot(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		b.WriteString(path + " " + info.Mode().String())
		if info.Mode().IsRegular() {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			b.WriteString(" " + digest(data))
		}
		b.WriteByte('\n')
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A folder that goes away while a run trains in it ends the run at once, with
// everything still in memory; it does not come up again half empty.
func TestFolderGoesAway(t *testing.T) {
	for name, away := range map[string]func(dir string) error{
		"deleted":  os.RemoveAll,
		"moved":    func(dir string) error { return os.Rename(dir, dir+".moved") },
		"replaced": func(dir string) error { return errors.Join(os.Rename(dir, dir+".moved"), os.Mkdir(dir, 0o755)) },
	} {
		t.Run(name, func(t *testing.T) {
			c := tiny(filepath.Join(t.TempDir(), "run"))
			c.Steps, c.CheckpointEvery = 1_000_000, 1_000_000
			r, err := New(c, Parts{})
			if err != nil {
				t.Fatal(err)
			}
			gone := false
			err = r.Train(context.Background(), func(p Progress) {
				if p.Kind == Episode && !gone {
					gone = true
					if err := away(c.Dir); err != nil {
						t.Error(err)
					}
				}
			})
			if !errors.Is(err, ErrGone) || r.Step() == c.Steps {
				t.Errorf("step %d: %v", r.Step(), err)
			}
			if entries, _ := os.ReadDir(c.Dir); len(entries) != 0 {
				t.Errorf("written there: %v", entries)
			}
			if err := r.SavePolicy(filepath.Join(t.TempDir(), "p.ckpt")); err != nil {
				t.Error(err)
			}
			r.Close()
		})
	}
}

// A backup of hard links stays as it is when the run goes on, and the run when
// the backup is resumed.
func TestHardLinkedBackup(t *testing.T) {
	dir := train(t, tiny(t.TempDir())).Config.Dir
	backup := t.TempDir()
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if err := os.Link(filepath.Join(dir, e.Name()), filepath.Join(backup, e.Name())); err != nil {
			t.Skip("no hard links here")
		}
	}
	before := snapshot(t, backup)
	goOn(t, dir, 800)
	if after := snapshot(t, backup); after != before {
		t.Errorf("the backup was\n%s\nand is\n%s", before, after)
	}
	before = snapshot(t, dir)
	goOn(t, backup, 800)
	if after := snapshot(t, dir); after != before {
		t.Errorf("the run was\n%s\nand is\n%s", before, after)
	}
	compare(t, "the backup", filesOf(t, backup), filesOf(t, dir))
}

func goOn(t *testing.T, dir string, steps int) {
	t.Helper()
	r, err := Resume(dir, steps, Parts{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(r.Train(context.Background()), r.Close()); err != nil {
		t.Fatal(err)
	}
}
