package kerneltest

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"gomdcsan/kernel/wire"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"
)

// Client is a front-end of a running kernel.
type Client struct {
	t       testing.TB
	info    wire.ConnectionInfo
	codec   *wire.Codec
	session *wire.Session
	conns   map[wire.Channel]*zmq4.Conn
	sending sync.Mutex

	mu   sync.Mutex
	got  map[string][]Received // by the msg_id of the parent
	wake chan struct{}
	err  error // why nothing comes any more
}

// Received is a message with the channel on which it came.
type Received struct {
	Channel wire.Channel
	*wire.Message
}

// Connect connects to the kernel at info and waits until iopub is heard.
func Connect(t testing.TB, info wire.ConnectionInfo) *Client {
	t.Helper()
	codec, err := wire.NewCodec(info.SignatureScheme, info.Key)
	if err != nil {
		t.Fatal(err)
	}
	c := &Client{
		t: t, info: info, codec: codec, session: wire.NewSession("kerneltest"),
		conns: map[wire.Channel]*zmq4.Conn{}, got: map[string][]Received{}, wake: make(chan struct{}),
	}
	for ch, kind := range map[wire.Channel]zmq4.SocketType{
		wire.Shell: zmq4.Dealer, wire.Control: zmq4.Dealer, wire.Stdin: zmq4.Dealer, wire.IOPub: zmq4.Sub,
	} {
		conn, err := dial(info, ch, kind, c.session.ID)
		if err != nil {
			t.Fatalf("%s: %v", ch, err)
		}
		c.conns[ch] = conn
		t.Cleanup(func() { conn.Close() })
		go c.read(ch, conn)
	}
	if err := c.conns[wire.IOPub].SendMsg(zmq4.NewMsg([]byte{1})); err != nil {
		t.Fatal(err)
	}
	c.Until("", "iopub_welcome", func(ms []Received) bool { return Has(ms, wire.IOPubWelcome) })
	return c
}

// dial connects to a channel, waiting for the kernel to listen.
func dial(info wire.ConnectionInfo, ch wire.Channel, kind zmq4.SocketType, id string) (*zmq4.Conn, error) {
	var conn net.Conn
	var err error
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		network, address := info.Address(ch)
		if conn, err = net.Dial(network, address); err == nil {
			return zmq4.Open(conn, null.Security(), kind, zmq4.SocketIdentity(id), false, nil)
		}
	}
	return nil, err
}

func (c *Client) read(ch wire.Channel, conn *zmq4.Conn) {
	for {
		m, err := conn.RecvMsg()
		if err != nil {
			c.note(nil, fmt.Errorf("%s: %w", ch, err))
			return
		}
		msg, err := c.codec.Decode(m.Frames)
		if err != nil {
			c.note(nil, fmt.Errorf("%s: %w", ch, err))
			return
		}
		c.note(&Received{ch, msg}, nil)
	}
}

func (c *Client) note(m *Received, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m != nil {
		id := m.ParentID()
		c.got[id] = append(c.got[id], *m)
	} else if c.err == nil {
		c.err = err
	}
	close(c.wake)
	c.wake = make(chan struct{})
}

// Send sends a message and returns its id.
func (c *Client) Send(ch wire.Channel, msgType string, content any) string {
	c.t.Helper()
	m := wire.New(c.session, msgType, nil, content)
	c.sending.Lock()
	defer c.sending.Unlock()
	if err := c.conns[ch].SendMsg(zmq4.NewMsgFrom(c.codec.Encode(m)...)); err != nil {
		c.t.Fatalf("send %s: %v", msgType, err)
	}
	return m.Header.MsgID
}

// Close disconnects.
func (c *Client) Close() {
	for _, conn := range c.conns {
		conn.Close()
	}
}

// patience is how long a test waits for what must come.
const patience = 60 * time.Second

// Until waits until ok holds for the messages whose parent is the request id.
func (c *Client) Until(id, what string, ok func([]Received) bool) []Received {
	c.t.Helper()
	ms, err := c.Wait(id, patience, ok)
	if err != nil {
		c.t.Fatalf("no %s: %v; got %v", what, err, Kinds(ms))
	}
	return ms
}

var errTimeout = errors.New("timeout")

// Wait is Until with an error in place of a failure.
func (c *Client) Wait(id string, most time.Duration, ok func([]Received) bool) ([]Received, error) {
	timer := time.NewTimer(most)
	defer timer.Stop()
	ending := false
	for {
		c.mu.Lock()
		ms, wake, err := c.got[id], c.wake, c.err
		c.mu.Unlock()
		if ok(ms) {
			return ms, nil
		}
		if err != nil && !ending {
			ending = true
			timer.Reset(time.Second) // the other channels may still have something
		}
		select {
		case <-wake:
		case <-timer.C:
			return ms, cmp.Or(err, errTimeout)
		}
	}
}

// Forget drops what was received for a request, so that long tests stay small.
func (c *Client) Forget(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.got, id)
}

// Result is what came of a request.
type Result struct {
	ID       string
	Reply    Reply
	Messages []Received
}

// Reply holds what tests look at in replies.
type Reply struct {
	Status         string          `json:"status"`
	ExecutionCount int             `json:"execution_count"`
	Name           string          `json:"ename"`
	Value          string          `json:"evalue"`
	Traceback      []string        `json:"traceback"`
	Content        json.RawMessage `json:"-"`
}

func (r Reply) String() string {
	return fmt.Sprintf("%s [%d] %s: %s", r.Status, r.ExecutionCount, r.Name, r.Value)
}

// Done waits for the reply and the idle of a request.
func (c *Client) Done(id string) Result {
	c.t.Helper()
	r := Result{ID: id}
	r.Messages = c.Until(id, "reply and idle", finished)
	for _, m := range r.Messages {
		if m.Channel == wire.Shell || m.Channel == wire.Control {
			r.Reply.Content = m.Content
			if err := json.Unmarshal(m.Content, &r.Reply); err != nil {
				c.t.Fatal(err)
			}
		}
	}
	return r
}

func finished(ms []Received) bool {
	replied := false
	for _, m := range ms {
		replied = replied || m.Channel == wire.Shell || m.Channel == wire.Control
	}
	return replied && Has(ms, "status:idle")
}

// Request sends a request and waits for its end.
func (c *Client) Request(ch wire.Channel, msgType string, content any) Result {
	c.t.Helper()
	return c.Done(c.Send(ch, msgType, content))
}

// Execute runs a cell.
func (c *Client) Execute(code string) Result {
	c.t.Helper()
	return c.Request(wire.Shell, wire.ExecuteRequest, map[string]any{"code": code})
}

// Start sends a cell and returns when it runs.
func (c *Client) Start(code string) (id string) {
	c.t.Helper()
	id = c.Send(wire.Shell, wire.ExecuteRequest, map[string]any{"code": code})
	c.Until(id, "execute_input", func(ms []Received) bool { return Has(ms, wire.ExecuteInput) })
	return id
}

// Kinds names messages by their types, a status with its state.
func Kinds(ms []Received) []string {
	var kinds []string
	for _, m := range ms {
		kind := m.Header.MsgType
		if kind == wire.Status {
			var s struct {
				State string `json:"execution_state"`
			}
			m.Decode(&s)
			kind += ":" + s.State
		}
		kinds = append(kinds, kind)
	}
	return kinds
}

// Has reports whether there is a message of a kind.
func Has(ms []Received, kind string) bool {
	for i := range ms {
		if Kinds(ms[i : i+1])[0] == kind {
			return true
		}
	}
	return false
}

// Text returns what was printed on stdout or stderr.
func (r Result) Text(name string) string {
	var b strings.Builder
	for _, m := range r.Messages {
		var s wire.StreamContent
		if m.Header.MsgType == wire.Stream && m.Decode(&s) == nil && s.Name == name {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

// Value returns the text of the result that was shown, "" without one.
func (r Result) Value() string {
	for _, m := range r.Messages {
		var d wire.DisplayContent
		if m.Header.MsgType == wire.ExecuteResult && m.Decode(&d) == nil {
			s, _ := d.Data["text/plain"].(string)
			return s
		}
	}
	return ""
}
