package display

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"testing"

	"gomdcsan/kernel/engine"
)

func onTerminal(t *testing.T, typed string) *bytes.Buffer {
	var out bytes.Buffer
	t.Cleanup(Attach(&terminal{out: &out, in: bufio.NewReader(strings.NewReader(typed)), fd: -1}))
	return &out
}

func TestTerminalShowsText(t *testing.T) {
	out := onTerminal(t, "")
	h := Show("a", HTML("<b>b</b>"))
	h.Update(1, 2)
	host().Emit(engine.Event{Kind: engine.Stream, Name: "stdout", Text: "stream\n"})
	ClearOutput(false)
	if got := out.String(); got != "\"a\"\nb\n1\n2\nstream\n" {
		t.Errorf("%q", got)
	}
}

func TestTerminalAsks(t *testing.T) {
	out := onTerminal(t, "Ada\r\nsecret\nlast")
	name, err := Input("name? ")
	if name != "Ada" || err != nil {
		t.Errorf("%q, %v", name, err)
	}
	if s, err := Password("password? "); s != "secret" || err != nil { // no terminal: typed in the open
		t.Errorf("%q, %v", s, err)
	}
	if s, err := Input(""); s != "last" || err != nil {
		t.Errorf("a last line without its end: %q, %v", s, err)
	}
	if _, err := Input(""); err == nil || !strings.Contains(err.Error(), io.EOF.Error()) {
		t.Errorf("at the end: %v", err)
	}
	if out.String() != "name? password? " {
		t.Errorf("%q", out)
	}
}

// A terminal cannot redraw: a live figure is described once, at its end.
func TestLiveOnTerminal(t *testing.T) {
	out := onTerminal(t, "")
	n := 0
	f := Live(func() any { n++; return n })
	for range 10 {
		f.Redraw()
	}
	if out.Len() > 0 {
		t.Errorf("drawn while it changes: %q", out)
	}
	f.Close()
	if out.String() != "1\n" {
		t.Errorf("%q", out)
	}
}

func TestWidgetOnTerminal(t *testing.T) {
	out := onTerminal(t, "")
	i := Slider("I", 0, 1, 0.1, 0.3)
	Show(Interact(func() any { return i.Float() * 2 }, i))
	if out.String() != "I: 0.3\n0.6\n" {
		t.Errorf("%q", out)
	}
	if i.comm != nil {
		t.Error("a comm is open although nobody hears it")
	}
}
