//lint:file-ignore U1000 these structs are memory as the runtime lays it out

package rtype

import (
	"reflect"
	"unsafe"
)

// The code of a compiled unit has every field and method exported, as far as
// the linker knows, and their names were changed afterwards.

//go:linkname resolveNameOff reflect.resolveNameOff
//go:noescape
func resolveNameOff(ptrInModule unsafe.Pointer, off int32) unsafe.Pointer

// mainPath is the name of package main as a description has it: flags, length,
// text.
var mainPath = [...]byte{0, 4, 'm', 'a', 'i', 'n'}

// Mend makes the description of a type of a loaded unit say what the names in
// it say now: unexported fields and methods belong to package main, and
// reflection does not count such methods. It calls writable before it changes
// a piece of memory.
func Mend(t reflect.Type, writable func(p unsafe.Pointer, size uintptr) error) error {
	p := pointer(t)
	var path **byte
	unexported := false
	switch t.Kind() {
	case reflect.Struct:
		s := (*structType)(p)
		path = &s.pkgPath
		for _, f := range s.fields {
			unexported = unexported || *f.name&nameExported == 0
		}
	case reflect.Interface:
		i := (*interfaceType)(p)
		path = &i.pkgPath
		for _, m := range i.methods {
			unexported = unexported || !exportedAt(p, m.name)
		}
	}
	if unexported && *path == nil {
		if err := writable(unsafe.Pointer(path), unsafe.Sizeof(*path)); err != nil {
			return err
		}
		*path = &mainPath[0]
	}
	return mendMethods(p, t.Kind(), writable)
}

func mendMethods(p unsafe.Pointer, k reflect.Kind, writable func(p unsafe.Pointer, size uintptr) error) error {
	if (*common)(p).tflag&flagUncommon == 0 {
		return nil
	}
	u := (*uncommon)(unsafe.Add(p, headSize(k)))
	exported := uint16(0)
	for _, m := range unsafe.Slice((*method)(unsafe.Add(unsafe.Pointer(u), u.moff)), u.mcount) {
		if !exportedAt(p, m.name) {
			break
		}
		exported++
	}
	if exported == u.xcount {
		return nil
	}
	if err := writable(unsafe.Pointer(&u.xcount), unsafe.Sizeof(u.xcount)); err != nil {
		return err
	}
	u.xcount = exported
	return nil
}

func exportedAt(inModule unsafe.Pointer, name int32) bool {
	return *(*byte)(resolveNameOff(inModule, name))&nameExported != 0
}

// Unexported returns what v, an addressable interface that is not nil, has as
// its interface type's method with an index: a function, and the receiver that
// it takes first. Reflection does not call such methods.
func Unexported(v reflect.Value, index int) (f, recv reflect.Value) {
	type itab struct {
		inter, typ unsafe.Pointer
		hash       uint32
		fun        [1]uintptr
	}
	iface := (*struct {
		tab  *itab
		word unsafe.Pointer
	})(v.Addr().UnsafePointer())
	code := *(*uintptr)(unsafe.Add(unsafe.Pointer(&iface.tab.fun), uintptr(index)*unsafe.Sizeof(uintptr(0))))
	closure := unsafe.Pointer(&struct{ code uintptr }{code})
	t := withReceiver(reflect.TypeFor[unsafe.Pointer](), v.Type().Method(index).Type)
	return reflect.NewAt(t, unsafe.Pointer(&closure)).Elem(), reflect.ValueOf(iface.word)
}
