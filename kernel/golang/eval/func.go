package eval

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"unsafe"
)

// A compiler compiles one function: a declared one, a literal, or a cell.
type compiler struct {
	u        *Unit
	info     *types.Info
	env      environment
	outer    *compiler
	code     *code
	sig      *types.Signature
	vars     map[types.Object]int
	captures []capture
	escapes  map[types.Object]bool
	n        int
	labels   map[ast.Stmt]string // of loops, switches and selects
	lits     int
	toHold   map[ast.Expr]bool  // operands that an interface is to hold, see held
	kept     map[ast.Expr]*node // calls that have been made before what they are part of
}

// capture is a variable of the enclosing function.
type capture struct {
	outer, inner int
}

func (c *compiler) refuse(pos token.Pos, format string, args ...any) {
	c.u.refuse(pos, format, args...)
}

func (c *compiler) typeOf(e ast.Expr) types.Type { return c.u.subst(c.info.TypeOf(e), c.env) }

// rtype is the run-time type of a type of this function.
func (c *compiler) rtype(t types.Type) reflect.Type { return c.u.rtype(c.u.subst(t, c.env)) }

// funcSource is a function to compile.
type funcSource struct {
	name   string
	recv   *types.Var
	sig    *types.Signature
	body   *ast.BlockStmt
	info   *types.Info
	env    environment
	outer  *compiler
	escape map[types.Object]bool
}

// function compiles a function. Its body is compiled later, when it may refer
// to itself.
func (u *Unit) function(s funcSource) *code {
	c := &compiler{u: u, info: s.info, env: s.env, outer: s.outer, sig: s.sig, vars: map[types.Object]int{}, code: &code{name: s.name}, escapes: s.escape}
	if c.escapes == nil {
		c.escapes = escaping(s.info, s.body.List)
	}
	c.code.cell, _ = u.host.Place(s.body.Pos())
	if s.recv != nil {
		c.param(s.recv)
	}
	for v := range s.sig.Params().Variables() {
		c.param(v)
	}
	for v := range s.sig.Results().Variables() {
		c.code.results = append(c.code.results, variable{c.local(v), c.rtype(v.Type())})
	}
	compile := func() {
		body := c.block(s.body.List, nil)
		c.code.body, c.code.n = body, c.n
		for _, k := range c.captures {
			c.code.captured = append(c.code.captured, k.inner)
			c.code.outer = append(c.code.outer, k.outer)
		}
	}
	if s.outer != nil { // a literal: the enclosing function must know what it captures
		compile()
	} else {
		u.todo = append(u.todo, compile)
	}
	return c.code
}

func (c *compiler) param(v *types.Var) {
	c.code.params = append(c.code.params, variable{c.local(v), c.rtype(v.Type())})
}

// local makes a variable of the frame.
func (c *compiler) local(o types.Object) int {
	i := c.hidden()
	if o != nil {
		c.vars[o] = i
	}
	return i
}

// hidden makes a variable of the frame without a name.
func (c *compiler) hidden() int {
	c.n++
	return c.n - 1
}

// find finds a local variable, captured if it is another function's.
func (c *compiler) find(o types.Object) (int, bool) {
	if i, ok := c.vars[o]; ok {
		return i, true
	}
	if c.outer == nil {
		return 0, false
	}
	j, ok := c.outer.find(o)
	if !ok {
		return 0, false
	}
	i := c.local(o)
	c.captures = append(c.captures, capture{j, i})
	return i, true
}

// object is a variable as a node.
func (c *compiler) object(v *types.Var, pos token.Pos) *node {
	t := c.u.subst(v.Type(), c.env)
	if i, ok := c.find(v); ok {
		return c.variable(t, i)
	}
	if p := c.u.host.Slot(v); p.IsValid() {
		w := p.UnsafePointer()
		return c.place(t, func(*frame) unsafe.Pointer { return w })
	}
	if v.Pkg() != nil && v.Pkg() != c.u.pkg && v.Parent() == v.Pkg().Scope() {
		return c.packageVar(v, pos)
	}
	c.refuse(pos, "the variable %s", v.Name())
	return nil
}

// variable is a variable of the frame as a node.
func (c *compiler) variable(t types.Type, i int) *node {
	return c.place(t, func(fr *frame) unsafe.Pointer { return fr.vars[i] })
}

// place is addressable memory as a node.
func (c *compiler) place(t types.Type, addr func(*frame) unsafe.Pointer) *node {
	n := c.memory(t, addr)
	n.addr = addr
	return n
}

func (c *compiler) packageVar(v *types.Var, pos token.Pos) *node {
	x := c.u.host.Export(v.Pkg().Path(), v.Name())
	if x == nil {
		c.refuse(pos, "the variable %s.%s", v.Pkg().Name(), v.Name())
	}
	c.u.learn(v.Type(), x.Type())
	if !x.CanAddr() {
		w := memoryOf(*x)
		return c.memory(v.Type(), func(*frame) unsafe.Pointer { return w })
	}
	w := x.Addr().UnsafePointer()
	return c.place(v.Type(), func(*frame) unsafe.Pointer { return w })
}

// declare makes a local variable, new each time the statement runs if it
// outlives that, and gives it the value of init.
func (c *compiler) declare(v *types.Var, init *node) exec {
	t := c.rtype(v.Type())
	if init == nil {
		i := c.local(v)
		if c.escapes[v] {
			return func(fr *frame) ctl { fr.vars[i] = alloc(t); return next }
		}
		return func(fr *frame) ctl {
			if p := fr.vars[i]; p != nil {
				reflect.NewAt(t, p).Elem().SetZero()
			} else {
				fr.vars[i] = alloc(t)
			}
			return next
		}
	}
	put := c.storer(init)
	i := c.local(v)
	if c.escapes[v] {
		return func(fr *frame) ctl {
			p := alloc(t)
			put(fr, p)
			fr.vars[i] = p
			return next
		}
	}
	return func(fr *frame) ctl {
		p := fr.vars[i]
		if p == nil {
			p = alloc(t)
			put(fr, p)
			fr.vars[i] = p
			return next
		}
		put(fr, p)
		return next
	}
}

// escaping finds the variables that function literals capture or whose address
// is taken: each time they are declared they are new ones.
func escaping(info *types.Info, list []ast.Stmt) map[types.Object]bool {
	out := map[types.Object]bool{}
	var root func(e ast.Expr)
	root = func(e ast.Expr) {
		switch e := ast.Unparen(e).(type) {
		case *ast.Ident:
			if o := info.ObjectOf(e); o != nil {
				out[o] = true
			}
		case *ast.SelectorExpr:
			root(e.X)
		case *ast.IndexExpr:
			root(e.X)
		}
	}
	see := func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				root(n.X)
			}
		case *ast.SliceExpr:
			root(n.X)
		case *ast.SelectorExpr: // a pointer method takes the address
			if s := info.Selections[n]; s != nil && s.Kind() != types.FieldVal {
				root(n.X)
			}
		case *ast.FuncLit:
			ast.Inspect(n.Body, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok {
					if v, ok := info.Uses[id].(*types.Var); ok && !v.IsField() {
						out[v] = true
					}
				}
				return true
			})
		case *ast.RangeStmt: // the body may be called as a function
			if t := info.TypeOf(n.X); t != nil {
				if _, ok := t.Underlying().(*types.Signature); ok {
					for _, e := range []ast.Expr{n.Key, n.Value} {
						if e != nil {
							root(e)
						}
					}
				}
			}
		}
		return true
	}
	for _, s := range list {
		ast.Inspect(s, see)
	}
	return out
}

// literal compiles a function literal.
func (c *compiler) literal(e *ast.FuncLit) *node {
	base := c
	for base.outer != nil {
		base = base.outer
	}
	base.lits++
	name := fmt.Sprintf("func%d", base.lits)
	if base.code.name != "" {
		name = base.code.name + "." + name
	}
	t := c.typeOf(e).(*types.Signature)
	source := c.info.TypeOf(e).(*types.Signature)
	inner := c.u.function(funcSource{name: name, sig: source, body: e.Body, info: c.info, env: c.env, outer: c, escape: c.escapes})
	captured := inner.outer
	r := c.rtype(t)
	return c.value(t, func(fr *frame) reflect.Value {
		cl := &closure{code: inner, captured: make([]unsafe.Pointer, len(captured))}
		for i, k := range captured {
			cl.captured[i] = fr.vars[k]
		}
		return cl.value(r)
	})
}
