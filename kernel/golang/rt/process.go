package rt

import (
	"os"
	"os/exec"
	"time"
)

// KillGroup kills a command that has been started, and its group.
func KillGroup(c *exec.Cmd) {
	if c.Process == nil {
		return
	}
	if leads(c.SysProcAttr) {
		killGroup(c.Process.Pid)
	}
	_ = c.Process.Kill() // fails when it has ended
}

// Starting calls the method Start of c, an *exec.Cmd. An interrupt of the cell
// kills what it has started, waited for or not.
func Starting(c any, start func()) {
	Check()
	cmd := c.(*exec.Cmd)
	OwnGroup(cmd)
	start()
	if cmd.Process != nil && leads(cmd.SysProcAttr) {
		started(cmd.Process.Pid)
	}
}

// StartProcess is os.StartProcess.
func StartProcess(name string, argv []string, attr *os.ProcAttr) (*os.Process, error) {
	Check()
	own := *attr
	own.Sys = ownGroup(own.Sys)
	p, err := os.StartProcess(name, argv, &own)
	if err == nil && leads(own.Sys) {
		started(p.Pid)
	}
	return p, err
}

// started remembers a group for Stop.
func started(pid int) {
	state.Lock()
	defer state.Unlock()
	if stopping.Load() != 0 {
		killGroup(pid)
		return
	}
	if state.groups == nil {
		state.groups = map[int]bool{}
	}
	state.groups[pid] = true
}

// Killing calls a method of c, an *exec.Cmd, that waits for its process: an
// interrupt kills that with all that it has started. What has left the group
// and holds on to a pipe is waited for no longer than a moment.
func Killing(c any, wait func()) {
	cmd := c.(*exec.Cmd)
	OwnGroup(cmd)
	Check()
	over := make(chan any, 1)
	go func() {
		defer func() { over <- recover() }()
		wait()
	}()
	select {
	case r := <-over:
		if cmd.Process != nil {
			state.Lock()
			delete(state.groups, cmd.Process.Pid)
			state.Unlock()
		}
		if r != nil {
			panic(r)
		}
	case <-Done():
		for end := time.Now().Add(300 * time.Millisecond); time.Now().Before(end); {
			KillGroup(cmd) // again and again: it may be about to start
			select {
			case <-over:
				Abort()
			case <-time.After(time.Millisecond):
			}
		}
	}
	Check()
}
