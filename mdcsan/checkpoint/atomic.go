package checkpoint

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"unicode/utf8"
)

// WriteAtomic replaces the file at path by one that holds data. After a crash
// or an error the old file, if there was one, is still there and whole.
func WriteAtomic(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".tmp-*")
	if err != nil {
		return fmt.Errorf("checkpoint: write %s: %w", path, err)
	}
	return replaceBy(f, path, data)
}

// WriteVia is WriteAtomic with a name for the temporary file, which lies in
// the same folder and which the caller vouches for: what is there is replaced.
func WriteVia(temp, path string, data []byte) error {
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("checkpoint: write %s: %w", path, err)
	}
	return replaceBy(f, path, data)
}

// replaceBy puts the data into f, a temporary file, and that to its place.
func replaceBy(f *os.File, path string, data []byte) error {
	_, err := f.Write(data)
	if err == nil {
		err = f.Chmod(0o644) // CreateTemp's 0600 would hide results from colleagues
	}
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("checkpoint: write %s: %w", path, err)
	}
	return SyncDir(filepath.Dir(path))
}

// SyncDir makes the names in a folder durable.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("checkpoint: sync folder: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("checkpoint: sync folder %s: %w", dir, err)
	}
	return nil
}

// ErrInTheWay means that something that is not to be written over has the name
// of a file that is to be written.
var ErrInTheWay = errors.New("not written over")

// WriteOutput is WriteAtomic for a file that the user has named: it is new, or
// takes the place of a plain file that begins as the data do, and so is of the
// same kind.
func WriteOutput(path string, data []byte) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return WriteAtomic(path, data)
	}
	if err != nil {
		return fmt.Errorf("checkpoint: write %s: %w", path, err)
	}
	what := ""
	switch mode := info.Mode(); {
	case mode&fs.ModeSymlink != 0:
		what = "is a symbolic link: name the file that it leads to"
	case mode.IsDir():
		what = "is a folder: name a file in it"
	case !mode.IsRegular():
		what = "is not a plain file"
	case mode.Perm()&0o200 == 0:
		what = "is read-only"
	default:
		old, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("checkpoint: write %s: %w", path, err)
		}
		if n := kindLength(data); len(old) > 0 && !bytes.HasPrefix(old, data[:n]) {
			what = "is a file of another kind: move it away or name another"
		}
	}
	if what != "" {
		return fmt.Errorf("checkpoint: %s %s: %w", path, what, ErrInTheWay)
	}
	return WriteAtomic(path, data)
}

// kindLength is how many bytes at the beginning say of which kind a file is:
// four of a binary one, the first line of a table.
func kindLength(data []byte) int {
	if i := bytes.IndexByte(data[:min(len(data), 256)], '\n'); i > 0 && utf8.Valid(data[:i]) {
		return i
	}
	return min(4, len(data))
}
