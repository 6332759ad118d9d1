package session

import (
	"encoding/json"

	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/wire"
)

// commLoop delivers front-ends' comm messages, in order.
func (s *Session) commLoop() {
	for {
		r := s.next(&s.comms)
		if r == nil {
			return
		}
		s.answer(r, s.deliverComm)
	}
}

func (s *Session) deliverComm(r *request) (string, any) {
	var c wire.Comm
	if err := r.msg.Decode(&c); err != nil {
		s.opts.Logf("%v", err)
		return "", nil
	}
	kind := engine.Kind(r.msg.Header.MsgType)
	s.mu.Lock()
	switch kind {
	case engine.CommOpen:
		s.open[c.ID] = c.Target
		s.commFrom[c.ID] = r.msg.RawHeader
	case engine.CommClose:
		delete(s.open, c.ID)
		delete(s.commFrom, c.ID)
	default:
		if _, ok := s.open[c.ID]; ok {
			s.commFrom[c.ID] = r.msg.RawHeader
		}
	}
	s.mu.Unlock()
	s.engine.Comm(engine.CommMessage{
		Kind: kind, ID: c.ID, Target: c.Target,
		Data: c.Data, Metadata: r.msg.Metadata, Buffers: r.msg.Buffers,
	})
	s.lane.flush() // what the message's handler printed comes before idle
	return "", nil
}

// commEvent publishes a comm message of the kernel's side.
func (s *Session) commEvent(e engine.Event) {
	if e.Comm == nil {
		return
	}
	s.mu.Lock()
	parent, known := s.cells.of(e.Cell)
	if !known {
		parent = s.commFrom[e.Comm.ID]
	}
	switch e.Kind {
	case engine.CommOpen:
		s.open[e.Comm.ID] = e.Comm.Target
	case engine.CommClose:
		delete(s.open, e.Comm.ID)
		delete(s.commFrom, e.Comm.ID)
	}
	s.mu.Unlock()
	data := e.Comm.Data
	if len(data) == 0 {
		data = json.RawMessage("{}")
	}
	m := wire.New(s.wire, string(e.Kind), parent, wire.Comm{ID: e.Comm.ID, Target: e.Comm.Target, Data: data})
	m.Metadata = e.Comm.Metadata
	m.Buffers = e.Comm.Buffers
	s.lane.flush()
	s.port.Publish(s.topic(string(e.Kind)), m)
}

func (s *Session) commInfo(r *request) (string, any) {
	var want struct {
		Target string `json:"target_name"`
	}
	if err := r.msg.Decode(&want); err != nil {
		return wire.CommInfoReply, failed(err)
	}
	type target struct {
		Name string `json:"target_name"`
	}
	comms := map[string]target{}
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, name := range s.open {
		if want.Target == "" || want.Target == name {
			comms[id] = target{name}
		}
	}
	return wire.CommInfoReply, map[string]any{"status": wire.StatusOK, "comms": comms}
}
