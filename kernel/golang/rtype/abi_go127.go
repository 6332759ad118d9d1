//go:build go1.27

package rtype

import "unsafe"

type mapType struct {
	common
	key, elem, group                                             unsafe.Pointer
	hasher                                                       func(unsafe.Pointer, uintptr) uintptr
	groupSize, keysOff, keyStride, elemsOff, elemStride, elemOff uintptr
	flags                                                        uint32
}
