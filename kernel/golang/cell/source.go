package cell

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"strings"
)

// Source is the text of one cell, cut into imports, declarations and
// statements. Each of the three is parsed from a copy of the text in which the
// others are blanked out, so that a byte offset means the same everywhere.
type Source struct {
	Name  string // "cell[3]"
	Count int
	code  string // as the user wrote it
	Text  string // the same without comments to the compiler
	Lines []string

	Imports []*ast.ImportSpec
	Decls   []ast.Decl // functions, methods, types, constants (and variables of a declaration cell)
	Body    *ast.BlockStmt
	Bases   []Base // of the parsed copies, to map a position to an offset
	Others  []Item // what is not a statement
}

// LineOf returns a line, counted from 1, of the source if it has the name.
func (s *Source) LineOf(name string, n int) (string, bool) {
	if s == nil || s.Name != name || n < 1 || n > len(s.Lines) {
		return "", false
	}
	return s.Lines[n-1], true
}

// Base maps the positions of one parsed copy to offsets in the cell.
type Base struct {
	Start, End token.Pos // of the copy's text proper
}

// Item is a top-level piece of a cell.
type Item struct {
	Tok       token.Token // its first token
	Off, End  int
	semicolon int  // where the one is that ends it, -1 if there is none
	Decl      bool // a function or method declaration, not a literal
}

type lexeme struct {
	Tok token.Token
	off int
	lit string
}

// ParseSource cuts and parses a cell. Errors are a scanner.ErrorList.
func ParseSource(fset *token.FileSet, name string, count int, text string) (*Source, error) {
	s := &Source{Name: name, Count: count, code: text, Lines: strings.Split(text, "\n")}
	text, err := compilerDirectives(name, text)
	if err != nil {
		return nil, err
	}
	s.Text = text
	items, err := Split(s.Name, text)
	if err != nil {
		return nil, err
	}
	var errs scanner.ErrorList
	if f := s.parse(fset, items, "package main;", "", &errs, func(i Item) bool { return i.Tok == token.IMPORT }); f != nil {
		s.Imports = f.Imports
	}
	onlyDecls := DeclarationCell(items)
	isDecl := func(i Item) bool {
		return i.Decl || i.Tok == token.TYPE || i.Tok == token.CONST || i.Tok == token.VAR && onlyDecls
	}
	if f := s.parse(fset, items, "package main;", "", &errs, isDecl); f != nil {
		s.Decls = f.Decls
	}
	isStmt := func(i Item) bool { return i.Tok != token.IMPORT && i.Tok != token.PACKAGE && !isDecl(i) }
	for _, i := range items {
		if !isStmt(i) {
			s.Others = append(s.Others, i)
		}
	}
	if f := s.parse(fset, items, "package main;func _(){", "\n}", &errs, isStmt); f != nil {
		s.Body = f.Decls[0].(*ast.FuncDecl).Body
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
func (s *Source) atEnd(errs scanner.ErrorList) {
	last := len(s.Lines)
	for last > 1 && strings.TrimSpace(s.Lines[last-1]) == "" {
		last--
	}
	for _, e := range errs {
		what, _, found := strings.Cut(e.Msg, ", found ")
		if e.Pos.Line <= len(s.Lines) && !strings.HasSuffix(e.Msg, "found 'EOF'") {
			continue
		}
		e.Pos.Line, e.Pos.Column = last, len(strings.TrimRight(s.Lines[last-1], " \t"))+1
		if what == "expected ';'" { // which a brace or an operand would have made one
			what = "expected '}'"
		}
		if found {
			e.Msg = what + ", " + cellEnd
		}
	}
}

// DeclarationCell reports whether a cell only declares; then its variables are
// initialised in the order of their dependencies, as in a package.
func DeclarationCell(items []Item) bool {
	for _, i := range items {
		switch i.Tok {
		case token.IMPORT, token.PACKAGE, token.TYPE, token.CONST, token.VAR:
		default:
			if !i.Decl {
				return false
			}
		}
	}
	return true
}

// parse parses the items that keep selects, in place.
func (s *Source) parse(fset *token.FileSet, items []Item, before, after string, errs *scanner.ErrorList, keep func(Item) bool) *ast.File {
	before += "/*line " + s.Name + ":1:1*/"
	f, err := parser.ParseFile(fset, s.Name, before+s.Blanked(items, keep)+after, parser.SkipObjectResolution|parser.AllErrors)
	if err != nil {
		*errs = append(*errs, err.(scanner.ErrorList)...)
		return nil
	}
	tooDeep(fset, f, errs)
	start := fset.File(f.Pos()).Pos(len(before))
	s.Bases = append(s.Bases, Base{start, start + token.Pos(len(s.Text))})
	return f
}

// Release gives back what positions in the cell cost. It is for cells that
// have left nothing behind whose place anyone could ask for.
func (s *Source) Release(fset *token.FileSet) {
	for _, b := range s.Bases {
		if f := fset.File(b.Start); f != nil {
			fset.RemoveFile(f)
		}
	}
}

// Blanked is the cell's text with all but some items blank.
func (s *Source) Blanked(items []Item, keep func(Item) bool) string {
	blank := []byte(s.Text)
	for i, c := range blank {
		if c != '\n' {
			blank[i] = ' '
		}
	}
	for _, it := range items {
		if !keep(it) {
			continue
		}
		copy(blank[it.Off:it.End], s.Text[it.Off:it.End])
		if it.semicolon >= 0 {
			blank[it.semicolon] = ';'
		}
	}
	return string(blank)
}

// Offset maps a position to a byte offset in the cell, -1 if it is elsewhere.
func (s *Source) Offset(p token.Pos) int {
	for _, b := range s.Bases {
		if b.Start <= p && p <= b.End {
			return int(p - b.Start)
		}
	}
	return -1
}

// EndOf is where a statement ends in the text. An empty one, as after a label
// at the end of the cell, ends at the brace that was added.
func (s *Source) EndOf(n ast.Node) int {
	if off := s.Offset(n.End()); off >= 0 {
		return off
	}
	return len(s.Text)
}

// Line returns the 1-based line of a byte offset.
func (s *Source) Line(off int) int { return 1 + strings.Count(s.Text[:min(off, len(s.Text))], "\n") }

// Scan returns the tokens of text, ending with EOF.
func Scan(name, text string) ([]lexeme, error) {
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
		switch t.Tok {
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

// Split cuts a cell at the semicolons outside all brackets and headers.
func Split(name, text string) ([]Item, error) {
	toks, err := Scan(name, text)
	if err != nil {
		return nil, err
	}
	var items []Item
	for start := 0; ; {
		for toks[start].Tok == token.SEMICOLON {
			start++
		}
		if toks[start].Tok == token.EOF {
			return items, nil
		}
		end := itemEnd(toks, start)
		last := toks[end-1]
		it := Item{Tok: toks[start].Tok, Off: toks[start].off, End: min(last.off+width(text, last), len(text)), semicolon: -1}
		if toks[end].Tok == token.SEMICOLON && toks[end].lit == ";" {
			it.semicolon = toks[end].off
		}
		it.Decl = it.Tok == token.FUNC && isFuncDecl(toks[start+1:end])
		items = append(items, it)
		start = end
	}
}

// itemEnd returns the index of the semicolon or EOF that ends the item at start.
func itemEnd(toks []lexeme, start int) int {
	depth, header := 0, false
	for i := start; ; i++ {
		switch t := toks[i].Tok; t {
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
	if l.Tok == token.STRING && l.lit[0] == '`' {
		return strings.IndexByte(text[l.off+1:], '`') + 2
	}
	if l.lit == "" || l.Tok == token.SEMICOLON {
		return len(l.Tok.String())
	}
	return len(l.lit)
}

// isFuncDecl tells a declaration from a literal by what follows "func" and the
// receiver: a name.
func isFuncDecl(toks []lexeme) bool {
	i := 0
	if len(toks) > 0 && toks[0].Tok == token.LPAREN {
		for depth := 0; i < len(toks); i++ {
			if toks[i].Tok == token.LPAREN {
				depth++
			} else if toks[i].Tok == token.RPAREN {
				if depth--; depth == 0 {
					i++
					break
				}
			}
		}
	}
	// func (T) name(...) is a method; func (int) string { is a literal's type
	return i+1 < len(toks) && toks[i].Tok == token.IDENT && (toks[i+1].Tok == token.LPAREN || toks[i+1].Tok == token.LBRACK && i == 0)
}

// Start is where the cell's first statement or declaration stands.
func (s *Source) Start() token.Pos {
	if list := s.Statements(); len(list) > 0 {
		return list[0].Pos()
	}
	if len(s.Decls) > 0 {
		return s.Decls[0].Pos()
	}
	return token.NoPos
}

func (s *Source) Statements() []ast.Stmt {
	if s.Body == nil {
		return nil
	}
	return s.Body.List
}

func IsWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func BlankLines(s string) string { return strings.Repeat("\n", strings.Count(s, "\n")) }

func ErrorList(err error) scanner.ErrorList {
	var l scanner.ErrorList
	if errors.As(err, &l) {
		return l
	}
	return scanner.ErrorList{{Msg: err.Error()}}
}
