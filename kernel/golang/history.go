package golang

import (
	"fmt"
	"go/ast"
	"go/types"
	"reflect"
	"regexp"
	"strconv"

	"gomdcsan/kernel/golang/cell"
)

// historySize is how many shown values a session holds on to.
const historySize = 50

// history is what cells have shown. A value becomes a variable of the session,
// with the type that its expression had, when a cell names it.
type history struct {
	entries []*shownValue // oldest first
	out     map[int]any
}

type shownValue struct {
	cell.Variable
	key string // its type, as it was then
}

// add keeps what a cell has shown: one value, or a list of several.
func (s *session) addShown(c *cell.Prepared, values []any) {
	p := c.Plan
	if p.Shown == nil || len(values) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	h := &s.history
	if h.out == nil {
		h.out = map[int]any{}
	}
	n := p.Src.Count
	for old := range h.out { // not all cells show something: there may be several, or none
		if old <= n-historySize {
			delete(h.out, old)
		}
	}
	if len(values) > 1 {
		h.out[n] = values
		return
	}
	h.out[n] = values[0]
	t := types.Default(p.Info.TypeOf(p.Shown.X))
	ptr := s.memoryOf(p, t, values[0])
	if !ptr.IsValid() {
		return
	}
	name := fmt.Sprintf("_%d", n)
	v := cell.Variable{Name: name, Typ: t, Slot: &cell.Slot{ID: s.checker.Numbers.SlotID(name), Ptr: ptr}, Cell: n}
	h.entries = append(h.entries, &shownValue{v, cell.TypeKey(s.env, t)})
	if len(h.entries) > historySize {
		h.entries = append([]*shownValue(nil), h.entries[1:]...)
	}
}

// memoryOf returns the pointer to a new variable that holds a value of type t;
// it is invalid where only compiled code could make one.
func (s *session) memoryOf(p *cell.Plan, t types.Type, value any) reflect.Value {
	if !types.IsInterface(t) {
		if value == nil {
			return reflect.Value{}
		}
		ptr := reflect.New(reflect.TypeOf(value))
		ptr.Elem().Set(reflect.ValueOf(value))
		return ptr
	}
	r := s.interpreters.Tables.ReflectType(p, t)
	if r == nil {
		return reflect.Value{}
	}
	ptr := reflect.New(r)
	if value != nil {
		ptr.Elem().Set(reflect.ValueOf(value))
	}
	return ptr
}

var numbered = regexp.MustCompile(`^_[0-9]+$`)

// recall gives a cell the values shown before that it names: _ is the last,
// __ and ___ are those before it, _3 is that of cell 3, and Out[3] the same
// without its type.
func (s *session) recall(src *cell.Source) {
	h := &s.history
	if src.Body == nil {
		return
	}
	assigned := map[*ast.Ident]bool{}
	ast.Inspect(src.Body, func(n ast.Node) bool {
		for _, id := range blanks(n) {
			assigned[id] = true
		}
		id, ok := n.(*ast.Ident)
		if !ok || assigned[id] {
			return true
		}
		switch back := len(id.Name); {
		case id.Name == "Out" && len(h.out) > 0:
			s.env.Define(&cell.Variable{Name: "Out", Typ: types.NewMap(types.Typ[types.Int], types.Universe.Lookup("any").Type()), Slot: &cell.Slot{ID: s.checker.Numbers.SlotID("Out"), Ptr: reflect.ValueOf(&h.out)}})
		case numbered.MatchString(id.Name):
			for _, e := range h.entries {
				if e.Name == id.Name {
					s.recallValue(e)
				}
			}
		case id.Name == "_" || (id.Name == "__" || id.Name == "___") && s.env.Vars[id.Name] == nil:
			if back <= len(h.entries) {
				e := h.entries[len(h.entries)-back]
				id.Name = "_" + strconv.Itoa(e.Cell)
				s.recallValue(e)
			}
		}
		return true
	})
}

// blanks are the identifiers of a node that _ may stand for without a value.
func blanks(n ast.Node) []*ast.Ident {
	var out []*ast.Ident
	add := func(list ...ast.Expr) {
		for _, e := range list {
			if id, ok := e.(*ast.Ident); ok {
				out = append(out, id)
			}
		}
	}
	switch n := n.(type) {
	case *ast.AssignStmt:
		add(n.Lhs...)
	case *ast.RangeStmt:
		add(n.Key, n.Value)
	case *ast.ValueSpec:
		return n.Names
	case *ast.Field:
		return n.Names
	case *ast.TypeSpec:
		return []*ast.Ident{n.Name}
	case *ast.KeyValueExpr:
		add(n.Key)
	case *ast.SelectorExpr:
		add(n.Sel)
	case *ast.LabeledStmt:
		add(n.Label)
	case *ast.BranchStmt:
		if n.Label != nil {
			add(n.Label)
		}
	}
	return out
}

// recallValue makes a shown value a variable, if its type is still what it was.
func (s *session) recallValue(e *shownValue) {
	if cell.TypeKey(s.env, e.Typ) == e.key {
		v := e.Variable
		s.env.Define(&v)
	}
}
