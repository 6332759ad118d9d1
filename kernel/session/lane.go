package session

import (
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"gomdcsan/kernel/wire"
)

// Rate bounds what cells show. Jupyter servers drop stream output above
// 1 MB/s and any output above 1000 messages/s, both over a window of 3 s that
// an idle status resets.
type Rate struct {
	Bytes    int           // of stream messages within Window; 0: no limit
	Messages int           // shown within Window; 0: no limit
	Window   time.Duration // longer than the server's, by what a busy server may be behind
}

// ServerRate stays under the limits of a Jupyter server with its defaults, also
// when the server takes messages up to a second late.
func ServerRate() Rate {
	return Rate{Bytes: 2_800_000, Messages: 2800, Window: 4 * time.Second}
}

const (
	flushAfter   = 50 * time.Millisecond // the longest that printed text waits
	flushBytes   = 128 << 10             // enough for a message of its own
	messageBytes = 256 << 10             // the longest text of one message
)

// lane is the way that everything goes which cells show: it keeps the order,
// coalesces what is printed, and makes a cell wait that shows faster than the
// rate. Its lock is held while it waits: that is the back-pressure.
type lane struct {
	s       *Session
	stopped atomic.Pointer[string] // the interrupted cell: what would have to wait is dropped
	halt    chan struct{}          // closed and replaced by interrupt

	mu     sync.Mutex
	chunks []chunk
	size   int
	timer  *time.Timer
	pacer  pacer
	lost   map[string]int // bytes dropped, by cell
	haltMu sync.Mutex
}

// chunk is text of one cell and stream that will be one message.
type chunk struct {
	cell, name string
	text       []byte
}

func newLane(s *Session, rate Rate) *lane {
	l := &lane{s: s, pacer: pacer{rate: rate}, halt: make(chan struct{}), lost: map[string]int{}}
	l.timer = time.AfterFunc(time.Hour, l.flush)
	l.timer.Stop()
	return l
}

// print adds text that a cell printed.
func (l *lane) print(cell, name, text string) {
	if text == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.chunks); n > 0 && l.chunks[n-1].cell == cell && l.chunks[n-1].name == name {
		l.chunks[n-1].text = append(l.chunks[n-1].text, text...)
	} else {
		l.chunks = append(l.chunks, chunk{cell, name, []byte(text)})
	}
	if l.size == 0 {
		l.timer.Reset(flushAfter)
	}
	if l.size += len(text); l.size >= flushBytes {
		l.flushLocked()
	}
}

// show publishes something other than text, after the text before it.
func (l *lane) show(cell, msgType string, content any) {
	body, err := wire.Encode(content)
	if err != nil {
		l.print(cell, "stderr", fmt.Sprintf("cannot show a value: %v\n", err))
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flushLocked()
	l.pacer.wait(0, l.halted(cell))
	if msgType == wire.ExecuteResult { // the end of the cell is near
		l.s.hold(msgType, l.s.parentOf(cell), body)
		l.s.flushSoon()
		return
	}
	l.s.publish(msgType, l.s.parentOf(cell), body)
}

// flush publishes the text that waits.
func (l *lane) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flushLocked()
}

func (l *lane) flushLocked() {
	chunks := l.chunks
	l.chunks, l.size = nil, 0
	for _, c := range chunks {
		parent := l.s.parentOf(c.cell)
		for text := c.text; len(text) > 0; {
			n := cut(text, messageBytes)
			l.publishText(c, parent, text[:n])
			text = text[n:]
		}
	}
}

func (l *lane) publishText(c chunk, parent json.RawMessage, text []byte) {
	body := wire.Marshal(wire.StreamContent{Name: c.name, Text: string(text)})
	// Header, signature and topic are a kilobyte; the parent is the client's.
	if !l.pacer.wait(len(body)+len(parent)+1024, l.halted(c.cell)) {
		l.lost[c.cell] += len(text)
		return
	}
	l.s.publish(wire.Stream, parent, body)
}

// cut returns how many bytes of text, at most most, end at a whole rune.
func cut(text []byte, most int) int {
	if len(text) <= most {
		return len(text)
	}
	for n := most; n > most-4; n-- {
		if text[n]&0xC0 != 0x80 {
			return n
		}
	}
	return most
}

// endCell publishes what is left of a cell.
func (l *lane) endCell(x *execution) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flushLocked()
	if n := l.lost[x.cell]; n > 0 {
		delete(l.lost, x.cell)
		note := fmt.Sprintf("\n[interrupted: %d more bytes of output not shown]\n", n)
		l.s.publish(wire.Stream, x.parent, wire.StreamContent{Name: "stderr", Text: note})
	}
	l.stopped.Store(nil)
	l.pacer.reset() // the server does so at idle
}

// interrupt ends the waiting of a cell that shows too fast.
func (l *lane) interrupt(cell string) {
	l.haltMu.Lock()
	defer l.haltMu.Unlock()
	l.stopped.Store(&cell)
	close(l.halt)
	l.halt = make(chan struct{})
}

// halted returns a channel that is closed when the cell is interrupted.
func (l *lane) halted(cell string) <-chan struct{} {
	l.haltMu.Lock()
	defer l.haltMu.Unlock()
	if at := l.stopped.Load(); at != nil && *at == cell {
		return closedChannel
	}
	return l.halt
}

var closedChannel = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

func (l *lane) close() {
	l.timer.Stop()
	l.flush()
}

// pacer counts what was shown within a sliding window.
type pacer struct {
	rate  Rate
	sent  []sent
	bytes int
}

type sent struct {
	at    time.Time
	bytes int
}

// wait waits until a message of n bytes fits, and counts it. It reports false
// when it had to wait and halt was closed.
func (p *pacer) wait(n int, halt <-chan struct{}) bool {
	for {
		now := time.Now()
		p.forget(now)
		full := p.rate.Bytes > 0 && p.bytes > 0 && p.bytes+n > p.rate.Bytes ||
			p.rate.Messages > 0 && len(p.sent) >= p.rate.Messages
		if !full {
			p.sent = append(p.sent, sent{now, n})
			p.bytes += n
			return true
		}
		select {
		case <-time.After(p.sent[0].at.Add(p.rate.Window).Sub(now)):
		case <-halt:
			return false
		}
	}
}

// forget drops what has left the window.
func (p *pacer) forget(now time.Time) {
	i := 0
	for i < len(p.sent) && now.Sub(p.sent[i].at) >= p.rate.Window {
		p.bytes -= p.sent[i].bytes
		i++
	}
	p.sent = p.sent[i:]
}

func (p *pacer) reset() { p.sent, p.bytes = nil, 0 }
