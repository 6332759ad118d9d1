package checkpoint

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const tempPattern = ".tmp-*"

// WriteAtomic replaces the file at path by one that holds data. After a crash
// or an error the old file, if there was one, is still there and whole.
func WriteAtomic(path string, data []byte) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, filepath.Base(path)+tempPattern)
	if err != nil {
		return fmt.Errorf("checkpoint: write %s: %w", path, err)
	}
	_, err = f.Write(data)
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
	return SyncDir(dir)
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

// RemoveTemporary deletes what a killed WriteAtomic left in dir. Only the
// owner of the folder may call it.
func RemoveTemporary(dir string) error {
	names, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	prefix, _, _ := strings.Cut(tempPattern, "*")
	for _, n := range names {
		if _, id, ok := strings.Cut(n.Name(), prefix); !ok || strings.Trim(id, "0123456789") != "" {
			continue
		}
		if err := os.Remove(filepath.Join(dir, n.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("checkpoint: %w", err)
		}
	}
	return nil
}
