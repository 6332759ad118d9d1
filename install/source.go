package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Cells are compiled against the very packages that the command was built
// from. So the command is built from a copy of the sources, with all modules
// that it imports beside them (go mod vendor): then neither a changed, moved or
// deleted clone nor a cleaned module cache takes compiled cells away. The copy
// is named by its content, and equal copies are one.

// sourceFolders are what the command is made of, and the installer, so that a
// copy can be built again (after an update of Go, for instance).
var sourceFolders = []string{"kernel", "mdcsan", "plotting", "install"}

// commitFile is where a copy says which commit it is of.
const commitFile = "COMMIT"

// keptSources is how many copies stay: kernels that run may still need one.
const keptSources = 3

// keepSource copies the module below a folder, if it is not there yet, and
// returns the copy's path.
func (m *machine) keepSource(below string) (string, error) {
	files, err := m.sourceFiles()
	if err != nil {
		return "", fmt.Errorf("read the sources: %w", err)
	}
	dir := filepath.Join(below, sourceName(files))
	if exists(filepath.Join(dir, "vendor", "modules.txt")) {
		now := time.Now()
		_ = os.Chtimes(dir, now, now) // the newest are kept
		return dir, nil
	}
	if err := os.MkdirAll(below, 0o755); err != nil {
		return "", fmt.Errorf("make a folder for the sources: %w", err)
	}
	work, err := os.MkdirTemp(below, "new-")
	if err != nil {
		return "", fmt.Errorf("copy the sources: %w", err)
	}
	defer os.RemoveAll(work)
	if rev := m.commit(); rev != "unknown" { // for who builds the copy again
		files[commitFile] = []byte(rev + "\n")
	}
	if err := writeFiles(work, files); err != nil {
		return "", fmt.Errorf("copy the sources: %w", err)
	}
	vendor := m.command("go", "mod", "vendor")
	vendor.Dir = work
	vendor.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	if err := m.step("gathering the modules (the first time they are downloaded)", vendor); err != nil {
		return "", err
	}
	_ = os.RemoveAll(dir) // what another program left unfinished
	if err := errors.Join(os.Chmod(work, 0o755), os.Rename(work, dir)); err != nil {
		return "", fmt.Errorf("copy the sources: %w", err)
	}
	pruneSources(below, dir)
	return dir, nil
}

// sourceFiles reads what is to be copied, by path within the module.
func (m *machine) sourceFiles() (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, name := range []string{"go.mod", "go.sum", "LICENSE"} {
		data, err := os.ReadFile(filepath.Join(m.root, name))
		if err != nil {
			return nil, err
		}
		files[name] = data
	}
	for _, folder := range sourceFolders {
		err := filepath.WalkDir(filepath.Join(m.root, folder), func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && (d.Name() == "testdata" || exists(filepath.Join(path, "go.mod"))):
				return filepath.SkipDir // of tests, or another module
			case !d.Type().IsRegular() || strings.HasSuffix(d.Name(), "_test.go"):
				return nil
			}
			name, err := filepath.Rel(m.root, path)
			if err == nil {
				files[filepath.ToSlash(name)], err = os.ReadFile(path)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// sourceName names a copy by its content.
func sourceName(files map[string][]byte) string {
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	h := sha256.New()
	for _, name := range names {
		fmt.Fprintf(h, "%s %d\n", name, len(files[name]))
		h.Write(files[name])
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:8])
}

// writeFiles writes the copy; its files are read-only, as those of Go's module
// cache are, since a change would take compiled cells away.
func writeFiles(dir string, files map[string][]byte) error {
	for name, data := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		mode := os.FileMode(0o444)
		if name == "go.mod" || name == "go.sum" {
			mode = 0o644 // go mod vendor wants to
		}
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		if err == nil {
			err = os.WriteFile(path, data, mode)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// pruneSources removes the oldest copies but keeps the one given.
func pruneSources(below, keep string) {
	entries, err := os.ReadDir(below)
	if err != nil {
		return
	}
	var copies []fs.FileInfo
	for _, e := range entries {
		if i, err := e.Info(); err == nil && i.IsDir() && i.Name() != filepath.Base(keep) {
			copies = append(copies, i)
		}
	}
	slices.SortFunc(copies, func(a, b fs.FileInfo) int { return b.ModTime().Compare(a.ModTime()) })
	for _, old := range copies[min(len(copies), keptSources-1):] {
		_ = os.RemoveAll(filepath.Join(below, old.Name())) // it only takes room
	}
}

// dataDir is where the user's programs keep what must stay.
func dataDir() (string, error) {
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" && filepath.IsAbs(dir) {
		return filepath.Join(dir, "gomdcsan"), nil
	}
	if runtime.GOOS != "linux" {
		dir, err := os.UserConfigDir() // which is it there
		return filepath.Join(dir, "gomdcsan"), err
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "share", "gomdcsan"), err
}
