package eval

import (
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"unsafe"
)

// The language leaves open whether x + f() has the x of before or after the
// call. The compiler makes the calls of a statement first, in their order, and
// reads variables after them; so do cells, whichever way they run.

// held notes operands that an interface is to hold: what is not in memory yet
// but has to be there, the compiler then evaluates in its turn.
func (c *compiler) held(t types.Type, list ...ast.Expr) {
	if !isInterface(t) {
		return
	}
	for _, e := range list {
		lit, isLit := e.(*ast.CompositeLit)
		if isLit && lit.Type == nil || c.info.Types[e].Addressable() || c.info.Types[e].Value != nil {
			continue
		}
		if u, ok := e.(*ast.UnaryExpr); ok && u.Op == token.AND || inMemory(c.typeOf(e)) {
			if c.toHold == nil {
				c.toHold = map[ast.Expr]bool{}
			}
			c.toHold[e] = true
		}
	}
}

// inMemory reports whether the compiler passes a value of the type to what
// makes interfaces by its address.
func inMemory(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Struct, *types.Array:
		return true
	case *types.Basic:
		return u.Info()&(types.IsBoolean|types.IsComplex) != 0 || u.Kind() == types.Int8 || u.Kind() == types.Uint8
	}
	return false
}

// callsBefore makes the calls of some operands first, if one follows what it
// could change. The operands, compiled after this, take the results.
func (c *compiler) callsBefore(list ...ast.Expr) (first []kept) {
	if !c.ordered(list) {
		return nil
	}
	for _, e := range list {
		first = append(first, c.callsFirst(e)...)
	}
	return first
}

// ordered reports whether a call follows what it could change.
func (c *compiler) ordered(list []ast.Expr) (found bool) {
	read := false
	for _, x := range list {
		ast.Inspect(x, func(n ast.Node) bool {
			e, ok := n.(ast.Expr)
			switch {
			case found:
				return false
			case !ok:
				return true
			case c.kept[e] != nil || c.info.Types[e].Value != nil:
				return false
			case c.early(e):
				found = read && c.changes(e)
				return false
			}
			switch e := e.(type) {
			case *ast.Ident:
				read = read || c.changeable(e)
			case *ast.FuncLit:
				return false
			}
			return true
		})
	}
	return found
}

// changeable reports whether a name is of a variable that a call could change.
func (c *compiler) changeable(id *ast.Ident) bool {
	v, ok := c.info.Uses[id].(*types.Var)
	if !ok {
		return false
	}
	_, local := c.vars[v]
	return !local || c.escapes[v] || !isPlain(v.Type())
}

// isPlain reports whether a value of the type refers to no other memory.
func isPlain(t types.Type) bool {
	_, ok := t.Underlying().(*types.Basic)
	return ok
}

// early reports whether the compiler evaluates an expression in its turn, and
// not only when the whole statement needs it.
func (c *compiler) early(e ast.Expr) bool {
	if c.toHold[e] {
		return true
	}
	switch e := e.(type) {
	case *ast.CallExpr:
		return !c.info.Types[e.Fun].IsType()
	case *ast.UnaryExpr:
		return e.Op == token.ARROW
	case *ast.BinaryExpr:
		return e.Op == token.LAND || e.Op == token.LOR
	case *ast.SliceExpr, *ast.TypeAssertExpr:
		return true
	}
	return false
}

// changes reports whether an expression may change variables: it receives, or
// calls what is not known to look only at basic values.
func (c *compiler) changes(e ast.Expr) bool {
	return receivesOr(e, func(call *ast.CallExpr) bool { return !c.harmless(call) })
}

// calls reports whether an expression calls or receives.
func (c *compiler) calls(e ast.Expr) bool {
	return receivesOr(e, func(call *ast.CallExpr) bool { return !c.info.Types[call.Fun].IsType() })
}

// receivesOr reports whether an expression receives, or has such a call.
func receivesOr(e ast.Expr, such func(*ast.CallExpr) bool) (found bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			found = found || such(n)
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		case *ast.FuncLit:
			return false
		}
		return !found
	})
	return found
}

// harmless reports whether a call itself can change no variable: that of a
// builtin function which only looks, or of a package's function of basic values.
func (c *compiler) harmless(e *ast.CallExpr) bool {
	tv := c.info.Types[e.Fun]
	switch f := ast.Unparen(e.Fun).(type) {
	case *ast.Ident:
		return tv.IsType() || tv.IsBuiltin() && f.Name != "append" && f.Name != "copy"
	case *ast.SelectorExpr:
		o, ok := c.info.Uses[f.Sel].(*types.Func)
		if !ok || o.Signature().Recv() != nil {
			return tv.IsType()
		}
		for p := range o.Signature().Params().Variables() {
			if !isPlain(p.Type()) {
				return false
			}
		}
		return true
	}
	return tv.IsType()
}

// callsFirst keeps the results of the calls of an expression, and of what else
// is evaluated in its turn.
func (c *compiler) callsFirst(x ast.Expr) (out []kept) {
	ast.Inspect(x, func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		switch {
		case !ok:
			return true
		case c.kept[e] != nil || c.info.Types[e].Value != nil:
			return false
		case !c.early(e):
			_, isLit := n.(*ast.FuncLit)
			return !isLit
		}
		k := c.keep(c.expr(e))
		if c.kept == nil {
			c.kept = map[ast.Expr]*node{}
		}
		c.kept[e] = k.node
		out = append(out, k)
		return false
	})
	return out
}

// after is a node with calls that are made before it.
func (c *compiler) after(first []kept, n *node) *node {
	if first == nil {
		return n
	}
	return &node{
		t: n.t, rt: n.rt,
		i: preceded(first, n.i), f: preceded(first, n.f), b: preceded(first, n.b), s: preceded(first, n.s),
		v: preceded[reflect.Value](first, n.v), addr: preceded[unsafe.Pointer](first, n.addr), mem: preceded[unsafe.Pointer](first, n.mem),
	}
}

// preceded makes calls before f, if there is one.
func preceded[T any](first []kept, f func(*frame) T) func(*frame) T {
	if first == nil || f == nil {
		return f
	}
	return func(fr *frame) T {
		for _, k := range first {
			k.set(fr)
		}
		return f(fr)
	}
}
