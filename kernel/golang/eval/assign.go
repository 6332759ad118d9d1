package eval

import (
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"unsafe"
)

// assign compiles =, := and op=.
func (c *compiler) assign(s *ast.AssignStmt) exec {
	switch s.Tok {
	case token.DEFINE:
		return c.define(s.Lhs, s.Rhs)
	case token.ASSIGN:
		return c.set(s.Lhs, s.Rhs)
	}
	op := map[token.Token]token.Token{
		token.ADD_ASSIGN: token.ADD, token.SUB_ASSIGN: token.SUB, token.MUL_ASSIGN: token.MUL, token.QUO_ASSIGN: token.QUO, token.REM_ASSIGN: token.REM,
		token.AND_ASSIGN: token.AND, token.OR_ASSIGN: token.OR, token.XOR_ASSIGN: token.XOR, token.SHL_ASSIGN: token.SHL, token.SHR_ASSIGN: token.SHR, token.AND_NOT_ASSIGN: token.AND_NOT,
	}[s.Tok]
	return c.update(s.Lhs[0], op, s.Rhs[0], s.Pos())
}

// isNew returns the variable that an identifier defines, nil if it is an old
// one, the session's, or blank.
func (c *compiler) isNew(e ast.Expr) *types.Var {
	id, ok := e.(*ast.Ident)
	if !ok || id.Name == "_" {
		return nil
	}
	v, ok := c.info.Defs[id].(*types.Var)
	if !ok || c.u.host.Slot(v).IsValid() {
		return nil
	}
	return v
}

// define compiles := and var with values.
func (c *compiler) define(left, right []ast.Expr) exec {
	if len(left) == 1 && len(right) == 1 {
		if v := c.isNew(left[0]); v != nil {
			return c.declare(v, c.assignable(c.expr(right[0]), v.Type()))
		}
	}
	return c.set(left, right)
}

// target is a place to assign to: prepare evaluates its operands, put assigns.
// A variable that is being defined comes into being when it is put.
type target struct {
	t       types.Type
	prepare exec
	put     func(*frame, reflect.Value)
}

// set compiles assignments: calls first, then other operands and values, then
// the assignments.
func (c *compiler) set(left, right []ast.Expr) exec {
	if len(left) == 1 && len(right) == 1 {
		return c.setOne(left[0], right[0])
	}
	var nodes []*node
	var values tuple
	var before []kept
	if len(right) == 1 {
		for _, l := range operands(left, nil) {
			before = append(before, c.callsFirst(l)...)
		}
		values = c.several(right[0], len(left))
	} else {
		before = c.callsBefore(operands(left, right)...)
		for i, r := range right {
			n := c.expr(r)
			if t := c.leftType(left[i]); t != nil {
				n = c.assignable(n, t)
			} else if isNilType(n.t) {
				c.refuse(r.Pos(), "nil alone")
			}
			nodes = append(nodes, n)
		}
	}
	var targets []target
	for _, l := range left {
		targets = append(targets, c.target(l))
	}
	return preceded(before, func(fr *frame) ctl {
		var out []reflect.Value
		if nodes == nil {
			out = values.v(fr)
		}
		for _, t := range targets {
			if t.prepare != nil {
				t.prepare(fr)
			}
		}
		for _, n := range nodes {
			out = append(out, n.v(fr))
		}
		for i, t := range targets {
			if t.put != nil {
				t.put(fr, out[i])
			}
		}
		return next
	})
}

// operands are the parts of an assignment that are evaluated: variables to
// assign to are not.
func operands(left, right []ast.Expr) (out []ast.Expr) {
	for _, l := range left {
		if _, ok := ast.Unparen(l).(*ast.Ident); !ok {
			out = append(out, l)
		}
	}
	return append(out, right...)
}

// leftType is the type of a place, nil for the blank.
func (c *compiler) leftType(e ast.Expr) types.Type {
	if id, ok := ast.Unparen(e).(*ast.Ident); ok {
		if id.Name == "_" {
			return nil
		}
		return c.u.subst(c.info.ObjectOf(id).Type(), c.env)
	}
	return c.typeOf(e)
}

func isBlank(e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	return ok && id.Name == "_"
}

func (c *compiler) target(e ast.Expr) target {
	e = ast.Unparen(e)
	if isBlank(e) {
		return target{}
	}
	t := c.leftType(e)
	r := c.rtype(t)
	if v := c.isNew(e); v != nil {
		i := c.local(v)
		return target{t: t, put: func(fr *frame, x reflect.Value) {
			p := reflect.New(r)
			set(p.Elem(), x)
			fr.vars[i] = p.UnsafePointer()
		}}
	}
	if x, ok := e.(*ast.IndexExpr); ok {
		if m, ok := c.typeOf(x.X).Underlying().(*types.Map); ok {
			return c.mapTarget(x, m)
		}
	}
	addr := c.expr(e).addr
	if addr == nil {
		c.refuse(e.Pos(), "assigning to this")
	}
	if _, ok := e.(*ast.Ident); ok {
		return target{t: t, put: func(fr *frame, x reflect.Value) { set(reflect.NewAt(r, addr(fr)).Elem(), x) }}
	}
	h := c.hidden()
	return target{t, func(fr *frame) ctl { fr.vars[h] = addr(fr); return next }, func(fr *frame, x reflect.Value) {
		set(reflect.NewAt(r, fr.vars[h]).Elem(), x)
	}}
}

// mapTarget is an entry of a map.
func (c *compiler) mapTarget(x *ast.IndexExpr, m *types.Map) target {
	mv, kv := c.expr(x.X), c.assignable(c.expr(x.Index), m.Key())
	mp, kp := c.keep(mv), c.keep(kv)
	er := c.rtype(m.Elem())
	return target{m.Elem(), func(fr *frame) ctl { mp.set(fr); kp.set(fr); return next }, func(fr *frame, v reflect.Value) {
		mp.node.v(fr).SetMapIndex(kp.node.v(fr), as(v, er))
	}}
}

// kept is a value in a hidden variable.
type kept struct {
	set  func(*frame)
	node *node
}

func (c *compiler) keep(n *node) kept {
	i := c.hidden()
	put := c.storer(n)
	return kept{func(fr *frame) {
		p := alloc(n.rt)
		put(fr, p)
		fr.vars[i] = p
	}, c.variable(n.t, i)}
}

// setOne compiles x = y.
func (c *compiler) setOne(l, r ast.Expr) exec {
	n := c.expr(r)
	if isBlank(l) {
		return func(fr *frame) ctl { n.v(fr); return next }
	}
	n = c.assignable(n, c.leftType(l))
	l = ast.Unparen(l)
	if x, ok := l.(*ast.IndexExpr); ok {
		if m, ok := c.typeOf(x.X).Underlying().(*types.Map); ok {
			mv, kv := c.expr(x.X), c.assignable(c.expr(x.Index), m.Key())
			return func(fr *frame) ctl {
				to := mv.v(fr)
				k := kv.v(fr)
				to.SetMapIndex(k, n.v(fr))
				return next
			}
		}
	}
	before := c.callsFirst(l)
	addr := c.expr(l).addr
	if addr == nil {
		c.refuse(l.Pos(), "assigning to this")
	}
	return preceded(before, c.storeAt(addr, n))
}

// storeAt compiles the assignment to an address, which is computed after the
// value, as the compiler does.
func (c *compiler) storeAt(addr func(*frame) unsafe.Pointer, n *node) exec {
	switch {
	case n.i != nil && n.rt.Kind() == reflect.Int:
		return func(fr *frame) ctl { x := n.i(fr); *(*int)(addr(fr)) = int(x); return next }
	case n.f != nil && n.rt.Kind() == reflect.Float64:
		return func(fr *frame) ctl { x := n.f(fr); *(*float64)(addr(fr)) = x; return next }
	case n.i != nil:
		store := storeInt(n.rt.Kind())
		return func(fr *frame) ctl { x := n.i(fr); store(addr(fr), x); return next }
	}
	r := n.rt
	return func(fr *frame) ctl { x := n.v(fr); set(reflect.NewAt(r, addr(fr)).Elem(), x); return next }
}

// update compiles x op= y, and ++ and -- where y is nil.
func (c *compiler) update(x ast.Expr, op token.Token, y ast.Expr, pos token.Pos) exec {
	x = ast.Unparen(x)
	t := c.leftType(x)
	if y != nil {
		if before := c.callsBefore(x, y); before != nil {
			return preceded(before, c.update(x, op, y, pos))
		}
	}
	var right *node
	switch {
	case op == token.SHL || op == token.SHR:
		right = c.count(y)
	case y != nil:
		right = c.expr(y)
	}
	result := func(old *node) *node {
		switch {
		case y == nil && old.f != nil:
			one := c.floatNode(t, func(*frame) float64 { return 1 })
			return c.arithmetic(op, t, old, one, pos)
		case y == nil && old.i != nil:
			one := c.intNode(t, func(*frame) int64 { return 1 })
			return c.arithmetic(op, t, old, one, pos)
		case y == nil:
			return c.arithmetic(op, t, old, c.complexNode(t, func(*frame) complex128 { return 1 }), pos)
		case op == token.SHL || op == token.SHR:
			return c.shift(op, t, old, right)
		}
		return c.arithmetic(op, t, old, right, pos)
	}
	if ix, ok := x.(*ast.IndexExpr); ok {
		if m, ok := c.typeOf(ix.X).Underlying().(*types.Map); ok {
			return c.updateMap(ix, m, result)
		}
	}
	if _, ok := x.(*ast.Ident); ok {
		n := c.expr(x)
		return c.storeAt(n.addr, result(n))
	}
	addr := c.expr(x).addr
	if addr == nil {
		c.refuse(pos, "assigning to this")
	}
	h := c.hidden()
	old := c.variable(t, h)
	store := c.storeAt(old.addr, result(old))
	return func(fr *frame) ctl { fr.vars[h] = addr(fr); return store(fr) }
}

func (c *compiler) updateMap(x *ast.IndexExpr, m *types.Map, result func(*node) *node) exec {
	mp, kp := c.keep(c.expr(x.X)), c.keep(c.assignable(c.expr(x.Index), m.Key()))
	r := c.rtype(m.Elem())
	old := c.value(m.Elem(), func(fr *frame) reflect.Value {
		if from := mp.node.v(fr); from.Len() > 0 { // else a bad key fails as it does in an assignment
			if v := from.MapIndex(kp.node.v(fr)); v.IsValid() {
				return v
			}
		}
		return reflect.Zero(r)
	})
	n := result(old)
	return func(fr *frame) ctl {
		mp.set(fr)
		kp.set(fr)
		v := n.v(fr)
		mp.node.v(fr).SetMapIndex(kp.node.v(fr), v)
		return next
	}
}
