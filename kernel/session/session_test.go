package session

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/wire"
)

func wantKinds(t *testing.T, got []sentMessage, want ...string) {
	t.Helper()
	if !slices.Equal(kinds(got), want) {
		t.Errorf("got %v\nwant %v", kinds(got), want)
	}
}

func TestExecute(t *testing.T) {
	f := newFront(t, nil)
	r, ms := f.run("print a\nvalue 2\nerr b")
	wantKinds(t, ms, "status:busy", "execute_input", "stream", "execute_result", "stream", "execute_reply", "status:idle")
	if r.Status != "ok" || *r.ExecutionCount != 1 || text(ms, "stdout") != "a\n" || text(ms, "stderr") != "b\n" {
		t.Errorf("reply %+v, stdout %q, stderr %q", r, text(ms, "stdout"), text(ms, "stderr"))
	}
	if r, _ = f.run("print c"); *r.ExecutionCount != 2 {
		t.Errorf("second cell has count %d", *r.ExecutionCount)
	}
}

func TestSilentAndEmptyCellsDoNotCount(t *testing.T) {
	f := newFront(t, nil)
	f.run("print a")
	for _, content := range []map[string]any{
		{"code": "value 1", "silent": true, "store_history": true},
		{"code": "value 1", "store_history": false},
		{"code": " \n"},
	} {
		var r reply
		ms := f.request(wire.Shell, wire.ExecuteRequest, content, &r)
		if r.Status != "ok" || r.ExecutionCount == nil || *r.ExecutionCount != 1 {
			t.Errorf("%v: reply %+v", content, r)
		}
		if silent := content["silent"] == true; silent && (hasKind(ms, wire.ExecuteInput) || hasKind(ms, wire.ExecuteResult)) {
			t.Errorf("silent cell showed %v", kinds(ms))
		}
	}
}

func TestErrorAbortsWhatWasSentBefore(t *testing.T) {
	f := newFront(t, nil)
	ids := []string{}
	for _, c := range []string{"sleep\nfail", "print b", "print c"} {
		ids = append(ids, f.send(wire.Shell, wire.ExecuteRequest, code(c)))
	}
	wantKinds(t, f.all(ids[0]), "status:busy", "execute_input", "error", "execute_reply", "status:idle")
	for _, id := range ids[1:] {
		ms := f.all(id)
		wantKinds(t, ms, "status:busy", "execute_reply", "status:idle")
		if !strings.Contains(string(ms[1].Content), `"aborted"`) {
			t.Errorf("reply %s", ms[1].Content)
		}
	}
	if r, ms := f.run("print d"); r.Status != "ok" || text(ms, "stdout") != "d\n" {
		t.Errorf("the cell after: %+v", r)
	}
}

// A cell that arrives before the reply to the failed one was sent without
// knowing of the failure.
func TestErrorAbortsWhatWasOnItsWay(t *testing.T) {
	f := newFront(t, nil)
	failed := f.send(wire.Shell, wire.ExecuteRequest, code("fail"))
	f.until(failed, "error", func(ms []sentMessage) bool { return hasKind(ms, wire.Error) })
	next := f.send(wire.Shell, wire.ExecuteRequest, code("print b"))
	if ms := f.all(next); hasKind(ms, wire.ExecuteInput) {
		t.Errorf("it ran: %v", kinds(ms))
	}
}

func TestErrorWithoutStopGoesOn(t *testing.T) {
	f := newFront(t, nil)
	f.send(wire.Shell, wire.ExecuteRequest, map[string]any{"code": "fail", "stop_on_error": false})
	if r, _ := f.run("print b"); r.Status != "ok" {
		t.Errorf("reply %+v", r)
	}
}

func TestInterruptStopsCellAndQueue(t *testing.T) {
	f := newFront(t, nil)
	id := f.send(wire.Shell, wire.ExecuteRequest, code("loop"))
	next := f.send(wire.Shell, wire.ExecuteRequest, map[string]any{"code": "print b", "stop_on_error": false})
	f.until(id, "busy", func(ms []sentMessage) bool { return hasKind(ms, wire.ExecuteInput) })
	time.Sleep(10 * time.Millisecond)
	var r reply
	if f.request(wire.Control, wire.InterruptRequest, map[string]any{}, &r); r.Status != "ok" {
		t.Errorf("interrupt_reply %+v", r)
	}
	if ms := f.all(id); !hasKind(ms, wire.Error) {
		t.Errorf("the loop: %v", kinds(ms))
	}
	if ms := f.all(next); hasKind(ms, wire.Stream) {
		t.Errorf("the queued cell ran: %v", kinds(ms))
	}
}

func TestInterruptBeforeTheEngineHasTheCell(t *testing.T) {
	f := newFront(t, func(o *Options) {
		start := o.Start
		o.Start = func(s engine.Sink) (engine.Engine, error) {
			e, err := start(s)
			return slow{e}, err
		}
	})
	id := f.send(wire.Shell, wire.ExecuteRequest, code("loop"))
	f.until(id, "execute_input", func(ms []sentMessage) bool { return hasKind(ms, wire.ExecuteInput) })
	f.s.Interrupt()
	f.all(id)
}

// slow is an engine that takes its time to begin a cell.
type slow struct{ engine.Engine }

func (e slow) Execute(ctx context.Context, c engine.Cell) engine.Outcome {
	time.Sleep(50 * time.Millisecond)
	return e.Engine.Execute(ctx, c)
}

func TestInterruptWhileTheEngineStarts(t *testing.T) {
	release := make(chan struct{})
	f := newFront(t, func(o *Options) {
		start := o.Start
		o.Start = func(s engine.Sink) (engine.Engine, error) { <-release; return start(s) }
	})
	id := f.send(wire.Shell, wire.ExecuteRequest, code("print a"))
	f.until(id, "execute_input", func(ms []sentMessage) bool { return hasKind(ms, wire.ExecuteInput) })
	if ms := f.request(wire.Shell, wire.KernelInfoRequest, map[string]any{}, nil); !hasKind(ms, wire.KernelInfoReply) {
		t.Error("kernel_info has to wait for the engine")
	}
	time.Sleep(10 * time.Millisecond)
	f.request(wire.Control, wire.InterruptRequest, map[string]any{}, nil)
	f.all(id)
	close(release)
	if r, _ := f.run("print b"); r.Status != "ok" {
		t.Errorf("reply %+v", r)
	}
}

func TestEngineThatDoesNotStart(t *testing.T) {
	f := newFront(t, func(o *Options) {
		o.Start = func(engine.Sink) (engine.Engine, error) { return nil, errors.New("no memory left") }
	})
	r, _ := f.run("print a")
	if r.Status != "error" || !strings.Contains(r.Value, "no memory left") {
		t.Errorf("reply %+v", r)
	}
	for _, msgType := range []string{wire.CompleteRequest, wire.InspectRequest, wire.IsCompleteRequest} {
		f.request(wire.Shell, msgType, code("x"), nil)
	}
}

func TestQuestionsWhileACellRuns(t *testing.T) {
	f := newFront(t, nil)
	id := f.send(wire.Shell, wire.ExecuteRequest, code("loop"))
	f.until(id, "execute_input", func(ms []sentMessage) bool { return hasKind(ms, wire.ExecuteInput) })
	for msgType, want := range map[string]string{
		wire.CompleteRequest: wire.CompleteReply, wire.InspectRequest: wire.InspectReply,
		wire.IsCompleteRequest: wire.IsCompleteReply, wire.KernelInfoRequest: wire.KernelInfoReply,
		wire.HistoryRequest: wire.HistoryReply, wire.CommInfoRequest: wire.CommInfoReply,
		wire.ConnectRequest: wire.ConnectReply, wire.UsageRequest: wire.UsageReply,
		wire.CreateSubshellRequest: "create_subshell_reply",
	} {
		wantKinds(t, f.request(wire.Shell, msgType, code("fmt.Sp"), nil), "status:busy", want, "status:idle")
	}
	f.until(id, "busy as the last state that a front-end sees", func([]sentMessage) bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		last := f.got[len(f.got)-1]
		return last.ParentID() == id && kinds([]sentMessage{last})[0] == "status:busy"
	})
	f.request(wire.Control, wire.InterruptRequest, map[string]any{}, nil)
	f.all(id)
}

func TestOffsetsAreCodePoints(t *testing.T) {
	f := newFront(t, nil)
	var c struct {
		Start    int `json:"cursor_start"`
		End      int `json:"cursor_end"`
		Metadata map[string]any
	}
	f.request(wire.Shell, wire.CompleteRequest, map[string]any{"code": "𝐚é日ab", "cursor_pos": 5}, &c)
	if c.Start != 3 || c.End != 5 || c.Metadata["_jupyter_types_experimental"] == nil {
		t.Errorf("completion %+v", c)
	}
	var i struct{ Data map[string]string }
	f.request(wire.Shell, wire.InspectRequest, map[string]any{"code": "𝐚éb", "cursor_pos": 2}, &i)
	if i.Data["text/plain"] != "6" {
		t.Errorf("inspected at byte %s, not 6", i.Data["text/plain"])
	}
}

func TestInput(t *testing.T) {
	f := newFront(t, nil)
	id := f.send(wire.Shell, wire.ExecuteRequest, map[string]any{"code": "print before\ninput", "allow_stdin": true})
	ms := f.until(id, "input_request", func(ms []sentMessage) bool { return hasKind(ms, wire.InputRequest) })
	wantKinds(t, ms, "status:busy", "execute_input", "stream", "input_request")
	if m := ms[3]; m.ch != wire.Stdin || m.to != "client" {
		t.Errorf("input_request on %s to %v", m.ch, m.to)
	}
	f.send(wire.Stdin, wire.InputReply, map[string]any{"value": "Ada"})
	f.send(wire.Stdin, wire.InputReply, map[string]any{"value": "nobody asked"})
	if got := text(f.all(id), "stdout"); got != "before\nhello Ada" {
		t.Errorf("stdout %q", got)
	}
	if r, ms := f.run("input"); r.Status != "error" || hasKind(ms, wire.InputRequest) {
		t.Errorf("without allow_stdin: %+v, %v", r, kinds(ms))
	}
}

func TestInterruptEndsAPrompt(t *testing.T) {
	f := newFront(t, nil)
	id := f.send(wire.Shell, wire.ExecuteRequest, map[string]any{"code": "input", "allow_stdin": true})
	f.until(id, "input_request", func(ms []sentMessage) bool { return hasKind(ms, wire.InputRequest) })
	f.request(wire.Control, wire.InterruptRequest, map[string]any{}, nil)
	if ms := f.all(id); !hasKind(ms, wire.Error) {
		t.Errorf("got %v", kinds(ms))
	}
}

func TestLateOutputKeepsItsCell(t *testing.T) {
	f := newFront(t, nil)
	id := f.send(wire.Shell, wire.ExecuteRequest, code("late x"))
	f.all(id)
	f.run("print b")
	f.until(id, "late text", func(ms []sentMessage) bool { return text(ms, "stdout") == "x" })
}

func TestUserExpressions(t *testing.T) {
	f := newFront(t, nil)
	var r reply
	f.request(wire.Shell, wire.ExecuteRequest, map[string]any{"code": "", "user_expressions": map[string]string{"a": "1+1", "b": "bad"}}, &r)
	if r.Expressions["a"].Data["text/plain"] != "1+1" || r.Expressions["b"].Status != "error" {
		t.Errorf("expressions %+v", r.Expressions)
	}
}

func TestComms(t *testing.T) {
	f := newFront(t, nil)
	ms := f.request(wire.Shell, wire.CommOpen, map[string]any{"comm_id": "1", "target_name": "nowhere", "data": map[string]any{}}, nil)
	wantKinds(t, ms, "status:busy", "comm_close", "status:idle")
	f.request(wire.Shell, wire.CommOpen, map[string]any{"comm_id": "2", "target_name": "here", "data": map[string]any{"x": 1}}, nil)
	var info struct {
		Comms map[string]map[string]string
	}
	f.request(wire.Shell, wire.CommInfoRequest, map[string]any{}, &info)
	if len(info.Comms) != 1 || info.Comms["2"]["target_name"] != "here" {
		t.Errorf("comms %v", info.Comms)
	}
	f.request(wire.Shell, wire.CommMsg, map[string]any{"comm_id": "2", "data": map[string]any{"y": 2}}, nil)
	f.engine.mu.Lock()
	defer f.engine.mu.Unlock()
	if n := len(f.engine.comms); n != 3 || string(f.engine.comms[2].Data) != `{"y":2}` {
		t.Errorf("the engine got %+v", f.engine.comms)
	}
}

func TestShutdown(t *testing.T) {
	f := newFront(t, nil)
	loop := f.send(wire.Shell, wire.ExecuteRequest, code("loop"))
	queued := f.send(wire.Shell, wire.ExecuteRequest, code("print b"))
	f.until(loop, "execute_input", func(ms []sentMessage) bool { return hasKind(ms, wire.ExecuteInput) })
	time.Sleep(5 * time.Millisecond)
	ms := f.request(wire.Control, wire.ShutdownRequest, map[string]any{"restart": true}, nil)
	wantKinds(t, ms, "status:busy", "shutdown_reply", "shutdown_reply", "status:idle")
	<-f.done
	if !f.restart {
		t.Error("Run does not report the restart")
	}
	for _, id := range []string{loop, queued} {
		if ms := f.all(id); !hasKind(ms, wire.ExecuteReply) {
			t.Errorf("no reply to a cell: %v", kinds(ms))
		}
	}
}

func TestMalformedRequestsAreAnswered(t *testing.T) {
	f := newFront(t, nil)
	for _, msgType := range []string{wire.ExecuteRequest, wire.CompleteRequest, wire.InspectRequest, wire.IsCompleteRequest, wire.HistoryRequest, "no_such_request"} {
		var r reply
		f.request(wire.Shell, msgType, map[string]any{"code": 7, "n": "x"}, &r)
		if r.Status != "error" {
			t.Errorf("%s: %+v", msgType, r)
		}
	}
	f.request(wire.Shell, "no_such_message", map[string]any{}, nil)
}

func TestReflectedMessagesAreIgnored(t *testing.T) {
	f := newFront(t, nil)
	m := wire.New(f.s.wire, wire.ExecuteRequest, nil, code("print a"))
	m.RawHeader = wire.Marshal(m.Header)
	f.s.Receive(wire.Shell, "client", m)
	f.run("print b")
	if f.engine.mu.Lock(); len(f.engine.ran) != 1 {
		t.Errorf("ran %q", f.engine.ran)
	}
	f.engine.mu.Unlock()
}

func TestSubscribers(t *testing.T) {
	f := newFront(t, nil)
	told := func() (told []string) {
		for _, m := range f.s.Subscribed("") {
			told = append(told, m.Header.MsgType+" "+string(m.Content))
		}
		return told
	}
	const welcome, idle = `iopub_welcome {"subscription":""}`, `status {"execution_state":"idle"}`
	if got, want := told(), []string{welcome, `status {"execution_state":"starting"}`, idle}; !slices.Equal(got, want) {
		t.Errorf("the first subscriber is told %q", got)
	}
	if got, want := told(), []string{welcome, idle}; !slices.Equal(got, want) {
		t.Errorf("the second subscriber is told %q", got)
	}
	id := f.send(wire.Shell, wire.ExecuteRequest, code("loop"))
	f.until(id, "its input", func(ms []sentMessage) bool {
		return slices.ContainsFunc(ms, func(m sentMessage) bool { return m.Header.MsgType == wire.ExecuteInput })
	})
	if got, want := told(), []string{welcome, `status {"execution_state":"busy"}`}; !slices.Equal(got, want) {
		t.Errorf("a subscriber while a cell runs is told %q", got)
	}
	f.s.Interrupt()
	f.all(id)
}
