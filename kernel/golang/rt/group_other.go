//go:build !unix

package rt

import (
	"os"
	"os/exec"
	"syscall"
)

// OwnGroup does nothing where there are no process groups.
func OwnGroup(*exec.Cmd) {}

func ownGroup(a *syscall.SysProcAttr) *syscall.SysProcAttr { return a }

func leads(*syscall.SysProcAttr) bool { return true }

func killGroup(pid int) {
	if p, err := os.FindProcess(pid); err == nil {
		_ = p.Kill()
	}
}
