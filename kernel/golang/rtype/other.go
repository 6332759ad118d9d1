package rtype

import (
	"hash/fnv"
	"reflect"
	"slices"
	"unsafe"
)

// Interface makes an interface type with methods. For a named one, give it to
// Named.Define. The caller sees to it that equal ones are made once.
func Interface(str, pkgPath string, list []Method) reflect.Type {
	list = slices.Clone(list)
	slices.SortFunc(list, compareMethods)
	t := &interfaceType{common: *describe(reflect.TypeFor[interface{ error }]())}
	h := fnv.New32a()
	h.Write([]byte(str))
	t.hash, t.str, t.ptrToThis = h.Sum32(), nameOff(str, ""), 0
	t.tflag &^= flagExtraStar | flagNamed | flagUncommon
	t.pkgPath = encodeName(pkgPath, "", false, "")
	for _, m := range list {
		t.methods = append(t.methods, imethod{name: nameOff(m.Name, m.PkgPath), typ: addReflectOff(pointer(m.Type))})
	}
	kept.Lock()
	kept.other = append(kept.other, t)
	kept.Unlock()
	return TypeAt(unsafe.Pointer(t))
}

// Embedding returns a struct type as base, with some fields embedded.
func Embedding(base reflect.Type, str string, embedded []bool) reflect.Type {
	n := New(Shape{PkgPath: "main", Name: "struct", Kind: reflect.Struct, Size: base.Size(), Align: uintptr(base.Align())})
	n.Define(base, embedded)
	c := (*common)(unsafe.Pointer(&n.mem[0]))
	c.tflag &^= flagNamed | flagUncommon | flagExtraStar
	c.str = nameOff(str, "")
	c.hash = describe(base).hash ^ 0x5bd1e995
	return n.Type()
}
