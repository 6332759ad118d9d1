package session

import (
	"container/list"
	"encoding/json"

	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/wire"
)

// parents remembers which request each recent cell came from, so that late
// output finds its cell. Those are forgotten that were not asked for longest: a
// cell of which a goroutine goes on printing stays.
type parents struct {
	known  map[string]*list.Element // of recent, by cell
	recent list.List                // of parent, the latest in front
	last   json.RawMessage
}

type parent struct {
	cell   string
	header json.RawMessage
}

const rememberCells = 1024

func (p *parents) add(cell string, header json.RawMessage) {
	if p.known == nil {
		p.known = map[string]*list.Element{}
	}
	if e := p.known[cell]; e != nil {
		p.recent.Remove(e) // a client that says the same message again
	}
	p.known[cell] = p.recent.PushFront(parent{cell, header})
	p.last = header
	if p.recent.Len() > rememberCells {
		old := p.recent.Remove(p.recent.Back()).(parent)
		delete(p.known, old.cell)
	}
}

// of returns the header for a cell; for what belongs to none that is known it
// is the latest.
func (p *parents) of(cell string) (header json.RawMessage, known bool) {
	e := p.known[cell]
	if e == nil {
		return p.last, false
	}
	p.recent.MoveToFront(e)
	return e.Value.(parent).header, true
}

// parentOf returns the header of the request that a cell came from, and for
// what belongs to none that of the latest.
func (s *Session) parentOf(cell string) json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	header, _ := s.cells.of(cell)
	return header
}

// Emit implements engine.Sink.
func (s *Session) Emit(e engine.Event) {
	switch e.Kind {
	case engine.Stream:
		s.lane.print(e.Cell, e.Name, e.Text)
	case engine.Result:
		s.showResult(e)
	case engine.Show:
		s.lane.show(e.Cell, wire.DisplayData, displayContent(e))
	case engine.Update:
		s.lane.show(e.Cell, wire.UpdateDisplayData, displayContent(e))
	case engine.Clear:
		s.lane.show(e.Cell, wire.ClearOutput, map[string]bool{"wait": e.Wait})
	case engine.InputRequest:
		s.inputRequest(e)
	case engine.CommOpen, engine.CommMsg, engine.CommClose:
		s.commEvent(e)
	case engine.WorkerStarted:
		if e.Text != "" {
			s.lane.print(e.Cell, "stderr", e.Text+"\n")
		}
	default:
		s.opts.Logf("event of unknown kind %q", e.Kind)
	}
}

func displayContent(e engine.Event) wire.DisplayContent {
	c := wire.DisplayContent{Transient: &wire.Transient{DisplayID: e.DisplayID}}
	if e.Display != nil {
		c.Data, c.Metadata = e.Display.Data, e.Display.Metadata
	}
	c.Data, c.Metadata = object(c.Data), object(c.Metadata)
	return c
}

func (s *Session) showResult(e engine.Event) {
	c := displayContent(e)
	c.Transient = nil
	s.mu.Lock()
	silent := false
	if x := s.current; x != nil && x.cell == e.Cell {
		c.ExecutionCount = x.count
		silent = x.silent
		if text, ok := c.Data["text/plain"].(string); ok {
			x.result = text
		}
	}
	s.mu.Unlock()
	if !silent {
		s.lane.show(e.Cell, wire.ExecuteResult, c)
	}
}

// inputRequest asks the front-end that runs the cell.
func (s *Session) inputRequest(e engine.Event) {
	s.lane.flush()
	s.mu.Lock()
	x := s.current
	if x == nil || x.cell != e.Cell || !x.allowStdin {
		s.mu.Unlock()
		s.engine.Input(engine.InputReply{Closed: true})
		return
	}
	m := wire.New(s.wire, wire.InputRequest, x.parent, map[string]any{"prompt": e.Text, "password": e.Password})
	s.input = m.Header.MsgID
	s.mu.Unlock()
	s.port.Send(wire.Stdin, x.from, m)
}

// inputReply delivers what the user typed, if anyone still waits for it. Not
// every front-end names the request as parent.
func (s *Session) inputReply(m *wire.Message) {
	if m.Header.MsgType != wire.InputReply {
		return
	}
	var content struct {
		Value  string `json:"value"`
		Status string `json:"status"`
	}
	if err := m.Decode(&content); err != nil {
		s.opts.Logf("%v", err)
		return
	}
	s.mu.Lock()
	id := m.ParentID()
	wanted := s.input != "" && (id == "" || id == s.input)
	if wanted {
		s.input = ""
	}
	s.mu.Unlock()
	if wanted {
		s.engine.Input(engine.InputReply{Text: content.Value, Closed: content.Status == wire.StatusError})
	}
}
