// Package rt is what running cells call: the stop check, channel operations
// that an interrupt can break, goroutines that are accounted for, and the
// showing of values. Cells compiled to plugins import it, interpreted cells
// reach it through their interpreter; nobody writes it by hand.
//
// Its state is the process's, as the runtime's own is: compiled cells can find
// it only by name. The engine is its one owner and calls Begin, Stop and End.
package rt

import (
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// stopping is read at every loop turn and function entry of a cell.
var stopping atomic.Uint32

var state = struct {
	sync.Mutex
	done  chan struct{} // closed when cells must stop
	live  int           // goroutines started by cells
	idle  chan struct{} // closed when live becomes 0, nil if nobody waits
	panic func(*Panic)  // of a goroutine
	show  func([]any)
	line  func() int

	groups map[int]bool // of processes that the cell has started
	left   bool         // a call was left behind
}{done: make(chan struct{})}

// stopped is the panic value that unwinds a cell after an interrupt.
type stopped struct{}

func (stopped) Error() string { return "the cell was interrupted" }

// Stopped is the value that unwinds interrupted cells.
var Stopped error = stopped{}

// Panic is a panic on its way out of a goroutine of a cell.
type Panic struct {
	Value  any
	Stack  []runtime.Frame
	Places []Place // of interpreted code, instead of a stack
}

// Place is a line of a cell that was running when a panic began.
type Place struct {
	Function, Cell string
	Line           int
}

// Check ends the calling goroutine's work, by a panic, when the cell is to stop.
func Check() {
	if stopping.Load() != 0 {
		Abort()
	}
}

// Call is the check at the beginning of a function. It waits a moment longer
// than Check, so that what the unwinding of an interrupted goroutine defers can
// still close, unlock and tell others; a recursion does not go on for long.
func Call() {
	if stopping.Load() != 0 {
		late()
	}
}

func late() {
	if time.Since(time.Unix(0, stoppedAt.Load())) > unwinding {
		Abort()
	}
}

// unwinding is how long deferred calls may take after an interrupt.
const unwinding = 30 * time.Millisecond

var stoppedAt atomic.Int64 // when Stop was called, in nanoseconds

// Abort unwinds the calling goroutine.
func Abort() { panic(Unwinding()) }

// Unwinding is the value with which a goroutine is to panic that an interrupt
// ends here and now. In one that a compiled package has started, nobody would
// recover from the panic: it ends without one.
func Unwinding() error {
	if err := Aborting(); ofCell() {
		return err
	}
	runtime.Goexit()
	return nil
}

// ofCell reports whether the calling goroutine is one of a cell, which recovers
// from the panic that unwinds it.
func ofCell() bool {
	pcs := make([]uintptr, 64)
	n := runtime.Callers(0, pcs)
	for n == len(pcs) {
		pcs = make([]uintptr, 2*n)
		n = runtime.Callers(0, pcs)
	}
	begun := ""
	for frames := runtime.CallersFrames(pcs[max(0, n-8):n]); ; {
		f, more := frames.Next()
		if !startsOthers(f.Function) {
			begun = f.Function
		}
		if !more {
			break
		}
	}
	return slices.ContainsFunc([]string{"gomdcsan/kernel/golang", "gomdcsan/kernel/worker", "github.com/traefik/yaegi", "cells/"},
		func(prefix string) bool { return strings.HasPrefix(begun, prefix) })
}

// startsOthers reports whether a function only starts what is given to it, in
// a goroutine.
func startsOthers(f string) bool {
	return f == "runtime.goexit" || strings.HasPrefix(f, "sync.(*WaitGroup).Go.") || f == "time.goFunc" || strings.HasPrefix(f, "context.")
}

// aborted is set when a goroutine of the cell is being unwound.
var aborted atomic.Bool

// Aborting is the value with which a goroutine is to panic that an interrupt
// ends.
func Aborting() error {
	aborted.Store(true)
	return Stopped
}

// Aborted reports whether an interrupt has unwound anything of the cell, if
// only up to a function such as fmt.Println, which goes on after a panic of
// what it calls.
func Aborted() bool { return aborted.Load() }

// Stopping reports whether cells have been told to stop.
func Stopping() bool { return stopping.Load() != 0 }

// Done is closed when the cell is to stop.
func Done() <-chan struct{} {
	state.Lock()
	defer state.Unlock()
	return state.done
}

// Begin readies the process for a cell.
func Begin(onPanic func(*Panic), show func([]any)) {
	state.Lock()
	defer state.Unlock()
	state.panic, state.show = onPanic, show
	state.groups, state.left = nil, false
	aborted.Store(false)
	if stopping.Load() != 0 {
		stopping.Store(0)
		state.done = make(chan struct{})
	}
}

// Stop tells every goroutine of every cell to end.
func Stop() {
	state.Lock()
	defer state.Unlock()
	if stopping.Load() == 0 {
		stoppedAt.Store(time.Now().UnixNano())
		stopping.Store(1)
		close(state.done)
		for pid := range state.groups {
			killGroup(pid)
		}
	}
}

// Settle waits until no goroutine started by a cell is left, at most for d,
// and returns how many are. Calls that were left behind get a moment in which
// the next call of a cell's function ends them.
func Settle(d time.Duration) int {
	state.Lock()
	if state.left {
		state.Unlock()
		time.Sleep(time.Until(time.Unix(0, stoppedAt.Load()).Add(3 * unwinding)))
		state.Lock()
	}
	if state.live == 0 {
		state.Unlock()
		return 0
	}
	if state.idle == nil {
		state.idle = make(chan struct{})
	}
	idle := state.idle
	state.Unlock()
	select {
	case <-idle:
	case <-time.After(d):
	}
	state.Lock()
	defer state.Unlock()
	return state.live
}

// Show hands the values of a cell's last expression to the engine.
func Show(values ...any) {
	state.Lock()
	show := state.show
	state.Unlock()
	if show != nil {
		show(values)
	}
}

// Enter begins a goroutine of a cell; Leave, deferred, ends it.
func Enter() {
	state.Lock()
	defer state.Unlock()
	state.live++
}

// Leave accounts for the goroutine's end and catches its panic: it ends the
// cell, not the process.
func Leave() {
	r := recover()
	var p *Panic
	if _, unwound := r.(stopped); r != nil && !unwound {
		p = Caught(r, 1)
	}
	state.Lock()
	state.live--
	if state.live == 0 && state.idle != nil {
		close(state.idle)
		state.idle = nil
	}
	handle := state.panic
	state.Unlock()
	if p != nil && handle != nil {
		handle(p)
	}
}

// Caught describes a recovered panic with the stack above it. It is called by
// the deferred function that recovers, skip frames above.
//
// An interpreted cell describes its panics itself.
func Caught(value any, skip int) *Panic {
	if p, ok := value.(*Panic); ok {
		return p
	}
	pcs := make([]uintptr, 256)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(skip+2, pcs)])
	p := &Panic{Value: value}
	for {
		f, more := frames.Next()
		p.Stack = append(p.Stack, f)
		if !more {
			return p
		}
	}
}

// Unit is what a compiled cell hands to the engine.
type Unit struct {
	Types      map[string]reflect.Type // declared types by name
	Composites []reflect.Type          // types made of them that statements often need
	Funcs      map[string]any          // compiled functions by the slot they go to
	New        map[string]func() any   // new(T) for each slot that the unit makes
	Bind       map[string]any          // **T, where to put the pointer to a slot
	Cell       func()                  // the statements, nil if there are none

	Places []func() // one of each source, in the unit's order

	Table map[string]reflect.Value // what an imported package exports, for the interpreter
}

// NewUnit returns an empty unit.
func NewUnit() *Unit {
	return &Unit{Types: map[string]reflect.Type{}, Funcs: map[string]any{}, New: map[string]func() any{}, Bind: map[string]any{}}
}
