package checkpoint

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// WriteNPZ writes the tensors whose names keep accepts (nil accepts all) as
// NumPy's .npz: a zip of .npy files. Byte sections are left out. A text that is
// not empty is written first, as an array of no dimensions called settings.
func (f *File) WriteNPZ(w io.Writer, keep func(name string) bool, settings string) error {
	z := zip.NewWriter(w)
	if settings != "" {
		if err := addArray(z, "settings", npyText(settings)); err != nil {
			return err
		}
	}
	for _, e := range f.entries {
		if e.typ == Bytes || keep != nil && !keep(e.name) {
			continue
		}
		descr := map[Type]string{Float32: "<f4", Float64: "<f8", Int64: "<i8"}[e.typ]
		if err := addArray(z, e.name, append(npyHeader(descr, e.shape), e.payload...)); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("checkpoint: write npz: %w", err)
	}
	return nil
}

// addArray adds a file to the zip, with a fixed time and no compression: equal
// weights give equal files, and numpy.load can map them.
func addArray(z *zip.Writer, name string, npy []byte) error {
	h := &zip.FileHeader{Name: name + ".npy", Method: zip.Store, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
	out, err := z.CreateHeader(h)
	if err == nil {
		_, err = out.Write(npy)
	}
	if err != nil {
		return fmt.Errorf("checkpoint: write npz: %w", err)
	}
	return nil
}

// npyText is a text as NumPy has it, 4 bytes a character.
func npyText(text string) []byte {
	runes := []rune(text)
	b := npyHeader("<U"+strconv.Itoa(len(runes)), nil)
	for _, r := range runes {
		b = binary.LittleEndian.AppendUint32(b, uint32(r))
	}
	return b
}

// npyHeader is NumPy's format 1.0: magic, version, length, then a Python
// dictionary padded so that the data start at a multiple of 64 bytes.
func npyHeader(descr string, sizes []int) []byte {
	dims := make([]string, len(sizes))
	for i, d := range sizes {
		dims[i] = strconv.Itoa(d)
	}
	shape := strings.Join(dims, ", ")
	if len(dims) == 1 {
		shape += ","
	}
	dict := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, shape)
	const prefix = 10
	pad := 64 - (prefix+len(dict)+1)%64
	dict += strings.Repeat(" ", pad%64) + "\n"
	b := append([]byte("\x93NUMPY\x01\x00"), byte(len(dict)), byte(len(dict)>>8))
	return append(b, dict...)
}
