package magic

import (
	"go/scanner"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

// Line is a magic in a cell: one line, or several of which all but the
// last end in a backslash; of %%bash and the like, the rest of the cell.
type Line struct {
	Start, Name, Arg, End int // offsets: of %, behind the name, of the argument, of the line's end
	Doc                   Doc
	Known                 bool
}

// Text is the magic's argument as one line.
func (m Line) Text(code string) string {
	return strings.TrimSpace(strings.ReplaceAll(code[m.Arg:m.End], "\\\n", ""))
}

// TakesRest reports whether what follows a magic in the cell is not Go.
func (m Line) TakesRest(code string) bool {
	return strings.HasPrefix(code[m.Start:], "%%") && m.Doc.What != ArgGo
}

// Lines finds the magics of a cell, at its top and where else a statement
// could begin; rest is where Go goes on behind the last, len(code) where it
// does not.
func Lines(code string) (list []Line, rest int) {
	for rest < len(code) {
		at := nextMagic(code, rest)
		if at < 0 {
			return list, rest
		}
		m := readMagic(code, at)
		list = append(list, m)
		rest = min(m.End+1, len(code))
		if m.TakesRest(code) {
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
func readMagic(code string, start int) Line {
	m := Line{Start: start, End: start}
	for {
		i := strings.IndexByte(code[m.End:], '\n')
		if i < 0 {
			m.End = len(code)
			break
		}
		m.End += i
		if code[m.End-1] != '\\' {
			break
		}
		m.End++
	}
	line := code[m.Start:m.End]
	m.Name = m.Start + 1 // of !command
	if line[0] == '%' {
		m.Name = m.End
		if i := strings.IndexAny(line, " \t\n"); i >= 0 {
			m.Name = m.Start + i
		}
	}
	m.Arg = m.End - len(strings.TrimLeft(code[m.Name:m.End], " \t"))
	m.Doc, m.Known = lookupMagic(code[m.Start:m.Name])
	return m
}

func isQuestion(line string) bool { _, ok := Question(line); return ok }

// GoCode blanks what is not Go in a cell, so that positions stay.
func GoCode(code string) string {
	list, rest := Lines(code)
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
		if m.Doc.What == ArgGo {
			blank(m.Start, m.Arg)
		} else {
			blank(m.Start, m.End)
		}
	}
	if last := list[len(list)-1]; last.TakesRest(code) {
		blank(last.Start, rest)
	}
	return string(b)
}

// Home replaces a leading ~, as shells do.
func Home(path string) string {
	if path != "~" && !strings.HasPrefix(path, "~/") {
		return path
	}
	dir, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return filepath.Join(dir, path[1:])
}

// Question reads a cell that asks for an explanation: ?name or name?.
func Question(code string) (name string, ok bool) {
	code = strings.TrimSpace(code)
	name = strings.TrimSpace(strings.Trim(code, "?"))
	for _, r := range name {
		if r != '.' && r != '%' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return "", false
		}
	}
	return name, name != "" && name != code
}
