package experiment

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"

	"gomdcsan/mdcsan/checkpoint"
)

// Collect says what Collect takes and leaves.
type Collect struct {
	Into       string // the folder of the stored results
	Policies   bool   // keep best.ckpt too: 0.3 MB to 1.5 MB a run
	Unfinished bool   // take runs that still go on, as they stand
}

// Collected is what became of one run.
type Collected struct {
	Run   string // its folder
	Added bool   // stored now, or stored anew with more in it
	Why   string // why not, or how far it is
}

// storedFiles are what tables and figures need of a run: some kilobytes.
var storedFiles = []string{progressName, evaluationsName}

// From stores the results of all runs in and below the given folders, each in
// a folder of its name: manifest and tables, without what resuming needs. A
// run counts only with the commit that made it: one by an unknown or changed
// source is left out, as is an unfinished one (but see Unfinished). What is
// stored already is replaced only by more of the same run.
func (c Collect) From(folders ...string) ([]Collected, error) {
	dirs, err := FindRuns(folders...)
	if err != nil {
		return nil, err
	}
	var all []Collected
	for _, dir := range dirs {
		one := Collected{Run: dir}
		one.Added, one.Why, err = c.one(dir)
		if err != nil {
			return all, fmt.Errorf("collect %s: %w", dir, err)
		}
		all = append(all, one)
	}
	return all, nil
}

// one stores a run or says why it does not.
func (c Collect) one(dir string) (added bool, why string, err error) {
	run, err := ReadResults(dir)
	if err != nil {
		return false, "", err
	}
	if why := unattributable(run.Manifest); why != "" {
		return false, why, nil
	}
	steps := run.Config().Steps
	switch {
	case len(run.Steps) == 0:
		return false, "it has no evaluation yet", nil
	case !run.Done() && !c.Unfinished:
		return false, fmt.Sprintf("unfinished: evaluated up to step %.0f of %d", run.Steps[len(run.Steps)-1], steps), nil
	}
	target := filepath.Join(c.Into, filepath.Base(dir))
	if why, err = older(target, run); why != "" || err != nil {
		return false, why, err
	}
	added, err = c.copy(target, run)
	switch {
	case err == nil && !added:
		why = "stored already"
	case err == nil && !run.Done():
		why = fmt.Sprintf("as it stands: up to step %.0f of %d", run.Steps[len(run.Steps)-1], steps)
	}
	return added, why, err
}

var fullCommit = regexp.MustCompile(`^[0-9a-f]{40}$`)

// unattributable says why a run cannot be traced to one state of the source.
func unattributable(m *Manifest) string {
	for i, s := range m.Sessions {
		if !fullCommit.MatchString(s.Commit) {
			return fmt.Sprintf("session %d was made by commit %q: nobody could make the run again; train with a committed source", i+1, s.Commit)
		}
	}
	if len(m.Sessions) == 0 {
		return "its manifest names no session, and so no commit"
	}
	return ""
}

// older says why what is stored in target stays.
func older(target string, run *Results) (string, error) {
	stored, err := ReadResults(target)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if a, b := identity(stored.Config()), identity(run.Config()); !reflect.DeepEqual(a, b) {
		return "", fmt.Errorf("%s holds a run with other settings:%s", target, differences(a, b))
	}
	if len(stored.Steps) > len(run.Steps) {
		return fmt.Sprintf("stored already, with %d evaluations instead of %d", len(stored.Steps), len(run.Steps)), nil
	}
	return "", nil
}

// identity clears what may differ between two states of one run.
func identity(c Config) Config {
	c.Dir, c.Steps, c.CheckpointEvery, c.Threads, c.TensorBoard = "", 0, 0, 0, false
	return c
}

// copy writes the stored form of a run and reports whether that changed
// anything. The manifest comes last: a folder without one is no run.
func (c Collect) copy(target string, run *Results) (changed bool, err error) {
	if err := os.MkdirAll(target, 0o755); err != nil {
		return false, err
	}
	names := storedFiles
	if c.Policies {
		names = append(names[:len(names):len(names)], bestName)
	}
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(run.Dir, name))
		if err != nil {
			return false, err
		}
		if strings.HasSuffix(name, ".csv") {
			data = data[:bytes.LastIndexByte(data, '\n')+1] // a row that is being written
		}
		wrote, err := replace(filepath.Join(target, name), data)
		if err != nil {
			return false, err
		}
		changed = changed || wrote
	}
	m := *run.Manifest
	m.Stored = true
	text, err := m.text()
	if err != nil {
		return false, err
	}
	wrote, err := replace(filepath.Join(target, manifestName), text)
	return changed || wrote, err
}

// replace writes a file unless it has that content already.
func replace(path string, data []byte) (bool, error) {
	if was, err := os.ReadFile(path); err == nil && bytes.Equal(was, data) {
		return false, nil
	}
	return true, checkpoint.WriteAtomic(path, data)
}
