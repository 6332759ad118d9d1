package golang

import (
	"fmt"
	"go/types"
	"strconv"
	"strings"
)

// A typeWriter writes types as Go source. name says how a named type is called
// where the text goes, field how a struct field or a method is, and embedded,
// if it is there, an embedded type of Go's own.
type typeWriter struct {
	name     func(*types.TypeName) string // "" if it cannot be named there
	field    func(*types.Var) string
	embedded func(*types.Var) string
	meth     func(*types.Func) string
	err      error
	b        strings.Builder
}

// text returns t as source, or an error that names what has no name there.
func (w *typeWriter) text(t types.Type) (string, error) {
	w.b.Reset()
	w.err = nil
	w.write(t)
	return w.b.String(), w.err
}

func (w *typeWriter) write(t types.Type) {
	switch t := t.(type) {
	case *types.Basic:
		w.basic(t)
	case *types.Named:
		w.named(t.Obj(), t.TypeArgs())
	case *types.Alias:
		if t.Obj().Pkg() != nil && t.Obj().Parent() != t.Obj().Pkg().Scope() {
			w.write(types.Unalias(t)) // a local alias has no name elsewhere
			return
		}
		w.named(t.Obj(), t.TypeArgs())
	case *types.TypeParam:
		w.b.WriteString(t.Obj().Name())
	case *types.Pointer:
		w.b.WriteByte('*')
		w.write(t.Elem())
	case *types.Slice:
		w.b.WriteString("[]")
		w.write(t.Elem())
	case *types.Array:
		fmt.Fprintf(&w.b, "[%d]", t.Len())
		w.write(t.Elem())
	case *types.Map:
		w.b.WriteString("map[")
		w.write(t.Key())
		w.b.WriteByte(']')
		w.write(t.Elem())
	case *types.Chan:
		w.channel(t)
	case *types.Signature:
		w.b.WriteString("func")
		w.signature(t)
	case *types.Struct:
		w.structure(t)
	case *types.Interface:
		w.iface(t)
	case *types.Union:
		w.union(t)
	default:
		w.fail(fmt.Errorf("the type %s", t))
	}
}

func (w *typeWriter) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *typeWriter) basic(t *types.Basic) {
	if t.Kind() == types.UnsafePointer {
		w.named(types.Unsafe.Scope().Lookup("Pointer").(*types.TypeName), nil)
		return
	}
	w.b.WriteString(types.Default(t).(*types.Basic).Name())
}

func (w *typeWriter) named(obj *types.TypeName, args *types.TypeList) {
	n := obj.Name()
	if obj.Pkg() != nil {
		if n = w.name(obj); n == "" {
			w.fail(fmt.Errorf("the type %s", obj.Name()))
			return
		}
	}
	w.b.WriteString(n)
	if args.Len() == 0 {
		return
	}
	sep := "["
	for t := range args.Types() {
		w.b.WriteString(sep)
		w.write(t)
		sep = ", "
	}
	w.b.WriteByte(']')
}

func (w *typeWriter) union(t *types.Union) {
	for i := range t.Len() {
		if i > 0 {
			w.b.WriteString(" | ")
		}
		if t.Term(i).Tilde() {
			w.b.WriteByte('~')
		}
		w.write(t.Term(i).Type())
	}
}

func (w *typeWriter) channel(t *types.Chan) {
	switch t.Dir() {
	case types.SendRecv:
		w.b.WriteString("chan ")
	case types.SendOnly:
		w.b.WriteString("chan<- ")
	case types.RecvOnly:
		w.b.WriteString("<-chan ")
	}
	w.b.WriteByte('(')
	w.write(t.Elem())
	w.b.WriteByte(')')
}

// signature writes parameters and results without "func".
func (w *typeWriter) signature(t *types.Signature) {
	w.b.WriteByte('(')
	for i := range t.Params().Len() {
		if i > 0 {
			w.b.WriteString(", ")
		}
		w.parameter(t, i)
	}
	w.b.WriteByte(')')
	if t.Results().Len() == 0 {
		return
	}
	w.b.WriteString(" (")
	for i := range t.Results().Len() {
		if i > 0 {
			w.b.WriteString(", ")
		}
		w.write(t.Results().At(i).Type())
	}
	w.b.WriteByte(')')
}

func (w *typeWriter) parameter(t *types.Signature, i int) {
	p := t.Params().At(i).Type()
	if t.Variadic() && i == t.Params().Len()-1 {
		w.b.WriteString("...")
		if s, ok := p.(*types.Slice); ok {
			p = s.Elem()
		}
	}
	w.write(p)
}

// pointee is what a pointer type points to, and its star; another type is
// itself.
func pointee(t types.Type) (elem types.Type, star string) {
	if p, ok := t.(*types.Pointer); ok {
		return p.Elem(), "*"
	}
	return t, ""
}

// predeclared reports whether a type is one of Go's own, with a name.
func predeclared(t types.Type) bool {
	switch t := t.(type) {
	case *types.Basic:
		return true
	case *types.Named:
		return t.Obj().Pkg() == nil
	case *types.Alias:
		return t.Obj().Pkg() == nil
	}
	return false
}

func (w *typeWriter) structure(t *types.Struct) {
	w.b.WriteString("struct{")
	for i := range t.NumFields() {
		if i > 0 {
			w.b.WriteString("; ")
		}
		f := t.Field(i)
		if !f.Embedded() {
			w.b.WriteString(w.field(f) + " ")
		}
		if elem, star := pointee(f.Type()); w.embedded != nil && f.Embedded() && predeclared(elem) {
			w.b.WriteString(star + w.embedded(f))
		} else {
			w.write(f.Type())
		}
		if t.Tag(i) != "" {
			w.b.WriteString(" " + strconv.Quote(t.Tag(i)))
		}
	}
	w.b.WriteByte('}')
}

func (w *typeWriter) iface(t *types.Interface) {
	if t.NumExplicitMethods() == 0 && t.NumEmbeddeds() == 0 {
		w.b.WriteString("interface{}")
		return
	}
	w.b.WriteString("interface{")
	for i := range t.NumExplicitMethods() {
		m := t.ExplicitMethod(i)
		w.b.WriteString(w.meth(m))
		w.signature(m.Signature())
		w.b.WriteString("; ")
	}
	for i := range t.NumEmbeddeds() {
		w.write(t.EmbeddedType(i))
		w.b.WriteString("; ")
	}
	w.b.WriteByte('}')
}

// mentions reports whether a type involves a named type for which is is true.
func mentions(t types.Type, is func(*types.TypeName) bool) bool {
	return anyType(t, map[types.Type]bool{}, is)
}

func anyType(t types.Type, seen map[types.Type]bool, is func(*types.TypeName) bool) bool {
	if t == nil || seen[t] {
		return false
	}
	seen[t] = true
	sub := func(t types.Type) bool { return anyType(t, seen, is) }
	switch t := t.(type) {
	case *types.Named:
		return is(t.Obj()) || anyArg(t.TypeArgs(), sub)
	case *types.Alias:
		return is(t.Obj()) || sub(types.Unalias(t))
	case *types.Pointer:
		return sub(t.Elem())
	case *types.Slice:
		return sub(t.Elem())
	case *types.Array:
		return sub(t.Elem())
	case *types.Chan:
		return sub(t.Elem())
	case *types.Map:
		return sub(t.Key()) || sub(t.Elem())
	case *types.Tuple:
		for v := range t.Variables() {
			if sub(v.Type()) {
				return true
			}
		}
	case *types.Signature:
		return sub(t.Params()) || sub(t.Results())
	case *types.Struct:
		for f := range t.Fields() {
			if sub(f.Type()) {
				return true
			}
		}
	case *types.Interface:
		for m := range t.ExplicitMethods() {
			if sub(m.Type()) {
				return true
			}
		}
		for e := range t.EmbeddedTypes() {
			if sub(e) {
				return true
			}
		}
	case *types.Union:
		for i := range t.Len() {
			if sub(t.Term(i).Type()) {
				return true
			}
		}
	}
	return false
}

func anyArg(args *types.TypeList, sub func(types.Type) bool) bool {
	for t := range args.Types() {
		if sub(t) {
			return true
		}
	}
	return false
}
