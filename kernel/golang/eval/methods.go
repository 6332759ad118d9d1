package eval

import (
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"strings"
	"sync"
	"unsafe"

	"gomdcsan/kernel/golang/rt"
	"gomdcsan/kernel/golang/rtype"
)

// methodCode is a method as it is called on the address of a receiver.
type methodCode struct {
	call methodCall
}

// methodSet lists the methods of a type that its table is to have.
func (u *Unit) methodSet(t types.Type) []*types.Selection {
	var out []*types.Selection
	set := types.NewMethodSet(t)
	for i := range set.Len() {
		m := set.At(i).Obj().(*types.Func)
		if !m.Exported() && m.Pkg() != u.pkg && !u.interpreted(m) {
			if types.IsInterface(m.Signature().Recv().Type()) {
				u.refuse(token.NoPos, "a type that embeds an interface with unexported methods")
			}
			continue // only its own package could ask for it
		}
		out = append(out, set.At(i))
	}
	return out
}

// methodTable makes the methods of a type, and remembers them.
func (u *Unit) methodTable(r reflect.Type, set []*types.Selection) []rtype.Method {
	var out []rtype.Method
	table := map[string]*methodCode{}
	for _, sel := range set {
		m := sel.Obj().(*types.Func)
		call := u.bound(sel.Recv(), sel.Index(), m)
		if p, ok := sel.Recv().(*types.Pointer); ok { // the table's receiver is what it points to
			call = u.bound(p.Elem(), sel.Index(), m)
		}
		sig := sel.Type().(*types.Signature)
		path := "" // of error's Error, which is of no package
		if m.Pkg() != nil {
			path = m.Pkg().Path()
		}
		out = append(out, rtype.Method{Name: m.Name(), PkgPath: path, Type: u.funcType(sig), Call: func(p unsafe.Pointer, args []reflect.Value) []reflect.Value {
			return call(nil, nil, p, args)
		}})
		table[m.Id()] = &methodCode{call}
	}
	u.ev.mu.Lock()
	u.ev.methods[r] = table
	u.ev.mu.Unlock()
	return out
}

// method finds a method of a type that was made here.
func (ev *Evaluator) method(r reflect.Type, id string) *methodCode {
	ev.mu.RLock()
	defer ev.mu.RUnlock()
	return ev.methods[r][id]
}

// hasMethods reports whether a type with methods was made here.
func (ev *Evaluator) hasMethods(r reflect.Type) bool {
	ev.mu.RLock()
	defer ev.mu.RUnlock()
	return ev.methods[r] != nil
}

// bound compiles the call of a method, promoted or not, on the address of a
// value of type t.
func (u *Unit) bound(t types.Type, index []int, m *types.Func) methodCall {
	path, at := u.walk(t, index[:len(index)-1], token.NoPos)
	call := u.method(at, m)
	return func(caller, deferrer *frame, p unsafe.Pointer, args []reflect.Value) []reflect.Value {
		return call(caller, deferrer, path(p), args)
	}
}

// walk compiles the way from the address of a value of type t to that of an
// embedded field, through pointers, and returns the field's type.
func (u *Unit) walk(t types.Type, index []int, pos token.Pos) (func(unsafe.Pointer) unsafe.Pointer, types.Type) {
	way := func(p unsafe.Pointer) unsafe.Pointer { return p }
	for _, i := range index {
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
			outer := way
			way = func(p unsafe.Pointer) unsafe.Pointer { return notNil(*(*unsafe.Pointer)(outer(p))) }
		}
		s, ok := t.Underlying().(*types.Struct)
		if !ok {
			u.refuse(pos, "a field of a %s", t)
		}
		off := u.offsets(s)[i]
		t = s.Field(i).Type()
		if off > 0 {
			outer := way
			way = func(p unsafe.Pointer) unsafe.Pointer { return unsafe.Add(outer(p), off) }
		}
	}
	return way, t
}

// notNil panics as a nil dereference does.
func notNil(p unsafe.Pointer) unsafe.Pointer {
	if p == nil {
		_ = *(*byte)(p)
	}
	return p
}

// A methodCall calls a method on the address of its receiver. deferrer is the
// frame whose deferred call it is, if it is one.
type methodCall func(caller, deferrer *frame, recv unsafe.Pointer, args []reflect.Value) []reflect.Value

// method compiles the call of a method on the address of a value of type at,
// which is a named type, a pointer to one, or an interface.
func (u *Unit) method(at types.Type, m *types.Func) methodCall {
	if types.IsInterface(at) {
		return u.interfaceMethod(at, m)
	}
	isPtr := false
	elem := at
	if p, ok := types.Unalias(at).(*types.Pointer); ok {
		isPtr, elem = true, p.Elem()
	}
	_, wantsPtr := types.Unalias(m.Signature().Recv().Type()).(*types.Pointer)
	adjust := func(p unsafe.Pointer) unsafe.Pointer { return p } // to the address of the elem
	if isPtr {
		adjust = func(p unsafe.Pointer) unsafe.Pointer { return *(*unsafe.Pointer)(p) }
	}
	er := u.rtype(elem)
	receiver := func(p unsafe.Pointer) reflect.Value { // what the method's first parameter is
		if wantsPtr {
			return reflect.NewAt(er, adjust(p))
		}
		x := reflect.New(er).Elem()
		x.Set(reflect.NewAt(er, notNil(adjust(p))).Elem())
		return x
	}
	if !u.interpreted(m) {
		name := m.Name()
		if !m.Exported() {
			u.refuse(token.NoPos, "the method %s", m.FullName())
		}
		if known, ok := reflect.PointerTo(er).MethodByName(name); ok {
			sig := Plain(m.Signature())
			for i := range sig.Results().Len() {
				u.learn(sig.Results().At(i).Type(), known.Type.Out(i))
			}
		}
		if s, ok := rt.StandInFor(m.FullName()); ok {
			call := standIn(s, name)
			return func(_, _ *frame, p unsafe.Pointer, args []reflect.Value) []reflect.Value {
				return call(reflect.NewAt(er, notNil(adjust(p))), args)
			}
		}
		return func(_, _ *frame, p unsafe.Pointer, args []reflect.Value) []reflect.Value {
			if !wantsPtr {
				notNil(adjust(p))
			}
			return callValue(reflect.NewAt(er, adjust(p)).MethodByName(name), args)
		}
	}
	target := u.target(m, typeArguments(elem))
	return func(caller, deferrer *frame, p unsafe.Pointer, args []reflect.Value) []reflect.Value {
		all := append(append(make([]reflect.Value, 0, len(args)+1), receiver(p)), args...)
		cl, f := target()
		if cl != nil {
			return ready{cl: cl}.invoke(caller, deferrer, all)
		}
		return callValue(f, all)
	}
}

func typeArguments(t types.Type) *types.TypeList {
	if n, ok := types.Unalias(t).(*types.Named); ok {
		return n.TypeArgs()
	}
	return nil
}

// callValue calls a function of compiled code: a variadic one's last argument
// is the slice.
func callValue(f reflect.Value, args []reflect.Value) []reflect.Value {
	t := f.Type()
	for i := range args {
		if a := t.In(i); args[i].Type() != a {
			args[i] = as(args[i], a)
		}
	}
	if t.IsVariadic() {
		return f.CallSlice(args)
	}
	return f.Call(args)
}

// interpreted reports whether a function's source is here.
func (u *Unit) interpreted(f *types.Func) bool {
	return f.Pkg() != nil && (f.Pkg() == u.pkg || u.ev.library.body(f) != nil)
}

// target returns what finds the function that a call of f reaches: what is in
// its slot at the time, or the code compiled for its type arguments.
func (u *Unit) target(f *types.Func, args *types.TypeList) func() (*closure, reflect.Value) {
	if args.Len() == 0 {
		if slot := u.host.Slot(f); slot.IsValid() {
			p := (*unsafe.Pointer)(slot.UnsafePointer())
			t := slot.Type().Elem()
			return func() (*closure, reflect.Value) {
				w := *p
				if cl := closureOf(w); cl != nil {
					return cl, reflect.Value{}
				}
				return nil, valueOf(t, w)
			}
		}
	}
	cl := &closure{code: u.declared(f, args)}
	return func() (*closure, reflect.Value) { return cl, reflect.Value{} }
}

// declared compiles a declared function or method, for type arguments.
func (u *Unit) declared(f *types.Func, args *types.TypeList) *code {
	f = f.Origin()
	key := f.FullName()
	if o := f.Signature().Recv(); o != nil {
		key = recvName(o.Type()) + "." + f.Name()
	}
	for a := range args.Types() {
		key += "[" + u.key(a) + "]"
	}
	if c := u.codes[key]; c != nil {
		return c
	}
	d, info := u.source(f)
	if d == nil || d.Body == nil {
		u.refuse(f.Pos(), "the function %s, which has no body", f.Name())
	}
	def := info.Defs[d.Name].(*types.Func) // in its own package, checked from source
	sig := def.Signature()
	env := environment{}
	params := sig.TypeParams()
	if sig.Recv() != nil {
		params = sig.RecvTypeParams()
	}
	for i := range params.Len() {
		env[params.At(i)] = args.At(i)
	}
	name := f.Name()
	if sig.Recv() != nil {
		name = recvName(sig.Recv().Type()) + "." + name
	}
	c := u.function(funcSource{name: name, recv: sig.Recv(), sig: sig, body: d.Body, info: info, env: env})
	u.codes[key] = c
	return c
}

func (u *Unit) source(f *types.Func) (*ast.FuncDecl, *types.Info) {
	if f.Pkg() == u.pkg {
		return u.host.Body(f)
	}
	if b := u.ev.library.body(f); b != nil {
		return b.decl, b.info
	}
	return nil, nil
}

func recvName(t types.Type) string {
	star := ""
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t, star = p.Elem(), "*"
	}
	if n, ok := types.Unalias(t).(*types.Named); ok {
		t := n.Obj().Name()
		if star != "" {
			return "(*" + t + ")"
		}
		return t
	}
	return strings.TrimSpace(star + t.String())
}

// interfaceMethod calls a method on the address of an interface value.
func (u *Unit) interfaceMethod(t types.Type, m *types.Func) methodCall {
	r := u.rtype(t)
	id, name := m.Id(), m.Name()
	index := -1 // of an unexported method, which reflection does not find
	if known, ok := r.MethodByName(name); ok && !m.Exported() {
		index = known.Index
	}
	ev := u.ev
	var memo sync.Map // reflect.Type -> *methodCode
	var stand func(reflect.Value, []reflect.Value) []reflect.Value
	if s, ok := rt.StandInFor(m.FullName()); ok {
		stand = standIn(s, name)
	}
	return func(caller, deferrer *frame, p unsafe.Pointer, args []reflect.Value) []reflect.Value {
		v := reflect.NewAt(r, p).Elem()
		if v.IsNil() {
			notNil(nil)
		}
		e := v.Elem()
		var code *methodCode
		if known, ok := memo.Load(e.Type()); ok {
			code = known.(*methodCode)
		} else {
			code = ev.method(e.Type(), id)
			memo.Store(e.Type(), code)
		}
		if code == nil && stand != nil {
			return stand(e, args)
		}
		if code == nil && index >= 0 {
			f, recv := rtype.Unexported(v, index)
			return callValue(f, append([]reflect.Value{recv}, args...))
		}
		if code == nil {
			return callValue(e.MethodByName(name), args)
		}
		return code.call(caller, deferrer, receiverOf(e), args)
	}
}
