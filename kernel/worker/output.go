package worker

import (
	"io"
	"sync"
	"time"
	"unicode/utf8"

	"gomdcsan/kernel/engine"
)

// output sends frames to the front. It is the engine's sink; it gathers
// streams and mixes in, in order, what the process writes to its own
// standard output and error.
type output struct {
	mu    sync.Mutex
	w     io.Writer
	pipes stdPipes
	cell  string // that output of the process belongs to
	enc   []byte // encoded frames that wait for the next write

	// gathered output, of one cell and stream
	textCell, textName string
	text               []byte
	timer              *time.Timer
	armed              bool
}

const (
	gatherSize = 32 << 10             // bytes of output that leave at once
	gatherTime = 4 * time.Millisecond // and how long fewer wait
	textMax    = 1 << 20              // bytes in a frame
	crashPause = 250 * time.Millisecond
)

func newOutput(w io.Writer, pipes stdPipes) *output {
	o := &output{w: w, pipes: pipes}
	o.timer = time.AfterFunc(time.Hour, o.flushGathered)
	o.timer.Stop()
	go o.pump() // lives as long as the process
	return o
}

// pump passes on what the process writes while no event takes it along.
func (o *output) pump() {
	for o.pipes.wait() == nil {
		time.Sleep(time.Millisecond) // one frame for many small writes
		o.mu.Lock()
		o.drain()
		o.flushText(false) // at once: what was taken from the pipe dies with this process
		o.write()
		o.mu.Unlock()
	}
}

// setCell says which cell's output follows.
func (o *output) setCell(id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.drain()
	o.cell = id
}

// Emit implements engine.Sink.
func (o *output) Emit(e engine.Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.drain()
	if e.Kind == engine.Stream {
		o.add(e.Cell, e.Name, []byte(e.Text))
		return
	}
	o.flushText(false)
	f, err := jsonFrame(frameEvent, 0, e)
	if err != nil {
		o.write()
		o.add(e.Cell, "stderr", []byte("This cannot be shown: "+err.Error()+"\n"))
		return
	}
	o.enc = appendFrame(o.enc, f)
	if e.Kind == engine.Result {
		o.arm() // the cell's end is near: both leave in one write
		return
	}
	o.write()
}

// send sends a frame after all output so far.
func (o *output) send(kind frameKind, id uint32, v any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.drain()
	o.flushText(true)
	f, err := jsonFrame(kind, id, v)
	if err != nil {
		// Only an outcome can hold what JSON cannot: the cell's own values.
		f, _ = jsonFrame(kind, id, failure("output error", err.Error()))
	}
	o.enc = appendFrame(o.enc, f)
	o.write()
}

func (o *output) flush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.drain()
	o.flushText(true)
	o.write()
}

func (o *output) flushGathered() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.armed = false
	o.flushText(false)
	o.write()
}

// arm sees to it that what waits does not wait long.
func (o *output) arm() {
	if !o.armed {
		o.armed = true
		o.timer.Reset(gatherTime)
	}
}

// drain takes what the process has written.
func (o *output) drain() {
	if !o.pipes.pending() {
		return
	}
	o.pipes.dying()
	for i, name := range [2]string{"stdout", "stderr"} {
		if text := o.pipes.read(i); len(text) > 0 {
			o.add(o.cell, name, text)
		}
	}
}

// add gathers output.
func (o *output) add(cell, name string, text []byte) {
	if len(o.text) > 0 && (cell != o.textCell || name != o.textName) {
		o.flushText(true)
	}
	o.textCell, o.textName = cell, name
	o.text = append(o.text, text...)
	if len(o.text) >= gatherSize {
		o.flushText(false)
		o.write()
	} else if len(o.text) > 0 {
		o.arm()
	}
}

// flushText encodes the gathered output, but for the beginning of a character
// whose rest may follow, unless all is true.
func (o *output) flushText(all bool) {
	n := len(o.text)
	if !all {
		n -= partial(o.text)
	}
	for sent := 0; sent < n; {
		end := min(n, sent+textMax)
		if end < n {
			end -= partial(o.text[sent:end])
		}
		o.enc = appendFrame(o.enc, streamFrame(o.textCell, o.textName, o.text[sent:end]))
		sent = end
	}
	o.text = append(o.text[:0], o.text[n:]...)
	if cap(o.text) > 4*textMax {
		o.text = append([]byte(nil), o.text...)
	}
}

// partial is the number of bytes of an unfinished character at the end.
func partial(b []byte) int {
	for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
		if c := b[len(b)-i]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-i:]) {
				return i
			}
			return 0
		}
	}
	return 0
}

// write sends what is encoded. When the front has gone there is nobody to
// tell: the request pipe ends too, and with it the process.
func (o *output) write() {
	if len(o.enc) == 0 {
		return
	}
	_, _ = o.w.Write(o.enc)
	if o.enc = o.enc[:0]; cap(o.enc) > 4*textMax {
		o.enc = nil
	}
}
