package golang

import (
	"go/ast"
	"go/types"
	"strings"

	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/symbols"
)

// Inspect describes the name at the cursor: its declaration, its doc comment,
// and for a variable of the session its type.
func (e *Engine) Inspect(code string, pos, detail int) engine.Inspection {
	pos = min(max(pos, 0), len(code))
	end := pos
	for end < len(code) && isWord(code[end]) {
		end++
	}
	if start := wordStart(code, end); start == end { // behind a call's bracket: the called name
		for end > 0 && (code[end-1] == '(' || code[end-1] == ' ') {
			end--
		}
	}
	q := e.session.ask(closed(code[:end]), end)
	var found *ast.Ident
	q.nodes(func(n ast.Node) {
		if id, ok := n.(*ast.Ident); ok {
			found = id
		}
	})
	if found == nil {
		return engine.Inspection{}
	}
	o := q.info.ObjectOf(found)
	if o == nil {
		return engine.Inspection{}
	}
	decl, doc, where := e.describe(q, o)
	plain := decl
	markdown := "```go\n" + decl + "\n```\n"
	if doc != "" {
		plain += "\n\n" + doc
		markdown += "\n" + doc + "\n"
	}
	if where != "" && detail > 0 {
		plain += "\n\n" + where
		markdown += "\n*" + where + "*\n"
	}
	return engine.Inspection{Found: true, Data: map[string]any{"text/plain": plain, "text/markdown": markdown}}
}

// describe finds an object's declaration, documentation and place.
func (e *Engine) describe(q *query, o types.Object) (decl, doc, where string) {
	if p, ok := o.(*types.PkgName); ok {
		d, _ := symbols.Lookup(p.Imported().Path(), "")
		return "package " + p.Imported().Name() + " // import \"" + p.Imported().Path() + "\"", d.Text, d.Pos
	}
	if o.Pkg() == nil || o.Pkg().Path() == "main" {
		return e.ofSession(q, o)
	}
	name := o.Name()
	if f, ok := o.(*types.Func); ok {
		if recv := f.Signature().Recv(); recv != nil {
			name = typeNameOf(recv.Type()) + "." + name
		}
	}
	if d, ok := symbols.Lookup(o.Pkg().Path(), name); ok {
		return d.Decl, d.Text, d.Pos
	}
	return types.ObjectString(o, shortNames), "", ""
}

func typeNameOf(t types.Type) string {
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	if n, ok := types.Unalias(t).(*types.Named); ok {
		return n.Obj().Name()
	}
	return ""
}

// ofSession describes what a cell has declared, with the comment above it.
func (e *Engine) ofSession(q *query, o types.Object) (decl, doc, where string) {
	name := o.Name()
	if f, ok := o.(*types.Func); ok && f.Signature().Recv() != nil {
		name = typeNameOf(f.Signature().Recv().Type()) + "." + name
	}
	d := q.world.names[name]
	if d == nil || o.Parent() != nil && o.Parent() != q.world.pkg.Scope() {
		return types.ObjectString(o, shortNames), "", ""
	}
	if d.kind == funcDecl || d.kind == methodDecl {
		decl = types.ObjectString(o, shortNames)
	} else {
		decl = d.text()
		if d.kind == typeDecl {
			decl = "type " + decl
		}
	}
	return decl, d.comment(), "declared in " + d.src.name
}

// comment is the text of the comment lines right above a declaration.
func (d *decl) comment() string {
	off := d.src.offset(d.node.Pos())
	above := strings.Split(d.src.text[:off], "\n")
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
