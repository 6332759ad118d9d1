package notebook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/session"
	"gomdcsan/kernel/wire"
)

// Options say how a notebook is executed.
type Options struct {
	// Start starts the interpreter.
	Start func(engine.Sink) (engine.Engine, error)
	// Timeout stops a cell that takes longer; 0: none.
	Timeout time.Duration
	// AllowErrors goes on after a failed cell.
	AllowErrors bool
	// Progress is told when a cell begins and ends; may be nil.
	Progress func(Step)
	// Version stands in the notebook's language_info.
	Version string
}

// Step is the beginning (Took is 0) or the end of a cell.
type Step struct {
	Index, Total int // of the code cells that are executed, from 1
	Cell         *Cell
	Begun        bool
	Took         time.Duration
	Err          error
}

// CellError is the failure of a cell.
type CellError struct {
	Index     int // of the cell in the notebook, from 1
	Name      string
	Value     string
	Traceback []string
}

func (e *CellError) Error() string {
	return fmt.Sprintf("cell %d failed: %s: %s", e.Index, e.Name, e.Value)
}

// Execute runs the code cells of a notebook in order and puts their outputs
// in. It stops at the first cell that fails, with a *CellError, at the end of
// ctx, and when the interpreter does not start; the outputs until there are in
// the notebook.
func Execute(ctx context.Context, nb *Notebook, opts Options) error {
	r := newRunner(nb, opts)
	running, stop := context.WithCancel(context.Background())
	defer stop()
	var ended sync.WaitGroup
	ended.Go(func() { r.session.Run(running) })
	defer ended.Wait()
	defer stop()
	r.describe()
	var cells []int
	for i, c := range nb.Cells {
		if c.Type == "code" {
			c.Outputs, c.Count = nil, 0
			if strings.TrimSpace(c.Source) != "" && !c.HasTag("skip-execution") {
				cells = append(cells, i)
			}
		}
	}
	for n, i := range cells {
		step := Step{Index: n + 1, Total: len(cells), Cell: nb.Cells[i], Begun: true}
		r.progress(step)
		begun := time.Now()
		err := r.run(ctx, nb.Cells[i], i+1)
		step.Begun, step.Took, step.Err = false, time.Since(begun), err
		r.progress(step)
		var failed *CellError
		tolerated := errors.As(err, &failed) && ctx.Err() == nil && (opts.AllowErrors || nb.Cells[i].HasTag("raises-exception"))
		if err != nil && !tolerated {
			return err
		}
	}
	r.saveWidgets()
	return nil
}

// runner is the front-end: the session's Port, and the one who sends requests.
type runner struct {
	nb      *Notebook
	opts    Options
	session *session.Session
	client  *wire.Session

	mu       sync.Mutex
	cells    map[string]*running // by the msg_id of the execute_request
	displays map[string][]Output // by display id
	widgets  map[string]map[string]any
	info     map[string]any // of kernel_info
}

// running is what is known of a cell that runs or ran.
type running struct {
	cell   *Cell
	clear  bool // the next output replaces the others
	timing map[string]any
	reply  *wire.ExecuteReplyContent
	idle   chan struct{}
}

func newRunner(nb *Notebook, opts Options) *runner {
	r := &runner{
		nb: nb, opts: opts, client: wire.NewSession("gomdcsan run"),
		cells: map[string]*running{}, displays: map[string][]Output{}, widgets: map[string]map[string]any{},
	}
	r.session = session.New(session.Options{Port: r, Start: opts.Start, Version: opts.Version})
	return r
}

func (r *runner) progress(s Step) {
	if r.opts.Progress != nil {
		r.opts.Progress(s)
	}
}

// request sends a request as a front-end does.
func (r *runner) request(ch wire.Channel, msgType string, content any, prepare func(id string)) {
	m := wire.New(r.client, msgType, nil, content)
	m.RawHeader = wire.Marshal(m.Header)
	if prepare != nil {
		prepare(m.Header.MsgID)
	}
	r.session.Receive(ch, nil, m)
}

// describe notes in the notebook which kernel runs it.
func (r *runner) describe() {
	r.request(wire.Control, wire.KernelInfoRequest, struct{}{}, nil) // answered before it returns
	r.mu.Lock()
	defer r.mu.Unlock()
	if info, ok := r.info["language_info"].(map[string]any); ok {
		r.nb.Metadata["language_info"] = info
	}
	if _, there := r.nb.Metadata["kernelspec"]; !there {
		r.nb.Metadata["kernelspec"] = map[string]any{"name": "gomdcsan", "display_name": "Go (MDC-SAN)", "language": "go"}
	}
}

// run executes one cell.
func (r *runner) run(ctx context.Context, c *Cell, index int) error {
	x := &running{cell: c, timing: map[string]any{}, idle: make(chan struct{})}
	request := map[string]any{"code": c.Source, "silent": false, "store_history": true, "allow_stdin": false, "stop_on_error": true}
	r.request(wire.Shell, wire.ExecuteRequest, request, func(id string) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.cells[id] = x
	})
	why := r.await(ctx, x.idle)
	r.mu.Lock()
	defer r.mu.Unlock()
	c.Metadata["execution"] = x.timing
	if why != nil {
		return fmt.Errorf("cell %d: %w", index, why)
	}
	if x.reply == nil || x.reply.Status == wire.StatusOK {
		return nil
	}
	e := &CellError{Index: index, Name: x.reply.Status}
	if x.reply.ErrorContent != nil {
		e.Name, e.Value, e.Traceback = x.reply.Name, x.reply.Value, x.reply.Traceback
	}
	return e
}

// await waits for the end of a cell. When the time is over, or ctx, it stops
// the cell, and says why; a cell that does not obey is left to the worker's
// supervisor, which kills it.
func (r *runner) await(ctx context.Context, idle <-chan struct{}) error {
	var timeout <-chan time.Time
	if r.opts.Timeout > 0 {
		t := time.NewTimer(r.opts.Timeout)
		defer t.Stop()
		timeout = t.C
	}
	var why error
	select {
	case <-idle:
		return nil
	case <-timeout:
		why = fmt.Errorf("stopped after %v (--timeout)", r.opts.Timeout)
	case <-ctx.Done():
		why = errors.New("stopped")
	}
	r.request(wire.Control, wire.InterruptRequest, struct{}{}, nil)
	select {
	case <-idle:
	case <-time.After(20 * time.Second):
	}
	return why
}

// Send implements session.Port: replies.
func (r *runner) Send(ch wire.Channel, to session.Route, m *wire.Message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch m.Header.MsgType {
	case wire.KernelInfoReply:
		json.Unmarshal(m.Content, &r.info)
	case wire.ExecuteReply:
		if x := r.cells[m.ParentID()]; x != nil {
			x.reply = &wire.ExecuteReplyContent{ErrorContent: &wire.ErrorContent{}}
			json.Unmarshal(m.Content, x.reply)
			x.timing["shell.execute_reply"] = m.Header.Date
		}
	}
}

// Publish implements session.Port: outputs.
func (r *runner) Publish(_ string, m *wire.Message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	x := r.cells[m.ParentID()]
	if x == nil {
		r.widget(m)
		return
	}
	switch m.Header.MsgType {
	case wire.Status:
		x.status(m)
	case wire.ExecuteInput:
		var c struct {
			Count int `json:"execution_count"`
		}
		json.Unmarshal(m.Content, &c)
		x.cell.Count = c.Count
		x.timing["iopub.execute_input"] = m.Header.Date
	case wire.CommOpen, wire.CommMsg, wire.CommClose:
		r.widget(m)
	default:
		r.output(x, m)
	}
}

func (x *running) status(m *wire.Message) {
	var c struct {
		State string `json:"execution_state"`
	}
	json.Unmarshal(m.Content, &c)
	switch c.State {
	case wire.StateBusy:
		x.timing["iopub.status.busy"] = m.Header.Date
	case wire.StateIdle:
		x.timing["iopub.status.idle"] = m.Header.Date
		close(x.idle)
	}
}
