package eval

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strings"
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
			return u.local(t, env)
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

// local returns the type that one declared in a generic function is in an
// instance of that: T[int], as the compiler names it.
func (u *Unit) local(t *types.Named, env environment) types.Type {
	o := t.Obj()
	var params []*types.TypeParam
	for p := range env {
		for s := o.Parent(); s != nil; s = s.Parent() {
			if s == p.Obj().Parent() {
				params = append(params, p)
			}
		}
	}
	if params == nil {
		return t
	}
	slices.SortFunc(params, func(a, b *types.TypeParam) int { return a.Index() - b.Index() })
	var names []string
	key := fmt.Sprintf("%s@%d", o.Name(), o.Pos())
	for _, p := range params {
		names = append(names, typeString(env[p], true))
		key += "[" + u.key(env[p]) + "]"
	}
	if known := u.locals[key]; known != nil {
		return known
	}
	name := types.NewTypeName(o.Pos(), o.Pkg(), o.Name()+"["+strings.Join(names, ",")+"]", nil)
	out := types.NewNamed(name, nil, nil)
	u.locals[key], u.localKeys[name] = out, key
	out.SetUnderlying(u.subst(t.Underlying(), env))
	return out
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
