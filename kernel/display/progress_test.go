package display

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"gomdcsan/kernel/engine"
)

// clockBar makes a bar on a clock that the test moves.
func clockBar(t *testing.T, name string, total int) (*recorder, *Bar, *time.Time) {
	r := record(t)
	now := time.Unix(0, 0)
	return r, newBar(name, total, &notebookBar{}, func() time.Time { return now }), &now
}

func lastText(r *recorder) string {
	return r.events[len(r.events)-1].Display.Data["text/plain"].(string)
}

func TestBarRateAndTimeLeft(t *testing.T) {
	r, b, now := clockBar(t, "training", 20000)
	for range 9000 { // 90 s at 100 a second
		*now = now.Add(10 * time.Millisecond)
		b.Add(1)
	}
	*now = now.Add(time.Second / 4)
	b.Note("return %d", 312)
	got := lastText(r)
	for _, want := range []string{"training  45% |██████████▊", "9,000/20,000 · 1:30 < 1:5", "/s · return 312"} {
		if !strings.Contains(got, want) {
			t.Errorf("bar %q, want it to contain %q", got, want)
		}
	}
	if n := len(r.events); n < 400 || n > 700 { // 90 s at one in 0.15 s
		t.Errorf("%d events for 9000 steps", n)
	}
	for i, e := range r.events {
		if (i == 0) != (e.Kind == engine.Show) || e.DisplayID != r.events[0].DisplayID {
			t.Fatalf("event %d is %+v: one display, updated in place", i, e)
		}
	}
}

func TestBarRateFollowsAChange(t *testing.T) {
	_, b, now := clockBar(t, "training", 1_000_000)
	for i := range 200 { // 20 s fast, 20 s slow
		*now = now.Add(200 * time.Millisecond)
		if i < 100 {
			b.Add(1000)
		} else {
			b.Add(10)
		}
	}
	b.root.mu.Lock()
	defer b.root.mu.Unlock()
	if s := b.speed(); s < 50 || s > 200 {
		t.Errorf("after 20 s at 50/s the rate is %.0f/s", s)
	}
}

func TestBarInSavedNotebook(t *testing.T) {
	r, b, now := clockBar(t, "training", 100)
	part := b.Sub("evaluation", 10)
	*now = now.Add(time.Second)
	part.Add(3)
	if got := lastText(r); !strings.Contains(got, "\n  evaluation  30%") {
		t.Errorf("part not shown below: %q", got)
	}
	part.Close()
	b.Set(100)
	if got := lastText(r); !strings.Contains(got, "100%") || strings.Contains(got, "evaluation") {
		t.Errorf("full bar: %q", got)
	}
	b.Close()
	final := lastText(r)
	b.Add(1)
	b.Close()
	if lastText(r) != final || !strings.HasSuffix(final, "100/100 · 0:01 · 100/s") {
		t.Errorf("closed bar: %q", final)
	}
	if h := r.events[len(r.events)-1].Display.Data["text/html"].(string); !strings.Contains(h, `<progress value="100" max="100"`) {
		t.Errorf("html %q", h)
	}
}

func TestBarStopped(t *testing.T) {
	r, b, now := clockBar(t, "<sweep>", 0)
	*now = now.Add(2 * time.Second)
	b.Add(3)
	if got := lastText(r); got != "<sweep>  3 · 0:02 · 1.5/s" {
		t.Errorf("%q", got)
	}
	b.SetTotal(5)
	b.Close()
	if got := lastText(r); !strings.HasSuffix(got, "3/5 · 0:02 · 1.5/s · stopped") {
		t.Errorf("%q", got)
	}
	if h := r.events[len(r.events)-1].Display.Data["text/html"].(string); !strings.Contains(h, "&lt;sweep&gt;") {
		t.Errorf("name not escaped: %q", h)
	}
}

func TestTerminalBar(t *testing.T) {
	for _, live := range []bool{true, false} {
		var out bytes.Buffer
		now := time.Unix(0, 0)
		b := newBar("training", 10, &terminalBar{out: &out, live: live}, func() time.Time { return now })
		part := b.Sub("evaluation", 4)
		now = now.Add(time.Second)
		part.Add(1)
		during := out.String()
		if live != strings.Contains(during, "training › evaluation 1/4") {
			t.Errorf("live %v: %q", live, during)
		}
		part.Close()
		b.Add(10)
		b.Close()
		if s := out.String(); !strings.HasSuffix(s, "10/10 · 0:01 · 10/s\n") {
			t.Errorf("live %v: %q", live, s)
		}
	}
}

func TestGrouped(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -20000: "-20,000"} {
		if got := grouped(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}
