package transport

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"

	"gomdcsan/kernel/wire"
)

// listenAll is a kernel that answers every message with one of its own.
func listenAll(t testing.TB) (*Kernel, wire.ConnectionInfo, *wire.Codec, *wire.Session) {
	t.Helper()
	info, err := wire.NewConnection()
	if err != nil {
		t.Fatal(err)
	}
	codec, err := wire.NewCodec(info.SignatureScheme, info.Key)
	if err != nil {
		t.Fatal(err)
	}
	own := wire.NewSession("kernel")
	var k *Kernel
	ready := make(chan bool)
	k, err = Listen(info, codec, Handlers{
		Message: func(ch wire.Channel, from *Route, m *wire.Message) {
			<-ready
			if m.Header.MsgType == wire.ExecuteRequest { // it asks for input
				k.Send(wire.Stdin, from, wire.New(own, wire.InputRequest, m.RawHeader, map[string]any{"prompt": "name?"}))
				return
			}
			k.Send(ch, from, wire.New(own, wire.KernelInfoReply, m.RawHeader, map[string]any{}))
		},
	}, DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	close(ready)
	t.Cleanup(func() { k.Close(0) })
	return k, info, codec, own
}

func to(t testing.TB, info wire.ConnectionInfo, ch wire.Channel, kind zmq4.SocketType, id string) *client {
	t.Helper()
	_, address := info.Address(ch)
	return dial(t, address, kind, id)
}

func texts(frames [][]byte) (s []string) {
	for _, f := range frames {
		s = append(s, string(f))
	}
	return s
}

// Nobody can show the key on iopub, so that topics are bounded for everybody.
func TestTopicsAreBounded(t *testing.T) {
	k, info, _, _ := listenAll(t)
	c := to(t, info, wire.IOPub, zmq4.Sub, "")
	c.Write(frame(0, 100<<20))
	if _, _, err := c.readFrame(10 * time.Second); err == nil || isTimeout(err) {
		t.Errorf("a topic of 100 MB did not end the connection: %v", err)
	}
	c = to(t, info, wire.IOPub, zmq4.Sub, "")
	for i := range 200 {
		c.send(t, fmt.Sprintf("\x01%03d", i)+strings.Repeat("t", 3<<10))
	}
	c.send(t, "\x01short")
	s := k.sockets[wire.IOPub]
	state := func() (short bool, topics int, bytes int64) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.peers) == 0 {
			return false, 0, 0
		}
		p := s.peers[len(s.peers)-1]
		short = p.subscribed("short")
		p.mu.Lock()
		defer p.mu.Unlock()
		return short, len(p.topics), p.named
	}
	waitFor(t, "the last subscription", func() bool { short, _, _ := state(); return short })
	if _, n, bytes := state(); bytes > DefaultLimits().TopicBytes || n < 10 {
		t.Errorf("%d topics of %d bytes", n, bytes)
	}
	for i := range 200 { // what was given up does not count
		c.send(t, fmt.Sprintf("\x00%03d", i)+strings.Repeat("t", 3<<10))
	}
	c.send(t, "\x00short")
	waitFor(t, "the end of all subscriptions", func() bool { _, n, bytes := state(); return n == 0 && bytes == 0 })
}

// An input request goes to the front-end that asked, whoever else bears its
// name, and whether the thief came before it or later.
func TestStolenIdentityGetsNothing(t *testing.T) {
	_, info, codec, _ := listenAll(t)
	early := to(t, info, wire.Stdin, zmq4.Dealer, "me")
	time.Sleep(50 * time.Millisecond)
	shell := to(t, info, wire.Shell, zmq4.Dealer, "me")
	stdin := to(t, info, wire.Stdin, zmq4.Dealer, "me")
	shell.send(t, texts(codec.Encode(wire.New(wire.NewSession("u"), wire.KernelInfoRequest, nil, struct{}{})))...)
	if _, err := shell.recv(5 * time.Second); err != nil {
		t.Fatal(err)
	}
	time.Sleep(50 * time.Millisecond)
	late := to(t, info, wire.Stdin, zmq4.Dealer, "me")
	shell.send(t, texts(codec.Encode(wire.New(wire.NewSession("u"), wire.ExecuteRequest, nil, struct{}{})))...)
	if m, err := stdin.recv(5 * time.Second); err != nil || !strings.Contains(strings.Join(m, " "), "name?") {
		t.Errorf("the front-end got %q, %v", m, err)
	}
	for name, thief := range map[string]*client{"early": early, "late": late} {
		if m, err := thief.recv(100 * time.Millisecond); err == nil {
			t.Errorf("the %s thief got %q", name, m)
		}
	}
}

// A reply whose connection has gone is not for a stranger of its name.
func TestReplyIsNotForAStranger(t *testing.T) {
	k, info, codec, own := listenAll(t)
	gone := &Route{peer: &peer{guard: &guard{since: time.Now()}}, id: "me"}
	thief := to(t, info, wire.Shell, zmq4.Dealer, "me")
	k.Send(wire.Shell, gone, wire.New(own, wire.ExecuteReply, nil, map[string]any{}))
	if m, err := thief.recv(100 * time.Millisecond); err == nil {
		t.Errorf("the thief got %q", m)
	}
	back := to(t, info, wire.Shell, zmq4.Dealer, "me")
	back.send(t, texts(codec.Encode(wire.New(wire.NewSession("u"), wire.KernelInfoRequest, nil, struct{}{})))...)
	if _, err := back.recv(5 * time.Second); err != nil {
		t.Fatal(err)
	}
	k.Send(wire.Shell, gone, wire.New(own, wire.ExecuteReply, nil, map[string]any{}))
	if _, err := back.recv(5 * time.Second); err != nil {
		t.Errorf("who came back got nothing: %v", err)
	}
}

// What can be heard on iopub, and what another connection said, proves nothing.
func TestReplayGivesNoTrust(t *testing.T) {
	k, info, codec, own := listenAll(t)
	heard := to(t, info, wire.IOPub, zmq4.Sub, "")
	heard.send(t, "\x01")
	s := k.sockets[wire.IOPub]
	waitFor(t, "the subscription", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.peers) == 1 && s.peers[0].subscribed("")
	})
	before := wire.NewSession("the kernel before this one")
	request := codec.Encode(wire.New(wire.NewSession("u"), wire.KernelInfoRequest, nil, struct{}{}))
	for name, say := range map[string]func() []string{
		"a status": func() []string {
			k.Publish("status", wire.New(own, wire.Status, nil, map[string]any{}))
			m, err := heard.recv(5 * time.Second)
			if err != nil {
				t.Fatal(err)
			}
			return m[1:]
		},
		"a comm message": func() []string {
			k.Publish("comm", wire.New(own, wire.CommMsg, nil, map[string]any{}))
			m, err := heard.recv(5 * time.Second)
			if err != nil {
				t.Fatal(err)
			}
			return m[1:]
		},
		"of the kernel before": func() []string { return texts(codec.Encode(wire.New(before, wire.Stream, nil, map[string]any{}))) },
		"an input request": func() []string {
			return texts(codec.Encode(wire.New(before, wire.InputRequest, nil, map[string]any{})))
		},
		"another's request": func() []string {
			c := to(t, info, wire.Shell, zmq4.Dealer, "")
			for range 2 { // to say the same twice is one's own affair
				c.send(t, texts(request)...)
				if _, err := c.recv(5 * time.Second); err != nil {
					t.Fatal(err)
				}
			}
			return texts(request)
		},
	} {
		c := to(t, info, wire.Shell, zmq4.Dealer, "replayer")
		c.send(t, say()...)
		if m, err := c.recv(100 * time.Millisecond); err == nil {
			t.Errorf("%s: answered with %q", name, m)
		}
		sh := k.sockets[wire.Shell]
		sh.mu.Lock()
		for _, p := range sh.peers {
			if p.id == "replayer" && p.guard.trusted.Load() {
				t.Errorf("%s: trusted", name)
			}
		}
		sh.mu.Unlock()
		c.Close()
	}
}

// Wrong signatures and beats of the heart without end cost those who send them.
func TestFloodLeavesTheGoodAlone(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // as the front runs
	_, info, codec, _ := listenAll(t)
	good := to(t, info, wire.Shell, zmq4.Dealer, "good")
	beat := to(t, info, wire.Heartbeat, zmq4.Req, "")
	junk := message("<IDS|MSG>", strings.Repeat("0", 64), "{}", "{}", "{}", strings.Repeat("x", 60<<10))
	var sent atomic.Int64
	for i := range 60 {
		bad, what := to(t, info, wire.Shell, zmq4.Dealer, ""), junk
		if i%4 == 0 {
			bad, what = to(t, info, wire.Heartbeat, zmq4.Req, ""), message("", "beat")
		}
		go func() {
			for {
				n, err := bad.Conn.Write(what)
				if sent.Add(int64(n)); err != nil {
					return
				}
			}
		}()
	}
	waitFor(t, "the flood", func() bool { return sent.Load() > 1<<20 })
	session := wire.NewSession("u")
	var worst time.Duration
	for range 50 {
		begun := time.Now()
		good.send(t, texts(codec.Encode(wire.New(session, wire.KernelInfoRequest, nil, struct{}{})))...)
		if _, err := good.recv(20 * time.Second); err != nil {
			t.Fatal(err)
		}
		beat.send(t, "", "ping")
		if _, err := beat.recv(20 * time.Second); err != nil {
			t.Fatal(err)
		}
		worst = max(worst, time.Since(begun))
	}
	begun := time.Now()
	late := to(t, info, wire.Shell, zmq4.Dealer, "late")
	late.send(t, texts(codec.Encode(wire.New(session, wire.KernelInfoRequest, nil, struct{}{})))...)
	if _, err := late.recv(20 * time.Second); err != nil {
		t.Fatal(err)
	}
	t.Logf("a request and a beat took %v at most, a newcomer's request %v", worst, time.Since(begun))
	if worst > time.Second {
		t.Errorf("a request and a beat took %v", worst)
	}
}

func TestReplayedIsSaidSo(t *testing.T) {
	var r replays
	p, q := &peer{guard: &guard{since: time.Now()}}, &peer{guard: &guard{since: time.Now().Add(1)}}
	m := func(n int) *wire.Message {
		return &wire.Message{Header: wire.Header{MsgType: wire.CommMsg}, Signature: []byte(fmt.Sprint(n))}
	}
	for n := range 3 * len(r.ring) { // bounded, and the newest are known
		if err := r.check(p, m(n)); err != nil {
			t.Fatal(err)
		}
		if err := r.check(q, m(n)); !errors.Is(err, errReplay) {
			t.Fatalf("message %d: %v", n, err)
		}
	}
	if len(r.said) > len(r.ring) {
		t.Errorf("%d signatures kept", len(r.said))
	}
}
