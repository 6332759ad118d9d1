package linalg

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// largePage is the size of the processor's large pages.
const largePage = 2 << 20

// advise asks for large pages around x, before it is touched: a training's few
// megabytes then take a handful of entries of the address translation's cache
// instead of thousands. It is a hint, and failure no harm.
func advise(x []float32) {
	start := uintptr(unsafe.Pointer(unsafe.SliceData(x)))
	lo, hi := start&^(largePage-1), (start+uintptr(4*len(x))+largePage-1)&^(largePage-1)
	_, _, _ = unix.Syscall(unix.SYS_MADVISE, lo, hi-lo, unix.MADV_HUGEPAGE)
}
