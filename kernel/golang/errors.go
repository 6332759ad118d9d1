package golang

import (
	"fmt"
	"go/scanner"
	"go/token"
	"go/types"
	"strings"

	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/golang/cell"
	"gomdcsan/kernel/golang/interpret"
)

// compileErrors are what the checker says of a cell, as the user sees it. The
// plan, if there is one, is what the checker knows of the cell.
func (s *session) compileErrors(src *cell.Source, p *cell.Plan, errs []types.Error) *engine.Error {
	e := &engine.Error{Name: "compile error"}
	const most = 10
	shown := 0
	for i, err := range errs {
		if strings.HasPrefix(err.Msg, "\t") && i > 0 { // belongs to the one before
			at := s.checker.Fset.Position(err.Pos)
			e.Traceback = append(e.Traceback, fmt.Sprintf("    %s: %s", at, err.Msg[1:]))
			continue
		}
		if shown++; shown > most {
			e.Traceback = append(e.Traceback, fmt.Sprintf("and %d more errors", len(errs)-i))
			break
		}
		s.addError(e, src, s.checker.Fset.Position(err.Pos), err.Msg+hint(p, err))
	}
	return e
}

func (s *session) syntaxErrors(src *cell.Source, list scanner.ErrorList) *engine.Error {
	e := &engine.Error{Name: "syntax error"}
	for i, err := range list {
		if i == 10 {
			e.Traceback = append(e.Traceback, fmt.Sprintf("and %d more errors", len(list)-i))
			break
		}
		s.addError(e, src, err.Pos, err.Msg)
	}
	return e
}

// addError adds a message with its line of source, underlined.
func (s *session) addError(e *engine.Error, src *cell.Source, p token.Position, msg string) {
	msg = shortened(msg)
	line := fmt.Sprintf("%s: %s", p, msg)
	if e.Value == "" {
		e.Value = line
	} else {
		e.Value += "\n" + line
	}
	e.Traceback = append(e.Traceback, bold(red(p.String()+":"))+" "+bold(msg))
	text, known := src.LineOf(p.Filename, p.Line)
	if !known {
		text, known = s.lineOf(p.Filename, p.Line)
	}
	if known {
		e.Traceback = append(e.Traceback, underlined(text, p.Column)...)
	}
}

// underlined shows a line of source, or the part of a long one, with a mark
// below a column.
func underlined(line string, col int) []string {
	line, col = excerpt(line, col)
	text := strings.ReplaceAll(line, "\t", "    ")
	if col < 1 || col > len(line)+1 {
		return []string{"    " + text}
	}
	pad := strings.ReplaceAll(line[:col-1], "\t", "    ")
	n := 1
	for col-1+n < len(line) && cell.IsWord(line[col-1]) && cell.IsWord(line[col-1+n]) {
		n++
	}
	return []string{"    " + text, "    " + strings.Repeat(" ", len([]rune(pad))) + red(strings.Repeat("^", n))}
}

// excerpt cuts a long line to what is around a column.
func excerpt(line string, col int) (string, int) {
	const before, width = 100, 200
	if len(line) <= width || col < 1 || col > len(line)+1 {
		return line[:min(len(line), width)], col
	}
	from := max(0, col-1-before)
	line = line[from:min(from+width, len(line))]
	if from == 0 {
		return strings.ToValidUTF8(line, ""), col
	}
	return "..." + strings.ToValidUTF8(line, " "), col - from + len("...")
}

func red(s string) string { return "\x1b[31m" + s + "\x1b[0m" }

func bold(s string) string { return "\x1b[1m" + s + "\x1b[0m" }

// refused says what the interpreter will not do, and what to do instead.
func (s *session) refused(p *cell.Plan, r *interpret.Refusal) *engine.Error {
	e := &engine.Error{Name: "not interpreted"}
	s.addError(e, p.Src, s.checker.Fset.Position(r.Pos), r.Why+", and "+s.tools.Missing())
	return e
}
