package golang

import (
	"go/ast"
	"go/doc/comment"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/symbols"
)

// Inspect describes the name at the cursor, or else the function whose call
// the cursor is in: its declaration, doc comment and place. Of a magic it gives
// the help.
func (e *Engine) Inspect(code string, pos, detail int) engine.Inspection {
	pos = min(max(pos, 0), len(code))
	if m, ok := magicAt(code, pos); ok {
		left := strings.TrimSpace(m.name + " " + m.arg)
		return inspection(left, m.help, "")
	}
	code = goCode(code)
	end := pos
	for end < len(code) && isWord(code[end]) {
		end++
	}
	q := e.session.ask(closed(code[:end]), end)
	found := q.nameAt()
	if found == nil {
		found = q.calledAt()
	}
	if found == nil {
		return engine.Inspection{}
	}
	o := q.info.ObjectOf(found)
	if o == nil {
		return engine.Inspection{}
	}
	return inspection(e.describe(q, o))
}

func inspection(decl, doc, where string) engine.Inspection {
	plain, markdown := decl, "```go\n"+decl+"\n```\n"
	if doc != "" {
		plain += "\n\n" + doc
		markdown += "\n" + docMarkdown(doc) + "\n"
	}
	if where != "" {
		plain += "\n\n" + where
		markdown += "\n*" + where + "*\n"
	}
	return engine.Inspection{Found: true, Data: map[string]any{"text/plain": plain, "text/markdown": markdown}}
}

// docMarkdown renders a doc comment's text, with its headings, lists and code.
func docMarkdown(text string) string {
	var p comment.Parser
	pr := comment.Printer{HeadingLevel: 4, HeadingID: func(*comment.Heading) string { return "" },
		DocLinkURL: func(*comment.DocLink) string { return "" }}
	return strings.TrimSpace(string(pr.Markdown(p.Parse(text))))
}

// magicAt is the magic whose name the cursor touches.
func magicAt(code string, pos int) (magicDoc, bool) {
	list, _ := magicLines(code)
	for _, m := range list {
		if m.known && m.start <= pos && (pos <= m.name || m.doc.what != argGo && pos <= m.end) {
			return m.doc, true
		}
	}
	return magicDoc{}, false
}

// nameAt is the name that the cursor touches.
func (q *query) nameAt() (found *ast.Ident) {
	q.nodes(func(n ast.Node) {
		if id, ok := n.(*ast.Ident); ok && id.Name != "_" {
			found = id
		}
	})
	return found
}

// calledAt is the name of the function whose arguments the cursor is among.
func (q *query) calledAt() (found *ast.Ident) {
	q.nodes(func(n ast.Node) {
		call, ok := n.(*ast.CallExpr)
		if _, literal := n.(*ast.FuncLit); literal {
			found = nil
		}
		if !ok || !slices.ContainsFunc(q.pos, func(p token.Pos) bool { return call.Lparen < p }) {
			return
		}
		switch f := ast.Unparen(call.Fun).(type) {
		case *ast.Ident:
			found = f
		case *ast.SelectorExpr:
			found = f.Sel
		case *ast.IndexExpr: // an instance of a generic function
			if id, ok := f.X.(*ast.Ident); ok {
				found = id
			} else if s, ok := f.X.(*ast.SelectorExpr); ok {
				found = s.Sel
			}
		}
	})
	return found
}

// describe finds an object's declaration, documentation and place.
func (e *Engine) describe(q *query, o types.Object) (decl, doc, where string) {
	if p, ok := o.(*types.PkgName); ok {
		d, _ := symbols.Lookup(p.Imported().Path(), "")
		return "package " + p.Imported().Name() + " // import \"" + p.Imported().Path() + "\"", d.Text, d.Pos
	}
	if o.Pkg() == nil {
		if d, ok := builtinDocs[o.Name()]; ok {
			return d[0], d[1], "built into Go"
		}
		return types.ObjectString(o, shortNames), "", "built into Go"
	}
	if o.Pkg().Path() == "main" {
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

// builtinDocs has the functions that need no package, after package builtin.
var builtinDocs = map[string][2]string{
	"append":  {"func append(slice []Type, elems ...Type) []Type", "append adds elements to the end of a slice and returns it, in a new array if the old one is full: s = append(s, x)."},
	"cap":     {"func cap(v Type) int", "cap is the length that a slice can have before append needs a new array, of a channel the size of its buffer."},
	"clear":   {"func clear[T ~[]Type | ~map[Type]Type1](t T)", "clear deletes all entries of a map, and sets all elements of a slice to zero."},
	"close":   {"func close(c chan<- Type)", "close ends a channel: receivers get what is in it still, then zero values. Sending to it then panics."},
	"complex": {"func complex(r, i FloatType) ComplexType", "complex makes a complex number of its two parts."},
	"copy":    {"func copy(dst, src []Type) int", "copy copies as many elements as fit and returns their number; the slices may overlap."},
	"delete":  {"func delete(m map[Type]Type1, key Type)", "delete removes a key from a map, if it is there."},
	"imag":    {"func imag(c ComplexType) FloatType", "imag is the imaginary part of c."},
	"len":     {"func len(v Type) int", "len is the number of elements of a slice, array, map or channel, and of a string its bytes."},
	"make":    {"func make(t Type, size ...IntegerType) Type", "make makes a slice (length, capacity), map (room) or channel (buffer): make([]float64, n)."},
	"max":     {"func max[T cmp.Ordered](x T, y ...T) T", "max is the largest of its arguments; NaN if one is NaN."},
	"min":     {"func min[T cmp.Ordered](x T, y ...T) T", "min is the smallest of its arguments; NaN if one is NaN."},
	"new":     {"func new(Type) *Type", "new makes a variable, zero or with the value given, and returns a pointer to it."},
	"panic":   {"func panic(v any)", "panic ends the goroutine, after its deferred calls, unless one of them recovers. It ends the cell."},
	"print":   {"func print(args ...Type)", "print writes to standard error, for debugging."},
	"println": {"func println(args ...Type)", "println writes to standard error, with spaces and a new line, for debugging."},
	"real":    {"func real(c ComplexType) FloatType", "real is the real part of c."},
	"recover": {"func recover() any", "recover, in a deferred function, stops a panic and returns its value; nil where there is none."},
}
