package display

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"gomdcsan/kernel/engine"
)

// Bar is a progress bar, and with Sub a tree of them that share one place on
// the screen. Its methods are safe for concurrent use.
type Bar struct {
	root *tree

	name, note  string
	n, total    int
	start, last time.Time // of the bar, of the last estimate of rate
	lastN       int
	rate        float64 // per second, smoothed
	weight      float64 // of the samples in rate, to 1
	closed      bool
	end         time.Time
	parent      *Bar
	children    []*Bar
}

// tree is what a root bar and its descendants share.
type tree struct {
	mu   sync.Mutex
	bar  *Bar
	view barView
	next time.Time // not drawn before
	now  func() time.Time
}

// barView draws a tree, called with its lock held.
type barView interface {
	draw(root *Bar, now time.Time)
}

const (
	barInterval = 150 * time.Millisecond // between two redraws
	rateTime    = 5 * time.Second        // over which the rate is averaged
)

// Progress shows a progress bar that counts to total; 0 where the end is not
// known. Close it, by defer, so that it shows where the work ended.
func Progress(name string, total int) *Bar {
	var view barView = &notebookBar{}
	if t, ok := host().(*terminal); ok {
		view = newTerminalBar(t)
	}
	return newBar(name, total, view, time.Now)
}

func newBar(name string, total int, view barView, now func() time.Time) *Bar {
	t := &tree{view: view, now: now}
	t.bar = &Bar{root: t, name: name, total: total, start: now(), last: now()}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.draw(true)
	return t.bar
}

// Sub shows a bar below b, for a part of its work; it vanishes when closed.
func (b *Bar) Sub(name string, total int) *Bar {
	b.root.mu.Lock()
	defer b.root.mu.Unlock()
	now := b.root.now()
	s := &Bar{root: b.root, parent: b, name: name, total: total, start: now, last: now}
	b.children = append(b.children, s)
	b.root.draw(false)
	return s
}

// Add counts n more.
func (b *Bar) Add(n int) { b.change(func() { b.n += n }) }

// Set counts to n.
func (b *Bar) Set(n int) { b.change(func() { b.n = n }) }

// SetTotal changes what the bar counts to.
func (b *Bar) SetTotal(total int) { b.change(func() { b.total = total }) }

// Note puts a remark behind the bar, such as the last return.
func (b *Bar) Note(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	b.change(func() { b.note = s })
}

// Close ends the bar: the root stays as it stands, a part vanishes.
func (b *Bar) Close() {
	b.root.mu.Lock()
	defer b.root.mu.Unlock()
	if b.closed {
		return
	}
	b.closed, b.end = true, b.root.now()
	if b.parent == nil {
		b.children = nil
		b.root.draw(true)
		return
	}
	i := slices.Index(b.parent.children, b)
	if i >= 0 {
		b.parent.children = slices.Delete(b.parent.children, i, i+1)
	}
	b.root.draw(false)
}

func (b *Bar) change(f func()) {
	b.root.mu.Lock()
	defer b.root.mu.Unlock()
	if b.closed {
		return
	}
	f()
	b.root.draw(b.total > 0 && b.n >= b.total && b.parent == nil)
}

// draw redraws the tree when it is time, or now.
func (t *tree) draw(must bool) {
	now := t.now()
	if !must && now.Before(t.next) {
		return
	}
	t.next = now.Add(barInterval)
	t.bar.measure(now)
	t.view.draw(t.bar, now)
}

// measure updates the rates: an exponential average over rateTime, corrected
// for its start, so that a phase of another speed soon shows in the time left.
func (b *Bar) measure(now time.Time) {
	if dt := now.Sub(b.last); dt > 0 && !b.closed {
		keep := math.Exp(-dt.Seconds() / rateTime.Seconds())
		b.rate = keep*b.rate + (1-keep)*float64(b.n-b.lastN)/dt.Seconds()
		b.weight = keep*b.weight + 1 - keep
		b.last, b.lastN = now, b.n
	}
	for _, c := range b.children {
		c.measure(now)
	}
}

// speed is the number counted per second: lately, or over all when closed.
func (b *Bar) speed() float64 {
	if b.closed {
		if d := b.end.Sub(b.start).Seconds(); d > 0 {
			return float64(b.n) / d
		}
		return 0
	}
	if b.weight == 0 {
		return 0
	}
	return b.rate / b.weight
}

// status is what stands behind the bar.
func (b *Bar) status(now time.Time) string {
	end := now
	if b.closed {
		end = b.end
	}
	var parts []string
	if b.total > 0 {
		parts = append(parts, fmt.Sprintf("%s/%s", grouped(b.n), grouped(b.total)))
	} else {
		parts = append(parts, grouped(b.n))
	}
	rate := b.speed()
	took := clock(end.Sub(b.start))
	if left := float64(b.total - b.n); !b.closed && left > 0 && rate > 0 {
		took += " < " + clock(time.Duration(left/rate*float64(time.Second)))
	}
	parts = append(parts, took)
	if rate > 0 {
		parts = append(parts, speedText(rate))
	}
	if b.closed && b.n < b.total {
		parts = append(parts, "stopped")
	}
	if b.note != "" {
		parts = append(parts, b.note)
	}
	return strings.Join(parts, " · ")
}

func (b *Bar) fraction() float64 {
	if b.total <= 0 {
		return 0
	}
	return min(1, max(0, float64(b.n)/float64(b.total)))
}

// each visits b and its open parts with their depth.
func (b *Bar) each(depth int, visit func(*Bar, int)) {
	visit(b, depth)
	for _, c := range b.children {
		c.each(depth+1, visit)
	}
}

func speedText(rate float64) string {
	switch {
	case rate >= 100:
		return grouped(int(math.Round(rate))) + "/s"
	case rate >= 1:
		return fmt.Sprintf("%.3g/s", rate)
	}
	return fmt.Sprintf("%.3g s each", 1/rate)
}

// clock formats a duration as 0:42, 12:05 or 1:02:03.
func clock(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// grouped writes an integer with thousands separated: 20,000.
func grouped(n int) string {
	s := fmt.Sprint(n)
	start := len(s) % 3
	if n < 0 {
		return "-" + grouped(-n)
	}
	var parts []string
	if start > 0 {
		parts = append(parts, s[:start])
	}
	for i := start; i < len(s); i += 3 {
		parts = append(parts, s[i:i+3])
	}
	return strings.Join(parts, ",")
}

// notebookBar draws in a cell's output, replaced in place.
type notebookBar struct{ id string }

func (v *notebookBar) draw(root *Bar, now time.Time) {
	var plain, rich strings.Builder
	root.each(0, func(b *Bar, depth int) {
		if plain.Len() > 0 {
			plain.WriteByte('\n')
		}
		plain.WriteString(strings.Repeat("  ", depth) + b.line(now, 24))
		b.html(&rich, depth, now)
	})
	d := engine.Display{Data: map[string]any{mimeText: plain.String(), mimeHTML: rich.String()}}
	if v.id == "" {
		v.id = show(d)
		return
	}
	update(v.id, d)
}

func (b *Bar) line(now time.Time, width int) string {
	if b.total <= 0 {
		return b.name + "  " + b.status(now)
	}
	return fmt.Sprintf("%s %3.0f%% |%s| %s", b.name, math.Floor(100*b.fraction()), blocks(b.fraction(), width), b.status(now))
}

// blocks draws a bar of width characters in eighths.
func blocks(fraction float64, width int) string {
	eighths := int(fraction * float64(8*width))
	s := strings.Repeat("█", eighths/8)
	if r := eighths % 8; r > 0 {
		s += string([]rune(" ▏▎▍▌▋▊▉")[r])
	}
	return pad(s, width, true)
}

func (b *Bar) html(w *strings.Builder, depth int, now time.Time) {
	fmt.Fprintf(w, `<div style="padding-left:%dem;font-variant-numeric:tabular-nums">%s `, 2*depth, html.EscapeString(b.name))
	switch {
	case b.total > 0:
		fmt.Fprintf(w, `<progress value="%d" max="%d" style="width:16em;vertical-align:middle"></progress> %.0f%% · `,
			min(b.n, b.total), b.total, math.Floor(100*b.fraction()))
	case !b.closed:
		w.WriteString(`<progress style="width:16em;vertical-align:middle"></progress> `)
	}
	fmt.Fprintf(w, "%s</div>\n", html.EscapeString(b.status(now)))
}
