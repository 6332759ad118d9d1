package golang

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"unsafe"

	"gomdcsan/kernel/golang/eval"
	"gomdcsan/kernel/golang/rt"
)

// evaluateUnit makes a cell ready without a compiler, and with it what of the
// session is not ready or no longer up to date: what compileUnit does, by
// package eval.
func (s *session) evaluateUnit(c *compiled) *refusal {
	s.at(stepEvaluate)
	p := c.plan
	for _, d := range p.world.decls {
		if d.kind == typeDecl && d.generic && d.unit != nil && !d.unit.interpreted {
			return &refusal{d.node.Pos(), "the generic type " + d.names[0] + " is compiled"}
		}
	}
	dirty := s.outdated(p, false)
	b := s.newBuilder(p, c.made)
	for _, d := range dirty {
		b.own[d] = true
	}
	if err := s.makeSlots(c, b, dirty); err != nil {
		return &refusal{token.NoPos, err.Error()}
	}
	s.moveVars(p)
	if p.onlyTypes() && len(dirty) == len(p.fresh) {
		return nil // they wait for a cell that uses them
	}
	u := &unit{interpreted: true, types: map[string]reflect.Type{}}
	host := &evalHost{s: s, b: b}
	in := s.evaluator.Unit(host, p.world.pkg)
	var ready func()
	refused := in.Try(func() {
		s.evaluateSlots(c, b, in)
		for _, d := range dirty {
			s.evaluateDecl(c, u, in, d)
		}
		if p.runs() {
			ready = in.Body(p.info, s.prologue(p), p.src.statements())
		}
	})
	c.mustCompile = host.mustCompile
	if refused != nil {
		if refused.Pos == token.NoPos {
			refused.Pos = p.src.start()
		}
		return &refusal{refused.Pos, refused.Why}
	}
	c.traced, c.run = true, ready
	return nil
}

// runs reports whether a cell has something to run.
func (p *plan) runs() bool {
	return len(p.src.statements()) > 0 || len(p.varDecls()) > 0 || len(p.starts) > 0
}

// onlyMain reports whether a cell declares main and runs nothing, as a program
// for the go command would be written.
func (p *plan) onlyMain() bool {
	return !p.runs() && slices.ContainsFunc(p.fresh, func(d *decl) bool { return d.kind == funcDecl && d.names[0] == "main" })
}

// start is where the cell's first statement or declaration stands.
func (s *source) start() token.Pos {
	if list := s.statements(); len(list) > 0 {
		return list[0].Pos()
	}
	if len(s.decls) > 0 {
		return s.decls[0].Pos()
	}
	return token.NoPos
}

func (s *source) statements() []ast.Stmt {
	if s.body == nil {
		return nil
	}
	return s.body.List
}

// evaluateSlots makes the memory of new variables and functions.
func (s *session) evaluateSlots(c *compiled, b *unitBuilder, in *eval.Unit) {
	for sl, t := range b.fresh0(c) {
		if sl.ptr.IsValid() {
			continue
		}
		r := in.Type(t)
		if sl.from != nil { // the same memory under the new type
			sl.ptr = reflect.NewAt(r, unsafe.Pointer(sl.from.ptr.Pointer()))
			sl.from = nil
			continue
		}
		sl.ptr = reflect.New(r)
	}
}

// evaluateDecl makes a type or a function.
func (s *session) evaluateDecl(c *compiled, u *unit, in *eval.Unit, d *decl) {
	scope := c.plan.world.pkg.Scope()
	c.changes = append(c.changes, change{d, u, d.slot})
	switch d.kind {
	case typeDecl:
		if t, ok := scope.Lookup(d.names[0]).(*types.TypeName); ok && !d.generic && !t.IsAlias() && !isConstraint(t.Type()) {
			u.types[d.names[0]] = in.Type(t.Type())
		}
	case funcDecl, methodDecl:
		if d.slot == nil {
			return // generic, or compiled with its type
		}
		f := c.plan.world.function(d)
		c.functions = append(c.functions, assignment{d.slot, in.Func(f)})
	}
}

// prologue is what a cell does before its statements, and what it does with
// the last one.
func (s *session) prologue(p *plan) func(*eval.Cell) {
	return func(cell *eval.Cell) {
		for _, id := range varNames(p.varDecls()) {
			if v, ok := p.info.Defs[id].(*types.Var); ok && id.Name != "_" {
				cell.Zero(v)
			}
		}
		for _, i := range p.inits {
			cell.Initialize(i.Lhs, i.Rhs)
		}
		for _, d := range p.starts {
			cell.Call(d.node.(*ast.FuncDecl))
		}
		if p.shown != nil {
			cell.Show(p.shown, rt.Show)
		}
	}
}

// evalHost is the session as package eval sees it.
type evalHost struct {
	s           *session
	b           *unitBuilder
	mustCompile bool // what the cell means depends on it
}

func (h *evalHost) Export(path, name string) *reflect.Value { return h.s.export(path, name) }

func (h *evalHost) Slot(o types.Object) reflect.Value {
	var sl *slot
	switch o := o.(type) {
	case *types.Var:
		sl = h.b.slotOf(o)
	case *types.Func:
		if d := h.decl(o); d != nil {
			sl = d.slot
		}
	}
	if sl == nil {
		return reflect.Value{}
	}
	return sl.ptr
}

// decl finds the declaration of a function or a method.
func (h *evalHost) decl(f *types.Func) *decl {
	if f.Pkg() == nil || f.Pkg() != h.b.p.world.pkg {
		return nil
	}
	name := f.Name()
	if r := f.Origin().Signature().Recv(); r != nil {
		t := r.Type()
		if p, ok := types.Unalias(t).(*types.Pointer); ok {
			t = p.Elem()
		}
		n, ok := types.Unalias(t).(*types.Named)
		if !ok {
			return nil
		}
		name = n.Obj().Name() + "." + name
	}
	return h.b.p.decl(name)
}

func (h *evalHost) Made(o *types.TypeName) reflect.Type {
	if d := h.b.p.decl(o.Name()); d != nil && d.unit != nil && !h.b.own[d] {
		return d.unit.types[o.Name()]
	}
	return nil
}

func (h *evalHost) Key(o *types.TypeName) string {
	if d := h.b.p.decl(o.Name()); d != nil {
		return fmt.Sprintf("%s#%d", o.Name(), d.version)
	}
	return o.Name()
}

func (h *evalHost) Body(f *types.Func) (*ast.FuncDecl, *types.Info) {
	d := h.decl(f)
	if d == nil {
		return nil, nil
	}
	return d.node.(*ast.FuncDecl), h.b.infoOf(d)
}

// Shared is asked of nil where an interface without a name would be made,
// which compiled code has in no table.
func (h *evalHost) Shared(t reflect.Type) bool {
	if t != nil && linkedType(t) || !h.s.native.ready() {
		return true
	}
	h.mustCompile = true
	return false
}

func (h *evalHost) Place(p token.Pos) (string, int) {
	at := h.s.checker.fset.Position(p)
	return at.Filename, at.Line
}
