package cell

import (
	"go/token"
	"go/types"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// A Unit is what was made ready at once, by the compiler or the evaluator: a
// cell's declarations, and those of the session that had to follow them.
type Unit struct {
	ID          string // of its source: the same source is the same unit
	Path        string // of the package that it is to the compiler
	Archive     string // to import it from
	Types       map[string]reflect.Type
	Imports     []*Unit
	Interpreted bool // by package eval: nothing can import it
}

// Change is what a cell does to the session when it is committed.
type Change struct {
	Decl *Decl
	Unit *Unit
	Slot *Slot
}

// Assignment is a function that goes to its slot when the cell is committed.
type Assignment struct {
	Slot  *Slot
	Value reflect.Value
}

// Prepared is a checked cell with all that an engine needs to make it ready
// and, when that is done, what runs.
type Prepared struct {
	Plan     *Plan
	VarSlots map[types.Object]*Slot // of the variables that the cell defines
	ToMake   []*Decl                // what is made ready with the cell

	Engine    string // its name, once it is ready to run
	Run       func()
	Traced    bool // a panic's stack names its lines
	Changes   []Change
	Functions []Assignment
}

// Prepare finds what is to be made ready with the cell and gives all of it,
// and the cell's variables, slots.
func (p *Plan) Prepare(native bool) *Prepared {
	c := &Prepared{Plan: p, VarSlots: map[types.Object]*Slot{}, ToMake: p.outdated(native)}
	for _, v := range p.Vars {
		if c.VarSlots[v] = p.Kept(v); c.VarSlots[v] == nil {
			c.VarSlots[v] = &Slot{ID: p.Numbers.SlotID(v.Name())}
		}
	}
	for _, d := range c.ToMake {
		if !d.Generic && !d.Recovers() && (d.Kind == FuncDecl || d.Kind == MethodDecl) {
			p.giveSlot(d)
		}
	}
	p.moveVars()
	return c
}

// giveSlot gives a function its slot: the old one where the type is the same.
func (p *Plan) giveSlot(d *Decl) {
	d.key = TypeKey(p, PlainSignature(p.Env.signature(d)))
	if old := p.before.Names[d.Names[0]]; old != nil && old.Slot != nil && old.key == d.key {
		d.Slot = old.Slot
		return
	}
	d.Slot = &Slot{ID: p.Numbers.SlotID(strings.ReplaceAll(d.Names[0], ".", "ꞏ"))}
}

// Kept returns the slot that a redefined variable keeps, its type being the
// same; nil if there is none.
func (p *Plan) Kept(v *types.Var) *Slot {
	old := p.before.Vars[v.Name()]
	if old == nil || old.Slot == nil {
		return nil
	}
	if p.Env == p.before && types.Identical(old.Typ, v.Type()) || TypeKey(p.before, old.Typ) == TypeKey(p, v.Type()) {
		return old.Slot
	}
	return nil
}

// moveVars lets the session's variables follow their types: a type that is
// compiled anew with the same layout is another type for the same memory. Where
// check has made a variable an any, its value goes there.
func (p *Plan) moveVars() {
	if !p.Rebuilt {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(p.Env.Vars)) {
		v := p.Env.Vars[name]
		old := p.before.Vars[name]
		if old == nil || old.Slot == nil || v.Slot != old.Slot || TypeKey(p.before, old.Typ) == TypeKey(p, v.Typ) {
			continue
		}
		v.Slot = &Slot{ID: p.Numbers.SlotID(name)}
		if layout(old.Typ) == layout(v.Typ) {
			v.Slot.from = old.Slot
		} else {
			v.Slot.Ptr = reflect.New(reflect.TypeFor[any]())
			v.Slot.Ptr.Elem().Set(old.Slot.Ptr.Elem())
		}
	}
}

// SlotTypes are the slots that may have to be made, with their types: all of
// the cell, so that its unit is the same when the cell runs again.
func (c *Prepared) SlotTypes() map[*Slot]types.Type {
	out := map[*Slot]types.Type{}
	for v, sl := range c.VarSlots {
		out[sl] = v.Type()
	}
	for _, d := range c.ToMake {
		if d.Slot != nil {
			out[d.Slot] = PlainSignature(c.Plan.Env.signature(d))
		}
	}
	for _, v := range c.Plan.Env.Vars {
		if v.Slot != nil && !v.Slot.Ptr.IsValid() {
			out[v.Slot] = v.Typ
		}
	}
	return out
}

// SlotOf returns the slot of a variable of the session or the cell, nil for
// other objects.
func (c *Prepared) SlotOf(o types.Object) *Slot {
	if s := c.VarSlots[o]; s != nil {
		return s
	}
	v, ok := o.(*types.Var)
	if !ok || v.Parent() != c.Plan.Env.Pkg.Scope() {
		return nil
	}
	if w := c.Plan.Env.Vars[v.Name()]; w != nil && w.Slot != nil {
		return w.Slot
	}
	for made, s := range c.VarSlots { // a variable of this cell, named by its functions
		if made.Name() == v.Name() {
			return s
		}
	}
	return nil
}

// Waits reports whether a cell has nothing to make ready yet: types and
// constants wait for a cell that uses them.
func (c *Prepared) Waits() bool { return c.Plan.onlyTypes() && len(c.ToMake) == len(c.Plan.Fresh) }

// Makes reports whether a declaration is made ready with the cell.
func (c *Prepared) Makes(d *Decl) bool { return slices.Contains(c.ToMake, d) }

// InfoOf returns what the checker knows of a declaration's nodes.
func (p *Plan) InfoOf(d *Decl) *types.Info {
	if slices.Contains(p.Fresh, d) {
		return p.Info
	}
	return p.Env.info
}

// PlainSignature is a function's type without names, and with a method's
// receiver as its first parameter.
func PlainSignature(sig *types.Signature) *types.Signature {
	params := sig.Params()
	if sig.Recv() != nil {
		all := []*types.Var{types.NewParam(token.NoPos, nil, "", sig.Recv().Type())}
		for v := range params.Variables() {
			all = append(all, v)
		}
		params = types.NewTuple(all...)
	}
	return types.NewSignatureType(nil, nil, nil, params, sig.Results(), sig.Variadic())
}
