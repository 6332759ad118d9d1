//go:build unix

package transport

import (
	"bufio"
	"net"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"
)

// reluctant is a connection of which the system takes nothing without waiting,
// and that lets the test do something meanwhile.
type reluctant struct {
	net.Conn
	meanwhile func()
}

func (r reluctant) SyscallConn() (syscall.RawConn, error) { return rawReluctant{r.meanwhile}, nil }

type rawReluctant struct{ meanwhile func() }

func (r rawReluctant) Control(func(uintptr)) error    { return nil }
func (r rawReluctant) Read(func(uintptr) bool) error  { return nil }
func (r rawReluctant) Write(func(uintptr) bool) error { r.meanwhile(); return nil }

// What the system did not take at once goes out before what was sent meanwhile.
func TestRestComesFirst(t *testing.T) {
	l := localListener(t)
	defer l.Close()
	theirs := dialRaw(t, l.Addr().String())
	ours, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	limits := small()
	var p *peer
	var once atomic.Bool
	conn := reluctant{ours, func() {
		if once.CompareAndSwap(false, true) {
			p.send([][]byte{[]byte("second")}, false)
		}
	}}
	c := &client{Conn: theirs, r: bufio.NewReader(theirs)}
	shaken := make(chan error, 1)
	go func() {
		var err error
		c.z, err = zmq4.Open(c, null.Security(), zmq4.Dealer, nil, false, nil)
		shaken <- err
	}()
	g := newGuard(conn, &limits, new(atomic.Int64))
	z, err := open(g, zmq4.Router)
	if err != nil || <-shaken != nil {
		t.Fatal("no handshake", err)
	}
	p = newPeer(g, z, &limits)
	g.established(nil)
	go p.write()
	defer p.close()
	go p.send([][]byte{[]byte("first")}, false)
	for _, want := range []string{"first", "second"} {
		if m, err := c.recv(time.Second); err != nil || m[0] != want {
			t.Fatalf("got %q, %v; want %q", m, err, want)
		}
	}
}
