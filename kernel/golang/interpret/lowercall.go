package interpret

import (
	"go/ast"
	"go/types"
	"strings"

	"gomdcsan/kernel/golang/cell"
	"gomdcsan/kernel/golang/eval"
	"gomdcsan/kernel/golang/rt"
)

// call writes a call or a conversion.
func (l *lowering) call(e *ast.CallExpr) string {
	fun := ast.Unparen(e.Fun)
	tv := l.p.Info.Types[e.Fun]
	switch {
	case tv.IsType():
		return l.conversion(e, tv.Type)
	case tv.IsBuiltin():
		return l.builtin(e, fun.(*ast.Ident).Name)
	}
	sig, ok := tv.Type.Underlying().(*types.Signature)
	if !ok || sig.TypeParams() != nil {
		l.refuse(e.Pos(), "this call")
	}
	for v := range sig.Results().Variables() {
		if t := v.Type(); !holdable(t) && !isStruct(t) {
			l.refuse(e.Pos(), "a result of type %s", t)
		}
	}
	before := l.printing
	l.printing = l.p.Prints(e)
	defer func() { l.printing = before }()
	return l.callee(fun) + l.arguments(e, sig)
}

func isStruct(t types.Type) bool {
	_, ok := t.Underlying().(*types.Struct)
	return ok
}

// callee writes what is called: a function of a package or of the session, or
// a method; function values are compiled.
func (l *lowering) callee(fun ast.Expr) string {
	switch f := fun.(type) {
	case *ast.Ident:
		if o, ok := l.p.Info.ObjectOf(f).(*types.Func); ok {
			return l.function(f, o)
		}
	case *ast.SelectorExpr:
		if id, ok := f.X.(*ast.Ident); ok {
			if p, ok := l.p.Info.Uses[id].(*types.PkgName); ok {
				o, isFunc := l.p.Info.Uses[f.Sel].(*types.Func)
				if !isFunc || waits(o) {
					l.refuse(f.Pos(), "%s.%s", p.Name(), f.Sel.Name)
				}
				if sig := l.typeOf(f).(*types.Signature); l.p.Info.Instances[f.Sel].Type != nil || sig.TypeParams() != nil {
					l.refuse(f.Pos(), "generics are compiled")
				}
				if name := helpers[o.FullName()]; name != "" {
					return l.n.helper(name)
				}
				return l.qualified(f, p.Imported())
			}
		}
		return l.method(f)
	}
	l.refuse(fun.Pos(), "calls of function values are compiled")
	return ""
}

// waits reports whether a function or method of a compiled package waits, asks,
// or ends the process, so that something stands for it where an interrupt is to
// reach it (package rt). Printing, and the calls that have a helper, are right
// as they are.
func waits(f *types.Func) bool {
	name := f.FullName()
	_, stands := rt.StandInFor(name)
	return stands && !strings.HasPrefix(name, "fmt.Print") && helpers[name] == ""
}

// helpers are what lowered code calls instead of a function.
var helpers = map[string]string{"os.Exit": "Exit", "log.Fatal": "Fatal", "log.Fatalf": "Fatalf", "log.Fatalln": "Fatalln"}

func (l *lowering) method(f *ast.SelectorExpr) string {
	sel := l.p.Info.Selections[f]
	if sel == nil || sel.Kind() != types.MethodVal || !sel.Obj().Exported() {
		l.refuse(f.Pos(), "this call")
	}
	m := sel.Obj().(*types.Func)
	if waits(m) || m.Pkg() != nil && m.Pkg().Path() == "sync" {
		l.refuse(f.Pos(), "the method %s", m.Name())
	}
	recv := sel.Recv()
	_, isPtr := recv.Underlying().(*types.Pointer)
	_, wantsPtr := m.Signature().Recv().Type().Underlying().(*types.Pointer)
	if isPtr || !wantsPtr {
		l.knownType(f.X, recv)
		return l.operand(f.X) + "." + f.Sel.Name
	}
	id, ok := ast.Unparen(f.X).(*ast.Ident)
	if ok {
		if s := l.c.SlotOf(l.p.Info.ObjectOf(id)); s != nil {
			l.knownType(f.X, recv)
			return l.pointer(s) + "." + f.Sel.Name
		}
	}
	l.refuse(f.Pos(), "a pointer method on this value")
	return ""
}

// knownType refuses receivers whose methods the interpreter would not find.
func (l *lowering) knownType(e ast.Expr, t types.Type) {
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	if !ok {
		l.refuse(e.Pos(), "a method of %s", t)
	}
	if n.Obj().Pkg() == nil { // error
		return
	}
	l.typeText(e.Pos(), n)
}

func (l *lowering) arguments(e *ast.CallExpr, sig *types.Signature) string {
	if len(e.Args) == 1 {
		if _, several := l.typeOf(e.Args[0]).(*types.Tuple); several {
			l.refuse(e.Pos(), "passing several results on")
		}
	}
	var args []string
	for i, a := range e.Args {
		last := sig.Params().Len() - 1
		var t types.Type
		if sig.Variadic() && i >= last {
			t = sig.Params().At(last).Type()
			if s, ok := t.(*types.Slice); ok && !e.Ellipsis.IsValid() {
				t = s.Elem()
			}
		} else {
			t = sig.Params().At(i).Type()
		}
		if eval.Stream(sig, i, l.typeOf(a)) != "" {
			l.refuse(a.Pos(), "a stream")
		}
		args = append(args, l.passed(a, t))
	}
	dots := ""
	if e.Ellipsis.IsValid() {
		dots = "..."
	}
	return "(" + strings.Join(args, ", ") + dots + ")"
}

// passed writes an argument for a parameter of type t.
func (l *lowering) passed(a ast.Expr, t types.Type) string {
	from := l.typeOf(a)
	if cell.IsNil(l.p.Info, a) {
		if _, ok := t.Underlying().(*types.Interface); ok {
			return "nil"
		}
		l.refuse(a.Pos(), "nil for a %s", t)
	}
	if b, ok := from.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		from = types.Default(from)
	}
	_, toIface := t.Underlying().(*types.Interface)
	if _, isFunc := from.Underlying().(*types.Signature); isFunc && toIface {
		l.refuse(a.Pos(), "a function as a value")
	}
	if _, isIface := from.Underlying().(*types.Interface); toIface && !isIface && !l.printing && !compiledType(from) {
		l.refuse(a.Pos(), "a %s in an interface", from)
	}
	if !types.Identical(from, t) && !toIface {
		if _, isFunc := t.Underlying().(*types.Signature); !isFunc {
			l.refuse(a.Pos(), "a conversion from %s to %s", from, t)
		}
	}
	return l.argument(a)
}

// compiledType reports whether the interpreter's values of a type have the type
// that compiled code knows, so that an assertion in it finds them: reflection
// makes a composite type anew if no compiled code has brought it yet.
func compiledType(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case *types.Basic, *types.Named:
		return true
	case *types.Pointer:
		n, ok := types.Unalias(t.Elem()).(*types.Named)
		return ok && !cell.SessionType(n.Obj())
	case *types.Slice:
		_, ok := t.Elem().(*types.Basic)
		return ok
	case *types.Map:
		_, ok := t.Elem().(*types.Basic)
		return ok && types.Identical(t.Key(), types.Typ[types.String])
	}
	return false
}

// argument writes a value that is passed on at once: structs may be, since a
// call of compiled code copies.
func (l *lowering) argument(a ast.Expr) string {
	t := types.Default(l.typeOf(a))
	if isStruct(t) {
		switch x := ast.Unparen(a).(type) {
		case *ast.Ident:
			return l.ident(x)
		}
		if !l.freshStruct(a) {
			l.refuse(a.Pos(), "a copy of a %s", t)
		}
	} else if _, isFunc := t.Underlying().(*types.Signature); !isFunc && !holdable(t) {
		l.refuse(a.Pos(), "a value of type %s", t)
	}
	return l.expr(a)
}

func (l *lowering) conversion(e *ast.CallExpr, to types.Type) string {
	from := types.Default(l.typeOf(e.Args[0]))
	fb, ok1 := types.Unalias(from).(*types.Basic)
	tb, ok2 := types.Unalias(to).(*types.Basic)
	if !ok1 || !ok2 || !computes(fb) || !computes(tb) || (fb.Kind() == types.String) != (tb.Kind() == types.String) {
		l.refuse(e.Pos(), "the conversion from %s to %s", from, to)
	}
	return l.typeText(e.Pos(), to) + "(" + l.expr(e.Args[0]) + ")"
}

func (l *lowering) builtin(e *ast.CallExpr, name string) string {
	switch name {
	case "len", "cap":
		switch l.typeOf(e.Args[0]).Underlying().(type) {
		case *types.Slice, *types.Map, *types.Basic:
			return name + "(" + l.expr(e.Args[0]) + ")"
		}
	case "append":
		if s, ok := l.typeOf(e).(*types.Slice); ok && computes(s.Elem()) {
			args := []string{l.expr(e.Args[0])}
			for _, a := range e.Args[1:] {
				args = append(args, l.expr(a))
			}
			if e.Ellipsis.IsValid() {
				if !types.Identical(l.typeOf(e.Args[1]), l.typeOf(e)) {
					l.refuse(e.Pos(), "this append")
				}
				args[len(args)-1] += "..."
			}
			return "append(" + strings.Join(args, ", ") + ")"
		}
	case "make":
		return l.makeCall(e)
	case "delete":
		if m, ok := l.typeOf(e.Args[0]).Underlying().(*types.Map); ok && computes(m.Key()) {
			return "delete(" + l.expr(e.Args[0]) + ", " + l.expr(e.Args[1]) + ")"
		}
	}
	l.refuse(e.Pos(), "%s here", name)
	return ""
}

func (l *lowering) makeCall(e *ast.CallExpr) string {
	t := l.typeOf(e)
	switch t.(type) {
	case *types.Slice, *types.Map:
	default:
		l.refuse(e.Pos(), "make of a %s", t)
	}
	args := []string{l.typeText(e.Pos(), t)}
	for _, a := range e.Args[1:] {
		if l.p.Info.Types[a].Value == nil {
			l.refuse(a.Pos(), "make of a computed size")
		}
		args = append(args, l.expr(a))
	}
	return "make(" + strings.Join(args, ", ") + ")"
}

// composite writes slices and maps of simple elements, and structs by field.
func (l *lowering) composite(e *ast.CompositeLit) string {
	t := l.typeOf(e)
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	var b strings.Builder
	b.WriteString(l.typeText(e.Pos(), t) + "{")
	switch u := t.Underlying().(type) {
	case *types.Slice:
		l.elements(&b, e, u.Elem())
	case *types.Map:
		if !computes(u.Key()) {
			l.refuse(e.Pos(), "a literal of %s", t)
		}
		l.elements(&b, e, u.Elem())
	case *types.Struct:
		if _, named := types.Unalias(t).(*types.Named); !named {
			l.refuse(e.Pos(), "a literal of %s", t)
		}
		l.fields(&b, e, u)
	default:
		l.refuse(e.Pos(), "a literal of %s", t)
	}
	b.WriteByte('}')
	return b.String()
}

func (l *lowering) elements(b *strings.Builder, e *ast.CompositeLit, elem types.Type) {
	_, nested := elem.(*types.Slice)
	if !computes(elem) && !nested {
		l.refuse(e.Pos(), "a literal with elements of type %s", elem)
	}
	for _, x := range e.Elts {
		v := x
		if kv, ok := x.(*ast.KeyValueExpr); ok {
			if _, isMap := l.typeOf(e).Underlying().(*types.Map); !isMap {
				l.refuse(kv.Pos(), "indices in a literal")
			}
			b.WriteString(l.expr(kv.Key) + ": ")
			v = kv.Value
		}
		if !types.Identical(types.Default(l.typeOf(v)), elem) {
			l.refuse(v.Pos(), "a conversion to %s", elem)
		}
		b.WriteString(l.expr(v) + ", ")
	}
}

func (l *lowering) fields(b *strings.Builder, e *ast.CompositeLit, u *types.Struct) {
	for i, x := range e.Elts {
		f, v := u.Field(i), x
		if kv, ok := x.(*ast.KeyValueExpr); ok {
			f, v = l.p.Info.Uses[kv.Key.(*ast.Ident)].(*types.Var), kv.Value
		}
		if !f.Exported() || !types.Identical(types.Default(l.typeOf(v)), f.Type()) || !holdable(f.Type()) {
			l.refuse(v.Pos(), "the field %s", f.Name())
		}
		if _, iface := f.Type().Underlying().(*types.Interface); iface {
			l.refuse(v.Pos(), "the field %s", f.Name())
		}
		b.WriteString(f.Name() + ": " + l.expr(v) + ", ")
	}
}
