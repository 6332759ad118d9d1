package golang

import (
	"context"
	"errors"
	"fmt"
	"go/types"
	"io"
	"os"
	"sync"
	"time"

	"gomdcsan/kernel/display"
	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/golang/assist"
	"gomdcsan/kernel/golang/cell"
	"gomdcsan/kernel/golang/native"
	"gomdcsan/kernel/golang/rt"
	"gomdcsan/kernel/golang/toolchain"
)

// path is how a cell is run.
type path uint8

const (
	pathAuto path = iota
	pathNative
	pathInterpret
)

// Options of an engine. The zero value is what a worker process needs.
type Options struct {
	// Stdout and Stderr receive what interpreted code prints, and Stdout what
	// compiled code prints by fmt.Print and the like; nil is the process's own,
	// whatever os.Stdout is at that time. Other writers of compiled code write
	// to os.Stdout itself.
	Stdout, Stderr io.Writer
	// NoNative keeps the Go toolchain out: functions are interpreted.
	NoNative bool
	// Program is the file that the cells are read from, if they are a program of
	// its own: it has the process's standard files, arguments and signals, and
	// os.Exit, or a goroutine's panic, ends the process.
	Program string
	// SourceDir is the module that this program was built from; empty finds it.
	SourceDir string
	// CacheDir holds compiled cells; empty is the user's cache directory.
	CacheDir string
}

var _ engine.Engine = (*Engine)(nil)

// Engine runs cells. It implements engine.Engine.
type Engine struct {
	sink    engine.Sink
	session *session
	assist  *assist.Assistant
	options Options
	folder  string        // before the last %cd
	slow    time.Duration // what an interpreted loop may take before its cell hears of %%native

	running sync.Mutex // held by Execute

	mu   sync.Mutex
	cell *running // nil between cells
}

// running is a cell that runs.
type running struct {
	cell        engine.Cell
	interrupted bool
	evaluating  bool      // its user expressions, which are no cells
	quiet       bool      // what it shows is not the cell's last value
	timed       bool      // what it computes is not shown
	kept        bool      // by the session's journal
	force       path      // as %%native and %%interpret say
	shown       []any     // by the last expression
	panic       *rt.Panic // of a goroutine
}

// New returns an engine with an empty session.
func New(o Options, sink engine.Sink) (*Engine, error) {
	if o.Stdout == nil {
		o.Stdout = current{&os.Stdout}
	}
	if o.Stderr == nil {
		o.Stderr = current{&os.Stderr}
	}
	e := &Engine{sink: sink, options: o, slow: 2 * time.Second}
	e.session = newSession(o)
	e.assist = assist.New(e.session.read)
	rt.SetOutput(o.Stdout)
	if o.Program != "" {
		rt.SetInput(nil)
		rt.Program(func(code int) {
			e.session.tools.Close()
			os.Exit(code)
		})
	} else {
		rt.SetInput(&asked{e: e})
	}
	return e, nil
}

// current writes to what a variable such as os.Stdout holds now.
type current struct{ f **os.File }

func (c current) Write(p []byte) (int, error) { return (*c.f).Write(p) }

// Execute runs a cell.
func (e *Engine) Execute(ctx context.Context, c engine.Cell) engine.Outcome {
	e.running.Lock()
	defer e.running.Unlock()
	r := &running{cell: c}
	e.mu.Lock()
	e.cell = r
	e.mu.Unlock()
	defer func() {
		e.mu.Lock()
		e.cell = nil
		e.mu.Unlock()
	}()
	rt.Begin(e.goroutinePanic, func(values []any) {
		if !r.quiet {
			r.shown = values
			e.show(c, values)
		}
	})
	defer context.AfterFunc(ctx, func() { e.interrupt(r) })()
	var out engine.Outcome
	if err := e.contain(r, nil, func() *engine.Error {
		e.session.at(cell.StepMagic)
		out = e.pieces(r, c.Code)
		return nil
	}); err != nil {
		out.Err = err
	}
	if out.Err != nil {
		return out
	}
	more := e.evaluate(r)
	more.Payload = out.Payload
	return more
}

// execute runs code to its end, checked against the session.
func (e *Engine) execute(r *running, code string) *engine.Error {
	c, err := e.prepare(r, code, r.force)
	if err != nil {
		return err
	}
	if err = e.run(r, c); err == nil {
		e.session.addShown(c, r.shown)
		r.shown = nil
	}
	if !e.session.env.RefersTo(c.Plan) {
		c.Plan.Src.Release(e.session.checker.Fset)
	}
	return err
}

// prepare checks and compiles code, and commits what it declares, as a whole or
// not at all.
func (e *Engine) prepare(r *running, code string, force path) (c *cell.Prepared, err *engine.Error) {
	err = e.contain(r, e.session.snapshot(), func() (err *engine.Error) {
		c, err = e.ready(r, code, force)
		return err
	})
	return c, err
}

// ready does the work of prepare.
func (e *Engine) ready(r *running, code string, force path) (*cell.Prepared, *engine.Error) {
	s := e.session
	s.at(cell.StepParse)
	name := s.sourceName(r.cell.Count)
	src, err := cell.ParseSource(s.checker.Fset, name, r.cell.Count, code)
	if err != nil {
		return nil, s.syntaxErrors(&cell.Source{Name: name, Lines: lines(code)}, cell.ErrorList(err))
	}
	s.at(cell.StepImport)
	if err := e.foreign(r, src); err != nil {
		return nil, err
	}
	p, errs := s.check(src)
	if len(errs) > 0 {
		defer src.Release(s.checker.Fset)
		return nil, s.compileErrors(src, p, errs)
	}
	if r.timed {
		p.Drop()
	}
	c, err := s.compile(p, force)
	if stopped := rt.Stopping(); stopped || err != nil {
		s.mu.Lock()
		p.Abandon()
		s.mu.Unlock()
		if stopped {
			return nil, interrupted(nil)
		}
		return nil, asError(err)
	}
	s.mu.Lock()
	s.source = src
	if !r.evaluating && !r.kept {
		s.journal.Add(engine.Cell{Count: src.Count, Code: r.cell.Code})
		r.kept = true
	}
	s.mu.Unlock()
	s.at(cell.StepCommit)
	for _, m := range s.commit(c) {
		fmt.Fprintf(e.options.Stderr, "note: %s %s: %s: %s\n", m.What, m.Fate, s.checker.Fset.Position(m.Err.Pos), m.Err.Msg)
	}
	if s.program == "" && p.OnlyMain() { // a program calls it
		fmt.Fprintln(e.options.Stderr, "note: main is declared, and not called: a cell runs its statements, so call main() to run it")
	}
	return c, nil
}

// check checks a cell against the session.
func (s *session) check(src *cell.Source) (*cell.Plan, []types.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at(cell.StepCheck)
	s.recall(src)
	p, errs := s.checker.Check(s.env, s.imports, src)
	if len(errs) > 0 {
		return p, errs
	}
	if errs = p.TooLarge(cell.GoSizes); len(errs) > 0 {
		p.Abandon()
	}
	return p, errs
}

// run calls the cell in a goroutine of its own, so that runtime.Goexit ends
// the cell and nothing else.
func (e *Engine) run(r *running, c *cell.Prepared) *engine.Error {
	if c.Run == nil {
		return nil
	}
	var caught *rt.Panic
	begun, done := processorTime(), make(chan struct{})
	go func() {
		finished := false
		defer close(done)
		defer func() {
			if v := recover(); v != nil || !finished {
				caught = rt.Caught(v, 1)
			}
		}()
		c.Run()
		finished = true
	}()
	<-done
	e.tellSlow(c, processorTime()-begun)
	return e.ended(r, c, caught)
}

// tellSlow says of a cell with loops that was interpreted for long, by the
// processor time that the process took meanwhile, that it can be compiled.
func (e *Engine) tellSlow(c *cell.Prepared, took time.Duration) {
	if took < e.slow || c.Engine == "compiler" || c.Plan.Brief() || !e.session.tools.Ready() {
		return
	}
	fmt.Fprintf(e.options.Stderr, "note: these loops were interpreted, for %s; with %%%%native as the first line the cell is compiled, and they may run ten times as fast\n", shortTime(took.Seconds()))
}

// ended turns how a cell ended into an error, nil if it ended well.
func (e *Engine) ended(r *running, c *cell.Prepared, caught *rt.Panic) *engine.Error {
	e.mu.Lock()
	was, other := r.interrupted, r.panic
	e.mu.Unlock()
	if was || other != nil {
		left := rt.Settle(2 * time.Second)
		if left > 0 {
			fmt.Fprintf(e.options.Stderr, "note: %d goroutines of cells have not stopped: they wait in calls that cannot be interrupted\n", left)
		}
	}
	switch {
	case other != nil:
		return e.session.panicked(c, other, true)
	case caught == nil && was && rt.Aborted():
		return interrupted(nil)
	case caught == nil:
		return nil
	case was:
		return interrupted(e.session.traceback(c, caught))
	case caught.Value == nil:
		return &engine.Error{Name: "exit", Value: "runtime.Goexit ended the cell", Traceback: []string{"runtime.Goexit ended the cell"}}
	}
	return e.session.panicked(c, caught, false)
}

func interrupted(trace []string) *engine.Error {
	return &engine.Error{Name: "Interrupted", Value: "the cell was interrupted", Traceback: append([]string{bold(red("Interrupted")) + ": the session is as the cell left it"}, trace...)}
}

func (e *Engine) goroutinePanic(p *rt.Panic) {
	e.mu.Lock()
	r := e.cell
	if e.options.Program != "" {
		r = nil
	}
	if r != nil && r.panic == nil && !r.interrupted { // what follows an interrupt is no news
		r.panic = p
	}
	e.mu.Unlock()
	if r != nil {
		rt.Stop()
		return
	}
	err := e.session.panicked(nil, p, true)
	if err == nil {
		return
	}
	for _, l := range err.Traceback {
		fmt.Fprintln(e.options.Stderr, l)
	}
	if e.options.Program != "" {
		rt.Exit(PanicStatus)
	}
}

// PanicStatus is how a program ends that panics.
const PanicStatus = 2

// show emits the values of the cell's last expression.
func (e *Engine) show(c engine.Cell, values []any) {
	if c.Silent || len(values) == 0 {
		return
	}
	d := display.BundleAll(values...)
	if len(d.Data) == 0 { // the handle of something shown already
		return
	}
	e.sink.Emit(engine.Event{Kind: engine.Result, Cell: c.ID, Display: &d})
}

// evaluate answers the cell's user expressions.
func (e *Engine) evaluate(r *running) engine.Outcome {
	var out engine.Outcome
	r.evaluating, r.force = true, pathAuto
	for name, code := range r.cell.Evaluate {
		var values []any
		rt.Begin(e.goroutinePanic, func(v []any) { values = v })
		err := e.execute(r, code)
		if err != nil {
			if out.Failed == nil {
				out.Failed = map[string]engine.Error{}
			}
			out.Failed[name] = *err
			continue
		}
		if out.Evaluated == nil {
			out.Evaluated = map[string]engine.Display{}
		}
		out.Evaluated[name] = display.BundleAll(values...)
	}
	return out
}

// Complete offers what could stand at the cursor; see package assist.
func (e *Engine) Complete(code string, pos int) engine.Completion {
	return e.assist.Complete(code, pos)
}

// IsComplete reports whether a cell can be run as it is, or more is expected.
func (e *Engine) IsComplete(code string) engine.Completeness { return e.assist.IsComplete(code) }

// Inspect describes what stands at the cursor.
func (e *Engine) Inspect(code string, pos, detail int) engine.Inspection {
	return e.assist.Inspect(code, pos, detail)
}

// Interrupt stops the running cell and all goroutines that cells have started.
func (e *Engine) Interrupt() {
	e.mu.Lock()
	r := e.cell
	e.mu.Unlock()
	e.interrupt(r)
}

// interrupt stops r if it is still the running cell.
func (e *Engine) interrupt(r *running) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if r == nil || r != e.cell {
		return
	}
	r.interrupted = true
	rt.Stop()
}

// Input is not used: display.Input asks its host.
func (e *Engine) Input(engine.InputReply) {}

// Comm delivers a message to the comms of package display.
func (e *Engine) Comm(m engine.CommMessage) { display.Deliver(m) }

// Close ends the session.
func (e *Engine) Close() error {
	e.Interrupt()
	e.session.tools.Close()
	e.running.Lock()
	defer e.running.Unlock()
	e.session.mu.Lock()
	defer e.session.mu.Unlock()
	e.session.env = cell.NewEnvironment()
	e.session.interpreters.Forget()
	return nil
}

func asError(err error) *engine.Error {
	var e *engine.Error
	if errors.As(err, &e) {
		return e
	}
	return &engine.Error{Name: "error", Value: err.Error(), Traceback: lines(err.Error())}
}

func (o Options) toolchain() toolchain.Options {
	return toolchain.Options{Disabled: o.NoNative, SourceDir: o.SourceDir, CacheDir: o.CacheDir, Notes: o.Stderr}
}

// Warm compiles, once for all, the packages that cells usually import, so that
// the first compiled cell of a session need not wait for them.
func Warm(ctx context.Context, o Options) error {
	return toolchain.Warm(ctx, o.toolchain(), append([]string{native.RtPath, "reflect"}, preloaded...))
}

// Ready returns the sources that cells are compiled against, or what keeps them
// from being compiled.
func Ready(o Options) (sources string, err error) { return toolchain.Sources(o.toolchain()) }
