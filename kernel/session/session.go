package session

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/wire"
)

// Route says where a request came from, in the words of the Port.
type Route any

// Port is where messages go out.
type Port interface {
	// Send sends a reply, or a request on stdin, to one client.
	Send(ch wire.Channel, to Route, m *wire.Message)
	// Publish sends to all who listen on iopub.
	Publish(topic string, m *wire.Message)
}

// Holder is a Port that can send several messages in one write.
type Holder interface {
	// Hold is Publish for a message that may wait for the next, or for Flush.
	Hold(topic string, m *wire.Message)
	Flush()
}

// Options configure a Session.
type Options struct {
	Port Port
	// Start starts what runs the cells; it is called once, on its own
	// goroutine, when Run begins. Until it returns, cells wait.
	Start func(engine.Sink) (engine.Engine, error)
	// Version is the implementation's version in kernel_info.
	Version string
	// Connection answers connect_request; the zero value is well.
	Connection wire.ConnectionInfo
	// Username stands in the headers of messages.
	Username string
	// History keeps what was executed; nil: in memory only.
	History *History
	// Rate limits what cells may show; the zero value is no limit.
	Rate Rate
	// Logf notes what nobody else is told; nil: nowhere.
	Logf func(format string, args ...any)
}

// Session is the state of one kernel.
type Session struct {
	opts   Options
	port   Port
	holder Holder      // the port, if it can
	soon   *time.Timer // flushes the holder
	engine *deferred
	wire   *wire.Session
	lane   *lane
	ctx    context.Context // of Run
	cancel context.CancelFunc
	wg     sync.WaitGroup
	limit  chan struct{} // bounds the requests that the engine is asked at once

	last sync.Mutex // held while a running cell's busy is repeated, and while it ends: busy is never the last

	mu       sync.Mutex
	wake     sync.Cond
	queue    []*request // execute requests that wait
	comms    []*request // comm messages that wait
	started  bool       // the starting status was published
	closing  bool       // the shutdown has begun
	ended    bool       // Run waits for the last goroutines
	restart  bool
	count    int
	current  *execution // the running cell
	cells    parents
	open     map[string]string          // comm id to target name
	commFrom map[string]json.RawMessage // comm id to the last request about it
	input    string                     // msg_id of the outstanding input_request
}

// request is a message with where it came from and where its reply goes.
type request struct {
	ch   wire.Channel
	from Route
	msg  *wire.Message
}

// New returns a session that answers requests; cells run once Run is called.
func New(opts Options) *Session {
	if opts.Username == "" {
		opts.Username = "kernel"
	}
	if opts.History == nil {
		opts.History = NewHistory("")
	}
	if opts.Logf == nil {
		opts.Logf = func(string, ...any) {}
	}
	s := &Session{
		opts:     opts,
		port:     opts.Port,
		engine:   newDeferred(),
		wire:     wire.NewSession(opts.Username),
		limit:    make(chan struct{}, 16),
		open:     map[string]string{},
		commFrom: map[string]json.RawMessage{},
	}
	if s.holder, _ = opts.Port.(Holder); s.holder != nil {
		s.soon = time.AfterFunc(time.Hour, s.holder.Flush)
		s.soon.Stop()
	}
	s.wake.L = &s.mu
	s.lane = newLane(s, opts.Rate)
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// Run starts the engine and serves until a shutdown_request or the end of ctx.
// It reports whether the shutdown asked for a restart. Afterwards the engine
// is closed and all messages have been handed to the Port.
func (s *Session) Run(ctx context.Context) (restart bool, err error) {
	stop := context.AfterFunc(ctx, func() { s.end(nil) })
	defer stop()
	s.spawn(s.executeLoop)
	s.spawn(s.commLoop)
	go s.engine.start(s, s.opts.Start) // a start that hangs must not keep the kernel; it closes what comes too late
	<-s.ctx.Done()
	s.mu.Lock()
	s.ended = true
	s.wake.Broadcast()
	s.mu.Unlock()
	s.wg.Wait()
	s.lane.close()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.restart, nil
}

// Receive takes a message that came in on a channel. It returns soon: what
// takes time goes on elsewhere. The caller's goroutine is the client's own.
func (s *Session) Receive(ch wire.Channel, from Route, m *wire.Message) {
	if m.Header.Session == s.wire.ID {
		return // our own words, sent back by someone who heard them on iopub
	}
	r := &request{ch: ch, from: from, msg: m}
	if ch == wire.Stdin {
		s.inputReply(m)
		return
	}
	switch m.Header.MsgType {
	case wire.ExecuteRequest:
		s.enqueue(&s.queue, r)
	case wire.CommOpen, wire.CommMsg, wire.CommClose:
		s.enqueue(&s.comms, r)
	case wire.CompleteRequest, wire.InspectRequest, wire.IsCompleteRequest:
		s.ask(r)
	case wire.ShutdownRequest:
		s.end(r)
	default:
		s.answer(r, s.replyTo)
	}
}

// enqueue hands a request to one of the loops.
func (s *Session) enqueue(queue *[]*request, r *request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*queue = append(*queue, r)
	s.wake.Broadcast()
}

// next takes the first of a queue, waiting for one; nil: the session ends.
func (s *Session) next(queue *[]*request) *request {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(*queue) == 0 && s.ctx.Err() == nil {
		s.wake.Wait()
	}
	if s.ctx.Err() != nil {
		return nil
	}
	r := (*queue)[0]
	(*queue)[0] = nil
	*queue = (*queue)[1:]
	return r
}

// ask answers a question about code on a goroutine of its own.
func (s *Session) ask(r *request) {
	select {
	case s.limit <- struct{}{}:
	case <-s.ctx.Done():
		return
	}
	s.spawn(func() {
		defer func() { <-s.limit }()
		s.answer(r, s.replyTo)
	})
}

// spawn runs f on a goroutine that Run waits for, unless Run is past that.
func (s *Session) spawn(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended {
		s.wg.Go(f)
	}
}

// end begins the shutdown, once.
func (s *Session) end(r *request) {
	s.mu.Lock()
	first := !s.closing
	s.closing = true
	s.mu.Unlock()
	if first {
		s.spawn(func() { s.shutdown(r) }) // it waits for the running cell
	}
}

// answer brackets a request that is not executed: busy, reply, idle.
func (s *Session) answer(r *request, reply func(*request) (msgType string, content any)) {
	s.status(r, wire.StateBusy)
	if msgType, content := reply(r); msgType != "" {
		s.reply(r, msgType, nil, content)
	}
	s.status(r, wire.StateIdle)
	s.last.Lock()
	defer s.last.Unlock()
	if x := s.running(); x != nil {
		s.publish(wire.Status, x.parent, statusContent{wire.StateBusy})
	}
}

func (s *Session) running() *execution {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current
}

type statusContent struct {
	ExecutionState string `json:"execution_state"`
}

func (s *Session) status(r *request, state string) {
	s.publish(wire.Status, r.msg.RawHeader, statusContent{state})
}

// publish sends on iopub at once; what cells show goes through the lane.
func (s *Session) publish(msgType string, parent json.RawMessage, content any) {
	s.port.Publish(s.topic(msgType), wire.New(s.wire, msgType, parent, content))
}

// hold publishes a message that another will probably follow at once;
// flushSoon is to be called after the last that is held.
func (s *Session) hold(msgType string, parent json.RawMessage, content any) {
	if s.holder == nil {
		s.publish(msgType, parent, content)
		return
	}
	s.holder.Hold(s.topic(msgType), wire.New(s.wire, msgType, parent, content))
}

// holdFor is how long the first messages of a cell wait for its last: those of
// a quick cell leave in one write, after its reply, when the front-end has
// nothing else to do than to read them.
const holdFor = 2 * time.Millisecond

// flushSoon sends what is held at the latest after holdFor.
func (s *Session) flushSoon() {
	if s.holder != nil {
		s.soon.Reset(holdFor)
	}
}

func (s *Session) topic(msgType string) string { return "kernel." + s.wire.ID + "." + msgType }

func (s *Session) reply(r *request, msgType string, metadata any, content any) {
	m := wire.New(s.wire, msgType, r.msg.RawHeader, content)
	if metadata != nil {
		m.Metadata = wire.Marshal(metadata)
	}
	s.port.Send(r.ch, r.from, m)
}

// Subscribed returns what a new subscriber is told first: that it is heard,
// once in the kernel's life that the kernel is starting, and whether it is busy.
// JupyterLab, which connects again to a kernel that it has restarted, takes no
// notice of the idle after a kernel_info_request, and would not know until the
// first cell.
func (s *Session) Subscribed(topic string) []*wire.Message {
	messages := []*wire.Message{wire.New(s.wire, wire.IOPubWelcome, nil, map[string]string{"subscription": topic})}
	status := func(state string) {
		messages = append(messages, wire.New(s.wire, wire.Status, nil, statusContent{state}))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.started {
		s.started = true
		status(wire.StateStarting)
	}
	if s.current != nil {
		status(wire.StateBusy)
	} else {
		status(wire.StateIdle)
	}
	return messages
}

// shutdown ends the session; r is the request for it, or nil.
func (s *Session) shutdown(r *request) {
	var content struct {
		Restart bool `json:"restart"`
	}
	if r != nil {
		s.status(r, wire.StateBusy)
		if err := r.msg.Decode(&content); err != nil {
			s.opts.Logf("%v", err)
		}
	}
	s.mu.Lock()
	s.restart = content.Restart
	waiting := s.queue
	s.queue = nil
	s.mu.Unlock()
	for _, w := range waiting {
		s.abort(w)
	}
	s.Interrupt()
	s.awaitIdle(300 * time.Millisecond)
	s.engine.close(2 * time.Second)
	s.lane.flush()
	if r != nil {
		reply := map[string]any{"status": wire.StatusOK, "restart": content.Restart}
		s.publish(wire.ShutdownReply, r.msg.RawHeader, reply)
		s.reply(r, wire.ShutdownReply, nil, reply)
		s.status(r, wire.StateIdle)
	}
	s.cancel()
}

// awaitIdle waits until no cell runs, at most so long.
func (s *Session) awaitIdle(most time.Duration) {
	deadline := time.Now().Add(most)
	timer := time.AfterFunc(most, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.wake.Broadcast()
	})
	defer timer.Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.current != nil && time.Now().Before(deadline) {
		s.wake.Wait()
	}
}

// Interrupt stops the running cell, as an interrupt_request does.
func (s *Session) Interrupt() {
	s.mu.Lock()
	running := s.current
	waiting := s.input != ""
	s.input = ""
	s.mu.Unlock()
	if running == nil {
		return
	}
	s.lane.interrupt(running.cell)
	running.interrupt()
	s.engine.Interrupt() // a second time it insists
	if waiting {
		s.engine.Input(engine.InputReply{Closed: true})
	}
}
