package eval

import (
	"reflect"
	"strings"
	"sync"
	"unsafe"
)

// How a function made by reflection holds the closure that it calls is found
// out by looking at one: its first word is the same for all, and one of the
// next points to a bound method, whose words are its code and its receiver.
var made = sync.OnceValue(func() (l struct {
	stub, code uintptr
	bound      uintptr // the code of a boundCall
	offset     uintptr
}) {
	cl := &closure{code: &code{}}
	v := cl.value(reflect.TypeFor[func()]())
	w := word(v)
	l.stub = *(*uintptr)(w)
	for off := unsafe.Sizeof(uintptr(0)); off < 8*unsafe.Sizeof(uintptr(0)); off += unsafe.Sizeof(uintptr(0)) {
		p := *(*unsafe.Pointer)(unsafe.Add(w, off))
		if uintptr(p) < 4096 || off == unsafe.Sizeof(uintptr(0)) || off == 2*unsafe.Sizeof(uintptr(0)) {
			continue
		}
		if b := (*[2]unsafe.Pointer)(p); b[1] == unsafe.Pointer(cl) {
			l.offset, l.code = off, uintptr(b[0])
			w = word((&boundCall{}).value(reflect.TypeFor[func()]()))
			l.bound = uintptr((*(**[2]unsafe.Pointer)(unsafe.Add(w, off)))[0])
			return l
		}
	}
	return l
})

// word is the word that a function, pointer, map or channel is.
func word(v reflect.Value) unsafe.Pointer {
	i := v.Interface()
	return (*[2]unsafe.Pointer)(unsafe.Pointer(&i))[1]
}

// closureOf returns the closure that a function value calls, nil if it is
// compiled code. So a call of it, deferred or not, needs no reflection, and
// recover knows whose deferred call it is in.
func closureOf(f unsafe.Pointer) *closure {
	if b := given(f); b != nil && uintptr(b[0]) == made().code {
		return (*closure)(b[1])
	}
	return nil
}

// boundCallOf returns the method value or expression of a cell that a function
// value calls.
func boundCallOf(f unsafe.Pointer) *boundCall {
	if b := given(f); b != nil && uintptr(b[0]) == made().bound {
		return (*boundCall)(b[1])
	}
	return nil
}

// given is the function that a function made by reflect.MakeFunc calls, the
// first two words of it; nil for other functions.
func given(f unsafe.Pointer) *[2]unsafe.Pointer {
	l := made()
	if f == nil || l.offset == 0 || *(*uintptr)(f) != l.stub {
		return nil
	}
	return *(**[2]unsafe.Pointer)(unsafe.Add(f, l.offset))
}

// A boundCall is a method with its receiver, or, as a method expression has it,
// without.
type boundCall struct {
	call methodCall
	at   unsafe.Pointer
}

func (b *boundCall) invoke(args []reflect.Value) []reflect.Value {
	return b.call(nil, nil, b.at, args)
}

// value makes the call a function of a type.
func (b *boundCall) value(t reflect.Type) reflect.Value { return reflect.MakeFunc(t, b.invoke) }

// boundLayout is how a method value that package reflect makes holds the method
// and the receiver, found out by looking at one: its first word is the same for
// all, and the number of the method stands before the receiver, a
// reflect.Value.
var boundLayout = sync.OnceValue(func() (l struct {
	stub     uintptr
	receiver uintptr // its offset, 0 when the layout is another
}) {
	recv := reflect.ValueOf(new(strings.Builder))
	m, _ := recv.Type().MethodByName("Len")
	w := word(recv.Method(m.Index))
	want := *(*[2]unsafe.Pointer)(unsafe.Pointer(&recv))
	const size = unsafe.Sizeof(uintptr(0))
	for off := 2 * size; off < 6*size; off += size {
		if *(*[2]unsafe.Pointer)(unsafe.Add(w, off)) == want && *(*int)(unsafe.Add(w, off-size)) == m.Index {
			l.stub, l.receiver = *(*uintptr)(w), off
			break
		}
	}
	return l
})

// boundMethod returns the receiver and the name of a method value that package
// reflect has made.
func boundMethod(f unsafe.Pointer) (recv reflect.Value, name string, ok bool) {
	l := boundLayout()
	if l.receiver == 0 || *(*uintptr)(f) != l.stub {
		return recv, "", false
	}
	recv = *(*reflect.Value)(unsafe.Add(f, l.receiver))
	name = recv.Type().Method(*(*int)(unsafe.Add(f, l.receiver-unsafe.Sizeof(uintptr(0))))).Name
	if recv.Kind() == reflect.Interface {
		recv = recv.Elem()
	}
	return recv, name, true
}

// direct returns what a function calls that package reflect has made of
// something interpreted: a method value, a method of a reflect.Type, or a
// function that the cell gave to reflect.MakeFunc. As a deferred call it is then
// the cell's own, in which recover works, as the compiler has it.
func (ev *Evaluator) direct(r ready) ready {
	if r.call != nil || !r.f.IsValid() {
		return r
	}
	w := word(r.f)
	if recv, name, ok := boundMethod(w); ok {
		if m := ev.method(recv.Type(), name); m != nil {
			return ready{call: m.call, at: receiverOf(recv)}
		}
		return r
	}
	if b := boundCallOf(w); b != nil {
		return ready{call: b.call, at: b.at}
	}
	if cl := closureOf(unsafe.Pointer(given(w))); cl != nil {
		return ready{call: func(caller, deferrer *frame, _ unsafe.Pointer, args []reflect.Value) []reflect.Value {
			out := ready{cl: cl}.invoke(caller, deferrer, []reflect.Value{reflect.ValueOf(args)})
			return out[0].Interface().([]reflect.Value)
		}}
	}
	if m := ev.methodExpression(r.f); m != nil {
		return ready{call: func(caller, deferrer *frame, _ unsafe.Pointer, args []reflect.Value) []reflect.Value {
			return m.call(caller, deferrer, receiverOf(args[0]), args[1:])
		}}
	}
	return r
}

// methodExpression returns the interpreted method that a function is which
// reflect.Type.Method has given.
func (ev *Evaluator) methodExpression(f reflect.Value) *methodCode {
	if f.Type().NumIn() == 0 {
		return nil
	}
	recv := f.Type().In(0)
	if !ev.hasMethods(recv) {
		return nil
	}
	for i := range recv.NumMethod() {
		if m := recv.Method(i); m.Func.Pointer() == f.Pointer() {
			return ev.method(recv, m.Name)
		}
	}
	return nil
}

// receiverOf is the address with which a method of v's type that was made here
// is called.
func receiverOf(v reflect.Value) unsafe.Pointer {
	if v.Kind() == reflect.Pointer && v.Type().Name() == "" {
		return v.UnsafePointer()
	}
	return memoryOf(v)
}

// valueOf makes a value of a type whose values are one word.
func valueOf(t reflect.Type, w unsafe.Pointer) reflect.Value {
	var i any
	(*[2]unsafe.Pointer)(unsafe.Pointer(&i))[0] = (*[2]unsafe.Pointer)(unsafe.Pointer(&t))[1]
	(*[2]unsafe.Pointer)(unsafe.Pointer(&i))[1] = w
	return reflect.ValueOf(i)
}

// isWord reports whether a kind's values are one word that is a pointer.
func isWord(k reflect.Kind) bool {
	switch k {
	case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return true
	}
	return false
}
