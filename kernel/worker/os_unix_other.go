//go:build unix && !linux

package worker

import "syscall"

// dieWithParent does nothing: the worker sees the end of its pipe.
func dieWithParent(*syscall.SysProcAttr) {}

func enlargePipe(int) {}

func pendingIn(fds [2]int) func() bool { return pollPending(fds) }

func peeker(int) func() []byte { return nil }
