package toolchain

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// The folder of compiled cells holds for each unit ID.so, which is loaded, ID.a,
// which later units import, and ID.sum, the digests of the two, written last: a
// unit whose files are not what ID.sum says is compiled again.

// cacheLimit bounds the compiled cells on disk, about 3.5 MB each.
const cacheLimit = 1 << 30

// pruneEvery is how many units are compiled between two looks at the limit.
const pruneEvery = 50

// openCache makes the folder ready. One that others can write to could make
// this process run what they like: a folder for this session takes its place.
func (n *Toolchain) openCache() error {
	if n.cache == "" {
		dir, err := os.UserCacheDir()
		if err == nil {
			n.cache = filepath.Join(dir, "gomdcsan", "cells")
		}
	}
	why := errors.New("there is no folder for caches")
	if n.cache != "" {
		if why = os.MkdirAll(n.cache, 0o700); why == nil {
			why = onlyOurs(n.cache)
		}
		if why == nil && !canWrite(n.cache) {
			why = fmt.Errorf("nothing can be written to %s", n.cache)
		}
		if why == nil {
			return nil
		}
	}
	dir, err := os.MkdirTemp("", "gomdcsan-cells-") // 0700
	if err != nil {
		return fmt.Errorf("there is no place for compiled cells: %w", errors.Join(why, err))
	}
	fmt.Fprintf(n.notes, "note: compiled cells are kept for this session only, in %s: %v\n", dir, why)
	n.cache, n.private = dir, true
	return nil
}

// complete reports whether a unit's files are all there, as they were written.
func complete(base string) bool {
	want, err := os.ReadFile(base + ".sum")
	if err != nil {
		return false
	}
	got, err := digests(base)
	return err == nil && got == string(want)
}

// digests is what ID.sum holds.
func digests(base string) (string, error) {
	var out strings.Builder
	for _, ext := range []string{".so", ".a"} {
		f, err := os.Open(base + ext)
		if err != nil {
			return "", err
		}
		h := sha256.New()
		_, err = io.Copy(h, f)
		f.Close()
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&out, "%s %s\n", hex.EncodeToString(h.Sum(nil)), ext)
	}
	return out.String(), nil
}

// keep moves a unit's finished files, made as work.so and work.a, to where
// all sessions find them. All is on the disk before it has its name there.
func keep(work, base string) error {
	sum, err := digests(work)
	if err != nil {
		return err
	}
	if err := os.WriteFile(work+".sum", []byte(sum), 0o600); err != nil {
		return err
	}
	for _, ext := range []string{".a", ".so", ".sum"} {
		if err := synced(work + ext); err != nil {
			return err
		}
		if err := os.Rename(work+ext, base+ext); err != nil {
			return err
		}
	}
	return nil
}

func synced(file string) error {
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// prune removes the compiled cells that were used longest ago until the others
// take less than limit: a process that has one loaded keeps it. What sessions
// import them from is small, and a session may be open for weeks; it goes after
// two months, folders of processes that were killed after a day.
func prune(dir string, limit int64, now time.Time) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	remove := func(i os.FileInfo) bool { return os.RemoveAll(filepath.Join(dir, i.Name())) == nil }
	var cells []os.FileInfo
	var total int64
	for _, e := range entries {
		i, err := e.Info()
		if err != nil {
			continue
		}
		switch age := now.Sub(i.ModTime()); {
		case strings.HasSuffix(i.Name(), ".so"):
			cells = append(cells, i)
			total += i.Size()
		case i.Name() == "go-build": // see settle
		case age > 60*24*time.Hour, i.IsDir() && age > 24*time.Hour:
			remove(i)
		}
	}
	slices.SortFunc(cells, func(a, b os.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for _, i := range cells {
		if total <= limit || now.Sub(i.ModTime()) < time.Minute { // it is being loaded
			return
		}
		if remove(i) {
			total -= i.Size()
		}
	}
}
