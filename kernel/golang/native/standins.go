package native

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/types"
	"strings"

	"gomdcsan/kernel/golang/eval"
	"gomdcsan/kernel/golang/rt"
)

// standInOf returns what stands for the function or method that a selector
// names.
func (ed *editor) standInOf(n *ast.SelectorExpr) (f *types.Func, s rt.StandIn, ok bool) {
	if f, ok = ed.info.Uses[n.Sel].(*types.Func); !ok {
		return nil, s, false
	}
	s, ok = rt.StandInFor(f.FullName())
	return f, s, ok
}

// replacedMethod returns the function of rt that is called instead of a method.
func (ed *editor) replacedMethod(n *ast.SelectorExpr) (s rt.StandIn, ok bool) {
	_, s, ok = ed.standInOf(n)
	if !ok || ed.info.Selections[n] == nil || ed.info.Selections[n].Kind() != types.MethodVal {
		return s, false
	}
	_, wraps := s.Wrapper()
	return s, !wraps
}

// standIn writes what stands for a function or method that a selector names, as
// a value of its type:
//
//	rt.Sleep
//	func(a0, a1 string) (r0 net.Conn, r1 error) { rt.Leaving(nil, func() { r0, r1 = net.Dial(a0, a1) }); return }
//	func() func(a0 []byte) (int, error) { x := conn; return func(a0 []byte) (r0 int, r1 error) { … } }()
func (ed *editor) standIn(n *ast.SelectorExpr) bool {
	f, s, ok := ed.standInOf(n)
	if !ok {
		return false
	}
	_, wraps := s.Wrapper()
	switch sel := ed.info.Selections[n]; {
	case sel == nil && !wraps:
		ed.replace(n.Pos(), n.End(), ed.b.rt(s.Name))
	case sel == nil && rt.ServerFields(f.FullName()) != nil:
		ed.replace(n.Pos(), n.End(), ed.serving(f, s))
	case sel == nil:
		ed.replace(n.Pos(), n.End(), "func"+ed.standing(f, s, false, "nil", ed.b.pkg(f.Pkg().Path())+"."+f.Name()))
	case sel.Kind() == types.MethodExpr:
		path, at := ed.promoted(sel)
		ed.open(n.Pos(), "func(x ")
		ed.walk(n.X)
		ed.replace(n.X.End(), n.End(), ed.standing(f, s, true, at+"x"+path, "x."+f.Name()))
	default:
		path, at := ed.promoted(sel)
		text, _, _ := ed.b.signature(f.Signature())
		ed.open(n.Pos(), "func() "+text+" { x := "+at+"(")
		ed.walk(n.X)
		ed.replace(n.X.End(), n.End(), ")"+path+"; return func"+ed.standing(f, s, false, "x", "x."+f.Name())+" }()")
	}
	return true
}

// standing writes the parameters, results and body of a function that stands
// for another: of x, it calls call within s, or s itself. In a method
// expression the receiver's parameter has been written.
func (ed *editor) standing(f *types.Func, s rt.StandIn, expr bool, x, call string) string {
	sig := f.Signature()
	_, params, args := ed.b.signature(sig)
	var results, names []string
	for i := range sig.Results().Len() {
		names = append(names, fmt.Sprintf("r%d", i))
		results = append(results, names[i]+" "+ed.b.typeText(sig.Results().At(i).Type()))
	}
	set := ""
	if names != nil {
		set = strings.Join(names, ", ") + " = "
	}
	body := set + ed.b.rt(s.Name) + "(" + joined(x, args) + ")"
	if _, wraps := s.Wrapper(); wraps {
		body = ed.b.rt(s.Name) + "(" + x + ", func() { " + set + call + "(" + args + ") })"
	}
	begin := "("
	switch {
	case expr && params != "":
		begin = ", "
	case expr:
		begin = ""
	}
	return begin + params + ") (" + strings.Join(results, ", ") + ") { " + body + "; return }"
}

// serving writes what stands for a function of rt.ServerFields:
//
//	func(a0 net.Listener, a1 http.Handler) (err error) { x := &http.Server{Handler: a1}; rt.Shutting(x, func() { err = x.Serve(a0) }); return }
func (ed *editor) serving(f *types.Func, s rt.StandIn) string {
	_, params, args := ed.b.signature(f.Signature())
	var fields, rest []string
	for i, arg := range strings.Split(args, ", ") {
		if field := rt.ServerFields(f.FullName())[i]; field != "" {
			fields = append(fields, field+": "+arg)
		} else {
			rest = append(rest, arg)
		}
	}
	return fmt.Sprintf("func(%s) (err error) { x := &%s.Server{%s}; %s(x, func() { err = x.%s(%s) }); return }",
		params, ed.b.pkg(f.Pkg().Path()), strings.Join(fields, ", "), ed.b.rt(s.Name), f.Name(), strings.Join(rest, ", "))
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + ", " + b
}

// promoted returns the way to the embedded field that a promoted method belongs
// to, as far as it can be written here, and what makes a pointer of it where the
// method needs one.
func (ed *editor) promoted(sel *types.Selection) (path, at string) {
	t := sel.Recv()
	for _, i := range sel.Index()[:len(sel.Index())-1] {
		under := t
		if p, ok := t.Underlying().(*types.Pointer); ok {
			under = p.Elem()
		}
		f := under.Underlying().(*types.Struct).Field(i)
		if !f.Exported() && f.Pkg().Path() != ed.b.Plan.Env.Pkg.Path() {
			break // the method is promoted from there
		}
		path += "." + cmp.Or(ed.b.name(f), f.Name())
		t = f.Type()
	}
	switch t.Underlying().(type) {
	case *types.Pointer, *types.Interface:
		return path, ""
	}
	if o, _, _ := types.LookupFieldOrMethod(t, false, sel.Obj().Pkg(), sel.Obj().Name()); o != nil {
		return path, ""
	}
	return path, "&"
}

// call rewrites calls of methods that another function stands for, and of
// compiled functions that read or write streams.
func (ed *editor) call(n *ast.CallExpr) bool {
	sel, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr)
	if !ok {
		return true
	}
	if s, ok := ed.replacedMethod(sel); ok {
		ed.replacedCall(n, sel, s)
		return false
	}
	ed.streams(n, sel)
	return true
}

// replacedCall writes x.Method(args) as rt.Function(&x.embedded, args).
func (ed *editor) replacedCall(n *ast.CallExpr, sel *ast.SelectorExpr, s rt.StandIn) {
	path, at := ed.promoted(ed.info.Selections[sel])
	ed.open(n.Pos(), ed.b.rt(s.Name)+"("+at+"(")
	comma := ""
	if len(n.Args) > 0 {
		comma = ","
	}
	ed.walk(sel.X)
	ed.replace(sel.X.End(), n.Lparen+1, ")"+path+comma)
	for _, a := range n.Args {
		ed.walk(a)
	}
}

// streams gives compiled functions readers and writers that an interrupt stops.
func (ed *editor) streams(n *ast.CallExpr, sel *ast.SelectorExpr) {
	f, ok := ed.info.Uses[sel.Sel].(*types.Func)
	if !ok || f.Pkg() == nil || f.Pkg().Path() == ed.b.Plan.Env.Pkg.Path() {
		return
	}
	for i, a := range n.Args {
		if wrap := eval.Stream(f.Signature(), i, ed.info.TypeOf(a)); wrap != "" {
			ed.open(a.Pos(), ed.b.rt(wrap)+"(")
			ed.close(a.End(), ")")
		}
	}
}
