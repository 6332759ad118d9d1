package transport

import (
	"net"
	"testing"
	"time"
)

// A port that Jupyter chose may be somebody's for a moment.
func TestPortComesFree(t *testing.T) {
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(100*time.Millisecond, func() { other.Close() })
	l, err := bind("tcp", other.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
}
