package transport

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"
)

// socket is a listening ZeroMQ socket. What happens with received messages is
// the receiver's business, called on the peer's own goroutine.
type socket struct {
	kind     zmq4.SocketType
	listener net.Listener
	limits   Limits
	receive  func(*peer, [][]byte)
	budget   *atomic.Int64 // bytes under way of strangers, shared by the sockets of a kernel

	mu     sync.Mutex
	hands  []*guard // shaking hands, oldest first
	peers  []*peer  // oldest first
	closed bool
	ended  chan struct{}
	wg     sync.WaitGroup
}

func listen(kind zmq4.SocketType, l net.Listener, limits Limits, budget *atomic.Int64, receive func(*peer, [][]byte)) *socket {
	s := &socket{kind: kind, listener: l, limits: limits, budget: budget, receive: receive, ended: make(chan struct{})}
	s.wg.Go(s.accept)
	return s
}

// accept takes connections until the socket is closed. An error that is not
// the end (no file descriptors left) is waited out.
func (s *socket) accept() {
	pause := 5 * time.Millisecond
	for {
		c, err := s.listener.Accept()
		if err == nil {
			pause = 5 * time.Millisecond
			if g := s.begin(c); g != nil {
				s.wg.Go(func() { s.serve(g) })
			}
			continue
		}
		if errors.Is(err, net.ErrClosed) {
			return
		}
		select {
		case <-s.ended:
			return
		case <-time.After(pause):
			pause = min(2*pause, time.Second)
		}
	}
}

// begin registers a connection that has not shaken hands. When too many do at
// once the oldest is the silent one, and gives way.
func (s *socket) begin(c net.Conn) *guard {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		c.Close()
		return nil
	}
	g := newGuard(c, &s.limits, s.budget)
	if len(s.hands) >= s.limits.Handshakes {
		s.hands[0].Conn.Close()
		s.hands = s.hands[1:]
	}
	s.hands = append(s.hands, g)
	return g
}

// serve is a connection's life.
func (s *socket) serve(g *guard) {
	defer g.Conn.Close()
	defer g.refund()
	p := s.handshake(g)
	if p == nil {
		return
	}
	defer s.leave(p)
	s.wg.Go(p.write)
	for {
		m, err := recvMsg(p.conn)
		if err != nil {
			return
		}
		if m.Type != zmq4.CmdMsg {
			s.receive(p, m.Frames)
		}
		if !p.guard.trusted.Load() {
			s.slow(sizeOf(m.Frames))
		}
	}
}

// slow keeps a stranger, on whose goroutine it is, from sending at once again.
func (s *socket) slow(bytes int64) {
	s.mu.Lock()
	strangers := 0
	for _, p := range s.peers {
		if !p.guard.trusted.Load() {
			strangers++
		}
	}
	s.mu.Unlock()
	select {
	case <-s.ended:
	case <-time.After(s.limits.pause(bytes, strangers)):
	}
}

func sizeOf(frames [][]byte) (n int64) {
	for _, f := range frames {
		n += int64(len(f))
	}
	return n
}

func (s *socket) handshake(g *guard) *peer {
	g.Conn.SetDeadline(time.Now().Add(s.limits.Handshake))
	conn, err := open(g, s.kind)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hands = slices.DeleteFunc(s.hands, func(h *guard) bool { return h == g })
	if err != nil || s.closed {
		return nil
	}
	p := newPeer(g, conn, &s.limits)
	g.established(p.pong)
	s.admit(p)
	return p
}

// admit adds a peer. When there are too many a stranger gives way: the oldest
// of those in the younger half. So neither those who came before a flood lose
// their place to it, nor does a flood that holds its connections keep out
// those who come after.
func (s *socket) admit(p *peer) {
	if len(s.peers) >= s.limits.Peers {
		for i := s.limits.Peers / 2; i < len(s.peers); i++ {
			if !s.peers[i].guard.trusted.Load() {
				s.peers[i].close()
				s.peers = slices.Delete(s.peers, i, i+1)
				break
			}
		}
	}
	s.peers = append(s.peers, p)
}

func (s *socket) leave(p *peer) {
	p.close()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.peers = slices.DeleteFunc(s.peers, func(q *peer) bool { return q == p })
}

// open and recvMsg turn zmq4's panics on malformed input into errors: a
// stranger's bytes cost that connection and nothing else.
func open(g *guard, kind zmq4.SocketType) (c *zmq4.Conn, err error) {
	defer recoverInto(&err)
	return zmq4.Open(g, null.Security(), kind, nil, true, nil)
}

func recvMsg(c *zmq4.Conn) (m zmq4.Msg, err error) {
	defer recoverInto(&err)
	return c.RecvMsg()
}

func recoverInto(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("transport: malformed input: %v", r)
	}
}

// named returns the peer with an identity that belongs to a connection on
// another socket, or took over from one: of those that know the key the newest.
// On stdin a front-end says nothing before it is asked, so that there are those
// of whom nothing is known. A front-end makes its connections together, whereas
// a stranger has read the identity off iopub: with strangers it is the one that
// came nearest to since. nil when there is none.
func (s *socket) named(id string, since time.Time, strangers bool) *peer {
	s.mu.Lock()
	defer s.mu.Unlock()
	var best *peer
	for _, p := range s.peers {
		trusted := p.guard.trusted.Load()
		switch {
		case p.id != id || !trusted && !strangers:
		case best == nil, trusted:
			best = p
		case !best.guard.trusted.Load() && apart(p.guard.since, since) < apart(best.guard.since, since):
			best = p
		}
	}
	return best
}

func apart(a, b time.Time) time.Duration { return a.Sub(b).Abs() }

// publish sends frames, the first of which is the topic, to all who have
// subscribed to it; with hold they wait for the next, or for flush.
func (s *socket) publish(frames [][]byte, hold bool) {
	topic := string(frames[0])
	s.mu.Lock()
	peers := slices.Clone(s.peers)
	s.mu.Unlock()
	for _, p := range peers {
		if p.subscribed(topic) {
			p.send(frames, hold)
		}
	}
}

// flush sends what was held.
func (s *socket) flush() {
	s.mu.Lock()
	peers := slices.Clone(s.peers)
	s.mu.Unlock()
	for _, p := range peers {
		p.flush()
	}
}

// close stops accepting, waits up to linger until what is queued has been
// written, and ends all connections and goroutines.
func (s *socket) close(linger time.Duration) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	close(s.ended)
	s.listener.Close()
	for _, g := range s.hands {
		g.Conn.Close()
	}
	peers := slices.Clone(s.peers)
	s.mu.Unlock()
	deadline := time.Now().Add(linger)
	for _, p := range peers {
		p.drain(deadline)
		p.close()
	}
	s.wg.Wait()
}
