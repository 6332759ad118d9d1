package transport

import (
	"bufio"
	"fmt"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
)

// small are limits that a test can reach.
func small() Limits {
	l := DefaultLimits()
	l.Peers, l.Handshakes = 32, 16
	l.MessageBytes, l.MessageFrames, l.InFlight = 1<<20, 64, 2<<20
	return l
}

// echoSocket is a ROUTER that trusts those who say "key ...", and echoes.
func echoSocket(t testing.TB, limits Limits) (*socket, string) {
	l := localListener(t)
	s := listen(zmq4.Router, l, limits, new(atomic.Int64), func(p *peer, frames [][]byte) {
		if strings.HasPrefix(string(frames[0]), "key") {
			p.guard.trusted.Store(true)
		}
		p.send(frames, false)
	})
	t.Cleanup(func() { s.close(0) })
	return s, l.Addr().String()
}

func served(t testing.TB, c *client) {
	t.Helper()
	c.send(t, "hello")
	m, err := c.recv(2 * time.Second)
	if err == nil {
		err = equal(m, "hello")
	}
	if err != nil {
		t.Errorf("not served: %v", err)
	}
}

func TestMessageLimits(t *testing.T) {
	_, address := echoSocket(t, small())
	for name, bad := range map[string][]byte{
		"a frame that is too long":   frame(0, 1<<20+1),
		"frames that are too long":   append(message(strings.Repeat("x", 1<<19), "")[:9+1<<19], frame(flagMore, 1<<19+1)...),
		"too many frames":            []byte(strings.Repeat("\x01\x00", 100)),
		"a command that is too long": frame(flagCommand, commandBytes+1),
	} {
		c := dial(t, address, zmq4.Dealer, "")
		if name == "frames that are too long" {
			bad[0] |= flagMore
		}
		c.Write(bad)
		c.SetReadDeadline(time.Now().Add(2 * time.Second))
		if _, _, err := c.readFrame(2 * time.Second); err == nil || isTimeout(err) {
			t.Errorf("%s: the peer was not dropped: %v", name, err)
		}
	}
	served(t, dial(t, address, zmq4.Dealer, ""))
}

func isTimeout(err error) bool {
	e, ok := err.(net.Error)
	return ok && e.Timeout()
}

// Strangers that announce more than they send cannot take memory from each
// other's allowance for ever, nor from those who know the key.
func TestBytesUnderWay(t *testing.T) {
	s, address := echoSocket(t, small())
	friend := dial(t, address, zmq4.Dealer, "")
	friend.send(t, "key")
	friend.recv(time.Second)
	var hoarders []*client
	for range 6 {
		c := dial(t, address, zmq4.Dealer, "")
		c.Write(frame(0, 1<<20))
		hoarders = append(hoarders, c)
	}
	time.Sleep(50 * time.Millisecond)
	if n := s.budget.Load(); n > small().InFlight {
		t.Errorf("%d bytes under way, %d allowed", n, small().InFlight)
	}
	big := strings.Repeat("x", 1<<19)
	friend.send(t, "key", big)
	if m, err := friend.recv(2 * time.Second); err != nil || len(m) != 2 {
		t.Errorf("the friend is not served: %v", err)
	}
	served(t, dial(t, address, zmq4.Dealer, "")) // small messages do not count
	for _, c := range hoarders {
		c.Close()
	}
	waitFor(t, "the allowance back", func() bool { return s.budget.Load() == 0 })
}

func waitFor(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(3 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// A flood of connections costs a bounded number of goroutines, leaves those
// who were there or know the key, and lets newcomers in.
func TestFloodOfConnections(t *testing.T) {
	for _, kind := range []struct {
		name  string
		hello []byte
	}{
		{"silent", nil},
		{"shaking hands", append(greeting(), command("READY", "\x0bSocket-Type\x00\x00\x00\x06DEALER")...)},
	} {
		t.Run(kind.name, func(t *testing.T) {
			s, address := echoSocket(t, small())
			first := dial(t, address, zmq4.Dealer, "")
			time.Sleep(20 * time.Millisecond)
			var flood []net.Conn
			for range 200 {
				c := dialRaw(t, address)
				c.Write(kind.hello)
				flood = append(flood, c)
			}
			friend := dial(t, address, zmq4.Dealer, "")
			friend.send(t, "key")
			friend.recv(time.Second)
			for range 200 {
				c := dialRaw(t, address)
				c.Write(kind.hello)
				flood = append(flood, c)
			}
			time.Sleep(50 * time.Millisecond)
			served(t, first)
			served(t, friend)
			served(t, dial(t, address, zmq4.Dealer, ""))
			s.mu.Lock()
			if len(s.peers) > small().Peers || len(s.hands) > small().Handshakes {
				t.Errorf("%d peers, %d handshakes", len(s.peers), len(s.hands))
			}
			s.mu.Unlock()
			for _, c := range flood {
				c.Close()
			}
		})
	}
}

// A peer that knows the key comes before a newcomer of the same identity that
// has not shown it: a stranger who has heard the identity gets no prompts.
func TestIdentityOfTheTrusted(t *testing.T) {
	s, address := echoSocket(t, small())
	friend := dial(t, address, zmq4.Dealer, "me")
	friend.send(t, "key")
	friend.recv(time.Second)
	stranger := dial(t, address, zmq4.Dealer, "me")
	served(t, stranger)
	s.named("me", time.Now(), true).send([][]byte{[]byte("name? ")}, false)
	if m, err := friend.recv(time.Second); err != nil || m[0] != "name? " {
		t.Errorf("the friend got %q, %v", m, err)
	}
}

// A subscriber that never reads costs its queue and one stall, then it is gone.
func TestDeafSubscriberIsDropped(t *testing.T) {
	limits := small()
	limits.QueueBytes, limits.Stall = 1<<20, 100*time.Millisecond
	l := localListener(t)
	s := listen(zmq4.XPub, l, limits, new(atomic.Int64), func(p *peer, frames [][]byte) { p.subscribe(frames[0]) })
	defer s.close(0)
	subscribe(t, l.Addr().String())
	waitFor(t, "the subscription", func() bool { s.mu.Lock(); defer s.mu.Unlock(); return len(s.peers) == 1 && s.peers[0].subscribed("x") })
	begin := time.Now()
	for range 300 {
		s.publish([][]byte{[]byte("topic"), make([]byte, 100<<10)}, false)
	}
	if d := time.Since(begin); d > 2*time.Second {
		t.Errorf("publishing took %v", d)
	}
	waitFor(t, "the deaf to go", func() bool { s.mu.Lock(); defer s.mu.Unlock(); return len(s.peers) == 0 })
}

// A slow but living subscriber slows the publisher and loses nothing.
func TestSlowSubscriberGetsEverything(t *testing.T) {
	limits := small()
	limits.QueueBytes, limits.Stall = 1<<20, 300*time.Millisecond
	l := localListener(t)
	s := listen(zmq4.XPub, l, limits, new(atomic.Int64), func(p *peer, frames [][]byte) { p.subscribe(frames[0]) })
	defer s.close(0)
	c := subscribe(t, l.Addr().String())
	waitFor(t, "the subscription", func() bool { s.mu.Lock(); defer s.mu.Unlock(); return len(s.peers) == 1 && s.peers[0].subscribed("x") })
	const n = 200
	go func() {
		for i := range n {
			s.publish([][]byte{[]byte("topic"), []byte(fmt.Sprint(i)), make([]byte, 100<<10)}, false)
		}
	}()
	for i := range n {
		if i%20 == 0 {
			time.Sleep(50 * time.Millisecond)
		}
		if m, err := c.recv(2 * time.Second); err != nil || m[1] != fmt.Sprint(i) {
			t.Fatalf("message %d: %.20q %v", i, m, err)
		}
	}
}

func TestCloseEndsEveryGoroutine(t *testing.T) {
	before := runtime.NumGoroutine()
	l := localListener(t)
	s := listen(zmq4.Router, l, DefaultLimits(), new(atomic.Int64), func(p *peer, frames [][]byte) { p.send(frames, false) })
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			dialRaw(t, l.Addr().String())
			dial(t, l.Addr().String(), zmq4.Dealer, "").send(t, "hello")
		})
	}
	wg.Wait()
	s.close(time.Second)
	waitFor(t, "goroutines to end", func() bool { return runtime.NumGoroutine() <= before+1 })
}

// What arrives in pieces of any size is read as what it is.
func TestPieces(t *testing.T) {
	_, address := echoSocket(t, small())
	all := append(greeting(), command("READY", "\x0bSocket-Type\x00\x00\x00\x06DEALER")...)
	long := strings.Repeat("l", 300)
	all = append(all, command("PING", "\x00\x00abc")...)
	all = append(all, message("a", "", long)...)
	c := &client{Conn: dialRaw(t, address)}
	for i := range all {
		c.Write(all[i : i+1])
	}
	var hello [greetingBytes]byte
	c.r = bufio.NewReader(c.Conn)
	readFull(c.r, hello[:])
	for i, want := range []string{"\x05READY", "\x04PONGabc", "a", "", long} {
		_, body, err := c.readFrame(time.Second)
		if i == 0 {
			body = body[:6]
		}
		if err != nil || body != want {
			t.Fatalf("frame %d is %.40q, %v", i, body, err)
		}
	}
	d := dial(t, address, zmq4.Dealer, "")
	d.Write(message("a", "", long))
	if m, err := d.recv(time.Second); err != nil || equal(m, "a", "", long) != nil {
		t.Errorf("got %.40q, %v", m, err)
	}
}

func BenchmarkEcho(b *testing.B) {
	_, address := echoSocket(b, DefaultLimits())
	c := dial(b, address, zmq4.Dealer, "id")
	frames := []string{"<IDS|MSG>", strings.Repeat("s", 64), strings.Repeat("h", 200), "{}", "{}", strings.Repeat("c", 150)}
	for b.Loop() {
		c.send(b, frames...)
		if _, err := c.recv(time.Second); err != nil {
			b.Fatal(err)
		}
	}
}

// Held messages leave, in order, with the next or at a flush.
func TestHold(t *testing.T) {
	l := localListener(t)
	s := listen(zmq4.XPub, l, small(), new(atomic.Int64), func(p *peer, frames [][]byte) { p.subscribe(frames[0]) })
	defer s.close(0)
	c := subscribe(t, l.Addr().String())
	waitFor(t, "the subscription", func() bool { s.mu.Lock(); defer s.mu.Unlock(); return len(s.peers) == 1 && s.peers[0].subscribed("x") })
	say := func(n int, hold bool) { s.publish([][]byte{[]byte(fmt.Sprint(n))}, hold) }
	say(1, true)
	if m, err := c.recv(50 * time.Millisecond); err == nil {
		t.Errorf("%q was not held", m)
	}
	c = subscribe(t, l.Addr().String()) // zmq4 gives up a connection that timed out
	waitFor(t, "the second subscription", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.peers) == 2 && s.peers[len(s.peers)-1].subscribed("x")
	})
	say(1, true)
	say(2, true)
	say(3, false)
	say(4, true)
	s.flush()
	for n := 1; n <= 4; n++ {
		if m, err := c.recv(time.Second); err != nil || m[0] != fmt.Sprint(n) {
			t.Fatalf("message %d is %q, %v", n, m, err)
		}
	}
	say(5, true)
	go s.close(time.Second)
	if m, err := c.recv(time.Second); err != nil || m[0] != "5" {
		t.Errorf("at the end %q, %v", m, err)
	}
}

// Many senders at once, with sizes around what is written inline: the order of
// each is kept and nothing is lost.
func TestManySenders(t *testing.T) {
	limits := small()
	limits.QueueBytes = 1 << 20
	l := localListener(t)
	s := listen(zmq4.XPub, l, limits, new(atomic.Int64), func(p *peer, frames [][]byte) { p.subscribe(frames[0]) })
	defer s.close(0)
	c := subscribe(t, l.Addr().String())
	waitFor(t, "the subscription", func() bool { s.mu.Lock(); defer s.mu.Unlock(); return len(s.peers) == 1 && s.peers[0].subscribed("x") })
	const senders, each = 4, 500
	for k := range senders {
		go func() {
			for i := range each {
				size := []int{10, 20 << 10, 30 << 10, 40 << 10}[i%4]
				s.publish([][]byte{[]byte(fmt.Sprint(k)), []byte(fmt.Sprint(i)), make([]byte, size)}, i%3 == 0 && i < each-1)
			}
		}()
	}
	next := map[string]int{}
	for n := range senders * each {
		if n%400 == 0 {
			time.Sleep(100 * time.Millisecond) // the system's buffers fill: some writes are partial
		}
		m, err := c.recv(5 * time.Second)
		if err != nil {
			t.Fatalf("after %v: %v", next, err)
		}
		if m[1] != fmt.Sprint(next[m[0]]) {
			t.Fatalf("sender %s: message %s, want %d", m[0], m[1], next[m[0]])
		}
		next[m[0]]++
	}
}
