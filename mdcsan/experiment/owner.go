package experiment

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gomdcsan/mdcsan/checkpoint"
)

// folder is a run's folder, or that of a stored result, and the one place that
// decides what the program may do to the files in it: it makes, replaces,
// shortens and deletes only those that the folder's manifest lists, and lists
// a name only when nothing of that name is there. All else is refused by name.
type folder struct {
	dir      string
	manifest Manifest
	list     string      // the name of the list, if it is not the manifest
	self     fs.FileInfo // the folder as it was when the run took it up
	notes    []string    // what was found and mended, for the next report
}

func (f *folder) note(format string, args ...any) {
	f.notes = append(f.notes, fmt.Sprintf(format, args...))
}

// ErrForeign means that something in a folder is not the program's to change.
var ErrForeign = errors.New("not a file of this run")

func (f *folder) path(name string) string { return filepath.Join(f.dir, name) }

// temporary is where a file is written before it takes its name. The
// manifest's random id makes the name the run's own.
func (f *folder) temporary(name string) string {
	return f.path(name + "." + f.manifest.ID + ".new")
}

// newID is random: no two folders have the same.
func newID() string {
	b := make([]byte, 6)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// refusal says what is in the way at path, if anything is: nothing, or a
// plain file that may be written if it is listed.
func refusal(path string, listed bool) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("experiment: %w", err)
	}
	refuse := func(what string) error { return fmt.Errorf("experiment: %s %s: %w", path, what, ErrForeign) }
	switch mode := info.Mode(); {
	case mode&fs.ModeSymlink != 0:
		return refuse("is a symbolic link; put the file itself there or move the link away")
	case mode.IsDir():
		return refuse("is a folder where the run keeps a file; move it away")
	case !mode.IsRegular():
		return refuse("is not a plain file; move it away")
	case !listed:
		return refuse("is there already and not in the folder's list of the program's own files; move it away")
	case mode.Perm()&0o200 == 0:
		return refuse("is read-only; make it writable (chmod u+w) or move it away")
	}
	return nil
}

// claim makes sure that files are the run's to write; new ones are listed
// before they are made.
func (f *folder) claim(names ...string) error {
	fresh := false
	for _, name := range names {
		_, listed := f.manifest.Files[name]
		if err := refusal(f.path(name), listed); err != nil {
			return err
		}
		fresh = fresh || !listed
	}
	if !fresh {
		return nil
	}
	if err := f.gone(); err != nil {
		return err
	}
	before := maps.Clone(f.manifest.Files)
	for _, name := range names {
		if _, listed := f.manifest.Files[name]; !listed {
			f.manifest.Files[name] = ""
		}
	}
	err := f.writeManifest()
	if err != nil {
		f.manifest.Files = before
	}
	return err
}

// Claim and Owned are for the replay log: see checkpoint.Owner.
func (f *folder) Claim(name string) error { return f.claim(name) }

// Owned returns the names that the manifest lists.
func (f *folder) Owned() []string { return slices.Sorted(maps.Keys(f.manifest.Files)) }

// write replaces one of the run's files, durably.
func (f *folder) write(name string, data []byte) error {
	if err := f.claim(name); err != nil {
		return err
	}
	return checkpoint.WriteVia(f.temporary(name), f.path(name), data)
}

func (f *folder) writeManifest() error {
	name, text := manifestName, f.manifest.text
	if f.list != "" {
		name, text = f.list, listing{ID: f.manifest.ID, Files: f.manifest.Files}.text
	}
	data, err := text()
	if err != nil {
		return err
	}
	if err := refusal(f.path(name), true); err != nil {
		return err
	}
	return checkpoint.WriteVia(f.temporary(name), f.path(name), data)
}

// remove deletes one of the run's files, which need not be there.
func (f *folder) remove(name string) error {
	_, listed := f.manifest.Files[name]
	if err := refusal(f.path(name), listed); err != nil {
		return err
	}
	if err := os.Remove(f.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("experiment: %w", err)
	}
	return nil
}

// setAside gives a damaged file another name, so that nothing of it is lost,
// and returns that.
func (f *folder) setAside(name string) (string, error) {
	for i := 1; ; i++ {
		aside := fmt.Sprintf("%s.damaged-%d", f.path(name), i)
		if _, err := os.Lstat(aside); errors.Is(err, fs.ErrNotExist) {
			if err := os.Rename(f.path(name), aside); err != nil {
				return "", fmt.Errorf("experiment: %w", err)
			}
			return aside, nil
		}
	}
}

// check looks at all files of the run before any is changed.
func (f *folder) check() error {
	var errs []error
	for _, name := range f.Owned() {
		errs = append(errs, refusal(f.path(name), true))
	}
	return errors.Join(errs...)
}

// sweepUp removes what a killed process of this run left half written.
func (f *folder) sweepUp() error {
	for _, name := range f.Owned() {
		if err := os.Remove(f.temporary(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("experiment: %w", err)
		}
	}
	return nil
}

// take remembers which folder this is, to notice when it goes.
func (f *folder) take() (err error) {
	if f.self, err = os.Stat(f.dir); err != nil {
		return fmt.Errorf("experiment: %w", err)
	}
	return nil
}

// ErrGone means that a run's folder was deleted or moved while it trained.
var ErrGone = errors.New("the run's folder is gone")

// gone reports that the folder is not where it was.
func (f *folder) gone() error {
	now, err := os.Stat(f.dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(now, f.self) {
		return fmt.Errorf("experiment: %s was deleted or moved while the run trained in it (if it was moved, go on there with gomdcsan train --resume): %w", f.dir, ErrGone)
	}
	return nil // a folder that does not answer for a while is not gone
}

// unlisted returns what would be in the way of a new run in a folder: every
// entry that has the name of a file of a run's.
func unlisted(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("experiment: %w", err)
	}
	var names []string
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && e.Name() == lockName && info.Mode().IsRegular() && info.Size() == 0 {
			continue // of a start at the same time, or one that was killed
		}
		if isRunFile(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// runFiles are the names of a run's files, but for those of the replay log.
var runFiles = []string{manifestName, progressName, evaluationsName, episodesName, timingName, latestName, bestName, statusName, failureName, lockName}

func isRunFile(name string) bool {
	return slices.ContainsFunc(runFiles, func(n string) bool { return strings.EqualFold(n, name) }) || isSegment(name)
}

// isSegment reports whether a name is that of a file of the replay log.
func isSegment(name string) bool {
	digits, ok := strings.CutPrefix(name, replayPrefix+"-")
	digits, end := strings.CutSuffix(digits, ".log")
	return ok && end && len(digits) >= 6 && strings.Trim(digits, "0123456789") == ""
}

// adopt lists the files in the folder of a run that was made before manifests
// listed files: those of the names that runs had then.
func (f *folder) adopt() error {
	if f.manifest.Files != nil {
		return nil
	}
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return fmt.Errorf("experiment: %w", err)
	}
	f.manifest.Format, f.manifest.ID, f.manifest.Files = manifestFormat, newID(), map[string]string{}
	for _, e := range entries {
		if isRunFile(e.Name()) {
			f.manifest.Files[e.Name()] = ""
		}
	}
	return nil
}
