package assist

import (
	"go/ast"
	"go/doc/comment"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/golang/cell"
	"gomdcsan/kernel/golang/magic"
	"gomdcsan/kernel/symbols"
)

// Inspect describes the name at the cursor, or else the function whose call
// the cursor is in: its declaration, doc comment and place. Of a magic it gives
// the help.
func (a *Assistant) Inspect(code string, pos, detail int) engine.Inspection {
	pos = min(max(pos, 0), len(code))
	if m, ok := magicAt(code, pos); ok {
		left := strings.TrimSpace(m.Name + " " + m.Arg)
		return inspection(left, m.Help, "")
	}
	code = magic.GoCode(code)
	end := pos
	for end < len(code) && cell.IsWord(code[end]) {
		end++
	}
	q := a.ask(closed(code[:end]), end)
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
	return inspection(q.describe(o))
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
func magicAt(code string, pos int) (magic.Doc, bool) {
	list, _ := magic.Lines(code)
	for _, m := range list {
		if m.Known && m.Start <= pos && (pos <= m.Name || m.Doc.What != magic.ArgGo && pos <= m.End) {
			return m.Doc, true
		}
	}
	return magic.Doc{}, false
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
func (q *query) describe(o types.Object) (decl, doc, where string) {
	if p, ok := o.(*types.PkgName); ok {
		d, _ := symbols.Lookup(p.Imported().Path(), "")
		return "package " + p.Imported().Name() + " // import \"" + p.Imported().Path() + "\"", d.Text, d.Pos
	}
	if o.Pkg() == nil {
		if d, ok := builtinDocs[o.Name()]; ok {
			return d[0], d[1], "built into Go"
		}
		return types.ObjectString(o, ShortNames), "", "built into Go"
	}
	if o.Pkg().Path() == "main" {
		return q.ofSession(o)
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
	return types.ObjectString(o, ShortNames), "", ""
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
func (q *query) ofSession(o types.Object) (decl, doc, where string) {
	name := o.Name()
	if f, ok := o.(*types.Func); ok && f.Signature().Recv() != nil {
		name = typeNameOf(f.Signature().Recv().Type()) + "." + name
	}
	d := q.Env.Names[name]
	if d == nil || o.Parent() != nil && o.Parent() != q.Env.Pkg.Scope() {
		return types.ObjectString(o, ShortNames), "", ""
	}
	if d.Kind == cell.FuncDecl || d.Kind == cell.MethodDecl {
		decl = types.ObjectString(o, ShortNames)
	} else {
		decl = d.Text()
		if d.Kind == cell.TypeDecl {
			decl = "type " + decl
		}
	}
	return decl, d.Comment(), "declared in " + d.Src.Name
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
