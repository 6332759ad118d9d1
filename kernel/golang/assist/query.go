package assist

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"strings"

	"gomdcsan/kernel/golang/cell"
)

// A query is a cell as it stands while it is being written, checked as far as
// that goes.
type query struct {
	src  *cell.Source
	plan *cell.Plan
	Env  *cell.Environment
	info *types.Info
	pos  []token.Pos // the cursor, in each of the parsed copies
}

// ask checks an unfinished cell against the session.
func (a *Assistant) ask(code string, pos int) (q *query) {
	a.read(func(v View) { q = newQuery(v, code, pos) })
	return q
}

func newQuery(v View, code string, pos int) *query {
	fset := token.NewFileSet()
	fset.AddFile("session", 1, v.Checker.Fset.Base()) // go/types asks where the session's declarations are
	src := parseLeniently(fset, code)
	c := &cell.Checker{Fset: fset, Importer: v.Checker.Importer}
	p := &cell.Plan{Src: src, Imports: map[string]string{}, Names: map[string]bool{}, IsVar: map[types.Object]bool{}}
	for n, path := range v.Imports {
		p.Imports[n] = path
	}
	_ = p.ImportsOf(c)
	p.Fresh = cell.DeclsOf(src)
	again := map[string]bool{}
	for _, d := range p.Fresh {
		for _, n := range d.Names {
			again[n] = true
			delete(p.Imports, n)
		}
	}
	for _, id := range cell.VarNames(p.VarDecls()) {
		again[id.Name] = true
		delete(p.Imports, id.Name)
	}
	q := &query{src: src, plan: p, Env: v.Env.Without(again)}
	for _, d := range p.Fresh {
		d.Imports = p.Used()
	}
	q.Env.Pkg, q.info = types.NewPackage("main", "main"), cell.NewInfo()
	q.info.Scopes = map[ast.Node]*types.Scope{}
	files, _ := q.Env.Files(c)
	files = append(files, cell.FileOf(p.Used(), p.Nodes(p.VarDecls())...))
	_ = c.Files(q.Env.Pkg, q.info, files) // an unfinished cell has errors
	for _, b := range src.Bases {
		q.pos = append(q.pos, b.Start+token.Pos(pos))
	}
	return q
}

// parseLeniently parses what can be parsed of a cell.
func parseLeniently(fset *token.FileSet, code string) *cell.Source {
	s := &cell.Source{Name: "cell", Text: code, Lines: strings.Split(code, "\n")}
	items, err := cell.Split(s.Name, code)
	if err != nil {
		return s
	}
	only := cell.DeclarationCell(items)
	isDecl := func(i cell.Item) bool {
		return i.Decl || i.Tok == token.TYPE || i.Tok == token.CONST || i.Tok == token.VAR && only
	}
	get := func(before, after string, keep func(cell.Item) bool) *ast.File {
		text := s.Blanked(items, keep)
		f, _ := parser.ParseFile(fset, s.Name, before+text+after, parser.SkipObjectResolution|parser.AllErrors)
		if f != nil {
			start := fset.File(f.FileStart).Pos(len(before))
			s.Bases = append(s.Bases, cell.Base{Start: start, End: start + token.Pos(len(code))})
		}
		return f
	}
	if f := get("package main;", "", func(i cell.Item) bool { return i.Tok == token.IMPORT }); f != nil {
		s.Imports = f.Imports
	}
	if f := get("package main;", "", isDecl); f != nil {
		for _, d := range f.Decls {
			if _, bad := d.(*ast.BadDecl); !bad {
				s.Decls = append(s.Decls, d)
			}
		}
	}
	isStmt := func(i cell.Item) bool { return i.Tok != token.IMPORT && i.Tok != token.PACKAGE && !isDecl(i) }
	if f := get("package main;func _(){", "\n}", isStmt); f != nil && len(f.Decls) > 0 {
		if d, ok := f.Decls[0].(*ast.FuncDecl); ok {
			s.Body = d.Body
		}
	}
	return s
}

// closed completes the text before the cursor so that it parses: with a name
// if one is missing, with what is open closed.
func closed(code string) string {
	toks, err := cell.Scan("cell", code)
	if err != nil {
		if l := cell.ErrorList(err); len(l) > 0 { // an open string: blank it
			end := min(l[0].Pos.Offset, len(code))
			toks, _ = cell.Scan("cell", code[:end])
			code = code[:end] + strings.Repeat(" ", len(code)-end)
		}
	}
	if len(toks) > 1 && toks[len(toks)-2].Tok == token.PERIOD {
		code += "_"
	}
	var open []byte
	header := false
	for _, t := range toks {
		switch t.Tok {
		case token.LPAREN:
			open = append(open, ')')
		case token.LBRACK:
			open = append(open, ']')
		case token.LBRACE:
			open, header = append(open, '}'), false
		case token.RPAREN, token.RBRACE, token.RBRACK:
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		case token.IF, token.FOR, token.SWITCH, token.SELECT:
			header = true
		}
	}
	for len(open) > 0 && open[len(open)-1] != '}' {
		code += string(open[len(open)-1])
		open = open[:len(open)-1]
	}
	if header {
		code += "{}"
	}
	for i := len(open) - 1; i >= 0; i-- {
		code += "\n" + string(open[i])
	}
	return code
}

// nodes calls f for the nodes around the cursor, the outer ones first.
func (q *query) nodes(f func(ast.Node)) {
	visit := func(root ast.Node) {
		ast.Inspect(root, func(n ast.Node) bool {
			if n == nil {
				return false
			}
			for _, p := range q.pos {
				if n.Pos() <= p && p <= n.End() {
					f(n)
					return true
				}
			}
			return false
		})
	}
	for _, d := range q.src.Decls {
		visit(d)
	}
	if q.src.Body != nil {
		visit(q.src.Body)
	}
}

// visible calls f for every name that the cursor can see, inner ones first.
func (q *query) visible(f func(types.Object)) {
	var inner *types.Scope
	for _, s := range q.info.Scopes {
		for _, p := range q.pos {
			if s.Contains(p) && (inner == nil || s.End()-s.Pos() < inner.End()-inner.Pos()) {
				inner = s
			}
		}
	}
	seen := map[string]bool{}
	each := func(s *types.Scope) {
		for _, n := range s.Names() {
			if !seen[n] {
				seen[n] = true
				f(s.Lookup(n))
			}
		}
	}
	for ; inner != nil && inner != q.Env.Pkg.Scope() && inner != types.Universe; inner = inner.Parent() {
		each(inner)
	}
	each(q.Env.Pkg.Scope())
	each(types.Universe)
}

// isSyntaxIncomplete reports whether a scanner's error is about an open end.
func openEnd(l scanner.ErrorList) bool {
	for _, e := range l {
		if strings.Contains(e.Msg, "not terminated") && !strings.HasPrefix(e.Msg, "string literal") && !strings.HasPrefix(e.Msg, "rune literal") {
			return true
		}
	}
	return false
}
