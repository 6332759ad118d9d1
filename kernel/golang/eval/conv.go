package eval

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"runtime"
	"unsafe"

	"gomdcsan/kernel/golang/rt"
)

// conversion compiles T(x).
func (c *compiler) conversion(x *node, t types.Type, pos token.Pos) *node {
	r := c.rtype(t)
	switch {
	case isNilType(x.t) || r.Kind() == reflect.Interface:
		return c.assignable(x, t)
	case x.i != nil && classOf(r.Kind()) == integer:
		return c.cut(t, x.i)
	case x.i != nil && classOf(r.Kind()) == float:
		if unsigned(x.rt.Kind()) {
			return c.rounded(t, func(fr *frame) float64 { return float64(uint64(x.i(fr))) }, func(fr *frame) float64 { return float64(float32(uint64(x.i(fr)))) })
		}
		return c.rounded(t, func(fr *frame) float64 { return float64(x.i(fr)) }, func(fr *frame) float64 { return float64(float32(x.i(fr))) })
	case x.f != nil && classOf(r.Kind()) == float:
		return c.rounded(t, x.f, func(fr *frame) float64 { return float64(float32(x.f(fr))) })
	case x.f != nil && classOf(r.Kind()) == integer:
		return c.intNode(t, truncated(r.Kind(), x.f))
	case x.i != nil && r.Kind() == reflect.String:
		return c.textNode(t, func(fr *frame) string { return runeText(x.i(fr), unsigned(x.rt.Kind())) })
	case isComplex(r.Kind()):
		return c.complexNode(t, func(fr *frame) complex128 { return x.v(fr).Complex() })
	}
	return c.convertMemory(x, t, pos)
}

func isComplex(k reflect.Kind) bool { return k == reflect.Complex64 || k == reflect.Complex128 }

func (c *compiler) rounded(t types.Type, wide, narrow func(*frame) float64) *node {
	if c.rtype(t).Kind() == reflect.Float32 {
		return c.floatNode(t, narrow)
	}
	return c.floatNode(t, wide)
}

func runeText(i int64, isUnsigned bool) string {
	if int64(rune(i)) != i || isUnsigned && i < 0 {
		return "\uFFFD"
	}
	return string(rune(i))
}

// truncated converts a float to an integer as the compiler's code does, also
// where the result does not fit.
func truncated(k reflect.Kind, f func(*frame) float64) func(*frame) int64 {
	switch k {
	case reflect.Int8:
		return func(fr *frame) int64 { return int64(int8(f(fr))) }
	case reflect.Int16:
		return func(fr *frame) int64 { return int64(int16(f(fr))) }
	case reflect.Int32:
		return func(fr *frame) int64 { return int64(int32(f(fr))) }
	case reflect.Uint8:
		return func(fr *frame) int64 { return int64(uint8(f(fr))) }
	case reflect.Uint16:
		return func(fr *frame) int64 { return int64(uint16(f(fr))) }
	case reflect.Uint32:
		return func(fr *frame) int64 { return int64(uint32(f(fr))) }
	case reflect.Uint, reflect.Uint64, reflect.Uintptr:
		return func(fr *frame) int64 { return int64(uint64(f(fr))) }
	}
	return func(fr *frame) int64 { return int64(f(fr)) }
}

// convertMemory converts between strings and slices, slices and arrays,
// pointers, and types of the same underlying one.
func (c *compiler) convertMemory(x *node, t types.Type, pos token.Pos) *node {
	r := c.rtype(t)
	from, to := x.rt.Kind(), r.Kind()
	switch {
	case from == reflect.String && to == reflect.Slice:
		if r.Elem().Kind() == reflect.Uint8 {
			return c.value(t, func(fr *frame) reflect.Value {
				b := []byte(x.s(fr))
				return reflect.NewAt(r, unsafe.Pointer(&b)).Elem()
			})
		}
		return c.value(t, func(fr *frame) reflect.Value {
			b := []rune(x.s(fr))
			return reflect.NewAt(r, unsafe.Pointer(&b)).Elem()
		})
	case from == reflect.Slice && to == reflect.String:
		if x.rt.Elem().Kind() == reflect.Uint8 {
			return c.textNode(t, func(fr *frame) string { return string(*(*[]byte)(x.mem(fr))) })
		}
		return c.textNode(t, func(fr *frame) string { return string(*(*[]rune)(x.mem(fr))) })
	case from == reflect.Slice && to == reflect.Array:
		return c.memory(t, func(fr *frame) unsafe.Pointer {
			if p := arrayOf(x, fr, r.Len()); p != nil {
				return p
			}
			return unsafe.Pointer(&zeroSized)
		})
	case from == reflect.Slice && to == reflect.Pointer:
		return c.value(t, func(fr *frame) reflect.Value { return valueOf(r, arrayOf(x, fr, r.Elem().Len())) })
	case from == reflect.UnsafePointer && classOf(to) == integer:
		return c.intNode(t, func(fr *frame) int64 { return int64(uintptr(x.pointer(fr))) })
	case classOf(from) == integer && to == reflect.UnsafePointer:
		return c.value(t, func(fr *frame) reflect.Value {
			i := uintptr(x.i(fr))
			return valueOf(r, *(*unsafe.Pointer)(unsafe.Pointer(&i)))
		})
	case from == to || isWord(from) && isWord(to):
		return c.retype(x, t)
	}
	c.refuse(pos, "the conversion from %s to %s", x.t, t)
	return nil
}

// arrayOf is the array that a slice begins with.
func arrayOf(x *node, fr *frame, n int) unsafe.Pointer {
	h := *(*sliceHeader)(x.mem(fr))
	if h.len < n {
		panic(runtimeError(fmt.Sprintf("cannot convert slice with length %d to array or pointer to array with length %d", h.len, n)))
	}
	return h.data
}

var zeroSized struct{}

// runtimeError is an error of the runtime that only compiled code can cause.
type runtimeError string

func (e runtimeError) Error() string { return "runtime error: " + string(e) }
func (runtimeError) RuntimeError()   {}

// asserted is a type assertion: v panics unless told that ok is wanted.
type asserted struct {
	t types.Type
	v func(fr *frame, wantOk bool) (reflect.Value, bool)
}

func (c *compiler) assertion(e *ast.TypeAssertExpr) asserted {
	x := c.expr(e.X)
	t := c.typeOf(e.Type)
	r := c.rtype(t)
	is := c.matches(t)
	from := x.rt
	return asserted{t, func(fr *frame, wantOk bool) (reflect.Value, bool) {
		v := x.v(fr).Elem()
		if v.IsValid() && is(v) {
			return as(v, r), true
		}
		if wantOk {
			return reflect.Zero(r), false
		}
		panic(assertionError(from, v, r))
	}}
}

// matches compiles the test whether a value in an interface has a type.
func (c *compiler) matches(t types.Type) func(reflect.Value) bool {
	r := c.rtype(t)
	c.shared(r)
	if r.Kind() == reflect.Interface {
		return func(v reflect.Value) bool { return v.Type().Implements(r) }
	}
	return func(v reflect.Value) bool { return v.Type() == r }
}

// assertionError is the runtime's own error, filled in.
func assertionError(from reflect.Type, v reflect.Value, to reflect.Type) error {
	e := new(runtime.TypeAssertionError)
	f := (*struct {
		from, concrete, asserted unsafe.Pointer
		missing                  string
	})(unsafe.Pointer(e))
	f.asserted = typeWord(to)
	if to.Kind() != reflect.Interface { // else the runtime says just "interface"
		f.from = typeWord(from)
	}
	if v.IsValid() {
		f.concrete = typeWord(v.Type())
		if to.Kind() == reflect.Interface {
			f.missing = missing(v.Type(), to)
		}
	}
	return e
}

func missing(t, i reflect.Type) string {
	for k := range i.NumMethod() {
		m := i.Method(k)
		if got, ok := t.MethodByName(m.Name); !ok || got.Type == nil {
			return m.Name
		}
	}
	return ""
}

func typeWord(t reflect.Type) unsafe.Pointer { return (*[2]unsafe.Pointer)(unsafe.Pointer(&t))[1] }

// commaOk compiles v, ok := m[k], x.(T) and <-ch.
func (c *compiler) commaOk(e ast.Expr) tuple {
	ok := types.Typ[types.Bool]
	switch e := e.(type) {
	case *ast.IndexExpr:
		x := c.expr(e.X)
		u := x.t.Underlying().(*types.Map)
		key := c.assignable(c.expr(e.Index), u.Key())
		r := c.rtype(u.Elem())
		return tuple{[]types.Type{u.Elem(), ok}, func(fr *frame) []reflect.Value {
			m := x.v(fr)
			v := m.MapIndex(key.v(fr))
			if !v.IsValid() {
				return []reflect.Value{reflect.Zero(r), reflect.ValueOf(false)}
			}
			return []reflect.Value{v, reflect.ValueOf(true)}
		}}
	case *ast.TypeAssertExpr:
		a := c.assertion(e)
		return tuple{[]types.Type{a.t, ok}, func(fr *frame) []reflect.Value {
			v, is := a.v(fr, true)
			return []reflect.Value{v, reflect.ValueOf(is)}
		}}
	case *ast.UnaryExpr:
		n := c.expr(e.X)
		t := n.t.Underlying().(*types.Chan).Elem()
		return tuple{[]types.Type{t, ok}, func(fr *frame) []reflect.Value {
			v, is := rt.RecvValue(n.v(fr))
			return []reflect.Value{v, reflect.ValueOf(is)}
		}}
	}
	c.refuse(e.Pos(), "several values of a %T", e)
	return tuple{}
}
