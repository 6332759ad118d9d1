package rtype

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// page is memory for stubs. A method is called without the context register
// that a function made by reflection needs, so each has code of its own:
//
//	MOVQ $function, DX
//	JMP  (DX)
var page struct {
	sync.Mutex
	free  []byte
	funcs []any // that stubs refer to
}

const (
	stubSize = 16
	pageSize = 64 << 10
)

// stub registers code that calls f.
func stub(f reflect.Value) (int32, error) {
	page.Lock()
	defer page.Unlock()
	if len(page.free) < stubSize {
		m, err := unix.Mmap(-1, 0, pageSize, unix.PROT_READ|unix.PROT_WRITE|unix.PROT_EXEC, unix.MAP_PRIVATE|unix.MAP_ANON)
		if err != nil {
			return 0, fmt.Errorf("memory for methods: %w", err)
		}
		page.free = m
	}
	v := f.Interface()
	page.funcs = append(page.funcs, v)
	context := (*[2]uintptr)(unsafe.Pointer(&v))[1]
	code := page.free[:stubSize:stubSize]
	page.free = page.free[stubSize:]
	code[0], code[1] = 0x48, 0xBA
	binary.LittleEndian.PutUint64(code[2:], uint64(context))
	code[10], code[11] = 0xFF, 0x22
	return addReflectOff(unsafe.Pointer(&code[0])), nil
}
