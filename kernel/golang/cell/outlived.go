package cell

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"gomdcsan/kernel/golang/typetext"
)

// outlived lists the variables whose type the cell declares anew with another
// layout: they cannot be of the new type.
func (p *Plan) outlived(before *Environment) []string {
	var names []string
	for name, v := range p.Env.Vars {
		old := before.Vars[name]
		if old != nil && old.Slot != nil && typetext.Mentions(old.Typ, SessionType) && layout(old.Typ) != layout(v.Typ) {
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
func (c *Checker) checkAgain(p *Plan, before *Environment, redeclared map[string]bool, names []string, varDecls []ast.Decl) (*Plan, []types.Error) {
	var notes []Note
	next := p.withVars(before, redeclared, len(varDecls) == 0)
	for _, name := range names {
		if redeclared[name] {
			continue
		}
		v := before.Vars[name]
		pos, of := p.changedType(v.Typ)
		notes = append(notes, Note{"the variable " + name, "is an any from here on, with the value that it has", types.Error{Pos: pos, Msg: of + " has another layout"}})
		next.Vars[name] = &Variable{Name: name, Typ: types.Universe.Lookup("any").Type(), Slot: v.Slot, Cell: v.Cell}
	}
	p.Env, p.Vars, p.IsVar = next, nil, map[types.Object]bool{}
	errs := p.collect(c.rebuild(p, varDecls))
	p.Notes = append(notes, p.Notes...)
	for i, e := range errs {
		for _, m := range p.Notes {
			if e.Msg == "undefined: "+m.What {
				errs[i].Msg += fmt.Sprintf(" (it %s: %s: %s)", m.Fate, c.Fset.Position(m.Err.Pos), m.Err.Msg)
			}
		}
	}
	return p, errs
}

// withVars returns an environment in which the variables that a checked cell defines
// are known with their types, where functions use them.
func (p *Plan) withVars(before *Environment, redeclared map[string]bool, byStatements bool) *Environment {
	for _, v := range p.Vars {
		redeclared[v.Name()] = true
	}
	next := before.Without(redeclared)
	if byStatements { // else the cell's declarations say it
		for _, v := range p.Vars {
			next.Vars[v.Name()] = &Variable{Name: v.Name(), Typ: v.Type(), Cell: p.Src.Count}
		}
	}
	return next
}

// changedType returns where the cell declares the type that a variable's type
// is, or is made of, and its name.
func (p *Plan) changedType(t types.Type) (pos token.Pos, name string) {
	name = "its type"
	for _, d := range p.Fresh {
		if d.Kind != TypeDecl {
			continue
		}
		if !pos.IsValid() {
			pos = d.Node.Pos()
		}
		if typetext.Mentions(t, func(n *types.TypeName) bool { return n.Name() == d.Names[0] }) {
			return d.Node.Pos(), "the type " + d.Names[0]
		}
	}
	return pos, name
}
