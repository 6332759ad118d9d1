package golang

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"strings"
)

// source is the text of one cell, cut into imports, declarations and
// statements. Each of the three is parsed from a copy of the text in which the
// others are blanked out, so that a byte offset means the same everywhere.
type source struct {
	name  string // "cell[3]"
	count int
	code  string // as the user wrote it
	text  string // the same without comments to the compiler
	lines []string

	imports []*ast.ImportSpec
	decls   []ast.Decl // functions, methods, types, constants (and variables of a declaration cell)
	body    *ast.BlockStmt
	bases   []base // of the parsed copies, to map a position to an offset
	others  []item // what is not a statement
}

// lineOf returns a line, counted from 1, of the source if it has the name.
func (s *source) lineOf(name string, n int) (string, bool) {
	if s == nil || s.name != name || n < 1 || n > len(s.lines) {
		return "", false
	}
	return s.lines[n-1], true
}

// lineOf returns a line, counted from 1, of the cell with the name.
func (s *session) lineOf(name string, n int) (string, bool) {
	if line, ok := s.source.lineOf(name, n); ok && (s.program == "" || strings.TrimSpace(line) != "") {
		return line, true
	}
	if name == s.program {
		return s.programLine(n)
	}
	var count int
	if _, err := fmt.Sscanf(name, "cell[%d]", &count); err != nil {
		return "", false
	}
	c, _ := s.journal.Find(count)
	if lines := strings.Split(c.Code, "\n"); c.Code != "" && n >= 1 && n <= len(lines) {
		return lines[n-1], true
	}
	return "", false
}

// sourceName is what places in a cell are called by.
func (s *session) sourceName(count int) string {
	if s.program != "" {
		return s.program
	}
	return fmt.Sprintf("cell[%d]", count)
}

// isSource reports whether a file is the session's own code.
func (s *session) isSource(file string) bool {
	return strings.HasPrefix(file, "cell[") || file == s.program && file != ""
}

// programLine finds a line of the program, whose cells have only their own.
func (s *session) programLine(n int) (string, bool) {
	for c := range s.journal.All() {
		if lines := strings.Split(c.Code, "\n"); n >= 1 && n <= len(lines) && strings.TrimSpace(lines[n-1]) != "" {
			return lines[n-1], true
		}
	}
	return "", false
}

// base maps the positions of one parsed copy to offsets in the cell.
type base struct {
	start, end token.Pos // of the copy's text proper
}

// item is a top-level piece of a cell.
type item struct {
	tok       token.Token // its first token
	off, end  int
	semicolon int  // where the one is that ends it, -1 if there is none
	decl      bool // a function or method declaration, not a literal
}

type lexeme struct {
	tok token.Token
	off int
	lit string
}

// parseSource cuts and parses a cell. Errors are a scanner.ErrorList.
func parseSource(fset *token.FileSet, name string, count int, text string) (*source, error) {
	s := &source{name: name, count: count, code: text, lines: strings.Split(text, "\n")}
	text, err := compilerDirectives(name, text)
	if err != nil {
		return nil, err
	}
	s.text = text
	items, err := split(s.name, text)
	if err != nil {
		return nil, err
	}
	var errs scanner.ErrorList
	if f := s.parse(fset, items, "package main;", "", &errs, func(i item) bool { return i.tok == token.IMPORT }); f != nil {
		s.imports = f.Imports
	}
	onlyDecls := declarationCell(items)
	isDecl := func(i item) bool {
		return i.decl || i.tok == token.TYPE || i.tok == token.CONST || i.tok == token.VAR && onlyDecls
	}
	if f := s.parse(fset, items, "package main;", "", &errs, isDecl); f != nil {
		s.decls = f.Decls
	}
	isStmt := func(i item) bool { return i.tok != token.IMPORT && i.tok != token.PACKAGE && !isDecl(i) }
	for _, i := range items {
		if !isStmt(i) {
			s.others = append(s.others, i)
		}
	}
	if f := s.parse(fset, items, "package main;func _(){", "\n}", &errs, isStmt); f != nil {
		s.body = f.Decls[0].(*ast.FuncDecl).Body
	}
	if len(errs) > 0 {
		errs.Sort()
		errs.RemoveMultiples()
		s.atEnd(errs)
		if n := len(errs) - 1; n > 0 && strings.HasSuffix(errs[n].Msg, cellEnd) { // what is missing at the end follows from the first
			errs = errs[:n]
		}
		return nil, errs
	}
	return s, nil
}

const cellEnd = "found the end of the cell"

// atEnd moves errors at what was added after the cell's text to its end, and
// says so in the user's terms.
func (s *source) atEnd(errs scanner.ErrorList) {
	last := len(s.lines)
	for last > 1 && strings.TrimSpace(s.lines[last-1]) == "" {
		last--
	}
	for _, e := range errs {
		what, _, found := strings.Cut(e.Msg, ", found ")
		if e.Pos.Line <= len(s.lines) && !strings.HasSuffix(e.Msg, "found 'EOF'") {
			continue
		}
		e.Pos.Line, e.Pos.Column = last, len(strings.TrimRight(s.lines[last-1], " \t"))+1
		if what == "expected ';'" { // which a brace or an operand would have made one
			what = "expected '}'"
		}
		if found {
			e.Msg = what + ", " + cellEnd
		}
	}
}

// declarationCell reports whether a cell only declares; then its variables are
// initialised in the order of their dependencies, as in a package.
func declarationCell(items []item) bool {
	for _, i := range items {
		switch i.tok {
		case token.IMPORT, token.PACKAGE, token.TYPE, token.CONST, token.VAR:
		default:
			if !i.decl {
				return false
			}
		}
	}
	return true
}

// parse parses the items that keep selects, in place.
func (s *source) parse(fset *token.FileSet, items []item, before, after string, errs *scanner.ErrorList, keep func(item) bool) *ast.File {
	before += "/*line " + s.name + ":1:1*/"
	f, err := parser.ParseFile(fset, s.name, before+s.blanked(items, keep)+after, parser.SkipObjectResolution|parser.AllErrors)
	if err != nil {
		*errs = append(*errs, err.(scanner.ErrorList)...)
		return nil
	}
	tooDeep(fset, f, errs)
	start := fset.File(f.Pos()).Pos(len(before))
	s.bases = append(s.bases, base{start, start + token.Pos(len(s.text))})
	return f
}

// release gives back what positions in the cell cost. It is for cells that
// have left nothing behind whose place anyone could ask for.
func (s *source) release(fset *token.FileSet) {
	for _, b := range s.bases {
		if f := fset.File(b.start); f != nil {
			fset.RemoveFile(f)
		}
	}
}

// blanked is the cell's text with all but some items blank.
func (s *source) blanked(items []item, keep func(item) bool) string {
	blank := []byte(s.text)
	for i, c := range blank {
		if c != '\n' {
			blank[i] = ' '
		}
	}
	for _, it := range items {
		if !keep(it) {
			continue
		}
		copy(blank[it.off:it.end], s.text[it.off:it.end])
		if it.semicolon >= 0 {
			blank[it.semicolon] = ';'
		}
	}
	return string(blank)
}

// offset maps a position to a byte offset in the cell, -1 if it is elsewhere.
func (s *source) offset(p token.Pos) int {
	for _, b := range s.bases {
		if b.start <= p && p <= b.end {
			return int(p - b.start)
		}
	}
	return -1
}

// endOf is where a statement ends in the text. An empty one, as after a label
// at the end of the cell, ends at the brace that was added.
func (s *source) endOf(n ast.Node) int {
	if off := s.offset(n.End()); off >= 0 {
		return off
	}
	return len(s.text)
}

// line returns the 1-based line of a byte offset.
func (s *source) line(off int) int { return 1 + strings.Count(s.text[:min(off, len(s.text))], "\n") }

// scan returns the tokens of text, ending with EOF.
func scan(name, text string) ([]lexeme, error) {
	fset := token.NewFileSet()
	f := fset.AddFile(name, fset.Base(), len(text))
	var sc scanner.Scanner
	var errs scanner.ErrorList
	sc.Init(f, []byte(text), func(p token.Position, m string) { errs.Add(p, m) }, 0)
	var out []lexeme
	for {
		p, t, lit := sc.Scan()
		out = append(out, lexeme{t, f.Offset(p), lit})
		if t == token.EOF {
			break
		}
	}
	deeper(f, out, &errs)
	if len(errs) > 0 {
		return out, errs
	}
	return out, nil
}

// maxNesting bounds brackets within brackets: what walks over a cell does so
// recursively, on a stack that has an end.
const maxNesting = 1000

// deeper adds an error where brackets are nested too deeply.
func deeper(f *token.File, toks []lexeme, errs *scanner.ErrorList) {
	depth := 0
	for _, t := range toks {
		switch t.tok {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			if depth++; depth > maxNesting {
				errs.Add(f.Position(f.Pos(t.off)), fmt.Sprintf("brackets are nested more than %d deep", maxNesting))
				return
			}
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth--
		}
	}
}

// split cuts a cell at the semicolons outside all brackets and headers.
func split(name, text string) ([]item, error) {
	toks, err := scan(name, text)
	if err != nil {
		return nil, err
	}
	var items []item
	for start := 0; ; {
		for toks[start].tok == token.SEMICOLON {
			start++
		}
		if toks[start].tok == token.EOF {
			return items, nil
		}
		end := itemEnd(toks, start)
		last := toks[end-1]
		it := item{tok: toks[start].tok, off: toks[start].off, end: min(last.off+width(text, last), len(text)), semicolon: -1}
		if toks[end].tok == token.SEMICOLON && toks[end].lit == ";" {
			it.semicolon = toks[end].off
		}
		it.decl = it.tok == token.FUNC && isFuncDecl(toks[start+1:end])
		items = append(items, it)
		start = end
	}
}

// itemEnd returns the index of the semicolon or EOF that ends the item at start.
func itemEnd(toks []lexeme, start int) int {
	depth, header := 0, false
	for i := start; ; i++ {
		switch t := toks[i].tok; t {
		case token.FOR, token.IF, token.SWITCH:
			header = header || depth == 0
		case token.LPAREN, token.LBRACK:
			depth++
		case token.LBRACE:
			header = header && depth != 0
			depth++
		case token.RPAREN, token.RBRACE, token.RBRACK:
			depth--
		case token.SEMICOLON:
			if depth <= 0 && !header {
				return i
			}
		case token.EOF:
			return i
		}
	}
}

// width is the number of bytes of a token in the text. The scanner leaves the
// carriage returns of a raw string out of its value.
func width(text string, l lexeme) int {
	if l.tok == token.STRING && l.lit[0] == '`' {
		return strings.IndexByte(text[l.off+1:], '`') + 2
	}
	if l.lit == "" || l.tok == token.SEMICOLON {
		return len(l.tok.String())
	}
	return len(l.lit)
}

// isFuncDecl tells a declaration from a literal by what follows "func" and the
// receiver: a name.
func isFuncDecl(toks []lexeme) bool {
	i := 0
	if len(toks) > 0 && toks[0].tok == token.LPAREN {
		for depth := 0; i < len(toks); i++ {
			if toks[i].tok == token.LPAREN {
				depth++
			} else if toks[i].tok == token.RPAREN {
				if depth--; depth == 0 {
					i++
					break
				}
			}
		}
	}
	// func (T) name(...) is a method; func (int) string { is a literal's type
	return i+1 < len(toks) && toks[i].tok == token.IDENT && (toks[i+1].tok == token.LPAREN || toks[i+1].tok == token.LBRACK && i == 0)
}
