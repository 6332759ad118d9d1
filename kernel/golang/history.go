package golang

import (
	"fmt"
	"go/ast"
	"go/types"
	"reflect"
	"regexp"
	"strconv"
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
	variable
	key string // its type, as it was then
}

// add keeps what a cell has shown: one value, or a list of several.
func (s *session) addShown(c *compiled, values []any) {
	p := c.plan
	if p.shown == nil || len(values) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	h := &s.history
	if h.out == nil {
		h.out = map[int]any{}
	}
	n := p.src.count
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
	t := types.Default(p.info.TypeOf(p.shown.X))
	ptr := s.memoryOf(p, t, values[0])
	if !ptr.IsValid() {
		return
	}
	name := fmt.Sprintf("_%d", n)
	v := variable{name: name, typ: t, slot: &slot{id: s.newSlotID(name), ptr: ptr}, cell: n}
	h.entries = append(h.entries, &shownValue{v, s.typeKey(s.world, t)})
	if len(h.entries) > historySize {
		h.entries = append([]*shownValue(nil), h.entries[1:]...)
	}
}

// memoryOf returns the pointer to a new variable that holds a value of type t;
// it is invalid where only compiled code could make one.
func (s *session) memoryOf(p *plan, t types.Type, value any) reflect.Value {
	if !types.IsInterface(t) {
		if value == nil {
			return reflect.Value{}
		}
		ptr := reflect.New(reflect.TypeOf(value))
		ptr.Elem().Set(reflect.ValueOf(value))
		return ptr
	}
	r := s.reflectType(p, t)
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
func (s *session) recall(src *source) {
	h := &s.history
	if src.body == nil {
		return
	}
	assigned := map[*ast.Ident]bool{}
	ast.Inspect(src.body, func(n ast.Node) bool {
		for _, id := range blanks(n) {
			assigned[id] = true
		}
		id, ok := n.(*ast.Ident)
		if !ok || assigned[id] {
			return true
		}
		switch back := len(id.Name); {
		case id.Name == "Out" && len(h.out) > 0:
			s.remembered(&variable{name: "Out", typ: types.NewMap(types.Typ[types.Int], types.Universe.Lookup("any").Type()), slot: &slot{id: s.newSlotID("Out"), ptr: reflect.ValueOf(&h.out)}})
		case numbered.MatchString(id.Name):
			for _, e := range h.entries {
				if e.name == id.Name {
					s.recallValue(e)
				}
			}
		case id.Name == "_" || (id.Name == "__" || id.Name == "___") && s.world.vars[id.Name] == nil:
			if back <= len(h.entries) {
				e := h.entries[len(h.entries)-back]
				id.Name = "_" + strconv.Itoa(e.cell)
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
	if s.typeKey(s.world, e.typ) == e.key {
		v := e.variable
		s.remembered(&v)
	}
}

// remembered adds a variable to the session unless it has one of the name.
func (s *session) remembered(v *variable) {
	w := s.world
	if w.vars[v.name] != nil || w.names[v.name] != nil {
		return
	}
	w.vars[v.name] = v
	if mentions(v.typ, sessionType) {
		w.stale = true // its type is another object where the world was checked anew
		return
	}
	w.pkg.Scope().Insert(types.NewVar(0, w.pkg, v.name, v.typ))
}
