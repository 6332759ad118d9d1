package golang

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// plan is a checked cell: what it declares, defines and runs. Nothing of the
// session has changed yet.
type plan struct {
	src     *source
	world   *world
	info    *types.Info // of the body, and of the declarations
	imports map[string]string
	fresh   []*decl
	starts  []*decl         // functions named init, which run and are forgotten
	blanks  []*decl         // functions named _, which are only checked
	names   map[string]bool // declared or defined by the cell
	vars    []*types.Var    // defined at the top level, in order
	isVar   map[types.Object]bool
	inits   []*types.Initializer // of a declaration cell
	shown   *ast.ExprStmt        // the last statement, if its values are shown
	misfits []misfit
	hidden  []misfit // variables and declarations that an import takes the name of
	slow    bool     // world is a new one
}

// check checks a cell against the session.
func (c *checker) check(w *world, imports map[string]string, src *source) (*plan, []types.Error) {
	p := &plan{src: src, world: w, imports: maps.Clone(imports), names: map[string]bool{}, isVar: map[types.Object]bool{}}
	if errs := p.importsOf(c); errs != nil {
		return nil, errs
	}
	for _, d := range declsOf(src) {
		switch {
		case d.kind == funcDecl && d.names[0] == "init":
			p.starts = append(p.starts, d)
		case d.kind == funcDecl && d.names[0] == "_", strings.HasSuffix(d.names[0], "._"):
			p.blanks = append(p.blanks, d)
		default:
			p.fresh = append(p.fresh, d)
		}
	}
	redeclared := map[string]bool{}
	p.hide(c, w, redeclared)
	for _, d := range p.fresh {
		d.followAlias(p.typeSpec)
		p.slow = p.slow || d.isNamedAfter(w) // the checker trusts a type's name to be declared in the same files
		for _, n := range d.names {
			p.names[n] = true
			if w.names[n] != nil || w.vars[n] != nil {
				redeclared[n] = true
			}
		}
		p.slow = p.slow || d.kind == methodDecl && w.names[d.recv] != nil && !p.names[d.recv]
	}
	varDecls := p.varDecls()
	for _, id := range varNames(varDecls) {
		p.names[id.Name] = true
		if id.Name != "_" && (w.names[id.Name] != nil || w.vars[id.Name] != nil) {
			redeclared[id.Name] = true
		}
	}
	for n := range p.names {
		if !strings.Contains(n, ".") {
			delete(p.imports, n)
		}
	}
	for _, spec := range src.imports { // a name declared and imported in one cell is Go's error
		p.importSpec(c, spec)
	}
	file := fileOf(p.used(), p.nodes(varDecls)...)
	if late := p.bodiesWithCellVars(); len(late) > 0 {
		return c.checkTwice(p, redeclared, late)
	}
	var errs []types.Error
	if p.slow || w.stale || len(redeclared) > 0 {
		p.world = w.without(redeclared)
		errs = c.rebuild(p, varDecls)
	} else {
		p.info = newInfo()
		errs = c.files(w.pkg, p.info, []*ast.File{file})
	}
	errs = p.collect(errs)
	if len(errs) > 0 {
		p.abandon()
	} else if names := p.outlived(w); len(names) > 0 {
		return c.checkAgain(p, w, redeclared, names, varDecls)
	}
	return p, errs
}

// abandon is for a cell that is checked, or partly, and will not be run: it
// must not take effect.
func (p *plan) abandon() {
	if !p.slow && len(p.fresh)+len(p.varDecls()) > 0 {
		p.world.stale = true // its scope holds the cell's names
	}
}

// rebuild checks the cell as part of a new world.
func (c *checker) rebuild(p *plan, varDecls []ast.Decl) []types.Error {
	p.slow = true
	used := p.used()
	for _, d := range p.fresh {
		d.imports = used
	}
	body := fileOf(used, p.nodesOf(nil, varDecls)...)
	var errs []types.Error
	p.info, p.misfits, errs = c.build(p.world, p.fresh, body)
	return errs
}

// importsOf adds the cell's imports to the plan's.
func (p *plan) importsOf(c *checker) (errs []types.Error) {
	for _, spec := range p.src.imports {
		if e := p.importSpec(c, spec); e != nil {
			errs = append(errs, *e)
		}
	}
	return errs
}

func (p *plan) importSpec(c *checker, spec *ast.ImportSpec) *types.Error {
	path, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return &types.Error{Fset: c.fset, Pos: spec.Path.Pos(), Msg: "invalid import path " + spec.Path.Value}
	}
	if path == "C" {
		return &types.Error{Fset: c.fset, Pos: spec.Path.Pos(), Msg: `cells cannot import "C": put the cgo code into a local module, and bring that in by %require ./DIR`}
	}
	pkg, err := c.importer.Import(path)
	if err != nil {
		return &types.Error{Fset: c.fset, Pos: spec.Path.Pos(), Msg: "could not import " + path + " (" + err.Error() + ")"}
	}
	name := pkg.Name()
	if spec.Name != nil {
		name = spec.Name.Name
	}
	switch name {
	case "_":
	case ".":
		p.imports["."+path] = path
	default:
		p.imports[name] = path
	}
	return nil
}

// hide takes what the session has under the name of a package that the cell
// imports out of its scope.
func (p *plan) hide(c *checker, w *world, redeclared map[string]bool) {
	again := map[string]bool{}
	p.defined(func(id *ast.Ident) { again[id.Name] = true })
	for _, spec := range p.src.imports {
		name, path := c.importName(spec)
		if w.names[name] == nil && w.vars[name] == nil {
			continue
		}
		redeclared[name] = true
		if !again[name] {
			p.hidden = append(p.hidden, misfit{name, "is the package from here on, not what a cell has declared", types.Error{Pos: spec.Pos(), Msg: "import " + strconv.Quote(path)}})
		}
	}
}

// importName returns the name that an import has in the cell, "" if it has
// none, and its path.
func (c *checker) importName(spec *ast.ImportSpec) (name, path string) {
	path, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return "", ""
	}
	if spec.Name != nil {
		return spec.Name.Name, path
	}
	if pkg, err := c.importer.Import(path); err == nil {
		return pkg.Name(), path
	}
	return "", path
}

// typeSpec returns the declaration of a type of the cell or the session, nil if
// there is none.
func (p *plan) typeSpec(name string) *ast.TypeSpec {
	if d := p.decl(name); d != nil && d.kind == typeDecl {
		return d.node.(*ast.GenDecl).Specs[0].(*ast.TypeSpec)
	}
	return nil
}

// followAlias gives a method that is declared on an alias to the type that the
// alias stands for.
func (d *decl) followAlias(spec func(string) *ast.TypeSpec) {
	if d.kind != methodDecl {
		return
	}
	_, method, _ := strings.Cut(d.names[0], ".")
	for range maxDepth {
		t := spec(d.recv)
		if t == nil || !t.Assign.IsValid() {
			break
		}
		x := ast.Unparen(t.Type)
		if s, ok := x.(*ast.StarExpr); ok {
			x = ast.Unparen(s.X)
		}
		id, ok := x.(*ast.Ident)
		if !ok {
			break
		}
		d.recv = id.Name
	}
	d.names = []string{d.recv + "." + method}
}

// isNamedAfter reports whether a type is declared as another type of the
// session, by its name alone.
func (d *decl) isNamedAfter(w *world) bool {
	if d.kind != typeDecl {
		return false
	}
	id, ok := d.node.(*ast.GenDecl).Specs[0].(*ast.TypeSpec).Type.(*ast.Ident)
	return ok && w.names[id.Name] != nil
}

// declsOf cuts the cell's declarations into the session's, without variables.
func declsOf(src *source) []*decl {
	var out []*decl
	for _, d := range src.decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			out = append(out, newFuncDecl(src, d))
		case *ast.GenDecl:
			switch d.Tok {
			case token.CONST:
				n := &decl{kind: constDecl, src: src, node: d}
				for _, s := range d.Specs {
					for _, id := range s.(*ast.ValueSpec).Names {
						n.names = append(n.names, id.Name)
					}
				}
				out = append(out, n)
			case token.TYPE:
				for _, s := range d.Specs {
					t := s.(*ast.TypeSpec)
					one := &ast.GenDecl{TokPos: t.Pos(), Tok: token.TYPE, Specs: []ast.Spec{t}}
					out = append(out, &decl{kind: typeDecl, src: src, node: one, names: []string{t.Name.Name}, generic: t.TypeParams != nil})
				}
			}
		}
	}
	return out
}

func newFuncDecl(src *source, d *ast.FuncDecl) *decl {
	out := &decl{kind: funcDecl, src: src, node: d, names: []string{d.Name.Name}, generic: d.Type.TypeParams != nil}
	if d.Recv != nil && len(d.Recv.List) == 1 {
		out.kind = methodDecl
		t := ast.Unparen(d.Recv.List[0].Type)
		if s, ok := t.(*ast.StarExpr); ok {
			t = ast.Unparen(s.X)
		}
		switch x := t.(type) {
		case *ast.IndexExpr:
			out.generic, t = true, x.X
		case *ast.IndexListExpr:
			out.generic, t = true, x.X
		}
		if id, ok := t.(*ast.Ident); ok {
			out.recv = id.Name
		}
		out.names = []string{out.recv + "." + d.Name.Name}
	}
	return out
}

// varDecls are the variables of a declaration cell.
func (p *plan) varDecls() []ast.Decl {
	var out []ast.Decl
	for _, d := range p.src.decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
			out = append(out, g)
		}
	}
	return out
}

func varNames(decls []ast.Decl) []*ast.Ident {
	var out []*ast.Ident
	for _, d := range decls {
		for _, s := range d.(*ast.GenDecl).Specs {
			out = append(out, s.(*ast.ValueSpec).Names...)
		}
	}
	return out
}

func (p *plan) nodes(varDecls []ast.Decl) []ast.Decl { return p.nodesOf(p.fresh, varDecls) }

// nodesOf is what goes into the cell's file.
func (p *plan) nodesOf(fresh []*decl, varDecls []ast.Decl) []ast.Decl {
	var out []ast.Decl
	for _, d := range fresh {
		out = append(out, d.node)
	}
	for _, d := range slices.Concat(p.starts, p.blanks) {
		out = append(out, d.node)
	}
	out = append(out, varDecls...)
	if p.src.body != nil {
		out = append(out, &ast.FuncDecl{Name: ast.NewIdent("_"), Type: &ast.FuncType{Func: p.src.body.Pos(), Params: &ast.FieldList{}}, Body: p.checkedBody()})
	}
	return out
}

// checkedBody is the cell's body as it is checked: a last expression that is
// not a call is assigned to an any, as it is when it is shown.
func (p *plan) checkedBody() *ast.BlockStmt {
	body := p.src.body
	if len(body.List) == 0 {
		return body
	}
	last := len(body.List) - 1
	x, ok := body.List[last].(*ast.ExprStmt)
	if !ok || p.mayHaveNoValue(x.X) {
		return body
	}
	empty := &ast.InterfaceType{Interface: x.Pos(), Methods: &ast.FieldList{Opening: x.Pos(), Closing: x.Pos()}}
	spec := &ast.ValueSpec{Names: []*ast.Ident{{NamePos: x.Pos(), Name: "_"}}, Type: empty, Values: []ast.Expr{x.X}}
	out := *body
	out.List = slices.Clone(body.List)
	out.List[last] = &ast.DeclStmt{Decl: &ast.GenDecl{TokPos: x.Pos(), Tok: token.VAR, Specs: []ast.Spec{spec}}}
	return &out
}

// mayHaveNoValue reports whether an expression is a call that may have no value,
// or several. The builtin functions of constants have one.
func (p *plan) mayHaveNoValue(x ast.Expr) bool {
	call, ok := ast.Unparen(x).(*ast.CallExpr)
	if !ok {
		return false
	}
	id, ok := ast.Unparen(call.Fun).(*ast.Ident)
	if !ok || !slices.Contains([]string{"min", "max", "real", "imag", "complex"}, id.Name) {
		return true
	}
	declared := p.names[id.Name] || p.world.names[id.Name] != nil || p.world.vars[id.Name] != nil
	p.defined(func(d *ast.Ident) { declared = declared || d.Name == id.Name })
	return declared
}

// used returns the imports whose names occur in the cell.
func (p *plan) used() map[string]string {
	out := map[string]string{}
	for n, path := range p.imports {
		if n[0] == '.' {
			out[n] = path
		}
	}
	see := func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if path := p.imports[id.Name]; path != "" {
				out[id.Name] = path
			}
		}
		return true
	}
	for _, d := range p.src.decls {
		ast.Inspect(d, see)
	}
	if p.src.body != nil {
		ast.Inspect(p.src.body, see)
	}
	return out
}

// topLevel calls f for each statement of the body that is not inside another,
// labels aside.
func (p *plan) topLevel(f func(ast.Stmt)) {
	if p.src.body == nil {
		return
	}
	for _, s := range p.src.body.List {
		for {
			l, ok := s.(*ast.LabeledStmt)
			if !ok {
				break
			}
			s = l.Stmt
		}
		f(s)
	}
}

// defined calls f for each identifier that the body's top level may define.
func (p *plan) defined(f func(*ast.Ident)) {
	p.topLevel(func(s ast.Stmt) {
		switch s := s.(type) {
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				for _, l := range s.Lhs {
					if id, ok := l.(*ast.Ident); ok && id.Name != "_" {
						f(id)
					}
				}
			}
		case *ast.DeclStmt:
			if g, ok := s.Decl.(*ast.GenDecl); ok && g.Tok == token.VAR {
				for _, sp := range g.Specs {
					for _, id := range sp.(*ast.ValueSpec).Names {
						if id.Name != "_" {
							f(id)
						}
					}
				}
			}
		}
	})
}

// bodiesWithCellVars are the cell's functions that name a variable which the
// cell's statements define: they can be checked only when its type is known.
func (p *plan) bodiesWithCellVars() map[*ast.FuncDecl]bool {
	vars := map[string]bool{}
	p.defined(func(id *ast.Ident) { vars[id.Name] = true })
	late := map[*ast.FuncDecl]bool{}
	for _, d := range p.fresh {
		f, ok := d.node.(*ast.FuncDecl)
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
func (c *checker) checkTwice(p *plan, redeclared map[string]bool, late map[*ast.FuncDecl]bool) (*plan, []types.Error) {
	before := p.world
	bodies := map[*ast.FuncDecl]*ast.BlockStmt{}
	for f := range late {
		bodies[f] = f.Body
		stub := &ast.CallExpr{Fun: ast.NewIdent("panic"), Args: []ast.Expr{&ast.BasicLit{ValuePos: f.Body.Pos(), Kind: token.INT, Value: "0"}}}
		f.Body = &ast.BlockStmt{Lbrace: f.Body.Lbrace, List: []ast.Stmt{&ast.ExprStmt{X: stub}}, Rbrace: f.Body.Rbrace}
	}
	p.world = before.without(redeclared)
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
func (p *plan) collect(errs []types.Error) []types.Error {
	atTop := map[token.Pos]bool{}
	p.defined(func(id *ast.Ident) {
		if v, ok := p.info.Defs[id].(*types.Var); ok {
			atTop[id.Pos()] = true
			p.addVar(v)
		}
	})
	for _, id := range varNames(p.varDecls()) {
		if v, ok := p.info.Defs[id].(*types.Var); ok && id.Name != "_" {
			p.addVar(v)
		}
	}
	p.inits = p.info.InitOrder
	last := token.NoPos
	if p.src.body != nil && len(p.src.body.List) > 0 {
		if x, ok := p.src.body.List[len(p.src.body.List)-1].(*ast.ExprStmt); ok {
			p.shown, last = x, x.Pos()
		}
	}
	var out []types.Error
	for _, e := range errs {
		unusedVar := strings.HasPrefix(e.Msg, "declared and not used") && atTop[e.Pos]
		unusedImport := strings.Contains(e.Msg, "imported") && strings.HasSuffix(e.Msg, "and not used")
		value := strings.HasSuffix(e.Msg, "is not used") && last.IsValid() && last <= e.Pos && e.Pos <= p.shown.End()
		if !unusedVar && !unusedImport && !value {
			out = append(out, e)
		}
	}
	if p.shown != nil && (p.values(p.shown.X) == 0 || p.prints(p.shown.X)) {
		p.shown = nil
	}
	return out
}

// decl returns the declaration of a name, as the cell sees it.
func (p *plan) decl(name string) *decl {
	for _, d := range p.fresh {
		for _, n := range d.names {
			if n == name {
				return d
			}
		}
	}
	return p.world.names[name]
}

func (p *plan) addVar(v *types.Var) {
	p.vars = append(p.vars, v)
	p.isVar[v] = true
	p.names[v.Name()] = true
}

// values is the number of values of an expression.
func (p *plan) values(x ast.Expr) int {
	tv, ok := p.info.Types[x]
	switch t := tv.Type.(type) {
	case nil:
		return 0
	case *types.Tuple:
		return t.Len()
	}
	if !ok || tv.IsVoid() || tv.IsType() || tv.IsBuiltin() {
		return 0
	}
	return 1
}

// prints reports whether an expression is a call of fmt's printing functions,
// whose results nobody wants to see.
func (p *plan) prints(x ast.Expr) bool {
	call, ok := ast.Unparen(x).(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	f, ok := p.info.Uses[sel.Sel].(*types.Func)
	return ok && f.Pkg() != nil && f.Pkg().Path() == "fmt" && (strings.HasPrefix(f.Name(), "Print") || strings.HasPrefix(f.Name(), "Fprint"))
}
