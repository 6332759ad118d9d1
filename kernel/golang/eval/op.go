package eval

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"reflect"
	"unsafe"

	"gomdcsan/kernel/golang/rt"
)

func (c *compiler) unary(e *ast.UnaryExpr) *node {
	switch e.Op {
	case token.AND:
		return c.address(e)
	case token.ARROW:
		n := c.expr(e.X)
		t := n.t.Underlying().(*types.Chan).Elem()
		return c.value(t, func(fr *frame) reflect.Value { v, _ := rt.RecvValue(n.v(fr)); return v })
	}
	x := c.expr(e.X)
	t := c.typeOf(e)
	switch {
	case e.Op == token.ADD:
		return x
	case x.b != nil:
		return c.boolNode(t, func(fr *frame) bool { return !x.b(fr) })
	case x.f != nil:
		return c.floatNode(t, func(fr *frame) float64 { return -x.f(fr) })
	case x.i != nil && e.Op == token.SUB:
		return c.cut(t, func(fr *frame) int64 { return -x.i(fr) })
	case x.i != nil && e.Op == token.XOR:
		return c.cut(t, func(fr *frame) int64 { return ^x.i(fr) })
	}
	return c.complexNode(t, func(fr *frame) complex128 { return -x.v(fr).Complex() })
}

// cut is an integer result, cut to the size of its type.
func (c *compiler) cut(t types.Type, f func(*frame) int64) *node {
	if w := wrap(c.rtype(t).Kind()); w != nil {
		return c.intNode(t, func(fr *frame) int64 { return w(f(fr)) })
	}
	return c.intNode(t, f)
}

func (c *compiler) complexNode(t types.Type, f func(*frame) complex128) *node {
	r := c.rtype(t)
	return c.value(t, func(fr *frame) reflect.Value {
		z := f(fr)
		x := reflect.New(r).Elem()
		x.SetComplex(z)
		return x
	})
}

// address compiles &x.
func (c *compiler) address(e *ast.UnaryExpr) *node {
	t := c.typeOf(e)
	r := c.rtype(t)
	if lit, ok := ast.Unparen(e.X).(*ast.CompositeLit); ok {
		n := c.composite(lit, c.typeOf(lit))
		return c.value(t, func(fr *frame) reflect.Value { return valueOf(r, memoryOf(n.v(fr))) })
	}
	x := c.expr(e.X)
	if x.addr == nil {
		c.refuse(e.Pos(), "the address of this")
	}
	return c.value(t, func(fr *frame) reflect.Value { return valueOf(r, x.addr(fr)) })
}

func (c *compiler) binary(e *ast.BinaryExpr) *node {
	t := types.Default(c.typeOf(e))
	if e.Op != token.LAND && e.Op != token.LOR {
		if first := c.callsBefore(e.X, e.Y); first != nil {
			return c.after(first, c.binary(e))
		}
	}
	switch e.Op {
	case token.LAND:
		x, y := c.expr(e.X), c.expr(e.Y)
		return c.boolNode(t, func(fr *frame) bool { return x.b(fr) && y.b(fr) })
	case token.LOR:
		x, y := c.expr(e.X), c.expr(e.Y)
		return c.boolNode(t, func(fr *frame) bool { return x.b(fr) || y.b(fr) })
	case token.EQL, token.NEQ:
		return c.equality(e.Op, t, c.expr(e.X), c.expr(e.Y))
	case token.LSS, token.LEQ, token.GTR, token.GEQ:
		return c.order(e.Op, t, c.expr(e.X), c.expr(e.Y))
	case token.SHL, token.SHR:
		return c.shift(e.Op, t, c.assignable(c.expr(e.X), t), c.count(e.Y))
	}
	return c.arithmetic(e.Op, t, c.expr(e.X), c.expr(e.Y), e.Pos())
}

// arithmetic compiles x op y, both of type t.
func (c *compiler) arithmetic(op token.Token, t types.Type, x, y *node, pos token.Pos) *node {
	switch {
	case x.i != nil:
		return c.integers(op, t, x.i, y.i, pos)
	case x.f != nil:
		f := floats(op, x.f, y.f)
		if c.rtype(t).Kind() == reflect.Float32 {
			return c.floatNode(t, func(fr *frame) float64 { return float64(float32(f(fr))) })
		}
		return c.floatNode(t, f)
	case x.s != nil:
		return c.textNode(t, func(fr *frame) string { a := x.s(fr); return a + y.s(fr) })
	}
	return c.complexes(op, t, x, y)
}

func floats(op token.Token, x, y func(*frame) float64) func(*frame) float64 {
	switch op {
	case token.ADD:
		return func(fr *frame) float64 { a := x(fr); return a + y(fr) }
	case token.SUB:
		return func(fr *frame) float64 { a := x(fr); return a - y(fr) }
	case token.MUL:
		return func(fr *frame) float64 { a := x(fr); return a * y(fr) }
	}
	return func(fr *frame) float64 { a := x(fr); return a / y(fr) }
}

func (c *compiler) complexes(op token.Token, t types.Type, x, y *node) *node {
	small := c.rtype(t).Kind() == reflect.Complex64
	return c.complexNode(t, func(fr *frame) complex128 {
		a, b := x.v(fr).Complex(), y.v(fr).Complex()
		switch {
		case op == token.ADD:
			return a + b
		case op == token.SUB:
			return a - b
		case op == token.MUL && small:
			return complex128(complex64(a) * complex64(b))
		case op == token.MUL:
			return a * b
		}
		return a / b // the compiler divides complex64 as complex128
	})
}

func (c *compiler) integers(op token.Token, t types.Type, x, y func(*frame) int64, pos token.Pos) *node {
	u := unsigned(c.rtype(t).Kind())
	var f func(*frame) int64
	switch op {
	case token.ADD:
		f = func(fr *frame) int64 { a := x(fr); return a + y(fr) }
	case token.SUB:
		f = func(fr *frame) int64 { a := x(fr); return a - y(fr) }
	case token.MUL:
		f = func(fr *frame) int64 { a := x(fr); return a * y(fr) }
	case token.QUO:
		if u {
			f = func(fr *frame) int64 { a := x(fr); return int64(uint64(a) / uint64(y(fr))) }
		} else {
			f = func(fr *frame) int64 { a := x(fr); return a / y(fr) }
		}
	case token.REM:
		if u {
			f = func(fr *frame) int64 { a := x(fr); return int64(uint64(a) % uint64(y(fr))) }
		} else {
			f = func(fr *frame) int64 { a := x(fr); return a % y(fr) }
		}
	case token.AND:
		f = func(fr *frame) int64 { a := x(fr); return a & y(fr) }
	case token.OR:
		f = func(fr *frame) int64 { a := x(fr); return a | y(fr) }
	case token.XOR:
		f = func(fr *frame) int64 { a := x(fr); return a ^ y(fr) }
	case token.AND_NOT:
		f = func(fr *frame) int64 { a := x(fr); return a &^ y(fr) }
	default:
		c.refuse(pos, "the operator %s", op)
	}
	return c.cut(t, f)
}

// count compiles how far to shift: a constant may be written as a float.
func (c *compiler) count(e ast.Expr) *node {
	if v := c.info.Types[e].Value; v != nil {
		return c.constant(constant.ToInt(v), types.Typ[types.Uint], e.Pos())
	}
	return c.expr(e)
}

func (c *compiler) shift(op token.Token, t types.Type, x, y *node) *node {
	count := y.i
	amount := func(fr *frame) uint64 { return uint64(count(fr)) }
	if !unsigned(y.rt.Kind()) {
		amount = func(fr *frame) uint64 {
			n := count(fr)
			if n < 0 {
				_ = 1 << n // panics
			}
			return uint64(n)
		}
	}
	u := unsigned(c.rtype(t).Kind())
	switch {
	case op == token.SHL:
		return c.cut(t, func(fr *frame) int64 { a := x.i(fr); return a << amount(fr) })
	case u:
		return c.cut(t, func(fr *frame) int64 { a := x.i(fr); return int64(uint64(a) >> amount(fr)) })
	}
	return c.cut(t, func(fr *frame) int64 { a := x.i(fr); return a >> amount(fr) })
}

// order compiles <, <=, > and >=.
func (c *compiler) order(op token.Token, t types.Type, x, y *node) *node {
	x, y = c.common(x, y)
	switch {
	case x.i != nil && unsigned(x.rt.Kind()):
		return c.boolNode(t, ordered(op, func(fr *frame) uint64 { return uint64(x.i(fr)) }, func(fr *frame) uint64 { return uint64(y.i(fr)) }))
	case x.i != nil:
		return c.boolNode(t, ordered(op, x.i, y.i))
	case x.f != nil:
		return c.boolNode(t, ordered(op, x.f, y.f))
	}
	return c.boolNode(t, ordered(op, x.s, y.s))
}

func ordered[T int64 | uint64 | float64 | string](op token.Token, x, y func(*frame) T) func(*frame) bool {
	switch op {
	case token.LSS:
		return func(fr *frame) bool { a := x(fr); return a < y(fr) }
	case token.LEQ:
		return func(fr *frame) bool { a := x(fr); return a <= y(fr) }
	case token.GTR:
		return func(fr *frame) bool { a := x(fr); return a > y(fr) }
	}
	return func(fr *frame) bool { a := x(fr); return a >= y(fr) }
}

// common brings the operands of a comparison to one type: an interface if one
// of them is.
func (c *compiler) common(x, y *node) (*node, *node) {
	switch {
	case isNilType(x.t):
		return c.assignable(x, y.t), y
	case isNilType(y.t):
		return x, c.assignable(y, x.t)
	case isInterface(x.t) && !isInterface(y.t):
		return x, c.assignable(y, x.t)
	case isInterface(y.t) && !isInterface(x.t):
		return c.assignable(x, y.t), y
	}
	return x, y
}

func (c *compiler) equality(op token.Token, t types.Type, x, y *node) *node {
	isNil := isNilType(x.t) || isNilType(y.t)
	if isNilType(x.t) {
		x, y = y, x
	}
	not := op == token.NEQ
	var eq func(*frame) bool
	if isNil {
		eq = func(fr *frame) bool { return x.v(fr).IsNil() }
	} else {
		eq = equal(c.common(x, y))
	}
	if not {
		return c.boolNode(t, func(fr *frame) bool { return !eq(fr) })
	}
	return c.boolNode(t, eq)
}

func equal(x, y *node) func(*frame) bool {
	switch {
	case x.i != nil:
		return func(fr *frame) bool { a := x.i(fr); return a == y.i(fr) }
	case x.f != nil:
		return func(fr *frame) bool { a := x.f(fr); return a == y.f(fr) }
	case x.b != nil:
		return func(fr *frame) bool { a := x.b(fr); return a == y.b(fr) }
	case x.s != nil:
		return func(fr *frame) bool { a := x.s(fr); return a == y.s(fr) }
	case isWord(x.rt.Kind()):
		return func(fr *frame) bool {
			a := *(*unsafe.Pointer)(x.mem(fr))
			return a == *(*unsafe.Pointer)(y.mem(fr))
		}
	}
	return func(fr *frame) bool {
		a := x.v(fr)
		b := y.v(fr)
		if a.Type() != b.Type() && a.Kind() != reflect.Interface {
			b = as(b, a.Type())
		}
		return a.Interface() == b.Interface()
	}
}
