package eval

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"runtime"
	"sync"
)

// A Host is the session that units belong to.
type Host interface {
	// Export returns what the tables of compiled packages have under a name:
	// a function, an addressable variable, or a nil pointer to a type.
	Export(path, name string) *reflect.Value
	// Slot returns the pointer to a variable, function or method of the
	// session; it is invalid for what is none.
	Slot(o types.Object) reflect.Value
	// Made returns a type of the session that another unit has made, or nil.
	Made(o *types.TypeName) reflect.Type
	// Key names a type of the session; declared anew it has another key.
	Key(o *types.TypeName) string
	// Body returns the declaration of a function or method of the session, and
	// what is known of it.
	Body(f *types.Func) (*ast.FuncDecl, *types.Info)
	// Shared reports whether values of a type without a name can be told from
	// others by compiled code too: it has the type, or none will ever come.
	Shared(t reflect.Type) bool
	// Place returns the cell and the line of a position.
	Place(p token.Pos) (cell string, line int)
}

// A Refusal says what has no rule.
type Refusal struct {
	Pos token.Pos
	Why string
}

func (r *Refusal) Error() string { return r.Why }

// An Evaluator holds what units share: the types made at run time.
type Evaluator struct {
	mu      sync.RWMutex
	named   map[string]reflect.Type
	methods map[reflect.Type]map[string]*methodCode
	library *library
}

// New returns an evaluator without types.
func New() *Evaluator {
	return &Evaluator{named: map[string]reflect.Type{}, methods: map[reflect.Type]map[string]*methodCode{}, library: newLibrary()}
}

// A Unit is compiled at once: it is refused as a whole, or ready as a whole.
type Unit struct {
	ev      *Evaluator
	host    Host
	pkg     *types.Package
	sizes   types.Sizes
	types   map[types.Type]reflect.Type
	codes   map[string]*code // instances and methods without a slot
	todo    []func()         // bodies to compile before the unit is ready
	added   []string         // keys of types made by it
	context *types.Context

	locals    map[string]*types.Named // of instances of generic functions, by key
	localKeys map[*types.TypeName]string
}

// Unit begins a unit of the package pkg, which the session's objects belong to.
func (ev *Evaluator) Unit(h Host, pkg *types.Package) *Unit {
	return &Unit{ev: ev, host: h, pkg: pkg, sizes: types.SizesFor("gc", runtime.GOARCH), types: map[types.Type]reflect.Type{}, codes: map[string]*code{}, context: types.NewContext(),
		locals: map[string]*types.Named{}, localKeys: map[*types.TypeName]string{}}
}

// Try runs f, which calls the unit's methods, and finishes what they have
// begun. It returns why something is refused; then nothing of it may be used.
func (u *Unit) Try(f func()) (refused *Refusal) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		u.forget()
		var ok bool
		if refused, ok = r.(*Refusal); !ok {
			panic(r)
		}
	}()
	f()
	for n := 0; len(u.todo) > 0; n++ {
		if n > 20000 {
			u.refuse(token.NoPos, "a generic function with instances without end")
		}
		next := u.todo[len(u.todo)-1]
		u.todo = u.todo[:len(u.todo)-1]
		next()
	}
	return nil
}

// forget takes back the types that the unit has made.
func (u *Unit) forget() {
	u.ev.mu.Lock()
	defer u.ev.mu.Unlock()
	for _, k := range u.added {
		delete(u.ev.named, k)
	}
}

func (u *Unit) refuse(pos token.Pos, format string, args ...any) {
	panic(&Refusal{pos, fmt.Sprintf(format, args...)})
}

// Type returns the run-time type of a type.
func (u *Unit) Type(t types.Type) reflect.Type { return u.rtype(t) }

// Func compiles a function of the session, or a method as a function of its
// receiver, and returns it as a value of its type.
func (u *Unit) Func(f *types.Func) reflect.Value {
	c := u.declared(f, nil)
	return (&closure{code: c}).value(u.rtype(Plain(f.Signature())))
}

// Body compiles statements as a function without parameters. Objects of the
// session that they define are slots already.
func (u *Unit) Body(info *types.Info, prologue func(*Cell), list []ast.Stmt) func() {
	c := &compiler{u: u, info: info, vars: map[types.Object]int{}, code: &code{}, sig: types.NewSignatureType(nil, nil, nil, nil, nil, false)}
	c.escapes = escaping(info, list)
	cell := &Cell{c: c}
	if prologue != nil {
		prologue(cell)
	}
	body := c.block(list, cell.last)
	first := cell.list
	c.code.n = c.n
	c.code.body = func(fr *frame) ctl {
		for _, e := range first {
			e(fr)
		}
		return body(fr)
	}
	return (&closure{code: c.code}).runCell
}

// A Cell is the cell whose statements are compiled.
type Cell struct {
	c    *compiler
	list []exec
	last func(ast.Stmt) exec
}

// Initialize sets variables from an expression, before the statements.
func (l *Cell) Initialize(left []*types.Var, right ast.Expr) {
	c := l.c
	at := c.at(right.Pos())
	var set exec
	if len(left) == 1 {
		v := left[0]
		if v.Name() == "_" {
			n := c.expr(right)
			if isNilType(n.t) {
				return
			}
			set = func(fr *frame) ctl { n.v(fr); return next }
		} else {
			put := c.storer(c.assignable(c.expr(right), v.Type()))
			p := c.object(v, right.Pos()).addr
			set = func(fr *frame) ctl { put(fr, p(fr)); return next }
		}
	} else {
		values := c.several(right, len(left))
		var puts []func(*frame, reflect.Value)
		for i, v := range left {
			puts = append(puts, nil)
			if v.Name() != "_" {
				puts[i] = c.setter(c.object(v, right.Pos()).addr, v.Type())
			}
		}
		set = func(fr *frame) ctl {
			for i, x := range values.v(fr) {
				if puts[i] != nil {
					puts[i](fr, x)
				}
			}
			return next
		}
	}
	l.list = append(l.list, func(fr *frame) ctl { at(fr); return set(fr) })
}

// Zero clears a variable before the statements.
func (l *Cell) Zero(v *types.Var) {
	addr, t := l.c.object(v, v.Pos()).addr, l.c.rtype(v.Type())
	l.list = append(l.list, func(fr *frame) ctl {
		reflect.NewAt(t, addr(fr)).Elem().SetZero()
		return next
	})
}

// Call calls a function of no parameters before the statements.
func (l *Cell) Call(d *ast.FuncDecl) {
	c := l.c
	inner := c.u.function(funcSource{name: d.Name.Name, sig: c.sig, body: d.Body, info: c.info})
	l.list = append(l.list, func(fr *frame) ctl { (&closure{code: inner}).call(fr, nil); return next })
}

// Show hands the values of an expression statement, the last, to f.
func (l *Cell) Show(s *ast.ExprStmt, f func(values ...any)) {
	l.last = func(last ast.Stmt) exec {
		if last != ast.Stmt(s) {
			return nil
		}
		c := l.c
		at := c.at(s.Pos())
		if t, ok := c.typeOf(s.X).(*types.Tuple); ok {
			values := c.several(s.X, t.Len())
			return func(fr *frame) ctl {
				at(fr)
				var out []any
				for _, v := range values.v(fr) {
					out = append(out, v.Interface())
				}
				f(out...)
				return next
			}
		}
		n := c.expr(s.X)
		if isNilType(n.t) {
			return func(fr *frame) ctl { at(fr); f(nil); return next }
		}
		return func(fr *frame) ctl { at(fr); f(n.v(fr).Interface()); return next }
	}
}
