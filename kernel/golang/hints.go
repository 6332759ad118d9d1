package golang

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gomdcsan/kernel/golang/cell"
	"gomdcsan/kernel/golang/magic"
	"gomdcsan/kernel/symbols"
)

// hint is what a user may have meant, for the errors that slips of the pen
// cause, in parentheses; "" for all others. p may be nil.
func hint(p *cell.Plan, err types.Error) string {
	var meant string
	if name, ok := strings.CutPrefix(err.Msg, "undefined: "); ok {
		meant = undefined(p, name, err.Pos)
	} else if strings.HasSuffix(err.Msg, ")") && strings.Contains(err.Msg, "has no field or method") && p != nil && p.Info != nil {
		meant = member(p, err.Pos)
	}
	if meant == "" {
		return ""
	}
	return " (" + meant + ")"
}

// undefined says what a name that is not known may mean: a package to import, a
// variable to define, or a name that is much like it.
func undefined(p *cell.Plan, name string, pos token.Pos) string {
	if _, sel, ok := strings.Cut(name, "."); ok { // of a package
		return didYouMean(exported(p, name), sel)
	}
	var lines []string
	for _, pkg := range symbols.Packages() {
		if pkg.Name == name && !strings.Contains(pkg.Path, "internal/") {
			lines = append(lines, "import "+strconv.Quote(pkg.Path))
		}
	}
	switch {
	case len(lines) > 0:
		return strings.Join(lines, " or ")
	case p == nil:
		return ""
	case assigned(p, pos):
		return "use := to define it"
	}
	known := slices.Concat(slices.Collect(maps.Keys(p.Env.Vars)), slices.Collect(maps.Keys(p.Env.Names)), slices.Collect(maps.Keys(p.Imports)), types.Universe.Names())
	slices.Sort(known)
	return didYouMean(known, name)
}

func didYouMean(names []string, name string) string {
	if near := magic.NearestOf(names, name); near != "" && len(name) > 2 {
		return "did you mean " + near + "?"
	}
	return ""
}

// exported are the names that a package of the cell has, for name as in
// "strings.ToUper".
func exported(p *cell.Plan, name string) (names []string) {
	qualifier, _, _ := strings.Cut(name, ".")
	if p == nil || p.Info == nil {
		return nil
	}
	for id, o := range p.Info.Uses {
		if pkg, ok := o.(*types.PkgName); ok && id.Name == qualifier {
			return slices.DeleteFunc(pkg.Imported().Scope().Names(), func(n string) bool { return !token.IsExported(n) })
		}
	}
	return nil
}

// assigned reports whether a statement of the cell's top level assigns to the
// name at a place.
func assigned(p *cell.Plan, pos token.Pos) bool {
	return slices.ContainsFunc(p.Src.Statements(), func(s ast.Stmt) bool {
		a, ok := s.(*ast.AssignStmt)
		return ok && a.Tok == token.ASSIGN && slices.ContainsFunc(a.Lhs, func(x ast.Expr) bool { return x.Pos() == pos })
	})
}

// member says which field or method is much like the one selected at a place.
func member(p *cell.Plan, pos token.Pos) (meant string) {
	for _, s := range p.Src.Statements() {
		ast.Inspect(s, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if ok && sel.Sel.Pos() == pos {
				meant = didYouMean(members(p.Info.TypeOf(sel.X)), sel.Sel.Name)
			}
			return true
		})
	}
	return meant
}

// members are the names of a type's fields and methods, exported or of a cell.
func members(t types.Type) (names []string) {
	if t == nil {
		return nil
	}
	add := func(o types.Object) {
		if o.Exported() || o.Pkg() != nil && o.Pkg().Path() == "main" {
			names = append(names, o.Name())
		}
	}
	of := t
	if ptr, ok := of.Underlying().(*types.Pointer); ok {
		of = ptr.Elem()
	}
	if st, ok := of.Underlying().(*types.Struct); ok {
		for f := range st.Fields() {
			add(f)
		}
	}
	if !types.IsInterface(of) {
		t = types.NewPointer(of)
	}
	for m := range types.NewMethodSet(t).Methods() {
		add(m.Obj())
	}
	slices.Sort(names)
	return names
}
