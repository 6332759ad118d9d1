//go:build unix

package transport

import "syscall"

// openFiles is how many file descriptors the process may have.
func openFiles() uint64 {
	var r syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r) != nil {
		return 1024
	}
	return uint64(r.Cur)
}
