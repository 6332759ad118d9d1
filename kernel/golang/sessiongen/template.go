package sessiongen

import (
	"fmt"
	"go/scanner"
	"go/token"
	"regexp"
	"strings"
)

// use adds a form to the session.
func (g *generator) use(f Form) {
	g.s.Forms = append(g.s.Forms, f.Name)
	text := g.fill(f.Text)
	var made []variable
	first := -1 // the form's first cell
	for _, c := range chunks(text) {
		if first < 0 && c != "---" && c != "===" {
			if g.cell.closed {
				g.begin()
			}
			first = len(g.s.Cells) - 1
		}
		made = append(made, g.chunk(f, c, first)...)
	}
	for i := max(first, 0); f.Private && i < len(g.s.Cells); i++ {
		g.again[i] = false
	}
	for _, v := range made {
		if !f.Private {
			g.env[v.typ] = append(g.env[v.typ], v.name)
		}
	}
	g.cut()
}

// chunk adds a piece of a form, and returns the variables that it defines.
func (g *generator) chunk(f Form, c string, first int) []variable {
	word, rest, _ := strings.Cut(c, " ")
	if g.cell.closed && c != "---" && c != "===" && word != "offer" {
		g.begin()
	}
	switch word {
	case "---":
		g.cut()
	case "===":
		g.begin()
	case "again":
		g.rerun(first)
	case "value":
		g.show(rest)
	case "refuse":
		g.begin()
		g.cell.lines, g.cell.refused, g.cell.closed = []string{rest}, rest, true
	case "offer":
		w := strings.Fields(rest)
		g.funcs[w[2]] = append(g.funcs[w[2]], function{w[0], w[1]})
	case "package":
		g.cell.decls = append(g.cell.decls, rest)
		g.cell.lines = append(g.cell.lines, rest)
	case "cell":
		g.cell.lines = append(g.cell.lines, rest)
	case "truth":
		if w, _, _ := strings.Cut(rest, " "); w == "var" || w == "func" || w == "type" {
			g.cell.decls = append(g.cell.decls, rest)
		} else {
			g.cell.body = append(g.cell.body, rest)
		}
	case "import":
		g.cell.imports = append(g.cell.imports, rest)
		g.cell.lines = append([]string{c}, g.cell.lines...)
	case "type", "const", "func":
		g.cell.decls = append(g.cell.decls, c)
		g.cell.lines = append(g.cell.lines, c)
	case "def", "var":
		return g.variables(word, rest)
	default:
		g.statement(c)
	}
	return nil
}

func (g *generator) statement(s string) {
	g.cell.body = append(g.cell.body, s)
	g.cell.lines = append(g.cell.lines, s)
}

// show makes an expression the last of the cell.
func (g *generator) show(e string) {
	if g.cell.closed {
		g.begin()
	}
	g.cell.value, g.cell.closed = e, true
	g.cell.lines = append(g.cell.lines, e)
}

// variables adds a definition: "n T := e", "n T = e" or, of var, "n T".
func (g *generator) variables(word, text string) []variable {
	op := " = "
	if i := strings.Index(text, " := "); i >= 0 && i < strings.Index(text+" = ", " = ") {
		op = " := "
	}
	left, right, ok := strings.Cut(text, op)
	var vars []variable
	var names []string
	for _, v := range splitTop(left) {
		name, typ, _ := strings.Cut(strings.TrimSpace(v), " ")
		vars = append(vars, variable{name, typ})
		names = append(names, name)
	}
	list := strings.Join(names, ", ")
	line := list + op + right
	switch {
	case word == "var":
		line = "var " + text
	case op == " = ":
		line = "var " + line
	}
	g.cell.vars = append(g.cell.vars, vars...)
	g.cell.lines = append(g.cell.lines, line)
	if ok {
		g.cell.body = append(g.cell.body, typeCheck(vars, word, right), list+" = "+right)
	} else {
		g.cell.body = append(g.cell.body, fmt.Sprintf("%s = *new(%s)", vars[0].name, vars[0].typ))
	}
	return vars
}

// typeCheck is a statement that compiles if the values that define variables
// have just their types.
func typeCheck(vars []variable, word, right string) string {
	if word == "var" {
		return ""
	}
	var names, checks []string
	for i, v := range vars {
		name := fmt.Sprintf("t%d", i)
		names = append(names, name)
		checks = append(checks, fmt.Sprintf("var _ *%s = &%s", v.typ, name))
	}
	return fmt.Sprintf("if false {\n%s := %s\n%s\n}", strings.Join(names, ", "), right, strings.Join(checks, "\n"))
}

// splitTop splits at commas outside of brackets.
func splitTop(s string) []string {
	var out []string
	depth, from := 0, 0
	for i, r := range s {
		switch r {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		case ',':
			if depth == 0 {
				out = append(out, s[from:i])
				from = i + 1
			}
		}
	}
	return append(out, s[from:])
}

// chunks splits a text at the ends of lines that are outside of all brackets.
func chunks(text string) []string {
	var out []string
	var pending []string
	depth := 0
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		if strings.TrimSpace(line) == "" && depth == 0 {
			continue
		}
		pending = append(pending, line)
		if depth += brackets(line); depth == 0 && !strings.HasSuffix(line, ":") {
			out = append(out, strings.Join(pending, "\n"))
			pending = nil
		}
	}
	if pending != nil {
		out = append(out, strings.Join(pending, "\n"))
	}
	return out
}

// brackets counts the opening brackets of a line less the closing ones.
func brackets(line string) (n int) {
	tokens(line, func(_ int, t token.Token, _ string) {
		switch t {
		case token.LPAREN, token.LBRACE, token.LBRACK:
			n++
		case token.RPAREN, token.RBRACE, token.RBRACK:
			n--
		}
	})
	return n
}

// tokens calls f for each token of a text.
func tokens(text string, f func(offset int, t token.Token, lit string)) {
	var s scanner.Scanner
	fset := token.NewFileSet()
	file := fset.AddFile("", -1, len(text))
	s.Init(file, []byte(text), func(token.Position, string) {}, 0)
	for {
		p, t, lit := s.Scan()
		if t == token.EOF {
			return
		}
		f(file.Offset(p), t, lit)
	}
}

var (
	nameMark = regexp.MustCompile(`\$\pL+[0-9]*`)
	hole     = regexp.MustCompile(`\{(` + strings.Join(exprTypes, "|") + `|lit|block)\}`)
	choice   = regexp.MustCompile(`\{\{.+?\}{2,}`)
)

// fill puts names, expressions and choices into a template.
func (g *generator) fill(text string) string {
	names := map[string]string{}
	text = choice.ReplaceAllStringFunc(text, func(m string) string {
		list := strings.Split(m[2:len(m)-2], "|")
		if len(list) == 1 { // a composite literal
			return m
		}
		return list[g.r.IntN(len(list))]
	})
	text = nameMark.ReplaceAllStringFunc(text, func(m string) string {
		if names[m] == "" {
			g.names++
			names[m] = fmt.Sprintf("%s%d", strings.TrimRight(m[1:], "0123456789"), 10+g.names)
		}
		return names[m]
	})
	return hole.ReplaceAllStringFunc(text, func(m string) string {
		switch m {
		case "{lit}":
			return fmt.Sprint(1 + g.r.IntN(9))
		case "{block}":
			return g.block(3)
		}
		return g.expr(m[1:len(m)-1], 2)
	})
}
