package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gomdcsan/mdcsan/experiment"
)

// writtenNames are those of all files that the commands write.
var writtenNames = []string{"manifest.json", "progress.csv", "evaluations.csv", "episodes.csv", "timing.csv", "latest.ckpt", "best.ckpt", "status.json", "error.txt", "lock",
	"replay-000000.log", "replay-000001.log", "replay-000002.log", "latest.ckpt.tmp-123", "manifest.json.new", "status.json.new", "progress.csv.damaged-1",
	"index.html", "gomdcsan.json", "figures", "figures/fig4.svg", "figures/fig5.pdf", "run", "slurm", "w.npz", "cloud.csv", "film.gif", "film.png", "out.ipynb"}

// entries are what may lie under such a name: each puts it there.
var entries = map[string]func(path, outside string) error{
	"file":      func(path, _ string) error { return os.WriteFile(path, []byte("somebody's\n"), 0o644) },
	"read-only": func(path, _ string) error { return os.WriteFile(path, []byte("somebody's\n"), 0o444) },
	"folder": func(path, _ string) error {
		return errors.Join(os.Mkdir(path, 0o755), os.WriteFile(filepath.Join(path, "x"), []byte("somebody's\n"), 0o644))
	},
	"link":     func(path, outside string) error { return os.Symlink(outside, path) },
	"bad link": func(path, outside string) error { return os.Symlink(outside+"-not", path) },
}

// everything describes all that lies in and below some folders.
func everything(t *testing.T, roots ...string) string {
	t.Helper()
	var b strings.Builder
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			text := ""
			if info.Mode().IsRegular() {
				data, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				text = string(data)
			} else if info.Mode()&fs.ModeSymlink != 0 {
				text, _ = os.Readlink(path)
			}
			fmt.Fprintf(&b, "%s %v %q\n", path, info.Mode(), text)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// overFolder is every command that touches folders, with d as the folder.
func overFolder(t *testing.T, d, run string) [][]string {
	sweep := filepath.Join(t.TempDir(), "sweep.toml")
	text := fmt.Sprintf("dir = %q\n[settings]\ntask = \"Pendulum-v1\"\nhidden = [8]\ncritic_hidden = [8]\npopulation = 3\nt = 2\nsteps = 120\nstart_steps = 50\nupdate_after = 50\neval_every = 60\neval_episodes = 1\n[[grid]]\nseed = [0]\n", filepath.Dir(d))
	if err := os.WriteFile(sweep, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	in := func(name string) string { return filepath.Join(d, name) }
	return [][]string{
		small(d), {"train", "--resume", d}, {"train", "--resume", d, "--steps", "700"}, {"sweep", sweep}, {"sweep", sweep, "--only", "0"},
		{"watch", d, "--once"}, {"watch", filepath.Dir(d), "--once"}, {"eval", d, "--episodes", "1"}, {"eval", in("best.ckpt"), "--episodes", "1"}, {"theta", d},
		{"collect", run, "-o", filepath.Dir(d), "--policies"}, {"collect", run, "-o", d}, {"collect", d, "-o", filepath.Join(t.TempDir(), "into"), "--unfinished"},
		{"collect", d, "-o", filepath.Dir(d), "--unfinished"}, {"collect", d, "-o", d, "--unfinished"},
		{"export", run, "--npz", in("w.npz")}, {"export", run, "--thetas", in("cloud.csv")}, {"export", run, "--film", in("film.gif"), "--size", "16"},
		{"export", run, "--film", in("film.png"), "--size", "16"}, {"export", run, "--npz", in("latest.ckpt")}, {"export", run, "--npz", in("manifest.json")}, {"export", run, "--thetas", in("progress.csv")},
		{"export", d, "--npz", in("best.ckpt")},
	}
}

// Whatever somebody has put under the name of a file that the commands write,
// in whichever folder, no command changes a byte of it, follows it as a link
// or removes it. GOMDCSAN_FOREIGN sets how many folders are tried.
func TestForeignFilesStay(t *testing.T) {
	tries := 12
	if s := os.Getenv("GOMDCSAN_FOREIGN"); s != "" {
		tries, _ = strconv.Atoi(s)
	}
	experiment.Commit = strings.Repeat("0123456789", 4)
	defer func() { experiment.Commit = "" }()
	base := t.TempDir()
	run := filepath.Join(base, "run") // "run" is also the name of the folder that is tried, for collect's sake
	half := trainTiny(t, run, 0)[2]
	for _, args := range [][]string{{"collect", run, "-o", filepath.Join(base, "stored")}, {"report", run, "-o", filepath.Join(base, "page")}} {
		if out, err := gomdcsan(args...); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	folders := []string{"", run, half, filepath.Join(base, "stored", "run"), filepath.Join(base, "page")}
	kinds := []string{"file", "file", "read-only", "folder", "link", "bad link"}
	r := rand.New(rand.NewPCG(14, uint64(tries)))
	for try := range tries {
		d := filepath.Join(t.TempDir(), "run")
		from := folders[try%len(folders)]
		if from != "" {
			copyTo(t, from, d)
		}
		outside := filepath.Join(t.TempDir(), "outside")
		foreign := []string{outside, outside + "-not"}
		if err := errors.Join(os.MkdirAll(d, 0o755), os.WriteFile(outside, []byte("outside\n"), 0o644)); err != nil {
			t.Fatal(err)
		}
		if try < len(folders) { // a file under every name that is free
			for _, name := range writtenNames {
				if path := putForeign(t, d, name, "file", outside); path != "" {
					foreign = append(foreign, path)
				}
			}
		}
		for range r.IntN(5) * min(1, try/len(folders)) {
			name, kind := writtenNames[r.IntN(len(writtenNames))], kinds[r.IntN(len(kinds))]
			if path := putForeign(t, d, name, kind, outside); path != "" {
				foreign = append(foreign, path)
			}
		}
		want := everything(t, foreign...)
		commands := overFolder(t, d, run)
		if try%4 == 0 || try == len(folders)-1 { // drawing takes a second
			commands = append(commands, []string{"report", run, "-o", d})
		}
		for _, args := range commands {
			_, err := gomdcsan(args...)
			if got := everything(t, foreign...); got != want {
				t.Errorf("in a copy of %q: gomdcsan %s (%v) made of\n%.1400s\nthis:\n%.1400s", from, strings.Join(args, " "), err, want, got)
				break
			}
		}
	}
}

// putForeign puts something that is somebody's into a folder, and returns its
// path, or "" where the program's own file has the name already.
func putForeign(t *testing.T, d, name, kind, outside string) string {
	t.Helper()
	path := filepath.Join(d, name)
	if info, err := os.Lstat(filepath.Dir(path)); err == nil && !info.IsDir() {
		return "" // there is a file where the folder would be
	}
	if _, err := os.Lstat(path); err == nil {
		if kind == "file" {
			return ""
		}
		os.RemoveAll(path)
	}
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), entries[kind](path, outside)); err != nil {
		t.Fatal(err)
	}
	return path
}

// An executed notebook takes the place of a notebook only; written in place,
// it stays where a link leads to.
func TestRunOutput(t *testing.T) {
	dir := t.TempDir()
	nb, text, link := filepath.Join(dir, "a.ipynb"), filepath.Join(dir, "notes.ipynb"), filepath.Join(dir, "link.ipynb")
	os.WriteFile(nb, []byte(`{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}`), 0o644)
	os.WriteFile(text, []byte("somebody's"), 0o644)
	if err := os.Symlink(nb, link); err != nil {
		t.Skip("no symbolic links here")
	}
	for output, ok := range map[string]bool{"": true, filepath.Join(dir, "new.ipynb"): true, nb: true, text: false, link: false, dir: false} {
		o := runOptions{output: output}
		if _, err := o.target(nb); (err == nil) != ok {
			t.Errorf("output %q: %v", output, err)
		}
	}
	if got, err := new(runOptions).target(link); err != nil || filepath.Base(got) != "a.ipynb" {
		t.Errorf("in place through a link: %s %v", got, err)
	}
}
