package interpret

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"math"
	"slices"
	"strconv"
	"strings"

	"gomdcsan/kernel/golang/cell"
	"gomdcsan/kernel/golang/typetext"
)

// lowering writes a checked cell for the interpreter, in the small part of Go
// that it surely gets right: every constant is folded and typed, every local
// variable has a name of its own, variables of the session are reached through
// pointers, several assignments go through temporaries, indices are checked
// before use. It is the gate as well: what it has no rule for, it refuses.
type lowering struct {
	n        *interpreter
	tables   *tables
	c        *cell.Prepared
	p        *cell.Plan
	locals   map[types.Object]string
	slots    map[*cell.Slot]string // pointer variables of the prologue
	order    []*cell.Slot
	out      strings.Builder
	temps    int
	loops    int
	compiler func() bool // is there: loops within loops are for it
	// printing is set in the arguments of fmt's printing functions, which do
	// not mind how a type came to be.
	printing bool
}

// lower returns the cell as the body of a function, or why it cannot.
func (n *Interpreters) lower(c *cell.Prepared, yaegi *interpreter, compiler func() bool) (l *lowering, refused *Refusal) {
	p := c.Plan
	l = &lowering{n: yaegi, tables: n.Tables, c: c, p: p, locals: map[types.Object]string{}, slots: map[*cell.Slot]string{}, compiler: compiler}
	defer func() {
		if r := recover(); r != nil {
			why, ok := r.(Refusal)
			if !ok {
				panic(r)
			}
			refused = &why
		}
	}()
	for _, d := range slices.Concat(p.Fresh, p.InitFuncs) {
		l.refuse(d.Node.Pos(), "declarations are compiled")
	}
	l.initialize()
	if p.Src.Body != nil {
		l.block(p.Src.Body.List, true)
	}
	return l, nil
}

func (l *lowering) refuse(pos token.Pos, format string, args ...any) {
	panic(Refusal{pos, fmt.Sprintf(format, args...)})
}

func (l *lowering) emit(format string, args ...any) { fmt.Fprintf(&l.out, format+"\n", args...) }

func (l *lowering) temp() string {
	l.temps++
	return fmt.Sprintf("t%d", l.temps)
}

func (l *lowering) typeOf(e ast.Expr) types.Type { return l.p.Info.TypeOf(e) }

// pointer returns the prologue's variable that points to a slot.
func (l *lowering) pointer(s *cell.Slot) string {
	name, ok := l.slots[s]
	if !ok {
		name = "p" + strconv.Itoa(len(l.order))
		l.slots[s] = name
		l.order = append(l.order, s)
	}
	return name
}

// holdable reports whether a local variable of the type is safe in the
// interpreter: it copies neither structs nor arrays where Go does.
func holdable(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Struct, *types.Array, *types.Signature, *types.TypeParam:
		return false
	case *types.Basic:
		return u.Info()&types.IsComplex == 0 && u.Kind() != types.UnsafePointer
	}
	return true
}

// computes reports whether the interpreter's arithmetic on the type is Go's.
func computes(t types.Type) bool {
	b, ok := types.Unalias(t).(*types.Basic)
	if !ok {
		return false
	}
	switch b.Kind() {
	case types.Int, types.Int64, types.Float64, types.String, types.Bool, types.UntypedBool:
		return true
	}
	return false
}

// constant writes a constant with its type.
func (l *lowering) constant(e ast.Expr, tv types.TypeAndValue) string {
	t := types.Default(tv.Type)
	if _, ok := t.Underlying().(*types.Interface); ok {
		l.refuse(e.Pos(), "a constant of interface type")
	}
	b, ok := t.Underlying().(*types.Basic)
	if !ok {
		l.refuse(e.Pos(), "a constant of type %s", t)
	}
	text := ""
	switch info := b.Info(); {
	case info&types.IsBoolean != 0:
		text = strconv.FormatBool(constant.BoolVal(tv.Value))
	case info&types.IsString != 0:
		text = strconv.Quote(constant.StringVal(tv.Value))
	case info&types.IsInteger != 0:
		text = l.integer(e, tv.Value, b)
	case info&types.IsFloat != 0:
		f, _ := constant.Float64Val(constant.ToFloat(tv.Value))
		if math.IsInf(f, 0) || f == 0 || math.Abs(f) < 1e-300 || math.Abs(f) > 1e300 || b.Kind() == types.Float32 {
			if f != 0 {
				l.refuse(e.Pos(), "the constant %s", tv.Value)
			}
		}
		text = strconv.FormatFloat(f, 'e', -1, 64)
	default:
		l.refuse(e.Pos(), "a constant of type %s", t)
	}
	if _, plain := types.Unalias(t).(*types.Basic); plain && (b.Kind() == types.Bool || b.Kind() == types.String) {
		return text
	}
	return l.typeText(e.Pos(), t) + "(" + text + ")"
}

func (l *lowering) integer(e ast.Expr, v constant.Value, b *types.Basic) string {
	i, exact := constant.Int64Val(constant.ToInt(v))
	if !exact || i == math.MinInt64 {
		l.refuse(e.Pos(), "the constant %s", v)
	}
	if b.Kind() == types.Int && strconv.IntSize == 32 && int64(int32(i)) != i {
		l.refuse(e.Pos(), "the constant %s", v)
	}
	return strconv.FormatInt(i, 10)
}

// typeText writes a type for the interpreter.
func (l *lowering) typeText(pos token.Pos, t types.Type) string {
	if typetext.Mentions(t, func(n *types.TypeName) bool {
		return n.Pkg() != nil && !cell.SessionType(n) && l.tables.export(n.Pkg().Path(), n.Name()) == nil
	}) {
		l.refuse(pos, "the type %s, which the interpreter does not know", t)
	}
	tw := typetext.Writer{
		Name: func(n *types.TypeName) string {
			if cell.SessionType(n) {
				return l.sessionType(pos, n)
			}
			return l.pkg(n.Pkg().Path()) + "." + n.Name()
		},
		Field: func(f *types.Var) string {
			if !f.Exported() {
				l.refuse(pos, "a struct with unexported fields")
			}
			return f.Name()
		},
		Method: func(f *types.Func) string { l.refuse(pos, "an interface without a name"); return "" },
	}
	text, err := tw.Text(t)
	if err != nil {
		l.refuse(pos, "%v", err)
	}
	return text
}

func (l *lowering) sessionType(pos token.Pos, n *types.TypeName) string {
	d := l.p.Decl(n.Name())
	if d == nil || d.Unit == nil || d.Generic || d.Unit.Types[d.Names[0]] == nil { // an alias has no type of its own
		l.refuse(pos, "the type %s, which is to be compiled", n.Name())
	}
	return l.n.typeSymbol(d)
}

func (l *lowering) pkg(path string) string {
	return l.n.alias(path)
}

// expr writes an expression.
func (l *lowering) expr(e ast.Expr) string {
	if tv := l.p.Info.Types[e]; tv.Value != nil {
		return l.constant(e, tv)
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		return "(" + l.expr(e.X) + ")"
	case *ast.Ident:
		return l.ident(e)
	case *ast.SelectorExpr:
		return l.selector(e)
	case *ast.StarExpr:
		if t := l.typeOf(e); !holdable(t) {
			l.refuse(e.Pos(), "a copy of a %s", t)
		}
		return "(*" + l.expr(e.X) + ")"
	case *ast.UnaryExpr:
		return l.unary(e)
	case *ast.BinaryExpr:
		return l.binary(e)
	case *ast.IndexExpr:
		return l.index(e)
	case *ast.SliceExpr:
		return l.slice(e)
	case *ast.CallExpr:
		return l.call(e)
	case *ast.CompositeLit:
		return l.composite(e)
	}
	l.refuse(e.Pos(), "%s", describe(e))
	return ""
}

func describe(n ast.Node) string {
	switch n.(type) {
	case *ast.FuncLit:
		return "function literals are compiled"
	case *ast.TypeAssertExpr:
		return "type assertions are compiled"
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", n), "*ast.") + " is compiled"
}

func (l *lowering) ident(e *ast.Ident) string {
	o := l.p.Info.ObjectOf(e)
	switch o := o.(type) {
	case *types.Nil:
		return "nil"
	case *types.Var:
		if s := l.c.SlotOf(o); s != nil {
			return "(*" + l.pointer(s) + ")"
		}
		if n := l.locals[o]; n != "" {
			return n
		}
	case *types.Func:
		return l.function(e, o)
	}
	l.refuse(e.Pos(), "the name %s", e.Name)
	return ""
}

// function names a function of the session.
func (l *lowering) function(e *ast.Ident, o *types.Func) string {
	d := l.p.Decl(o.Name())
	if o.Pkg() == nil || o.Pkg().Path() != "main" || d == nil || d.Slot == nil || d.Unit == nil || d.Generic {
		l.refuse(e.Pos(), "the function %s", e.Name)
	}
	name := l.n.funcSymbol(d.Slot)
	return name
}

func (l *lowering) selector(e *ast.SelectorExpr) string {
	if id, ok := e.X.(*ast.Ident); ok {
		if p, ok := l.p.Info.Uses[id].(*types.PkgName); ok {
			return l.qualified(e, p.Imported())
		}
	}
	sel := l.p.Info.Selections[e]
	if sel == nil || sel.Kind() != types.FieldVal {
		l.refuse(e.Pos(), "method values are compiled")
	}
	if !sel.Obj().Exported() {
		l.refuse(e.Sel.Pos(), "%s is unexported", e.Sel.Name)
	}
	return l.operand(e.X) + "." + e.Sel.Name
}

// operand writes what a selector, an index or a method call applies to: there
// a struct or an array is used in place, not copied.
func (l *lowering) operand(e ast.Expr) string { return l.expr(e) }

func (l *lowering) qualified(e *ast.SelectorExpr, p *types.Package) string {
	o := p.Scope().Lookup(e.Sel.Name)
	if l.tables.export(p.Path(), e.Sel.Name) == nil {
		l.refuse(e.Pos(), "%s.%s is not in the interpreter's tables", p.Name(), e.Sel.Name)
	}
	switch o := o.(type) {
	case *types.Func:
	case *types.Var:
		switch o.Type().Underlying().(type) {
		case *types.Basic, *types.Struct, *types.Array: // read when compiled, or aliased
			l.refuse(e.Pos(), "the variable %s.%s", p.Name(), e.Sel.Name)
		}
	default:
		l.refuse(e.Pos(), "%s.%s", p.Name(), e.Sel.Name)
	}
	return l.pkg(p.Path()) + "." + e.Sel.Name
}

func (l *lowering) unary(e *ast.UnaryExpr) string {
	switch e.Op {
	case token.SUB, token.NOT, token.ADD:
		if !computes(l.typeOf(e)) {
			l.refuse(e.Pos(), "arithmetic on %s", l.typeOf(e))
		}
		return e.Op.String() + "(" + l.expr(e.X) + ")"
	case token.AND:
		switch x := ast.Unparen(e.X).(type) {
		case *ast.CompositeLit:
			return "&" + l.composite(x)
		case *ast.Ident:
			if s := l.c.SlotOf(l.p.Info.ObjectOf(x)); s != nil {
				return l.pointer(s)
			}
		}
	}
	l.refuse(e.Pos(), "the operator %s here", e.Op)
	return ""
}

func (l *lowering) binary(e *ast.BinaryExpr) string {
	x, y := l.typeOf(e.X), l.typeOf(e.Y)
	switch e.Op {
	case token.EQL, token.NEQ:
		if cell.IsNil(l.p.Info, e.X) || cell.IsNil(l.p.Info, e.Y) {
			break
		}
		fallthrough
	case token.ADD, token.SUB, token.MUL, token.QUO, token.REM, token.LSS, token.LEQ, token.GTR, token.GEQ, token.LAND, token.LOR:
		if !computes(x) || !computes(y) {
			l.refuse(e.OpPos, "the operator %s on %s", e.Op, x)
		}
	default:
		l.refuse(e.OpPos, "the operator %s", e.Op)
	}
	return "(" + l.expr(e.X) + " " + e.Op.String() + " " + l.expr(e.Y) + ")"
}

// pure reports whether evaluating an expression twice is the same as once.
func pure(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident, *ast.BasicLit:
		return true
	case *ast.ParenExpr:
		return pure(e.X)
	case *ast.SelectorExpr:
		return pure(e.X)
	}
	return false
}

func (l *lowering) index(e *ast.IndexExpr) string {
	if !l.p.Info.Types[e.X].IsValue() {
		l.refuse(e.Pos(), "generics are compiled")
	}
	if t := l.typeOf(e); !holdable(t) && t.Underlying() != nil {
		if _, isStruct := t.Underlying().(*types.Struct); !isStruct {
			l.refuse(e.Pos(), "an element of type %s", t)
		}
	}
	x := l.operand(e.X)
	switch u := l.typeOf(e.X).Underlying().(type) {
	case *types.Map:
		if !types.Identical(types.Default(l.typeOf(e.Index)), u.Key()) || !computes(u.Key()) {
			l.refuse(e.Index.Pos(), "map keys of type %s", u.Key())
		}
		return x + "[" + l.expr(e.Index) + "]"
	case *types.Slice, *types.Basic:
		if !pure(e.X) || !types.Identical(types.Default(l.typeOf(e.Index)), types.Typ[types.Int]) {
			l.refuse(e.Index.Pos(), "this index")
		}
		return x + "[" + l.n.helper("Index") + "(" + l.expr(e.Index) + ", len(" + x + "))]"
	}
	l.refuse(e.Pos(), "indexing a %s", l.typeOf(e.X))
	return ""
}

func (l *lowering) slice(e *ast.SliceExpr) string {
	if _, ok := l.typeOf(e.X).Underlying().(*types.Slice); !ok || e.Slice3 || !pure(e.X) {
		l.refuse(e.Pos(), "slicing a %s", l.typeOf(e.X))
	}
	x := l.operand(e.X)
	bound := func(b ast.Expr, def string) string {
		if b == nil {
			return def
		}
		if !pure(b) || !types.Identical(types.Default(l.typeOf(b)), types.Typ[types.Int]) {
			l.refuse(b.Pos(), "this index")
		}
		return l.expr(b)
	}
	lo, hi := bound(e.Low, "0"), bound(e.High, "len("+x+")")
	return x + "[" + l.n.helper("Slice") + "(" + lo + ", " + hi + ", len(" + x + "), cap(" + x + ")):" + hi + "]"
}
