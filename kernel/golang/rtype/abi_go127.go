//go:build go1.27

//lint:file-ignore U1000 these structs are memory as the runtime lays it out

package rtype

import "unsafe"

type mapType struct {
	common
	key, elem, group                                             unsafe.Pointer
	hasher                                                       func(unsafe.Pointer, uintptr) uintptr
	groupSize, keysOff, keyStride, elemsOff, elemStride, elemOff uintptr
	flags                                                        uint32
}
