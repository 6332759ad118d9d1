//go:build unix

package golang

import (
	"os/exec"
	"syscall"
)

// ownGroup lets a command be killed with all that it starts.
func ownGroup(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func killGroup(c *exec.Cmd) { _ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
