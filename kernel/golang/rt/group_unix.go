//go:build unix

package rt

import (
	"os/exec"
	"syscall"
)

// OwnGroup lets a command be killed with all that it starts, unless it is in
// somebody else's group, or started.
func OwnGroup(c *exec.Cmd) {
	if c.Process == nil {
		c.SysProcAttr = ownGroup(c.SysProcAttr)
	}
}

func ownGroup(a *syscall.SysProcAttr) *syscall.SysProcAttr {
	if program.Load() != nil { // the terminal's signals are for all of it
		return a
	}
	own := syscall.SysProcAttr{}
	if a != nil {
		own = *a
	}
	own.Setpgid = own.Setpgid || !own.Setsid
	return &own
}

// leads reports whether a process that is started so leads a group.
func leads(a *syscall.SysProcAttr) bool { return a != nil && (a.Setsid || a.Setpgid && a.Pgid == 0) }

// killGroup kills a process with its group. The number stays the group's as
// long as one of its members lives.
func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }
