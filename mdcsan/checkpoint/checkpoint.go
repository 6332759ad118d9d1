// Package checkpoint is the file format for everything that must survive a
// crash: named tensors and byte sections in one file, written atomically and
// checked when read.
//
//	f := checkpoint.New()
//	f.SetFloat32("actor/W0", []int{256, 110}, w)
//	f.SetBytes("stream/env", state)
//	err := f.WriteFile("latest.ckpt")
//	...
//	f, err = checkpoint.ReadFile("latest.ckpt")
//	w, shape, err := f.Float32("actor/W0")
//
// # Layout
//
// All numbers are little-endian. The header is 28 bytes: the magic
// "\x89MDCSAN\n", version (uint32), number of entries (uint32), length of the
// whole file (uint64) and the CRC-32C of those 24 bytes. An entry is: length
// of the name (uint16), type (uint8), number of dimensions (uint8), name,
// dimensions (uint64 each), payload, CRC-32C of all of the entry before it.
// The length in the header tells a truncated file from a damaged one, and the
// checksum of each entry lets the error name the damaged tensor.
//
// A reader refuses versions above [Version]. Entries that it does not know
// are kept and otherwise ignored, so a version rises only when the meaning of
// an existing entry changes.
//
// # Durability
//
// [WriteAtomic] writes a temporary file in the same folder, syncs it, renames
// it over the old one and syncs the folder: a crash or a full disk at any
// moment leaves either the old or the new file, never a mixture.
//
// [Log] is the other half: an append-only series of records in segment files
// (the replay buffer, the progress tables), of which the checkpoint keeps only
// the length. Saving then costs what was added since the last time.
//
// [File.WriteNPZ] exports tensors for NumPy.
//
// A File is not safe for concurrent use. Errors wrap [ErrForeign], [ErrNewer],
// [ErrTruncated], [ErrCorrupt] or [ErrMissing].
package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Version is the newest version of the format that this package reads, and
// the one that it writes.
const Version = 1

// Errors that callers test for with errors.Is.
var (
	ErrForeign   = errors.New("not a gomdcsan checkpoint")
	ErrNewer     = errors.New("written by a newer gomdcsan")
	ErrTruncated = errors.New("file is truncated")
	ErrCorrupt   = errors.New("file is damaged")
	ErrMissing   = errors.New("entry is missing")
)

// Type is the type of an entry's elements.
type Type uint8

// The types of elements.
const (
	Bytes   Type = iota // one dimension, the length
	Float32             // IEEE 754, any number of dimensions
	Float64
	Int64
)

var typeNames = [...]string{"bytes", "float32", "float64", "int64"}

func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return fmt.Sprintf("type %d", uint8(t))
}

// size is the number of bytes of one element, 0 for an unknown type.
func (t Type) size() int {
	switch t {
	case Bytes:
		return 1
	case Float32:
		return 4
	case Float64, Int64:
		return 8
	}
	return 0
}

// File is a set of named entries. The zero value is not ready: use New.
type File struct {
	entries []entry
	index   map[string]int
}

type entry struct {
	name    string
	typ     Type
	shape   []int
	payload []byte // little-endian elements
}

// New returns an empty File.
func New() *File { return &File{index: map[string]int{}} }

// Names returns the entries' names in the order they were first set.
func (f *File) Names() []string {
	names := make([]string, len(f.entries))
	for i, e := range f.entries {
		names[i] = e.name
	}
	return names
}

// Has reports whether there is an entry called name.
func (f *File) Has(name string) bool { _, ok := f.index[name]; return ok }

// Stat returns the type and shape of an entry.
func (f *File) Stat(name string) (Type, []int, error) {
	i, ok := f.index[name]
	if !ok {
		return 0, nil, fmt.Errorf("checkpoint: %q: %w", name, ErrMissing)
	}
	return f.entries[i].typ, slices.Clone(f.entries[i].shape), nil
}

func (f *File) set(e entry) {
	if e.name == "" || len(e.name) > math.MaxUint16 {
		panic(fmt.Sprintf("checkpoint: bad name of %d bytes", len(e.name)))
	}
	if i, ok := f.index[e.name]; ok {
		f.entries[i] = e
		return
	}
	f.index[e.name] = len(f.entries)
	f.entries = append(f.entries, e)
}

// SetBytes stores a copy of b.
func (f *File) SetBytes(name string, b []byte) {
	f.set(entry{name, Bytes, []int{len(b)}, slices.Clone(b)})
}

// SetFloat32 stores a copy of v, row-major, whose length is the product of shape.
func (f *File) SetFloat32(name string, shape []int, v []float32) {
	checkShape(name, shape, len(v))
	f.set(entry{name, Float32, slices.Clone(shape), putFloat32(make([]byte, 0, 4*len(v)), v)})
}

// SetFloat64 stores a copy of v, row-major, whose length is the product of shape.
func (f *File) SetFloat64(name string, shape []int, v []float64) {
	checkShape(name, shape, len(v))
	f.set(entry{name, Float64, slices.Clone(shape), putFloat64(make([]byte, 0, 8*len(v)), v)})
}

// SetInt64 stores a vector of integers.
func (f *File) SetInt64(name string, v ...int64) {
	f.set(entry{name, Int64, []int{len(v)}, putInt64(make([]byte, 0, 8*len(v)), v)})
}

// SetJSON stores v as JSON; v must be encodable, else it panics.
func (f *File) SetJSON(name string, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("checkpoint: encode %s: %v", name, err))
	}
	f.set(entry{name, Bytes, []int{len(b)}, b})
}

func (f *File) get(name string, want Type) (entry, error) {
	i, ok := f.index[name]
	if !ok {
		return entry{}, fmt.Errorf("checkpoint: %q: %w", name, ErrMissing)
	}
	if e := f.entries[i]; e.typ == want {
		return e, nil
	}
	return entry{}, fmt.Errorf("checkpoint: %q holds %v, not %v: %w", name, f.entries[i].typ, want, ErrCorrupt)
}

// Bytes returns a copy of a byte section.
func (f *File) Bytes(name string) ([]byte, error) {
	e, err := f.get(name, Bytes)
	return slices.Clone(e.payload), err
}

// Float32 returns a copy of a tensor, row-major, and its shape.
func (f *File) Float32(name string) ([]float32, []int, error) {
	e, err := f.get(name, Float32)
	return getFloat32(e.payload), slices.Clone(e.shape), err
}

// Float64 returns a copy of a tensor, row-major, and its shape.
func (f *File) Float64(name string) ([]float64, []int, error) {
	e, err := f.get(name, Float64)
	return getFloat64(e.payload), slices.Clone(e.shape), err
}

// Int64 returns n integers; another number of them is an error.
func (f *File) Int64(name string, n int) ([]int64, error) {
	e, err := f.get(name, Int64)
	if err != nil {
		return nil, err
	}
	v := getInt64(e.payload)
	if len(v) != n {
		return nil, fmt.Errorf("checkpoint: %q holds %d integers, want %d: %w", name, len(v), n, ErrCorrupt)
	}
	return v, nil
}

// JSON decodes a section that SetJSON stored into v, a pointer.
func (f *File) JSON(name string, v any) error {
	e, err := f.get(name, Bytes)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(e.payload, v); err != nil {
		return fmt.Errorf("checkpoint: %q: %w: %w", name, ErrCorrupt, err)
	}
	return nil
}

// ReadFloat32 copies the tensor called name into dst, whose length it must have.
func (f *File) ReadFloat32(name string, dst []float32) error {
	e, err := f.get(name, Float32)
	if err != nil {
		return err
	}
	if len(e.payload) != 4*len(dst) {
		return fmt.Errorf("checkpoint: %q has shape %v, want %d numbers (was the file written with other settings?)", name, e.shape, len(dst))
	}
	copyFloat32(dst, e.payload)
	return nil
}

// ReadFloat64 copies the tensor called name into dst, whose length it must have.
func (f *File) ReadFloat64(name string, dst []float64) error {
	e, err := f.get(name, Float64)
	if err != nil {
		return err
	}
	if len(e.payload) != 8*len(dst) {
		return fmt.Errorf("checkpoint: %q has shape %v, want %d numbers (was the file written with other settings?)", name, e.shape, len(dst))
	}
	copy(dst, getFloat64(e.payload))
	return nil
}

func checkShape(name string, shape []int, n int) {
	p := 1
	for _, d := range shape {
		p *= d
	}
	if p != n || len(shape) > math.MaxUint8 {
		panic(fmt.Sprintf("checkpoint: %s: shape %v does not fit %d numbers", name, shape, n))
	}
}
