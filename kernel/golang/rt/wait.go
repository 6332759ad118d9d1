package rt

import (
	"io"
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

func lock(l tryLocker) {
	for wait := time.Microsecond; !l.TryLock(); wait = min(2*wait, 10*time.Millisecond) {
		Sleep(wait)
	}
}

// RLock is m.RLock().
func RLock(m *sync.RWMutex) { lock(readLock{m}) }

type readLock struct{ m *sync.RWMutex }

func (r readLock) TryLock() bool { return r.m.TryRLock() }
func (r readLock) Lock()         { r.m.RLock() }

// LockAny is l.Lock(): one of the session's own types checks for itself, and
// one of a compiled package that cannot try to lock cannot be interrupted.
func LockAny(l sync.Locker) {
	if t, ok := l.(tryLocker); ok {
		lock(t)
		return
	}
	l.Lock()
}

// Go is w.Go(f).
func Go(w *sync.WaitGroup, f func()) { w.Go(Guard(f)) }

// Leaving makes a call in a goroutine of its own, which an interrupt leaves
// behind: it ends when the call does.
func Leaving(_ any, call func()) {
	over := make(chan any, 1)
	go func() {
		defer func() { over <- recover() }()
		call()
	}()
	select {
	case r := <-over:
		if r != nil {
			panic(r)
		}
	case <-Done():
		Abort()
	}
}

// Waking calls the method Wait of c, a *sync.Cond: an interrupt wakes all who
// wait.
func Waking(c any, wait func()) { ending(c.(*sync.Cond).Broadcast, nil, wait); Check() }

// Killing calls a method of c, an *exec.Cmd, that waits for its process, which
// an interrupt kills.
func Killing(c any, wait func()) {
	ending(func() {
		if p := c.(*exec.Cmd).Process; p != nil {
			_ = p.Kill() // fails when it has ended
		}
	}, nil, wait)
	Check()
}

// Shutting calls a method that serves until x is closed.
func Shutting(x any, serve func()) {
	ending(func() { _ = x.(io.Closer).Close() }, nil, serve)
	Check()
}

// ending makes a call that waits. From an interrupt on it calls wake again and
// again, since the waiting may not have begun when it comes, until the call has
// ended, and then undo, unless that is nil.
func ending(wake, undo, call func()) {
	var mu sync.Mutex
	over, woken := false, false
	once := func() bool {
		mu.Lock()
		defer mu.Unlock()
		if !over {
			wake()
			woken = true
		}
		return over
	}
	stop, done := make(chan struct{}), Done()
	go func() {
		select {
		case <-done:
		case <-stop:
			return
		}
		for !once() {
			time.Sleep(time.Millisecond)
		}
	}()
	defer func() {
		close(stop)
		mu.Lock()
		defer mu.Unlock()
		if over = true; woken && undo != nil {
			undo()
		}
	}()
	call()
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
