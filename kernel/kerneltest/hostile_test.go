package kerneltest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"gomdcsan/kernel/wire"
)

// greeting is what a ZeroMQ socket of a kind says first, up to READY.
func greeting(kind string) []byte {
	b := append([]byte{0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 3, 0}, "NULL"...)
	b = append(b, make([]byte, 64-len(b))...)
	body := append([]byte("\x05READY\x0bSocket-Type"), 0, 0, 0, byte(len(kind)))
	body = append(body, kind...)
	return append(append(b, 4, byte(len(body))), body...)
}

// neighbours are what a local process without the key can say to a kernel.
var neighbours = []struct {
	name   string
	speech func(ch wire.Channel) []byte
}{
	{"silent", func(wire.Channel) []byte { return nil }},
	{"garbage", func(wire.Channel) []byte {
		return []byte("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" + strings.Repeat("x", 100))
	}},
	{"8 GiB frame", func(ch wire.Channel) []byte {
		return binary.BigEndian.AppendUint64(append(greeting(peerOf(ch)), 2), 8<<30)
	}},
	{"deaf", func(ch wire.Channel) []byte {
		b := greeting(peerOf(ch))
		if ch == wire.IOPub {
			b = append(b, 0, 1, 1) // subscribes to everything
		}
		return b
	}},
}

// peerOf is the type of socket that talks to a channel's.
func peerOf(ch wire.Channel) string {
	switch ch {
	case wire.IOPub:
		return "SUB"
	case wire.Heartbeat:
		return "REQ"
	}
	return "DEALER"
}

// Ten thousand connections of every bad kind, held open as long as the kernel
// lets them, while a cell prints 100 MB: the kernel's own client loses nothing,
// nobody waits for long, and the memory of the front stays bounded.
func TestHostileNeighbours(t *testing.T) {
	k := Start(t, "GOMDCSAN_OUTPUT_RATE=off")
	k.Execute("1 + 1")
	const each = 500
	var held []net.Conn
	defer func() {
		for _, c := range held {
			c.Close()
		}
	}()
	for _, n := range neighbours {
		for _, ch := range wire.Channels() {
			for range each {
				network, address := k.Info.Address(ch)
				c, err := net.DialTimeout(network, address, 10*time.Second)
				if errors.Is(err, syscall.EMFILE) {
					t.Skipf("this machine gives a process only %d files", len(held))
				}
				if err != nil {
					t.Fatalf("%s on %s, connection %d: %v", n.name, ch, len(held), err)
				}
				held = append(held, c)
				c.Write(n.speech(ch)) // may fail: the kernel has closed it
			}
		}
	}
	t.Logf("%d connections", len(held))
	begun := time.Now()
	if r := k.Request(wire.Control, wire.KernelInfoRequest, struct{}{}); r.Reply.Status != "ok" || time.Since(begun) > 5*time.Second {
		t.Errorf("kernel_info: %v after %v", r.Reply, time.Since(begun))
	}
	const lines = 100_000
	r := k.Execute(fmt.Sprintf(`s := strings.Repeat("x", 999) + "\n"; for i := 0; i < %d; i++ { fmt.Print(s) }`, lines))
	if n := len(r.Text("stdout")); n != lines*1000 {
		t.Errorf("%d bytes of %d: %v", n, lines*1000, r.Reply)
	}
	late := Connect(t, k.Info)
	if r := late.Execute("1 + 1"); r.Value() != "2" {
		t.Errorf("a client that came later: %v", r.Reply)
	}
	if mb := peak(t, k.Cmd.Process.Pid); mb > 600 {
		t.Errorf("the front took %.0f MB", mb)
	} else {
		t.Logf("the front took %.0f MB at most, all was done after %v", mb, time.Since(begun))
	}
}

// peak is the most memory that a process has had, in MB.
func peak(t *testing.T, pid int) float64 {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Skip("no /proc here:", err)
	}
	_, after, _ := strings.Cut(string(data), "VmHWM:")
	kb, err := strconv.ParseFloat(strings.Fields(after)[0], 64)
	if err != nil {
		t.Fatal(err)
	}
	return kb / 1024
}
