package golang

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"strings"
)

// A query is a cell as it stands while it is being written, checked as far as
// that goes.
type query struct {
	src   *source
	plan  *plan
	world *world
	info  *types.Info
	pos   []token.Pos // the cursor, in each of the parsed copies
}

// ask checks an unfinished cell against the session; nothing changes.
func (s *session) ask(code string, pos int) *query {
	s.mu.Lock()
	defer s.mu.Unlock()
	fset := token.NewFileSet()
	fset.AddFile("session", 1, s.checker.fset.Base()) // go/types asks where the session's declarations are
	src := parseLeniently(fset, code)
	c := &checker{fset: fset, importer: s.checker.importer}
	p := &plan{src: src, imports: map[string]string{}, names: map[string]bool{}, isVar: map[types.Object]bool{}}
	for n, path := range s.imports {
		p.imports[n] = path
	}
	_ = p.importsOf(c)
	p.fresh = declsOf(src)
	again := map[string]bool{}
	for _, d := range p.fresh {
		for _, n := range d.names {
			again[n] = true
			delete(p.imports, n)
		}
	}
	for _, id := range varNames(p.varDecls()) {
		again[id.Name] = true
		delete(p.imports, id.Name)
	}
	q := &query{src: src, plan: p, world: s.world.without(again)}
	for _, d := range p.fresh {
		d.imports = p.used()
	}
	q.world.pkg, q.info = types.NewPackage("main", "main"), newInfo()
	q.info.Scopes = map[ast.Node]*types.Scope{}
	files, _ := q.world.files(c)
	files = append(files, fileOf(p.used(), p.nodes(p.varDecls())...))
	_ = c.files(q.world.pkg, q.info, files) // an unfinished cell has errors
	for _, b := range src.bases {
		q.pos = append(q.pos, b.start+token.Pos(pos))
	}
	return q
}

// parseLeniently parses what can be parsed of a cell.
func parseLeniently(fset *token.FileSet, code string) *source {
	s := &source{name: "cell", text: code, lines: strings.Split(code, "\n")}
	items, err := split(s.name, code)
	if err != nil {
		return s
	}
	only := declarationCell(items)
	isDecl := func(i item) bool {
		return i.decl || i.tok == token.TYPE || i.tok == token.CONST || i.tok == token.VAR && only
	}
	get := func(before, after string, keep func(item) bool) *ast.File {
		text := s.blanked(items, keep)
		f, _ := parser.ParseFile(fset, s.name, before+text+after, parser.SkipObjectResolution|parser.AllErrors)
		if f != nil {
			start := fset.File(f.FileStart).Pos(len(before))
			s.bases = append(s.bases, base{start, start + token.Pos(len(code))})
		}
		return f
	}
	if f := get("package main;", "", func(i item) bool { return i.tok == token.IMPORT }); f != nil {
		s.imports = f.Imports
	}
	if f := get("package main;", "", isDecl); f != nil {
		for _, d := range f.Decls {
			if _, bad := d.(*ast.BadDecl); !bad {
				s.decls = append(s.decls, d)
			}
		}
	}
	isStmt := func(i item) bool { return i.tok != token.IMPORT && i.tok != token.PACKAGE && !isDecl(i) }
	if f := get("package main;func _(){", "\n}", isStmt); f != nil && len(f.Decls) > 0 {
		if d, ok := f.Decls[0].(*ast.FuncDecl); ok {
			s.body = d.Body
		}
	}
	return s
}

// closed completes the text before the cursor so that it parses: with a name
// if one is missing, with what is open closed.
func closed(code string) string {
	toks, err := scan("cell", code)
	if err != nil {
		if l := errorList(err); len(l) > 0 { // an open string: blank it
			end := min(l[0].Pos.Offset, len(code))
			toks, _ = scan("cell", code[:end])
			code = code[:end] + strings.Repeat(" ", len(code)-end)
		}
	}
	if len(toks) > 1 && toks[len(toks)-2].tok == token.PERIOD {
		code += "_"
	}
	var open []byte
	header := false
	for _, t := range toks {
		switch t.tok {
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
	for _, d := range q.src.decls {
		visit(d)
	}
	if q.src.body != nil {
		visit(q.src.body)
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
	for ; inner != nil && inner != q.world.pkg.Scope() && inner != types.Universe; inner = inner.Parent() {
		each(inner)
	}
	each(q.world.pkg.Scope())
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
