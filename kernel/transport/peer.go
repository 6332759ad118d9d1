package transport

import (
	"io"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"
)

func readFull(r io.Reader, p []byte) (int, error) { return io.ReadFull(r, p) }

// peer is one connection that has shaken hands, with the queue of what waits
// to be written to it. Whoever has set busy writes: the sender itself, when
// what waits is small and the system takes it at once, else the peer's writer.
// Waking another goroutine for each message would cost more than the message.
type peer struct {
	id     string // the ZMTP identity, "" when it has none
	guard  *guard
	conn   *zmq4.Conn
	limits *Limits

	mu     sync.Mutex
	moved  sync.Cond // the queue has shrunk, or the peer has closed
	queue  []outgoing
	bytes  int64 // of the queue and of what is being written
	busy   bool  // someone is writing
	work   bool  // the writer is to write, and nobody else
	closed bool
	topics map[string]int // subscriptions, counted
	named  int64          // bytes of the topics
}

// outgoing is a message to write, a ZMTP command when cmd is set, or encoded
// bytes when raw is.
type outgoing struct {
	frames [][]byte
	cmd    string
	raw    []byte
	bytes  int64 // that raw counts for
}

func (o outgoing) size() int64 {
	if o.raw != nil {
		return o.bytes
	}
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

// send sends a message. It waits while the peer is far behind, and drops a
// peer that stays so. With hold the message waits for the next, or for flush.
func (p *peer) send(frames [][]byte, hold bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	begun := time.Now()
	for p.bytes > p.limits.QueueBytes && !p.closed {
		idle := time.Since(time.Unix(0, p.guard.progress.Load()))
		if idle > p.limits.Stall || time.Since(begun) > p.limits.Behind {
			p.closeLocked()
			return
		}
		p.startWriter()
		wake := time.AfterFunc(50*time.Millisecond, p.moved.Broadcast)
		p.moved.Wait()
		wake.Stop()
	}
	p.push(outgoing{frames: frames})
	if !hold || p.bytes > inlineBytes {
		p.flushLocked()
	}
}

// flush sends what was held.
func (p *peer) flush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.flushLocked()
}

// inlineBytes is what a sender writes itself.
const inlineBytes = 32 << 10

func (p *peer) flushLocked() {
	if p.busy || p.work || p.closed || len(p.queue) == 0 {
		return // whoever writes goes on until the queue is empty
	}
	if p.bytes > inlineBytes {
		p.startWriter()
		return
	}
	batch := p.queue
	p.queue, p.busy = nil, true
	p.mu.Unlock()
	rest, err := p.writeNow(batch)
	p.mu.Lock()
	p.busy = false
	if err != nil {
		p.closeLocked()
		return
	}
	total := int64(0)
	for _, out := range batch {
		total += out.size()
	}
	if len(rest) > 0 {
		p.queue = append([]outgoing{{raw: rest, bytes: total}}, p.queue...)
	} else {
		p.bytes -= total
	}
	if len(p.queue) > 0 {
		p.startWriter()
	}
	p.moved.Broadcast()
}

// writeNow writes a batch as far as the system takes it without waiting and
// returns the rest.
func (p *peer) writeNow(batch []outgoing) (rest []byte, err error) {
	g := p.guard
	g.collect = true
	for _, out := range batch {
		if err := p.writeOne(out); err != nil {
			return nil, err
		}
	}
	g.collect = false
	n, err := tryWrite(g.Conn, g.out)
	if n > 0 {
		g.progress.Store(time.Now().UnixNano())
	}
	rest, g.out = g.out[n:], g.out[:0]
	if len(rest) > 0 {
		g.out = nil // rest keeps it
	}
	return rest, err
}

// startWriter gives the writing to the peer's writer.
func (p *peer) startWriter() {
	if !p.work {
		p.work = true
		p.moved.Broadcast()
	}
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
		p.flushLocked()
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
}

// write is the peer's writer: it ends when the peer is closed.
func (p *peer) write() {
	for {
		batch := p.next()
		if batch == nil {
			return
		}
		if p.writeAll(batch) != nil {
			p.close()
			return
		}
		p.mu.Lock()
		p.busy, p.work = false, len(p.queue) > 0
		p.moved.Broadcast()
		p.mu.Unlock()
	}
}

// next waits for something to write; nil means that the peer is closed.
func (p *peer) next() []outgoing {
	p.mu.Lock()
	defer p.mu.Unlock()
	for !p.closed && (!p.work || p.busy || len(p.queue) == 0) {
		p.moved.Wait()
	}
	if p.closed {
		return nil
	}
	batch := p.queue
	p.queue, p.busy = nil, true
	return batch
}

func (p *peer) writeAll(batch []outgoing) error {
	for i, out := range batch {
		if err := p.writeOne(out); err != nil {
			return err
		}
		batch[i] = outgoing{}
		p.done(out.size())
	}
	return p.guard.w.Flush()
}

func (p *peer) writeOne(out outgoing) error {
	if out.raw != nil {
		_, err := p.guard.w.Write(out.raw)
		return err
	}
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
	p.flushLocked()
	for (p.busy || len(p.queue) > 0) && !p.closed && time.Now().Before(deadline) {
		p.moved.Wait()
	}
}

// maxTopics is how many topics a peer may subscribe to: every message is compared
// with each.
const maxTopics = 256

func topicCost(topic string) int64 { return int64(len(topic)) + 64 }

// subscribe notes a subscription frame (1 and a topic, or 0 and a topic) and
// reports the topic when it is a new subscription.
func (p *peer) subscribe(frame []byte) (topic string, added bool) {
	if len(frame) == 0 || frame[0] > 1 {
		return "", false
	}
	topic = string(frame[1:])
	p.mu.Lock()
	defer p.mu.Unlock()
	n, known := p.topics[topic]
	switch {
	case frame[0] == 0 && n > 1:
		p.topics[topic]--
	case frame[0] == 0 && known:
		delete(p.topics, topic)
		p.named -= topicCost(topic)
	case frame[0] == 0:
	case known:
		p.topics[topic]++
	case len(p.topics) < maxTopics && p.named+topicCost(topic) <= p.limits.TopicBytes:
		p.topics[topic] = 1
		p.named += topicCost(topic)
		return topic, true
	}
	return topic, false
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
