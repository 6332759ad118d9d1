package display

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"gomdcsan/kernel/engine"
)

// Comm is a channel of messages between this process and a front-end's
// extension, such as ipywidgets.
type Comm struct {
	ID, Target string

	mu     sync.Mutex
	on     func(CommData)
	closed bool
}

// CommData is the content of a comm's message.
type CommData struct {
	Data    json.RawMessage
	Buffers [][]byte
}

// comms are the open channels of the process and who answers new ones; like
// the attached host they belong to the process, because the front-end names
// channels by ID only.
var comms = struct {
	sync.Mutex
	open    map[string]*Comm
	targets map[string]func(*Comm, CommData)
}{open: map[string]*Comm{}, targets: map[string]func(*Comm, CommData){}}

// ErrCommClosed is what sending on a closed Comm returns.
var ErrCommClosed = errors.New("display: the comm is closed")

// OpenComm opens a channel to the front-end's handler of target. Messages that
// come back are given to on, one after the other; it may be nil.
func OpenComm(target string, data, metadata any, buffers [][]byte, on func(CommData)) (*Comm, error) {
	c := &Comm{ID: newID(), Target: target, on: on}
	m, err := c.message(engine.CommOpen, data, metadata, buffers)
	if err != nil {
		return nil, err
	}
	comms.Lock()
	comms.open[c.ID] = c
	comms.Unlock()
	host().Emit(m)
	return c, nil
}

// HandleComm answers comms that the front-end opens for target; open sets
// their handler with OnMessage.
func HandleComm(target string, open func(*Comm, CommData)) {
	comms.Lock()
	defer comms.Unlock()
	comms.targets[target] = open
}

// OnMessage replaces the handler of the messages that come.
func (c *Comm) OnMessage(on func(CommData)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.on = on
}

// Send sends a message; data is any value that JSON takes.
func (c *Comm) Send(data any, buffers ...[]byte) error {
	return c.send(engine.CommMsg, data, buffers)
}

// Close closes the channel; data, which may be nil, is the last message.
func (c *Comm) Close(data any) error {
	err := c.send(engine.CommClose, data, nil)
	c.forget()
	return err
}

func (c *Comm) send(kind engine.Kind, data any, buffers [][]byte) error {
	c.mu.Lock()
	closed := c.closed
	c.mu.Unlock()
	if closed {
		return ErrCommClosed
	}
	m, err := c.message(kind, data, nil, buffers)
	if err != nil {
		return err
	}
	host().Emit(m)
	return nil
}

func (c *Comm) forget() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	comms.Lock()
	delete(comms.open, c.ID)
	comms.Unlock()
}

func (c *Comm) message(kind engine.Kind, data, metadata any, buffers [][]byte) (engine.Event, error) {
	object := func(v any) (json.RawMessage, error) {
		if v == nil {
			return json.RawMessage("{}"), nil
		}
		b, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("display: comm %s: %w", c.Target, err)
		}
		return b, nil
	}
	d, err := object(data)
	if err != nil {
		return engine.Event{}, err
	}
	m, err := object(metadata)
	if err != nil {
		return engine.Event{}, err
	}
	msg := &engine.CommMessage{Kind: kind, ID: c.ID, Data: d, Metadata: m, Buffers: buffers}
	if kind == engine.CommOpen {
		msg.Target = c.Target
	}
	return engine.Event{Kind: kind, Comm: msg}, nil
}

// Deliver hands a front-end's comm message to the Comm it is for, and returns
// when its handler has. The engine calls it; a comm for an unknown target is
// closed at once, as the protocol asks.
func Deliver(m engine.CommMessage) {
	data := CommData{Data: m.Data, Buffers: m.Buffers}
	comms.Lock()
	c, answer := comms.open[m.ID], comms.targets[m.Target]
	if m.Kind == engine.CommOpen && answer != nil {
		c = &Comm{ID: m.ID, Target: m.Target}
		comms.open[m.ID] = c
	}
	comms.Unlock()
	switch {
	case m.Kind == engine.CommOpen && answer != nil:
		answer(c, data)
	case m.Kind == engine.CommOpen:
		host().Emit(engine.Event{Kind: engine.CommClose,
			Comm: &engine.CommMessage{Kind: engine.CommClose, ID: m.ID, Data: json.RawMessage("{}")}})
	case c == nil: // of a session before this one
	case m.Kind == engine.CommClose:
		c.forget()
	case m.Kind == engine.CommMsg:
		c.mu.Lock()
		on := c.on
		c.mu.Unlock()
		if on != nil {
			on(data)
		}
	}
}
