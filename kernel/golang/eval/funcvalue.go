package eval

import (
	"reflect"
	"sync"
	"unsafe"
)

// How a function made by reflection holds the closure that it calls is found
// out by looking at one: its first word is the same for all, and one of the
// next points to a bound method, whose words are its code and its receiver.
var made = sync.OnceValue(func() (l struct {
	stub, code uintptr
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
	l := made()
	if f == nil || l.offset == 0 || *(*uintptr)(f) != l.stub {
		return nil
	}
	b := *(**[2]unsafe.Pointer)(unsafe.Add(f, l.offset))
	if b == nil || uintptr(b[0]) != l.code {
		return nil
	}
	return (*closure)(b[1])
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
