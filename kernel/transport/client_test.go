package transport

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"
)

// client is a ZMTP peer with everything in the open: it can also misbehave.
type client struct {
	net.Conn
	r *bufio.Reader
	z *zmq4.Conn
}

func (c *client) Read(p []byte) (int, error) { return c.r.Read(p) }

// dialRaw connects without a word.
func dialRaw(t testing.TB, address string) net.Conn {
	t.Helper()
	network := "tcp"
	if strings.HasPrefix(address, "/") {
		network = "unix"
	}
	c, err := net.DialTimeout(network, address, 2*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// tryDial connects and shakes hands within two seconds.
func tryDial(t testing.TB, address string, kind zmq4.SocketType, id string) (*client, error) {
	t.Helper()
	c := &client{Conn: dialRaw(t, address)}
	c.r = bufio.NewReader(c.Conn)
	c.SetDeadline(time.Now().Add(2 * time.Second))
	var err error
	if c.z, err = zmq4.Open(c, null.Security(), kind, zmq4.SocketIdentity(id), false, nil); err != nil {
		return nil, err
	}
	c.SetDeadline(time.Time{})
	return c, nil
}

func dial(t testing.TB, address string, kind zmq4.SocketType, id string) *client {
	t.Helper()
	c, err := tryDial(t, address, kind, id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// subscribe dials a publisher and subscribes to everything.
func subscribe(t testing.TB, address string) *client {
	t.Helper()
	c := dial(t, address, zmq4.Sub, "")
	c.send(t, "\x01")
	return c
}

func (c *client) send(t testing.TB, frames ...string) {
	t.Helper()
	c.SetWriteDeadline(time.Now().Add(5 * time.Second))
	if _, err := c.Write(message(frames...)); err != nil {
		t.Fatal(err)
	}
}

// recv receives a message within a time.
func (c *client) recv(most time.Duration) ([]string, error) {
	c.SetReadDeadline(time.Now().Add(most))
	m, err := c.z.RecvMsg()
	if err != nil {
		return nil, err
	}
	var frames []string
	for _, f := range m.Frames {
		frames = append(frames, string(f))
	}
	return frames, nil
}

// readFrame reads one frame as it is on the wire.
func (c *client) readFrame(most time.Duration) (flags byte, body string, err error) {
	c.SetReadDeadline(time.Now().Add(most))
	var head [9]byte
	if _, err = io.ReadFull(c.r, head[:2]); err != nil {
		return 0, "", err
	}
	n := uint64(head[1])
	if head[0]&flagLong != 0 {
		if _, err = io.ReadFull(c.r, head[2:]); err != nil {
			return 0, "", err
		}
		n = binary.BigEndian.Uint64(head[1:])
	}
	b := make([]byte, n)
	_, err = io.ReadFull(c.r, b)
	return head[0], string(b), err
}

// message encodes frames as they go over the wire.
func message(frames ...string) (b []byte) {
	for i, f := range frames {
		var flags byte
		if i < len(frames)-1 {
			flags = flagMore
		}
		b = append(b, frame(flags, uint64(len(f)))...)
		b = append(b, f...)
	}
	return b
}

// frame encodes the header of a frame of n bytes.
func frame(flags byte, n uint64) []byte {
	if n < 256 {
		return []byte{flags, byte(n)}
	}
	return binary.BigEndian.AppendUint64([]byte{flags | flagLong}, n)
}

// greeting is what a ZMTP 3.0 client with the NULL mechanism says first.
func greeting() []byte {
	g := make([]byte, greetingBytes)
	g[0], g[9], g[10] = 0xFF, 0x7F, 3
	copy(g[12:], "NULL")
	return g
}

func command(name, body string) []byte {
	b := string([]byte{byte(len(name))}) + name + body
	return append(frame(flagCommand, uint64(len(b))), b...)
}

func equal(got []string, want ...string) error {
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		return fmt.Errorf("got %.200q, want %.200q", got, want)
	}
	return nil
}
