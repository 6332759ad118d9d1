package eval

import (
	"go/ast"
	"go/types"
	"reflect"
	"unsafe"
)

func builtinName(e *ast.CallExpr) string {
	switch f := ast.Unparen(e.Fun).(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return "unsafe." + f.Sel.Name
	}
	return ""
}

// builtin compiles a call of a builtin function that has a value.
func (c *compiler) builtin(e *ast.CallExpr) *node {
	name := builtinName(e)
	t := types.Default(c.typeOf(e))
	switch name {
	case "make":
		return c.makeCall(e, t)
	case "new":
		return c.newCall(e, t)
	case "append":
		return c.appendCall(e, t)
	case "recover":
		return c.value(t, func(fr *frame) reflect.Value {
			return as(reflect.ValueOf(&[]any{fr.recoverValue()}[0]).Elem(), reflect.TypeFor[any]())
		})
	}
	var args []*node
	for _, a := range e.Args {
		args = append(args, c.expr(a))
	}
	switch name {
	case "len", "cap":
		return c.length(name, args[0], t)
	case "copy":
		return c.copyCall(args, t)
	case "min", "max":
		return c.extreme(name, args, t)
	case "complex":
		return c.complexNode(t, func(fr *frame) complex128 { a := args[0].f(fr); return complex(a, args[1].f(fr)) })
	case "real":
		return c.floatNode(t, func(fr *frame) float64 { return real(args[0].v(fr).Complex()) })
	case "imag":
		return c.floatNode(t, func(fr *frame) float64 { return imag(args[0].v(fr).Complex()) })
	}
	return c.unsafeCall(name, e, args, t)
}

func (c *compiler) makeCall(e *ast.CallExpr, t types.Type) *node {
	r := c.rtype(t)
	var sizes []func(*frame) int
	for _, a := range e.Args[1:] {
		sizes = append(sizes, c.intIndex(a))
	}
	switch t.Underlying().(type) {
	case *types.Slice:
		elem := r.Elem()
		return c.value(t, func(fr *frame) reflect.Value {
			n := sizes[0](fr)
			m := n
			if len(sizes) > 1 {
				m = sizes[1](fr)
			}
			checkMake(n, m, elem.Size())
			return reflect.MakeSlice(r, n, m)
		})
	case *types.Map:
		return c.value(t, func(fr *frame) reflect.Value {
			if len(sizes) > 0 {
				return reflect.MakeMapWithSize(r, max(0, sizes[0](fr)))
			}
			return reflect.MakeMap(r)
		})
	}
	return c.value(t, func(fr *frame) reflect.Value {
		n := 0
		if len(sizes) > 0 {
			if n = sizes[0](fr); n < 0 {
				_ = make(chan int, n)
			}
		}
		if r.ChanDir() == reflect.BothDir {
			return reflect.MakeChan(r, n)
		}
		return as(reflect.MakeChan(reflect.ChanOf(reflect.BothDir, r.Elem()), n), r)
	})
}

// checkMake panics as make does.
func checkMake(n, m int, size uintptr) {
	const most = 1 << 47
	switch {
	case n < 0 || size > 0 && uintptr(n) > most/size:
		panic(runtimeError("makeslice: len out of range"))
	case m < n || size > 0 && uintptr(m) > most/size:
		panic(runtimeError("makeslice: cap out of range"))
	}
}

// newCall compiles new(T), and new(x) with a value.
func (c *compiler) newCall(e *ast.CallExpr, t types.Type) *node {
	r := c.rtype(t)
	if c.info.Types[e.Args[0]].IsType() {
		return c.value(t, func(*frame) reflect.Value { return valueOf(r, alloc(r.Elem())) })
	}
	put := c.storer(c.assignable(c.expr(e.Args[0]), t.Underlying().(*types.Pointer).Elem()))
	return c.value(t, func(fr *frame) reflect.Value {
		p := alloc(r.Elem())
		put(fr, p)
		return valueOf(r, p)
	})
}

func (c *compiler) appendCall(e *ast.CallExpr, t types.Type) *node {
	r := c.rtype(t)
	s := c.assignable(c.expr(e.Args[0]), t)
	if len(e.Args) == 1 {
		return s
	}
	if e.Ellipsis.IsValid() {
		more := c.expr(e.Args[1])
		if more.s != nil {
			return c.value(t, func(fr *frame) reflect.Value {
				a := s.v(fr)
				b := []byte(more.s(fr))
				return reflect.AppendSlice(a, reflect.NewAt(r, unsafe.Pointer(&b)).Elem())
			})
		}
		more = c.assignable(more, t)
		return c.value(t, func(fr *frame) reflect.Value {
			a := s.v(fr)
			return reflect.AppendSlice(a, as(more.v(fr), r))
		})
	}
	more := c.pack(e.Args[1:], t, false)
	return c.value(t, func(fr *frame) reflect.Value {
		a := s.v(fr)
		return reflect.AppendSlice(a, more.v(fr))
	})
}

func (c *compiler) length(name string, x *node, t types.Type) *node {
	n := func(fr *frame) int { return x.v(fr).Len() }
	switch u := x.t.Underlying().(type) {
	case *types.Slice:
		if name == "cap" {
			n = func(fr *frame) int { return (*sliceHeader)(x.mem(fr)).cap }
		} else {
			n = func(fr *frame) int { return (*sliceHeader)(x.mem(fr)).len }
		}
	case *types.Basic:
		n = func(fr *frame) int { return len(x.s(fr)) }
	case *types.Pointer:
		size := int(u.Elem().Underlying().(*types.Array).Len())
		n = func(fr *frame) int { x.v(fr); return size }
	case *types.Chan:
		if name == "cap" {
			n = func(fr *frame) int { return x.v(fr).Cap() }
		}
	}
	return c.intNode(t, func(fr *frame) int64 { return int64(n(fr)) })
}

func (c *compiler) copyCall(args []*node, t types.Type) *node {
	to, from := args[0], args[1]
	if from.s != nil {
		return c.intNode(t, func(fr *frame) int64 {
			a := *(*[]byte)(to.mem(fr))
			return int64(copy(a, from.s(fr)))
		})
	}
	return c.intNode(t, func(fr *frame) int64 {
		a := to.v(fr)
		return int64(reflect.Copy(a, from.v(fr)))
	})
}

func (c *compiler) extreme(name string, args []*node, t types.Type) *node {
	var xs []*node
	for _, a := range args {
		xs = append(xs, c.assignable(a, t))
	}
	least := name == "min"
	out := xs[0]
	for _, y := range xs[1:] {
		x := out
		switch {
		case x.i != nil && unsigned(x.rt.Kind()):
			out = c.intNode(t, pick(least, x.i, y.i, func(a, b int64) bool { return uint64(a) < uint64(b) }))
		case x.i != nil:
			out = c.intNode(t, pick(least, x.i, y.i, func(a, b int64) bool { return a < b }))
		case x.f != nil:
			out = c.floatNode(t, func(fr *frame) float64 {
				a := x.f(fr)
				if least {
					return min(a, y.f(fr))
				}
				return max(a, y.f(fr))
			})
		default:
			out = c.textNode(t, pick(least, x.s, y.s, func(a, b string) bool { return a < b }))
		}
	}
	return out
}

// pick is the lesser of two, or the greater.
func pick[T any](least bool, x, y func(*frame) T, less func(a, b T) bool) func(*frame) T {
	return func(fr *frame) T {
		a := x(fr)
		b := y(fr)
		if least && less(b, a) || !least && less(a, b) {
			return b
		}
		return a
	}
}

// unsafeCall compiles the functions of package unsafe.
func (c *compiler) unsafeCall(name string, e *ast.CallExpr, args []*node, t types.Type) *node {
	r := c.rtype(t)
	switch name {
	case "unsafe.Pointer":
		return c.retype(args[0], t)
	case "unsafe.Add":
		return c.value(t, func(fr *frame) reflect.Value {
			p := args[0].pointer(fr)
			return valueOf(r, unsafe.Add(p, args[1].i(fr)))
		})
	case "unsafe.Sizeof", "unsafe.Alignof": // not constant in a generic function
		n := args[0].rt.Size()
		if name == "unsafe.Alignof" {
			n = uintptr(args[0].rt.Align())
		}
		return c.intNode(t, func(*frame) int64 { return int64(n) })
	case "unsafe.SliceData", "unsafe.StringData":
		return c.value(t, func(fr *frame) reflect.Value { return valueOf(r, *(*unsafe.Pointer)(args[0].mem(fr))) })
	case "unsafe.Slice":
		return c.value(t, func(fr *frame) reflect.Value {
			p := args[0].pointer(fr)
			n := int(args[1].i(fr))
			if size := r.Elem().Size(); n < 0 || p != nil && size > 0 && uintptr(n) > -uintptr(p)/size {
				panic(runtimeError("unsafe.Slice: len out of range"))
			} else if p == nil && n > 0 {
				panic(runtimeError("unsafe.Slice: ptr is nil and len is not zero"))
			}
			h := sliceHeader{p, n, n}
			return reflect.NewAt(r, unsafe.Pointer(&h)).Elem()
		})
	case "unsafe.String":
		return c.textNode(t, func(fr *frame) string {
			p := args[0].pointer(fr)
			return unsafe.String((*byte)(p), int(args[1].i(fr)))
		})
	}
	c.refuse(e.Pos(), "%s here", name)
	return nil
}

// builtinStmt compiles a call of a builtin function for what it does.
func (c *compiler) builtinStmt(e *ast.CallExpr) exec {
	var args []*node
	switch name := builtinName(e); name {
	case "panic", "close", "delete", "clear", "print", "println":
		for _, a := range e.Args {
			args = append(args, c.expr(a))
		}
		return c.act(name, args, e)
	case "append", "new", "make", "len", "cap", "min", "max":
		n := c.builtin(e) // the checker has let it pass as the last statement
		return func(fr *frame) ctl { n.v(fr); return next }
	}
	n := c.builtin(e)
	return func(fr *frame) ctl { n.v(fr); return next }
}

// act compiles the builtin functions without a value.
func (c *compiler) act(name string, args []*node, e *ast.CallExpr) exec {
	switch name {
	case "panic":
		x := c.assignable(args[0], types.Universe.Lookup("any").Type())
		return func(fr *frame) ctl { panic(x.v(fr).Interface()) }
	case "close":
		return func(fr *frame) ctl { args[0].v(fr).Close(); return next }
	case "delete":
		key := c.assignable(args[1], args[0].t.Underlying().(*types.Map).Key())
		return func(fr *frame) ctl {
			m := args[0].v(fr)
			if k := key.v(fr); !m.IsNil() {
				m.SetMapIndex(k, reflect.Value{})
			} else {
				m.MapIndex(k) // panics for a key that cannot be hashed
			}
			return next
		}
	case "clear":
		return func(fr *frame) ctl { args[0].v(fr).Clear(); return next }
	}
	return func(fr *frame) ctl {
		for i, a := range args {
			if i > 0 && name == "println" {
				print(" ")
			}
			printPlain(a, fr)
		}
		if name == "println" {
			print("\n")
		}
		return next
	}
}

// printPlain is the builtin print of one value.
func printPlain(a *node, fr *frame) {
	switch {
	case a.i != nil && unsigned(a.rt.Kind()):
		print(uint64(a.i(fr)))
	case a.i != nil:
		print(a.i(fr))
	case a.f != nil:
		print(a.f(fr))
	case a.b != nil:
		print(a.b(fr))
	case a.s != nil:
		print(a.s(fr))
	case isComplex(a.rt.Kind()):
		print(a.v(fr).Complex())
	case a.rt.Kind() == reflect.Slice:
		print(*(*[]byte)(a.mem(fr)))
	case a.rt.Kind() == reflect.Interface:
		print(a.v(fr).Interface())
	default:
		print(*(*unsafe.Pointer)(a.mem(fr)))
	}
}

// delayedBuiltin is a builtin in a go or defer statement: a function of its
// arguments.
func (c *compiler) delayedBuiltin(e *ast.CallExpr) func(*frame) func(caller, deferrer *frame) {
	name := builtinName(e)
	if name == "recover" { // it is called by the function that defers it, in effect
		return func(fr *frame) func(caller, deferrer *frame) {
			return func(caller, deferrer *frame) {
				if !fr.panicking { // else it is called by the panic, too early
					fr.recoverValue()
				}
			}
		}
	}
	inner := &compiler{u: c.u, info: c.info, env: c.env, vars: map[types.Object]int{}, code: &code{name: name}, sig: c.sig}
	var outer, args []*node
	for _, a := range e.Args {
		n := c.expr(a)
		if isNilType(n.t) {
			n = c.assignable(n, types.Universe.Lookup("any").Type())
		}
		i := inner.hidden()
		inner.code.params = append(inner.code.params, variable{i, n.rt})
		outer, args = append(outer, n), append(args, inner.variable(n.t, i))
	}
	switch name {
	case "copy":
		n := inner.copyCall(args, types.Typ[types.Int])
		inner.code.body = func(fr *frame) ctl { n.v(fr); return next }
	case "panic", "close", "delete", "clear", "print", "println":
		inner.code.body = inner.act(name, args, e)
	default:
		c.refuse(e.Pos(), "%s here", name)
	}
	inner.code.n = inner.n
	values := arguments{nodes: outer}
	return func(fr *frame) func(caller, deferrer *frame) {
		in := values.values(fr)
		r := ready{cl: &closure{code: inner.code}}
		return func(caller, deferrer *frame) { r.invoke(caller, deferrer, in) }
	}
}
