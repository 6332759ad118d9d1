package checkpoint

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// WriteNPZ writes the tensors whose names keep accepts (nil accepts all) as
// NumPy's .npz: a zip of .npy files. Byte sections are left out.
func (f *File) WriteNPZ(w io.Writer, keep func(name string) bool) error {
	z := zip.NewWriter(w)
	for _, e := range f.entries {
		if e.typ == Bytes || keep != nil && !keep(e.name) {
			continue
		}
		// Fixed times and no compression: equal weights give equal files, and
		// numpy.load can map them.
		h := &zip.FileHeader{Name: e.name + ".npy", Method: zip.Store, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
		out, err := z.CreateHeader(h)
		if err == nil {
			_, err = out.Write(append(npyHeader(e), e.payload...))
		}
		if err != nil {
			return fmt.Errorf("checkpoint: write npz: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("checkpoint: write npz: %w", err)
	}
	return nil
}

// WriteNPZFile writes an .npz file atomically.
func (f *File) WriteNPZFile(path string, keep func(name string) bool) error {
	var b bytes.Buffer
	if err := f.WriteNPZ(&b, keep); err != nil {
		return err
	}
	return WriteOutput(path, b.Bytes())
}

// npyHeader is NumPy's format 1.0: magic, version, length, then a Python
// dictionary padded so that the data start at a multiple of 64 bytes.
func npyHeader(e entry) []byte {
	descr := map[Type]string{Float32: "<f4", Float64: "<f8", Int64: "<i8"}[e.typ]
	dims := make([]string, len(e.shape))
	for i, d := range e.shape {
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
