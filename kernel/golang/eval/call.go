package eval

import (
	"go/ast"
	"go/types"
	"reflect"
	"unsafe"
)

// callee is what a call calls: resolve evaluates it, before the arguments.
type callee struct {
	sig     *types.Signature
	resolve func(*frame) ready
	library bool // a function or method of a compiled package
}

// ready is a function, or a method with its receiver, ready to be called.
type ready struct {
	cl   *closure      // interpreted
	f    reflect.Value // or compiled
	call methodCall    // or a method, on what is at
	at   unsafe.Pointer
}

func (r ready) invoke(caller, deferrer *frame, args []reflect.Value) []reflect.Value {
	switch {
	case r.cl != nil:
		fr := r.cl.start(caller)
		fr.deferrer = deferrer
		fr.set(args)
		fr.run()
		return fr.values()
	case r.call != nil:
		return r.call(caller, deferrer, r.at, args)
	}
	return callValue(r.f, args)
}

// arguments compiles the arguments of a call: a node for each parameter, or
// what gives all of them.
type arguments struct {
	nodes []*node
	all   func(*frame) []reflect.Value
}

func (a arguments) values(fr *frame) []reflect.Value {
	if a.all != nil {
		return a.all(fr)
	}
	out := make([]reflect.Value, len(a.nodes))
	for i, n := range a.nodes {
		out[i] = n.v(fr)
	}
	return out
}

func (c *compiler) callee(e *ast.CallExpr) callee {
	fun := ast.Unparen(e.Fun)
	sig := c.typeOf(e.Fun).Underlying().(*types.Signature)
	switch f := fun.(type) {
	case *ast.IndexExpr:
		fun = ast.Unparen(f.X)
	case *ast.IndexListExpr:
		fun = ast.Unparen(f.X)
	}
	var id *ast.Ident
	switch f := fun.(type) {
	case *ast.Ident:
		id = f
	case *ast.SelectorExpr:
		if s := c.info.Selections[f]; s != nil && s.Kind() == types.MethodVal {
			return c.methodCallee(f, sig)
		} else if s == nil {
			id = f.Sel
		}
	}
	if id != nil {
		if f, ok := c.info.Uses[id].(*types.Func); ok {
			if inst, ok := c.info.Instances[id]; ok {
				sig = c.u.subst(inst.Type, c.env).(*types.Signature)
			}
			return c.declaredCallee(id, f, sig)
		}
	}
	n := c.expr(e.Fun)
	r := n.rt
	return callee{sig, func(fr *frame) ready {
		w := n.pointer(fr)
		if cl := closureOf(w); cl != nil {
			return ready{cl: cl}
		}
		return ready{f: valueOf(r, w), call: nilCall(w)}
	}, false}
}

// nilCall is a call that panics, for a nil function; nil for others. It does so
// when it is called, after its arguments are evaluated.
func nilCall(w unsafe.Pointer) methodCall {
	if w != nil {
		return nil
	}
	return func(_, _ *frame, _ unsafe.Pointer, _ []reflect.Value) []reflect.Value { notNil(nil); return nil }
}

func (c *compiler) declaredCallee(id *ast.Ident, f *types.Func, sig *types.Signature) callee {
	if name := f.Origin().FullName(); name == "iter.Pull" || name == "iter.Pull2" {
		return c.pullCallee(sig)
	}
	if !c.u.interpreted(f) {
		v := c.compiled(f, id.Pos())
		return callee{sig, func(*frame) ready { return ready{f: v} }, true}
	}
	target := c.u.target(f, c.instance(id))
	return callee{sig, func(*frame) ready {
		cl, v := target()
		if cl == nil && v.IsNil() {
			return ready{call: nilCall(nil)}
		}
		return ready{cl: cl, f: v}
	}, false}
}

func (c *compiler) methodCallee(f *ast.SelectorExpr, sig *types.Signature) callee {
	sel := c.selection(f)
	at, t := c.receiver(f, sel)
	m := sel.obj.(*types.Func)
	call := c.u.method(t, m)
	if !isInterface(t) {
		return callee{sig, func(fr *frame) ready { return ready{call: call, at: at(fr)} }, !c.u.interpreted(m)}
	}
	r := c.rtype(t)
	return callee{sig, func(fr *frame) ready { // the value now, not what the variable holds later
		v := reflect.New(r)
		v.Elem().Set(reflect.NewAt(r, at(fr)).Elem())
		return ready{call: call, at: v.UnsafePointer()}
	}, false}
}

func (c *compiler) arguments(e *ast.CallExpr, f callee) arguments {
	sig := f.sig
	n := sig.Params().Len()
	if len(e.Args) == 1 {
		if t, ok := c.typeOf(e.Args[0]).(*types.Tuple); ok {
			return c.spread(e.Args[0], t, sig)
		}
	}
	var out arguments
	for i, a := range e.Args {
		p := sig.Params().At(min(i, n-1)).Type()
		if s, ok := p.Underlying().(*types.Slice); ok && sig.Variadic() && i >= n-1 && !e.Ellipsis.IsValid() {
			p = s.Elem()
		}
		c.held(p, a)
	}
	first := c.callsBefore(e.Args...)
	for i := range n {
		t := sig.Params().At(i).Type()
		if !sig.Variadic() || i < n-1 || e.Ellipsis.IsValid() {
			arg := c.assignable(c.expr(e.Args[i]), t)
			if f.library {
				arg = c.streamed(arg, sig, i, c.typeOf(e.Args[i]))
			}
			out.nodes = append(out.nodes, arg)
			continue
		}
		if _, ok := t.Underlying().(*types.Slice); !ok { // append([]byte, string...)
			c.refuse(e.Pos(), "this call")
		}
		out.nodes = append(out.nodes, c.pack(e.Args[i:], t, c.prints(e)))
	}
	if n > 0 {
		out.nodes[0] = c.after(first, out.nodes[0])
	}
	return out
}

// prints reports whether a call is of a function that only writes its
// arguments.
func (c *compiler) prints(e *ast.CallExpr) bool {
	sel, ok := ast.Unparen(e.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	f, ok := c.info.Uses[sel.Sel].(*types.Func)
	return ok && f.Pkg() != nil && (f.Pkg().Path() == "fmt" || f.Pkg().Path() == "log" || f.Pkg().Path() == "gomdcsan/kernel/display")
}

// pack makes the slice of a variadic parameter.
func (c *compiler) pack(args []ast.Expr, t types.Type, prints bool) *node {
	elem := t.Underlying().(*types.Slice).Elem()
	r := c.rtype(t)
	if len(args) == 0 {
		return c.value(t, func(*frame) reflect.Value { return reflect.Zero(r) })
	}
	var puts []func(*frame, unsafe.Pointer)
	for _, a := range args {
		put := c.assignable
		if prints {
			put = c.passed
		}
		puts = append(puts, c.storer(put(c.expr(a), elem)))
	}
	size := r.Elem().Size()
	return c.value(t, func(fr *frame) reflect.Value {
		s := reflect.MakeSlice(r, len(puts), len(puts))
		p := s.UnsafePointer()
		for i, put := range puts {
			put(fr, unsafe.Add(p, uintptr(i)*size))
		}
		return s
	})
}

// spread passes the results of one call to another.
func (c *compiler) spread(e ast.Expr, t *types.Tuple, sig *types.Signature) arguments {
	values := c.several(e, t.Len())
	n := sig.Params().Len()
	var rts []reflect.Type
	for v := range sig.Params().Variables() {
		rts = append(rts, c.rtype(v.Type()))
	}
	return arguments{all: func(fr *frame) []reflect.Value {
		in := values.v(fr)
		fixed := n
		if sig.Variadic() {
			fixed = n - 1
		}
		var out []reflect.Value
		for i := range fixed {
			out = append(out, as(in[i], rts[i]))
		}
		if sig.Variadic() {
			s := reflect.MakeSlice(rts[n-1], 0, len(in)-fixed)
			for _, v := range in[fixed:] {
				s = reflect.Append(s, as(v, rts[n-1].Elem()))
			}
			out = append(out, s)
		}
		return out
	}}
}

// call compiles a call, a conversion or a builtin with one value.
func (c *compiler) call(e *ast.CallExpr) *node {
	tv := c.info.Types[e.Fun]
	switch {
	case tv.IsType():
		return c.conversion(c.expr(e.Args[0]), c.u.subst(tv.Type, c.env), e.Pos())
	case tv.IsBuiltin():
		return c.builtin(e)
	}
	f := c.callee(e)
	args := c.arguments(e, f)
	t := f.sig.Results().At(0).Type()
	if n := c.quick(f, args, t); n != nil {
		return n
	}
	run := c.invocation(f, args)
	return c.memory(t, func(fr *frame) unsafe.Pointer {
		inner, out := run(fr)
		if inner != nil {
			return inner.vars[inner.code.results[0].index]
		}
		return memoryOf(out[0])
	})
}

// quick compiles calls of the commonest compiled functions without reflection.
func (c *compiler) quick(f callee, args arguments, t types.Type) *node {
	if len(args.nodes) != 1 || args.nodes[0].f == nil || args.nodes[0].rt.Kind() != reflect.Float64 || f.resolve == nil {
		return nil
	}
	x := args.nodes[0].f
	var known func(float64) float64
	if r := c.constantCallee(f); r.IsValid() {
		known, _ = r.Interface().(func(float64) float64)
	}
	if known == nil {
		return nil
	}
	return c.floatNode(t, func(fr *frame) float64 { return known(x(fr)) })
}

// constantCallee is the compiled function that is always called, if it is one.
func (c *compiler) constantCallee(f callee) (v reflect.Value) {
	defer func() { _ = recover() }() // what needs a frame is not constant
	return f.resolve(nil).f
}

// invocation compiles a call: it returns the frame of an interpreted function
// that has run, or the results of a compiled one.
func (c *compiler) invocation(f callee, args arguments) func(*frame) (*frame, []reflect.Value) {
	var puts []func(*frame, unsafe.Pointer)
	for _, n := range args.nodes {
		puts = append(puts, c.storer(n))
	}
	return func(fr *frame) (*frame, []reflect.Value) {
		r := f.resolve(fr)
		if r.cl == nil || args.all != nil {
			return nil, r.invoke(fr, nil, args.values(fr))
		}
		params := r.cl.code.params
		memory := make([]unsafe.Pointer, len(puts))
		for i, put := range puts {
			memory[i] = alloc(params[i].typ)
			put(fr, memory[i])
		}
		inner := r.cl.start(fr)
		for i, p := range params {
			inner.vars[p.index] = memory[i]
		}
		inner.run()
		return inner, nil
	}
}

// tuple is an expression with several values.
type tuple struct {
	types []types.Type
	v     func(*frame) []reflect.Value
}

// several compiles a call with several results, or one of the forms with ok.
func (c *compiler) several(e ast.Expr, n int) tuple {
	e = ast.Unparen(e)
	if call, ok := e.(*ast.CallExpr); ok {
		f := c.callee(call)
		run := c.invocation(f, c.arguments(call, f))
		var ts []types.Type
		for v := range f.sig.Results().Variables() {
			ts = append(ts, v.Type())
		}
		return tuple{ts, func(fr *frame) []reflect.Value {
			inner, out := run(fr)
			if inner != nil {
				return inner.values()
			}
			return out
		}}
	}
	return c.commaOk(e)
}

// effect compiles a call for what it does.
func (c *compiler) effect(e *ast.CallExpr) exec {
	tv := c.info.Types[e.Fun]
	switch {
	case tv.IsBuiltin():
		return c.builtinStmt(e)
	case tv.IsType():
		n := c.expr(e)
		return func(fr *frame) ctl { n.v(fr); return next }
	}
	f := c.callee(e)
	if print := c.printed(e, f); print != nil {
		return print
	}
	run := c.invocation(f, c.arguments(e, f))
	return func(fr *frame) ctl { run(fr); return next }
}

// delayed compiles the call of a go or defer statement: function and arguments
// are evaluated now, the call is made later.
func (c *compiler) delayed(e *ast.CallExpr) func(*frame) func(caller, deferrer *frame) {
	if tv := c.info.Types[e.Fun]; tv.IsBuiltin() {
		return c.delayedBuiltin(e)
	} else if tv.IsType() {
		c.refuse(e.Pos(), "a conversion as a statement")
	}
	f := c.callee(e)
	args := c.arguments(e, f)
	m := c.valueReceiver(e)
	return func(fr *frame) func(caller, deferrer *frame) {
		r := f.resolve(fr)
		if m != nil {
			r.at = m(r.at)
		}
		r = c.u.ev.direct(r)
		in := args.values(fr)
		return func(caller, deferrer *frame) { r.invoke(caller, deferrer, in) }
	}
}

// valueReceiver returns what copies the receiver of a method that takes a
// value, so that a later call has the one of now; nil if none does.
func (c *compiler) valueReceiver(e *ast.CallExpr) func(unsafe.Pointer) unsafe.Pointer {
	f, ok := ast.Unparen(e.Fun).(*ast.SelectorExpr)
	if !ok || c.info.Selections[f] == nil || c.info.Selections[f].Kind() != types.MethodVal {
		return nil
	}
	sel := c.selection(f)
	_, t := c.receiver(f, sel)
	_, wantsPtr := types.Unalias(sel.obj.(*types.Func).Signature().Recv().Type()).(*types.Pointer)
	_, isPtr := t.Underlying().(*types.Pointer)
	r := c.rtype(t)
	copied := func(p unsafe.Pointer, r reflect.Type) unsafe.Pointer {
		v := reflect.New(r)
		v.Elem().Set(reflect.NewAt(r, p).Elem())
		return v.UnsafePointer()
	}
	switch {
	case isPtr && wantsPtr, isInterface(t):
		return func(p unsafe.Pointer) unsafe.Pointer { return copied(p, r) }
	case isPtr:
		return func(p unsafe.Pointer) unsafe.Pointer {
			w := copied(notNil(*(*unsafe.Pointer)(p)), r.Elem())
			return unsafe.Pointer(&w)
		}
	case wantsPtr:
		return nil
	}
	return func(p unsafe.Pointer) unsafe.Pointer { return copied(p, r) }
}
