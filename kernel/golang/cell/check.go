package cell

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"strings"
)

// Check checks a cell against the session.
func (c *Checker) Check(w *Environment, imports map[string]string, src *Source) (*Plan, []types.Error) {
	p := &Plan{Src: src, before: w, Env: w, Numbers: c.Numbers, Imports: maps.Clone(imports), Names: map[string]bool{}, IsVar: map[types.Object]bool{}}
	if errs := p.ImportsOf(c); errs != nil {
		return nil, errs
	}
	for _, d := range DeclsOf(src) {
		switch {
		case d.Kind == FuncDecl && d.Names[0] == "init":
			p.InitFuncs = append(p.InitFuncs, d)
		case d.Kind == FuncDecl && d.Names[0] == "_", strings.HasSuffix(d.Names[0], "._"):
			p.blanks = append(p.blanks, d)
		default:
			p.Fresh = append(p.Fresh, d)
		}
	}
	redeclared := map[string]bool{}
	p.hide(c, w, redeclared)
	for _, d := range p.Fresh {
		d.followAlias(p.typeSpec)
		p.Rebuilt = p.Rebuilt || d.isNamedAfter(w) // the checker trusts a type's name to be declared in the same files
		for _, n := range d.Names {
			p.Names[n] = true
			if w.Names[n] != nil || w.Vars[n] != nil {
				redeclared[n] = true
			}
		}
		p.Rebuilt = p.Rebuilt || d.Kind == MethodDecl && w.Names[d.recv] != nil && !p.Names[d.recv]
	}
	varDecls := p.VarDecls()
	for _, id := range VarNames(varDecls) {
		p.Names[id.Name] = true
		if id.Name != "_" && (w.Names[id.Name] != nil || w.Vars[id.Name] != nil) {
			redeclared[id.Name] = true
		}
	}
	for n := range p.Names {
		if !strings.Contains(n, ".") {
			delete(p.Imports, n)
		}
	}
	for _, spec := range src.Imports { // a name declared and imported in one cell is Go's error
		p.importSpec(c, spec)
	}
	file := FileOf(p.Used(), p.Nodes(varDecls)...)
	if late := p.bodiesWithCellVars(); len(late) > 0 {
		return c.checkTwice(p, redeclared, late)
	}
	var errs []types.Error
	if p.Rebuilt || w.stale || len(redeclared) > 0 {
		p.Env = w.Without(redeclared)
		errs = c.rebuild(p, varDecls)
	} else {
		p.Info = NewInfo()
		errs = c.Files(w.Pkg, p.Info, []*ast.File{file})
	}
	errs = p.collect(errs)
	if len(errs) > 0 {
		p.Abandon()
	} else if names := p.outlived(w); len(names) > 0 {
		return c.checkAgain(p, w, redeclared, names, varDecls)
	}
	return p, errs
}

// Abandon is for a cell that is checked, or partly, and will not be run: it
// must not take effect.
func (p *Plan) Abandon() {
	if !p.Rebuilt && len(p.Fresh)+len(p.VarDecls()) > 0 {
		p.Env.stale = true // its scope holds the cell's names
	}
}

// rebuild checks the cell as part of a new environment.
func (c *Checker) rebuild(p *Plan, varDecls []ast.Decl) []types.Error {
	p.Rebuilt = true
	used := p.Used()
	for _, d := range p.Fresh {
		d.Imports = used
	}
	body := FileOf(used, p.nodesOf(nil, varDecls)...)
	var errs []types.Error
	p.Info, p.Notes, errs = c.build(p.Env, p.Fresh, body)
	return errs
}

// bodiesWithCellVars are the cell's functions that name a variable which the
// cell's statements define: they can be checked only when its type is known.
func (p *Plan) bodiesWithCellVars() map[*ast.FuncDecl]bool {
	vars := map[string]bool{}
	p.defined(func(id *ast.Ident) { vars[id.Name] = true })
	late := map[*ast.FuncDecl]bool{}
	for _, d := range p.Fresh {
		f, ok := d.Node.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		ast.Inspect(f.Body, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && vars[id.Name] {
				late[f] = true
			}
			return !late[f]
		})
	}
	return late
}

// checkTwice checks a cell whose functions use variables of its statements:
// first without these functions' bodies, to learn the variables' types.
func (c *Checker) checkTwice(p *Plan, redeclared map[string]bool, late map[*ast.FuncDecl]bool) (*Plan, []types.Error) {
	before := p.Env
	bodies := map[*ast.FuncDecl]*ast.BlockStmt{}
	for f := range late {
		bodies[f] = f.Body
		stub := &ast.CallExpr{Fun: ast.NewIdent("panic"), Args: []ast.Expr{&ast.BasicLit{ValuePos: f.Body.Pos(), Kind: token.INT, Value: "0"}}}
		f.Body = &ast.BlockStmt{Lbrace: f.Body.Lbrace, List: []ast.Stmt{&ast.ExprStmt{X: stub}}, Rbrace: f.Body.Rbrace}
	}
	p.Env = before.Without(redeclared)
	errs := p.collect(c.rebuild(p, nil))
	for f, b := range bodies {
		f.Body = b
	}
	if len(errs) > 0 {
		return p, errs
	}
	return c.checkAgain(p, before, redeclared, p.outlived(before), nil)
}

// collect finds what the checked cell defines and shows, and leaves out the
// errors that a notebook does not mind.
func (p *Plan) collect(errs []types.Error) []types.Error {
	atTop := map[token.Pos]bool{}
	p.defined(func(id *ast.Ident) {
		if v, ok := p.Info.Defs[id].(*types.Var); ok {
			atTop[id.Pos()] = true
			p.addVar(v)
		}
	})
	for _, id := range VarNames(p.VarDecls()) {
		if v, ok := p.Info.Defs[id].(*types.Var); ok && id.Name != "_" {
			p.addVar(v)
		}
	}
	p.VarInits = p.Info.InitOrder
	last := token.NoPos
	if p.Src.Body != nil && len(p.Src.Body.List) > 0 {
		if x, ok := p.Src.Body.List[len(p.Src.Body.List)-1].(*ast.ExprStmt); ok {
			p.Shown, last = x, x.Pos()
		}
	}
	var out []types.Error
	for _, e := range errs {
		unusedVar := strings.HasPrefix(e.Msg, "declared and not used") && atTop[e.Pos]
		unusedImport := strings.Contains(e.Msg, "imported") && strings.HasSuffix(e.Msg, "and not used")
		value := strings.HasSuffix(e.Msg, "is not used") && last.IsValid() && last <= e.Pos && e.Pos <= p.Shown.End()
		if !unusedVar && !unusedImport && !value {
			out = append(out, e)
		}
	}
	if p.Shown != nil && (p.Values(p.Shown.X) == 0 || p.Prints(p.Shown.X)) {
		p.Shown = nil
	}
	return out
}
