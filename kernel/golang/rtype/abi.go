//lint:file-ignore U1000 these structs are memory as the runtime lays it out

package rtype

import (
	"encoding/binary"
	"go/token"
	"reflect"
	"unsafe"
)

// The descriptions of types, as package internal/abi has them.
type (
	common struct {
		size, ptrBytes    uintptr
		hash              uint32
		tflag             uint8
		align, fieldAlign uint8
		kind              uint8
		equal             func(unsafe.Pointer, unsafe.Pointer) bool
		gcData            *byte
		str, ptrToThis    int32
	}
	ptrType struct {
		common
		elem unsafe.Pointer
	}
	arrayType struct {
		common
		elem, slice unsafe.Pointer
		len         uintptr
	}
	chanType struct {
		common
		elem unsafe.Pointer
		dir  int
	}
	funcType struct {
		common
		in, out uint16
	}
	interfaceType struct {
		common
		pkgPath *byte
		methods []imethod
	}
	imethod    struct{ name, typ int32 }
	structType struct {
		common
		pkgPath *byte
		fields  []structField
	}
	structField struct {
		name   *byte
		typ    unsafe.Pointer
		offset uintptr
	}
	uncommon struct {
		pkgPath        int32
		mcount, xcount uint16
		moff           uint32
		_              uint32
	}
	method struct{ name, mtyp, ifn, tfn int32 }
)

// The flags of a description.
const (
	flagUncommon = 1 << iota
	flagExtraStar
	flagNamed
	flagRegularMemory
	flagMaskOnDemand
	flagDirect // a value is the word in an interface, not what the word points to
)

// The flags of a name.
const (
	nameExported = 1 << 0
	nameTag      = 1 << 1
	namePkgPath  = 1 << 2
	nameEmbedded = 1 << 3
)

// headSize is the size of a description up to what follows it.
func headSize(k reflect.Kind) uintptr {
	switch k {
	case reflect.Pointer:
		return unsafe.Sizeof(ptrType{})
	case reflect.Slice:
		return unsafe.Sizeof(ptrType{})
	case reflect.Array:
		return unsafe.Sizeof(arrayType{})
	case reflect.Chan:
		return unsafe.Sizeof(chanType{})
	case reflect.Func:
		return unsafe.Sizeof(funcType{})
	case reflect.Interface:
		return unsafe.Sizeof(interfaceType{})
	case reflect.Map:
		return unsafe.Sizeof(mapType{})
	case reflect.Struct:
		return unsafe.Sizeof(structType{})
	}
	return unsafe.Sizeof(common{})
}

// pointer is the address of a type's description.
func pointer(t reflect.Type) unsafe.Pointer {
	return (*[2]unsafe.Pointer)(unsafe.Pointer(&t))[1]
}

func describe(t reflect.Type) *common { return (*common)(pointer(t)) }

// TypeAt is the type whose description is at p.
func TypeAt(p unsafe.Pointer) reflect.Type {
	var v any
	(*[2]unsafe.Pointer)(unsafe.Pointer(&v))[0] = p
	return reflect.TypeOf(v)
}

//go:linkname addReflectOff reflect.addReflectOff
//go:noescape
func addReflectOff(ptr unsafe.Pointer) int32

// encodeName writes a name as the runtime reads it. An unexported one carries
// the path of its package where it is a method's.
func encodeName(name, tag string, embedded bool, pkgPath string) *byte {
	var flags byte
	if token.IsExported(name) {
		flags |= nameExported
	}
	if embedded {
		flags |= nameEmbedded
	}
	b := binary.AppendUvarint([]byte{flags}, uint64(len(name)))
	b = append(b, name...)
	if tag != "" {
		b[0] |= nameTag
		b = binary.AppendUvarint(b, uint64(len(tag)))
		b = append(b, tag...)
	}
	if pkgPath != "" {
		b[0] |= namePkgPath
		off := addReflectOff(unsafe.Pointer(encodeName(pkgPath, "", false, "")))
		b = binary.NativeEndian.AppendUint32(b, uint32(off))
	}
	return &b[0]
}

// nameOff registers a name.
func nameOff(name, pkgPath string) int32 {
	if token.IsExported(name) {
		pkgPath = ""
	}
	return addReflectOff(unsafe.Pointer(encodeName(name, "", false, pkgPath)))
}
