package display

import (
	"crypto/rand"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"gomdcsan/kernel/engine"
	"gomdcsan/mdcsan/frame"
)

// ids makes display IDs: a prefix for the process, as notebooks outlive it,
// and a counter.
var ids = struct {
	prefix func() string
	n      atomic.Int64
}{prefix: sync.OnceValue(func() string { return rand.Text()[:12] })}

func newID() string { return fmt.Sprintf("%s-%d", ids.prefix(), ids.n.Add(1)) }

// Handle is something shown that can be replaced in place.
type Handle struct{ ids []string }

// Show shows values, one below the other.
func Show(values ...any) *Handle {
	h := &Handle{}
	for _, v := range values {
		h.ids = append(h.ids, show(Bundle(v)))
	}
	return h
}

// Update shows other values in the places of those shown before. Places
// without a new value become empty; values beyond the last place join it.
func (h *Handle) Update(values ...any) {
	for i, id := range h.ids {
		switch {
		case i >= len(values):
			update(id, textual(""))
		case i == len(h.ids)-1:
			update(id, BundleAll(values[i:]...))
		default:
			update(id, Bundle(values[i]))
		}
	}
}

func show(d engine.Display) (id string) {
	id = newID()
	host().Emit(engine.Event{Kind: engine.Show, Display: &d, DisplayID: id})
	return id
}

func update(id string, d engine.Display) {
	host().Emit(engine.Event{Kind: engine.Update, Display: &d, DisplayID: id})
}

// Must ends the cell with err, unless it is nil. In a notebook it stands for
// the three lines that a program would spend on it:
//
//	run, err := mdcsan.Train(display.Context(), cfg)
//	display.Must(err)
func Must(err error) {
	if err != nil {
		panic(err)
	}
}

// ReadCSV reads a file of comma-separated values as a table whose columns go
// straight into plotting: t.Num("step"). It ends the cell if that cannot be
// done; frame.ReadCSV returns the error.
func ReadCSV(path string) *frame.Frame {
	f, err := frame.ReadCSV(path)
	Must(err)
	return f
}

// Figure is a picture that follows a computation; see Live.
type Figure struct {
	draw  func() any
	id    string
	next  time.Time // not drawn before
	stale bool
	// silent figures are drawn by Close only.
	silent bool
	now    func() time.Time
}

// The pace of live figures: at most four a second, and at most a tenth of the
// time spent drawing.
const (
	liveInterval = 250 * time.Millisecond
	liveShare    = 10
)

// Live shows what draw returns and returns the figure, to be redrawn by
// Redraw and finished by Close. draw runs in the goroutine that calls these.
func Live(draw func() any) *Figure {
	f := &Figure{draw: draw, now: time.Now, stale: true}
	_, f.silent = host().(*terminal) // which cannot redraw: it describes the last state
	f.catchUp()
	return f
}

// Redraw draws the figure's new state, unless it was drawn just now. Call it
// as often as you like.
func (f *Figure) Redraw() {
	f.stale = true
	f.catchUp()
}

// catchUp draws what Redraw put off, when it is time.
func (f *Figure) catchUp() {
	if f.stale && !f.silent && !f.now().Before(f.next) {
		f.paint()
	}
}

// Close draws the last state.
func (f *Figure) Close() {
	if f.stale {
		f.paint()
	}
}

func (f *Figure) paint() {
	start := f.now()
	d := Bundle(f.draw())
	if f.id == "" {
		f.id = show(d)
	} else {
		update(f.id, d)
	}
	end := f.now()
	f.next = end.Add(max(liveInterval, liveShare*end.Sub(start)))
	f.stale = false
}
