package eval

import (
	"fmt"
	"go/types"
	"strconv"
	"strings"
)

// typeString is how reflection writes a type: full is set within the arguments
// of a generic one, where packages are written with their paths.
func typeString(t types.Type, full bool) string {
	sub := func(t types.Type) string { return typeString(t, full) }
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		if t.Kind() == types.UnsafePointer {
			return "unsafe.Pointer"
		}
		return types.Typ[t.Kind()].Name() // byte is uint8
	case *types.Named:
		o := t.Obj()
		switch {
		case o.Pkg() == nil:
			return o.Name()
		case full:
			return o.Pkg().Path() + "." + typeName(t)
		}
		return o.Pkg().Name() + "." + typeName(t)
	case *types.Pointer:
		return "*" + sub(t.Elem())
	case *types.Slice:
		return "[]" + sub(t.Elem())
	case *types.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), sub(t.Elem()))
	case *types.Map:
		return "map[" + sub(t.Key()) + "]" + sub(t.Elem())
	case *types.Chan:
		if e, ok := t.Elem().(*types.Chan); ok && e.Dir() == types.RecvOnly && t.Dir() != types.RecvOnly {
			return chanWord(t.Dir()) + "(" + sub(e) + ")"
		}
		return chanWord(t.Dir()) + sub(t.Elem())
	case *types.Signature:
		return "func" + signatureString(t, full)
	case *types.Struct:
		return structString(t, full)
	case *types.Interface:
		return interfaceString(t, full)
	}
	return t.String()
}

func chanWord(d types.ChanDir) string {
	switch d {
	case types.SendOnly:
		return "chan<- "
	case types.RecvOnly:
		return "<-chan "
	}
	return "chan "
}

// typeName is a named type's name, with its arguments.
func typeName(t *types.Named) string {
	if t.TypeArgs().Len() == 0 {
		return t.Obj().Name()
	}
	var args []string
	for a := range t.TypeArgs().Types() {
		args = append(args, typeString(a, true))
	}
	return t.Obj().Name() + "[" + strings.Join(args, ",") + "]"
}

func signatureString(t *types.Signature, full bool) string {
	var in, out []string
	for i := range t.Params().Len() {
		p := t.Params().At(i).Type()
		if s, ok := p.(*types.Slice); ok && t.Variadic() && i == t.Params().Len()-1 {
			in = append(in, "..."+typeString(s.Elem(), full))
			continue
		}
		in = append(in, typeString(p, full))
	}
	for v := range t.Results().Variables() {
		out = append(out, typeString(v.Type(), full))
	}
	s := "(" + strings.Join(in, ", ") + ")"
	switch len(out) {
	case 0:
		return s
	case 1:
		return s + " " + out[0]
	}
	return s + " (" + strings.Join(out, ", ") + ")"
}

func structString(t *types.Struct, full bool) string {
	if t.NumFields() == 0 {
		return "struct {}"
	}
	var list []string
	for i := range t.NumFields() {
		f := t.Field(i)
		s := f.Name() + " "
		switch {
		case f.Embedded():
			s = ""
		case full && !f.Exported():
			s = f.Pkg().Path() + "." + s
		}
		s += typeString(f.Type(), full)
		if t.Tag(i) != "" {
			s += " " + strconv.Quote(t.Tag(i))
		}
		list = append(list, s)
	}
	return "struct { " + strings.Join(list, "; ") + " }"
}

func interfaceString(t *types.Interface, full bool) string {
	if t.NumMethods() == 0 {
		return "interface {}"
	}
	var list []string
	for m := range t.Methods() {
		name := m.Name()
		if !m.Exported() {
			name = m.Pkg().Path() + "." + name
		}
		list = append(list, name+signatureString(m.Signature(), full))
	}
	return "interface { " + strings.Join(list, "; ") + " }"
}
