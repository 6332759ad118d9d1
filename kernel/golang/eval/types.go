package eval

import (
	"fmt"
	"go/token"
	"go/types"
	"reflect"
	"strings"
	"unsafe"

	"gomdcsan/kernel/golang/rtype"
)

const maxArray = 1 << 40

var basics = map[types.BasicKind]reflect.Type{
	types.Bool: reflect.TypeFor[bool](), types.String: reflect.TypeFor[string](),
	types.Int: reflect.TypeFor[int](), types.Int8: reflect.TypeFor[int8](), types.Int16: reflect.TypeFor[int16](), types.Int32: reflect.TypeFor[int32](), types.Int64: reflect.TypeFor[int64](),
	types.Uint: reflect.TypeFor[uint](), types.Uint8: reflect.TypeFor[uint8](), types.Uint16: reflect.TypeFor[uint16](), types.Uint32: reflect.TypeFor[uint32](), types.Uint64: reflect.TypeFor[uint64](),
	types.Uintptr: reflect.TypeFor[uintptr](), types.Float32: reflect.TypeFor[float32](), types.Float64: reflect.TypeFor[float64](),
	types.Complex64: reflect.TypeFor[complex64](), types.Complex128: reflect.TypeFor[complex128](),
	types.UnsafePointer: reflect.TypeFor[unsafe.Pointer](), types.UntypedNil: reflect.TypeFor[any](),
}

// rtype returns the run-time type of a type.
func (u *Unit) rtype(t types.Type) reflect.Type {
	t = types.Unalias(t)
	if r := u.types[t]; r != nil {
		return r
	}
	r := u.makeType(t)
	u.types[t] = r
	return r
}

func (u *Unit) makeType(t types.Type) reflect.Type {
	switch t := t.(type) {
	case *types.Basic:
		if r := basics[types.Default(t).(*types.Basic).Kind()]; r != nil {
			return r
		}
	case *types.Named:
		return u.named(t)
	case *types.Pointer:
		return reflect.PointerTo(u.rtype(t.Elem()))
	case *types.Slice:
		return reflect.SliceOf(u.rtype(t.Elem()))
	case *types.Array:
		if t.Len() > maxArray {
			u.refuse(token.NoPos, "an array of %d elements", t.Len())
		}
		return reflect.ArrayOf(int(t.Len()), u.rtype(t.Elem()))
	case *types.Map:
		return reflect.MapOf(u.rtype(t.Key()), u.rtype(t.Elem()))
	case *types.Chan:
		dir := map[types.ChanDir]reflect.ChanDir{types.SendRecv: reflect.BothDir, types.SendOnly: reflect.SendDir, types.RecvOnly: reflect.RecvDir}
		return reflect.ChanOf(dir[t.Dir()], u.rtype(t.Elem()))
	case *types.Signature:
		return u.funcType(t)
	case *types.Struct:
		return u.structType(t)
	case *types.Interface:
		return u.interfaceType(t)
	}
	u.refuse(token.NoPos, "the type %s", t)
	return nil
}

func (u *Unit) funcType(t *types.Signature) reflect.Type {
	var in, out []reflect.Type
	for v := range t.Params().Variables() {
		in = append(in, u.rtype(v.Type()))
	}
	for v := range t.Results().Variables() {
		out = append(out, u.rtype(v.Type()))
	}
	return reflect.FuncOf(in, out, t.Variadic())
}

// Plain is a function's type; a method's has the receiver as first parameter.
func Plain(sig *types.Signature) *types.Signature {
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

// fields returns a struct without its embedding, and which fields are embedded.
func (u *Unit) fields(t *types.Struct) (base reflect.Type, embedded []bool, some bool) {
	var fields []reflect.StructField
	for i := range t.NumFields() {
		f := t.Field(i)
		r := reflect.StructField{Name: f.Name(), Type: u.rtype(f.Type()), Tag: reflect.StructTag(t.Tag(i))}
		if !f.Exported() {
			r.PkgPath = f.Pkg().Path()
		}
		fields = append(fields, r)
		embedded = append(embedded, f.Embedded())
		some = some || f.Embedded()
	}
	return reflect.StructOf(fields), embedded, some
}

func (u *Unit) structType(t *types.Struct) reflect.Type {
	base, embedded, some := u.fields(t)
	if !some {
		return base
	}
	key := u.key(t)
	if r := u.ev.made(key); r != nil {
		return r
	}
	if types.NewMethodSet(types.NewPointer(t)).Len() > 0 {
		return u.make(t, key, rtype.Shape{PkgPath: u.pkg.Path(), Name: typeString(t, false), Unnamed: true})
	}
	return u.once(key, func() reflect.Type {
		return rtype.Embedding(base, typeString(t, false), embedded)
	})
}

// once makes a type that the session has once.
func (u *Unit) once(key string, f func() reflect.Type) reflect.Type {
	if r := u.ev.made(key); r != nil {
		return r
	}
	r := f()
	u.add(key, r)
	return r
}

func (ev *Evaluator) made(key string) reflect.Type {
	ev.mu.RLock()
	defer ev.mu.RUnlock()
	return ev.named[key]
}

// learn takes a type from a function or variable of compiled code, of which the
// tables have no name: an unexported one, or an instance of a generic one.
func (u *Unit) learn(t types.Type, r reflect.Type) {
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		if t.Obj().Pkg() == nil || t.Obj().Pkg() == u.pkg || u.types[t] != nil || r.Name() == "" {
			return
		}
		if t.TypeArgs().Len() > 0 {
			u.types[t] = u.once(u.key(t), func() reflect.Type { return r })
		} else if !t.Obj().Exported() {
			u.types[t] = r
		}
	case *types.Pointer:
		if r.Kind() == reflect.Pointer {
			u.learn(t.Elem(), r.Elem())
		}
	case *types.Slice:
		if r.Kind() == reflect.Slice {
			u.learn(t.Elem(), r.Elem())
		}
	case *types.Signature:
		for i := range min(t.Params().Len(), r.NumIn()) {
			u.learn(t.Params().At(i).Type(), r.In(i))
		}
		for i := range min(t.Results().Len(), r.NumOut()) {
			u.learn(t.Results().At(i).Type(), r.Out(i))
		}
	}
}

func (u *Unit) add(key string, t reflect.Type) {
	u.ev.mu.Lock()
	defer u.ev.mu.Unlock()
	u.ev.named[key] = t
	u.added = append(u.added, key)
}

func (u *Unit) interfaceType(t *types.Interface) reflect.Type {
	if !t.IsMethodSet() {
		u.refuse(token.NoPos, "a value of a constraint's type")
	}
	if t.Empty() {
		return reflect.TypeFor[any]()
	}
	if !u.host.Shared(nil) {
		u.refuse(token.NoPos, "an interface without a name, which compiled code could not tell")
	}
	return u.once(u.key(t), func() reflect.Type {
		var list []rtype.Method
		pkg := u.pkg.Path()
		for m := range t.Methods() {
			if m.Pkg() != nil { // nil for the method of error
				pkg = m.Pkg().Path()
			}
			list = append(list, rtype.Method{Name: m.Name(), PkgPath: pkg, Type: u.funcType(m.Signature())})
		}
		return rtype.Interface(typeString(t, false), pkg, list)
	})
}

// named returns the run-time type of a named one.
func (u *Unit) named(t *types.Named) reflect.Type {
	o := t.Obj()
	if o.Pkg() == nil {
		if o.Name() == "error" {
			return reflect.TypeFor[error]()
		}
		u.refuse(token.NoPos, "the type %s", o.Name())
	}
	if t.TypeArgs().Len() == 0 && o.Parent() == o.Pkg().Scope() {
		if o.Pkg() == u.pkg {
			if r := u.host.Made(o); r != nil {
				return r
			}
		} else {
			v := u.host.Export(o.Pkg().Path(), o.Name())
			if v != nil && v.Kind() == reflect.Pointer {
				return v.Type().Elem()
			}
			if !u.ev.library.has(o.Pkg().Path()) {
				why := "unexported"
				if o.Exported() {
					why = "not in the kernel's tables"
				}
				u.refuse(token.NoPos, "the type %s.%s, which is %s", o.Pkg().Name(), o.Name(), why)
			}
		}
	}
	if o.Pkg() != u.pkg && !u.ev.library.has(o.Pkg().Path()) && t.NumMethods() > 0 {
		u.refuse(token.NoPos, "the generic type %s.%s", o.Pkg().Name(), o.Name())
	}
	key := u.key(t)
	if r := u.ev.made(key); r != nil {
		return r
	}
	return u.make(t, key, rtype.Shape{PkgPath: o.Pkg().Path(), Name: typeName(t)})
}

// make makes a type that may have methods, of which shape has the name.
func (u *Unit) make(t types.Type, key string, shape rtype.Shape) reflect.Type {
	if err := rtype.Supported(); err != nil {
		u.refuse(token.NoPos, "the type %s: %v", shape.Name, err)
	}
	under := t.Underlying()
	value, ptr := u.methodSet(t), u.methodSet(types.NewPointer(t))
	if _, is := under.(*types.Interface); is {
		value, ptr = nil, nil
	}
	shape.Kind, shape.Value, shape.Ptr = u.kind(under), len(value), len(ptr)
	shape.Size, shape.Align = uintptr(u.sizes.Sizeof(under)), uintptr(u.sizes.Alignof(under))
	shape.Comparable, shape.Pointers = types.Comparable(under), u.mask(under)
	if sig, ok := under.(*types.Signature); ok {
		shape.Params = sig.Params().Len() + sig.Results().Len()
	}
	n := rtype.New(shape)
	r := n.Type()
	u.types[t] = r
	u.add(key, r)
	if s, ok := under.(*types.Struct); ok {
		base, embedded, _ := u.fields(s)
		n.Define(base, embedded)
	} else {
		n.Define(u.rtype(under), nil)
	}
	u.todo = append(u.todo, func() {
		if err := n.Methods(u.methodTable(r, value), u.methodTable(reflect.PointerTo(r), ptr)); err != nil {
			u.refuse(token.NoPos, "the type %s: %v", shape.Name, err)
		}
	})
	return r
}

func (u *Unit) kind(t types.Type) reflect.Kind {
	switch t := t.(type) {
	case *types.Basic:
		if t.Kind() == types.UnsafePointer {
			return reflect.UnsafePointer
		}
		return basics[t.Kind()].Kind()
	case *types.Pointer:
		return reflect.Pointer
	case *types.Slice:
		return reflect.Slice
	case *types.Array:
		return reflect.Array
	case *types.Map:
		return reflect.Map
	case *types.Chan:
		return reflect.Chan
	case *types.Signature:
		return reflect.Func
	case *types.Struct:
		return reflect.Struct
	}
	return reflect.Interface
}

// mask says which words of a type are pointers.
func (u *Unit) mask(t types.Type) []bool {
	const word = int64(unsafe.Sizeof(uintptr(0)))
	size := u.sizes.Sizeof(t)
	if size > 1<<20 {
		u.refuse(token.NoPos, "a type of %d bytes", size)
	}
	out := make([]bool, size/word)
	var mark func(t types.Type, off int64)
	mark = func(t types.Type, off int64) {
		switch t := t.Underlying().(type) {
		case *types.Basic:
			if t.Kind() == types.String || t.Kind() == types.UnsafePointer {
				out[off/word] = true
			}
		case *types.Interface:
			out[off/word], out[off/word+1] = true, true
		case *types.Array:
			for i := range t.Len() {
				mark(t.Elem(), off+i*u.sizes.Sizeof(t.Elem()))
			}
		case *types.Struct:
			offsets := u.offsets(t)
			for i := range t.NumFields() {
				mark(t.Field(i).Type(), off+offsets[i])
			}
		default: // pointers, and slices, which begin with one
			out[off/word] = true
		}
	}
	mark(t, 0)
	return out
}

func (u *Unit) offsets(t *types.Struct) []int64 {
	var fields []*types.Var
	for f := range t.Fields() {
		fields = append(fields, f)
	}
	return u.sizes.Offsetsof(fields)
}

// key writes a type so that it can be compared between units.
func (u *Unit) key(t types.Type) string {
	var b strings.Builder
	u.writeKey(&b, t)
	return b.String()
}

func (u *Unit) writeKey(b *strings.Builder, t types.Type) {
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		o := t.Obj()
		switch {
		case o.Pkg() == nil:
			b.WriteString(o.Name())
		case u.localKeys[o] != "":
			b.WriteString(u.localKeys[o])
		case o.Parent() != o.Pkg().Scope():
			fmt.Fprintf(b, "%s@%d", o.Name(), o.Pos())
		case o.Pkg() == u.pkg:
			b.WriteString(u.host.Key(o))
		default:
			b.WriteString(o.Pkg().Path() + "." + o.Name())
		}
		for i := range t.TypeArgs().Len() {
			b.WriteString("[" + u.key(t.TypeArgs().At(i)) + "]")
		}
	case *types.Pointer:
		b.WriteString("*" + u.key(t.Elem()))
	case *types.Slice:
		b.WriteString("[]" + u.key(t.Elem()))
	case *types.Array:
		fmt.Fprintf(b, "[%d]%s", t.Len(), u.key(t.Elem()))
	case *types.Map:
		b.WriteString("map[" + u.key(t.Key()) + "]" + u.key(t.Elem()))
	case *types.Chan:
		fmt.Fprintf(b, "chan%d %s", t.Dir(), u.key(t.Elem()))
	case *types.Signature:
		fmt.Fprintf(b, "func%v(", t.Variadic())
		for v := range t.Params().Variables() {
			b.WriteString(u.key(v.Type()) + ",")
		}
		b.WriteByte(')')
		for v := range t.Results().Variables() {
			b.WriteString(u.key(v.Type()) + ",")
		}
	case *types.Struct:
		b.WriteString("struct{")
		for i := range t.NumFields() {
			f := t.Field(i)
			fmt.Fprintf(b, "%s %v %s %q;", f.Id(), f.Embedded(), u.key(f.Type()), t.Tag(i))
		}
		b.WriteByte('}')
	case *types.Interface:
		b.WriteString("interface{")
		for m := range t.Methods() {
			b.WriteString(m.Id() + u.key(m.Signature()) + ";")
		}
		b.WriteByte('}')
	default:
		b.WriteString(t.String())
	}
}
