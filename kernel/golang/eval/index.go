package eval

import (
	"go/ast"
	"go/types"
	"reflect"
	"slices"
	"unsafe"
)

// sliceHeader is what a slice is in memory; a string has the first two words.
type sliceHeader struct {
	data     unsafe.Pointer
	len, cap int
}

// inside panics as Go does for an index out of range.
func inside(i, n int) {
	if uint(i) >= uint(n) {
		_ = make([]struct{}, n)[i]
	}
}

// indexing compiles x[i], or f[T].
func (c *compiler) indexing(e ast.Expr) *node {
	x, isIndex := e.(*ast.IndexExpr)
	base := e
	if isIndex {
		base = x.X
	} else {
		base = e.(*ast.IndexListExpr).X
	}
	if tv := c.info.Types[base]; !isIndex || tv.IsType() || isGeneric(tv.Type) {
		switch f := ast.Unparen(base).(type) {
		case *ast.Ident:
			return c.ident(f)
		case *ast.SelectorExpr:
			return c.selector(f)
		}
	}
	first := c.callsBefore(x.X, x.Index)
	return c.after(first, c.index(c.expr(x.X), x))
}

func isGeneric(t types.Type) bool {
	sig, ok := t.(*types.Signature)
	return ok && sig.TypeParams().Len() > 0
}

func (c *compiler) index(x *node, e *ast.IndexExpr) *node {
	switch u := x.t.Underlying().(type) {
	case *types.Map:
		key := c.assignable(c.expr(e.Index), u.Key())
		r := c.rtype(u.Elem())
		return c.value(u.Elem(), func(fr *frame) reflect.Value {
			m := x.v(fr)
			if v := m.MapIndex(key.v(fr)); v.IsValid() {
				return v
			}
			return reflect.Zero(r)
		})
	case *types.Basic:
		i := c.intIndex(e.Index)
		return c.intNode(types.Typ[types.Uint8], func(fr *frame) int64 {
			s := x.s(fr)
			return int64(s[i(fr)])
		})
	}
	return c.element(x, c.intIndex(e.Index))
}

// intIndex compiles an index of any integer type.
func (c *compiler) intIndex(e ast.Expr) func(*frame) int {
	n := c.expr(e)
	if n.f != nil {
		return func(fr *frame) int { return int(n.f(fr)) }
	}
	if k := n.rt.Kind(); k == reflect.Uint64 || k == reflect.Uint || k == reflect.Uintptr {
		return func(fr *frame) int { return tooLarge(n.i(fr)) }
	}
	return func(fr *frame) int { return int(n.i(fr)) }
}

// tooLarge keeps an unsigned index from becoming negative.
func tooLarge(i int64) int {
	if i < 0 {
		return int(^uint(0) >> 1)
	}
	return int(i)
}

// element is an element of a slice, an array, or what a pointer to one has.
func (c *compiler) element(x *node, i func(*frame) int) *node {
	switch u := x.t.Underlying().(type) {
	case *types.Slice:
		size := c.rtype(u.Elem()).Size()
		return c.place(u.Elem(), func(fr *frame) unsafe.Pointer {
			h := *(*sliceHeader)(x.mem(fr))
			k := i(fr)
			inside(k, h.len)
			return unsafe.Add(h.data, uintptr(k)*size)
		})
	case *types.Pointer:
		return c.element(c.deref(x), i)
	case *types.Array:
		size, n := c.rtype(u.Elem()).Size(), int(u.Len())
		at := func(fr *frame) unsafe.Pointer {
			p := x.mem(fr)
			k := i(fr)
			inside(k, n)
			return unsafe.Add(p, uintptr(k)*size)
		}
		if x.addr != nil {
			return c.place(u.Elem(), at)
		}
		return c.memory(u.Elem(), at)
	}
	c.u.refuse(0, "indexing a %s", x.t)
	return nil
}

// slice compiles x[lo:hi:max].
func (c *compiler) slice(e *ast.SliceExpr) *node {
	bound := func(b ast.Expr) func(*frame) int {
		if b == nil {
			return nil
		}
		return c.intIndex(b)
	}
	operands := slices.DeleteFunc([]ast.Expr{e.X, e.Low, e.High, e.Max}, func(x ast.Expr) bool { return x == nil })
	if first := c.callsBefore(operands...); first != nil {
		return c.after(first, c.slice(e))
	}
	x := c.expr(e.X)
	lo, hi, limit := bound(e.Low), bound(e.High), bound(e.Max)
	t := c.typeOf(e)
	if lo == nil {
		lo = func(*frame) int { return 0 }
	}
	if x.s != nil {
		return c.textNode(t, func(fr *frame) string {
			s := x.s(fr)
			l := lo(fr)
			if hi == nil {
				return s[l:]
			}
			return s[l:hi(fr)]
		})
	}
	if p, ok := x.t.Underlying().(*types.Pointer); ok {
		if _, ok := p.Elem().Underlying().(*types.Array); ok {
			x = c.deref(x)
		}
	}
	return c.reslice(t, x, lo, hi, limit, e)
}

func (c *compiler) reslice(t types.Type, x *node, lo, hi, limit func(*frame) int, e *ast.SliceExpr) *node {
	r := c.rtype(t)
	size := r.Elem().Size()
	header := func(fr *frame) sliceHeader { return *(*sliceHeader)(x.mem(fr)) }
	if a, ok := x.t.Underlying().(*types.Array); ok {
		if x.addr == nil {
			c.refuse(e.Pos(), "slicing this array")
		}
		n := int(a.Len())
		header = func(fr *frame) sliceHeader { return sliceHeader{x.addr(fr), n, n} }
	}
	return c.value(t, func(fr *frame) reflect.Value {
		h := header(fr)
		l, top := lo(fr), h.len
		if hi != nil {
			top = hi(fr)
		}
		of := unsafe.Slice((*struct{})(unsafe.Pointer(&h)), h.cap)[:h.len] // its bounds, for Go's own checks
		if limit != nil {
			of = of[l:top:limit(fr)]
		} else {
			of = of[l:top]
		}
		out := reflect.New(r)
		s := (*sliceHeader)(out.UnsafePointer())
		s.len, s.cap, s.data = len(of), cap(of), h.data
		if cap(of) > 0 {
			s.data = unsafe.Add(h.data, uintptr(l)*size)
		}
		return out.Elem()
	})
}

// composite compiles a literal of type t, which may be elided in the source.
func (c *compiler) composite(e *ast.CompositeLit, t types.Type) *node {
	if n := c.kept[e]; n != nil {
		return n
	}
	if p, ok := t.Underlying().(*types.Pointer); ok { // &T elided
		n := c.composite(e, p.Elem())
		r := c.rtype(t)
		return c.value(t, func(fr *frame) reflect.Value { return valueOf(r, memoryOf(n.v(fr))) })
	}
	if _, isMap := t.Underlying().(*types.Map); isMap {
		return c.literalOf(e, t)
	}
	var parts []ast.Expr
	for _, x := range e.Elts {
		if kv, ok := x.(*ast.KeyValueExpr); ok {
			x = kv.Value
		}
		parts = append(parts, x)
	}
	switch u := t.Underlying().(type) {
	case *types.Slice:
		c.held(u.Elem(), parts...)
	case *types.Array:
		c.held(u.Elem(), parts...)
	}
	first := c.callsBefore(parts...)
	return c.after(first, c.literalOf(e, t))
}

// literalOf compiles a literal part by part.
func (c *compiler) literalOf(e *ast.CompositeLit, t types.Type) *node {
	switch u := t.Underlying().(type) {
	case *types.Struct:
		return c.structLit(e, t, u)
	case *types.Map:
		return c.mapLit(e, t, u)
	case *types.Slice:
		return c.listLit(e, t, u.Elem(), -1)
	case *types.Array:
		return c.listLit(e, t, u.Elem(), int(u.Len()))
	}
	c.refuse(e.Pos(), "a literal of %s", t)
	return nil
}

// part compiles an element, key or field of a literal.
func (c *compiler) part(e ast.Expr, t types.Type) *node {
	if lit, ok := ast.Unparen(e).(*ast.CompositeLit); ok && lit.Type == nil {
		return c.composite(lit, c.u.subst(t, c.env))
	}
	return c.assignable(c.expr(e), t)
}

type fieldStore struct {
	off uintptr
	put func(*frame, unsafe.Pointer)
}

func (c *compiler) structLit(e *ast.CompositeLit, t types.Type, u *types.Struct) *node {
	offsets := c.u.offsets(u)
	r := c.rtype(t)
	var stores []fieldStore
	for i, x := range e.Elts {
		if kv, ok := x.(*ast.KeyValueExpr); ok {
			name := kv.Key.(*ast.Ident).Name
			for j := range u.NumFields() {
				if u.Field(j).Name() == name {
					i = j
				}
			}
			x = kv.Value
		}
		stores = append(stores, fieldStore{uintptr(offsets[i]), c.storer(c.part(x, u.Field(i).Type()))})
	}
	return c.value(t, func(fr *frame) reflect.Value {
		v := reflect.New(r)
		p := v.UnsafePointer()
		for _, s := range stores {
			s.put(fr, unsafe.Add(p, s.off))
		}
		return v.Elem()
	})
}

func (c *compiler) mapLit(e *ast.CompositeLit, t types.Type, u *types.Map) *node {
	r := c.rtype(t)
	type entry struct{ k, v *node }
	var entries []entry
	for _, x := range e.Elts {
		kv := x.(*ast.KeyValueExpr)
		first := c.callsBefore(kv.Key, kv.Value)
		entries = append(entries, entry{c.after(first, c.part(kv.Key, u.Key())), c.part(kv.Value, u.Elem())})
	}
	return c.value(t, func(fr *frame) reflect.Value {
		m := reflect.MakeMapWithSize(r, len(entries))
		for _, x := range entries {
			k := x.k.v(fr)
			m.SetMapIndex(k, x.v.v(fr))
		}
		return m
	})
}

// listLit compiles slices and arrays; n is -1 for a slice.
func (c *compiler) listLit(e *ast.CompositeLit, t, elem types.Type, n int) *node {
	r, size := c.rtype(t), c.rtype(elem).Size()
	var stores []fieldStore
	at, most := 0, 0
	for _, x := range e.Elts {
		if kv, ok := x.(*ast.KeyValueExpr); ok {
			k := c.expr(kv.Key)
			at, x = int(k.i(nil)), kv.Value
		}
		stores = append(stores, fieldStore{uintptr(at) * size, c.storer(c.part(x, elem))})
		at++
		most = max(most, at)
	}
	return c.value(t, func(fr *frame) reflect.Value {
		var v reflect.Value
		var p unsafe.Pointer
		if n < 0 {
			v = reflect.MakeSlice(r, most, most)
			p = v.UnsafePointer()
		} else {
			a := reflect.New(r)
			v, p = a.Elem(), a.UnsafePointer()
		}
		for _, s := range stores {
			s.put(fr, unsafe.Add(p, s.off))
		}
		return v
	})
}
