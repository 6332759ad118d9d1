package eval

import (
	"go/token"
	"go/types"
)

// environment says what type parameters stand for.
type environment map[*types.TypeParam]types.Type

// subst replaces the type parameters in a type.
func (u *Unit) subst(t types.Type, env environment) types.Type {
	if len(env) == 0 || t == nil {
		return t
	}
	s := func(t types.Type) types.Type { return u.subst(t, env) }
	switch t := t.(type) {
	case *types.Alias:
		return s(types.Unalias(t))
	case *types.TypeParam:
		if a := env[t]; a != nil {
			return a
		}
	case *types.Named:
		return u.substNamed(t, env)
	case *types.Pointer:
		if e := s(t.Elem()); e != t.Elem() {
			return types.NewPointer(e)
		}
	case *types.Slice:
		if e := s(t.Elem()); e != t.Elem() {
			return types.NewSlice(e)
		}
	case *types.Array:
		if e := s(t.Elem()); e != t.Elem() {
			return types.NewArray(e, t.Len())
		}
	case *types.Map:
		if k, e := s(t.Key()), s(t.Elem()); k != t.Key() || e != t.Elem() {
			return types.NewMap(k, e)
		}
	case *types.Chan:
		if e := s(t.Elem()); e != t.Elem() {
			return types.NewChan(t.Dir(), e)
		}
	case *types.Signature:
		if p, r := u.substTuple(t.Params(), env), u.substTuple(t.Results(), env); p != t.Params() || r != t.Results() {
			return types.NewSignatureType(t.Recv(), nil, nil, p, r, t.Variadic())
		}
	case *types.Tuple:
		return u.substTuple(t, env)
	case *types.Struct:
		return u.substStruct(t, env)
	case *types.Interface:
		return u.substInterface(t, env)
	}
	return t
}

func (u *Unit) substNamed(t *types.Named, env environment) types.Type {
	if t.TypeArgs().Len() == 0 {
		if o := t.Obj(); o.Pkg() != nil && o.Parent() != o.Pkg().Scope() {
			if mentions(t.Underlying(), map[types.Type]bool{}) {
				u.refuse(o.Pos(), "the type %s, declared in a generic function", o.Name())
			}
		}
		return t
	}
	var args []types.Type
	changed := false
	for a := range t.TypeArgs().Types() {
		b := u.subst(a, env)
		changed = changed || a != b
		args = append(args, b)
	}
	if !changed {
		return t
	}
	out, err := types.Instantiate(u.context, t.Origin(), args, false)
	if err != nil {
		u.refuse(token.NoPos, "%v", err)
	}
	return out
}

// mentions reports whether a type has type parameters in it.
func mentions(t types.Type, seen map[types.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	in := func(t types.Type) bool { return mentions(t, seen) }
	switch t := types.Unalias(t).(type) {
	case *types.TypeParam:
		return true
	case *types.Named:
		for a := range t.TypeArgs().Types() {
			if in(a) {
				return true
			}
		}
	case interface{ Elem() types.Type }:
		if m, ok := t.(*types.Map); ok && in(m.Key()) {
			return true
		}
		return in(t.Elem())
	case *types.Struct:
		for f := range t.Fields() {
			if in(f.Type()) {
				return true
			}
		}
	case *types.Signature:
		return in(t.Params()) || in(t.Results())
	case *types.Tuple:
		for v := range t.Variables() {
			if in(v.Type()) {
				return true
			}
		}
	case *types.Interface:
		for m := range t.Methods() {
			if in(m.Signature()) {
				return true
			}
		}
	}
	return false
}

func (u *Unit) substTuple(t *types.Tuple, env environment) *types.Tuple {
	var out []*types.Var
	changed := false
	for v := range t.Variables() {
		b := u.subst(v.Type(), env)
		changed = changed || b != v.Type()
		out = append(out, types.NewVar(v.Pos(), v.Pkg(), v.Name(), b))
	}
	if !changed {
		return t
	}
	return types.NewTuple(out...)
}

func (u *Unit) substStruct(t *types.Struct, env environment) types.Type {
	var fields []*types.Var
	var tags []string
	changed := false
	for i := range t.NumFields() {
		f := t.Field(i)
		b := u.subst(f.Type(), env)
		changed = changed || b != f.Type()
		fields = append(fields, types.NewField(f.Pos(), f.Pkg(), f.Name(), b, f.Embedded()))
		tags = append(tags, t.Tag(i))
	}
	if !changed {
		return t
	}
	return types.NewStruct(fields, tags)
}

func (u *Unit) substInterface(t *types.Interface, env environment) types.Type {
	var methods []*types.Func
	changed := false
	for m := range t.Methods() {
		sig := u.subst(m.Signature(), env).(*types.Signature)
		changed = changed || sig != m.Signature()
		methods = append(methods, types.NewFunc(m.Pos(), m.Pkg(), m.Name(), sig))
	}
	if !changed {
		return t
	}
	return types.NewInterfaceType(methods, nil).Complete()
}
