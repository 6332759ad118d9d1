package transport

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"gomdcsan/kernel/wire"

	"github.com/go-zeromq/zmq4"
)

// Handlers receive what comes in. They are called on the goroutine of the peer
// that sent it: a handler that waits delays this peer only.
type Handlers struct {
	// Message is called for each message with a valid signature on shell,
	// control and stdin.
	Message func(ch wire.Channel, from *Route, m *wire.Message)
	// Subscribed is called when someone subscribes to a topic on iopub ("" is
	// everything); what it returns is sent to this subscriber alone. May be nil.
	Subscribed func(topic string) []*wire.Message
	// Rejected is called for messages that could not be accepted. May be nil.
	Rejected func(ch wire.Channel, err error)
}

// Route is where a message came from. The zero Route is nowhere.
type Route struct {
	peer *peer
	id   string
}

// Kernel holds the five sockets of a kernel.
type Kernel struct {
	codec    *wire.Codec
	handlers Handlers
	sockets  map[wire.Channel]*socket
	budget   atomic.Int64 // bytes under way from strangers
	replays  replays
}

// Listen opens the sockets that info names.
func Listen(info wire.ConnectionInfo, codec *wire.Codec, h Handlers, limits Limits) (*Kernel, error) {
	k := &Kernel{codec: codec, handlers: h, sockets: map[wire.Channel]*socket{}}
	listeners := map[wire.Channel]net.Listener{}
	for _, ch := range wire.Channels() {
		l, err := bind(info.Address(ch))
		if err != nil {
			for _, l := range listeners {
				l.Close()
			}
			return nil, fmt.Errorf("kernel: cannot listen for %s: %w", ch, err)
		}
		listeners[ch] = l
	}
	for ch, l := range listeners {
		kind, receive, limits := zmq4.Router, k.routed(ch), limits
		switch ch {
		case wire.IOPub:
			kind, receive, limits = zmq4.XPub, k.subscription, limits.onlyWords()
		case wire.Heartbeat:
			kind, receive, limits = zmq4.Rep, func(p *peer, frames [][]byte) { p.send(frames, false) }, limits.onlyWords()
			limits.QueueBytes = min(limits.QueueBytes, 64<<10) // who does not read its echo is not worth more
		}
		k.sockets[ch] = listen(kind, l, limits, &k.budget, receive)
	}
	return k, nil
}

// portPatience is how long a port may be another's: Jupyter chose it while it
// was free, and by now it may be the own end of somebody's connection, or the
// kernel's that is restarted.
const portPatience = 2 * time.Second

// bind listens; the socket file that a killed kernel left behind is replaced.
func bind(network, address string) (net.Listener, error) {
	l, err := net.Listen(network, address)
	for end := time.Now().Add(portPatience); network != "unix" && errors.Is(err, syscall.EADDRINUSE) && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
		l, err = net.Listen(network, address)
	}
	if err == nil || network != "unix" {
		return l, err
	}
	if info, serr := os.Lstat(address); serr != nil || info.Mode()&os.ModeSocket == 0 {
		return nil, err
	}
	if c, derr := net.DialTimeout(network, address, time.Second); derr == nil {
		c.Close()
		return nil, err // someone listens there
	}
	if rerr := os.Remove(address); rerr != nil {
		return nil, errors.Join(err, rerr)
	}
	return net.Listen(network, address)
}

// routed receives on a ROUTER socket. Decoding happens on the peer's own
// goroutine, so that a stranger's garbage costs nobody else's time.
func (k *Kernel) routed(ch wire.Channel) func(*peer, [][]byte) {
	return func(p *peer, frames [][]byte) {
		m, err := k.codec.Decode(frames)
		if err == nil && k.codec.Signed() {
			err = k.replays.check(p, m)
		}
		if err != nil {
			if k.handlers.Rejected != nil {
				k.handlers.Rejected(ch, err)
			}
			return
		}
		if provesKey(m.Header.MsgType) || !k.codec.Signed() {
			p.guard.trusted.Store(true)
		}
		k.handlers.Message(ch, &Route{peer: p, id: p.id}, m)
	}
}

func (k *Kernel) subscription(p *peer, frames [][]byte) {
	if len(frames) != 1 {
		return
	}
	topic, added := p.subscribe(frames[0])
	if !added || k.handlers.Subscribed == nil {
		return
	}
	for _, m := range k.handlers.Subscribed(topic) {
		p.send(append([][]byte{[]byte(topic)}, k.codec.Encode(m)...), false)
	}
}

// Send sends m on a channel to where a request came from: over the connection
// on which it came, else, when that has gone or was another channel's, to the
// front-end's other connection: see named. What has no taker is dropped.
func (k *Kernel) Send(ch wire.Channel, to *Route, m *wire.Message) {
	if to == nil {
		return
	}
	s := k.sockets[ch]
	frames := k.codec.Encode(m)
	if to.peer != nil && s.has(to.peer) {
		to.peer.send(frames, false)
		return
	}
	if to.id == "" || to.peer == nil {
		return
	}
	if p := s.named(to.id, to.peer.guard.since, ch == wire.Stdin || !k.codec.Signed()); p != nil {
		p.send(frames, false)
	}
}

func (s *socket) has(p *peer) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range s.peers {
		if q == p {
			return true
		}
	}
	return false
}

// Publish sends m on iopub to all who have subscribed to its topic.
func (k *Kernel) Publish(topic string, m *wire.Message) {
	k.sockets[wire.IOPub].publish(k.published(topic, m), false)
}

// Hold is Publish for a message that another will follow soon: it leaves with
// that, or at Flush. One write for several messages is quicker, for the front-end
// too.
func (k *Kernel) Hold(topic string, m *wire.Message) {
	k.sockets[wire.IOPub].publish(k.published(topic, m), true)
}

// published returns the frames of a message for iopub.
func (k *Kernel) published(topic string, m *wire.Message) [][]byte {
	encoded := k.codec.Encode(m)
	k.replays.noteOwn(m, encoded)
	return append([][]byte{[]byte(topic)}, encoded...)
}

// Flush sends what was held.
func (k *Kernel) Flush() { k.sockets[wire.IOPub].flush() }

// Close closes the sockets, each after at most linger for what is queued.
func (k *Kernel) Close(linger time.Duration) {
	for _, ch := range []wire.Channel{wire.Shell, wire.Control, wire.Stdin, wire.IOPub, wire.Heartbeat} {
		k.sockets[ch].close(linger)
	}
}
