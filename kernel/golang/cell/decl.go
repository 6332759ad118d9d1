package cell

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// Comment is the text of the comment lines right above a declaration.
func (d *Decl) Comment() string {
	off := d.Src.Offset(d.Node.Pos())
	above := strings.Split(d.Src.Text[:off], "\n")
	above = above[:len(above)-1]
	var out []string
	for i := len(above) - 1; i >= 0; i-- {
		line, ok := strings.CutPrefix(strings.TrimSpace(above[i]), "//")
		if !ok {
			break
		}
		out = append([]string{strings.TrimPrefix(line, " ")}, out...)
	}
	return strings.Join(out, "\n")
}

// Recovers reports whether a method calls recover itself. Recover works only in
// the deferred function, so such a method is compiled in place, not called
// through a slot; declared again, it makes its type another one.
func (d *Decl) Recovers() (found bool) {
	if d.Kind != MethodDecl || d.Generic {
		return false
	}
	ast.Inspect(d.Node.(*ast.FuncDecl).Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			id, ok := ast.Unparen(n.Fun).(*ast.Ident)
			found = found || ok && id.Name == "recover"
		}
		return !found
	})
	return found
}

func (d *Decl) Text() string {
	return d.Src.Text[d.Src.Offset(d.Node.Pos()):d.Src.Offset(d.Node.End())]
}

// kind of a declaration.
type kind uint8

const (
	ConstDecl kind = iota
	TypeDecl
	FuncDecl
	MethodDecl
)

// Decl is one declaration of the session: a function, a method, a type, or a
// group of constants.
type Decl struct {
	Kind    kind
	Names   []string // what it declares; "T.Scale" for a method
	recv    string   // a method's base type
	Src     *Source
	Node    ast.Decl          // its PkgName identifiers are renamed to aliases once it is committed
	Imports map[string]string // alias -> path
	Generic bool              // a generic function or type, or a method of one

	Unit    *Unit  // where it is compiled, nil if it is not (yet)
	Slot    *Slot  // of a function or a method: what calls go through
	Version int    // of a type: another one is another type
	key     string // of a function: its signature; of a type: its methods
}

// blanked is a group of constants less some names.
func (d *Decl) blanked(names map[string]bool) *Decl {
	out := *d
	out.Names = slices.DeleteFunc(slices.Clone(d.Names), func(n string) bool { return names[n] })
	g := *d.Node.(*ast.GenDecl)
	g.Specs = slices.Clone(g.Specs)
	for i, s := range g.Specs {
		v := *s.(*ast.ValueSpec)
		v.Names = slices.Clone(v.Names)
		for j, id := range v.Names {
			if names[id.Name] {
				v.Names[j] = &ast.Ident{NamePos: id.NamePos, Name: "_"}
			}
		}
		g.Specs[i] = &v
	}
	out.Node = &g
	return &out
}

// file makes a file of one declaration.
func (d *Decl) file() *ast.File { return FileOf(d.Imports, d.Node) }

// followAlias gives a method that is declared on an alias to the type that the
// alias stands for.
func (d *Decl) followAlias(spec func(string) *ast.TypeSpec) {
	if d.Kind != MethodDecl {
		return
	}
	_, method, _ := strings.Cut(d.Names[0], ".")
	for range maxDepth {
		t := spec(d.recv)
		if t == nil || !t.Assign.IsValid() {
			break
		}
		x := ast.Unparen(t.Type)
		if s, ok := x.(*ast.StarExpr); ok {
			x = ast.Unparen(s.X)
		}
		id, ok := x.(*ast.Ident)
		if !ok {
			break
		}
		d.recv = id.Name
	}
	d.Names = []string{d.recv + "." + method}
}

// isNamedAfter reports whether a type is declared as another type of the
// session, by its name alone.
func (d *Decl) isNamedAfter(w *Environment) bool {
	if d.Kind != TypeDecl {
		return false
	}
	id, ok := d.Node.(*ast.GenDecl).Specs[0].(*ast.TypeSpec).Type.(*ast.Ident)
	return ok && w.Names[id.Name] != nil
}

// DeclsOf cuts the cell's declarations into the session's, without variables.
func DeclsOf(src *Source) []*Decl {
	var out []*Decl
	for _, d := range src.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			out = append(out, newFuncDecl(src, d))
		case *ast.GenDecl:
			switch d.Tok {
			case token.CONST:
				n := &Decl{Kind: ConstDecl, Src: src, Node: d}
				for _, s := range d.Specs {
					for _, id := range s.(*ast.ValueSpec).Names {
						n.Names = append(n.Names, id.Name)
					}
				}
				out = append(out, n)
			case token.TYPE:
				for _, s := range d.Specs {
					t := s.(*ast.TypeSpec)
					one := &ast.GenDecl{TokPos: t.Pos(), Tok: token.TYPE, Specs: []ast.Spec{t}}
					out = append(out, &Decl{Kind: TypeDecl, Src: src, Node: one, Names: []string{t.Name.Name}, Generic: t.TypeParams != nil})
				}
			}
		}
	}
	return out
}

func newFuncDecl(src *Source, d *ast.FuncDecl) *Decl {
	out := &Decl{Kind: FuncDecl, Src: src, Node: d, Names: []string{d.Name.Name}, Generic: d.Type.TypeParams != nil}
	if d.Recv != nil && len(d.Recv.List) == 1 {
		out.Kind = MethodDecl
		t := ast.Unparen(d.Recv.List[0].Type)
		if s, ok := t.(*ast.StarExpr); ok {
			t = ast.Unparen(s.X)
		}
		switch x := t.(type) {
		case *ast.IndexExpr:
			out.Generic, t = true, x.X
		case *ast.IndexListExpr:
			out.Generic, t = true, x.X
		}
		if id, ok := t.(*ast.Ident); ok {
			out.recv = id.Name
		}
		out.Names = []string{out.recv + "." + d.Name.Name}
	}
	return out
}
