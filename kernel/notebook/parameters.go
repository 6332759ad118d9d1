package notebook

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// The tags of papermill.
const (
	tagParameters = "parameters"
	tagInjected   = "injected-parameters"
)

// Parameter is a value for one of the notebook's parameters: a Go expression,
// or for a string its text, with or without quotes.
type Parameter struct{ Name, Value string }

// ParseParameter reads "name=value".
func ParseParameter(s string) (Parameter, error) {
	name, value, ok := strings.Cut(s, "=")
	name = strings.TrimSpace(name)
	if !ok || !token.IsIdentifier(name) {
		return Parameter{}, fmt.Errorf("parameter %q: write name=value", s)
	}
	return Parameter{name, strings.TrimSpace(value)}, nil
}

// SetParameters puts a cell that assigns the values behind the cell tagged
// parameters, or replaces the one of an earlier run. A name that the notebook
// does not declare there is an error: it would have no effect.
func (nb *Notebook) SetParameters(parameters []Parameter) error {
	if len(parameters) == 0 {
		return nil
	}
	at := slices.IndexFunc(nb.Cells, func(c *Cell) bool { return c.Type == "code" && c.HasTag(tagParameters) })
	if at < 0 {
		return errors.New(`the notebook takes no parameters: give the cell that declares them the tag "parameters"`)
	}
	declared, err := declarations(nb.Cells[at].Source)
	if err != nil {
		return fmt.Errorf("the cell tagged parameters: %w", err)
	}
	var b strings.Builder
	b.WriteString("// Parameters\n")
	for _, p := range parameters {
		kind, ok := declared[p.Name]
		if !ok {
			return fmt.Errorf("the notebook has no parameter %q; it has %s", p.Name, strings.Join(slices.Sorted(maps.Keys(declared)), ", "))
		}
		value, err := literal(p, kind)
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%s = %s\n", p.Name, value)
	}
	cell := &Cell{
		Type:     "code",
		Source:   strings.TrimSuffix(b.String(), "\n"),
		Metadata: map[string]any{"tags": []any{tagInjected}},
		fields:   map[string]any{},
	}
	if minor, ok := nb.fields["nbformat_minor"].(json.Number); ok && minor >= "5" {
		cell.fields["id"] = tagInjected // ids exist since 4.5
	}
	nb.Cells = slices.DeleteFunc(nb.Cells, func(c *Cell) bool { return c.HasTag(tagInjected) })
	at = slices.IndexFunc(nb.Cells, func(c *Cell) bool { return c.Type == "code" && c.HasTag(tagParameters) })
	nb.Cells = slices.Insert(nb.Cells, at+1, cell)
	return nil
}

// literal returns the Go expression of a parameter's value.
func literal(p Parameter, kind token.Token) (string, error) {
	expr, err := parser.ParseExpr(p.Value)
	if kind == token.STRING {
		if lit, ok := expr.(*ast.BasicLit); err == nil && ok && lit.Kind == token.STRING {
			return p.Value, nil
		}
		return strconv.Quote(p.Value), nil
	}
	if err != nil {
		return "", fmt.Errorf("parameter %s: %q is not a Go expression", p.Name, p.Value)
	}
	return p.Value, nil
}

// declarations returns the variables that a cell declares, with the kind of
// literal that each is given (token.STRING for strings), token.ILLEGAL for
// other expressions. The cell may mix declarations and statements.
func declarations(source string) (map[string]token.Token, error) {
	file, err := parser.ParseFile(token.NewFileSet(), "", "package p; func _() {\n"+source+"\n}", parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	found := map[string]token.Token{}
	body := file.Decls[len(file.Decls)-1].(*ast.FuncDecl).Body
	for _, stmt := range body.List {
		switch s := stmt.(type) {
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				for i, lhs := range s.Lhs {
					note(found, lhs, s.Rhs, i)
				}
			}
		case *ast.DeclStmt:
			noteVars(found, s.Decl)
		}
	}
	return found, nil
}

func noteVars(found map[string]token.Token, decl ast.Decl) {
	d, ok := decl.(*ast.GenDecl)
	if !ok || d.Tok != token.VAR {
		return
	}
	for _, spec := range d.Specs {
		s := spec.(*ast.ValueSpec)
		for i, name := range s.Names {
			note(found, name, s.Values, i)
			if t, ok := s.Type.(*ast.Ident); ok && t.Name == "string" {
				found[name.Name] = token.STRING
			}
		}
	}
}

func note(found map[string]token.Token, name ast.Expr, values []ast.Expr, i int) {
	id, ok := name.(*ast.Ident)
	if !ok || id.Name == "_" {
		return
	}
	found[id.Name] = token.ILLEGAL
	if i < len(values) {
		if lit, ok := values[i].(*ast.BasicLit); ok {
			found[id.Name] = lit.Kind
		}
	}
}
