// Package worker is the boundary between two processes: a front that owns
// the Jupyter sockets and never runs user code, and a worker that holds the
// interpreter and whatever the user's cells do to it.
//
// In the front, Start gives a Client, which is an engine.Engine: it starts the
// worker (this executable with the argument "worker"), passes calls on, and
// supervises. When the worker dies, the running cell ends with an error that
// says in plain words what happened (infinite recursion, out of memory, a
// crash in C, ...), a fresh worker is started, and an engine.WorkerStarted
// event is emitted. The Client never panics, hangs or dies with its worker.
//
// In the worker, Serve runs an engine until the front closes the connection or
// dies. Everything that the process writes to its standard output and error,
// also from C, is shown as output of the running cell, in order with the
// engine's own events.
//
// # Descriptors
//
// The worker starts with these, on Unix:
//
//	0    nothing to read
//	1 2  pipes that the worker itself reads (6 and 7)
//	3 4  frames from and to the front
//	5    a copy of the Go runtime's crash report, for the front
//	6 7  the reading ends of 1 and 2; the front has them too, and reads what
//	     the worker left there when it died: no last word is lost
//
// # Whose output
//
// Cells run under a profiler label, which goroutines inherit: what a goroutine
// shows or prints by fmt.Print, however late, appears in the cell that started
// it. What only the descriptors tell (C, println, os.Stdout) appears in the
// cell that ran last.
//
// # Order and speed
//
// Before an event leaves the worker, what is in pipes 1 and 2 leaves first.
// Output of cells is gathered for a few milliseconds or 32 KB. When the front
// is slow the pipe fills, and the cell that prints waits: memory is bounded.
//
// # Interrupts
//
// Interrupt asks the engine, which can stop Go code but not, say, an endless
// loop in C. When the cell has not ended after Options.InterruptGrace, the
// worker gets SIGINT and the user is told; after three times that the worker
// is killed, or at the next Interrupt.
package worker

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Options say how workers are started and supervised. The zero value is good.
type Options struct {
	Path string   // executable; default: this one, the same file even when it has been replaced since
	Args []string // default: "worker"
	Env  []string // added to this process's environment, as "NAME=value"
	Dir  string   // working directory; default: this process's

	// MemoryLimit is how much memory in bytes a worker may take (Linux only)
	// before it dies with a message; 0 takes the environment variable
	// GOMDCSAN_MEMORY ("6GiB", "500MB", "off") or nine tenths of what the
	// machine or container has; negative is no limit.
	MemoryLimit int64

	// InterruptGrace is how long a cell may take to obey an interrupt before
	// the user is told; default 3 s. The worker is killed after three times it.
	InterruptGrace time.Duration

	// StartTimeout is how long a worker may take to be ready; default 30 s.
	StartTimeout time.Duration
}

// environment variables by which the front configures a worker.
const (
	envMemory      = "GOMDCSAN_MEMORY"
	envMemoryLimit = "GOMDCSAN_WORKER_MEMORY" // bytes, resolved
)

// withDefaults fills in what is not set.
func (o Options) withDefaults() (Options, error) {
	if o.Path == "" {
		p, err := executable()
		if err != nil {
			return o, fmt.Errorf("worker: find the own executable: %w", err)
		}
		o.Path = p
	}
	if o.Args == nil {
		o.Args = []string{"worker"}
	}
	if o.InterruptGrace == 0 {
		o.InterruptGrace = 3 * time.Second
	}
	if o.StartTimeout == 0 {
		o.StartTimeout = 30 * time.Second
	}
	if o.MemoryLimit == 0 {
		var err error
		if o.MemoryLimit, err = defaultMemory(os.Getenv(envMemory)); err != nil {
			return o, err
		}
	}
	return o, nil
}

// executable names this program's file. On Linux it is the running file, so
// that a worker fits its front also after an update.
func executable() (string, error) {
	if runtime.GOOS == "linux" {
		if _, err := os.Stat("/proc/self/exe"); err == nil {
			return "/proc/self/exe", nil
		}
	}
	return os.Executable()
}

func defaultMemory(setting string) (int64, error) {
	switch setting {
	case "":
		if have := machineMemory(); have > 0 {
			return have / 10 * 9, nil
		}
		return -1, nil
	case "off":
		return -1, nil
	}
	n, err := ParseBytes(setting)
	if err != nil {
		return 0, fmt.Errorf("worker: %s: %w", envMemory, err)
	}
	return n, nil
}

// ParseBytes reads a size such as "6GiB", "500MB" or "1048576".
func ParseBytes(s string) (int64, error) {
	t := strings.TrimSpace(s)
	unit := int64(1)
	for _, u := range []struct {
		suffix string
		n      int64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1}} {
		if rest, ok := strings.CutSuffix(t, u.suffix); ok {
			t, unit = strings.TrimSpace(rest), u.n
			break
		}
	}
	x, err := strconv.ParseFloat(t, 64)
	if err != nil || !(x > 0) || x*float64(unit) > 1<<62 {
		return 0, fmt.Errorf("%q is not a size; write one like 6GiB or 500MB", s)
	}
	return int64(x * float64(unit)), nil
}

// bytesText writes a size for people.
func bytesText(n int64) string {
	switch {
	case n >= 10<<30:
		return fmt.Sprintf("%d GB", n>>30)
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	default:
		return fmt.Sprintf("%d MB", n>>20)
	}
}
