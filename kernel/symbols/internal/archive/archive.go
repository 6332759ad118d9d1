// Package archive holds many small named blobs, each compressed by itself, so
// that one of them is read in well under a millisecond: a zip file with
// zstandard entries.
package archive

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// method is zip's number for zstandard.
const method = zstd.ZipMethodWinZip

// Write makes an archive of the blobs: the same blobs give the same bytes.
func Write(blobs map[string][]byte) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	z.RegisterCompressor(method, zstd.ZipCompressor(zstd.WithEncoderLevel(zstd.SpeedBestCompression)))
	for _, name := range slices.Sorted(maps.Keys(blobs)) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err != nil {
			return nil, fmt.Errorf("archive: %w", err)
		}
		if _, err := w.Write(blobs[name]); err != nil {
			return nil, fmt.Errorf("archive: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	return out.Bytes(), nil
}

// Reader finds blobs in an archive. Its index is read at first use. It is
// safe for concurrent use.
type Reader struct {
	data  []byte
	once  sync.Once
	files map[string]*zip.File
	err   error
}

// NewReader returns a Reader of data, which it keeps.
func NewReader(data []byte) *Reader { return &Reader{data: data} }

func (r *Reader) open() {
	z, err := zip.NewReader(bytes.NewReader(r.data), int64(len(r.data)))
	if err != nil {
		r.err = fmt.Errorf("archive: %w", err)
		return
	}
	z.RegisterDecompressor(method, zstd.ZipDecompressor(zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true)))
	r.files = make(map[string]*zip.File, len(z.File))
	for _, f := range z.File {
		r.files[f.Name] = f
	}
}

// Has reports whether there is a blob of that name.
func (r *Reader) Has(name string) bool {
	r.once.Do(r.open)
	return r.files[name] != nil
}

// Names returns the names of all blobs, sorted.
func (r *Reader) Names() []string {
	r.once.Do(r.open)
	return slices.Sorted(maps.Keys(r.files))
}

// Read returns the blob of that name; the error of a missing one wraps nothing.
func (r *Reader) Read(name string) ([]byte, error) {
	r.once.Do(r.open)
	if r.err != nil {
		return nil, r.err
	}
	f := r.files[name]
	if f == nil {
		return nil, fmt.Errorf("archive: no entry %q", name)
	}
	rc, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("archive: %s: %w", name, err)
	}
	defer rc.Close()
	data := make([]byte, f.UncompressedSize64)
	if _, err := io.ReadFull(rc, data); err != nil {
		return nil, fmt.Errorf("archive: %s: %w", name, err)
	}
	return data, nil
}
