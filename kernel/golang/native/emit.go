package native

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gomdcsan/kernel/golang/cell"
	"gomdcsan/kernel/golang/patch"
	"gomdcsan/kernel/golang/typetext"
)

const RtPath = "gomdcsan/kernel/golang/rt"

// A unitBuilder writes one unit: a package with the declarations of the
// session that are not compiled yet, and the statements of a cell.
type unitBuilder struct {
	*cell.Prepared
	program string              // the file that the cells are, "" in a session
	imports map[string]string   // alias -> path
	units   map[*cell.Unit]bool // imported
	bind    map[*cell.Slot]types.Type
	fresh   map[*cell.Slot]bool   // made by this unit, if they are not there
	names   map[*cell.Slot]string // in this unit: its text does not tell when the cell ran
	sources []*cell.Source        // that the unit's functions are of
	body    strings.Builder
	glue    strings.Builder
	err     error
}

func newBuilder(c *cell.Prepared, program string) *unitBuilder {
	return &unitBuilder{
		Prepared: c, program: program, imports: map[string]string{cell.Alias(RtPath): RtPath, cell.Alias("reflect"): "reflect"},
		units: map[*cell.Unit]bool{}, bind: map[*cell.Slot]types.Type{}, fresh: map[*cell.Slot]bool{}, names: map[*cell.Slot]string{},
	}
}

func (b *unitBuilder) fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *unitBuilder) rt(what string) string { return cell.Alias(RtPath) + "." + what }

func (b *unitBuilder) pkg(path string) string {
	b.imports[cell.Alias(path)] = path
	return cell.Alias(path)
}

// name is what a name of the session or of a package is in the unit, "" if it
// stays as it is.
func (b *unitBuilder) name(o types.Object) string {
	switch o := o.(type) {
	case nil:
		return ""
	case *types.PkgName:
		return b.pkg(o.Imported().Path())
	case *types.Var:
		if o.IsField() {
			return b.field(o)
		}
		if s := b.SlotOf(o); s != nil {
			return "(*" + b.pointer(s, o.Type()) + ")"
		}
	case *types.Func:
		if o.Pkg() != nil && o.Pkg().Path() == "main" {
			return b.function(o)
		}
	case *types.TypeName, *types.Const:
		if o.Pkg() != nil && o.Pkg().Path() == "main" && o.Parent() == b.Plan.Env.Pkg.Scope() {
			return b.declared(b.Plan.Decl(o.Name()), o.Name())
		}
	}
	if o.Pkg() != nil && o.Pkg().Path() != "main" && o.Parent() == o.Pkg().Scope() { // a dot import
		return b.pkg(o.Pkg().Path()) + "." + o.Name()
	}
	return ""
}

func (b *unitBuilder) field(f *types.Var) string {
	if f.Pkg() == nil || f.Pkg().Path() != "main" || f.Exported() {
		return ""
	}
	return Exported(f.Name(), patch.MarkName)
}

func (b *unitBuilder) function(f *types.Func) string {
	if f.Signature().Recv() != nil {
		if f.Exported() {
			return ""
		}
		return Exported(f.Name(), patch.MarkMethod)
	}
	d := b.Plan.Decl(f.Name())
	if d == nil || f.Parent() != b.Plan.Env.Pkg.Scope() {
		return ""
	}
	if d.Generic {
		return b.declared(d, f.Name())
	}
	return "(*" + b.pointer(d.Slot, cell.PlainSignature(f.Signature())) + ")"
}

// declared refers to a type, a constant or a generic function.
func (b *unitBuilder) declared(d *cell.Decl, name string) string {
	n := Exported(name, patch.MarkName)
	if d == nil || b.Makes(d) || d.Unit == nil {
		return n
	}
	b.units[d.Unit] = true
	return "u" + d.Unit.ID + "." + n
}

// pointer is the unit's variable that points to a slot.
func (b *unitBuilder) pointer(s *cell.Slot, t types.Type) string {
	if _, ok := b.bind[s]; !ok {
		b.bind[s] = t
	}
	return "pꞏ" + b.slotName(s)
}

// slotName names a slot in the unit, by when the unit first needs it.
func (b *unitBuilder) slotName(s *cell.Slot) string {
	if b.names[s] == "" {
		b.names[s] = fmt.Sprintf("%s_%d", s.ID[:strings.LastIndexByte(s.ID, '_')], len(b.names))
	}
	return b.names[s]
}

// typeText writes a type for the unit.
func (b *unitBuilder) typeText(t types.Type) string {
	text, err := b.typeWriter().Text(t)
	if err != nil {
		b.fail(err)
	}
	return text
}

func (b *unitBuilder) typeWriter() *typetext.Writer {
	return &typetext.Writer{
		Name: func(n *types.TypeName) string {
			if cell.SessionType(n) {
				d := b.Plan.Decl(n.Name())
				if d == nil || n.Parent() != nil && n.Parent() != b.Plan.Env.Pkg.Scope() {
					return n.Name() // local to a function
				}
				return b.declared(d, n.Name())
			}
			if !n.Exported() && n.Pkg().Path() != "unsafe" {
				return ""
			}
			return b.pkg(n.Pkg().Path()) + "." + n.Name()
		},
		Field: func(f *types.Var) string {
			if n := b.field(f); n != "" {
				return n
			}
			return f.Name()
		},
		Embedded: func(f *types.Var) string { return b.rt(Exported(f.Name(), patch.MarkName)) },
		Method: func(f *types.Func) string {
			if f.Pkg() == nil || f.Pkg().Path() != "main" {
				return f.Name()
			}
			return Exported(f.Name(), patch.MarkMethod)
		},
	}
}

// signature writes a function type, its parameters with names, and these names
// as arguments.
func (b *unitBuilder) signature(sig *types.Signature) (text, params, args string) {
	var ps, as []string
	for i := range sig.Params().Len() {
		w := b.typeWriter()
		w.Parameter(sig, i)
		if w.Err != nil {
			b.fail(w.Err)
		}
		a := "a" + strconv.Itoa(i)
		ps = append(ps, a+" "+w.B.String())
		if sig.Variadic() && i == sig.Params().Len()-1 {
			a += "..."
		}
		as = append(as, a)
	}
	plain := types.NewSignatureType(nil, nil, nil, sig.Params(), sig.Results(), sig.Variadic())
	return b.typeText(plain), strings.Join(ps, ", "), strings.Join(as, ", ")
}

func (b *unitBuilder) editor(src *cell.Source, info *types.Info) *editor {
	return &editor{b: b, info: info, src: src, top: map[ast.Node]bool{}}
}

// lineDirective says where a piece of the cell's text stood, in a place that is
// named when the unit is loaded (places.go).
func (b *unitBuilder) lineDirective(src *cell.Source, n ast.Node) string {
	off := src.Offset(n.Pos())
	col := off - strings.LastIndexByte(src.Text[:off], '\n')
	return fmt.Sprintf("/*line %s:%d:%d*/", b.place(src), src.Line(off), col)
}

// declare writes a declaration into the unit.
func (b *unitBuilder) declare(d *cell.Decl) {
	ed := b.editor(d.Src, b.Plan.InfoOf(d))
	at := b.lineDirective(d.Src, d.Node)
	switch d.Kind {
	case cell.ConstDecl:
		fmt.Fprintf(&b.body, "%s%s\n", at, b.constants(ed, d))
	case cell.TypeDecl:
		fmt.Fprintf(&b.body, "type %s%s\n", at, ed.node(d.Node.(*ast.GenDecl).Specs[0]))
		if t, ok := b.Plan.Env.Pkg.Scope().Lookup(d.Names[0]).(*types.TypeName); ok && !d.Generic && !t.IsAlias() && !typetext.IsConstraint(t.Type()) {
			fmt.Fprintf(&b.glue, "u.Types[%q] = %s.TypeFor[%s]()\n", d.Names[0], cell.Alias("reflect"), Exported(d.Names[0], patch.MarkName))
			fmt.Fprintf(&b.glue, "u.Composites = append(u.Composites")
			for _, composite := range []string{"[]%s", "[]*%s", "[][]%s", "map[string]%s", "map[string]*%s", "map[string][]%s", "map[int]%s"} {
				fmt.Fprintf(&b.glue, ", %s.TypeFor["+composite+"]()", cell.Alias("reflect"), Exported(d.Names[0], patch.MarkName))
			}
			b.glue.WriteString(")\n")
			b.thunks(d, t)
		}
	case cell.FuncDecl, cell.MethodDecl:
		b.funcText(ed, d, at)
	}
}

// constants writes a group of constants. Names that a later cell took over
// have become blank in the node, but not in the text.
func (b *unitBuilder) constants(ed *editor, d *cell.Decl) string {
	for _, s := range d.Node.(*ast.GenDecl).Specs {
		for _, id := range s.(*ast.ValueSpec).Names {
			if id.Name == "_" { // it may have become blank
				ed.replace(id.Pos(), ed.identEnd(id), "_")
			}
		}
	}
	ed.walk(d.Node)
	return ed.text(d.Node.Pos(), d.Node.End())
}

// thunks gives a type its methods: each calls the function in the method's
// slot, so that values of the type follow when a cell declares it again.
func (b *unitBuilder) thunks(d *cell.Decl, t *types.TypeName) {
	n, ok := t.Type().(*types.Named)
	if !ok {
		return
	}
	for m := range n.Methods() {
		md := b.Plan.Decl(t.Name() + "." + m.Name())
		if md == nil || md.Recovers() {
			continue
		}
		star := ""
		if _, ptr := m.Signature().Recv().Type().(*types.Pointer); ptr {
			star = "*"
		}
		text, params, args := b.signature(m.Signature())
		ret, results := "", ""
		if m.Signature().Results().Len() > 0 {
			ret, results = "return ", text[resultStart(text):]
		}
		fmt.Fprintf(&b.body, "func (r %s%s) %s(%s)%s { %s(*%s)(r%s) }\n", star, Exported(t.Name(), patch.MarkName),
			Exported(m.Name(), patch.MarkMethod), params, results, ret, b.pointer(md.Slot, cell.PlainSignature(m.Signature())), comma(args))
	}
}

func comma(args string) string {
	if args == "" {
		return ""
	}
	return ", " + args
}

// resultStart finds where the results begin in "func(...) (...)".
func resultStart(text string) int {
	depth := 0
	for i := len("func"); i < len(text); i++ {
		switch text[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		case '"':
			if n, err := strconv.QuotedPrefix(text[i:]); err == nil {
				i += len(n) - 1
			}
		}
	}
	return len(text)
}

// funcText writes a function, or a method as a function of its receiver.
// Generic ones stay as they are.
func (b *unitBuilder) funcText(ed *editor, d *cell.Decl, at string) {
	f := d.Node.(*ast.FuncDecl)
	if f.Body == nil {
		b.fail(fmt.Errorf("the function %s has no body", d.Names[0]))
		return
	}
	ed.function(f.Body)
	if d.Generic || d.Recovers() {
		mark := patch.MarkName
		if d.Kind == cell.MethodDecl {
			mark = patch.MarkMethod
		}
		for _, part := range []ast.Node{f.Recv, f.Type, f.Body} {
			if !isNilNode(part) {
				ed.walk(part)
			}
		}
		if d.Kind == cell.FuncDecl || !token.IsExported(f.Name.Name) {
			ed.replace(f.Name.Pos(), ed.identEnd(f.Name), Exported(f.Name.Name, mark))
		}
		fmt.Fprintf(&b.body, "%s%s\n", at, ed.text(f.Pos(), f.End()))
		return
	}
	symbol := "fꞏ" + strings.ReplaceAll(d.Names[0], ".", "ꞏ") + "ꞏ" + b.slotName(d.Slot)
	if f.Recv == nil {
		ed.replace(f.Name.Pos(), ed.identEnd(f.Name), symbol)
	} else {
		b.methodHeader(ed, f, symbol)
		ed.walk(f.Recv)
	}
	ed.walk(f.Type)
	ed.walk(f.Body)
	fmt.Fprintf(&b.body, "%s%s\n", at, ed.text(f.Pos(), f.End()))
	fmt.Fprintf(&b.glue, "u.Funcs[%q] = %s\n", b.slotName(d.Slot), symbol)
}

func isNilNode(n ast.Node) bool {
	f, ok := n.(*ast.FieldList)
	return ok && f == nil
}

// methodHeader turns func (r T) M(a int) into func M(r T, a int).
func (b *unitBuilder) methodHeader(ed *editor, f *ast.FuncDecl, symbol string) {
	ed.replace(f.Recv.Opening, f.Recv.Opening+1, symbol+"(")
	if len(f.Recv.List[0].Names) == 0 {
		ed.open(f.Recv.List[0].Type.Pos(), "_ ")
	}
	sep := ""
	if len(f.Type.Params.List) > 0 {
		sep = ", "
	}
	ed.replace(f.Recv.Closing, f.Type.Params.Opening+1, sep)
	for _, p := range f.Type.Params.List {
		if len(p.Names) == 0 {
			ed.open(p.Type.Pos(), "_ ")
		}
	}
}

// cell writes the statements of the cell.
func (b *unitBuilder) cell() {
	p := b.Plan
	b.body.WriteString("func cellꞏ() {\n")
	ed := b.editor(p.Src, p.Info)
	b.initialize(ed)
	for _, d := range p.InitFuncs {
		f := d.Node.(*ast.FuncDecl)
		ed.edits = nil
		ed.walk(f.Body)
		fmt.Fprintf(&b.body, "func() %s%s()\n", b.lineDirective(p.Src, f.Body), ed.text(f.Body.Pos(), f.Body.End()))
	}
	if p.Src.Body != nil && len(p.Src.Body.List) > 0 {
		p.TopLevel(func(s ast.Stmt) { ed.top[s] = true })
		list := p.Src.Body.List
		ed.edits = nil
		for _, i := range p.Src.Others {
			ed.add(i.Off, i.End, replacing, cell.BlankLines(p.Src.Text[i.Off:i.End]))
		}
		for _, s := range list {
			if x, ok := s.(*ast.ExprStmt); ok && x == p.Dropped && p.Values(x.X) == 1 {
				ed.open(x.Pos(), "_ = ")
			}
			if x, ok := s.(*ast.ExprStmt); ok && x == p.Shown {
				ed.open(x.Pos(), b.rt("Show("))
				ed.close(x.End(), ")")
			}
			ed.walk(s)
		}
		fmt.Fprintf(&b.body, "%s%s\n", b.lineDirective(p.Src, list[0]), ed.textTo(list[0].Pos(), p.Src.EndOf(list[len(list)-1])))
	}
	b.body.WriteString("}\n")
	b.glue.WriteString("u.Cell = cellꞏ\n")
}

// initialize sets the variables of a declaration cell.
func (b *unitBuilder) initialize(ed *editor) {
	var names []*ast.Ident
	for _, id := range cell.VarNames(b.Plan.VarDecls()) {
		if id.Name != "_" {
			names = append(names, id)
		}
	}
	b.body.WriteString(ed.zeros(names) + "\n")
	for _, i := range b.Plan.VarInits {
		if cell.IsNil(b.Plan.Info, i.Rhs) {
			continue
		}
		var left []string
		for _, v := range i.Lhs {
			if s := b.VarSlots[v]; s != nil {
				left = append(left, "*"+b.pointer(s, v.Type()))
			} else {
				left = append(left, "_")
			}
		}
		ed.edits = nil
		if x := pairReceive(len(i.Lhs), []ast.Expr{i.Rhs}); x != nil {
			ed.receive(x, "Recv2(")
			ed.walk(x.X)
		} else {
			ed.walk(i.Rhs)
		}
		fmt.Fprintf(&b.body, "%s = %s%s\n", strings.Join(left, ", "), b.lineDirective(b.Plan.Src, i.Rhs), ed.text(i.Rhs.Pos(), i.Rhs.End()))
	}
}

// slots are those that the unit binds, in an order that only its text decides.
func (b *unitBuilder) slots() []*cell.Slot {
	for s := range b.bind {
		if b.names[s] == "" {
			panic("golang: a slot without a name")
		}
	}
	return slices.SortedFunc(maps.Keys(b.bind), func(x, y *cell.Slot) int { return strings.Compare(b.names[x], b.names[y]) })
}

// source returns the unit's text.
func (b *unitBuilder) source() (string, error) {
	var pointers strings.Builder
	for _, s := range b.slots() {
		name := b.slotName(s)
		fmt.Fprintf(&pointers, "var pꞏ%s *%s\n", name, b.typeText(b.bind[s]))
		fmt.Fprintf(&b.glue, "u.Bind[%q] = &pꞏ%s\n", name, name)
		if b.fresh[s] {
			fmt.Fprintf(&b.glue, "u.New[%q] = func() any { return new(%s) }\n", name, b.typeText(b.bind[s]))
		}
	}
	b.markPlaces(&pointers)
	var out strings.Builder
	out.WriteString("package main\n")
	for _, a := range slices.Sorted(maps.Keys(b.imports)) {
		fmt.Fprintf(&out, "import %s %q\n", a, b.imports[a])
	}
	for _, u := range slices.SortedFunc(maps.Keys(b.units), func(x, y *cell.Unit) int { return strings.Compare(x.ID, y.ID) }) {
		fmt.Fprintf(&out, "import u%s %q\n", u.ID, u.Path)
	}
	out.WriteString(b.body.String() + pointers.String())
	out.WriteString("func Unitꞏ() *" + b.rt("Unit") + " {\nu := " + b.rt("NewUnit()") + "\n" + b.glue.String() + "return u\n}\nvar _ = " + cell.Alias("reflect") + ".TypeOf\nfunc main() {}\n")
	return out.String(), b.err
}
