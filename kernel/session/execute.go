package session

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/wire"
)

// Interrupted is the error name by which an engine says that a cell was
// stopped by Interrupt.
const Interrupted = "Interrupted"

// grace is how long the reply to a failed cell is held back: requests that
// arrive until then were sent without knowing of the failure, and are aborted.
const grace = 5 * time.Millisecond

// execution is a cell that runs.
type execution struct {
	cell       string // engine.Cell.ID
	ctx        context.Context
	interrupt  context.CancelFunc // of ctx: no cell is too young to be interrupted
	parent     json.RawMessage
	from       Route
	allowStdin bool
	silent     bool
	count      int
	result     string // text of the last result, for the history
}

// executeLoop runs cells, one at a time.
func (s *Session) executeLoop() {
	for n := 1; ; n++ {
		r := s.next(&s.queue)
		if r == nil {
			return
		}
		s.execute(r, strconv.Itoa(n))
	}
}

func (s *Session) execute(r *request, id string) {
	s.hold(wire.Status, r.msg.RawHeader, statusContent{wire.StateBusy})
	var req wire.Execute
	if err := r.msg.Decode(&req); err != nil {
		s.reply(r, wire.ExecuteReply, nil, errorReply(s.countNow(), requestError(err)))
		s.status(r, wire.StateIdle)
		return
	}
	started := time.Now()
	store := !req.Silent && (req.StoreHistory == nil || *req.StoreHistory)
	blank := strings.TrimSpace(req.Code) == ""
	x := s.begin(r, id, &req, store && !blank)
	if !req.Silent {
		s.hold(wire.ExecuteInput, x.parent, map[string]any{"code": req.Code, "execution_count": x.count})
	}
	s.flushSoon()
	var outcome engine.Outcome
	if !blank || len(req.UserExpressions) > 0 {
		outcome = s.engine.Execute(x.ctx, engine.Cell{
			ID: id, Count: cellCount(x, &req), Code: req.Code, Silent: req.Silent,
			AllowStdin: req.AllowStdin, Evaluate: req.UserExpressions,
		})
	}
	x.interrupt() // it has ended: its context is of no more use
	s.lane.endCell(x)
	s.finish(r, x, &req, outcome, started)
	if store && !blank {
		s.opts.History.Add(x.count, req.Code, x.result)
	}
}

func cellCount(x *execution, req *wire.Execute) int {
	if req.Silent {
		return 0
	}
	return x.count
}

func (s *Session) begin(r *request, id string, req *wire.Execute, counts bool) *execution {
	s.mu.Lock()
	defer s.mu.Unlock()
	if counts {
		s.count++
	}
	x := &execution{
		cell: id, parent: r.msg.RawHeader, from: r.from,
		allowStdin: req.AllowStdin, silent: req.Silent, count: s.count,
	}
	x.ctx, x.interrupt = context.WithCancel(context.Background())
	s.current = x
	s.cells.add(id, x.parent)
	return x
}

// finish sends the error, the reply and idle, and aborts what must not run
// after a failure.
func (s *Session) finish(r *request, x *execution, req *wire.Execute, out engine.Outcome, started time.Time) {
	metadata := map[string]any{"started": wire.Timestamp(started), "dependencies_met": true, "engine": s.wire.ID, "status": wire.StatusOK}
	content := okReply(x.count, out)
	var aborted []*request
	if out.Err != nil {
		metadata["status"] = wire.StatusError
		content = errorReply(x.count, out.Err)
		if !req.Silent {
			s.publish(wire.Error, x.parent, content.ErrorContent)
		}
		if req.StopOnError == nil || *req.StopOnError || out.Err.Name == Interrupted {
			time.Sleep(grace)
			s.mu.Lock()
			aborted, s.queue = s.queue, nil
			s.mu.Unlock()
		}
	}
	s.last.Lock()
	s.mu.Lock()
	s.current = nil
	s.input = ""
	s.wake.Broadcast()
	s.mu.Unlock()
	s.last.Unlock()
	if s.holder != nil {
		s.soon.Stop() // idle takes along what is held
	}
	s.reply(r, wire.ExecuteReply, metadata, content)
	s.status(r, wire.StateIdle)
	for _, a := range aborted {
		s.abort(a)
	}
}

// abort answers an execute request that will not be run.
func (s *Session) abort(r *request) {
	s.status(r, wire.StateBusy)
	content := wire.ExecuteReplyContent{Status: wire.StatusAborted, ExecutionCount: s.countNow(),
		UserExpressions: map[string]json.RawMessage{}, Payload: []json.RawMessage{}}
	s.reply(r, wire.ExecuteReply, map[string]any{"status": wire.StatusAborted}, content)
	s.status(r, wire.StateIdle)
}

func (s *Session) countNow() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count
}

func okReply(count int, out engine.Outcome) wire.ExecuteReplyContent {
	c := wire.ExecuteReplyContent{
		Status:          wire.StatusOK,
		ExecutionCount:  count,
		UserExpressions: map[string]json.RawMessage{},
		Payload:         out.Payload,
	}
	if c.Payload == nil {
		c.Payload = []json.RawMessage{}
	}
	for name, d := range out.Evaluated {
		c.UserExpressions[name] = encode(map[string]any{
			"status": wire.StatusOK, "data": object(d.Data), "metadata": object(d.Metadata)})
	}
	for name, e := range out.Failed {
		c.UserExpressions[name] = encode(struct {
			Status string `json:"status"`
			wire.ErrorContent
		}{wire.StatusError, errorContent(&e)})
	}
	return c
}

func errorReply(count int, err *engine.Error) wire.ExecuteReplyContent {
	e := errorContent(err)
	return wire.ExecuteReplyContent{
		Status:          wire.StatusError,
		ExecutionCount:  count,
		UserExpressions: map[string]json.RawMessage{},
		Payload:         []json.RawMessage{},
		ErrorContent:    &e,
	}
}

func errorContent(err *engine.Error) wire.ErrorContent {
	c := wire.ErrorContent{Name: err.Name, Value: err.Value, Traceback: err.Traceback}
	if len(c.Traceback) == 0 {
		c.Traceback = []string{err.Error()}
	}
	return c
}

func requestError(err error) *engine.Error {
	return &engine.Error{Name: "malformed request", Value: err.Error()}
}

// encode is wire.Encode for values that a user made: what JSON cannot say is
// replaced by the reason.
func encode(v any) json.RawMessage {
	b, err := wire.Encode(v)
	if err != nil {
		return wire.Marshal(map[string]any{"status": wire.StatusError, "ename": "encoding error", "evalue": err.Error(), "traceback": []string{}})
	}
	return b
}

func object(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}
