package cell

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// Plan is a checked cell: what it declares, defines and runs. Nothing of the
// session has changed yet.
type Plan struct {
	Src       *Source
	before    *Environment // the session as it was
	Env       *Environment // and as it is with the cell
	Info      *types.Info  // of the body, and of the declarations
	Imports   map[string]string
	Fresh     []*Decl
	InitFuncs []*Decl         // functions named init, which run and are forgotten
	blanks    []*Decl         // functions named _, which are only checked
	Names     map[string]bool // declared or defined by the cell
	Vars      []*types.Var    // defined at the top level, in order
	IsVar     map[types.Object]bool
	VarInits  []*types.Initializer // of a declaration cell
	Shown     *ast.ExprStmt        // the last statement, if its values are shown
	Dropped   *ast.ExprStmt        // the last statement, if its values are computed and not shown
	Notes     []Note
	hidden    []Note // variables and declarations that an import takes the name of
	Rebuilt   bool   // Env is a new one
	Numbers   *numbers
}

// Runs reports whether a cell has something to run.
func (p *Plan) Runs() bool {
	return len(p.Src.Statements()) > 0 || len(p.VarDecls()) > 0 || len(p.InitFuncs) > 0
}

// OnlyMain reports whether a cell declares main and runs nothing, as a program
// for the go command would be written.
func (p *Plan) OnlyMain() bool {
	return !p.Runs() && slices.ContainsFunc(p.Fresh, func(d *Decl) bool { return d.Kind == FuncDecl && d.Names[0] == "main" })
}

// onlyTypes reports whether a cell does nothing but declare types and constants.
func (p *Plan) onlyTypes() bool {
	if p.Src.Body != nil && len(p.Src.Body.List) > 0 || len(p.VarDecls()) > 0 || len(p.InitFuncs) > 0 {
		return false
	}
	for _, d := range p.Fresh {
		if d.Kind != TypeDecl && d.Kind != ConstDecl {
			return false
		}
	}
	return true
}

// Brief reports whether nothing in a cell can run often enough for compiled
// code to make up for the time of compiling: it has neither loops nor function
// literals.
func (p *Plan) Brief() bool {
	brief := true
	for _, s := range p.Src.Statements() {
		ast.Inspect(s, func(n ast.Node) bool {
			switch n.(type) {
			case *ast.ForStmt, *ast.RangeStmt, *ast.FuncLit, *ast.LabeledStmt:
				brief = false
			}
			return brief
		})
	}
	return brief && len(p.InitFuncs) == 0
}

// Drop computes the values of the last statement without showing them, as when
// it is timed.
func (p *Plan) Drop() { p.Dropped, p.Shown = p.Shown, nil }

// AsksItsPlace reports whether a cell's statements call what says where the
// call stands: only in compiled code is that the cell and its line. Package log
// does if it has been told to, which is what places says, or if the cell tells
// it.
func (p *Plan) AsksItsPlace(places bool) (asks bool) {
	for _, s := range p.Src.Statements() {
		ast.Inspect(s, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok {
				return true
			}
			if f, isFunc := p.Info.Uses[id].(*types.Func); isFunc && f.Pkg() != nil {
				asks = asks || asksPlace(f, places)
			}
			return true
		})
	}
	return asks
}

func asksPlace(f *types.Func, places bool) bool {
	switch f.Pkg().Path() {
	case "runtime":
		return strings.HasPrefix(f.Name(), "Caller")
	case "log":
		return places || f.Name() == "SetFlags" || f.Name() == "New"
	case "log/slog":
		return true
	}
	return false
}

// IsNil reports whether an expression is nil itself.
func IsNil(info *types.Info, e ast.Expr) bool { return info.Types[e].IsNil() }

// Decl returns the declaration of a name, as the cell sees it.
func (p *Plan) Decl(name string) *Decl {
	for _, d := range p.Fresh {
		for _, n := range d.Names {
			if n == name {
				return d
			}
		}
	}
	return p.Env.Names[name]
}

func (p *Plan) addVar(v *types.Var) {
	p.Vars = append(p.Vars, v)
	p.IsVar[v] = true
	p.Names[v.Name()] = true
}

// Values is the number of values of an expression.
func (p *Plan) Values(x ast.Expr) int {
	tv, ok := p.Info.Types[x]
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

// Prints reports whether an expression is a call of fmt's printing functions,
// whose results nobody wants to see.
func (p *Plan) Prints(x ast.Expr) bool {
	call, ok := ast.Unparen(x).(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	f, ok := p.Info.Uses[sel.Sel].(*types.Func)
	return ok && f.Pkg() != nil && f.Pkg().Path() == "fmt" && (strings.HasPrefix(f.Name(), "Print") || strings.HasPrefix(f.Name(), "Fprint"))
}

// Used returns the imports whose names occur in the cell.
func (p *Plan) Used() map[string]string {
	out := map[string]string{}
	for n, path := range p.Imports {
		if n[0] == '.' {
			out[n] = path
		}
	}
	see := func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if path := p.Imports[id.Name]; path != "" {
				out[id.Name] = path
			}
		}
		return true
	}
	for _, d := range p.Src.Decls {
		ast.Inspect(d, see)
	}
	if p.Src.Body != nil {
		ast.Inspect(p.Src.Body, see)
	}
	return out
}

// TopLevel calls f for each statement of the body that is not inside another,
// labels aside.
func (p *Plan) TopLevel(f func(ast.Stmt)) {
	if p.Src.Body == nil {
		return
	}
	for _, s := range p.Src.Body.List {
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
func (p *Plan) defined(f func(*ast.Ident)) {
	p.TopLevel(func(s ast.Stmt) {
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

// VarDecls are the variables of a declaration cell.
func (p *Plan) VarDecls() []ast.Decl {
	var out []ast.Decl
	for _, d := range p.Src.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
			out = append(out, g)
		}
	}
	return out
}

func VarNames(decls []ast.Decl) []*ast.Ident {
	var out []*ast.Ident
	for _, d := range decls {
		for _, s := range d.(*ast.GenDecl).Specs {
			out = append(out, s.(*ast.ValueSpec).Names...)
		}
	}
	return out
}

// typeSpec returns the declaration of a type of the cell or the session, nil if
// there is none.
func (p *Plan) typeSpec(name string) *ast.TypeSpec {
	if d := p.Decl(name); d != nil && d.Kind == TypeDecl {
		return d.Node.(*ast.GenDecl).Specs[0].(*ast.TypeSpec)
	}
	return nil
}

// mayHaveNoValue reports whether an expression is a call that may have no value,
// or several. The builtin functions of constants have one.
func (p *Plan) mayHaveNoValue(x ast.Expr) bool {
	call, ok := ast.Unparen(x).(*ast.CallExpr)
	if !ok {
		return false
	}
	id, ok := ast.Unparen(call.Fun).(*ast.Ident)
	if !ok || !slices.Contains([]string{"min", "max", "real", "imag", "complex"}, id.Name) {
		return true
	}
	declared := p.Names[id.Name] || p.Env.Names[id.Name] != nil || p.Env.Vars[id.Name] != nil
	p.defined(func(d *ast.Ident) { declared = declared || d.Name == id.Name })
	return declared
}

// checkedBody is the cell's body as it is checked: a last expression that is
// not a call is assigned to an any, as it is when it is shown.
func (p *Plan) checkedBody() *ast.BlockStmt {
	body := p.Src.Body
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

func (p *Plan) Nodes(varDecls []ast.Decl) []ast.Decl { return p.nodesOf(p.Fresh, varDecls) }

// nodesOf is what goes into the cell's file.
func (p *Plan) nodesOf(fresh []*Decl, varDecls []ast.Decl) []ast.Decl {
	var out []ast.Decl
	for _, d := range fresh {
		out = append(out, d.Node)
	}
	for _, d := range slices.Concat(p.InitFuncs, p.blanks) {
		out = append(out, d.Node)
	}
	out = append(out, varDecls...)
	if p.Src.Body != nil {
		out = append(out, &ast.FuncDecl{Name: ast.NewIdent("_"), Type: &ast.FuncType{Func: p.Src.Body.Pos(), Params: &ast.FieldList{}}, Body: p.checkedBody()})
	}
	return out
}
