package golang

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gomdcsan/kernel/golang/eval"
)

const rtPath = "gomdcsan/kernel/golang/rt"

// A unitBuilder writes one unit: a package with the declarations of the
// session that are not compiled yet, and the statements of a cell.
type unitBuilder struct {
	s       *session
	p       *plan
	made    map[types.Object]*slot
	own     map[*decl]bool    // declared in this unit
	imports map[string]string // alias -> path
	units   map[*unit]bool    // imported
	bind    map[*slot]types.Type
	fresh   map[*slot]bool   // made by this unit, if they are not there
	names   map[*slot]string // in this unit: its text does not tell when the cell ran
	sources []*source        // that the unit's functions are of
	body    strings.Builder
	glue    strings.Builder
	err     error
}

func (s *session) newBuilder(p *plan, made map[types.Object]*slot) *unitBuilder {
	return &unitBuilder{
		s: s, p: p, made: made, own: map[*decl]bool{}, imports: map[string]string{alias(rtPath): rtPath, alias("reflect"): "reflect"},
		units: map[*unit]bool{}, bind: map[*slot]types.Type{}, fresh: map[*slot]bool{}, names: map[*slot]string{},
	}
}

func (b *unitBuilder) fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *unitBuilder) rt(what string) string { return alias(rtPath) + "." + what }

func (b *unitBuilder) pkg(path string) string {
	b.imports[alias(path)] = path
	return alias(path)
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
		if s := b.slotOf(o); s != nil {
			return "(*" + b.pointer(s, o.Type()) + ")"
		}
	case *types.Func:
		if o.Pkg() != nil && o.Pkg().Path() == "main" {
			return b.function(o)
		}
	case *types.TypeName, *types.Const:
		if o.Pkg() != nil && o.Pkg().Path() == "main" && o.Parent() == b.p.world.pkg.Scope() {
			return b.declared(b.p.decl(o.Name()), o.Name())
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
	return exportedName(f.Name(), markName)
}

func (b *unitBuilder) function(f *types.Func) string {
	if f.Signature().Recv() != nil {
		if f.Exported() {
			return ""
		}
		return exportedName(f.Name(), markMethod)
	}
	d := b.p.decl(f.Name())
	if d == nil || f.Parent() != b.p.world.pkg.Scope() {
		return ""
	}
	if d.generic {
		return b.declared(d, f.Name())
	}
	return "(*" + b.pointer(d.slot, eval.Plain(f.Signature())) + ")"
}

// declared refers to a type, a constant or a generic function.
func (b *unitBuilder) declared(d *decl, name string) string {
	n := exportedName(name, markName)
	if d == nil || b.own[d] || d.unit == nil {
		return n
	}
	b.units[d.unit] = true
	return "u" + d.unit.id + "." + n
}

func (b *unitBuilder) slotOf(o types.Object) *slot {
	if s := b.made[o]; s != nil {
		return s
	}
	v, ok := o.(*types.Var)
	if !ok || v.Parent() != b.p.world.pkg.Scope() {
		return nil
	}
	if w := b.p.world.vars[v.Name()]; w != nil && w.slot != nil {
		return w.slot
	}
	for made, s := range b.made { // a variable of this cell, named by its functions
		if made.Name() == v.Name() {
			return s
		}
	}
	return nil
}

// pointer is the unit's variable that points to a slot.
func (b *unitBuilder) pointer(s *slot, t types.Type) string {
	if _, ok := b.bind[s]; !ok {
		b.bind[s] = t
	}
	return "pꞏ" + b.slotName(s)
}

// slotName names a slot in the unit, by when the unit first needs it.
func (b *unitBuilder) slotName(s *slot) string {
	if b.names[s] == "" {
		b.names[s] = fmt.Sprintf("%s_%d", s.id[:strings.LastIndexByte(s.id, '_')], len(b.names))
	}
	return b.names[s]
}

// typeText writes a type for the unit.
func (b *unitBuilder) typeText(t types.Type) string {
	text, err := b.typeWriter().text(t)
	if err != nil {
		b.fail(err)
	}
	return text
}

func (b *unitBuilder) typeWriter() *typeWriter {
	return &typeWriter{
		name: func(n *types.TypeName) string {
			if sessionType(n) {
				d := b.p.decl(n.Name())
				if d == nil || n.Parent() != nil && n.Parent() != b.p.world.pkg.Scope() {
					return n.Name() // local to a function
				}
				return b.declared(d, n.Name())
			}
			if !n.Exported() && n.Pkg().Path() != "unsafe" {
				return ""
			}
			return b.pkg(n.Pkg().Path()) + "." + n.Name()
		},
		field: func(f *types.Var) string {
			if n := b.field(f); n != "" {
				return n
			}
			return f.Name()
		},
		embedded: func(f *types.Var) string { return b.rt(exportedName(f.Name(), markName)) },
		meth: func(f *types.Func) string {
			if f.Pkg() == nil || f.Pkg().Path() != "main" {
				return f.Name()
			}
			return exportedName(f.Name(), markMethod)
		},
	}
}

// signature writes a function type, its parameters with names, and these names
// as arguments.
func (b *unitBuilder) signature(sig *types.Signature) (text, params, args string) {
	var ps, as []string
	for i := range sig.Params().Len() {
		w := b.typeWriter()
		w.parameter(sig, i)
		if w.err != nil {
			b.fail(w.err)
		}
		a := "a" + strconv.Itoa(i)
		ps = append(ps, a+" "+w.b.String())
		if sig.Variadic() && i == sig.Params().Len()-1 {
			a += "..."
		}
		as = append(as, a)
	}
	plain := types.NewSignatureType(nil, nil, nil, sig.Params(), sig.Results(), sig.Variadic())
	return b.typeText(plain), strings.Join(ps, ", "), strings.Join(as, ", ")
}

func (b *unitBuilder) editor(src *source, info *types.Info) *editor {
	return &editor{b: b, info: info, src: src, top: map[ast.Node]bool{}}
}

func (b *unitBuilder) infoOf(d *decl) *types.Info {
	if slices.Contains(b.p.fresh, d) {
		return b.p.info
	}
	return b.p.world.info
}

// lineDirective says where a piece of the cell's text stood, in a place that is
// named when the unit is loaded (places.go).
func (b *unitBuilder) lineDirective(src *source, n ast.Node) string {
	off := src.offset(n.Pos())
	col := off - strings.LastIndexByte(src.text[:off], '\n')
	return fmt.Sprintf("/*line %s:%d:%d*/", b.place(src), src.line(off), col)
}

// declare writes a declaration into the unit.
func (b *unitBuilder) declare(d *decl) {
	ed := b.editor(d.src, b.infoOf(d))
	at := b.lineDirective(d.src, d.node)
	switch d.kind {
	case constDecl:
		fmt.Fprintf(&b.body, "%s%s\n", at, b.constants(ed, d))
	case typeDecl:
		fmt.Fprintf(&b.body, "type %s%s\n", at, ed.node(d.node.(*ast.GenDecl).Specs[0]))
		if t, ok := b.p.world.pkg.Scope().Lookup(d.names[0]).(*types.TypeName); ok && !d.generic && !t.IsAlias() && !isConstraint(t.Type()) {
			fmt.Fprintf(&b.glue, "u.Types[%q] = %s.TypeFor[%s]()\n", d.names[0], alias("reflect"), exportedName(d.names[0], markName))
			fmt.Fprintf(&b.glue, "u.Kin = append(u.Kin")
			for _, kin := range []string{"[]%s", "[]*%s", "[][]%s", "map[string]%s", "map[string]*%s", "map[string][]%s", "map[int]%s"} {
				fmt.Fprintf(&b.glue, ", %s.TypeFor["+kin+"]()", alias("reflect"), exportedName(d.names[0], markName))
			}
			b.glue.WriteString(")\n")
			b.thunks(d, t)
		}
	case funcDecl, methodDecl:
		b.funcText(ed, d, at)
	}
}

// isConstraint reports whether a type is an interface that only constrains type
// parameters.
func isConstraint(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	return ok && !i.IsMethodSet()
}

// constants writes a group of constants. Names that a later cell took over
// have become blank in the node, but not in the text.
func (b *unitBuilder) constants(ed *editor, d *decl) string {
	for _, s := range d.node.(*ast.GenDecl).Specs {
		for _, id := range s.(*ast.ValueSpec).Names {
			if id.Name == "_" { // it may have become blank
				ed.replace(id.Pos(), ed.identEnd(id), "_")
			}
		}
	}
	ed.walk(d.node)
	return ed.text(d.node.Pos(), d.node.End())
}

// thunks gives a type its methods: each calls the function in the method's
// slot, so that values of the type follow when a cell declares it again.
func (b *unitBuilder) thunks(d *decl, t *types.TypeName) {
	n, ok := t.Type().(*types.Named)
	if !ok {
		return
	}
	for m := range n.Methods() {
		md := b.p.decl(t.Name() + "." + m.Name())
		if md == nil || md.recovers() {
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
		fmt.Fprintf(&b.body, "func (r %s%s) %s(%s)%s { %s(*%s)(r%s) }\n", star, exportedName(t.Name(), markName),
			exportedName(m.Name(), markMethod), params, results, ret, b.pointer(md.slot, eval.Plain(m.Signature())), comma(args))
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
func (b *unitBuilder) funcText(ed *editor, d *decl, at string) {
	f := d.node.(*ast.FuncDecl)
	if f.Body == nil {
		b.fail(fmt.Errorf("the function %s has no body", d.names[0]))
		return
	}
	ed.function(f.Body)
	if d.generic || d.recovers() {
		mark := markName
		if d.kind == methodDecl {
			mark = markMethod
		}
		for _, part := range []ast.Node{f.Recv, f.Type, f.Body} {
			if !isNilNode(part) {
				ed.walk(part)
			}
		}
		if d.kind == funcDecl || !token.IsExported(f.Name.Name) {
			ed.replace(f.Name.Pos(), ed.identEnd(f.Name), exportedName(f.Name.Name, mark))
		}
		fmt.Fprintf(&b.body, "%s%s\n", at, ed.text(f.Pos(), f.End()))
		return
	}
	symbol := "fꞏ" + strings.ReplaceAll(d.names[0], ".", "ꞏ") + "ꞏ" + b.slotName(d.slot)
	if f.Recv == nil {
		ed.replace(f.Name.Pos(), ed.identEnd(f.Name), symbol)
	} else {
		b.methodHeader(ed, f, symbol)
		ed.walk(f.Recv)
	}
	ed.walk(f.Type)
	ed.walk(f.Body)
	fmt.Fprintf(&b.body, "%s%s\n", at, ed.text(f.Pos(), f.End()))
	fmt.Fprintf(&b.glue, "u.Funcs[%q] = %s\n", b.slotName(d.slot), symbol)
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
	p := b.p
	b.body.WriteString("func cellꞏ() {\n")
	ed := b.editor(p.src, p.info)
	b.initialize(ed)
	for _, d := range p.starts {
		f := d.node.(*ast.FuncDecl)
		ed.edits = nil
		ed.walk(f.Body)
		fmt.Fprintf(&b.body, "func() %s%s()\n", b.lineDirective(p.src, f.Body), ed.text(f.Body.Pos(), f.Body.End()))
	}
	if p.src.body != nil && len(p.src.body.List) > 0 {
		p.topLevel(func(s ast.Stmt) { ed.top[s] = true })
		list := p.src.body.List
		ed.edits = nil
		for _, i := range p.src.others {
			ed.add(i.off, i.end, replacing, blankLines(p.src.text[i.off:i.end]))
		}
		for _, s := range list {
			if x, ok := s.(*ast.ExprStmt); ok && x == p.shown {
				ed.open(x.Pos(), b.rt("Show("))
				ed.close(x.End(), ")")
			}
			ed.walk(s)
		}
		fmt.Fprintf(&b.body, "%s%s\n", b.lineDirective(p.src, list[0]), ed.textTo(list[0].Pos(), p.src.endOf(list[len(list)-1])))
	}
	b.body.WriteString("}\n")
	b.glue.WriteString("u.Cell = cellꞏ\n")
}

// initialize sets the variables of a declaration cell.
func (b *unitBuilder) initialize(ed *editor) {
	var names []*ast.Ident
	for _, id := range varNames(b.p.varDecls()) {
		if id.Name != "_" {
			names = append(names, id)
		}
	}
	b.body.WriteString(ed.zeros(names) + "\n")
	for _, i := range b.p.inits {
		if isNil(b.p.info, i.Rhs) {
			continue
		}
		var left []string
		for _, v := range i.Lhs {
			if s := b.made[v]; s != nil {
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
		fmt.Fprintf(&b.body, "%s = %s%s\n", strings.Join(left, ", "), b.lineDirective(b.p.src, i.Rhs), ed.text(i.Rhs.Pos(), i.Rhs.End()))
	}
}

// slots are those that the unit binds, in an order that only its text decides.
func (b *unitBuilder) slots() []*slot {
	for s := range b.bind {
		if b.names[s] == "" {
			panic("golang: a slot without a name")
		}
	}
	return slices.SortedFunc(maps.Keys(b.bind), func(x, y *slot) int { return strings.Compare(b.names[x], b.names[y]) })
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
	for _, u := range slices.SortedFunc(maps.Keys(b.units), func(x, y *unit) int { return strings.Compare(x.id, y.id) }) {
		fmt.Fprintf(&out, "import u%s %q\n", u.id, u.path)
	}
	out.WriteString(b.body.String() + pointers.String())
	out.WriteString("func Unitꞏ() *" + b.rt("Unit") + " {\nu := " + b.rt("NewUnit()") + "\n" + b.glue.String() + "return u\n}\nvar _ = " + alias("reflect") + ".TypeOf\nfunc main() {}\n")
	return out.String(), b.err
}
