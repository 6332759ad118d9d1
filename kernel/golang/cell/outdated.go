package cell

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"gomdcsan/kernel/golang/typetext"
)

// outdated returns the declarations of the plan's environment that are to be
// compiled: new ones, and those whose meaning has changed with them. For the
// compiler, interpreted ones are among them.
func (p *Plan) outdated(native bool) []*Decl {
	w := p.Env
	dirty := map[*Decl]bool{}
	for _, d := range w.Decls {
		if (d.Unit == nil || native && d.Unit.Interpreted) && !p.inherits(d, native) {
			dirty[d] = true
		}
	}
	for _, d := range p.Fresh {
		if !p.Rebuilt { // all are new
			dirty[d] = true
		}
	}
	all := append(slices.Clone(w.Decls), p.Fresh...)
	for changed := p.Rebuilt; changed; {
		changed = false
		for _, d := range all {
			if !dirty[d] && p.isStale(d, dirty) {
				dirty[d], changed = true, true
			}
		}
	}
	for d := range dirty {
		if d.Kind == TypeDecl {
			d.Version = p.Numbers.version()
			d.key = p.methodKey(d)
		}
	}
	var out []*Decl
	for _, d := range all {
		if dirty[d] && !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out
}

// inherits takes over what an equal declaration before it was compiled to.
func (p *Plan) inherits(d *Decl, native bool) bool {
	old := p.before.Names[d.Names[0]]
	if old == nil || old == d || old.Unit == nil || native && old.Unit.Interpreted || old.Kind != d.Kind || len(old.Names) != len(d.Names) || old.Text() != d.Text() {
		return false
	}
	d.Unit, d.Slot, d.Version, d.key = old.Unit, old.Slot, old.Version, old.key
	return true
}

// isStale reports whether a compiled declaration refers to something that is
// another now.
func (p *Plan) isStale(d *Decl, dirty map[*Decl]bool) bool {
	w := p.Env
	if d.Kind == TypeDecl && !d.Generic && d.key != p.methodKey(d) || d.Generic && d.hasMethodOf(dirty) {
		return true
	}
	if d.Kind == MethodDecl && dirty[w.Names[d.recv]] {
		return true
	}
	bad := false
	isDirty := func(t *types.TypeName) bool {
		return SessionType(t) && w.Names[t.Name()] != nil && dirty[w.Names[t.Name()]]
	}
	ast.Inspect(d.Node, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok || bad {
			return !bad
		}
		o := w.info.Uses[id]
		if o == nil || o.Parent() != w.Pkg.Scope() {
			return true
		}
		other := w.Names[o.Name()]
		switch o := o.(type) {
		case *types.TypeName, *types.Const:
			bad = dirty[other]
		case *types.Func:
			old := p.before.Names[o.Name()]
			bad = other.Generic && dirty[other] || typetext.Mentions(o.Type(), isDirty) ||
				!other.Generic && old != other && (old == nil || old.key != TypeKey(p, PlainSignature(o.Signature())))
		case *types.Var:
			old := p.before.Vars[o.Name()]
			bad = typetext.Mentions(o.Type(), isDirty) || old == nil || TypeKey(p.before, old.Typ) != TypeKey(p, o.Type())
		}
		return !bad
	})
	return bad
}

// hasMethodOf reports whether a declaration is of a type that has one of the
// methods: a generic type is compiled with the bodies of its methods.
func (d *Decl) hasMethodOf(methods map[*Decl]bool) bool {
	for m := range methods {
		if m.Kind == MethodDecl && d.Kind == TypeDecl && m.recv == d.Names[0] {
			return true
		}
	}
	return false
}

// methodKey describes a type's methods, which are compiled with it.
func (p *Plan) methodKey(d *Decl) string {
	t, ok := p.Env.Pkg.Scope().Lookup(d.Names[0]).(*types.TypeName)
	if !ok {
		return ""
	}
	n, ok := t.Type().(*types.Named)
	if !ok {
		return ""
	}
	var out []string
	for m := range n.Methods() {
		_, ptr := m.Signature().Recv().Type().(*types.Pointer)
		sig := types.NewSignatureType(nil, nil, nil, m.Signature().Params(), m.Signature().Results(), m.Signature().Variadic())
		key := fmt.Sprint(m.Name(), ptr, TypeKey(p, sig))
		if md := p.Decl(d.Names[0] + "." + m.Name()); md != nil && md.Recovers() {
			key += md.Text()
		}
		out = append(out, key)
	}
	slices.Sort(out)
	return strings.Join(out, ";")
}
