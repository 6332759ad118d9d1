package transport

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"
)

// ZMTP 3.0 on the wire: a greeting of 64 bytes, then frames of a flag byte, a
// length (1 byte, or 8 when long) and a body.
const (
	greetingBytes = 64
	flagMore      = 0x1
	flagLong      = 0x2
	flagCommand   = 0x4

	handshakeCommandBytes = 4 << 10 // READY with its metadata
	commandBytes          = 1 << 10 // PING has a context of at most 16 bytes

	smallMessage = 64 << 10 // not counted in what is under way: whoever takes that away takes from nobody
)

var errLimit = errors.New("transport: peer exceeds a limit")

// guard is the net.Conn that zmq4 sees. It follows the frames that zmq4 reads,
// so that lengths are checked before zmq4 allocates bodies, keeps commands
// (PING) away from it once the handshake is over, and collects writes, so that
// a message leaves in one.
type guard struct {
	net.Conn
	r      *bufio.Reader
	w      *bufio.Writer
	limits *Limits
	budget *atomic.Int64     // bytes under way, all strangers of the socket
	ping   func(body []byte) // called for each PING after the handshake

	trusted atomic.Bool // the peer knows the key
	since   time.Time   // when it connected

	// Reading; owned by the one goroutine that reads.
	greeting  int  // bytes of the greeting still to come
	handshake bool // commands are zmq4's
	header    [9]byte
	have      int   // bytes of header read
	body      int64 // bytes of the body still to come
	total     int64 // bytes of the message so far
	frames    int
	charged   int64 // bytes taken from the budget
	more      bool  // the message goes on
	hurried   bool  // a deadline is set

	out     []byte // what zmq4 writes is appended here while collect is set
	collect bool

	progress atomic.Int64 // time of the last write that went through, Unix ns
}

func newGuard(c net.Conn, limits *Limits, budget *atomic.Int64) *guard {
	g := &guard{Conn: c, limits: limits, budget: budget, greeting: greetingBytes, handshake: true, since: time.Now()}
	g.r = bufio.NewReaderSize(c, 4<<10)
	g.w = bufio.NewWriterSize(progressWriter{g}, 16<<10)
	return g
}

// Read implements net.Conn for zmq4, which reads a greeting, then headers of 2
// and perhaps 7 more bytes, then bodies: never beyond what it has asked for.
func (g *guard) Read(p []byte) (int, error) {
	if g.greeting > 0 {
		n, err := g.r.Read(p[:min(len(p), g.greeting)])
		g.greeting -= n
		return n, err
	}
	if g.have == 0 && !g.handshake {
		if err := g.swallowCommands(); err != nil {
			return 0, err
		}
	}
	if g.body > 0 {
		return g.readBody(p)
	}
	return g.readHeader(p)
}

func (g *guard) readBody(p []byte) (int, error) {
	g.deadline()
	n, err := g.r.Read(p[:min(int64(len(p)), g.body)])
	if g.body -= int64(n); g.body == 0 {
		g.endFrame()
	}
	return n, err
}

// readHeader gives zmq4 bytes of a frame's header and checks the length as
// soon as it is known. The error comes instead of the bytes: io.ReadFull drops
// one that comes with them.
func (g *guard) readHeader(p []byte) (int, error) {
	if g.have > 0 || g.more {
		g.deadline() // the middle of a message: it must go on
	}
	need := 2
	if g.have > 0 && g.header[0]&flagLong != 0 {
		need = 9
	}
	n, err := g.r.Read(p[:min(len(p), need-g.have)])
	copy(g.header[g.have:], p[:n])
	if g.have += n; g.have < 2 || g.header[0]&flagLong != 0 && g.have < 9 {
		return n, err
	}
	if err := g.beginFrame(); err != nil {
		return 0, err
	}
	return n, err
}

func (g *guard) beginFrame() error {
	size := uint64(g.header[1])
	if g.header[0]&flagLong != 0 {
		size = binary.BigEndian.Uint64(g.header[1:])
	}
	limit := uint64(g.limits.MessageBytes - g.total)
	if g.handshake {
		limit = handshakeCommandBytes
	}
	if size > limit {
		return fmt.Errorf("%w: frame of %d bytes, %d allowed", errLimit, size, limit)
	}
	if g.frames++; g.frames > g.limits.MessageFrames {
		return fmt.Errorf("%w: message of more than %d frames", errLimit, g.limits.MessageFrames)
	}
	g.more = g.header[0]&flagMore != 0
	g.body, g.have = int64(size), 0
	if g.total += int64(size); g.total > smallMessage && !g.trusted.Load() {
		n := g.total - g.charged
		if g.charged = g.total; g.budget.Add(n) > g.limits.InFlight {
			return fmt.Errorf("%w: strangers have more than %d bytes under way", errLimit, g.limits.InFlight)
		}
	}
	if size == 0 {
		g.endFrame()
	}
	return nil
}

func (g *guard) endFrame() {
	if g.more {
		return
	}
	g.total, g.frames = 0, 0
	g.refund()
	g.noDeadline()
}

// refund gives back to the budget what this peer has taken.
func (g *guard) refund() {
	g.budget.Add(-g.charged)
	g.charged = 0
}

// deadline lets a peer that has begun a message take only so long for a part
// of it; between messages it may be silent for ever.
func (g *guard) deadline() {
	if !g.handshake && g.r.Buffered() == 0 {
		g.hurried = true
		g.Conn.SetReadDeadline(time.Now().Add(g.limits.Receive))
	}
}

func (g *guard) noDeadline() {
	if g.hurried { // a deadline costs more than a small message does
		g.hurried = false
		g.Conn.SetReadDeadline(time.Time{})
	}
}

// swallowCommands consumes commands in front of the next message.
func (g *guard) swallowCommands() error {
	for g.body == 0 && !g.more {
		flags, err := g.r.Peek(1)
		if err != nil {
			return err
		}
		if flags[0]&flagCommand == 0 {
			return nil
		}
		body, err := g.command()
		if err != nil {
			return err
		}
		if rest, ok := commandBody(body, "PING"); ok && g.ping != nil {
			g.ping(rest)
		}
	}
	return nil
}

func (g *guard) command() ([]byte, error) {
	g.deadline()
	defer g.noDeadline()
	var head [9]byte
	n := 2
	if _, err := readFull(g.r, head[:2]); err != nil {
		return nil, err
	}
	size := uint64(head[1])
	if head[0]&flagLong != 0 {
		if _, err := readFull(g.r, head[n:]); err != nil {
			return nil, err
		}
		size = binary.BigEndian.Uint64(head[1:])
	}
	if size > commandBytes {
		return nil, fmt.Errorf("%w: command of %d bytes", errLimit, size)
	}
	body := make([]byte, size)
	_, err := readFull(g.r, body)
	return body, err
}

// commandBody returns what follows the name in the body of a ZMTP command.
func commandBody(b []byte, name string) ([]byte, bool) {
	if len(b) < 1+len(name) || int(b[0]) != len(name) || string(b[1:1+len(name)]) != name {
		return nil, false
	}
	return b[1+len(name):], true
}

// Write implements net.Conn for zmq4. Only one goroutine at a time writes.
func (g *guard) Write(p []byte) (int, error) {
	if g.collect {
		g.out = append(g.out, p...)
		return len(p), nil
	}
	n, err := g.w.Write(p)
	if err == nil && g.handshake {
		err = g.w.Flush()
	}
	return n, err
}

// established ends the handshake: from now on messages flow.
func (g *guard) established(ping func([]byte)) {
	g.handshake, g.ping = false, ping
	g.total, g.frames = 0, 0
	g.refund()
	g.Conn.SetDeadline(time.Time{})
}

// progressWriter writes to the connection in pieces and notes each that went
// through, so that a slow reader can be told from one that has stopped.
type progressWriter struct{ g *guard }

func (w progressWriter) Write(p []byte) (int, error) {
	const piece = 256 << 10
	for done := 0; ; {
		n, err := w.g.Conn.Write(p[done:min(len(p), done+piece)])
		done += n
		if n > 0 {
			w.g.progress.Store(time.Now().UnixNano())
		}
		if err != nil || done == len(p) {
			return done, err
		}
	}
}
