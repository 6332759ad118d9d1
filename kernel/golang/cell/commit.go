package cell

import (
	"go/ast"
	"go/types"
	"maps"
	"slices"

	"gomdcsan/kernel/golang/typetext"
)

// Commit makes a cell's declarations and variables the session's, and returns
// the session as it is then, and what no longer fits.
func (c *Checker) Commit(m *Prepared) (*Environment, []Note) {
	p := m.Plan
	w := p.Env
	if !p.Rebuilt {
		for _, d := range p.Fresh {
			w.add(d)
			w.remember(p.Info, d.Node)
		}
	}
	for _, d := range p.Fresh {
		p.canonicalImports(d)
	}
	for _, ch := range m.Changes {
		ch.Decl.Unit, ch.Decl.Slot = ch.Unit, ch.Slot
	}
	notes := append(p.hidden, p.Notes...)
	if replaced := m.defineVars(); len(replaced) > 0 {
		vars := w.Vars
		w = w.Without(replaced)
		for n := range replaced {
			w.Vars[n] = vars[n]
		}
		_, more, _ := c.build(w, nil)
		notes = append(notes, more...)
		w.outdate(replaced)
	}
	for _, f := range m.Functions {
		f.Slot.Ptr.Elem().Set(f.Value)
	}
	for n := range p.Names {
		delete(p.Imports, n)
	}
	return w, notes
}

// defineVars makes the cell's variables the session's, and returns the names
// that were something else before.
func (m *Prepared) defineVars() map[string]bool {
	w := m.Plan.Env
	replaced := map[string]bool{}
	for _, v := range m.Plan.Vars {
		name := v.Name()
		old := w.Vars[name]
		inScope := w.Pkg.Scope().Lookup(name)
		switch {
		case old != nil && old.Slot == m.VarSlots[v]:
			continue
		case inScope == nil:
			w.Pkg.Scope().Insert(types.NewVar(v.Pos(), w.Pkg, name, v.Type()))
		case inScope != v && !types.Identical(inScope.Type(), v.Type()) || w.Names[name] != nil:
			replaced[name] = true
		}
		w.Vars[name] = &Variable{Name: name, Typ: v.Type(), Slot: m.VarSlots[v], Cell: m.Plan.Src.Count}
	}
	return replaced
}

// Snapshot remembers the declarations and variables, and returns what puts them
// back. Their scope is then built anew for the next cell.
func (w *Environment) Snapshot() (restore func()) {
	decls, names, vars := slices.Clone(w.Decls), maps.Clone(w.Names), maps.Clone(w.Vars)
	contents := make([]Decl, len(decls))
	for i, d := range decls {
		contents[i] = *d
	}
	return func() {
		for i, d := range decls {
			*d = contents[i]
		}
		w.Decls, w.Names, w.Vars, w.stale = decls, names, vars, true
	}
}

// Define adds a variable to the session unless it has something of the name.
func (w *Environment) Define(v *Variable) {
	if w.Vars[v.Name] != nil || w.Names[v.Name] != nil {
		return
	}
	w.Vars[v.Name] = v
	if typetext.Mentions(v.Typ, SessionType) {
		w.stale = true // its type is another object where all was checked anew
		return
	}
	w.Pkg.Scope().Insert(types.NewVar(0, w.Pkg, v.Name, v.Typ))
}

// outdate marks the functions that refer to names which are another variable
// now: what they were compiled to still refers to the old one.
func (w *Environment) outdate(names map[string]bool) {
	for _, d := range w.Decls {
		ast.Inspect(d.Node, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && names[id.Name] {
				if o := w.info.Uses[id]; o != nil && o.Parent() == w.Pkg.Scope() {
					d.Unit = nil
				}
			}
			return d.Unit != nil
		})
	}
}

// Pending reports whether functions wait to be compiled again.
func (w *Environment) Pending() bool {
	for _, d := range w.Decls {
		if d.Unit == nil && (d.Kind == FuncDecl || d.Kind == MethodDecl) {
			return true
		}
	}
	return false
}

// remember copies what is known of a declaration's nodes.
func (w *Environment) remember(info *types.Info, n ast.Node) {
	if info == w.info {
		return
	}
	ast.Inspect(n, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.Ident:
			if o, ok := info.Defs[x]; ok {
				w.info.Defs[x] = o
			}
			if o, ok := info.Uses[x]; ok {
				w.info.Uses[x] = o
			}
			if i, ok := info.Instances[x]; ok {
				w.info.Instances[x] = i
			}
		case *ast.SelectorExpr:
			if sel, ok := info.Selections[x]; ok {
				w.info.Selections[x] = sel
			}
		}
		if e, ok := n.(ast.Expr); ok {
			if tv, ok := info.Types[e]; ok {
				w.info.Types[e] = tv
			}
		}
		if n != nil {
			if o, ok := info.Implicits[n]; ok {
				w.info.Implicits[n] = o
			}
		}
		return true
	})
}

// canonicalImports renames the packages that a declaration names to aliases
// that no later cell can shadow.
func (p *Plan) canonicalImports(d *Decl) {
	d.Imports = map[string]string{}
	ast.Inspect(d.Node, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		switch o := p.Info.Uses[id].(type) {
		case *types.PkgName:
			path := o.Imported().Path()
			id.Name = Alias(path)
			d.Imports[id.Name] = path
		case nil:
		default:
			if o.Pkg() != nil && o.Pkg().Path() != "main" && p.Imports["."+o.Pkg().Path()] != "" {
				d.Imports["."+o.Pkg().Path()] = o.Pkg().Path()
			}
		}
		return true
	})
}

// RefersTo reports whether anyone may ask where something in a cell stands,
// now that it has run: it declared what the session still knows by this place,
// or made a function that lives on.
func (w *Environment) RefersTo(p *Plan) bool {
	if len(p.Fresh) > 0 {
		return true
	}
	for _, v := range p.Vars {
		if o := w.Pkg.Scope().Lookup(v.Name()); o == nil || p.Src.Offset(o.Pos()) >= 0 {
			return true
		}
	}
	makes := false
	if len(p.Vars) > 0 && p.Src.Body != nil {
		ast.Inspect(p.Src.Body, func(n ast.Node) bool {
			_, isFunc := n.(*ast.FuncLit)
			makes = makes || isFunc
			return !makes
		})
	}
	return makes
}
