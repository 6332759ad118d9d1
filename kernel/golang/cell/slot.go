package cell

import (
	"fmt"
	"go/types"
	"reflect"
)

// A Slot holds the value of a variable or function of the session. Compiled
// and interpreted code both reach it through ptr.
type Slot struct {
	ID   string        // unique in the session, an identifier
	Ptr  reflect.Value // *T
	from *Slot         // it is to be this slot's memory, under a type that was compiled anew
}

// MakeMemory gives the slot the memory that ptr points to, or that of the slot
// whose place it takes, under ptr's type.
func (s *Slot) MakeMemory(ptr reflect.Value) {
	s.Ptr = ptr
	if s.from != nil {
		s.Ptr = reflect.NewAt(ptr.Type().Elem(), s.from.Ptr.UnsafePointer())
		s.from = nil
	}
}

// Bind points a compiled unit's variable, where, to the slot's memory.
func (s *Slot) Bind(where reflect.Value) error {
	if s.Ptr.Type() != where.Type() {
		if !s.Ptr.Type().ConvertibleTo(where.Type()) { // which compares named types by their units
			return fmt.Errorf("the compiled cell takes %s for a %s where the session has a %s: please report this", s.ID, where.Type().Elem(), s.Ptr.Type().Elem())
		}
		// Reflection made the slot before compiled code brought the type: the
		// same type twice, as far as the runtime knows.
		s.Ptr = reflect.NewAt(where.Type().Elem(), s.Ptr.UnsafePointer())
	}
	where.Set(s.Ptr)
	return nil
}

// Variable is a variable of the session.
type Variable struct {
	Name string
	Typ  types.Type
	Slot *Slot
	Cell int
}

// numbers counts what is told apart by a number in a session.
type numbers struct{ slots, versions int }

// SlotID names a slot.
func (n *numbers) SlotID(name string) string {
	n.slots++
	return fmt.Sprintf("%s_%d", name, n.slots)
}

// version is that of a type which is declared anew, or compiled anew.
func (n *numbers) version() int {
	n.versions++
	return n.versions
}
