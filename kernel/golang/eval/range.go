package eval

import (
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"unicode/utf8"
	"unsafe"

	"gomdcsan/kernel/golang/rt"
)

// rangeVars sets the variables of a range clause from values.
type rangeVars struct {
	key, value func(*frame, reflect.Value) // nil if there is none
	both       exec                        // evaluates their operands, before either is set
}

// turn sets the variables for a turn of the loop, runs its body, and says
// whether that ends the loop. A key or value that nobody wants need not be one.
func (v rangeVars) turn(fr *frame, body exec, label string, key, value reflect.Value) (end bool, with ctl) {
	rt.Check()
	v.both(fr)
	if v.key != nil {
		v.key(fr, key)
	}
	if v.value != nil {
		v.value(fr, value)
	}
	return loopEnd(fr, body(fr), label)
}

// index is an index as a key, if one is wanted.
func (v rangeVars) index(i int) (key reflect.Value) {
	if v.key != nil {
		key = reflect.ValueOf(i)
	}
	return key
}

// clause compiles the variables of a range clause.
func (c *compiler) clause(s *ast.RangeStmt) rangeVars {
	var out rangeVars
	var prepare []exec
	one := func(e ast.Expr) func(*frame, reflect.Value) {
		if e == nil || isBlank(e) {
			return nil
		}
		t := c.target(e)
		if t.prepare != nil {
			prepare = append(prepare, t.prepare)
		}
		return t.put
	}
	out.key, out.value = one(s.Key), one(s.Value)
	out.both = sequence(prepare)
	return out
}

func (c *compiler) rangeStmt(s *ast.RangeStmt) exec {
	x := c.expr(s.X)
	label := c.labels[s]
	u := x.t.Underlying()
	if p, ok := u.(*types.Pointer); ok {
		u = p.Elem().Underlying()
	}
	switch u := u.(type) {
	case *types.Basic:
		if u.Info()&types.IsString != 0 {
			return c.rangeString(s, x, label)
		}
		return c.rangeInt(s, x, label)
	case *types.Slice:
		return c.rangeList(s, x, label)
	case *types.Array:
		return c.rangeList(s, x, label)
	case *types.Map:
		return c.rangeMap(s, x, label)
	case *types.Chan:
		return c.rangeChan(s, x, label)
	case *types.Signature:
		return c.rangeFunc(s, x, u, label)
	}
	c.refuse(s.X.Pos(), "range over a %s", x.t)
	return nil
}

func (c *compiler) rangeInt(s *ast.RangeStmt, x *node, label string) exec {
	vars := c.clause(s)
	r := x.rt
	if s.Key != nil && !isBlank(s.Key) {
		if r = c.rtype(c.leftType(s.Key)); s.Tok != token.DEFINE {
			r = x.rt
		}
	}
	put := storeInt(r.Kind())
	body := c.block(s.Body.List, nil)
	less := func(i, n int64) bool { return i < n }
	if unsigned(r.Kind()) {
		less = func(i, n int64) bool { return uint64(i) < uint64(n) }
	}
	return func(fr *frame) ctl {
		n := x.i(fr)
		for i := int64(0); less(i, n); i++ {
			var key reflect.Value
			if vars.key != nil {
				v := reflect.New(r)
				put(v.UnsafePointer(), i)
				key = v.Elem()
			}
			if end, with := vars.turn(fr, body, label, key, key); end {
				return with
			}
		}
		return next
	}
}

// rangeList ranges over slices, arrays and what pointers to arrays have. An
// array is copied before, if its elements are wanted.
func (c *compiler) rangeList(s *ast.RangeStmt, x *node, label string) exec {
	vars := c.clause(s)
	var elem types.Type
	n := -1
	u := x.t.Underlying()
	p, isPtr := u.(*types.Pointer)
	if isPtr {
		u = p.Elem().Underlying()
	}
	switch u := u.(type) {
	case *types.Slice:
		elem = u.Elem()
	case *types.Array:
		elem, n = u.Elem(), int(u.Len())
	}
	r := c.rtype(elem)
	size := r.Size()
	evaluate := c.calls(s.X)
	list := func(fr *frame) (unsafe.Pointer, int) {
		switch {
		case isPtr && vars.value == nil:
			x.v(fr)
			return nil, n
		case isPtr:
			return notNil(x.pointer(fr)), n
		case n >= 0 && vars.value == nil:
			if evaluate {
				x.v(fr)
			}
			return nil, n
		case n >= 0:
			return memoryOf(x.v(fr)), n
		}
		h := *(*sliceHeader)(x.mem(fr))
		return h.data, h.len
	}
	body := c.block(s.Body.List, nil)
	return func(fr *frame) ctl {
		data, n := list(fr)
		for i := range n {
			var value reflect.Value
			if vars.value != nil {
				value = reflect.NewAt(r, unsafe.Add(data, uintptr(i)*size)).Elem()
			}
			if end, with := vars.turn(fr, body, label, vars.index(i), value); end {
				return with
			}
		}
		return next
	}
}

func (c *compiler) rangeString(s *ast.RangeStmt, x *node, label string) exec {
	vars := c.clause(s)
	body := c.block(s.Body.List, nil)
	return func(fr *frame) ctl {
		text := x.s(fr)
		for i := 0; i < len(text); {
			r, n := utf8.DecodeRuneInString(text[i:])
			at := i
			i += n
			if end, with := vars.turn(fr, body, label, vars.index(at), reflect.ValueOf(r)); end {
				return with
			}
		}
		return next
	}
}

func (c *compiler) rangeMap(s *ast.RangeStmt, x *node, label string) exec {
	vars := c.clause(s)
	body := c.block(s.Body.List, nil)
	return func(fr *frame) ctl {
		for it := x.v(fr).MapRange(); it.Next(); {
			if end, with := vars.turn(fr, body, label, it.Key(), it.Value()); end {
				return with
			}
		}
		return next
	}
}

func (c *compiler) rangeChan(s *ast.RangeStmt, x *node, label string) exec {
	vars := c.clause(s)
	body := c.block(s.Body.List, nil)
	return func(fr *frame) ctl {
		ch := x.v(fr)
		for {
			v, ok := rt.RecvValue(ch)
			if !ok {
				return next
			}
			if end, with := vars.turn(fr, body, label, v, v); end {
				return with
			}
		}
	}
}

// rangeFunc calls the function with the body, which runs in the same frame: a
// return or a jump out of it is done when the function has returned.
func (c *compiler) rangeFunc(s *ast.RangeStmt, x *node, sig *types.Signature, label string) exec {
	vars := c.clause(s)
	body := c.block(s.Body.List, nil)
	yield := c.rtype(sig.Params().At(0).Type())
	goOn, stop := []reflect.Value{reflect.ValueOf(true)}, []reflect.Value{reflect.ValueOf(false)}
	if b := yield.Out(0); b != goOn[0].Type() {
		goOn[0], stop[0] = as(goOn[0], b), as(stop[0], b)
	}
	return func(fr *frame) ctl {
		const (
			ready = iota
			running
			done
			over
		)
		state, with := ready, next
		f := reflect.MakeFunc(yield, func(args []reflect.Value) []reflect.Value {
			switch state {
			case running, done:
				panic(runtimeError("range function continued iteration after function for loop body returned false"))
			case over:
				panic(runtimeError("range function continued iteration after whole loop exit"))
			}
			rt.Check()
			state = running
			vars.both(fr)
			if vars.key != nil {
				vars.key(fr, args[0])
			}
			if vars.value != nil {
				vars.value(fr, args[1])
			}
			top, depth := fr.thread.top, fr.thread.depth
			end, k := loopEnd(fr, body(fr), label)
			fr.thread.top, fr.thread.depth = top, depth
			if end {
				state, with = done, k
				return stop
			}
			state = ready
			return goOn
		})
		in := []reflect.Value{f}
		if cl := closureOf(x.pointer(fr)); cl != nil {
			cl.call(fr, in)
		} else {
			callValue(x.v(fr), in)
		}
		if state == running {
			panic(runtimeError("range function recovered a loop body panic and did not resume panicking"))
		}
		state = over
		return with
	}
}
