package transport

import (
	"bytes"
	"net"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/go-zeromq/zmq4"
)

// said is a connection of a peer that says something and goes.
type said struct {
	net.Conn
	in  *bytes.Reader
	in1 bool // byte by byte
}

func (s *said) Read(p []byte) (int, error) {
	if s.in1 {
		return iotest.OneByteReader(s.in).Read(p)
	}
	return s.in.Read(p)
}
func (*said) Write(p []byte) (int, error)     { return len(p), nil }
func (*said) Close() error                    { return nil }
func (*said) SetDeadline(time.Time) error     { return nil }
func (*said) SetReadDeadline(time.Time) error { return nil }

// Whatever a stranger says ends in messages within the limits or in an error,
// is the same byte by byte, and leaves nothing under way.
func FuzzGuard(f *testing.F) {
	hello := append(greeting(), command("READY", "\x0bSocket-Type\x00\x00\x00\x06DEALER")...)
	f.Add(append(bytes.Clone(hello), message("a", "", "b")...))
	f.Add(append(bytes.Clone(hello), command("PING", "\x00\x64context")...))
	f.Add(append(bytes.Clone(hello), message(string(make([]byte, 300)))...))
	for _, g := range garbages() {
		f.Add(g)
	}
	limits := small()
	limits.MessageBytes, limits.InFlight = 128<<10, 100<<10
	f.Fuzz(func(t *testing.T, words []byte) {
		whole := hear(t, words, limits, false)
		if slow := hear(t, words, limits, true); len(slow) != len(whole) {
			t.Errorf("%d messages, %d byte by byte", len(whole), len(slow))
		}
	})
}

func hear(t *testing.T, words []byte, limits Limits, bytewise bool) (sizes []int64) {
	var budget atomic.Int64
	g := newGuard(&said{in: bytes.NewReader(words), in1: bytewise}, &limits, &budget)
	defer func() {
		g.refund()
		if n := budget.Load(); n != 0 {
			t.Errorf("%d bytes are under way for ever", n)
		}
	}()
	conn, err := open(g, zmq4.Router)
	if err != nil {
		return nil
	}
	p := newPeer(g, conn, &limits)
	g.established(func([]byte) {})
	for {
		m, err := recvMsg(conn)
		if err != nil {
			return sizes
		}
		n := sizeOf(m.Frames)
		if n > limits.MessageBytes || len(m.Frames) > limits.MessageFrames {
			t.Errorf("a message of %d bytes in %d frames", n, len(m.Frames))
		}
		if len(m.Frames) > 0 {
			p.subscribe(m.Frames[0])
			if p.named > limits.TopicBytes {
				t.Errorf("topics of %d bytes", p.named)
			}
		}
		sizes = append(sizes, n)
	}
}
