//go:build unix

package main

import (
	"path/filepath"
	"strconv"
	"syscall"
)

// keepFromChildren closes the descriptor that names the worker's program in
// every program that is started, the worker included.
func keepFromChildren(program string) {
	if fd, err := strconv.Atoi(filepath.Base(program)); err == nil && filepath.Dir(program) == "/proc/self/fd" {
		syscall.CloseOnExec(fd)
	}
}
