package session

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"gomdcsan/kernel/wire"
)

func TestStreamIsCoalescedAndComplete(t *testing.T) {
	f := newFront(t, nil)
	var b strings.Builder
	for range 2000 {
		b.WriteString("print line\n")
	}
	_, ms := f.run(strings.TrimSpace(b.String()))
	streams := 0
	for _, m := range ms {
		if m.Header.MsgType == wire.Stream {
			streams++
		}
	}
	if got := strings.Count(text(ms, "stdout"), "line\n"); got != 2000 || streams > 20 {
		t.Errorf("%d lines of 2000 in %d messages", got, streams)
	}
}

// A cell that shows more than the rate takes longer, and loses nothing.
func TestRateIsKept(t *testing.T) {
	rate := Rate{Bytes: 400_000, Messages: 50, Window: 200 * time.Millisecond}
	f := newFront(t, func(o *Options) { o.Rate = rate })
	begin := time.Now()
	_, ms := f.run("flood 1200000")
	if got := len(text(ms, "stdout")); got != 1172*1024 {
		t.Errorf("%d bytes arrived", got)
	}
	if d := time.Since(begin); d < 2*rate.Window {
		t.Errorf("three windows' output in %v", d)
	}
}

// Idle empties the server's window, and ours.
func TestRateBeginsAnewWithEachCell(t *testing.T) {
	f := newFront(t, func(o *Options) { o.Rate = Rate{Bytes: 400_000, Window: time.Hour} })
	for range 3 {
		if _, ms := f.run("flood 300000"); len(text(ms, "stdout")) < 300000 {
			t.Error("output is missing")
		}
	}
}

func TestInterruptEndsTheWaitForTheRate(t *testing.T) {
	f := newFront(t, func(o *Options) { o.Rate = Rate{Bytes: 200_000, Window: time.Hour} })
	id := f.send(wire.Shell, wire.ExecuteRequest, code("flood 100000000"))
	f.until(id, "text", func(ms []sentMessage) bool { return hasKind(ms, wire.Stream) })
	time.Sleep(50 * time.Millisecond)
	begin := time.Now()
	f.request(wire.Control, wire.InterruptRequest, map[string]any{}, nil)
	ms := f.all(id)
	if d := time.Since(begin); d > time.Second {
		t.Errorf("took %v", d)
	}
	if !strings.Contains(text(ms, "stderr"), "not shown") {
		t.Error("the user is not told that output was dropped")
	}
}

func TestCutKeepsRunesWhole(t *testing.T) {
	for _, s := range []string{"aé", "日本", "𝐚𝐛", "abcd"} {
		for most := 4; most < len(s)+2; most++ {
			n := cut([]byte(s), most)
			if n > most || n == 0 || !utf8.ValidString(s[:n]) {
				t.Errorf("cut(%q, %d) = %d", s, most, n)
			}
		}
	}
}
