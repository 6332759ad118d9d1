package session

import (
	"context"
	"sync"
	"time"

	"gomdcsan/kernel/engine"
)

// deferred is the engine while it starts, and afterwards: the kernel answers
// kernel_info at once, cells and questions wait for the engine.
type deferred struct {
	ready chan struct{} // closed when engine or err is set
	gone  chan struct{} // closed when nobody waits any more

	mu     sync.Mutex
	engine engine.Engine
	err    error
	closed bool
}

func newDeferred() *deferred {
	return &deferred{ready: make(chan struct{}), gone: make(chan struct{})}
}

func (d *deferred) start(sink engine.Sink, start func(engine.Sink) (engine.Engine, error)) {
	e, err := start(sink)
	d.mu.Lock()
	d.engine, d.err = e, err
	closed := d.closed
	d.mu.Unlock()
	close(d.ready)
	if closed && e != nil {
		e.Close()
	}
}

// get waits for the engine; it is nil when the start failed, or at the end.
func (d *deferred) get() engine.Engine {
	select {
	case <-d.ready:
		return d.engine
	case <-d.gone:
		return nil
	}
}

// now returns the engine if it has started.
func (d *deferred) now() engine.Engine {
	select {
	case <-d.ready:
		return d.engine
	default:
		return nil
	}
}

// Execute implements engine.Engine.
func (d *deferred) Execute(ctx context.Context, c engine.Cell) engine.Outcome {
	select {
	case <-d.ready:
	case <-ctx.Done():
		return engine.Outcome{Err: &engine.Error{Name: Interrupted, Value: "the cell was stopped before the interpreter had started"}}
	}
	if d.engine == nil {
		return engine.Outcome{Err: &engine.Error{
			Name:      "kernel error",
			Value:     "the interpreter did not start: " + d.err.Error(),
			Traceback: []string{"The interpreter did not start: " + d.err.Error(), "Run `gomdcsan doctor` to find out what is missing."},
		}}
	}
	return d.engine.Execute(ctx, c)
}

// Interrupt implements engine.Engine.
func (d *deferred) Interrupt() {
	if e := d.now(); e != nil {
		e.Interrupt()
	}
}

// Complete implements engine.Engine.
func (d *deferred) Complete(code string, pos int) engine.Completion {
	if e := d.get(); e != nil {
		return e.Complete(code, pos)
	}
	return engine.Completion{Start: pos, End: pos}
}

// Inspect implements engine.Engine.
func (d *deferred) Inspect(code string, pos, detail int) engine.Inspection {
	if e := d.get(); e != nil {
		return e.Inspect(code, pos, detail)
	}
	return engine.Inspection{}
}

// IsComplete implements engine.Engine.
func (d *deferred) IsComplete(code string) engine.Completeness {
	if e := d.get(); e != nil {
		return e.IsComplete(code)
	}
	return engine.Completeness{Status: "unknown"}
}

// Input implements engine.Engine.
func (d *deferred) Input(r engine.InputReply) {
	if e := d.now(); e != nil {
		e.Input(r)
	}
}

// Comm implements engine.Engine.
func (d *deferred) Comm(m engine.CommMessage) {
	if e := d.get(); e != nil {
		e.Comm(m)
	}
}

// close closes the engine, waiting at most so long.
func (d *deferred) close(most time.Duration) {
	d.mu.Lock()
	if !d.closed {
		d.closed = true
		close(d.gone)
	}
	d.mu.Unlock()
	d.Interrupt()
	e := d.now()
	if e == nil {
		return // start closes it
	}
	done := make(chan struct{})
	go func() { defer close(done); e.Close() }()
	select {
	case <-done:
	case <-time.After(most):
	}
}
