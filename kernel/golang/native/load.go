package native

import (
	"fmt"
	"maps"
	"plugin"
	"reflect"
	"slices"
	"unsafe"

	"gomdcsan/kernel/golang/cell"
	"gomdcsan/kernel/golang/patch"
	"gomdcsan/kernel/golang/rt"
)

// loadedUnit is a unit in memory.
type loadedUnit struct {
	*cell.Unit
	handed *rt.Unit                  // what it has handed over
	bound  map[string]unsafe.Pointer // the slots that it refers to
}

// build compiles and loads a unit. The same text with the same slots is the
// unit that is loaded already: a plugin is never unloaded.
func (n *Compiler) build(text string, b *unitBuilder) (*loadedUnit, error) {
	if err := n.tools.Packages(slices.Collect(maps.Values(b.imports))); err != nil {
		return nil, err
	}
	deps, foreign := importedUnits(b.units), n.tools.ForeignIDs(b.imports)
	made := n.tools.NewUnit(deps, foreign, text)
	for l := n.Loaded[made.ID]; l != nil && !maps.Equal(l.bound, b.bindings()); l = n.Loaded[made.ID] {
		made = n.tools.NewUnit(deps, foreign, text, made.ID) // the same text about other variables
	}
	l := n.Loaded[made.ID]
	if l == nil {
		handed, err := n.open(made, text)
		if err != nil {
			return nil, b.named(err)
		}
		l = &loadedUnit{Unit: made, handed: handed}
		n.Loaded[made.ID] = l
	}
	return l, patch.NamePlaces(l.handed, b.sourceNames())
}

// open loads a unit, and compiles it first if that has not been done.
func (n *Compiler) open(u *cell.Unit, text string) (*rt.Unit, error) {
	so, err := n.tools.Build(u, text, patch.File)
	if err != nil {
		return nil, err
	}
	before := patch.Loaded()
	p, err := plugin.Open(so)
	if err == nil {
		err = patch.Mend(before)
	}
	if err != nil {
		return nil, n.tools.NotLoaded(err)
	}
	f, err := p.Lookup("Unitꞏ")
	if err != nil {
		return nil, fmt.Errorf("loading the compiled cell: %w", err)
	}
	return f.(func() *rt.Unit)(), nil
}

// connect ties a loaded unit to the session's slots.
func (n *Compiler) connect(c *cell.Prepared, b *unitBuilder, u *loadedUnit) error {
	for sl := range b.fresh {
		if !sl.Ptr.IsValid() {
			sl.MakeMemory(reflect.ValueOf(u.handed.New[b.names[sl]]()))
		}
	}
	for sl := range b.bind {
		if err := sl.Bind(reflect.ValueOf(u.handed.Bind[b.names[sl]]).Elem()); err != nil {
			return err
		}
	}
	u.bound = b.bindings()
	for name, t := range u.handed.Types {
		u.Types[name] = t
	}
	for _, d := range c.ToMake {
		c.Changes = append(c.Changes, cell.Change{Decl: d, Unit: u.Unit, Slot: d.Slot})
		if d.Slot != nil && u.handed.Funcs[b.names[d.Slot]] != nil {
			c.Functions = append(c.Functions, cell.Assignment{Slot: d.Slot, Value: reflect.ValueOf(u.handed.Funcs[b.names[d.Slot]])})
		}
	}
	c.Run = u.handed.Cell
	return nil
}

// bindings are the unit's slots that are there, by their names in it.
func (b *unitBuilder) bindings() map[string]unsafe.Pointer {
	out := map[string]unsafe.Pointer{}
	for _, s := range b.slots() {
		out[b.names[s]] = nil
		if s.Ptr.IsValid() {
			out[b.names[s]] = s.Ptr.UnsafePointer()
		}
	}
	return out
}

// importedUnits are the units and those that they import, in turn.
func importedUnits(units map[*cell.Unit]bool) []*cell.Unit {
	seen := map[string]*cell.Unit{}
	var visit func(u *cell.Unit)
	visit = func(u *cell.Unit) {
		if seen[u.ID] == nil {
			seen[u.ID] = u
			for _, i := range u.Imports {
				visit(i)
			}
		}
	}
	for u := range units {
		visit(u)
	}
	var out []*cell.Unit
	for _, id := range slices.Sorted(maps.Keys(seen)) {
		out = append(out, seen[id])
	}
	return out
}
