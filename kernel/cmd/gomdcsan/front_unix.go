//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// frontName is the program of kernel/cmd/gomdcsan-front.
const frontName = "gomdcsan-front"

// becomeFront turns this process into the small front, if that is installed
// beside the command; its workers are this program. A connection file that was
// made for it, it removes. becomeFront returns where there is no such program:
// the caller then is the front.
func becomeFront(connectionFile string, made bool) {
	exe, err := os.Executable()
	if err != nil {
		return
	}
	front := filepath.Join(filepath.Dir(exe), frontName)
	if unix.Access(front, unix.X_OK) != nil {
		return
	}
	_ = syscall.Exec(front, []string{front, thisProgram(exe), version(), connectionFile, strconv.FormatBool(made)}, os.Environ())
}

// thisProgram names this program for as long as the front lives, on Linux by a
// descriptor that the front inherits: so a worker fits its front also when the
// file has been replaced meanwhile.
func thisProgram(exe string) string {
	self, err := unix.Open("/proc/self/exe", unix.O_RDONLY, 0)
	if err != nil {
		return exe
	}
	const free = 100 // beyond the descriptors that workers are given
	fd, err := unix.FcntlInt(uintptr(self), unix.F_DUPFD, free)
	unix.Close(self)
	if err != nil {
		return exe
	}
	return "/proc/self/fd/" + strconv.Itoa(fd)
}
