package eval

import (
	"errors"
	"reflect"
	"slices"
	"sync"
	"unsafe"

	"gomdcsan/kernel/golang/rt"
)

// ctl says how control goes on after a statement.
type ctl uint8

const (
	next ctl = iota
	breaks
	continues
	returns
	jumps // goto
	falls
)

type exec func(*frame) ctl

// code is a compiled function.
type code struct {
	name     string
	cell     string
	n        int // how many variables a frame has
	params   []variable
	results  []variable
	captured []int // which variables come from the closure
	outer    []int // and which they are in the enclosing function
	defers   bool
	body     exec
}

type variable struct {
	index int
	typ   reflect.Type
}

// closure is a function with the variables that it captured.
type closure struct {
	code     *code
	captured []unsafe.Pointer
}

// frame is a call that runs.
type frame struct {
	vars   []unsafe.Pointer
	code   *code
	thread *thread
	parent *frame
	line   int
	label  string // where a labelled break, continue or goto goes

	defers    []func(*frame)
	panicking bool
	value     any
	trace     []rt.Place
	deferrer  *frame // whose deferred call this is
}

// thread is a goroutine as far as interpreted calls are concerned.
type thread struct {
	top   *frame
	depth int
}

// maxDepth keeps a goroutine's stack, of about 1.5 KB a call, well below the
// size at which the runtime ends the process.
const maxDepth = 300_000

// ErrStackOverflow is the panic of a recursion without end.
var ErrStackOverflow = errors.New("stack overflow: a function calls itself without end, or more than 300,000 deep, which only compiled code can")

// start returns a frame for a call, its parameters not yet set.
func (cl *closure) start(caller *frame) *frame {
	c := cl.code
	fr := &frame{vars: make([]unsafe.Pointer, c.n), code: c, parent: caller}
	if caller != nil {
		fr.thread = caller.thread
	} else {
		fr.thread = &thread{}
	}
	for i, index := range c.captured {
		fr.vars[index] = cl.captured[i]
	}
	for _, r := range c.results {
		fr.vars[r.index] = alloc(r.typ)
	}
	return fr
}

func alloc(t reflect.Type) unsafe.Pointer { return reflect.New(t).UnsafePointer() }

// run runs a frame whose parameters are set.
func (fr *frame) run() {
	rt.Call()
	t := fr.thread
	if t.depth++; t.depth > maxDepth {
		panic(ErrStackOverflow)
	}
	t.top = fr
	if fr.code.defers {
		fr.runDeferring()
	} else {
		fr.code.body(fr)
	}
	t.top = fr.parent
	t.depth--
}

// runDeferring runs the body and then the deferred calls, by one deferred call
// of its own: a panic goes on from there unless one of them recovers.
func (fr *frame) runDeferring() {
	normal := false
	depth := fr.thread.depth
	defer func() {
		if !normal {
			fr.value = recover()
			fr.panicking = fr.value != nil
			fr.trace = fr.thread.places(fr.value)
		}
		fr.thread.top, fr.thread.depth = fr, depth
		for len(fr.defers) > 0 {
			d := fr.defers[len(fr.defers)-1]
			fr.defers = fr.defers[:len(fr.defers)-1]
			fr.runDeferred(d)
		}
		if fr.panicking {
			note(fr.value, fr.trace)
			fr.thread.top = fr.parent
			panic(fr.value)
		}
	}()
	fr.code.body(fr)
	normal = true
}

// runDeferred runs one deferred call; its panic takes the place of the one
// before.
func (fr *frame) runDeferred(d func(*frame)) {
	normal := false
	depth := fr.thread.depth
	defer func() {
		if normal {
			return
		}
		if r := recover(); r != nil {
			fr.value, fr.panicking = r, true
			fr.trace = fr.thread.places(r)
		}
		fr.thread.top, fr.thread.depth = fr, depth
	}()
	d(fr)
	normal = true
}

// recoverValue is the builtin recover, called in fr.
func (fr *frame) recoverValue() any {
	d := fr.deferrer
	if d == nil || !d.panicking || unstoppable(d.value) {
		return nil
	}
	v := d.value
	d.panicking, d.value, d.trace = false, nil, nil
	return v
}

// unstoppable reports whether cells may not recover a panic: it ends them.
func unstoppable(v any) bool {
	err, ok := v.(error)
	return ok && (err == rt.Stopped || err == ErrStackOverflow)
}

// places lists the calls that were under way when a panic began.
func (t *thread) places(value any) []rt.Place {
	out := noted(value)
	for fr := t.top; fr != nil; fr = fr.parent {
		if len(out) > 100 {
			break
		}
		if fr.code.cell != "" {
			out = append(out, rt.Place{Function: fr.code.name, Cell: fr.code.cell, Line: fr.line})
		}
	}
	return out
}

// lastTrace is where the panic that goes through compiled code, or through
// deferred calls, came from.
var lastTrace struct {
	sync.Mutex
	value any
	trace []rt.Place
}

func note(value any, trace []rt.Place) {
	lastTrace.Lock()
	defer lastTrace.Unlock()
	lastTrace.value, lastTrace.trace = value, trace
}

// Noted returns where a panic came from that has left interpreted functions.
func Noted(value any) []rt.Place { return noted(value) }

// noted returns and forgets the noted trace of a panic.
func noted(value any) []rt.Place {
	lastTrace.Lock()
	defer lastTrace.Unlock()
	if lastTrace.trace == nil || !same(lastTrace.value, value) {
		return nil
	}
	out := lastTrace.trace
	lastTrace.value, lastTrace.trace = nil, nil
	return slices.Clip(out)
}

func same(a, b any) (equal bool) {
	defer func() { _ = recover() }() // uncomparable values
	return a == b
}

// call calls a closure with arguments at hand.
func (cl *closure) call(caller *frame, args []reflect.Value) []reflect.Value {
	fr := cl.start(caller)
	fr.set(args)
	fr.run()
	return fr.values()
}

func (fr *frame) set(args []reflect.Value) {
	for i, p := range fr.code.params {
		m := reflect.New(p.typ)
		set(m.Elem(), args[i])
		fr.vars[p.index] = m.UnsafePointer()
	}
}

func (fr *frame) values() []reflect.Value {
	out := make([]reflect.Value, len(fr.code.results))
	for i, r := range fr.code.results {
		out[i] = reflect.NewAt(r.typ, fr.vars[r.index]).Elem()
	}
	return out
}

// invoke is what compiled code calls: the closure as a function made by
// reflection. A panic's trace is kept for whoever catches it below.
func (cl *closure) invoke(args []reflect.Value) []reflect.Value {
	fr := cl.start(nil)
	fr.set(args)
	normal := false
	defer func() {
		if !normal {
			if r := recover(); r != nil {
				note(r, fr.thread.places(r))
				panic(r)
			}
		}
	}()
	fr.run()
	normal = true
	return fr.values()
}

// value makes the closure a function of a type.
func (cl *closure) value(t reflect.Type) reflect.Value { return reflect.MakeFunc(t, cl.invoke) }

// runCell runs the closure as a cell, or as a goroutine of one: a panic takes
// its trace along.
func (cl *closure) runCell() { guarded(func(fr *frame) { cl.call(fr, nil) }) }

// guarded runs f at the bottom of a goroutine.
func guarded(f func(*frame)) {
	base := &frame{thread: &thread{}, code: &code{}}
	normal := false
	defer func() {
		if normal {
			return
		}
		r := recover()
		if r == nil || r == any(rt.Stopped) {
			if r != nil {
				panic(r)
			}
			return // runtime.Goexit
		}
		p := *rt.Caught(r, 1)
		p.Places = base.thread.places(r)
		panic(&p)
	}()
	f(base)
	normal = true
}
