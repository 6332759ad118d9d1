package golang

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"

	"gomdcsan/kernel/golang/cell"
	"gomdcsan/kernel/golang/magic"
)

// ProgramCells cuts a script into the cells that it consists of, each with its
// lines where they are in the file. An ordinary program is one cell and the call
// of main. What is no program was a notebook: %save and jupytext mark its cells;
// nbconvert does not, so it is cut where a value stands alone, which a cell shows
// as its last one, and where something is declared anew.
func ProgramCells(source string) ([]string, error) {
	if strings.HasPrefix(source, "#!") {
		source = "//" + source[2:]
	}
	file, err := parser.ParseFile(token.NewFileSet(), "", source, parser.SkipObjectResolution)
	switch {
	case err == nil && file.Name.Name != "main":
		return nil, fmt.Errorf("it is of package %s, not main", file.Name.Name)
	case err == nil:
		at, end := int(file.Package)-1, int(file.Name.End())-1
		return withMain([]string{source[:at] + strings.Repeat(" ", end-at) + source[end:]}, source), nil
	case clauseOfPackage.MatchString(magic.GoCode(source)): // with an error in it, which the cell will show
		return []string{source}, nil
	}
	if cells := markedCells(source); len(cells) > 1 {
		return cells, nil
	}
	return withMain(unmarkedCells(source), source), nil
}

var clauseOfPackage = regexp.MustCompile(`(?m)^package \w+`)

// withMain adds the call of main, if it is declared and nothing calls it.
func withMain(cells []string, source string) []string {
	items, err := cell.Split("", magic.GoCode(source))
	if err != nil {
		return cells
	}
	line := -1
	for _, i := range items {
		text := source[i.Off:i.End]
		switch {
		case i.Decl && mainFunc.MatchString(text):
			line = strings.Count(source[:i.Off], "\n")
		case !i.Decl && mainCall.MatchString(text):
			return cells
		}
	}
	if line < 0 {
		return cells
	}
	return append(cells, strings.Repeat("\n", line)+"main()")
}

var (
	mainFunc = regexp.MustCompile(`^func\s+main\s*\(`)
	mainCall = regexp.MustCompile(`\bmain\(\)`)
)

// cellMark is a line that %save, or jupytext, writes between cells.
var cellMark = regexp.MustCompile(`(?m)^// (cell\[\d+\]|%%.*|\+.*|-)$`)

func markedCells(source string) (cells []string) {
	at := 0
	for _, m := range append(cellMark.FindAllStringIndex(source, -1), []int{len(source), len(source)}) {
		if text := source[at:m[0]]; strings.TrimSpace(text) != "" {
			cells = append(cells, cell.BlankLines(source[:at])+text)
		}
		at = m[1]
	}
	return cells
}

// unmarkedCells cuts a script that was a notebook.
func unmarkedCells(source string) (cells []string) {
	magics, rest := magic.Lines(source)
	code := []byte(source)
	for i, m := range magics {
		if m.TakesRest(source) {
			magics[i].End = rest
		}
		copy(code[m.Start:], strings.Repeat(" ", magics[i].End-m.Start)) // no item goes over one
	}
	items, err := cell.Split("", string(code))
	if err != nil {
		return []string{source}
	}
	c := scriptCutter{source: source, names: map[string]bool{}, used: map[string]bool{}, known: map[string]bool{}, later: map[string]int{}}
	for _, i := range items {
		for _, name := range declared(source, i) {
			c.later[name]++
		}
	}
	magicsUntil := func(end int) {
		for len(magics) > 0 && magics[0].Start < end {
			c.cut(magics[0].Start)
			c.cut(magics[0].End)
			magics = magics[1:]
		}
	}
	for _, i := range items {
		magicsUntil(i.Off)
		c.item(i)
	}
	magicsUntil(len(source))
	c.cut(len(source))
	return c.cells
}

// A scriptCutter cuts a script at its top level.
type scriptCutter struct {
	source string
	cells  []string
	at     int             // where the cell begins
	names  map[string]bool // that the cell declares
	used   map[string]bool // that it uses
	known  map[string]bool // that it and those before it declare
	later  map[string]int  // how often what follows declares a name
}

func (c *scriptCutter) cut(at int) {
	if text := c.source[c.at:at]; strings.TrimSpace(text) != "" {
		c.cells = append(c.cells, cell.BlankLines(c.source[:c.at])+text)
	}
	c.at, c.names, c.used = at, map[string]bool{}, map[string]bool{}
}

// item takes one more piece of Go.
func (c *scriptCutter) item(i cell.Item) {
	text := c.source[i.Off:i.End]
	names := declared(c.source, i)
	old := 0
	for _, n := range names {
		c.later[n]--
		if c.names[n] {
			old++
		}
	}
	if old > 0 && (i.Tok != token.IDENT || old == len(names)) { // of what := has on its left, one is to be new
		c.cut(i.Off)
	}
	for _, n := range names {
		c.names[n], c.known[n] = true, true
	}
	for _, n := range word.FindAllString(text, -1) {
		c.used[n] = true
	}
	x, err := parser.ParseExpr(text)
	if err != nil || i.Decl {
		return
	}
	end := i.End
	if eol := strings.IndexByte(c.source[end:], '\n'); eol >= 0 && strings.HasPrefix(strings.TrimSpace(c.source[end:end+eol]), "//") {
		end += eol
	}
	_, isCall := ast.Unparen(x).(*ast.CallExpr)
	if !isCall || blankFollows.MatchString(c.source[end:]) && !c.needsLater() {
		c.cut(end)
	}
}

var (
	word         = regexp.MustCompile(`[\pL_][\pL_0-9]*`)
	blankFollows = regexp.MustCompile(`^[ \t]*\n[ \t]*(\n|$)`)
)

// needsLater reports whether the cell uses what only follows in the file.
func (c *scriptCutter) needsLater() bool {
	for n := range c.used {
		if c.later[n] > 0 && !c.known[n] {
			return true
		}
	}
	return false
}

// declared are the names that a piece of a script's top level declares.
func declared(code string, i cell.Item) (names []string) {
	text := code[i.Off:i.End]
	switch i.Tok {
	case token.IMPORT, token.PACKAGE:
		return nil
	case token.FUNC, token.TYPE, token.CONST, token.VAR:
		f, err := parser.ParseFile(token.NewFileSet(), "", "package p;"+text, parser.SkipObjectResolution)
		if err != nil || len(f.Decls) == 0 {
			return nil
		}
		return declaredBy(f.Decls[0])
	}
	f, err := parser.ParseFile(token.NewFileSet(), "", "package p;func _(){"+text+"\n}", parser.SkipObjectResolution)
	if err != nil || len(f.Decls[0].(*ast.FuncDecl).Body.List) == 0 {
		return nil
	}
	a, ok := f.Decls[0].(*ast.FuncDecl).Body.List[0].(*ast.AssignStmt)
	if !ok || a.Tok != token.DEFINE {
		return nil
	}
	for _, x := range a.Lhs {
		if id, ok := x.(*ast.Ident); ok && id.Name != "_" {
			names = append(names, id.Name)
		}
	}
	return names
}

func declaredBy(d ast.Decl) (names []string) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil && d.Name.Name != "init" {
			names = append(names, d.Name.Name)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				names = append(names, s.Name.Name)
			case *ast.ValueSpec:
				for _, id := range s.Names {
					names = append(names, id.Name)
				}
			}
		}
	}
	return names
}
