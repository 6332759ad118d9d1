package eval

import (
	"go/types"
	"reflect"
	"unsafe"
)

// A node is a compiled expression. v is always there, and gives a value of its
// own, not one that a later assignment changes; the others are there if the
// type is of their class.
type node struct {
	t    types.Type
	rt   reflect.Type
	i    func(*frame) int64 // integers, the unsigned ones by their bits
	f    func(*frame) float64
	b    func(*frame) bool
	s    func(*frame) string
	v    func(*frame) reflect.Value
	addr func(*frame) unsafe.Pointer // of a variable, field, element or what a pointer points to
	mem  func(*frame) unsafe.Pointer // where the value is, to be read at once
}

type class uint8

const (
	other class = iota
	integer
	float
	boolean
	text
)

func classOf(k reflect.Kind) class {
	switch {
	case k >= reflect.Int && k <= reflect.Uintptr:
		return integer
	case k == reflect.Float32 || k == reflect.Float64:
		return float
	case k == reflect.Bool:
		return boolean
	case k == reflect.String:
		return text
	}
	return other
}

func unsigned(k reflect.Kind) bool { return k >= reflect.Uint && k <= reflect.Uintptr }

// loadInt reads an integer of a kind.
func loadInt(k reflect.Kind) func(unsafe.Pointer) int64 {
	switch k {
	case reflect.Int8:
		return func(p unsafe.Pointer) int64 { return int64(*(*int8)(p)) }
	case reflect.Int16:
		return func(p unsafe.Pointer) int64 { return int64(*(*int16)(p)) }
	case reflect.Int32:
		return func(p unsafe.Pointer) int64 { return int64(*(*int32)(p)) }
	case reflect.Int:
		return func(p unsafe.Pointer) int64 { return int64(*(*int)(p)) }
	case reflect.Uint8:
		return func(p unsafe.Pointer) int64 { return int64(*(*uint8)(p)) }
	case reflect.Uint16:
		return func(p unsafe.Pointer) int64 { return int64(*(*uint16)(p)) }
	case reflect.Uint32:
		return func(p unsafe.Pointer) int64 { return int64(*(*uint32)(p)) }
	case reflect.Uint, reflect.Uintptr:
		return func(p unsafe.Pointer) int64 { return int64(*(*uint)(p)) }
	}
	return func(p unsafe.Pointer) int64 { return *(*int64)(p) }
}

// storeInt writes an integer of a kind, which cuts it to size.
func storeInt(k reflect.Kind) func(unsafe.Pointer, int64) {
	switch k {
	case reflect.Int8, reflect.Uint8:
		return func(p unsafe.Pointer, x int64) { *(*int8)(p) = int8(x) }
	case reflect.Int16, reflect.Uint16:
		return func(p unsafe.Pointer, x int64) { *(*int16)(p) = int16(x) }
	case reflect.Int32, reflect.Uint32:
		return func(p unsafe.Pointer, x int64) { *(*int32)(p) = int32(x) }
	case reflect.Int, reflect.Uint, reflect.Uintptr:
		return func(p unsafe.Pointer, x int64) { *(*int)(p) = int(x) }
	}
	return func(p unsafe.Pointer, x int64) { *(*int64)(p) = x }
}

// wrap cuts a result to the size of its kind; nil if there is nothing to cut.
func wrap(k reflect.Kind) func(int64) int64 {
	switch k {
	case reflect.Int8:
		return func(x int64) int64 { return int64(int8(x)) }
	case reflect.Int16:
		return func(x int64) int64 { return int64(int16(x)) }
	case reflect.Int32:
		return func(x int64) int64 { return int64(int32(x)) }
	case reflect.Uint8:
		return func(x int64) int64 { return int64(uint8(x)) }
	case reflect.Uint16:
		return func(x int64) int64 { return int64(uint16(x)) }
	case reflect.Uint32:
		return func(x int64) int64 { return int64(uint32(x)) }
	case reflect.Int:
		if unsafe.Sizeof(int(0)) == 4 {
			return wrap(reflect.Int32)
		}
	case reflect.Uint, reflect.Uintptr:
		if unsafe.Sizeof(int(0)) == 4 {
			return wrap(reflect.Uint32)
		}
	}
	return nil
}

// memory makes a node that reads what addr gives.
func (c *compiler) memory(t types.Type, addr func(*frame) unsafe.Pointer) *node {
	r := c.rtype(t)
	n := &node{t: t, rt: r, mem: addr}
	switch classOf(r.Kind()) {
	case integer:
		switch r.Kind() {
		case reflect.Int:
			n.i = func(fr *frame) int64 { return int64(*(*int)(addr(fr))) }
		case reflect.Uint8:
			n.i = func(fr *frame) int64 { return int64(*(*uint8)(addr(fr))) }
		default:
			load := loadInt(r.Kind())
			n.i = func(fr *frame) int64 { return load(addr(fr)) }
		}
	case float:
		if r.Kind() == reflect.Float32 {
			n.f = func(fr *frame) float64 { return float64(*(*float32)(addr(fr))) }
		} else {
			n.f = func(fr *frame) float64 { return *(*float64)(addr(fr)) }
		}
	case boolean:
		n.b = func(fr *frame) bool { return *(*bool)(addr(fr)) }
	case text:
		n.s = func(fr *frame) string { return *(*string)(addr(fr)) }
	default:
		if isWord(r.Kind()) {
			n.v = func(fr *frame) reflect.Value { return valueOf(r, *(*unsafe.Pointer)(addr(fr))) }
		} else {
			n.v = func(fr *frame) reflect.Value {
				p := addr(fr)
				x := reflect.New(r).Elem()
				x.Set(reflect.NewAt(r, p).Elem())
				return x
			}
		}
	}
	return n.complete()
}

// value makes a node of a type from what gives its values.
func (c *compiler) value(t types.Type, v func(*frame) reflect.Value) *node {
	n := &node{t: t, rt: c.rtype(t), v: v}
	switch classOf(n.rt.Kind()) {
	case integer:
		if unsigned(n.rt.Kind()) {
			n.i = func(fr *frame) int64 { return int64(v(fr).Uint()) }
		} else {
			n.i = func(fr *frame) int64 { return v(fr).Int() }
		}
	case float:
		n.f = func(fr *frame) float64 { return v(fr).Float() }
	case boolean:
		n.b = func(fr *frame) bool { return v(fr).Bool() }
	case text:
		n.s = func(fr *frame) string { return v(fr).String() }
	}
	return n.complete()
}

func (c *compiler) intNode(t types.Type, i func(*frame) int64) *node {
	return (&node{t: t, rt: c.rtype(t), i: i}).complete()
}

func (c *compiler) floatNode(t types.Type, f func(*frame) float64) *node {
	return (&node{t: t, rt: c.rtype(t), f: f}).complete()
}

func (c *compiler) boolNode(t types.Type, b func(*frame) bool) *node {
	return (&node{t: t, rt: c.rtype(t), b: b}).complete()
}

func (c *compiler) textNode(t types.Type, s func(*frame) string) *node {
	return (&node{t: t, rt: c.rtype(t), s: s}).complete()
}

// complete derives what is missing.
func (n *node) complete() *node {
	r := n.rt
	if n.v == nil {
		n.v = n.boxed()
	}
	if n.mem == nil {
		v := n.v
		switch {
		case isWord(r.Kind()):
			n.mem = func(fr *frame) unsafe.Pointer { w := word(v(fr)); return unsafe.Pointer(&w) }
		default:
			n.mem = func(fr *frame) unsafe.Pointer { return memoryOf(v(fr)) }
		}
	}
	return n
}

// boxed makes values from the class's own results.
func (n *node) boxed() func(*frame) reflect.Value {
	r := n.rt
	plain := r == basics[kinds[r.Kind()]]
	switch {
	case n.i != nil && plain && r.Kind() == reflect.Int:
		return func(fr *frame) reflect.Value { return reflect.ValueOf(int(n.i(fr))) }
	case n.i != nil:
		put := storeInt(r.Kind())
		return func(fr *frame) reflect.Value {
			i := n.i(fr)
			x := reflect.New(r)
			put(x.UnsafePointer(), i)
			return x.Elem()
		}
	case n.f != nil && plain && r.Kind() == reflect.Float64:
		return func(fr *frame) reflect.Value { return reflect.ValueOf(n.f(fr)) }
	case n.f != nil:
		return func(fr *frame) reflect.Value {
			f := n.f(fr)
			x := reflect.New(r).Elem()
			x.SetFloat(f)
			return x
		}
	case n.b != nil:
		return func(fr *frame) reflect.Value {
			b := n.b(fr)
			x := reflect.New(r).Elem()
			x.SetBool(b)
			return x
		}
	}
	if plain {
		return func(fr *frame) reflect.Value { return reflect.ValueOf(n.s(fr)) }
	}
	return func(fr *frame) reflect.Value {
		s := n.s(fr)
		x := reflect.New(r).Elem()
		x.SetString(s)
		return x
	}
}

var kinds = func() map[reflect.Kind]types.BasicKind {
	out := map[reflect.Kind]types.BasicKind{}
	for k, r := range basics {
		if k != types.UntypedNil {
			out[r.Kind()] = k
		}
	}
	return out
}()

// memoryOf puts a value where it can be pointed to.
func memoryOf(v reflect.Value) unsafe.Pointer {
	if v.CanAddr() {
		return v.Addr().UnsafePointer()
	}
	x := reflect.New(v.Type())
	x.Elem().Set(v)
	return x.UnsafePointer()
}

// set assigns a value of the same type, or of one that go/types takes for the
// same while reflection has it twice.
func set(to, v reflect.Value) {
	switch {
	case !v.IsValid():
		to.SetZero()
	case v.Type() == to.Type():
		to.Set(v)
	default:
		to.Set(as(v, to.Type()))
	}
}

// as gives a value another type with the same memory, or an interface type.
func as(v reflect.Value, t reflect.Type) reflect.Value {
	switch {
	case v.Type() == t:
		return v
	case t.Kind() == reflect.Interface:
		x := reflect.New(t).Elem()
		if v.Kind() == reflect.Interface {
			v = v.Elem()
		}
		if v.IsValid() {
			x.Set(v)
		}
		return x
	case isWord(t.Kind()) && isWord(v.Kind()):
		return valueOf(t, word(v))
	}
	return reflect.NewAt(t, memoryOf(v)).Elem()
}

// storer compiles the assignment of a node's value to memory of its type.
func (c *compiler) storer(n *node) func(*frame, unsafe.Pointer) {
	r := n.rt
	switch {
	case n.i != nil:
		if r.Kind() == reflect.Int {
			return func(fr *frame, p unsafe.Pointer) { *(*int)(p) = int(n.i(fr)) }
		}
		put := storeInt(r.Kind())
		return func(fr *frame, p unsafe.Pointer) { put(p, n.i(fr)) }
	case n.f != nil:
		if r.Kind() == reflect.Float32 {
			return func(fr *frame, p unsafe.Pointer) { *(*float32)(p) = float32(n.f(fr)) }
		}
		return func(fr *frame, p unsafe.Pointer) { *(*float64)(p) = n.f(fr) }
	case n.b != nil:
		return func(fr *frame, p unsafe.Pointer) { *(*bool)(p) = n.b(fr) }
	case n.s != nil:
		return func(fr *frame, p unsafe.Pointer) { *(*string)(p) = n.s(fr) }
	case isWord(r.Kind()):
		return func(fr *frame, p unsafe.Pointer) { *(*unsafe.Pointer)(p) = word(n.v(fr)) }
	}
	return func(fr *frame, p unsafe.Pointer) { set(reflect.NewAt(r, p).Elem(), n.v(fr)) }
}

// setter compiles the assignment of a value to memory of type to.
func (c *compiler) setter(addr func(*frame) unsafe.Pointer, to types.Type) func(*frame, reflect.Value) {
	r := c.rtype(to)
	return func(fr *frame, v reflect.Value) { set(reflect.NewAt(r, addr(fr)).Elem(), v) }
}
