//go:build unix

package worker

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// connection is the worker's end of what the front gave it.
type connection struct {
	from  io.Reader
	to    io.Writer
	crash *os.File
	pipes stdPipes
}

// connect takes the inherited descriptors (see the package doc) and keeps
// them from the processes that cells start.
func connect() (*connection, error) {
	for fd := 3; fd <= 7; fd++ {
		var st unix.Stat_t
		if err := unix.Fstat(fd, &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFIFO {
			return nil, errors.New("worker: this command is started by `gomdcsan kernel` and others, not by hand")
		}
		unix.CloseOnExec(fd)
	}
	for _, fd := range []int{3, 4, 6, 7} { // waited for by the runtime, not by threads
		if err := unix.SetNonblock(fd, true); err != nil {
			return nil, fmt.Errorf("worker: descriptor %d: %w", fd, err)
		}
	}
	return &connection{
		from: os.NewFile(3, "requests"), to: os.NewFile(4, "replies"), crash: os.NewFile(5, "crash"),
		pipes: newStdPipes(6, 7),
	}, nil
}

func (c *connection) setCrashOutput() error {
	if err := debug.SetCrashOutput(c.crash, debug.CrashOptions{}); err != nil {
		return fmt.Errorf("worker: crash output: %w", err)
	}
	return c.crash.Close() // the runtime has its own copy
}

// stdPipes are the reading ends of this process's standard output and error.
type stdPipes struct {
	fds     [2]int
	pending func() bool   // whether there is something to read; one system call
	peekErr func() []byte // what waits on standard error, left there; nil where the system cannot
}

func newStdPipes(stdout, stderr int) stdPipes {
	fds := [2]int{stdout, stderr}
	return stdPipes{fds, pendingIn(fds), peeker(stderr)}
}

// pollPending asks by poll, which every Unix has.
func pollPending(fds [2]int) func() bool {
	return func() bool {
		list := [2]unix.PollFd{{Fd: int32(fds[0]), Events: unix.POLLIN}, {Fd: int32(fds[1]), Events: unix.POLLIN}}
		n, err := unix.Poll(list[:], 0)
		return n > 0 || err != nil
	}
}

// wait waits until there is something to read.
func (s stdPipes) wait() error {
	fds := []unix.PollFd{{Fd: int32(s.fds[0]), Events: unix.POLLIN}, {Fd: int32(s.fds[1]), Events: unix.POLLIN}}
	for {
		_, err := unix.Poll(fds, -1)
		if err == nil || !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// dying waits for a process that seems to be about to die: its last words are
// in the pipe, where the front finds and explains them.
func (s stdPipes) dying() {
	if s.peekErr != nil && crashLike(s.peekErr()) {
		time.Sleep(crashPause)
	}
}

// read takes what is there of output (0) or error (1), at most a megabyte.
func (s stdPipes) read(i int) []byte {
	var dst []byte
	buf := make([]byte, 64<<10)
	for len(dst) < textMax {
		n, err := unix.Read(s.fds[i], buf)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if n <= 0 {
			break
		}
		dst = append(dst, buf[:n]...)
		if n < len(buf) {
			break
		}
	}
	return dst
}

// signalName names the signal that ended a process, or is empty.
func signalName(s *os.ProcessState) string {
	if ws, ok := s.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return ws.Signal().String()
	}
	return ""
}
