package session

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/wire"
)

// scripted is an engine whose cells are commands, one a line: "print TEXT",
// "value TEXT", "fail", "loop" (until interrupted), "input", "flood BYTES",
// "late TEXT" (50 ms after the cell).
type scripted struct {
	sink  engine.Sink
	stop  chan struct{}
	reply chan engine.InputReply
	mu    sync.Mutex
	comms []engine.CommMessage
	ran   []string
}

func newScripted(sink engine.Sink) *scripted {
	return &scripted{sink: sink, stop: make(chan struct{}, 1), reply: make(chan engine.InputReply, 1)}
}

func (e *scripted) Execute(ctx context.Context, c engine.Cell) engine.Outcome {
	select {
	case <-e.stop:
	default:
	}
	defer context.AfterFunc(ctx, e.Interrupt)()
	e.mu.Lock()
	e.ran = append(e.ran, c.Code)
	e.mu.Unlock()
	for _, line := range strings.Split(c.Code, "\n") {
		word, rest, _ := strings.Cut(line, " ")
		if err := e.line(c, word, rest); err != nil {
			return engine.Outcome{Err: err}
		}
	}
	out := engine.Outcome{Evaluated: map[string]engine.Display{}, Failed: map[string]engine.Error{}}
	for name, expr := range c.Evaluate {
		if expr == "bad" {
			out.Failed[name] = engine.Error{Name: "compile error", Value: "bad"}
		} else {
			out.Evaluated[name] = engine.Display{Data: map[string]any{"text/plain": expr}}
		}
	}
	return out
}

func (e *scripted) line(c engine.Cell, word, rest string) *engine.Error {
	emit := func(ev engine.Event) { ev.Cell = c.ID; e.sink.Emit(ev) }
	switch word {
	case "print":
		emit(engine.Event{Kind: engine.Stream, Name: "stdout", Text: rest + "\n"})
	case "err":
		emit(engine.Event{Kind: engine.Stream, Name: "stderr", Text: rest + "\n"})
	case "value":
		emit(engine.Event{Kind: engine.Result, Display: &engine.Display{Data: map[string]any{"text/plain": rest}}})
	case "show":
		emit(engine.Event{Kind: engine.Show, DisplayID: rest, Display: &engine.Display{Data: map[string]any{"text/plain": rest}}})
	case "fail":
		return &engine.Error{Name: "panic", Value: "boom", Traceback: []string{"boom"}}
	case "loop":
		<-e.stop
		return &engine.Error{Name: Interrupted, Value: "stopped"}
	case "sleep":
		time.Sleep(100 * time.Millisecond)
	case "input":
		emit(engine.Event{Kind: engine.InputRequest, Text: "name? "})
		if r := <-e.reply; r.Closed {
			return &engine.Error{Name: "no input", Value: "stdin is not there"}
		} else {
			emit(engine.Event{Kind: engine.Stream, Name: "stdout", Text: "hello " + r.Text})
		}
	case "flood":
		var n int
		fmt.Sscan(rest, &n)
		for line := strings.Repeat("x", 1023) + "\n"; n > 0; n -= len(line) {
			select {
			case <-e.stop:
				return &engine.Error{Name: Interrupted, Value: "stopped"}
			default:
				emit(engine.Event{Kind: engine.Stream, Name: "stdout", Text: line})
			}
		}
	case "late":
		time.AfterFunc(50*time.Millisecond, func() { emit(engine.Event{Kind: engine.Stream, Name: "stdout", Text: rest}) })
	}
	return nil
}

func (e *scripted) Interrupt() {
	select {
	case e.stop <- struct{}{}:
	default:
	}
}
func (e *scripted) Complete(code string, pos int) engine.Completion {
	return engine.Completion{Matches: []engine.Match{{Text: "Sprintf", Kind: "function"}}, Start: max(0, pos-2), End: pos}
}
func (e *scripted) Inspect(code string, pos, detail int) engine.Inspection {
	return engine.Inspection{Found: true, Data: map[string]any{"text/plain": fmt.Sprint(pos)}}
}
func (e *scripted) IsComplete(code string) engine.Completeness {
	return engine.Completeness{Status: "incomplete", Indent: "\t"}
}
func (e *scripted) Input(r engine.InputReply) { e.reply <- r }
func (e *scripted) Comm(m engine.CommMessage) {
	e.mu.Lock()
	e.comms = append(e.comms, m)
	e.mu.Unlock()
	if m.Target == "nowhere" {
		e.sink.Emit(engine.Event{Kind: engine.CommClose, Comm: &engine.CommMessage{ID: m.ID}})
	}
}
func (e *scripted) Close() error { e.Interrupt(); return nil }

// sentMessage is a message that the session sent.
type sentMessage struct {
	ch wire.Channel
	to Route
	*wire.Message
}

// front is a front-end in memory: a Port, and a way to send requests.
type front struct {
	t       testing.TB
	s       *Session
	engine  *scripted
	client  *wire.Session
	done    chan struct{}
	restart bool

	mu   sync.Mutex
	got  []sentMessage
	wake chan struct{}
}

func (f *front) Send(ch wire.Channel, to Route, m *wire.Message) { f.note(sentMessage{ch, to, m}) }
func (f *front) Publish(topic string, m *wire.Message)           { f.note(sentMessage{wire.IOPub, nil, m}) }

func (f *front) note(m sentMessage) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.got = append(f.got, m)
	close(f.wake)
	f.wake = make(chan struct{})
}

// newFront starts a session on a scripted engine.
func newFront(t testing.TB, change func(*Options)) *front {
	f := &front{t: t, client: wire.NewSession("tester"), wake: make(chan struct{}), done: make(chan struct{})}
	opts := Options{Port: f, Version: "test", Start: func(sink engine.Sink) (engine.Engine, error) {
		f.engine = newScripted(sink)
		return f.engine, nil
	}}
	if change != nil {
		change(&opts)
	}
	f.s = New(opts)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer close(f.done)
		f.restart, _ = f.s.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		select {
		case <-f.done:
		case <-time.After(5 * time.Second):
			t.Error("Run did not end")
		}
	})
	return f
}

// send sends a request and returns its id.
func (f *front) send(ch wire.Channel, msgType string, content any) string {
	m := wire.New(f.client, msgType, nil, content)
	m.RawHeader = wire.Marshal(m.Header)
	f.s.Receive(ch, "client", m)
	return m.Header.MsgID
}

// until waits until ok holds for what has the request as parent.
func (f *front) until(id string, what string, ok func([]sentMessage) bool) []sentMessage {
	f.t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		f.mu.Lock()
		var mine []sentMessage
		for _, m := range f.got {
			if m.ParentID() == id {
				mine = append(mine, m)
			}
		}
		wake := f.wake
		f.mu.Unlock()
		if ok(mine) {
			return mine
		}
		select {
		case <-wake:
		case <-deadline:
			f.t.Fatalf("no %s; got %v", what, kinds(mine))
		}
	}
}

// all waits for a request's idle and returns everything that belongs to it.
func (f *front) all(id string) []sentMessage {
	f.t.Helper()
	return f.until(id, "idle", func(ms []sentMessage) bool { return hasKind(ms, "status:idle") })
}

// request sends, waits for idle, and decodes the reply into v.
func (f *front) request(ch wire.Channel, msgType string, content, v any) []sentMessage {
	f.t.Helper()
	ms := f.all(f.send(ch, msgType, content))
	for _, m := range ms {
		if m.ch == ch && v != nil {
			if err := json.Unmarshal(m.Content, v); err != nil {
				f.t.Fatal(err)
			}
		}
	}
	return ms
}

type reply struct {
	Status         string `json:"status"`
	ExecutionCount *int   `json:"execution_count"`
	Name           string `json:"ename"`
	Value          string `json:"evalue"`
	Expressions    map[string]struct {
		Status string
		Data   map[string]any
	} `json:"user_expressions"`
}

func code(c string) map[string]any { return map[string]any{"code": c} }

func (f *front) run(c string) (reply, []sentMessage) {
	f.t.Helper()
	var r reply
	ms := f.request(wire.Shell, wire.ExecuteRequest, code(c), &r)
	return r, ms
}

// kinds names messages, a status with its state and text with its stream.
func kinds(ms []sentMessage) (names []string) {
	for _, m := range ms {
		name := m.Header.MsgType
		var c struct {
			State string `json:"execution_state"`
		}
		if json.Unmarshal(m.Content, &c); c.State != "" {
			name += ":" + c.State
		}
		names = append(names, name)
	}
	return names
}

func hasKind(ms []sentMessage, kind string) bool {
	for _, k := range kinds(ms) {
		if k == kind {
			return true
		}
	}
	return false
}

func text(ms []sentMessage, name string) string {
	var b strings.Builder
	for _, m := range ms {
		var c wire.StreamContent
		if m.Header.MsgType == wire.Stream && m.Decode(&c) == nil && c.Name == name {
			b.WriteString(c.Text)
		}
	}
	return b.String()
}
