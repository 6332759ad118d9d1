package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"

	"gomdcsan/kernel/session"
	"gomdcsan/kernel/wire"

	"golang.org/x/term"
)

// terminal is the front-end of the prompt: text goes to standard output and
// error, what is displayed is shown as its plain text.
type terminal struct {
	out, err *os.File
	in       *os.File
	session  *session.Session
	client   wire.Session
	reader   *bufio.Reader

	mu    sync.Mutex
	reply wire.ExecuteReplyContent
	idle  chan struct{}
	shown shown
}

// shown is the display that was shown last, if nothing came after it: its
// update may take its place.
type shown struct {
	id    string
	lines int
}

func (t *terminal) execute(code string) error {
	request := wire.New(&t.client, wire.ExecuteRequest, nil, map[string]any{"code": code, "allow_stdin": true})
	request.RawHeader = wire.Marshal(request.Header)
	t.mu.Lock()
	t.idle = make(chan struct{})
	idle := t.idle
	t.reply = wire.ExecuteReplyContent{ErrorContent: &wire.ErrorContent{}}
	t.mu.Unlock()
	t.session.Receive(wire.Shell, nil, request)
	<-idle
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.reply.Status == wire.StatusOK {
		t.pages(t.reply.Payload)
		return nil
	}
	if len(t.reply.Traceback) == 0 {
		return errors.New(t.reply.Name + ": " + t.reply.Value)
	}
	return errors.New(plainUnless(term.IsTerminal(int(t.err.Fd())), strings.Join(t.reply.Traceback, "\n")))
}

// pages prints what other front-ends show in a pager, or put into the next cell.
func (t *terminal) pages(payload []json.RawMessage) {
	for _, p := range payload {
		var c struct {
			Text string         `json:"text"`
			Data map[string]any `json:"data"`
		}
		if json.Unmarshal(p, &c) != nil {
			continue
		}
		if text, ok := c.Data["text/plain"].(string); ok {
			c.Text = text
		}
		fmt.Fprintln(t.out, strings.TrimRight(plainUnless(term.IsTerminal(int(t.out.Fd())), c.Text), "\n"))
	}
}

// Send implements session.Port.
func (t *terminal) Send(ch wire.Channel, to session.Route, m *wire.Message) {
	switch m.Header.MsgType {
	case wire.ExecuteReply:
		t.mu.Lock()
		defer t.mu.Unlock()
		json.Unmarshal(m.Content, &t.reply)
	case wire.InputRequest:
		var c struct {
			Prompt   string `json:"prompt"`
			Password bool   `json:"password"`
		}
		m.Decode(&c)
		go t.input(c.Prompt, c.Password, m.Header)
	}
}

// input answers a prompt from standard input.
func (t *terminal) input(prompt string, password bool, asked wire.Header) {
	fmt.Fprint(t.out, prompt)
	line, err := t.readLine(password)
	content := map[string]any{"value": line, "status": wire.StatusOK}
	if err != nil && line == "" {
		content["status"] = wire.StatusError
	}
	t.session.Receive(wire.Stdin, nil, wire.New(&t.client, wire.InputReply, wire.Marshal(asked), content))
}

func (t *terminal) readLine(password bool) (string, error) {
	if password && term.IsTerminal(int(t.in.Fd())) {
		b, err := term.ReadPassword(int(t.in.Fd()))
		fmt.Fprintln(t.out)
		return string(b), err
	}
	if t.reader == nil {
		t.reader = bufio.NewReader(t.in)
	}
	line, err := t.reader.ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err
}

// Publish implements session.Port.
func (t *terminal) Publish(_ string, m *wire.Message) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch m.Header.MsgType {
	case wire.Stream:
		var c wire.StreamContent
		m.Decode(&c)
		w := t.out
		if c.Name == "stderr" {
			w = t.err
		}
		io.WriteString(w, c.Text)
		t.shown = shown{}
	case wire.DisplayData, wire.UpdateDisplayData, wire.ExecuteResult:
		t.show(m)
	case wire.Status:
		if strings.Contains(string(m.Content), wire.StateIdle) && t.idle != nil {
			close(t.idle)
			t.idle = nil
		}
	}
}

// show prints the plain text of a display. On a terminal an update takes the
// place of what it updates while that is the last thing shown; elsewhere only
// the first state is printed.
func (t *terminal) show(m *wire.Message) {
	var c wire.DisplayContent
	if m.Decode(&c) != nil {
		return
	}
	text, _ := c.Data["text/plain"].(string)
	if text == "" {
		return
	}
	id := ""
	if c.Transient != nil {
		id = c.Transient.DisplayID
	}
	tty := term.IsTerminal(int(t.out.Fd()))
	text = strings.TrimRight(plainUnless(tty, text), "\n") + "\n"
	if m.Header.MsgType == wire.UpdateDisplayData {
		if !tty || id == "" || t.shown.id != id {
			return
		}
		fmt.Fprintf(t.out, "\x1b[%dA\x1b[J", t.shown.lines)
	}
	io.WriteString(t.out, text)
	t.shown = shown{id, strings.Count(text, "\n")}
}

var ansi = regexp.MustCompile("\x1b\\[[0-9;]*m")

// plainUnless removes colours where there is no terminal to show them.
func plainUnless(terminal bool, s string) string {
	if terminal {
		return s
	}
	return ansi.ReplaceAllString(s, "")
}
