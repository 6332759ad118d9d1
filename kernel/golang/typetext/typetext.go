package typetext

import (
	"fmt"
	"go/types"
	"strconv"
	"strings"
)

// A Writer writes types as Go source. name says how a named type is called
// where the text goes, field how a struct field or a method is, and embedded,
// if it is there, an embedded type of Go's own.
type Writer struct {
	Name     func(*types.TypeName) string // "" if it cannot be named there
	Field    func(*types.Var) string
	Embedded func(*types.Var) string
	Method   func(*types.Func) string
	Err      error
	B        strings.Builder
}

// Text returns t as source, or an error that names what has no name there.
func (w *Writer) Text(t types.Type) (string, error) {
	w.B.Reset()
	w.Err = nil
	w.Write(t)
	return w.B.String(), w.Err
}

func (w *Writer) Write(t types.Type) {
	switch t := t.(type) {
	case *types.Basic:
		w.basic(t)
	case *types.Named:
		w.named(t.Obj(), t.TypeArgs())
	case *types.Alias:
		if t.Obj().Pkg() != nil && t.Obj().Parent() != t.Obj().Pkg().Scope() {
			w.Write(types.Unalias(t)) // a local alias has no name elsewhere
			return
		}
		w.named(t.Obj(), t.TypeArgs())
	case *types.TypeParam:
		w.B.WriteString(t.Obj().Name())
	case *types.Pointer:
		w.B.WriteByte('*')
		w.Write(t.Elem())
	case *types.Slice:
		w.B.WriteString("[]")
		w.Write(t.Elem())
	case *types.Array:
		fmt.Fprintf(&w.B, "[%d]", t.Len())
		w.Write(t.Elem())
	case *types.Map:
		w.B.WriteString("map[")
		w.Write(t.Key())
		w.B.WriteByte(']')
		w.Write(t.Elem())
	case *types.Chan:
		w.channel(t)
	case *types.Signature:
		w.B.WriteString("func")
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

func (w *Writer) fail(err error) {
	if w.Err == nil {
		w.Err = err
	}
}

func (w *Writer) basic(t *types.Basic) {
	if t.Kind() == types.UnsafePointer {
		w.named(types.Unsafe.Scope().Lookup("Pointer").(*types.TypeName), nil)
		return
	}
	w.B.WriteString(types.Default(t).(*types.Basic).Name())
}

func (w *Writer) named(obj *types.TypeName, args *types.TypeList) {
	n := obj.Name()
	if obj.Pkg() != nil {
		if n = w.Name(obj); n == "" {
			w.fail(fmt.Errorf("the type %s", obj.Name()))
			return
		}
	}
	w.B.WriteString(n)
	if args.Len() == 0 {
		return
	}
	sep := "["
	for t := range args.Types() {
		w.B.WriteString(sep)
		w.Write(t)
		sep = ", "
	}
	w.B.WriteByte(']')
}

func (w *Writer) union(t *types.Union) {
	for i := range t.Len() {
		if i > 0 {
			w.B.WriteString(" | ")
		}
		if t.Term(i).Tilde() {
			w.B.WriteByte('~')
		}
		w.Write(t.Term(i).Type())
	}
}

func (w *Writer) channel(t *types.Chan) {
	switch t.Dir() {
	case types.SendRecv:
		w.B.WriteString("chan ")
	case types.SendOnly:
		w.B.WriteString("chan<- ")
	case types.RecvOnly:
		w.B.WriteString("<-chan ")
	}
	w.B.WriteByte('(')
	w.Write(t.Elem())
	w.B.WriteByte(')')
}

// signature writes parameters and results without "func".
func (w *Writer) signature(t *types.Signature) {
	w.B.WriteByte('(')
	for i := range t.Params().Len() {
		if i > 0 {
			w.B.WriteString(", ")
		}
		w.Parameter(t, i)
	}
	w.B.WriteByte(')')
	if t.Results().Len() == 0 {
		return
	}
	w.B.WriteString(" (")
	for i := range t.Results().Len() {
		if i > 0 {
			w.B.WriteString(", ")
		}
		w.Write(t.Results().At(i).Type())
	}
	w.B.WriteByte(')')
}

func (w *Writer) Parameter(t *types.Signature, i int) {
	p := t.Params().At(i).Type()
	if t.Variadic() && i == t.Params().Len()-1 {
		w.B.WriteString("...")
		if s, ok := p.(*types.Slice); ok {
			p = s.Elem()
		}
	}
	w.Write(p)
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

func (w *Writer) structure(t *types.Struct) {
	w.B.WriteString("struct{")
	for i := range t.NumFields() {
		if i > 0 {
			w.B.WriteString("; ")
		}
		f := t.Field(i)
		if !f.Embedded() {
			w.B.WriteString(w.Field(f) + " ")
		}
		if elem, star := pointee(f.Type()); w.Embedded != nil && f.Embedded() && predeclared(elem) {
			w.B.WriteString(star + w.Embedded(f))
		} else {
			w.Write(f.Type())
		}
		if t.Tag(i) != "" {
			w.B.WriteString(" " + strconv.Quote(t.Tag(i)))
		}
	}
	w.B.WriteByte('}')
}

func (w *Writer) iface(t *types.Interface) {
	if t.NumExplicitMethods() == 0 && t.NumEmbeddeds() == 0 {
		w.B.WriteString("interface{}")
		return
	}
	w.B.WriteString("interface{")
	for i := range t.NumExplicitMethods() {
		m := t.ExplicitMethod(i)
		w.B.WriteString(w.Method(m))
		w.signature(m.Signature())
		w.B.WriteString("; ")
	}
	for i := range t.NumEmbeddeds() {
		w.Write(t.EmbeddedType(i))
		w.B.WriteString("; ")
	}
	w.B.WriteByte('}')
}

// Mentions reports whether a type involves a named type for which is is true.
func Mentions(t types.Type, is func(*types.TypeName) bool) bool {
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

// IsConstraint reports whether a type is an interface that only constrains type
// parameters.
func IsConstraint(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	return ok && !i.IsMethodSet()
}

func IsGeneric(t *types.TypeName) bool {
	switch x := t.Type().(type) {
	case *types.Named:
		return x.TypeParams().Len() > 0
	case *types.Alias:
		return x.TypeParams().Len() > 0
	}
	return false
}
