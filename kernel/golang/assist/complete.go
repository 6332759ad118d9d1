package assist

import (
	"cmp"
	"go/ast"
	"go/scanner"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/golang/cell"
	"gomdcsan/kernel/golang/magic"
	"gomdcsan/kernel/symbols"
)

// An Assistant answers what is asked about a cell while it is being written. It
// changes nothing.
type Assistant struct {
	// read calls a function with what the session knows, which does not change
	// meanwhile.
	read func(func(View))
}

// A View is what a session knows.
type View struct {
	Checker *cell.Checker
	Env     *cell.Environment
	Imports map[string]string // by name
}

func New(read func(func(View))) *Assistant { return &Assistant{read} }

// Complete offers names for the one that the cursor ends: of Go, of magics, and
// within a string of files.
func (a *Assistant) Complete(code string, pos int) engine.Completion {
	pos = min(max(pos, 0), len(code))
	if out, ok := completeMagic(code, pos); ok {
		return out
	}
	code = magic.GoCode(code)
	if path, from, ok := importPath(code[:pos]); ok {
		return engine.Completion{Start: from, End: pos, Matches: packagePaths(path)}
	}
	if path, from, ok := stringAt(code[:pos]); ok {
		return files(path, from, pos, false)
	}
	return a.completeName(code, pos)
}

// completeName offers the names of Go that can stand at the cursor.
func (a *Assistant) completeName(code string, pos int) engine.Completion {
	start := wordStart(code, pos)
	out := engine.Completion{Start: start, End: pos}
	q := a.ask(closed(code[:pos]), pos)
	word := code[start:pos]
	add := func(m engine.Match) {
		if hasPrefixFold(m.Text, word) {
			out.Matches = append(out.Matches, m)
		}
	}
	if x, ok := q.selectorAt(); ok {
		q.members(x, add)
	} else if !afterDot(code[:start]) {
		q.fieldKeys(add)
		q.visible(func(o types.Object) {
			if name := o.Name(); name != "_" && !strings.HasPrefix(name, "pkgꞏ") {
				add(match(o))
			}
		})
		for name := range q.plan.Imports {
			add(engine.Match{Text: name, Kind: "module"})
		}
		for t := token.BREAK; t <= token.VAR; t++ {
			add(engine.Match{Text: t.String(), Kind: "keyword"})
		}
	}
	slices.SortFunc(out.Matches, func(a, b engine.Match) int {
		exact := func(m engine.Match) int {
			if strings.HasPrefix(m.Text, word) {
				return 0
			}
			return 1
		}
		return cmp.Or(exact(a)-exact(b), strings.Compare(a.Text, b.Text))
	})
	out.Matches = slices.CompactFunc(out.Matches, func(a, b engine.Match) bool { return a.Text == b.Text })
	return out
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// wordStart is where the name that ends at pos begins.
func wordStart(code string, pos int) int {
	for pos > 0 {
		r, n := utf8.DecodeLastRuneInString(code[:pos])
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		pos -= n
	}
	return pos
}

func afterDot(before string) bool {
	return strings.HasSuffix(strings.TrimRightFunc(before, unicode.IsSpace), ".")
}

// importPath is the path being written in an import line.
func importPath(before string) (path string, from int, ok bool) {
	line := before[strings.LastIndexByte(before, '\n')+1:]
	quote := strings.LastIndexByte(line, '"')
	if quote < 0 || strings.Count(line, `"`)%2 == 0 {
		return "", 0, false
	}
	head := strings.TrimSpace(line[:quote])
	inBlock := strings.LastIndex(before, "import (") > strings.LastIndex(before, ")")
	if !strings.HasPrefix(head, "import") && !inBlock {
		return "", 0, false
	}
	return line[quote+1:], len(before) - (len(line) - quote - 1), true
}

func packagePaths(prefix string) (out []engine.Match) {
	for _, p := range symbols.Packages() {
		if strings.HasPrefix(p.Path, prefix) || prefix != "" && strings.HasPrefix(p.Name, prefix) {
			out = append(out, engine.Match{Text: p.Path, Kind: "module"})
		}
	}
	return out
}

// selectorAt is what stands before the dot that the cursor's name follows.
func (q *query) selectorAt() (x ast.Expr, ok bool) {
	q.nodes(func(n ast.Node) {
		if s, is := n.(*ast.SelectorExpr); is {
			for _, p := range q.pos {
				if s.X.End() < p && s.Sel.Pos() <= p && p <= s.Sel.End() {
					x, ok = s.X, true
				}
			}
		}
	})
	return x, ok
}

// members offers what can follow a dot after x.
func (q *query) members(x ast.Expr, add func(engine.Match)) {
	if id, ok := x.(*ast.Ident); ok {
		if p, ok := q.info.Uses[id].(*types.PkgName); ok {
			for _, n := range p.Imported().Scope().Names() {
				if token.IsExported(n) {
					add(match(p.Imported().Scope().Lookup(n)))
				}
			}
			return
		}
	}
	t := q.info.TypeOf(x)
	if t == nil {
		return
	}
	usable := func(o types.Object) bool { return o.Exported() || o.Pkg() != nil && o.Pkg().Path() == "main" }
	if _, ptr := t.Underlying().(*types.Pointer); !ptr && !types.IsInterface(t) {
		t = types.NewPointer(t)
	}
	for m := range types.NewMethodSet(t).Methods() {
		if usable(m.Obj()) {
			add(match(m.Obj()))
		}
	}
	eachField(t, map[types.Type]bool{}, func(f *types.Var) {
		if usable(f) {
			add(match(f))
		}
	})
}

// eachField calls f for a struct's fields and those it embeds.
func eachField(t types.Type, seen map[types.Type]bool, f func(*types.Var)) {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok || seen[t] {
		return
	}
	seen[t] = true
	for v := range s.Fields() {
		f(v)
		if v.Embedded() {
			eachField(v.Type(), seen, f)
		}
	}
}

// fieldKeys offers the fields of the struct literal that the cursor is in.
func (q *query) fieldKeys(add func(engine.Match)) {
	var lit *ast.CompositeLit
	q.nodes(func(n ast.Node) {
		switch n := n.(type) {
		case *ast.CompositeLit:
			lit = n
		case *ast.CallExpr, *ast.FuncLit, *ast.KeyValueExpr:
			lit = nil
		}
	})
	if lit == nil || q.info.TypeOf(lit) == nil {
		return
	}
	if s, ok := q.info.TypeOf(lit).Underlying().(*types.Struct); ok {
		for v := range s.Fields() {
			if v.Exported() || v.Pkg().Path() == "main" {
				m := match(v)
				m.Text += ":"
				add(m)
			}
		}
	}
}

// match describes an object as a completion.
func match(o types.Object) engine.Match {
	m := engine.Match{Text: o.Name(), Kind: "instance", Signature: types.TypeString(o.Type(), ShortNames)}
	switch o := o.(type) {
	case *types.Func:
		m.Kind = "function"
		m.Signature = strings.TrimPrefix(m.Signature, "func")
	case *types.Builtin:
		m.Kind, m.Signature = "function", ""
	case *types.TypeName:
		m.Kind, m.Signature = "type", ""
	case *types.PkgName:
		m.Kind, m.Signature = "module", o.Imported().Path()
	case *types.Const:
		m.Signature = o.Val().String()
	case *types.Nil:
		m.Signature = ""
	}
	return m
}

// ShortNames writes packages as cells do.
func ShortNames(p *types.Package) string {
	if p.Path() == "main" {
		return ""
	}
	return p.Name()
}

// IsComplete says whether a cell can be run as it is, and how far a next line
// is to be indented if not.
func (a *Assistant) IsComplete(code string) engine.Completeness {
	list, _ := magic.Lines(code)
	if n := len(list); n > 0 && list[n-1].End == len(code) && strings.HasSuffix(code, "\\") {
		return engine.Completeness{Status: "incomplete"}
	}
	if code = magic.GoCode(code); strings.TrimSpace(code) == "" {
		return engine.Completeness{Status: "complete"}
	}
	toks, err := cell.Scan("cell", code)
	depth := 0
	for _, t := range toks {
		switch t.Tok {
		case token.LPAREN, token.LBRACE, token.LBRACK:
			depth++
		case token.RPAREN, token.RBRACE, token.RBRACK:
			depth--
		}
	}
	switch {
	case err != nil && (openEnd(cell.ErrorList(err)) || depth > 0 && openString(cell.ErrorList(err), code)):
		return engine.Completeness{Status: "incomplete"}
	case err != nil || depth < 0:
		return engine.Completeness{Status: "invalid"}
	case depth > 0:
		return engine.Completeness{Status: "incomplete", Indent: strings.Repeat("\t", depth)}
	}
	if _, err := cell.ParseSource(token.NewFileSet(), "cell", 1, code); err != nil {
		if n := len(toks); n > 1 && continues(toks[n-2].Tok) {
			return engine.Completeness{Status: "incomplete", Indent: "\t"}
		}
		return engine.Completeness{Status: "invalid"}
	}
	return engine.Completeness{Status: "complete"}
}

// openString reports whether all that is wrong is a string that the last line
// leaves open: within brackets one is likely to be typing still.
func openString(errs scanner.ErrorList, code string) bool {
	last := 1 + strings.Count(code, "\n")
	for _, e := range errs {
		if e.Msg != "string literal not terminated" || e.Pos.Line != last {
			return false
		}
	}
	return len(errs) > 0
}

// continues reports whether a line that ends with the token goes on.
func continues(t token.Token) bool {
	return t.IsOperator() && t != token.RPAREN && t != token.RBRACE && t != token.RBRACK && t != token.SEMICOLON && t != token.INC && t != token.DEC
}
