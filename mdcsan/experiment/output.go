package experiment

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gomdcsan/mdcsan/checkpoint"
)

// Output is a folder that a command fills with files whose names it chooses,
// such as a report. It is under the same rule as a run's folder: what the
// command wrote before, which gomdcsan.json lists, is replaced; all else is
// refused by name.
type Output struct{ folder }

const listingName = "gomdcsan.json"

// listing is the manifest of an Output.
type listing struct {
	ID     string            `json:"id"`
	Files  map[string]string `json:"files"`
	Digest string            `json:"digest,omitempty"`
}

// OpenOutput makes the folder if it is not there.
func OpenOutput(dir string) (*Output, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("experiment: %w", err)
	}
	if exists(filepath.Join(dir, manifestName)) {
		return nil, fmt.Errorf("experiment: %s is a run's folder: name another one: %w", dir, ErrForeign)
	}
	l, err := readListing(filepath.Join(dir, listingName))
	if err != nil {
		return nil, err
	}
	o := &Output{folder{dir: dir, list: listingName, manifest: Manifest{ID: l.ID, Files: l.Files}}}
	return o, o.take()
}

func readListing(path string) (listing, error) {
	l := listing{ID: newID(), Files: map[string]string{}}
	if err := refusal(path, true); err != nil {
		return l, err
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &l)
	}
	if want, digestErr := digestOf(data); err == nil && (digestErr != nil || l.Digest != want) {
		err = ErrEdited
	}
	if err != nil {
		return l, fmt.Errorf("experiment: %s: %w; it lists what may be replaced in the folder: name another folder", path, err)
	}
	return l, nil
}

// text is the listing as a file.
func (l listing) text() ([]byte, error) {
	l.Digest = ""
	data, err := json.Marshal(l)
	if err == nil {
		l.Digest, err = digestOf(data)
	}
	if err == nil {
		data, err = json.MarshalIndent(l, "", "  ")
	}
	return append(data, '\n'), err
}

// Claim makes sure that files, which may lie in folders below, are the
// command's to write, before it writes any of them.
func (o *Output) Claim(names ...string) error {
	for _, name := range names {
		if below := filepath.Dir(name); below != "." {
			if err := o.makeBelow(below); err != nil {
				return err
			}
		}
	}
	return o.claim(names...)
}

func (o *Output) makeBelow(name string) error {
	info, err := os.Lstat(o.path(name))
	if err == nil && !info.IsDir() {
		return fmt.Errorf("experiment: %s is not a folder (a link or a file); move it away: %w", o.path(name), ErrForeign)
	}
	if err := os.MkdirAll(o.path(name), 0o755); err != nil {
		return fmt.Errorf("experiment: %w", err)
	}
	return nil
}

// Path is where a claimed file lies.
func (o *Output) Path(name string) string { return o.path(name) }

// Write replaces one of the command's files.
func (o *Output) Write(name string, data []byte) error {
	if err := o.Claim(name); err != nil {
		return err
	}
	return o.write(name, data)
}

// WriteOutput writes a file that the user has named. A file of another kind,
// a link, a folder, what is read-only and the files of a run are not written
// over.
func WriteOutput(path string, data []byte) error {
	if err := notOfARun(path); err != nil {
		return err
	}
	return checkpoint.WriteOutput(path, data)
}

// notOfARun refuses the files that a run in the same folder keeps.
func notOfARun(path string) error {
	dir, name := filepath.Split(path)
	if !isRunFile(name) || !exists(filepath.Join(dir, manifestName)) {
		return nil
	}
	return fmt.Errorf("experiment: %s belongs to the run in %s; name another file: %w", path, strings.TrimSuffix(dir, string(filepath.Separator)), ErrForeign)
}
