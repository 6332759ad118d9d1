package interpret

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"reflect"

	"gomdcsan/kernel/golang/cell"
	"gomdcsan/kernel/golang/eval"
	"gomdcsan/kernel/golang/rt"
	"gomdcsan/kernel/golang/typetext"
)

// Evaluate makes a cell ready by package eval, and with it what of the session
// is not ready or no longer up to date. shared reports whether a type without a
// name is the same to compiled code, as a value in an interface must be; it is
// asked of nil where an interface without a name would be made.
func (n *Interpreters) Evaluate(p *cell.Plan, shared func(reflect.Type) bool) (*cell.Prepared, *Refusal) {
	for _, d := range p.Env.Decls {
		if d.Kind == cell.TypeDecl && d.Generic && d.Unit != nil && !d.Unit.Interpreted {
			return nil, &Refusal{d.Node.Pos(), "the generic type " + d.Names[0] + " is compiled"}
		}
	}
	c := p.Prepare(false)
	if c.Waits() {
		return c, nil
	}
	host := &evalHost{c: c, tables: n.Tables, shared: shared, fset: n.fset}
	in := n.evaluator.Unit(host, p.Env.Pkg)
	u := &cell.Unit{Interpreted: true, Types: map[string]reflect.Type{}}
	refused := in.Try(func() {
		evaluateSlots(c, in)
		for _, d := range c.ToMake {
			evaluateDecl(c, u, in, d)
		}
		if p.Runs() {
			c.Run = in.Body(p.Info, prologue(p), p.Src.Statements())
		}
	})
	if refused != nil {
		if refused.Pos == token.NoPos {
			refused.Pos = p.Src.Start()
		}
		return nil, &Refusal{refused.Pos, refused.Why}
	}
	c.Engine, c.Traced = "eval", true
	return c, nil
}

// evaluateSlots makes the memory of new variables and functions.
func evaluateSlots(c *cell.Prepared, in *eval.Unit) {
	for sl, t := range c.SlotTypes() {
		if sl.Ptr.IsValid() {
			continue
		}
		sl.MakeMemory(reflect.New(in.Type(t)))
	}
}

// evaluateDecl makes a type or a function.
func evaluateDecl(c *cell.Prepared, u *cell.Unit, in *eval.Unit, d *cell.Decl) {
	scope := c.Plan.Env.Pkg.Scope()
	c.Changes = append(c.Changes, cell.Change{Decl: d, Unit: u, Slot: d.Slot})
	switch d.Kind {
	case cell.TypeDecl:
		if t, ok := scope.Lookup(d.Names[0]).(*types.TypeName); ok && !d.Generic && !t.IsAlias() && !typetext.IsConstraint(t.Type()) {
			u.Types[d.Names[0]] = in.Type(t.Type())
		}
	case cell.FuncDecl, cell.MethodDecl:
		if d.Slot == nil {
			return // generic, or compiled with its type
		}
		f := c.Plan.Env.Function(d)
		c.Functions = append(c.Functions, cell.Assignment{Slot: d.Slot, Value: in.Func(f)})
	}
}

// prologue is what a cell does before its statements, and what it does with
// the last one.
func prologue(p *cell.Plan) func(*eval.Cell) {
	return func(run *eval.Cell) {
		for _, id := range cell.VarNames(p.VarDecls()) {
			if v, ok := p.Info.Defs[id].(*types.Var); ok && id.Name != "_" {
				run.Zero(v)
			}
		}
		for _, i := range p.VarInits {
			run.Initialize(i.Lhs, i.Rhs)
		}
		for _, d := range p.InitFuncs {
			run.Call(d.Node.(*ast.FuncDecl))
		}
		if p.Shown != nil {
			run.Show(p.Shown, rt.Show)
		}
	}
}

// evalHost is the session as package eval sees it.
type evalHost struct {
	c      *cell.Prepared
	tables *tables
	shared func(reflect.Type) bool
	fset   *token.FileSet
}

func (h *evalHost) Export(path, name string) *reflect.Value { return h.tables.export(path, name) }

func (h *evalHost) Slot(o types.Object) reflect.Value {
	var sl *cell.Slot
	switch o := o.(type) {
	case *types.Var:
		sl = h.c.SlotOf(o)
	case *types.Func:
		if d := h.decl(o); d != nil {
			sl = d.Slot
		}
	}
	if sl == nil {
		return reflect.Value{}
	}
	return sl.Ptr
}

// decl finds the declaration of a function or a method.
func (h *evalHost) decl(f *types.Func) *cell.Decl {
	if f.Pkg() == nil || f.Pkg() != h.c.Plan.Env.Pkg {
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
	return h.c.Plan.Decl(name)
}

func (h *evalHost) Made(o *types.TypeName) reflect.Type {
	if d := h.c.Plan.Decl(o.Name()); d != nil && d.Unit != nil && !h.c.Makes(d) {
		return d.Unit.Types[o.Name()]
	}
	return nil
}

func (h *evalHost) Key(o *types.TypeName) string {
	if d := h.c.Plan.Decl(o.Name()); d != nil {
		return fmt.Sprintf("%s#%d", o.Name(), d.Version)
	}
	return o.Name()
}

func (h *evalHost) Body(f *types.Func) (*ast.FuncDecl, *types.Info) {
	d := h.decl(f)
	if d == nil {
		return nil, nil
	}
	return d.Node.(*ast.FuncDecl), h.c.Plan.InfoOf(d)
}

func (h *evalHost) Shared(t reflect.Type) bool { return h.shared(t) }

func (h *evalHost) Place(p token.Pos) (string, int) {
	at := h.fset.Position(p)
	return at.Filename, at.Line
}
