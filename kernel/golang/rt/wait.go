package rt

import (
	"io"
	"log"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// lock is l.Lock(), for which an interrupt waits no longer: who gets the lock
// after that unlocks it.
func lock(l sync.Locker, try func() bool) {
	for range 4 { // it is often free in a moment
		if try() {
			return
		}
		Check()
		runtime.Gosched()
	}
	var left atomic.Bool // by an interrupt
	locked := make(chan struct{})
	go func() {
		l.Lock()
		if left.Swap(true) {
			l.Unlock()
			return
		}
		close(locked)
	}()
	select {
	case <-locked:
	case <-Done():
		if left.Swap(true) { // it has come now
			<-locked
			l.Unlock()
		}
		Abort()
	}
}

// RLock is m.RLock().
func RLock(m *sync.RWMutex) { lock(m.RLocker(), m.TryRLock) }

// LockAny is l.Lock(): one of the session's own types checks for itself, and
// one of a compiled package cannot be interrupted, except sync's.
func LockAny(l sync.Locker) {
	switch l := l.(type) {
	case interface {
		sync.Locker
		TryLock() bool
	}:
		lock(l, l.TryLock)
	default:
		if t := reflect.TypeOf(l); t != nil && t.Kind() == reflect.Pointer && t.Elem().PkgPath() == "sync" { // what RLocker returns
			lock(l, func() bool { return false })
			return
		}
		l.Lock()
	}
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
		state.Lock()
		state.left = true
		state.Unlock()
		Abort()
	}
}

// Waking calls the method Wait of c, a *sync.Cond: an interrupt wakes all who
// wait.
func Waking(c any, wait func()) { ending(c.(*sync.Cond).Broadcast, nil, wait); Check() }

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
	end("log.Fatal", 1)
}

// LoggerFatalf is l.Fatalf.
func LoggerFatalf(l *log.Logger, format string, v ...any) {
	l.Printf(format, v...)
	end("log.Fatalf", 1)
}

// LoggerFatalln is l.Fatalln.
func LoggerFatalln(l *log.Logger, v ...any) {
	l.Println(v...)
	end("log.Fatalln", 1)
}
