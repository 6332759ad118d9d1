package foreign

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The functions and classes that a file of arrays needs.
var storages = map[string]string{
	"FloatStorage": "<f4", "DoubleStorage": "<f8", "HalfStorage": "<f2", "LongStorage": "<i8", "IntStorage": "<i4",
	"ShortStorage": "<i2", "CharStorage": "<i1", "ByteStorage": "<u1", "BoolStorage": "<b1",
}

// storage is the memory of a tensor.
type storage struct{ data []float64 }

// numpyType is a dtype.
type numpyType struct{ code string }

// numpyArray is an array that numpy's pickle builds in two steps.
type numpyArray struct {
	shape   tuple
	typ     *numpyType
	fortran bool
	data    []byte
}

// call does what a file asks Python to call.
func (g global) call(args tuple) (any, error) {
	switch g.module + "." + g.name {
	case "collections.OrderedDict":
		return &dict{}, nil
	case "torch._utils._rebuild_tensor_v2":
		return rebuild(args)
	case "torch._utils._rebuild_parameter":
		return args[0], nil
	case "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct":
		return &numpyArray{}, nil
	case "numpy.dtype":
		return &numpyType{code: args[0].(string)}, nil
	case "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar":
		t, data := args[0].(*numpyType), args[1].([]byte)
		return (&numpyArray{typ: t, data: data}).array()
	case "_codecs.encode":
		return latin1(args[0].(string))
	}
	return nil, fmt.Errorf("it asks for %s.%s to be called, which arrays do not need: refused, nothing of it was run; in Python, torch.save(model.state_dict(), FILE) or numpy.savez(FILE, **arrays) writes what can be read", g.module, g.name)
}

// latin1 turns text back into the bytes that Python 2's pickles write as text.
func latin1(s string) ([]byte, error) {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 255 {
			return nil, errors.New("bytes beyond 255")
		}
		b = append(b, byte(r))
	}
	return b, nil
}

// setState is what BUILD does to the objects that have a state.
func setState(object, state any) error {
	switch o := object.(type) {
	case *dict: // a state_dict's _metadata
	case *numpyType:
		if order := state.(tuple)[1].(string); order == "<" || order == ">" {
			o.code = order + strings.TrimLeft(o.code, "<>=|")
		}
	case *numpyArray:
		s := state.(tuple)
		o.shape, o.typ, o.fortran = s[1].(tuple), s[2].(*numpyType), s[3].(bool)
		data, ok := s[4].([]byte)
		if !ok {
			return errors.New("an array of Python objects")
		}
		o.data = data
	default:
		return fmt.Errorf("it sets the state of a %T, which arrays do not need", object)
	}
	return nil
}

// array decodes the bytes.
func (n *numpyArray) array() (Array, error) {
	if n.typ == nil {
		return Array{}, errors.New("an array without content")
	}
	return decode(n.typ.code, ints(n.shape), n.fortran, n.data)
}

// persistent finds the storage that ("storage", class, key, device, size) names.
func (m *machine) persistent(id tuple) (any, error) {
	class := id[1].(global)
	code, ok := storages[class.name]
	if m.storage == nil || id[0] != "storage" || class.module != "torch" || !ok {
		return nil, fmt.Errorf("it has a storage of type %s.%s, which is not read", class.module, class.name)
	}
	data, err := m.storage(id[2].(string))
	if err != nil {
		return nil, err
	}
	n := int(id[4].(int64))
	a, err := decode(code, []int{n}, false, data)
	return &storage{a.Data}, err
}

// rebuild makes a tensor of (storage, offset, size, stride, ...).
func rebuild(args tuple) (any, error) {
	s, offset := args[0].(*storage), int(args[1].(int64))
	shape, stride := ints(args[2].(tuple)), ints(args[3].(tuple))
	n, err := count(shape)
	if err != nil || len(stride) != len(shape) || offset < 0 || n > len(s.data) {
		return nil, fmt.Errorf("a tensor of shape %v and strides %v in a storage of %d numbers", shape, stride, len(s.data))
	}
	a := Array{Shape: shape, Data: make([]float64, n)}
	for i := range a.Data {
		at, rest := offset, i
		for d := len(shape) - 1; d >= 0; d-- {
			at += rest % shape[d] * stride[d]
			rest /= shape[d]
		}
		a.Data[i] = s.data[at]
	}
	return a, nil
}

func ints(t tuple) []int {
	out := make([]int, len(t))
	for i, v := range t {
		out[i] = int(v.(int64))
	}
	return out
}

// count is the number of elements of a shape.
func count(shape []int) (int, error) {
	n := 1
	for _, d := range shape {
		if d < 0 || d > 0 && n > maxFile/8/d {
			return 0, fmt.Errorf("shape %v", shape)
		}
		n *= d
	}
	return n, nil
}

// decode reads elements of a type as NumPy names it: "<f4".
func decode(code string, shape []int, fortran bool, data []byte) (Array, error) {
	order, kind := binary.ByteOrder(binary.LittleEndian), strings.TrimLeft(code, "<>=|")
	if strings.HasPrefix(code, ">") {
		order = binary.BigEndian
	}
	n, err := count(shape)
	if err != nil {
		return Array{}, err
	}
	size, err := strconv.Atoi(strings.TrimLeft(kind, "fiub"))
	if err != nil || size < 1 || size > 8 {
		return Array{}, fmt.Errorf("elements of type %q are not read", code)
	}
	if len(data) < n*size {
		return Array{}, fmt.Errorf("%d bytes for shape %v of %q", len(data), shape, code)
	}
	a := Array{Shape: shape, Data: make([]float64, n)}
	for i := range a.Data {
		if a.Data[i], err = element(kind, order, data[i*size:(i+1)*size]); err != nil {
			return Array{}, err
		}
	}
	if fortran && len(shape) > 1 {
		a = transposed(a)
	}
	return a, nil
}

// element reads one number.
func element(kind string, order binary.ByteOrder, b []byte) (float64, error) {
	switch kind {
	case "f8":
		return math.Float64frombits(order.Uint64(b)), nil
	case "f4":
		return float64(math.Float32frombits(order.Uint32(b))), nil
	case "f2":
		return half(order.Uint16(b)), nil
	case "i8":
		return float64(int64(order.Uint64(b))), nil
	case "i4":
		return float64(int32(order.Uint32(b))), nil
	case "i2":
		return float64(int16(order.Uint16(b))), nil
	case "i1":
		return float64(int8(b[0])), nil
	case "u1", "b1":
		return float64(b[0]), nil
	}
	return 0, fmt.Errorf("elements of type %q are not read", kind)
}

// half is IEEE 754's binary16.
func half(b uint16) float64 {
	sign, exp, frac := 1-2*float64(b>>15), int(b>>10&31), float64(b&1023)
	switch exp {
	case 0:
		return sign * math.Ldexp(frac, -24)
	case 31:
		if frac != 0 {
			return math.NaN()
		}
		return math.Inf(int(sign))
	}
	return sign * math.Ldexp(1024+frac, exp-25)
}

// transposed turns Fortran's order of elements into C's.
func transposed(a Array) Array {
	out := Array{Shape: a.Shape, Data: make([]float64, len(a.Data))}
	for i := range out.Data {
		at, step, rest := 0, len(a.Data), i
		for d := len(a.Shape) - 1; d >= 0; d-- {
			step /= a.Shape[d]
			at += rest % a.Shape[d] * step
			rest /= a.Shape[d]
		}
		out.Data[i] = a.Data[at]
	}
	return out
}

var npyHeader = regexp.MustCompile(`'descr': '([^']+)', 'fortran_order': (True|False), 'shape': \(([0-9, ]*)\)`)

// npy reads a file of NumPy's format 1.0 to 3.0.
func (f *File) npy(name string, data []byte) error {
	at := 10
	if len(data) < 12 || string(data[:6]) != "\x93NUMPY" {
		return errors.New("not NumPy's format")
	}
	size := int(binary.LittleEndian.Uint16(data[8:]))
	if data[6] > 1 {
		at, size = 12, int(binary.LittleEndian.Uint32(data[8:]))
	}
	if size > len(data)-at {
		return errShort
	}
	head := npyHeader.FindStringSubmatch(string(data[at : at+size]))
	if head == nil {
		return fmt.Errorf("arrays like %s are not read", data[at:at+size])
	}
	var shape []int
	for _, d := range strings.FieldsFunc(head[3], func(r rune) bool { return r == ',' || r == ' ' }) {
		n, err := strconv.Atoi(d)
		if err != nil {
			return err
		}
		shape = append(shape, n)
	}
	data = data[at+size:]
	if n, ok := strings.CutPrefix(head[1], "<U"); ok && len(shape) == 0 {
		text, err := utf32(n, data)
		f.Texts[name] = text
		return err
	}
	a, err := decode(head[1], shape, head[2] == "True", data)
	f.Arrays[name] = a
	return err
}

// utf32 reads NumPy's text of n characters.
func utf32(n string, data []byte) (string, error) {
	size, err := strconv.Atoi(n)
	if err != nil || len(data) < 4*size {
		return "", errShort
	}
	var b []byte
	for i := range size {
		b = utf8.AppendRune(b, rune(binary.LittleEndian.Uint32(data[4*i:])))
	}
	return strings.TrimRight(string(b), "\x00"), nil
}
