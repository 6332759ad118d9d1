package worker

import (
	"context"
	"errors"
	"io"
	"runtime"
	"runtime/pprof"
	"sync"
	"time"
	"unsafe"

	"gomdcsan/kernel/engine"
)

// Host is where what cells show goes, and where answers come from: a
// display.Host.
type Host interface {
	Emit(engine.Event)
	Context() context.Context
	Input(prompt string, password bool) (string, error)
}

// host runs an engine's cells and is, for package display, where they are
// shown. It knows of each goroutine which cell started it: cells run under a
// profiler label, which goroutines inherit.
type host struct {
	out *output
	eng engine.Engine

	mu      sync.Mutex
	current *cellRun
	labels  map[uintptr]*cellRun // by the address of a label that some goroutine has

	asking  sync.Mutex // one question at a time
	answers chan engine.InputReply
}

// cellRun is a cell that runs or has run.
type cellRun struct {
	cell   engine.Cell
	ctx    context.Context // ends at an interrupt
	cancel context.CancelFunc
	done   chan struct{} // closed when it has run
}

var _ interface {
	Host
	engine.Sink
} = (*host)(nil)

func newHost(out *output) *host {
	none := &cellRun{ctx: context.Background(), cancel: func() {}, done: make(chan struct{})}
	close(none.done)
	return &host{out: out, labels: map[uintptr]*cellRun{}, answers: make(chan engine.InputReply, 1), current: none}
}

// profLabel returns the label set of the calling goroutine.
//
//go:linkname profLabel runtime/pprof.runtime_getProfLabel
func profLabel() unsafe.Pointer

// begin makes a cell the current one. It is called when the request is read,
// so that an interrupt read after it finds the cell.
func (h *host) begin(cell engine.Cell) *cellRun {
	run := &cellRun{cell: cell, done: make(chan struct{})}
	run.cell.Code = "" // not needed here, and kept for long
	run.ctx, run.cancel = context.WithCancel(context.Background())
	h.out.setCell(cell.ID)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.current = run
	return run
}

// execute runs a cell that has begun.
func (h *host) execute(run *cellRun, cell engine.Cell) engine.Outcome {
	defer h.end(run)
	var out engine.Outcome
	pprof.Do(run.ctx, pprof.Labels("cell", cell.ID), func(context.Context) {
		h.label(run)
		out = h.eng.Execute(run.ctx, cell)
	})
	return out
}

// end is where a cell can no longer be interrupted.
func (h *host) end(run *cellRun) {
	h.mu.Lock()
	defer h.mu.Unlock()
	close(run.done)
}

// label remembers the calling goroutine's label, and so its children's, until
// the last of them has ended.
func (h *host) label(run *cellRun) {
	label := profLabel()
	key := uintptr(label)
	h.mu.Lock()
	h.labels[key] = run
	h.mu.Unlock()
	runtime.AddCleanup((*byte)(label), func(run *cellRun) {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.labels[key] == run { // else the address is another label's already
			delete(h.labels, key)
		}
	}, run)
}

// run returns the cell that the calling goroutine belongs to; the current one
// if that is not known.
func (h *host) run() *cellRun {
	label := profLabel()
	h.mu.Lock()
	defer h.mu.Unlock()
	if r := h.labels[uintptr(label)]; r != nil {
		return r
	}
	return h.current
}

// interrupt stops the running cell. It insists, since an engine that is just
// beginning a cell may not have noticed the first time. It does not wait: what
// is read next, such as the end of the input that the cell waits for, must find
// the cell interrupted.
func (h *host) interrupt() {
	h.mu.Lock()
	run := h.current
	h.mu.Unlock()
	if !h.interruptOnce(run) {
		return
	}
	go func() {
		for wait := 20 * time.Millisecond; ; wait *= 2 {
			select {
			case <-run.done:
				return
			case <-time.After(wait):
			}
			if !h.interruptOnce(run) {
				return
			}
		}
	}()
}

// interruptOnce interrupts the cell if it is running still. The lock keeps the
// next cell from beginning meanwhile.
func (h *host) interruptOnce(run *cellRun) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-run.done:
		return false
	default:
	}
	h.eng.Interrupt() // first: what follows a call that the context ends shall not run
	run.cancel()
	return true
}

// Emit passes an event on. One that names no cell gets that of the calling
// goroutine.
func (h *host) Emit(e engine.Event) {
	if e.Cell == "" {
		e.Cell = h.run().cell.ID
	}
	h.out.Emit(e)
}

// Context ends when the cell of the calling goroutine is interrupted.
func (h *host) Context() context.Context { return h.run().ctx }

// Input asks the user.
func (h *host) Input(prompt string, password bool) (string, error) {
	r := h.run()
	if !r.cell.AllowStdin {
		return "", errors.New("the front-end that runs this cell cannot ask for input")
	}
	h.asking.Lock()
	defer h.asking.Unlock()
	select {
	case <-h.answers: // to a question that was given up
	default:
	}
	h.out.Emit(engine.Event{Kind: engine.InputRequest, Cell: r.cell.ID, Text: prompt, Password: password})
	select {
	case a := <-h.answers:
		if a.Closed {
			return "", io.EOF
		}
		return a.Text, nil
	case <-r.ctx.Done():
		return "", errors.New("interrupted while waiting for input")
	}
}

// answer delivers the user's answer, to Input or to an engine that asked itself.
func (h *host) answer(a engine.InputReply) {
	select {
	case h.answers <- a:
	default: // nobody has taken the one before: a defect of the front-end
	}
	h.eng.Input(a)
}

// Stream is a writer whose output appears in the cell of the goroutine that
// writes; name is "stdout" or "stderr". An engine gives it to interpreted code.
func Stream(sink engine.Sink, name string) io.Writer { return stream{sink, name} }

type stream struct {
	sink engine.Sink
	name string
}

func (s stream) Write(p []byte) (int, error) {
	s.sink.Emit(engine.Event{Kind: engine.Stream, Name: s.name, Text: string(p)})
	return len(p), nil
}
