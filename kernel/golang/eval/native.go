package eval

import (
	"go/token"
	"go/types"
	"iter"
	"reflect"
	"sync"
	"unsafe"

	"gomdcsan/kernel/golang/rt"
)

// natives stand for functions that print, wait or end the process: rt's belong
// to the cell.
var natives = map[string]reflect.Value{
	"fmt.Print": reflect.ValueOf(rt.Print), "fmt.Printf": reflect.ValueOf(rt.Printf), "fmt.Println": reflect.ValueOf(rt.Println),
	"fmt.Scan": reflect.ValueOf(rt.Scan), "fmt.Scanf": reflect.ValueOf(rt.Scanf), "fmt.Scanln": reflect.ValueOf(rt.Scanln),
	"os.Exit": reflect.ValueOf(rt.Exit), "log.Fatal": reflect.ValueOf(rt.Fatal), "log.Fatalf": reflect.ValueOf(rt.Fatalf), "log.Fatalln": reflect.ValueOf(rt.Fatalln),
	"time.Sleep": reflect.ValueOf(rt.Sleep), "time.AfterFunc": reflect.ValueOf(rt.AfterFunc), "context.AfterFunc": reflect.ValueOf(rt.AfterContext),
	"maps.clone": reflect.ValueOf(cloneMap),
}

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

// waiting are the methods that wait, or end the process, and what does so for
// a cell.
var waiting = map[string]func(p unsafe.Pointer, args []reflect.Value) []reflect.Value{
	"(*sync.WaitGroup).Wait": waits(func(w *sync.WaitGroup) { rt.Block(w.Wait) }),
	"(*sync.Mutex).Lock":     waits(func(m *sync.Mutex) { rt.Lock(m) }),
	"(*sync.RWMutex).Lock":   waits(func(m *sync.RWMutex) { rt.Lock(m) }),
	"(*sync.RWMutex).RLock":  waits(rt.RLock),
	"(*sync.Cond).Wait":      waits(rt.WaitCond),
	"(*sync.WaitGroup).Go": func(p unsafe.Pointer, args []reflect.Value) []reflect.Value {
		f, _ := args[0].Interface().(func())
		(*sync.WaitGroup)(p).Go(rt.Guard(f))
		return nil
	},
	"(*os/exec.Cmd).Run":            method(rt.Run),
	"(*os/exec.Cmd).Wait":           method(rt.Wait),
	"(*os/exec.Cmd).Output":         method(rt.Output),
	"(*os/exec.Cmd).CombinedOutput": method(rt.CombinedOutput),
	"(*log.Logger).Fatal":           method(rt.LoggerFatal),
	"(*log.Logger).Fatalf":          method(rt.LoggerFatalf),
	"(*log.Logger).Fatalln":         method(rt.LoggerFatalln),
}

// waits makes a method without arguments and results of a function.
func waits[T any](f func(*T)) func(unsafe.Pointer, []reflect.Value) []reflect.Value {
	return func(p unsafe.Pointer, _ []reflect.Value) []reflect.Value { f((*T)(p)); return nil }
}

// method makes a method of a function whose first parameter is the receiver.
func method(function any) func(unsafe.Pointer, []reflect.Value) []reflect.Value {
	f := reflect.ValueOf(function)
	receiver := f.Type().In(0).Elem()
	return func(p unsafe.Pointer, args []reflect.Value) []reflect.Value {
		return callValue(f, append([]reflect.Value{reflect.NewAt(receiver, p)}, args...))
	}
}

// compiled finds a function of compiled code.
func (c *compiler) compiled(f *types.Func, pos token.Pos) reflect.Value {
	switch name := f.Origin().FullName(); {
	case natives[name].IsValid():
		return natives[name]
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
	}}
}
