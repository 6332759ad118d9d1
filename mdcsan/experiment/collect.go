package experiment

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Collect says what Collect takes and leaves.
type Collect struct {
	Into       string // the folder of the stored results
	Policies   bool   // keep best.ckpt too: 0.3 MB to 1.5 MB a run
	Unfinished bool   // take runs that still go on, as they stand
}

// Collected is what became of one run.
type Collected struct {
	Run   string   // its folder
	Added bool     // stored now, or stored anew with more in it
	Why   string   // why not, or how far it is, or as what
	Notes []string // what was found wrong with the run and could be mended
	Err   error    // what was wrong with the run or where it should go
}

// From stores the results of all runs in and below the given folders, each in
// a folder of its name: manifest and tables, without what resuming needs. A
// run counts only with the commit that made it: one by an unknown or changed
// source is left out, as is an unfinished one (but see Unfinished). What is
// stored already is replaced only by more of the same run; another run of that
// name is stored beside it, as NAME-2. The error joins those of the runs that
// could not be stored; the others are.
func (c Collect) From(folders ...string) ([]Collected, error) {
	if exists(filepath.Join(c.Into, manifestName)) {
		return nil, fmt.Errorf("collect: %s is itself a run's folder: name the folder that is to hold the stored runs", c.Into)
	}
	dirs, err := FindRuns(folders...)
	if err != nil {
		return nil, err
	}
	var all []Collected
	var errs []error
	for _, dir := range dirs {
		one := Collected{Run: dir}
		run, err := ReadResults(dir)
		if one.Err = err; err == nil {
			one.Added, one.Why, one.Err = c.one(run)
			one.Notes = run.Notes
		}
		if one.Err != nil {
			one.Err = fmt.Errorf("collect %s: %w", dir, one.Err)
		}
		all, errs = append(all, one), append(errs, one.Err)
	}
	return all, errors.Join(errs...)
}

// one stores a run or says why it does not.
func (c Collect) one(run *Results) (added bool, why string, err error) {
	if why := unattributable(run.Manifest); why != "" {
		return false, why, nil
	}
	run.leaveTail()
	state := ""
	if n := len(run.Steps); n == 0 {
		return false, "it has no evaluation yet", nil
	} else if !run.Done() {
		state = fmt.Sprintf("up to step %.0f of %d", run.Steps[n-1], run.Config().Steps)
	}
	if state != "" && !c.Unfinished {
		return false, "unfinished: evaluated " + state, nil
	}
	target, remarks, err := c.target(run)
	if target == nil || err != nil {
		return false, strings.Join(remarks, "; "), err
	}
	added, err = c.store(target, run)
	switch {
	case err != nil:
		return false, "", err
	case !added:
		remarks = append(remarks, "stored already")
	case state != "":
		remarks = append(remarks, "as it stands: "+state)
	}
	return added, strings.Join(remarks, "; "), nil
}

// leaveTail takes the evaluations as far as the checkpoint vouches for all of
// their numbers; what follows it is trained once more anyway.
func (r *Results) leaveTail() {
	n := r.vouched
	if n == 0 || n >= len(r.Steps) {
		return
	}
	last := r.Steps[n-1]
	r.Steps, r.Mean, r.Std = r.Steps[:n], r.Mean[:n], r.Std[:n]
	r.progress = head(r.progress, 1+n)
	rows := bytes.SplitAfter(r.evaluations, []byte("\n"))
	keep := 1
	for keep < len(rows) && rowStep(rows[keep]) <= last && len(rows[keep]) > 0 {
		keep++
	}
	r.evaluations = head(r.evaluations, keep)
}

// rowStep is the number in a row's first cell.
func rowStep(row []byte) float64 {
	cell, _, _ := bytes.Cut(row, []byte(","))
	x, _ := strconv.ParseFloat(string(cell), 64) // the table has been read already
	return x
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

// target chooses the folder that a run is stored in: that of its name, or the
// next one of NAME-2, NAME-3, ... if another run is there. It is nil when what
// is stored is more than what the run has.
func (c Collect) target(run *Results) (f *folder, remarks []string, err error) {
	base := filepath.Join(c.Into, filepath.Base(run.Dir))
	for i, dir := 2, base; ; i, dir = i+1, fmt.Sprintf("%s-%d", base, i) {
		f, stored, err := storedIn(dir)
		if err != nil || stored == nil {
			return f, remarks, err
		}
		if !stored.Manifest.Stored {
			return nil, nil, fmt.Errorf("%s holds a run that may go on (this one or another), not a stored result: give -o another folder", dir)
		}
		if text := otherRun(stored, run); text != "" {
			remarks = append(remarks, fmt.Sprintf("%s holds another run (%s), so that this one is stored beside it", dir, text))
			continue
		}
		if len(stored.Steps) > len(run.Steps) {
			return nil, append(remarks, fmt.Sprintf("stored already, with %d evaluations instead of %d", len(stored.Steps), len(run.Steps))), nil
		}
		return f, remarks, nil
	}
}

// storedIn reads what is in a folder of stored results. There is none if
// nothing is there, or only what an interrupted Collect left.
func storedIn(dir string) (*folder, *Results, error) {
	if info, err := os.Lstat(dir); err == nil && !info.IsDir() {
		return nil, nil, fmt.Errorf("%s is not a folder (a link or a file): move it away, or give -o another folder: %w", dir, ErrForeign)
	}
	f := &folder{dir: dir}
	m, err := ReadManifest(dir)
	if errors.Is(err, fs.ErrNotExist) {
		f.manifest = Manifest{ID: newID(), Files: map[string]string{}}
		return f, nil, vacant(dir)
	}
	if err != nil {
		return nil, nil, err
	}
	f.manifest = *m
	if err := errors.Join(f.adopt(), f.check()); err != nil {
		return nil, nil, err
	}
	stored, err := ReadResults(dir)
	if err != nil && m.Stored { // its manifest lists what is damaged: it is stored anew
		return f, &Results{Dir: dir, Manifest: m}, nil
	}
	return f, stored, err
}

// otherRun says in what a stored run is not the one at hand.
func otherRun(stored, run *Results) string {
	if a, b := identity(stored.Config()), identity(run.Config()); !reflect.DeepEqual(a, b) {
		return strings.TrimSpace(differences(a, b))
	}
	for i := range min(len(stored.Steps), len(run.Steps)) {
		if stored.Steps[i] != run.Steps[i] || stored.Mean[i] != run.Mean[i] || stored.Std[i] != run.Std[i] {
			return fmt.Sprintf("%v at step %.0f and commit %.7s there, %v at step %.0f and commit %.7s here", stored.Mean[i], stored.Steps[i], stored.commit(), run.Mean[i], run.Steps[i], run.commit())
		}
	}
	return ""
}

// commit is that of the last session.
func (r *Results) commit() string {
	if n := len(r.Manifest.Sessions); n > 0 {
		return r.Manifest.Sessions[n-1].Commit
	}
	return "unknown"
}

// identity clears what may differ between two states of one run.
func identity(c Config) Config {
	c.Dir, c.Steps, c.CheckpointEvery, c.Threads, c.TensorBoard = "", 0, 0, 0, false
	return c
}

// store writes the stored form of a run and reports whether that changed
// anything. The manifest comes first: it lists what follows.
func (c Collect) store(f *folder, run *Results) (changed bool, err error) {
	contents := map[string][]byte{progressName: run.progress}
	if run.evaluations != nil {
		contents[evaluationsName] = run.evaluations
	}
	if _, had := f.manifest.Files[bestName]; c.Policies || had {
		best, note, err := bestIn(run.Dir)
		if err != nil {
			return false, err
		}
		if note != "" {
			run.addNote(note)
		}
		contents[bestName] = best.Marshal()
	}
	if err := os.MkdirAll(f.dir, 0o755); err != nil {
		return false, err
	}
	if err := f.take(); err != nil {
		return false, err
	}
	m := *run.Manifest
	m.Format, m.ID, m.Stored, m.Saved, m.Files = manifestFormat, f.manifest.ID, true, false, map[string]string{manifestName: ""}
	for name, data := range contents {
		if _, listed := f.manifest.Files[name]; !listed {
			if err := refusal(f.path(name), false); err != nil {
				return false, err
			}
		}
		m.Files[name] = digest(data)
	}
	f.manifest = m
	text, err := f.manifest.text()
	if err != nil {
		return false, err
	}
	if was, err := os.ReadFile(f.path(manifestName)); err != nil || !bytes.Equal(was, text) {
		changed = true
		if err := f.writeManifest(); err != nil {
			return false, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(contents)) {
		if was, err := os.ReadFile(f.path(name)); err == nil && bytes.Equal(was, contents[name]) {
			continue
		}
		changed = true
		if err := f.write(name, contents[name]); err != nil {
			return false, err
		}
	}
	return changed, nil
}
