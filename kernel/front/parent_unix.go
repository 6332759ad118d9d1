//go:build unix

package front

import (
	"errors"
	"os"
	"syscall"
)

// alive reports whether the process that started this one is still there. A
// parent's death shows in the own parent's number as well, also when the old
// number has been given to another process.
func alive(parent int) bool {
	if os.Getppid() == parent {
		return true
	}
	if os.Getppid() == 1 {
		return false
	}
	return !errors.Is(syscall.Kill(parent, 0), syscall.ESRCH) // a wrapper stands between
}
