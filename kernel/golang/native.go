package golang

import (
	"fmt"
	"go/ast"
	"go/types"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unsafe"

	"gomdcsan/kernel/golang/eval"
	"gomdcsan/kernel/golang/rt"
)

// A unit is a compiled piece of the session: a Go package in a plugin.
type unit struct {
	id      string // of its source: the same source is the same unit
	path    string
	archive string // to import it from
	types   map[string]reflect.Type
	imports []*unit

	ru    *rt.Unit                  // what it has handed over, once it is loaded
	bound map[string]unsafe.Pointer // the slots that it refers to

	interpreted bool // by package eval: nothing can import it
}

// change is what a compiled cell does to the session when it is committed.
type change struct {
	decl *decl
	unit *unit
	slot *slot
}

// assignment is a function that goes to its slot when the cell is committed.
type assignment struct {
	slot  *slot
	value reflect.Value
}

// compileUnit makes a cell ready with the Go compiler, and with it what of the
// session is not compiled or no longer up to date.
func (s *session) compileUnit(c *compiled) error {
	s.at(stepEmit)
	p := c.plan
	dirty := s.outdated(p, true)
	b := s.newBuilder(p, c.made)
	for _, d := range dirty {
		b.own[d] = true
	}
	if err := s.makeSlots(c, b, dirty); err != nil {
		return err
	}
	s.moveVars(p)
	if p.onlyTypes() && len(dirty) == len(p.fresh) {
		return nil // they wait for a cell that uses them
	}
	for _, d := range dirty {
		b.declare(d)
	}
	if p.src.body != nil && len(p.src.body.List) > 0 || len(p.varDecls()) > 0 || len(p.starts) > 0 {
		b.cell()
	}
	fresh := b.fresh0(c)
	for _, sl := range slices.SortedFunc(maps.Keys(fresh), func(x, y *slot) int { return strings.Compare(x.id, y.id) }) {
		b.fresh[sl] = true
		b.pointer(sl, fresh[sl])
	}
	text, err := b.source()
	if err != nil {
		return fmt.Errorf("this cell cannot be compiled: %w has no name outside its package", err)
	}
	s.at(stepCompile)
	u, ru, err := s.native.build(text, b)
	if err != nil {
		return err
	}
	s.at(stepLoad)
	c.traced = true
	return s.load(c, b, u, ru, dirty)
}

// onlyTypes reports whether a cell does nothing but declare types and constants.
func (p *plan) onlyTypes() bool {
	if p.src.body != nil && len(p.src.body.List) > 0 || len(p.varDecls()) > 0 || len(p.starts) > 0 {
		return false
	}
	for _, d := range p.fresh {
		if d.kind != typeDecl && d.kind != constDecl {
			return false
		}
	}
	return true
}

// fresh0 are the slots that the unit may have to make, with their types: all of
// the cell, so that the unit is the same when the cell runs again.
func (b *unitBuilder) fresh0(c *compiled) map[*slot]types.Type {
	out := map[*slot]types.Type{}
	for v, sl := range c.made {
		out[sl] = v.Type()
	}
	for d := range b.own {
		if d.slot != nil {
			out[d.slot] = eval.Plain(b.p.world.signature(d))
		}
	}
	for _, v := range b.p.world.vars {
		if v.slot != nil && !v.slot.ptr.IsValid() {
			out[v.slot] = v.typ
		}
	}
	return out
}

// signature of a function or method of the world.
func (w *world) signature(d *decl) *types.Signature { return w.function(d).Signature() }

func (w *world) function(d *decl) *types.Func {
	if d.kind == funcDecl {
		return w.pkg.Scope().Lookup(d.names[0]).(*types.Func)
	}
	_, name, _ := strings.Cut(d.names[0], ".")
	n := types.Unalias(w.pkg.Scope().Lookup(d.recv).Type()).(*types.Named)
	for m := range n.Methods() {
		if m.Name() == name {
			return m
		}
	}
	panic("golang: method " + d.names[0] + " has no type")
}

// makeSlots gives the cell's variables and the functions to compile their
// slots: old ones where the type is the same.
func (s *session) makeSlots(c *compiled, b *unitBuilder, dirty []*decl) error {
	p := c.plan
	for _, v := range p.vars {
		if sl := s.kept(p, v); sl != nil {
			c.made[v] = sl
		} else {
			c.made[v] = &slot{id: s.newSlotID(v.Name())}
		}
	}
	for _, d := range dirty {
		if d.generic || d.recovers() || d.kind != funcDecl && d.kind != methodDecl {
			continue
		}
		key := s.typeKey(p, eval.Plain(p.world.signature(d)))
		old := s.world.names[d.names[0]]
		if old != nil && old.slot != nil && old.key == key {
			d.slot = old.slot
		} else {
			d.slot = &slot{id: s.newSlotID(strings.ReplaceAll(d.names[0], ".", "ꞏ"))}
		}
		d.key = key
	}
	return nil
}

// outdated returns the declarations of the plan's world that are to be
// compiled: new ones, and those whose meaning has changed with them. For the
// compiler, interpreted ones are among them.
func (s *session) outdated(p *plan, native bool) []*decl {
	w := p.world
	dirty := map[*decl]bool{}
	for _, d := range w.decls {
		if (d.unit == nil || native && d.unit.interpreted) && !s.inherits(d, native) {
			dirty[d] = true
		}
	}
	for _, d := range p.fresh {
		if !p.slow { // all are new
			dirty[d] = true
		}
	}
	all := append(slices.Clone(w.decls), p.fresh...)
	for changed := p.slow; changed; {
		changed = false
		for _, d := range all {
			if !dirty[d] && s.stale(p, d, dirty) {
				dirty[d], changed = true, true
			}
		}
	}
	for d := range dirty {
		if d.kind == typeDecl {
			s.version++
			d.version = s.version
			d.key = s.methodKey(p, d)
		}
	}
	var out []*decl
	for _, d := range all {
		if dirty[d] && !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out
}

// inherits takes over what an equal declaration before it was compiled to.
func (s *session) inherits(d *decl, native bool) bool {
	old := s.world.names[d.names[0]]
	if old == nil || old == d || old.unit == nil || native && old.unit.interpreted || old.kind != d.kind || len(old.names) != len(d.names) || old.text() != d.text() {
		return false
	}
	d.unit, d.slot, d.version, d.key = old.unit, old.slot, old.version, old.key
	return true
}

// recovers reports whether a method calls recover itself. Recover works only in
// the deferred function, so such a method is compiled in place, not called
// through a slot; declared again, it makes its type another one.
func (d *decl) recovers() (found bool) {
	if d.kind != methodDecl || d.generic {
		return false
	}
	ast.Inspect(d.node.(*ast.FuncDecl).Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			id, ok := ast.Unparen(n.Fun).(*ast.Ident)
			found = found || ok && id.Name == "recover"
		}
		return !found
	})
	return found
}

func (d *decl) text() string {
	return d.src.text[d.src.offset(d.node.Pos()):d.src.offset(d.node.End())]
}

// stale reports whether a compiled declaration refers to something that is
// another now.
func (s *session) stale(p *plan, d *decl, dirty map[*decl]bool) bool {
	w := p.world
	if d.kind == typeDecl && !d.generic && d.key != s.methodKey(p, d) {
		return true
	}
	if d.kind == methodDecl && dirty[w.names[d.recv]] {
		return true
	}
	bad := false
	isDirty := func(t *types.TypeName) bool {
		return sessionType(t) && w.names[t.Name()] != nil && dirty[w.names[t.Name()]]
	}
	ast.Inspect(d.node, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok || bad {
			return !bad
		}
		o := w.info.Uses[id]
		if o == nil || o.Parent() != w.pkg.Scope() {
			return true
		}
		other := w.names[o.Name()]
		switch o := o.(type) {
		case *types.TypeName, *types.Const:
			bad = dirty[other]
		case *types.Func:
			old := s.world.names[o.Name()]
			bad = other.generic && dirty[other] || mentions(o.Type(), isDirty) ||
				!other.generic && old != other && (old == nil || old.key != s.typeKey(p, eval.Plain(o.Signature())))
		case *types.Var:
			old := s.world.vars[o.Name()]
			bad = mentions(o.Type(), isDirty) || old == nil || s.typeKey(s.world, old.typ) != s.typeKey(p, o.Type())
		}
		return !bad
	})
	return bad
}

// methodKey describes a type's methods, which are compiled with it.
func (s *session) methodKey(p *plan, d *decl) string {
	t, ok := p.world.pkg.Scope().Lookup(d.names[0]).(*types.TypeName)
	if !ok {
		return ""
	}
	n, ok := t.Type().(*types.Named)
	if !ok {
		return ""
	}
	var out []string
	for m := range n.Methods() {
		_, ptr := m.Signature().Recv().Type().(*types.Pointer)
		sig := types.NewSignatureType(nil, nil, nil, m.Signature().Params(), m.Signature().Results(), m.Signature().Variadic())
		key := fmt.Sprint(m.Name(), ptr, s.typeKey(p, sig))
		if md := p.decl(d.names[0] + "." + m.Name()); md != nil && md.recovers() {
			key += md.text()
		}
		out = append(out, key)
	}
	slices.Sort(out)
	return strings.Join(out, ";")
}

// load connects a unit with the session's slots.
func (s *session) load(c *compiled, b *unitBuilder, u *unit, ru *rt.Unit, dirty []*decl) error {
	for sl := range b.fresh {
		if sl.ptr.IsValid() {
			continue
		}
		sl.ptr = reflect.ValueOf(ru.New[b.names[sl]]())
		if sl.from != nil { // the same memory under the new type
			sl.ptr = reflect.NewAt(sl.ptr.Type().Elem(), unsafe.Pointer(sl.from.ptr.Pointer()))
			sl.from = nil
		}
	}
	for sl := range b.bind {
		where := reflect.ValueOf(ru.Bind[b.names[sl]]).Elem()
		p := sl.ptr
		if p.Type() != where.Type() {
			if !p.Type().ConvertibleTo(where.Type()) { // which compares named types by their units
				return fmt.Errorf("the compiled cell takes %s for a %s where the session has a %s: please report this", sl.id, where.Type().Elem(), p.Type().Elem())
			}
			// Reflection made the slot before compiled code brought the type:
			// the same type twice, as far as the runtime knows.
			p = reflect.NewAt(where.Type().Elem(), unsafe.Pointer(p.Pointer()))
			sl.ptr = p
		}
		where.Set(p)
	}
	u.bound = b.bindings()
	for name, t := range ru.Types {
		u.types[name] = t
	}
	for _, d := range dirty {
		c.changes = append(c.changes, change{d, u, d.slot})
		if d.slot != nil && ru.Funcs[b.names[d.slot]] != nil {
			c.functions = append(c.functions, assignment{d.slot, reflect.ValueOf(ru.Funcs[b.names[d.slot]])})
		}
	}
	c.run = ru.Cell
	return nil
}

// moveVars lets the session's variables follow their types: a type that is
// compiled anew with the same layout is another type for the same memory. Where
// check has made a variable an any, its value goes there.
func (s *session) moveVars(p *plan) {
	if !p.slow {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(p.world.vars)) {
		v := p.world.vars[name]
		old := s.world.vars[name]
		if old == nil || old.slot == nil || v.slot != old.slot || s.typeKey(s.world, old.typ) == s.typeKey(p, v.typ) {
			continue
		}
		v.slot = &slot{id: s.newSlotID(name)}
		if layout(old.typ) == layout(v.typ) {
			v.slot.from = old.slot
		} else {
			v.slot.ptr = reflect.New(reflect.TypeFor[any]())
			v.slot.ptr.Elem().Set(old.slot.ptr.Elem())
		}
	}
}
