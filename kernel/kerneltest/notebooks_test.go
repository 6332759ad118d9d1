package kerneltest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gomdcsan/kernel/notebook"
)

// notebooksHere copies the notebooks and what they read to a folder in which
// they may be executed, and returns their names. The quickstart trains for
// minutes: the installer runs it by itself.
func notebooksHere(t *testing.T) (dir string, names []string) {
	t.Helper()
	dir = t.TempDir()
	source, err := filepath.Abs("../../notebooks")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS(source)); err != nil {
		t.Fatal(err)
	}
	all, err := filepath.Glob(filepath.Join(dir, "*.ipynb"))
	if err != nil || len(all) < 10 {
		t.Fatalf("%d notebooks, %v", len(all), err)
	}
	for _, path := range all {
		if name := filepath.Base(path); name != "quickstart.ipynb" {
			names = append(names, name)
		}
	}
	return dir, names
}

// Every notebook runs from top to bottom without Jupyter, in the build
// without MuJoCo where there is one.
func TestNotebooksRun(t *testing.T) {
	if testing.Short() {
		t.Skip("minutes")
	}
	t.Parallel()
	binary, withoutPhysics := Binary(t), false
	if plain := os.Getenv("GOMDCSAN_PLAIN_BIN"); plain != "" {
		binary, withoutPhysics = plain, true
	}
	dir, names := notebooksHere(t)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			args := []string{"run", name}
			if name == "ablation.ipynb" { // and takes parameters
				args = append(args, "-p", "steps=1000", "-p", "seeds=2")
			}
			cmd := exec.Command(binary, args...)
			cmd.Dir = dir
			out, err := cmd.CombinedOutput()
			if withoutPhysics && name == "own-robot.ipynb" { // there is no robot without physics
				if err == nil || !strings.Contains(string(out), "go without MuJoCo") {
					t.Fatalf("without MuJoCo: %v\n%s", err, out)
				}
				return
			}
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
		})
	}
}

// Every notebook runs in nbclient, and what comes out of it becomes a page
// without a warning.
func TestNotebooksRunInJupyter(t *testing.T) {
	if testing.Short() {
		t.Skip("minutes")
	}
	t.Parallel()
	env := Environment(t)
	dir, names := notebooksHere(t)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, name)
			// Encoded SVG loses its texts, and nbconvert warns that they are missing.
			out, err := python(t, env, "-m", "nbconvert", "--execute", "--to", "html", "--HTMLExporter.skip_svg_encoding=True", path)
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			for _, w := range regexp.MustCompile(`(?i).*warning.*`).FindAllString(out, -1) {
				// nbconvert looks for the description of a PNG elsewhere than Jupyter
				// keeps it; TestImagesAreDescribed sees that it is there.
				if !strings.Contains(w, "Alternative text is missing") {
					t.Errorf("it says: %s", w)
				}
			}
			page, err := os.ReadFile(strings.TrimSuffix(path, ".ipynb") + ".html")
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(page), "<svg") && !strings.Contains(string(page), "image/png") {
				t.Error("the page has no figure")
			}
		})
	}
}

// A notebook runs in its own folder, as in Jupyter, or where --cwd says; what
// is written goes where the caller's paths point.
func TestRunFolder(t *testing.T) {
	home, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	source := `{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"id": "a", "cell_type": "code",
		"metadata": {}, "outputs": [], "execution_count": null, "source": "where, _ := os.Getwd()\nfmt.Print(where)"}]}`
	inner := filepath.Join(home, "inner")
	if err := errors.Join(os.Mkdir(inner, 0o755), os.WriteFile(filepath.Join(inner, "where.ipynb"), []byte(source), 0o644)); err != nil {
		t.Fatal(err)
	}
	for want, flags := range map[string][]string{inner: nil, home: {"--cwd", "."}} {
		cmd := exec.Command(Binary(t), append([]string{"run", "inner/where.ipynb", "-o", "out.ipynb"}, flags...)...)
		cmd.Dir = home
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		nb, err := notebook.Read(filepath.Join(home, "out.ipynb"))
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(nb.Cells[0].Outputs[0]["text"]); got != "["+want+"]" { // a list of lines
			t.Errorf("with %v the cell ran elsewhere than in %s: %s", flags, want, got)
		}
	}
}
