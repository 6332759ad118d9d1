// Package foreign reads the arrays of files that other programs wrote, without
// running anything in them:
//
//	weights, err := foreign.Read("model.pt")
//	w := weights.Arrays["snn.hidden_layers.0.weight"]
//
// The formats are told by their content: PyTorch's files since 1.6 (torch.save
// of a state_dict or of dicts of them), NumPy's .npz, and a pickle of NumPy
// arrays. PyTorch's files are pickles too, which may ask for any function of
// Python to be called. Only those that make tensors and arrays are known here,
// and they are carried out in Go; whatever else a file asks for is refused by
// name.
package foreign

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Array is a tensor of any type, its elements in C order.
type Array struct {
	Shape []int
	Data  []float64
}

// Float32 returns the elements, each rounded to float32.
func (a Array) Float32() []float32 {
	out := make([]float32, len(a.Data))
	for i, x := range a.Data {
		out[i] = float32(x)
	}
	return out
}

// File is what a file holds. Names within dicts and lists are joined by dots.
type File struct {
	Arrays map[string]Array
	Texts  map[string]string
	depth  int
	values int // taken so far
}

// Names lists the arrays.
func (f *File) Names() []string {
	var names []string
	for name := range f.Arrays {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// maxFile is far above any policy's weights, in bytes.
const maxFile = 1 << 30

// Read reads a file.
func Read(name string) (*File, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("foreign: %s has %d bytes; weights of a policy do not", name, info.Size())
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	f, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("foreign: %s: %w", name, err)
	}
	return f, nil
}

// Parse reads a file's content.
func Parse(data []byte) (*File, error) {
	f := &File{Arrays: map[string]Array{}, Texts: map[string]string{}}
	if !bytes.HasPrefix(data, []byte("PK")) {
		if !bytes.HasPrefix(data, []byte{0x80}) {
			return nil, errors.New("neither PyTorch's format, nor .npz, nor a pickle")
		}
		value, err := unpickle(data, nil)
		if err != nil {
			return nil, err
		}
		return f, f.add("", value)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	for _, e := range z.File {
		if path.Base(e.Name) == "data.pkl" {
			return f, f.torch(z, path.Dir(e.Name))
		}
	}
	return f, f.npz(z)
}

// entry reads a file of a zip.
func entry(z *zip.Reader, name string) ([]byte, error) {
	for _, e := range z.File {
		if e.Name != name {
			continue
		}
		if e.UncompressedSize64 > maxFile {
			return nil, fmt.Errorf("%s has %d bytes", name, e.UncompressedSize64)
		}
		r, err := e.Open()
		if err != nil {
			return nil, err
		}
		defer r.Close()
		return io.ReadAll(io.LimitReader(r, maxFile))
	}
	return nil, fmt.Errorf("%s is missing", name)
}

// torch reads a file of torch.save: data.pkl, and storages in data/.
func (f *File) torch(z *zip.Reader, dir string) error {
	data, err := entry(z, path.Join(dir, "data.pkl"))
	if err != nil {
		return err
	}
	if order, err := entry(z, path.Join(dir, "byteorder")); err == nil && string(order) != "little" {
		return fmt.Errorf("written on a machine of byte order %q", order)
	}
	value, err := unpickle(data, func(key string) ([]byte, error) { return entry(z, path.Join(dir, "data", key)) })
	if err != nil {
		return err
	}
	return f.add("", value)
}

// npz reads the arrays of NumPy's format.
func (f *File) npz(z *zip.Reader) error {
	for _, e := range z.File {
		name, ok := strings.CutSuffix(e.Name, ".npy")
		if !ok {
			return fmt.Errorf("neither .npz nor PyTorch's format: it holds %q", e.Name)
		}
		data, err := entry(z, e.Name)
		if err == nil {
			err = f.npy(name, data)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", e.Name, err)
		}
	}
	return nil
}

// add takes what a pickle held.
func (f *File) add(name string, value any) error {
	if f.depth++; f.depth > 20 {
		return errors.New("dicts and lists within each other without end")
	}
	if f.values++; f.values > 100_000 {
		return errors.New("more values than a policy has")
	}
	defer func() { f.depth-- }()
	join := func(key string) string { return strings.TrimPrefix(name+"."+key, ".") }
	switch v := value.(type) {
	case Array:
		f.Arrays[name] = v
	case *numpyArray:
		a, err := v.array()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		f.Arrays[name] = a
	case string:
		f.Texts[name] = v
	case int64:
		f.Arrays[name] = Array{Data: []float64{float64(v)}}
	case float64:
		f.Arrays[name] = Array{Data: []float64{v}}
	case *dict:
		for i, key := range v.keys {
			if err := f.add(join(fmt.Sprint(key)), v.values[i]); err != nil {
				return err
			}
		}
	case *list:
		return f.addAll(v.items, join)
	case tuple:
		return f.addAll(v, join)
	}
	return nil // None, booleans: no array
}

func (f *File) addAll(items []any, join func(string) string) error {
	for i, item := range items {
		if err := f.add(join(strconv.Itoa(i)), item); err != nil {
			return err
		}
	}
	return nil
}
