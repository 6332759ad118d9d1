package golang

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// outlived lists the variables whose type the cell declares anew with another
// layout: they cannot be of the new type.
func (p *plan) outlived(before *world) []string {
	var names []string
	for name, v := range p.world.vars {
		old := before.vars[name]
		if old != nil && old.slot != nil && mentions(old.typ, sessionType) && layout(old.typ) != layout(v.typ) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// checkAgain checks a cell for the second time, when the types of what it
// defines are known: its variables are of them for all that uses them. Of the
// session's variables those named, which outlive their types, become anys, with
// the values that they have.
func (c *checker) checkAgain(p *plan, before *world, redeclared map[string]bool, names []string, varDecls []ast.Decl) (*plan, []types.Error) {
	var misfits []misfit
	next := p.withVars(before, redeclared, len(varDecls) == 0)
	for _, name := range names {
		if redeclared[name] {
			continue
		}
		v := before.vars[name]
		pos, of := p.changedType(v.typ)
		misfits = append(misfits, misfit{"the variable " + name, "is an any from here on, with the value that it has", types.Error{Pos: pos, Msg: of + " has another layout"}})
		next.vars[name] = &variable{name: name, typ: types.Universe.Lookup("any").Type(), slot: v.slot, cell: v.cell}
	}
	p.world, p.vars, p.isVar = next, nil, map[types.Object]bool{}
	errs := p.collect(c.rebuild(p, varDecls))
	p.misfits = append(misfits, p.misfits...)
	for i, e := range errs {
		for _, m := range p.misfits {
			if e.Msg == "undefined: "+m.what {
				errs[i].Msg += fmt.Sprintf(" (it %s: %s: %s)", m.fate, c.fset.Position(m.err.Pos), m.err.Msg)
			}
		}
	}
	return p, errs
}

// withVars returns a world in which the variables that a checked cell defines
// are known with their types, where functions use them.
func (p *plan) withVars(before *world, redeclared map[string]bool, byStatements bool) *world {
	for _, v := range p.vars {
		redeclared[v.Name()] = true
	}
	next := before.without(redeclared)
	if byStatements { // else the cell's declarations say it
		for _, v := range p.vars {
			next.vars[v.Name()] = &variable{name: v.Name(), typ: v.Type(), cell: p.src.count}
		}
	}
	return next
}

// changedType returns where the cell declares the type that a variable's type
// is, or is made of, and its name.
func (p *plan) changedType(t types.Type) (pos token.Pos, name string) {
	name = "its type"
	for _, d := range p.fresh {
		if d.kind != typeDecl {
			continue
		}
		if !pos.IsValid() {
			pos = d.node.Pos()
		}
		if mentions(t, func(n *types.TypeName) bool { return n.Name() == d.names[0] }) {
			return d.node.Pos(), "the type " + d.names[0]
		}
	}
	return pos, name
}

// layout describes what a type is in memory: the names of the session's types
// do not matter, what they stand for does.
func layout(t types.Type) string {
	open := map[*types.TypeName]bool{}
	var tw *typeWriter
	tw = &typeWriter{
		name: func(n *types.TypeName) string {
			if !sessionType(n) {
				return n.Pkg().Path() + "." + n.Name()
			}
			if open[n] {
				return n.Name()
			}
			open[n] = true
			inner := *tw
			inner.b = strings.Builder{}
			inner.write(n.Type().Underlying())
			return "(" + inner.b.String() + ")"
		},
		field: func(f *types.Var) string { return f.Name() },
		meth:  func(f *types.Func) string { return f.Name() },
	}
	text, _ := tw.text(t)
	return text
}
