package transport

import (
	"io"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"
)

func readFull(r io.Reader, p []byte) (int, error) { return io.ReadFull(r, p) }

// peer is one connection that has shaken hands, with the queue of what waits
// to be written to it. Its writer goroutine owns all writing.
type peer struct {
	id     string // the ZMTP identity, "" when it has none
	guard  *guard
	conn   *zmq4.Conn
	limits *Limits

	mu     sync.Mutex
	moved  sync.Cond // the queue has shrunk, or the peer has closed
	queue  []outgoing
	bytes  int64 // of the queue and of what is being written
	busy   bool  // the writer is writing
	closed bool
	topics map[string]int // subscriptions, counted
}

// outgoing is a message to write, or a ZMTP command when cmd is set.
type outgoing struct {
	frames [][]byte
	cmd    string
}

func (o outgoing) size() int64 {
	n := int64(64)
	for _, f := range o.frames {
		n += int64(len(f))
	}
	return n
}

func newPeer(g *guard, conn *zmq4.Conn, limits *Limits) *peer {
	p := &peer{id: conn.Peer.Meta["Identity"], guard: g, conn: conn, limits: limits, topics: map[string]int{}}
	p.moved.L = &p.mu
	g.progress.Store(time.Now().UnixNano())
	return p
}

// send queues a message. It waits while the peer is far behind, and drops a
// peer that stays so.
func (p *peer) send(frames [][]byte) {
	out := outgoing{frames: frames}
	p.mu.Lock()
	defer p.mu.Unlock()
	begun := time.Now()
	for p.bytes > p.limits.QueueBytes && !p.closed {
		idle := time.Since(time.Unix(0, p.guard.progress.Load()))
		if idle > p.limits.Stall || time.Since(begun) > p.limits.Behind {
			p.closeLocked()
			return
		}
		wake := time.AfterFunc(50*time.Millisecond, p.moved.Broadcast)
		p.moved.Wait()
		wake.Stop()
	}
	p.push(out)
}

// pong answers a PING; body is its time-to-live (2 bytes) and its context.
func (p *peer) pong(body []byte) {
	var context []byte
	if len(body) > 2 {
		context = append(context, body[2:]...)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bytes < 1<<20 { // who pings without reading gets no answer for ever
		p.push(outgoing{frames: [][]byte{context}, cmd: zmq4.CmdPong})
	}
}

func (p *peer) push(out outgoing) {
	if p.closed {
		return
	}
	if len(p.queue) == 0 && !p.busy {
		p.guard.progress.Store(time.Now().UnixNano())
	}
	p.queue = append(p.queue, out)
	p.bytes += out.size()
	p.moved.Broadcast()
}

// write is the peer's writer: it ends when the peer is closed.
func (p *peer) write() {
	for {
		batch := p.next()
		if batch == nil {
			return
		}
		for i, out := range batch {
			if p.writeOne(out) != nil {
				p.close()
				return
			}
			batch[i] = outgoing{}
			p.done(out.size())
		}
		if p.guard.w.Flush() != nil {
			p.close()
			return
		}
	}
}

// next waits for something to write; nil means that the peer is closed.
func (p *peer) next() []outgoing {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.busy = false
	p.moved.Broadcast()
	for len(p.queue) == 0 && !p.closed {
		p.moved.Wait()
	}
	if p.closed {
		return nil
	}
	batch := p.queue
	p.queue = nil
	p.busy = true
	return batch
}

func (p *peer) writeOne(out outgoing) error {
	if out.cmd != "" {
		return p.conn.SendCmd(out.cmd, out.frames[0])
	}
	return p.conn.SendMsg(zmq4.NewMsgFrom(out.frames...))
}

func (p *peer) done(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	above := p.bytes > p.limits.QueueBytes
	if p.bytes -= n; above && p.bytes <= p.limits.QueueBytes {
		p.moved.Broadcast()
	}
}

func (p *peer) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closeLocked()
}

func (p *peer) closeLocked() {
	p.closed = true
	p.queue = nil
	p.moved.Broadcast()
	p.guard.Conn.Close()
}

// drain waits until everything queued is written, or the deadline.
func (p *peer) drain(deadline time.Time) {
	wake := time.AfterFunc(time.Until(deadline), p.moved.Broadcast)
	defer wake.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	for (p.busy || len(p.queue) > 0) && !p.closed && time.Now().Before(deadline) {
		p.moved.Wait()
	}
}

// subscribe notes a subscription frame (1 and a topic, or 0 and a topic) and
// reports the topic when it is a new subscription.
func (p *peer) subscribe(frame []byte) (topic string, added bool) {
	if len(frame) == 0 || frame[0] > 1 {
		return "", false
	}
	topic = string(frame[1:])
	p.mu.Lock()
	defer p.mu.Unlock()
	if frame[0] == 0 {
		if p.topics[topic]--; p.topics[topic] <= 0 {
			delete(p.topics, topic)
		}
		return topic, false
	}
	if len(p.topics) >= 256 && p.topics[topic] == 0 {
		return "", false
	}
	p.topics[topic]++
	return topic, p.topics[topic] == 1
}

func (p *peer) subscribed(topic string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for prefix := range p.topics {
		if len(topic) >= len(prefix) && topic[:len(prefix)] == prefix {
			return true
		}
	}
	return false
}
