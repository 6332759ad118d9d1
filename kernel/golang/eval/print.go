package eval

import (
	"go/ast"
	"go/types"
	"reflect"
)

// printed compiles a statement that calls fmt.Print, Println or Printf, which
// cells do more often than anything else: without reflection a line takes half
// the time. It returns nil for any other call.
func (c *compiler) printed(e *ast.CallExpr, f callee) exec {
	if e.Ellipsis.IsValid() || !c.prints(e) || len(e.Args) == 0 {
		return nil
	}
	if _, several := c.typeOf(e.Args[0]).(*types.Tuple); several {
		return nil
	}
	v := c.constantCallee(f)
	if !v.IsValid() {
		return nil
	}
	switch known := v.Interface().(type) {
	case func(...any) (int, error):
		c.held(f.sig.Params().At(0).Type().Underlying().(*types.Slice).Elem(), e.Args...)
		first := c.callsBefore(e.Args...)
		args := c.boxes(e.Args)
		return preceded(first, func(fr *frame) ctl { known(args(fr)...); return next })
	case func(string, ...any) (int, error):
		c.held(f.sig.Params().At(1).Type().Underlying().(*types.Slice).Elem(), e.Args[1:]...)
		first := c.callsBefore(e.Args...)
		format := c.assignable(c.expr(e.Args[0]), types.Typ[types.String])
		args := c.boxes(e.Args[1:])
		return preceded(first, func(fr *frame) ctl { known(format.s(fr), args(fr)...); return next })
	}
	return nil
}

// boxes compiles arguments that are passed as any.
func (c *compiler) boxes(args []ast.Expr) func(*frame) []any {
	var boxes []func(*frame) any
	for _, a := range args {
		boxes = append(boxes, c.boxed(c.expr(a)))
	}
	return func(fr *frame) []any {
		out := make([]any, len(boxes))
		for i, box := range boxes {
			out[i] = box(fr)
		}
		return out
	}
}

// boxed is passed to a parameter of type any, without reflection for what is
// printed most.
func (c *compiler) boxed(n *node) func(*frame) any {
	switch n.rt {
	case reflect.TypeFor[int]():
		return func(fr *frame) any { return int(n.i(fr)) }
	case reflect.TypeFor[float64]():
		return func(fr *frame) any { return n.f(fr) }
	case reflect.TypeFor[string]():
		return func(fr *frame) any { return n.s(fr) }
	case reflect.TypeFor[bool]():
		return func(fr *frame) any { return n.b(fr) }
	}
	n = c.passed(n, types.Universe.Lookup("any").Type())
	return func(fr *frame) any { return n.v(fr).Interface() }
}
