package native

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gomdcsan/kernel/golang/cell"
	"gomdcsan/kernel/golang/patch"
)

func Exported(name, mark string) string {
	if name == "_" || token.IsExported(name) {
		return name
	}
	return mark + name
}

// edit replaces text[off:end]; opens and closes are insertions.
type edit struct {
	off, end int
	text     string
	order    int // closes come before opens, opens before replacements
	seq      int
}

const (
	closing = iota
	opening
	replacing
)

// An editor rewrites the text of cells for the compiler: names of the session
// become what they are in the unit, and what can block or run long gets a stop
// check.
type editor struct {
	b     *unitBuilder
	info  *types.Info
	src   *cell.Source
	top   map[ast.Node]bool // the statements of the cell's top level
	edits []edit
}

func (ed *editor) add(off, end int, order int, text string) {
	ed.edits = append(ed.edits, edit{off, end, text, order, len(ed.edits)})
}

func (ed *editor) open(p token.Pos, text string)  { o := ed.src.Offset(p); ed.add(o, o, opening, text) }
func (ed *editor) close(p token.Pos, text string) { o := ed.src.Offset(p); ed.add(o, o, closing, text) }

func (ed *editor) replace(p, end token.Pos, text string) {
	ed.add(ed.src.Offset(p), ed.src.Offset(end), replacing, text)
}

// text returns the rewritten text of a range.
func (ed *editor) text(from, to token.Pos) string { return ed.textTo(from, ed.src.Offset(to)) }

// textTo is text up to an offset.
func (ed *editor) textTo(from token.Pos, end int) string {
	slices.SortFunc(ed.edits, func(a, b edit) int {
		c := cmp.Or(cmp.Compare(a.off, b.off), cmp.Compare(a.order, b.order), cmp.Compare(a.seq, b.seq))
		if a.off == b.off && a.order == closing && b.order == closing {
			return -c // the inner one closes first
		}
		return c
	})
	var b strings.Builder
	at := ed.src.Offset(from)
	for _, e := range ed.edits {
		if e.off < at || e.end > end {
			continue // inside a replaced range, or outside
		}
		b.WriteString(ed.src.Text[at:e.off])
		b.WriteString(e.text)
		at = e.end
	}
	b.WriteString(ed.src.Text[at:end])
	return b.String()
}

// node rewrites a node and returns its text.
func (ed *editor) node(n ast.Node) string {
	ed.edits = ed.edits[:0]
	ed.walk(n)
	return ed.text(n.Pos(), n.End())
}

// identEnd is where an identifier ends in the text: its Name may have been
// changed since.
func (ed *editor) identEnd(id *ast.Ident) token.Pos {
	off := ed.src.Offset(id.Pos())
	n := 0
	for _, r := range ed.src.Text[off:] {
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		n += utf8.RuneLen(r)
	}
	return id.Pos() + token.Pos(n)
}

func (ed *editor) object(id *ast.Ident) types.Object {
	if o := ed.info.Uses[id]; o != nil {
		return o
	}
	return ed.info.Defs[id]
}

// ident rewrites a name.
func (ed *editor) ident(id *ast.Ident) {
	if id.Name == "_" {
		return
	}
	if text := ed.b.name(ed.object(id)); text != "" {
		ed.replace(id.Pos(), ed.identEnd(id), text)
	}
}

// selected rewrites the name after a dot.
func (ed *editor) selected(id *ast.Ident) {
	switch o := ed.object(id).(type) {
	case *types.Var:
		if o.IsField() {
			ed.ident(id)
		}
	case *types.Func:
		if o.Signature().Recv() != nil {
			ed.ident(id)
		}
	}
}

func (ed *editor) walk(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			ed.ident(n)
		case *ast.SelectorExpr:
			if ed.standIn(n) {
				return false
			}
			ed.walk(n.X)
			ed.selected(n.Sel)
			return false
		case *ast.StructType:
			ed.embedded(n)
		case *ast.DeferStmt:
			if lit, ok := ast.Unparen(n.Call.Fun).(*ast.FuncLit); ok { // it runs also when an interrupt unwinds
				ed.walk(lit.Type)
				ed.walk(lit.Body)
				for _, a := range n.Call.Args {
					ed.walk(a)
				}
				return false
			}
		case *ast.FuncLit:
			ed.function(n.Body)
		case *ast.ForStmt:
			ed.open(n.Body.Lbrace+1, ed.b.rt("Check()")+";")
		case *ast.RangeStmt:
			ed.open(n.Body.Lbrace+1, ed.b.rt("Check()")+";")
			if _, ok := ed.under(n.X).(*types.Chan); ok {
				ed.open(n.X.Pos(), ed.b.rt("Range("))
				ed.close(n.X.End(), ")")
			}
		case *ast.GoStmt:
			ed.goStmt(n)
		case *ast.SendStmt:
			ed.open(n.Pos(), ed.b.rt("Send("))
			ed.replace(n.Arrow, n.Arrow+2, ")(")
			ed.close(n.End(), ")")
		case *ast.UnaryExpr:
			if n.Op == token.ARROW {
				ed.receive(n, "Recv(")
			}
		case *ast.AssignStmt:
			return ed.assign(n)
		case *ast.ValueSpec:
			if x := pairReceive(len(n.Names), n.Values); x != nil {
				for _, id := range n.Names {
					ed.ident(id)
				}
				if n.Type != nil {
					ed.walk(n.Type)
				}
				ed.receive(x, "Recv2(")
				ed.walk(x.X)
				return false
			}
		case *ast.SelectStmt:
			ed.selectStmt(n)
			return false
		case *ast.BranchStmt:
			if n.Tok == token.GOTO {
				ed.open(n.Pos(), ed.b.rt("Check()")+";")
			}
			return false
		case *ast.LabeledStmt:
			ed.walk(n.Stmt)
			return false
		case *ast.CallExpr:
			return ed.call(n)
		case *ast.DeclStmt:
			return ed.declStmt(n)
		}
		return true
	})
}

// embedded gives embedded types of Go's own, such as error, names that later
// cells can reach.
func (ed *editor) embedded(t *ast.StructType) {
	for _, f := range t.Fields.List {
		if f.Names != nil {
			continue
		}
		x := ast.Unparen(f.Type)
		if s, ok := x.(*ast.StarExpr); ok {
			x = ast.Unparen(s.X)
		}
		if id, ok := x.(*ast.Ident); ok {
			if o := ed.info.Uses[id]; o != nil && o.Parent() == types.Universe {
				ed.replace(id.Pos(), ed.identEnd(id), ed.b.rt(Exported(id.Name, patch.MarkName)))
			}
		}
	}
}

func (ed *editor) under(e ast.Expr) types.Type {
	if t := ed.info.TypeOf(e); t != nil {
		if p, ok := t.(*types.TypeParam); ok {
			t = p.Constraint()
		}
		return t.Underlying()
	}
	return nil
}

// function puts a check at the start of a function: it may be a recursion, or
// what a compiled package calls again and again.
func (ed *editor) function(body *ast.BlockStmt) {
	ed.open(body.Lbrace+1, ed.b.rt("Call()")+";")
}

func (ed *editor) receive(n *ast.UnaryExpr, name string) {
	ed.replace(n.OpPos, n.OpPos+2, ed.b.rt(name))
	ed.close(n.End(), ")")
}

// pairReceive is the receive of v, ok := <-ch.
func pairReceive(left int, right []ast.Expr) *ast.UnaryExpr {
	if left != 2 || len(right) != 1 {
		return nil
	}
	if u, ok := ast.Unparen(right[0]).(*ast.UnaryExpr); ok && u.Op == token.ARROW {
		return u
	}
	return nil
}

func (ed *editor) assign(n *ast.AssignStmt) bool {
	if ed.top[n] && n.Tok == token.DEFINE {
		ed.replace(n.TokPos, n.TokPos+2, " =")
	}
	x := pairReceive(len(n.Lhs), n.Rhs)
	if x == nil {
		return true
	}
	for _, l := range n.Lhs {
		ed.walk(l)
	}
	ed.receive(x, "Recv2(")
	ed.walk(x.X)
	return false
}

// goStmt accounts for a goroutine and catches its panic.
func (ed *editor) goStmt(n *ast.GoStmt) {
	guard := ed.b.rt("Enter()") + ";defer " + ed.b.rt("Leave()") + ";"
	fun := ast.Unparen(n.Call.Fun)
	if lit, ok := fun.(*ast.FuncLit); ok {
		ed.open(lit.Body.Lbrace+1, "defer "+ed.b.rt("Leave()")+";")
		ed.open(n.Pos(), ed.b.rt("Enter()")+";")
		return
	}
	tv := ed.info.Types[n.Call.Fun]
	sig, ok := tv.Type.Underlying().(*types.Signature)
	if !ok || tv.IsBuiltin() || ed.rewritten(n.Call) {
		ed.open(n.Call.Pos(), "func(){"+guard)
		ed.close(n.Call.End(), "}()")
		return
	}
	text, params, args := ed.b.signature(sig)
	ed.open(n.Pos(), ed.b.rt("Enter()")+";")
	ed.open(n.Call.Fun.Pos(), "func(f "+text+") func("+params+") { return func("+params+") { defer "+ed.b.rt("Leave()")+"; f("+args+") } }(")
	ed.close(n.Call.Fun.End(), ")")
}

// rewritten reports whether a call's function and receiver do not stay what
// they are, so that they cannot be evaluated apart from it.
func (ed *editor) rewritten(n *ast.CallExpr) bool {
	sel, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	_, ok = ed.replacedMethod(sel)
	return ok
}

// selectStmt lets an interrupt break a select that blocks.
func (ed *editor) selectStmt(n *ast.SelectStmt) {
	blocking := true
	for _, c := range n.Body.List {
		clause := c.(*ast.CommClause)
		switch comm := clause.Comm.(type) {
		case nil:
			blocking = false
		case *ast.SendStmt:
			ed.walk(comm.Chan)
			ed.walk(comm.Value)
		case *ast.ExprStmt:
			ed.walk(ast.Unparen(comm.X).(*ast.UnaryExpr).X)
		case *ast.AssignStmt:
			for _, l := range comm.Lhs {
				ed.walk(l)
			}
			ed.walk(ast.Unparen(comm.Rhs[0]).(*ast.UnaryExpr).X)
		}
		for _, s := range clause.Body {
			ed.walk(s)
		}
	}
	if blocking {
		sep := ";"
		if len(n.Body.List) == 0 {
			sep = ""
		}
		ed.close(n.Body.Rbrace, sep+"case <-"+ed.b.rt("Done()")+": panic("+ed.b.rt("Unwinding()")+");")
	}
}

// declStmt turns the variables of the cell's top level into assignments.
func (ed *editor) declStmt(n *ast.DeclStmt) bool {
	g := n.Decl.(*ast.GenDecl)
	if !ed.top[n] || g.Tok != token.VAR {
		return true
	}
	if g.Lparen.IsValid() {
		ed.replace(g.TokPos, g.Lparen+1, "")
		ed.replace(g.Rparen, g.Rparen+1, "")
	} else {
		ed.replace(g.TokPos, g.TokPos+3, "")
	}
	for _, s := range g.Specs {
		ed.varSpec(s.(*ast.ValueSpec))
	}
	return false
}

func (ed *editor) varSpec(v *ast.ValueSpec) {
	if !slices.ContainsFunc(v.Names, func(id *ast.Ident) bool { return id.Name != "_" }) {
		ed.open(v.Pos(), "var ")
		ed.walk(v)
		return
	}
	if len(v.Values) == 0 {
		ed.replace(v.Pos(), v.End(), ed.zeros(v.Names))
		return
	}
	for _, id := range v.Names {
		ed.ident(id)
	}
	if v.Type != nil {
		ed.replace(v.Names[len(v.Names)-1].End(), v.Type.End(), " ")
	}
	if x := pairReceive(len(v.Names), v.Values); x != nil {
		ed.receive(x, "Recv2(")
		ed.walk(x.X)
		return
	}
	for _, x := range v.Values {
		ed.walk(x)
	}
}

func (ed *editor) zeros(names []*ast.Ident) string {
	var out []string
	for _, id := range names {
		if id.Name != "_" {
			out = append(out, ed.b.rt("Zero(")+ed.b.pointer(ed.b.SlotOf(ed.info.Defs[id]), ed.info.Defs[id].Type())+")")
		}
	}
	return strings.Join(out, ";")
}
