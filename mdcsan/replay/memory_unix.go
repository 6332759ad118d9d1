//go:build unix

package replay

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// allocate returns n zeros outside the garbage collector's heap. On it, half a
// gigabyte of transitions would let as much garbage pile up before each
// collection: the collector waits until the heap has doubled.
func (b *Buffer) allocate(n int) []float32 {
	raw, err := unix.Mmap(-1, 0, 4*n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return make([]float32, n)
	}
	runtime.AddCleanup(b, func(raw []byte) { unix.Munmap(raw) }, raw)
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(raw))), n)
}
