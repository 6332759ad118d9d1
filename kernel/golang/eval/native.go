package eval

import (
	"go/token"
	"go/types"
	"io"
	"iter"
	"reflect"
	"slices"
	"unsafe"

	"gomdcsan/kernel/golang/rt"
)

// cloneMap is what maps.Clone leaves to the runtime.
func cloneMap(m any) any {
	from := reflect.ValueOf(m)
	to := reflect.MakeMapWithSize(from.Type(), from.Len())
	for i := from.MapRange(); i.Next(); {
		to.SetMapIndex(i.Key(), i.Value())
	}
	return to.Interface()
}

// positions are the functions that look at the stack of compiled code.
var positions = map[string]bool{"runtime.Caller": true, "runtime.Callers": true, "runtime.FuncForPC": true, "runtime.CallersFrames": true, "runtime.MemProfile": true}

// standIn returns what calls a method that waits, or ends the process, in the
// way that a cell must.
func standIn(s rt.StandIn, name string) func(recv reflect.Value, args []reflect.Value) []reflect.Value {
	if wrap, ok := s.Wrapper(); ok {
		return func(recv reflect.Value, args []reflect.Value) (out []reflect.Value) {
			wrap(recv.Interface(), func() { out = callValue(recv.MethodByName(name), args) })
			return out
		}
	}
	f := reflect.ValueOf(s.Func)
	return func(recv reflect.Value, args []reflect.Value) []reflect.Value {
		return callValue(f, append([]reflect.Value{recv}, args...))
	}
}

// functionStandIn is standIn for a function.
func functionStandIn(s rt.StandIn, f reflect.Value) reflect.Value {
	wrap, ok := s.Wrapper()
	if !ok {
		return reflect.ValueOf(s.Func)
	}
	return reflect.MakeFunc(f.Type(), func(args []reflect.Value) (out []reflect.Value) {
		wrap(nil, func() { out = callValue(f, args) })
		return out
	})
}

// serving is what stands for a function of rt.ServerFields.
func (c *compiler) serving(f *types.Func, t reflect.Type, fields []string) reflect.Value {
	server := c.rtype(f.Pkg().Scope().Lookup("Server").Type())
	return reflect.MakeFunc(t, func(args []reflect.Value) (out []reflect.Value) {
		x := reflect.New(server)
		var rest []reflect.Value
		for i, field := range fields {
			if field != "" {
				x.Elem().FieldByName(field).Set(args[i])
			} else {
				rest = append(rest, args[i])
			}
		}
		rt.Shutting(x.Interface(), func() { out = callValue(x.MethodByName(f.Name()), rest) })
		return out
	})
}

// Stream returns the function of rt, Reader or Writer, through which an
// argument of a compiled function goes: one that is read or written there, of a
// type whose values may wait.
func Stream(sig *types.Signature, i int, arg types.Type) string {
	last := sig.Params().Len() - 1
	if last < 0 || i > last && !sig.Variadic() {
		return ""
	}
	t := sig.Params().At(min(i, last)).Type()
	if s, ok := t.(*types.Slice); ok && sig.Variadic() && i >= last {
		t = s.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || n.Obj().Pkg() == nil || n.Obj().Pkg().Path() != "io" || !mayWait(arg) {
		return ""
	}
	if name := n.Obj().Name(); name == "Reader" || name == "Writer" {
		return name
	}
	return ""
}

// mayWait reports whether reading from a value of a type may wait for others.
func mayWait(t types.Type) bool {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		n, ok := types.Unalias(p.Elem()).(*types.Named)
		return ok && n.Obj().Pkg() != nil && slices.Contains([]string{"os", "io", "net", "crypto/tls"}, n.Obj().Pkg().Path())
	}
	return t != nil && types.IsInterface(t)
}

// streamed passes an argument of a compiled function through Stream's.
func (c *compiler) streamed(n *node, sig *types.Signature, i int, arg types.Type) *node {
	var wrap func(reflect.Value) reflect.Value
	switch Stream(sig, i, arg) {
	case "Reader":
		wrap = func(v reflect.Value) reflect.Value { return reflect.ValueOf(rt.Reader(v.Interface().(io.Reader))) }
	case "Writer":
		wrap = func(v reflect.Value) reflect.Value { return reflect.ValueOf(rt.Writer(v.Interface().(io.Writer))) }
	default:
		return n
	}
	t := n.t
	r := c.rtype(t)
	return c.value(t, func(fr *frame) reflect.Value {
		v := n.v(fr)
		if v.Kind() == reflect.Interface && v.IsNil() {
			return v
		}
		return as(wrap(v), r)
	})
}

// compiled finds a function of compiled code.
func (c *compiler) compiled(f *types.Func, pos token.Pos) reflect.Value {
	switch name := f.Origin().FullName(); {
	case name == "maps.clone":
		return reflect.ValueOf(cloneMap)
	case positions[name]:
		c.refuse(pos, "%s, which knows no interpreted functions", name)
	case f.Signature().Recv() == nil && f.Origin().Signature().TypeParams() != nil:
		c.refuse(pos, "the generic function %s", name)
	}
	v := c.u.host.Export(f.Pkg().Path(), f.Name())
	if v == nil || v.Kind() != reflect.Func {
		c.refuse(pos, "the function %s.%s, which is not in the kernel's tables", f.Pkg().Name(), f.Name())
	}
	c.u.learn(f.Signature(), v.Type())
	if fields := rt.ServerFields(f.FullName()); fields != nil {
		return c.serving(f, v.Type(), fields)
	}
	if s, ok := rt.StandInFor(f.FullName()); ok {
		return functionStandIn(s, *v)
	}
	return *v
}

// pull is iter.Pull and iter.Pull2 for a sequence whose function has n values.
func pull(seq reflect.Value, nextType, stopType reflect.Type) (nextFunc, stopFunc reflect.Value) {
	yieldType := seq.Type().In(0)
	source := iter.Seq[[]reflect.Value](func(yield func([]reflect.Value) bool) {
		seq.Call([]reflect.Value{reflect.MakeFunc(yieldType, func(args []reflect.Value) []reflect.Value {
			return []reflect.Value{reflect.ValueOf(yield(args))}
		})})
	})
	next, stop := iter.Pull(source)
	n := nextType.NumOut()
	nextFunc = reflect.MakeFunc(nextType, func([]reflect.Value) []reflect.Value {
		out, ok := next()
		if !ok {
			for i := range n - 1 {
				out = append(out, reflect.Zero(nextType.Out(i)))
			}
		}
		return append(out[:n-1:n-1], reflect.ValueOf(ok))
	})
	return nextFunc, as(reflect.ValueOf(stop), stopType)
}

// pullCallee is a call of iter.Pull or Pull2.
func (c *compiler) pullCallee(sig *types.Signature) callee {
	next, stop := c.rtype(sig.Results().At(0).Type()), c.rtype(sig.Results().At(1).Type())
	return callee{sig, func(*frame) ready {
		return ready{call: func(_, _ *frame, _ unsafe.Pointer, args []reflect.Value) []reflect.Value {
			n, s := pull(args[0], next, stop)
			return []reflect.Value{n, s}
		}}
	}, false}
}
