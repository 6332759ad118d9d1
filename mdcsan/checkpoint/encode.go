package checkpoint

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"slices"
)

const (
	magic      = "\x89MDCSAN\n" // not text, and damaged by newline conversion
	headerSize = 28
	maxDims    = 8
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var le = binary.LittleEndian

// Marshal returns the file's bytes.
func (f *File) Marshal() []byte {
	size := headerSize
	for _, e := range f.entries {
		size += 4 + len(e.name) + 8*len(e.shape) + len(e.payload) + 4
	}
	b := make([]byte, 0, size)
	b = append(b, magic...)
	b = le.AppendUint32(b, Version)
	b = le.AppendUint32(b, uint32(len(f.entries)))
	b = le.AppendUint64(b, uint64(size))
	b = le.AppendUint32(b, crc32.Checksum(b, castagnoli))
	for _, e := range f.entries {
		start := len(b)
		b = le.AppendUint16(b, uint16(len(e.name)))
		b = append(b, byte(e.typ), byte(len(e.shape)))
		b = append(b, e.name...)
		for _, d := range e.shape {
			b = le.AppendUint64(b, uint64(d))
		}
		b = append(b, e.payload...)
		b = le.AppendUint32(b, crc32.Checksum(b[start:], castagnoli))
	}
	return b
}

// Unmarshal reads what Marshal returned.
func Unmarshal(b []byte) (*File, error) {
	count, err := readHeader(b)
	if err != nil {
		return nil, err
	}
	f := New()
	rest := b[headerSize:]
	for i := range count {
		e, n, err := readEntry(rest)
		if err != nil {
			return nil, fmt.Errorf("entry %d of %d: %w", i+1, count, err)
		}
		if f.Has(e.name) {
			return nil, fmt.Errorf("entry %q stands twice: %w", e.name, ErrCorrupt)
		}
		f.set(e)
		rest = rest[n:]
	}
	if len(rest) != 0 {
		return nil, fmt.Errorf("%d bytes behind the last entry: %w", len(rest), ErrCorrupt)
	}
	return f, nil
}

func readHeader(b []byte) (count uint32, err error) { return readHeaderOf(b, uint64(len(b))) }

// readHeaderOf reads the header at the start of b, of a file of length bytes.
func readHeaderOf(b []byte, length uint64) (count uint32, err error) {
	if len(b) == 0 {
		return 0, fmt.Errorf("file is empty: %w", ErrTruncated)
	}
	if n := min(len(b), len(magic)); string(b[:n]) != magic[:n] {
		return 0, ErrForeign
	}
	if len(b) < headerSize {
		return 0, fmt.Errorf("only %d bytes: %w", len(b), ErrTruncated)
	}
	// The version comes before the checksum: a newer header may differ after it.
	if v := le.Uint32(b[8:]); v > Version {
		return 0, fmt.Errorf("%w: its format is version %d and this program reads up to %d; update gomdcsan", ErrNewer, v, Version)
	}
	if crc32.Checksum(b[:24], castagnoli) != le.Uint32(b[24:]) {
		return 0, fmt.Errorf("checksum of the header: %w", ErrCorrupt)
	}
	switch size := le.Uint64(b[16:]); {
	case length < size:
		return 0, fmt.Errorf("%d of %d bytes are there: %w", length, size, ErrTruncated)
	case length > size:
		return 0, fmt.Errorf("%d bytes, expected %d: %w", length, size, ErrCorrupt)
	}
	return le.Uint32(b[12:]), nil
}

// readEntry reads the entry at the start of b and returns its length.
func readEntry(b []byte) (e entry, n int, err error) {
	e, end, err := parseEntry(b)
	if err != nil {
		return e, 0, err
	}
	if crc32.Checksum(b[:end], castagnoli) != le.Uint32(b[end:]) {
		return e, 0, fmt.Errorf("%q: checksum: %w", e.name, ErrCorrupt)
	}
	return e, end + 4, nil
}

// parseEntry reads an entry up to its checksum, which it does not look at.
func parseEntry(b []byte) (e entry, end int, err error) {
	e, n, size, err := parseHead(b, uint64(len(b)))
	if err != nil {
		return e, 0, err
	}
	end = n + size
	if end > len(b)-4 {
		return e, 0, fmt.Errorf("%q: impossible shape: %w", e.name, ErrCorrupt)
	}
	e.payload = b[n:end:end]
	return e, end, nil
}

// parseHead reads what stands before an entry's payload: n bytes, which say
// how many follow. The whole file has length bytes.
func parseHead(b []byte, length uint64) (e entry, n, size int, err error) {
	if len(b) < 8 {
		return e, 0, 0, ErrCorrupt
	}
	nameLen, typ, dims := int(le.Uint16(b)), Type(b[2]), int(b[3])
	n = 4 + nameLen + 8*dims
	if nameLen == 0 || dims > maxDims || typ.size() == 0 || n > len(b)-4 {
		return e, 0, 0, ErrCorrupt
	}
	e.name, e.typ = string(b[4:4+nameLen]), typ
	elements, ok := uint64(1), true
	for d := range dims {
		x := le.Uint64(b[4+nameLen+8*d:])
		e.shape = append(e.shape, int(x))
		// Bounding every factor keeps the product from wrapping round.
		ok = ok && x <= length && elements <= length
		elements *= x
	}
	if !ok || elements > length {
		return e, 0, 0, fmt.Errorf("%q: impossible shape: %w", e.name, ErrCorrupt)
	}
	return e, n, int(elements) * typ.size(), nil
}

// WriteFile writes the file atomically.
func (f *File) WriteFile(path string) error { return WriteAtomic(path, f.Marshal()) }

// ReadFile reads and checks a file.
func ReadFile(path string) (*File, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	f, err := Unmarshal(b)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: read %s: %w", path, err)
	}
	return f, nil
}

// ReadEntries reads and checks some entries of a file, those that it has, and
// passes over the others: a few kilobytes of a checkpoint of megabytes.
func ReadEntries(path string, names ...string) (*File, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	defer in.Close()
	f, err := readEntries(in, names)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: read %s: %w", path, err)
	}
	return f, nil
}

func readEntries(in *os.File, names []string) (*File, error) {
	info, err := in.Stat()
	if err != nil {
		return nil, err
	}
	header := make([]byte, headerSize)
	n, err := in.ReadAt(header, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	count, err := readHeaderOf(header[:n], uint64(info.Size()))
	if err != nil {
		return nil, err
	}
	f := New()
	at := int64(headerSize)
	for range count {
		name, size, err := entryAt(in, at, info.Size())
		if err != nil {
			return nil, err
		}
		if slices.Contains(names, name) {
			b := make([]byte, size)
			if _, err := in.ReadAt(b, at); err != nil {
				return nil, err
			}
			e, _, err := readEntry(b)
			if err != nil {
				return nil, err
			}
			f.set(e)
		}
		at += size
	}
	return f, nil
}

// entryAt returns the name and the length of the entry at an offset.
func entryAt(in *os.File, at, end int64) (name string, size int64, err error) {
	head := make([]byte, max(0, min(512, end-at))) // names are short
	if _, err := in.ReadAt(head, at); err != nil {
		return "", 0, fmt.Errorf("an entry at byte %d: %w", at, ErrCorrupt)
	}
	e, n, payload, err := parseHead(head, uint64(end))
	if err != nil {
		return "", 0, fmt.Errorf("an entry at byte %d: %w", at, err)
	}
	return e.name, int64(n) + int64(payload) + 4, nil
}

func putFloat32(b []byte, v []float32) []byte {
	for _, x := range v {
		b = le.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

func putFloat64(b []byte, v []float64) []byte {
	for _, x := range v {
		b = le.AppendUint64(b, math.Float64bits(x))
	}
	return b
}

func putInt64(b []byte, v []int64) []byte {
	for _, x := range v {
		b = le.AppendUint64(b, uint64(x))
	}
	return b
}

func getFloat32(b []byte) []float32 {
	v := make([]float32, len(b)/4)
	copyFloat32(v, b)
	return v
}

func copyFloat32(v []float32, b []byte) {
	for i := range v {
		v[i] = math.Float32frombits(le.Uint32(b[4*i:]))
	}
}

func getFloat64(b []byte) []float64 {
	v := make([]float64, len(b)/8)
	for i := range v {
		v[i] = math.Float64frombits(le.Uint64(b[8*i:]))
	}
	return v
}

func getInt64(b []byte) []int64 {
	v := make([]int64, len(b)/8)
	for i := range v {
		v[i] = int64(le.Uint64(b[8*i:]))
	}
	return v
}
