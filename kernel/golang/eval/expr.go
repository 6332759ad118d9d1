package eval

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"reflect"
	"unsafe"
)

func isNilType(t types.Type) bool {
	b, ok := t.(*types.Basic)
	return ok && b.Kind() == types.UntypedNil
}

func isInterface(t types.Type) bool {
	_, ok := t.Underlying().(*types.Interface)
	return ok
}

// expr compiles an expression that has one value.
func (c *compiler) expr(e ast.Expr) *node {
	if n := c.kept[e]; n != nil {
		return n
	}
	tv := c.info.Types[e]
	if tv.Value != nil {
		return c.constant(tv.Value, c.u.subst(tv.Type, c.env), e.Pos())
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		return c.expr(e.X)
	case *ast.Ident:
		return c.ident(e)
	case *ast.SelectorExpr:
		return c.selector(e)
	case *ast.StarExpr:
		return c.deref(c.expr(e.X))
	case *ast.UnaryExpr:
		return c.unary(e)
	case *ast.BinaryExpr:
		return c.binary(e)
	case *ast.IndexExpr, *ast.IndexListExpr:
		return c.indexing(e)
	case *ast.SliceExpr:
		return c.slice(e)
	case *ast.TypeAssertExpr:
		a := c.assertion(e)
		return c.value(a.t, func(fr *frame) reflect.Value { v, _ := a.v(fr, false); return v })
	case *ast.CallExpr:
		return c.call(e)
	case *ast.CompositeLit:
		return c.composite(e, c.typeOf(e))
	case *ast.FuncLit:
		return c.literal(e)
	}
	c.refuse(e.Pos(), "the expression %T", e)
	return nil
}

// constant makes a node of a constant.
func (c *compiler) constant(v constant.Value, t types.Type, pos token.Pos) *node {
	t = types.Default(t)
	r := c.rtype(t)
	if r.Kind() == reflect.Interface { // untyped constants are converted when they are used
		return c.assignable(c.constant(v, types.Default(basicOf(v)), pos), t)
	}
	n := &node{t: t, rt: r}
	switch {
	case classOf(r.Kind()) == integer:
		var x int64
		if i := constant.ToInt(v); unsigned(r.Kind()) {
			u, _ := constant.Uint64Val(i)
			x = int64(u)
		} else {
			x, _ = constant.Int64Val(i)
		}
		n.i = func(*frame) int64 { return x }
	case classOf(r.Kind()) == float:
		f, _ := constant.Float64Val(constant.ToFloat(v))
		if r.Kind() == reflect.Float32 {
			f32, _ := constant.Float32Val(constant.ToFloat(v))
			f = float64(f32)
		}
		n.f = func(*frame) float64 { return f }
	case r.Kind() == reflect.Bool:
		b := constant.BoolVal(v)
		n.b = func(*frame) bool { return b }
	case r.Kind() == reflect.String:
		s := constant.StringVal(v)
		n.s = func(*frame) string { return s }
	case r.Kind() == reflect.Complex128 || r.Kind() == reflect.Complex64:
		z := constant.ToComplex(v)
		re, _ := constant.Float64Val(constant.Real(z))
		im, _ := constant.Float64Val(constant.Imag(z))
		n.v = func(*frame) reflect.Value {
			x := reflect.New(r).Elem()
			x.SetComplex(complex(re, im))
			return x
		}
	case r.Kind() == reflect.UnsafePointer:
		n.v = func(*frame) reflect.Value { return reflect.Zero(r) }
	default:
		c.refuse(pos, "a constant of type %s", t)
	}
	return n.complete()
}

func basicOf(v constant.Value) types.Type {
	switch v.Kind() {
	case constant.Bool:
		return types.Typ[types.UntypedBool]
	case constant.String:
		return types.Typ[types.UntypedString]
	case constant.Int:
		return types.Typ[types.UntypedInt]
	case constant.Float:
		return types.Typ[types.UntypedFloat]
	}
	return types.Typ[types.UntypedComplex]
}

func (c *compiler) ident(e *ast.Ident) *node {
	switch o := c.info.ObjectOf(e).(type) {
	case *types.Nil:
		return c.value(types.Typ[types.UntypedNil], func(*frame) reflect.Value { return reflect.Zero(reflect.TypeFor[any]()) })
	case *types.Var:
		return c.object(o, e.Pos())
	case *types.Func:
		return c.function(e, o)
	}
	c.refuse(e.Pos(), "the name %s", e.Name)
	return nil
}

// function is a declared function, of the session or a package, as a value.
func (c *compiler) function(id *ast.Ident, f *types.Func) *node {
	t := c.typeOf(id)
	if inst, ok := c.info.Instances[id]; ok {
		t = c.u.subst(inst.Type, c.env)
	}
	if !c.u.interpreted(f) {
		v := c.compiled(f, id.Pos())
		return c.value(t, func(*frame) reflect.Value { return v })
	}
	target := c.u.target(f, c.instance(id))
	r := c.rtype(t)
	return c.value(t, func(fr *frame) reflect.Value {
		cl, v := target()
		if cl != nil {
			return cl.value(r)
		}
		return as(v, r)
	})
}

// instance returns the type arguments that an identifier is used with.
func (c *compiler) instance(id *ast.Ident) *types.TypeList {
	inst, ok := c.info.Instances[id]
	if !ok {
		return nil
	}
	if len(c.env) == 0 {
		return inst.TypeArgs
	}
	return c.u.substList(inst.TypeArgs, c.env)
}

// substList replaces type parameters in a list.
func (u *Unit) substList(list *types.TypeList, env environment) *types.TypeList {
	var params []*types.TypeParam
	var args []types.Type
	for t := range list.Types() {
		p := types.NewTypeParam(types.NewTypeName(token.NoPos, u.pkg, "T", nil), types.Universe.Lookup("any").Type())
		params = append(params, p)
		args = append(args, u.subst(t, env))
	}
	// The only way to a list of types is through an instance.
	sig := types.NewNamed(types.NewTypeName(token.NoPos, u.pkg, "list", nil), types.NewStruct(nil, nil), nil)
	sig.SetTypeParams(params)
	inst, err := types.Instantiate(u.context, sig, args, false)
	if err != nil {
		u.refuse(token.NoPos, "%v", err)
	}
	return inst.(*types.Named).TypeArgs()
}

// deref is what a pointer points to.
func (c *compiler) deref(p *node) *node {
	t := p.t.Underlying().(*types.Pointer).Elem()
	return c.place(t, func(fr *frame) unsafe.Pointer { return notNil(p.pointer(fr)) })
}

// pointer is the word of a pointer's value.
func (n *node) pointer(fr *frame) unsafe.Pointer { return *(*unsafe.Pointer)(n.mem(fr)) }

func (c *compiler) selector(e *ast.SelectorExpr) *node {
	if id, ok := e.X.(*ast.Ident); ok {
		if _, ok := c.info.Uses[id].(*types.PkgName); ok {
			switch o := c.info.Uses[e.Sel].(type) {
			case *types.Var:
				return c.packageVar(o, e.Pos())
			case *types.Func:
				return c.function(e.Sel, o)
			}
			c.refuse(e.Pos(), "%s", e.Sel.Name)
		}
	}
	sel := c.selection(e)
	switch sel.kind {
	case types.FieldVal:
		return c.field(e, sel)
	case types.MethodVal:
		return c.methodValue(e, sel)
	}
	return c.methodExpr(e, sel)
}

// selected is a selection, looked up anew where type parameters have become
// types.
type selected struct {
	kind  types.SelectionKind
	recv  types.Type
	obj   types.Object
	index []int
}

func (c *compiler) selection(e *ast.SelectorExpr) selected {
	s := c.info.Selections[e]
	if s == nil {
		c.refuse(e.Pos(), "%s", e.Sel.Name)
	}
	out := selected{s.Kind(), c.u.subst(s.Recv(), c.env), s.Obj(), s.Index()}
	if len(c.env) > 0 && out.recv != s.Recv() {
		o, index, _ := types.LookupFieldOrMethod(out.recv, true, s.Obj().Pkg(), s.Obj().Name())
		if o == nil {
			c.refuse(e.Pos(), "%s of a %s", e.Sel.Name, out.recv)
		}
		out.obj, out.index = o, index
	}
	return out
}

// field compiles x.f: an address if x has one or is a pointer.
func (c *compiler) field(e *ast.SelectorExpr, sel selected) *node {
	x := c.expr(e.X)
	at := x.mem
	way, t := c.u.walk(x.t, sel.index, e.Pos())
	out := func(fr *frame) unsafe.Pointer { return way(at(fr)) }
	_, isPtr := x.t.Underlying().(*types.Pointer)
	if x.addr != nil || isPtr || len(sel.index) > 1 {
		return c.place(t, out)
	}
	return c.memory(t, out)
}

// receiver compiles the operand of a method: where the value of type t is that
// the method is called on, after embedded fields.
func (c *compiler) receiver(e *ast.SelectorExpr, sel selected) (at func(*frame) unsafe.Pointer, t types.Type) {
	x := c.expr(e.X)
	way, t := c.u.walk(x.t, sel.index[:len(sel.index)-1], e.Pos())
	mem := x.mem
	return func(fr *frame) unsafe.Pointer { return way(mem(fr)) }, t
}

// methodValue compiles x.M: the receiver is evaluated now.
func (c *compiler) methodValue(e *ast.SelectorExpr, sel selected) *node {
	m := sel.obj.(*types.Func)
	at, recv := c.receiver(e, sel)
	call := c.u.method(recv, m)
	t := c.typeOf(e)
	r, rr := c.rtype(t), c.rtype(recv)
	_, wantsPtr := types.Unalias(m.Signature().Recv().Type()).(*types.Pointer)
	_, isPtr := recv.Underlying().(*types.Pointer)
	return c.value(t, func(fr *frame) reflect.Value {
		p := at(fr)
		switch {
		case rr.Kind() == reflect.Interface:
			v := reflect.New(rr)
			v.Elem().Set(reflect.NewAt(rr, p).Elem())
			if v.Elem().IsNil() {
				notNil(nil)
			}
			p = v.UnsafePointer()
		case !wantsPtr && isPtr: // a copy of what it points to
			v := reflect.New(rr.Elem())
			v.Elem().Set(reflect.NewAt(rr.Elem(), notNil(*(*unsafe.Pointer)(p))).Elem())
			w := v.UnsafePointer()
			p = unsafe.Pointer(&w)
		case !wantsPtr || isPtr:
			v := reflect.New(rr)
			v.Elem().Set(reflect.NewAt(rr, p).Elem())
			p = v.UnsafePointer()
		}
		return (&boundCall{call, p}).value(r)
	})
}

// methodExpr compiles T.M, a function of its receiver.
func (c *compiler) methodExpr(e *ast.SelectorExpr, sel selected) *node {
	m := sel.obj.(*types.Func)
	way, at := c.u.walk(sel.recv, sel.index[:len(sel.index)-1], e.Pos())
	call := c.u.method(at, m)
	t := c.typeOf(e)
	r := c.rtype(t)
	v := (&boundCall{call: func(caller, deferrer *frame, _ unsafe.Pointer, args []reflect.Value) []reflect.Value {
		return call(caller, deferrer, way(memoryOf(args[0])), args[1:])
	}}).value(r)
	return c.value(t, func(*frame) reflect.Value { return v })
}

// assignable converts a node's value to a type that it is assignable to.
func (c *compiler) assignable(n *node, t types.Type) *node {
	if types.IsInterface(c.u.subst(t, c.env)) {
		c.shared(n.rt)
	}
	return c.passed(n, t)
}

// shared refuses to keep values in interfaces, or to look for them there, of a
// type that is made here while compiled code may make the same for itself: to
// the runtime they would be two.
func (c *compiler) shared(r reflect.Type) {
	if r != nil && r.Name() == "" && r.Kind() != reflect.Interface && !c.u.host.Shared(r) {
		c.refuse(token.NoPos, "a %s in an interface, where compiled code could not tell it", r)
	}
}

// passed is assignable where nobody asks for the type of what is in an
// interface, except to print it.
func (c *compiler) passed(n *node, t types.Type) *node {
	t = c.u.subst(t, c.env)
	r := c.rtype(t)
	switch {
	case isNilType(n.t):
		return c.value(t, func(*frame) reflect.Value { return reflect.Zero(r) })
	case r.Kind() == reflect.Interface && n.rt != r:
		return c.value(t, func(fr *frame) reflect.Value { return as(n.v(fr), r) })
	case n.rt == r:
		return n
	}
	return c.retype(n, t)
}

// retype gives a value another type of the same underlying one.
func (c *compiler) retype(n *node, t types.Type) *node {
	r := c.rtype(t)
	out := &node{t: t, rt: r, i: n.i, f: n.f, b: n.b, s: n.s}
	if classOf(r.Kind()) == other {
		out.v = func(fr *frame) reflect.Value { return as(n.v(fr), r) }
		out.mem = n.mem
	}
	return out.complete()
}
