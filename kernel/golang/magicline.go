package golang

import (
	"go/scanner"
	"go/token"
	"strings"
)

// magicLine is a magic in a cell: one line, or several of which all but the
// last end in a backslash; of %%bash and its kin, the rest of the cell.
type magicLine struct {
	start, name, arg, end int // offsets: of %, behind the name, of the argument, of the line's end
	doc                   magicDoc
	known                 bool
}

// text is the magic's argument as one line.
func (m magicLine) text(code string) string {
	return strings.TrimSpace(strings.ReplaceAll(code[m.arg:m.end], "\\\n", ""))
}

// takesRest reports whether what follows a magic in the cell is not Go.
func (m magicLine) takesRest(code string) bool {
	return strings.HasPrefix(code[m.start:], "%%") && m.doc.what != argGo
}

// magicLines finds the magics of a cell, at its top and where else a statement
// could begin; rest is where Go goes on behind the last, len(code) where it
// does not.
func magicLines(code string) (list []magicLine, rest int) {
	for rest < len(code) {
		at := nextMagic(code, rest)
		if at < 0 {
			return list, rest
		}
		m := readMagic(code, at)
		list = append(list, m)
		rest = min(m.end+1, len(code))
		if m.takesRest(code) {
			return list, len(code)
		}
	}
	return list, rest
}

// nextMagic is where the next line begins that is a magic, -1 if there is none:
// outside of all brackets, literals and comments, where a statement could begin.
func nextMagic(code string, from int) int {
	fset := token.NewFileSet()
	text := code[from:]
	f := fset.AddFile("", fset.Base(), len(text))
	var sc scanner.Scanner
	sc.Init(f, []byte(text), func(token.Position, string) {}, 0)
	depth, begins := 0, true
	for {
		pos, tok, _ := sc.Scan()
		at := f.Offset(pos)
		lineStart := func() int { return strings.LastIndexByte(text[:at], '\n') + 1 }
		first := func() bool { return strings.TrimSpace(text[lineStart():at]) == "" }
		switch {
		case tok == token.EOF:
			return -1
		case depth == 0 && begins && (tok == token.REM || tok == token.NOT || tok == token.REM_ASSIGN || tok == token.NEQ) && first():
			return from + at
		case depth == 0 && tok == token.ILLEGAL && text[at] == '?':
			line := lineStart()
			if asked, _, _ := strings.Cut(text[line:], "\n"); isQuestion(asked) {
				return from + line + len(asked) - len(strings.TrimLeft(asked, " \t"))
			}
		}
		switch tok {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth--
		}
		begins = tok == token.SEMICOLON
	}
}

// readMagic reads the magic that begins at an offset.
func readMagic(code string, start int) magicLine {
	m := magicLine{start: start, end: start}
	for {
		i := strings.IndexByte(code[m.end:], '\n')
		if i < 0 {
			m.end = len(code)
			break
		}
		m.end += i
		if code[m.end-1] != '\\' {
			break
		}
		m.end++
	}
	line := code[m.start:m.end]
	m.name = m.start + 1 // of !command
	if line[0] == '%' {
		m.name = m.end
		if i := strings.IndexAny(line, " \t\n"); i >= 0 {
			m.name = m.start + i
		}
	}
	m.arg = m.end - len(strings.TrimLeft(code[m.name:m.end], " \t"))
	m.doc, m.known = lookupMagic(code[m.start:m.name])
	return m
}

func isQuestion(line string) bool { _, ok := question(line); return ok }

// goCode blanks what is not Go in a cell, so that positions stay.
func goCode(code string) string {
	list, rest := magicLines(code)
	if len(list) == 0 {
		return code
	}
	b := []byte(code)
	blank := func(from, to int) {
		for i := from; i < to; i++ {
			if b[i] != '\n' {
				b[i] = ' '
			}
		}
	}
	for _, m := range list {
		if m.doc.what == argGo {
			blank(m.start, m.arg)
		} else {
			blank(m.start, m.end)
		}
	}
	if last := list[len(list)-1]; last.takesRest(code) {
		blank(last.start, rest)
	}
	return string(b)
}
