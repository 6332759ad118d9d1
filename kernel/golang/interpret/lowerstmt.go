package interpret

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"gomdcsan/kernel/golang/cell"
)

func (l *lowering) block(list []ast.Stmt, top bool) {
	for i, s := range list {
		if top && l.p.Shown != nil && i == len(list)-1 {
			l.at(s)
			l.show(l.p.Shown.X)
			return
		}
		l.stmt(s)
	}
}

// at notes the line that runs, and stops there if the cell is interrupted.
func (l *lowering) at(s ast.Stmt) {
	l.emit("%s(%d)", l.n.helper("At"), l.p.Src.Line(l.p.Src.Offset(s.Pos())))
}

func (l *lowering) show(x ast.Expr) {
	if t, several := l.typeOf(x).(*types.Tuple); several {
		temps := make([]string, t.Len())
		for i := range temps {
			temps[i] = l.temp()
			if _, isFunc := t.At(i).Type().Underlying().(*types.Signature); isFunc {
				l.refuse(x.Pos(), "a function as a value")
			}
		}
		call, ok := ast.Unparen(x).(*ast.CallExpr)
		if !ok {
			l.refuse(x.Pos(), "several values")
		}
		l.emit("%s := %s", strings.Join(temps, ", "), l.call(call))
		l.emit("%s(%s)", l.n.helper("Show"), strings.Join(temps, ", "))
		return
	}
	if cell.IsNil(l.p.Info, x) {
		l.refuse(x.Pos(), "nil alone")
	}
	l.emit("%s(%s)", l.n.helper("Show"), l.argument(x))
}

func (l *lowering) stmt(s ast.Stmt) {
	switch s.(type) {
	case *ast.EmptyStmt:
		return
	case *ast.BlockStmt:
	default:
		l.at(s)
	}
	switch s := s.(type) {
	case *ast.ExprStmt:
		call, ok := ast.Unparen(s.X).(*ast.CallExpr)
		if !ok {
			l.refuse(s.Pos(), "%s", describe(s.X))
		}
		l.emit("%s", l.call(call))
	case *ast.AssignStmt:
		l.assign(s)
	case *ast.IncDecStmt:
		l.incDec(s)
	case *ast.DeclStmt:
		l.declare(s)
	case *ast.BlockStmt:
		l.emit("{")
		l.block(s.List, false)
		l.emit("}")
	case *ast.IfStmt:
		l.ifStmt(s)
	case *ast.ForStmt:
		l.forStmt(s)
	case *ast.RangeStmt:
		l.rangeStmt(s)
	case *ast.BranchStmt:
		if s.Label != nil || s.Tok != token.BREAK && s.Tok != token.CONTINUE || l.loops == 0 {
			l.refuse(s.Pos(), "%s", s.Tok)
		}
		l.emit("%s", s.Tok)
	default:
		l.refuse(s.Pos(), "%s", describe(s))
	}
}

// assign writes to variables and elements, through temporaries if there are
// several: the interpreter assigns one after the other.
func (l *lowering) assign(s *ast.AssignStmt) {
	if s.Tok != token.ASSIGN && s.Tok != token.DEFINE {
		l.opAssign(s)
		return
	}
	if len(s.Lhs) == 1 {
		l.store(s.Lhs[0], l.value(s.Lhs[0], s.Rhs[0]))
		return
	}
	temps := make([]string, len(s.Lhs))
	for i := range temps {
		temps[i] = l.temp()
	}
	if len(s.Rhs) == 1 {
		l.emit("%s := %s", strings.Join(temps, ", "), l.several(s))
	} else {
		for i, r := range s.Rhs {
			l.emit("%s := %s", temps[i], l.value(s.Lhs[i], r))
		}
		for _, x := range s.Lhs {
			if _, ok := ast.Unparen(x).(*ast.Ident); !ok {
				l.refuse(x.Pos(), "assigning to several places")
			}
		}
	}
	for i, x := range s.Lhs {
		l.store(x, temps[i])
	}
}

// several writes the right side of a, b := call() or v, ok := m[k].
func (l *lowering) several(s *ast.AssignStmt) string {
	t, ok := l.typeOf(s.Rhs[0]).(*types.Tuple)
	switch x := ast.Unparen(s.Rhs[0]).(type) {
	case *ast.CallExpr:
		for i, left := range s.Lhs {
			if !ok || !isBlank(left) && !types.Identical(l.leftType(left), t.At(i).Type()) || !holdable(t.At(i).Type()) {
				l.refuse(left.Pos(), "this assignment")
			}
		}
		return l.call(x)
	case *ast.IndexExpr:
		for _, left := range s.Lhs {
			if !isBlank(left) && !holdable(l.leftType(left)) {
				l.refuse(left.Pos(), "this assignment")
			}
		}
		return l.index(x)
	}
	l.refuse(s.Pos(), "%s", describe(s.Rhs[0]))
	return ""
}

func isBlank(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "_"
}

func (l *lowering) leftType(e ast.Expr) types.Type {
	if id, ok := e.(*ast.Ident); ok {
		if o := l.p.Info.ObjectOf(id); o != nil {
			return o.Type()
		}
	}
	return l.typeOf(e)
}

// value writes the right side of an assignment, whose type must be the left's.
func (l *lowering) value(left, right ast.Expr) string {
	t := types.Default(l.typeOf(right))
	if isBlank(left) {
		if !holdable(t) || cell.IsNil(l.p.Info, right) {
			l.refuse(right.Pos(), "this assignment")
		}
		return l.expr(right)
	}
	if !types.Identical(l.leftType(left), t) {
		l.refuse(right.Pos(), "a conversion from %s to %s", t, l.leftType(left))
	}
	if !holdable(t) && !l.freshStruct(right) {
		l.refuse(right.Pos(), "a copy of a %s", t)
	}
	return l.expr(right)
}

// freshStruct reports whether a struct is new, so that there is nothing to copy.
func (l *lowering) freshStruct(e ast.Expr) bool {
	_, isStruct := l.typeOf(e).Underlying().(*types.Struct)
	if !isStruct {
		return false
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.CompositeLit:
		return true
	case *ast.CallExpr:
		return !l.p.Info.Types[e.Fun].IsType()
	}
	return false
}

// store assigns code to a place.
func (l *lowering) store(left ast.Expr, code string) {
	if isBlank(left) {
		l.emit("_ = %s", code)
		return
	}
	id, ok := ast.Unparen(left).(*ast.Ident)
	if !ok {
		l.emit("%s = %s", l.place(left), code)
		return
	}
	o := l.p.Info.ObjectOf(id)
	if s := l.c.SlotOf(o); s != nil {
		l.emit("*%s = %s", l.pointer(s), code)
		return
	}
	if !holdable(o.Type()) {
		l.refuse(left.Pos(), "a local variable of type %s", o.Type())
	}
	if l.p.Info.Defs[id] != nil {
		l.locals[o] = "v" + l.temp()
		l.emit("%s := %s", l.locals[o], code)
		l.emit("_ = %s", l.locals[o])
		return
	}
	l.emit("%s = %s", l.ident(id), code)
}

// place writes what can be assigned to other than a variable.
func (l *lowering) place(e ast.Expr) string {
	switch e := ast.Unparen(e).(type) {
	case *ast.IndexExpr:
		if !holdable(l.typeOf(e)) {
			l.refuse(e.Pos(), "assigning to an element of type %s", l.typeOf(e))
		}
		if _, ok := l.typeOf(e.X).Underlying().(*types.Basic); !ok {
			return l.index(e)
		}
	case *ast.SelectorExpr:
		if holdable(l.typeOf(e)) && l.p.Info.Selections[e] != nil && pure(e.X) {
			return l.selector(e)
		}
	case *ast.StarExpr:
		if pure(e.X) {
			return l.expr(e)
		}
	}
	l.refuse(e.Pos(), "assigning here")
	return ""
}

// opAssign writes x op= y for a variable or an element that is named twice.
func (l *lowering) opAssign(s *ast.AssignStmt) {
	op := s.Tok - token.ADD_ASSIGN + token.ADD
	x, t := s.Lhs[0], l.leftType(s.Lhs[0])
	ops := []token.Token{token.ADD, token.SUB, token.MUL, token.QUO, token.REM}
	if !computes(t) || !slices.Contains(ops, op) || !l.twice(x) || !computes(types.Default(l.typeOf(s.Rhs[0]))) {
		l.refuse(s.Pos(), "%s on %s", s.Tok, t)
	}
	l.store(x, l.expr(x)+" "+op.String()+" ("+l.expr(s.Rhs[0])+")")
}

func (l *lowering) incDec(s *ast.IncDecStmt) {
	t := l.leftType(s.X)
	if !computes(t) || !l.twice(s.X) {
		l.refuse(s.Pos(), "%s on %s", s.Tok, t)
	}
	l.store(s.X, l.expr(s.X)+" "+s.Tok.String()[:1]+" "+l.typeText(s.Pos(), t)+"(1)")
}

// twice reports whether a place may be written down twice.
func (l *lowering) twice(e ast.Expr) bool {
	if x, ok := e.(*ast.IndexExpr); ok {
		return pure(x.X) && pure(x.Index)
	}
	return pure(e)
}

// declare writes var statements.
func (l *lowering) declare(s *ast.DeclStmt) {
	g := s.Decl.(*ast.GenDecl)
	if g.Tok != token.VAR {
		l.refuse(s.Pos(), "local %s declarations are compiled", g.Tok)
	}
	for _, spec := range g.Specs {
		v := spec.(*ast.ValueSpec)
		if len(v.Values) == 0 {
			for _, id := range v.Names {
				l.zero(id)
			}
			continue
		}
		if len(v.Values) != len(v.Names) || len(v.Names) > 1 {
			l.refuse(v.Pos(), "this var declaration")
		}
		l.store(v.Names[0], l.value(v.Names[0], v.Values[0]))
	}
}

// zero writes var x T for a variable of the session.
func (l *lowering) zero(id *ast.Ident) {
	s := l.c.SlotOf(l.p.Info.Defs[id])
	if s == nil {
		l.refuse(id.Pos(), "a local variable without a value")
	}
	l.emit("%s(%s)", l.n.helper("Zero"), l.pointer(s))
}

// initialize writes the variables of a declaration cell: all are zero, then
// they are set in the order of their dependencies.
func (l *lowering) initialize() {
	for _, id := range cell.VarNames(l.p.VarDecls()) {
		if id.Name != "_" {
			l.zero(id)
		}
	}
	for _, i := range l.p.VarInits {
		if len(i.Lhs) != 1 || i.Lhs[0].Name() == "_" {
			l.refuse(i.Rhs.Pos(), "this var declaration")
		}
		v := i.Lhs[0]
		if t := types.Default(l.typeOf(i.Rhs)); !types.Identical(v.Type(), t) || !holdable(t) && !l.freshStruct(i.Rhs) {
			l.refuse(i.Rhs.Pos(), "a conversion from %s to %s", t, v.Type())
		}
		l.emit("%s(%d)", l.n.helper("At"), l.p.Src.Line(l.p.Src.Offset(i.Rhs.Pos())))
		l.emit("*%s = %s", l.pointer(l.c.VarSlots[v]), l.expr(i.Rhs))
	}
}

func (l *lowering) ifStmt(s *ast.IfStmt) {
	l.emit("{")
	if s.Init != nil {
		l.stmt(s.Init)
	}
	l.emit("if %s {", l.condition(s.Cond))
	l.block(s.Body.List, false)
	if s.Else != nil {
		l.emit("} else {")
		l.stmt(s.Else)
	}
	l.emit("}\n}")
}

// condition writes a condition through a call: the interpreter takes what it
// believes to be a constant for one.
func (l *lowering) condition(e ast.Expr) string {
	if !types.Identical(types.Default(l.typeOf(e)), types.Typ[types.Bool]) {
		l.refuse(e.Pos(), "a condition of type %s", l.typeOf(e))
	}
	return l.n.helper("Bool") + "(" + l.expr(e) + ")"
}

// loop refuses loops inside loops, which are better compiled.
func (l *lowering) loop(pos token.Pos, body func()) {
	if l.loops > 0 && l.compiler() {
		l.refuse(pos, "nested loops are compiled")
	}
	l.loops++
	body()
	l.loops--
}

func (l *lowering) forStmt(s *ast.ForStmt) {
	l.loop(s.Pos(), func() {
		l.emit("{")
		if s.Init != nil {
			l.stmt(s.Init)
		}
		// The condition stands inside, and the post statement first: continue
		// then does both without a rule of its own.
		first := l.temp()
		if s.Post != nil {
			l.emit("%s := true", first)
		}
		l.emit("for {")
		if s.Post == nil && idle(s.Body.List) {
			l.at(s) // no statement of the body looks whether the cell is interrupted
		}
		if s.Post != nil {
			l.emit("if %s { %s = false } else {", first, first)
			l.stmt(s.Post)
			l.emit("}")
		}
		if s.Cond != nil {
			l.emit("if !%s { break }", l.condition(s.Cond))
		}
		l.block(s.Body.List, false)
		l.emit("}\n}")
	})
}

// idle reports whether a loop's body has no statement of its own.
func idle(list []ast.Stmt) bool {
	for _, s := range list {
		switch s := s.(type) {
		case *ast.EmptyStmt:
		case *ast.BlockStmt:
			if !idle(s.List) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

func (l *lowering) rangeStmt(s *ast.RangeStmt) {
	if s.Tok == token.ASSIGN {
		l.refuse(s.Pos(), "range with =")
	}
	t := types.Default(l.typeOf(s.X))
	l.loop(s.Pos(), func() {
		x, i := l.temp(), l.temp()
		switch u := t.Underlying().(type) {
		case *types.Slice:
			l.emit("%s := %s", x, l.expr(s.X))
			l.emit("for %s := 0; %s < len(%s); %s++ {", i, i, x, i)
			l.define(s.Key, types.Typ[types.Int], i)
			l.define(s.Value, u.Elem(), x+"["+i+"]")
		case *types.Basic:
			if !types.Identical(t, types.Typ[types.Int]) {
				l.refuse(s.X.Pos(), "range over %s", t)
			}
			l.emit("%s := %s", x, l.expr(s.X))
			l.emit("for %s := 0; %s < %s; %s++ {", i, i, x, i)
			l.define(s.Key, types.Typ[types.Int], i)
		default:
			l.refuse(s.X.Pos(), "range over %s", t)
		}
		l.at(s)
		l.block(s.Body.List, false)
		l.emit("}")
	})
}

// define makes a variable of a range clause.
func (l *lowering) define(e ast.Expr, t types.Type, code string) {
	if e == nil || isBlank(e) {
		return
	}
	if !holdable(t) {
		l.refuse(e.Pos(), "a variable of type %s", t)
	}
	l.store(e, code)
}
