package display

import (
	"encoding/json"
	"errors"
	"testing"

	"gomdcsan/kernel/engine"
)

func TestCommBothWays(t *testing.T) {
	r := record(t)
	var got string
	c, err := OpenComm("test.target", map[string]int{"a": 1}, nil, nil, func(d CommData) { got = string(d.Data) })
	if err != nil {
		t.Fatal(err)
	}
	if m := r.events[0].Comm; m.Kind != engine.CommOpen || m.Target != "test.target" || string(m.Data) != `{"a":1}` || string(m.Metadata) != "{}" {
		t.Errorf("open: %+v", m)
	}
	Deliver(engine.CommMessage{Kind: engine.CommMsg, ID: c.ID, Data: json.RawMessage(`{"x":2}`)})
	if got != `{"x":2}` {
		t.Errorf("handler got %q", got)
	}
	if err := c.Send([]int{1}, []byte("buffer")); err != nil {
		t.Fatal(err)
	}
	if m := r.events[1].Comm; m.Kind != engine.CommMsg || m.ID != c.ID || string(m.Buffers[0]) != "buffer" {
		t.Errorf("message: %+v", m)
	}
	Deliver(engine.CommMessage{Kind: engine.CommClose, ID: c.ID})
	if err := c.Send(1); !errors.Is(err, ErrCommClosed) {
		t.Errorf("send on a closed comm: %v", err)
	}
	if _, err := OpenComm("t", make(chan int), nil, nil, nil); err == nil {
		t.Error("a channel as data is not refused")
	}
}

func TestCommOpenedByFrontEnd(t *testing.T) {
	r := record(t)
	Deliver(engine.CommMessage{Kind: engine.CommOpen, ID: "1", Target: "nobody"})
	if m := r.events[0].Comm; m.Kind != engine.CommClose || m.ID != "1" {
		t.Errorf("unknown target: %+v", m)
	}
	echo := ""
	HandleComm("echo", func(c *Comm, d CommData) { c.OnMessage(func(d CommData) { echo = string(d.Data) }) })
	Deliver(engine.CommMessage{Kind: engine.CommOpen, ID: "2", Target: "echo"})
	Deliver(engine.CommMessage{Kind: engine.CommMsg, ID: "2", Data: json.RawMessage("3")})
	Deliver(engine.CommMessage{Kind: engine.CommMsg, ID: "unknown", Data: json.RawMessage("4")})
	if echo != "3" || len(r.events) != 1 {
		t.Errorf("echo %q, %d events", echo, len(r.events))
	}
}
