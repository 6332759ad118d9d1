package rt

import (
	"context"
	"log"
	"os/exec"
	"sync"
	"time"
)

// tryLocker is what sync's locks have.
type tryLocker interface {
	TryLock() bool
	Lock()
}

// Lock locks what an interrupted cell stops waiting for.
func Lock(l tryLocker) {
	for wait := time.Microsecond; !l.TryLock(); wait = min(2*wait, 10*time.Millisecond) {
		Sleep(wait)
	}
}

// RLock is m.RLock().
func RLock(m *sync.RWMutex) { Lock(reading{m}) }

type reading struct{ m *sync.RWMutex }

func (r reading) TryLock() bool { return r.m.TryRLock() }
func (r reading) Lock()         { r.m.RLock() }

// LockAny is l.Lock() for a lock of any kind: one of the session's own types
// checks for itself, and one of a compiled package cannot be interrupted.
func LockAny(l sync.Locker) {
	if t, ok := l.(tryLocker); ok {
		Lock(t)
		return
	}
	l.Lock()
}

// WaitCond is c.Wait(): an interrupt wakes all who wait.
func WaitCond(c *sync.Cond) {
	defer insist(c.Broadcast)()
	c.Wait()
	Check()
}

// Command calls a method of c that waits for its process, which an interrupt
// kills.
func Command(c *exec.Cmd, wait func() error) error {
	defer insist(func() {
		if p := c.Process; p != nil {
			_ = p.Kill() // fails when it has ended
		}
	})()
	err := wait()
	Check()
	return err
}

// insist calls wake again and again from an interrupt on, for a wait that may
// not have begun when it comes, until over is called.
func insist(wake func()) (over func()) {
	stop, done := make(chan struct{}), Done()
	go func() {
		select {
		case <-done:
		case <-stop:
			return
		}
		for {
			wake()
			select {
			case <-stop:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	return func() { close(stop) }
}

// Run is c.Run().
func Run(c *exec.Cmd) error { return Command(c, c.Run) }

// Wait is c.Wait().
func Wait(c *exec.Cmd) error { return Command(c, c.Wait) }

// Output is c.Output().
func Output(c *exec.Cmd) (out []byte, err error) {
	err = Command(c, func() error { out, err = c.Output(); return err })
	return out, err
}

// CombinedOutput is c.CombinedOutput().
func CombinedOutput(c *exec.Cmd) (out []byte, err error) {
	err = Command(c, func() error { out, err = c.CombinedOutput(); return err })
	return out, err
}

// Guard makes a function of a cell what a goroutine of a compiled package may
// call: the cell knows of the goroutine, and neither an interrupt nor a panic
// ends the process.
func Guard(f func()) func() {
	if f == nil {
		return nil
	}
	return func() {
		Enter()
		defer Leave()
		f()
	}
}

// AfterFunc is time.AfterFunc.
func AfterFunc(d time.Duration, f func()) *time.Timer { return time.AfterFunc(d, Guard(f)) }

// AfterContext is context.AfterFunc.
func AfterContext(ctx context.Context, f func()) (stop func() bool) {
	return context.AfterFunc(ctx, Guard(f))
}

// LoggerFatal is l.Fatal.
func LoggerFatal(l *log.Logger, v ...any) {
	l.Print(v...)
	panic(Exited{"log.Fatal", 1})
}

// LoggerFatalf is l.Fatalf.
func LoggerFatalf(l *log.Logger, format string, v ...any) {
	l.Printf(format, v...)
	panic(Exited{"log.Fatalf", 1})
}

// LoggerFatalln is l.Fatalln.
func LoggerFatalln(l *log.Logger, v ...any) {
	l.Println(v...)
	panic(Exited{"log.Fatalln", 1})
}
