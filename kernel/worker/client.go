package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"gomdcsan/kernel/engine"
)

// Client runs cells in a worker process and starts a new one when it dies.
// It implements engine.Engine.
type Client struct {
	opts Options
	sink engine.Sink
	exec sync.Mutex // one cell at a time
	wg   sync.WaitGroup

	mu     sync.Mutex
	worker *supervised // nil: the next cell starts one
	last   engine.Cell // running, or run last
	run    *run        // the running cell, or nil

	succeeded engine.Journal // in the living worker
	lost      []engine.Cell  // succeeded in workers that have died
	closed    bool
}

// supervised is a process whose death has been dealt with when handled closes.
type supervised struct {
	*process
	handled chan struct{}
}

// run is a cell that is running.
type run struct {
	worker      *supervised
	done        chan struct{}
	interrupted bool // once at least
	warned      bool // the user knows that the worker will be killed
}

var _ engine.Engine = (*Client)(nil)

// Start starts a worker and returns at once; the first cell waits for it.
// Events go to sink, WorkerStarted first. The worker ends when the client is
// closed or ctx is done.
func Start(ctx context.Context, o Options, sink engine.Sink) (*Client, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	c := &Client{opts: o, sink: sink}
	c.mu.Lock()
	err = c.spawn()
	c.mu.Unlock()
	if err != nil {
		return nil, err
	}
	sink.Emit(engine.Event{Kind: engine.WorkerStarted})
	context.AfterFunc(ctx, func() { c.Close() })
	return c, nil
}

// spawn starts a worker; c.mu is held.
func (c *Client) spawn() error {
	p, err := startProcess(c.opts, c.event)
	if err != nil {
		return err
	}
	c.adopt(p)
	return nil
}

// adopt makes a process the worker; c.mu is held.
func (c *Client) adopt(p *process) {
	w := &supervised{process: p, handled: make(chan struct{})}
	c.worker = w
	c.wg.Go(func() { c.watch(w) })
}

// event passes an event on. What the process wrote on its own account belongs
// to the cell that ran last.
func (c *Client) event(e engine.Event) {
	if e.Cell == "" && e.Kind == engine.Stream {
		c.mu.Lock()
		e.Cell = c.last.ID
		c.mu.Unlock()
	}
	if strings.HasPrefix(e.Cell, rerunID) {
		return
	}
	c.sink.Emit(e)
}

// watch waits for a worker's death and starts the next, unless the worker
// could not even start: then the next cell tries again. The next is started
// while the old one still writes its crash report, so that it is there at once.
func (c *Client) watch(w *supervised) {
	defer close(w.handled)
	<-w.dying
	next := c.successor(w)
	<-w.done
	c.mu.Lock()
	if c.closed || c.worker != w {
		c.mu.Unlock()
		if next != nil {
			next.kill("the kernel is shutting down")
			<-next.done
		}
		return
	}
	idle, last := c.run == nil, c.last
	c.worker = nil
	c.lose()
	w.end.lost = len(c.lost)
	why := w.end.reason()
	started := next != nil
	if started {
		c.adopt(next)
	}
	c.mu.Unlock()
	text := "" // the outcome of the running cell says it
	if idle && last.ID != "" {
		text = fmt.Sprintf("The process that runs your cells died after %s had ended: %s.\n%s", cellName(last), why, w.end.advice())
	}
	if started {
		c.sink.Emit(engine.Event{Kind: engine.WorkerStarted, Cell: last.ID, Text: text})
	}
}

// successor starts the process that is to follow a dying worker, nil if there
// is to be none: the worker could not start, its cell says so; or this one
// cannot, the next cell tries again and says why not.
func (c *Client) successor(w *supervised) *process {
	c.mu.Lock()
	closed := c.closed
	c.mu.Unlock()
	select {
	case <-w.ready:
	default:
		return nil
	}
	if closed {
		return nil
	}
	next, err := startProcess(c.opts, c.event)
	if err != nil {
		return nil
	}
	return next
}

func cellName(cell engine.Cell) string {
	if cell.Count > 0 {
		return fmt.Sprintf("cell [%d]", cell.Count)
	}
	return "a cell"
}

// Execute runs a cell. It always returns: when the worker dies, with an error
// that explains it.
func (c *Client) Execute(ctx context.Context, cell engine.Cell) engine.Outcome {
	c.exec.Lock()
	defer c.exec.Unlock()
	if strings.TrimSpace(cell.Code) == rerunMagic {
		if lost := c.takeLost(); len(lost) > 0 {
			return c.rerun(ctx, cell, lost)
		}
	}
	out := c.execute(ctx, cell)
	c.remember(cell, out)
	return out
}

func (c *Client) execute(ctx context.Context, cell engine.Cell) engine.Outcome {
	w, err := c.acquire(cell)
	if err != nil {
		return failure("no worker", err.Error())
	}
	r := &run{worker: w, done: make(chan struct{})}
	c.setRun(r)
	ended := context.AfterFunc(ctx, func() { c.interrupt(r) })
	defer func() {
		ended()
		close(r.done)
		c.setRun(nil)
	}()
	select {
	case <-w.ready:
	case <-w.done:
		<-w.handled
		c.mu.Lock()
		defer c.mu.Unlock()
		if r.interrupted {
			return failure("Interrupted", "the cell was interrupted before it began: "+w.end.reason())
		}
		return failure("no worker", "the process that runs cells did not start: "+w.end.reason())
	}
	// An interrupt comes before the request is sent, and is noticed here, or
	// reaches the worker after it.
	c.mu.Lock()
	if r.interrupted {
		c.mu.Unlock()
		return failure("Interrupted", "the cell was interrupted before it began")
	}
	reply, forget, err := w.call(frameExecute, cell)
	c.mu.Unlock()
	if err == nil {
		defer forget()
		select {
		case data := <-reply:
			return c.outcome(w, data)
		case <-w.done:
		}
		select { // the reply may have been its last word
		case data := <-reply:
			return c.outcome(w, data)
		default:
		}
	} else if w.alive() {
		return failure("no worker", err.Error())
	}
	<-w.handled
	c.mu.Lock()
	interrupted, closed := r.interrupted, c.closed
	c.mu.Unlock()
	if closed {
		return failure("Interrupted", errShutDown.Error())
	}
	return w.end.outcome(cell, interrupted && w.end.cause != "")
}

// alive reports whether the process may still answer.
func (p *process) alive() bool {
	select {
	case <-p.done:
		return false
	default:
		p.mu.Lock()
		defer p.mu.Unlock()
		return !p.closed
	}
}

func (c *Client) outcome(w *supervised, data []byte) engine.Outcome {
	var out engine.Outcome
	if err := json.Unmarshal(data, &out); err != nil {
		w.kill("its messages were damaged; did a cell write to descriptor 4? (" + err.Error() + ")")
		<-w.handled
		return failure("worker died", w.end.reason())
	}
	return out
}

func failure(name, value string) engine.Outcome {
	return engine.Outcome{Err: &engine.Error{Name: name, Value: value, Traceback: []string{"\x1b[31m" + value + "\x1b[0m"}}}
}

// acquire returns the worker for a cell, started now if there is none.
func (c *Client) acquire(cell engine.Cell) (*supervised, error) {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil, errShutDown
	}
	c.last = engine.Cell{ID: cell.ID, Count: cell.Count} // without its text, which may be long
	w := c.worker
	var err error
	if w == nil {
		if err = c.spawn(); err == nil {
			defer c.sink.Emit(engine.Event{Kind: engine.WorkerStarted, Cell: cell.ID})
		}
		w = c.worker
	}
	c.mu.Unlock()
	return w, err
}

var errShutDown = errors.New("the kernel is shutting down")

func (c *Client) setRun(r *run) {
	c.mu.Lock()
	c.run = r
	c.mu.Unlock()
}

// Interrupt asks the running cell to stop, and sees to it that it does.
func (c *Client) Interrupt() {
	c.mu.Lock()
	r := c.run
	c.mu.Unlock()
	c.interrupt(r)
}

// interrupt interrupts r if it is still the running cell.
func (c *Client) interrupt(r *run) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r == nil || r != c.run || c.closed {
		return
	}
	_ = r.worker.send(frameInterrupt, nil) // fails only if the worker is dead
	if r.warned {
		r.worker.kill("it did not obey the interrupt")
		return
	}
	if !r.interrupted {
		r.interrupted = true
		c.wg.Go(func() { c.escalate(r) })
	}
}

// escalate waits for an interrupted cell to end, less and less patiently.
func (c *Client) escalate(r *run) {
	grace := c.opts.InterruptGrace
	if r.over(grace) {
		return
	}
	r.worker.os.interrupt()
	c.mu.Lock()
	r.warned = true
	cell := c.last
	c.mu.Unlock()
	c.sink.Emit(engine.Event{Kind: engine.Stream, Name: "stderr", Cell: cell.ID, Text: fmt.Sprintf(
		"%s does not obey the interrupt: it is in code that cannot be stopped from outside (an endless call into C, for instance).\n"+
			"If it does not end within %v, its process is stopped and the session's variables are lost; interrupt again to do that now.\n", cellName(cell), 2*grace)})
	if r.over(2 * grace) {
		return
	}
	r.worker.kill(fmt.Sprintf("it did not obey the interrupt within %v", 3*grace))
}

// over waits for the cell's end for at most d.
func (r *run) over(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-r.done:
		return true
	case <-r.worker.done:
		return true
	case <-t.C:
		return false
	}
}

// questionTimeout bounds how long help about code may take: the answer is of
// no use later, and the worker may be stopped or swamped.
const questionTimeout = 3 * time.Second

// ask sends a question to the worker, if there is one, and decodes the reply
// into out; false says that there is no answer.
func (c *Client) ask(kind frameKind, q question, out any) bool {
	c.mu.Lock()
	w := c.worker
	c.mu.Unlock()
	if w == nil {
		return false
	}
	t := time.NewTimer(questionTimeout)
	defer t.Stop()
	select {
	case <-w.ready:
	case <-w.done:
		return false
	case <-t.C:
		return false
	}
	reply, forget, err := w.call(kind, q)
	if err != nil {
		return false
	}
	defer forget()
	select {
	case data := <-reply:
		return json.Unmarshal(data, out) == nil
	case <-w.done:
	case <-t.C:
	}
	return false
}

// Complete implements engine.Engine; without an answer there are no matches.
func (c *Client) Complete(code string, pos int) engine.Completion {
	out := engine.Completion{Start: pos, End: pos}
	if !c.ask(frameComplete, question{Code: code, Pos: pos}, &out) {
		return engine.Completion{Start: pos, End: pos}
	}
	return out
}

// Inspect implements engine.Engine; without an answer nothing is found.
func (c *Client) Inspect(code string, pos, detail int) engine.Inspection {
	var out engine.Inspection
	if !c.ask(frameInspect, question{Code: code, Pos: pos, Detail: detail}, &out) {
		return engine.Inspection{}
	}
	return out
}

// IsComplete implements engine.Engine; without an answer it is "unknown".
func (c *Client) IsComplete(code string) engine.Completeness {
	var out engine.Completeness
	if !c.ask(frameIsComplete, question{Code: code}, &out) || out.Status == "" {
		return engine.Completeness{Status: "unknown"}
	}
	return out
}

// Input implements engine.Engine.
func (c *Client) Input(r engine.InputReply) { c.tell(frameInput, r) }

// Comm implements engine.Engine.
func (c *Client) Comm(m engine.CommMessage) { c.tell(frameComm, m) }

// tell sends what has no reply; a dead worker does not miss it.
func (c *Client) tell(kind frameKind, v any) {
	c.mu.Lock()
	w := c.worker
	c.mu.Unlock()
	if w != nil {
		_ = w.send(kind, v)
	}
}

// PID returns the worker's process number, 0 if there is none.
func (c *Client) PID() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.worker == nil {
		return 0
	}
	return c.worker.os.pid()
}

// closeGrace is how long a worker has to end by itself.
const closeGrace = time.Second

// Close ends the worker and what its cells had started, and returns when they
// are gone. A running cell ends with an error.
func (c *Client) Close() error {
	c.mu.Lock()
	c.closed = true
	w := c.worker
	c.mu.Unlock()
	if w != nil {
		_ = w.send(frameClose, nil)
		w.shut()
		select {
		case <-w.done:
		case <-time.After(closeGrace):
			w.kill("the kernel is shutting down")
		}
	}
	c.wg.Wait()
	return nil
}
