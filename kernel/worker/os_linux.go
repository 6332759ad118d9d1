package worker

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

func dieWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGKILL }

// enlargePipe asks for a megabyte, what an ordinary user may have.
func enlargePipe(fd int) { _, _ = unix.FcntlInt(uintptr(fd), unix.F_SETPIPE_SZ, 1<<20) }

// pendingIn asks by epoll, at two fifths of what poll costs: it is asked before
// each line that a cell prints.
func pendingIn(fds [2]int) func() bool {
	ep, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return pollPending(fds)
	}
	for _, fd := range fds {
		if unix.EpollCtl(ep, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN}) != nil {
			unix.Close(ep)
			return pollPending(fds)
		}
	}
	return func() bool {
		var events [2]unix.EpollEvent
		// It does not wait, so the scheduler need not know of it.
		n, _, err := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(ep), uintptr(unsafe.Pointer(&events)), uintptr(len(events)), 0, 0, 0)
		return n > 0 || err != 0
	}
}

// peeker returns what looks at the beginning of what waits in a pipe and leaves
// it there, nil if it cannot.
func peeker(fd int) func() []byte {
	var scratch [2]int
	if unix.Pipe2(scratch[:], unix.O_CLOEXEC|unix.O_NONBLOCK) != nil {
		return nil
	}
	buf := make([]byte, 4<<10)
	return func() []byte {
		n, err := unix.Tee(fd, scratch[1], len(buf), unix.SPLICE_F_NONBLOCK)
		if n <= 0 || err != nil {
			return nil
		}
		got, _ := unix.Read(scratch[0], buf)
		return buf[:max(got, 0)]
	}
}

// introduce tells the system what this process is.
func introduce() {
	_ = os.WriteFile("/proc/self/comm", []byte("gomdcsan-worker"), 0) // not "exe", which it was started as
	// To the out-of-memory killer: take this one before the front and before
	// the Jupyter server.
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("500"), 0)
}

// limitMemory bounds what this process may map for writing. Address space
// alone (RLIMIT_AS) would not do: the Go runtime reserves far more than it uses.
func limitMemory(bytes int64) error {
	if bytes <= 0 {
		return nil
	}
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_DATA, &l); err != nil {
		return err
	}
	l.Cur = min(uint64(bytes), l.Max)
	return unix.Setrlimit(unix.RLIMIT_DATA, &l)
}

// machineMemory is the memory of the machine or of the container, if less.
func machineMemory() int64 {
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		return 0
	}
	have := int64(info.Totalram) * int64(info.Unit)
	for _, name := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		data, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		if n, err := strconv.ParseInt(strings.TrimSpace(string(data)), 10, 64); err == nil && n > 0 && n < have {
			have = n
		}
	}
	return have
}
