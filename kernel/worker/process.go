package worker

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gomdcsan/kernel/engine"
)

// process is one worker process, seen from the front.
type process struct {
	os     osProcess
	events func(engine.Event) // called by one goroutine, in order
	ready  chan struct{}      // closed when the engine is ready
	dying  chan struct{}      // closed when it is certain that it ends
	done   chan struct{}      // closed when the process is gone and all it said was passed on
	end    death              // valid after done
	helloE atomic.Pointer[string]

	mu      sync.Mutex
	cond    *sync.Cond
	queue   []byte // frames to write
	closed  bool   // no more frames
	nextID  uint32
	replies map[uint32]chan []byte
	cause   string // why we killed it, if we did
}

// maxQueue bounds what waits for a worker that does not read.
const maxQueue = 64 << 20

var errNotReading = errors.New("the worker does not read what it is sent")

// startProcess starts a worker. Its events go to the function given.
func startProcess(o Options, events func(engine.Event)) (*process, error) {
	p := &process{
		events: events, ready: make(chan struct{}), dying: make(chan struct{}), done: make(chan struct{}),
		replies: map[uint32]chan []byte{},
	}
	p.cond = sync.NewCond(&p.mu)
	if err := p.os.start(o); err != nil {
		return nil, fmt.Errorf("worker: start %s: %w", o.Path, err)
	}
	go p.run(o)
	return p, nil
}

// run reads frames until the process is gone, then gathers its last words.
func (p *process) run(o Options) {
	defer close(p.done)
	p.os.forward(p.events)
	go p.write()
	crash := make(chan []byte, 1)
	dies := sync.OnceFunc(func() { close(p.dying) })
	go func() {
		crash <- readCrash(p.os.crash, func() {
			dies()
			p.os.listen()
			time.AfterFunc(dumpTime, p.os.kill) // what happened is told first
		})
	}()
	timer := time.AfterFunc(o.StartTimeout, func() {
		select {
		case <-p.ready:
		default:
			p.kill(fmt.Sprintf("it was not ready after %v", o.StartTimeout))
		}
	})
	defer timer.Stop()

	err := p.read()
	dies()
	if errors.Is(err, errFrame) || errors.Is(err, errPayload) {
		p.kill("its messages were damaged; did a cell write to descriptor 4? (" + err.Error() + ")")
	}
	p.shut()
	p.os.wait() // killed after a moment if it closed its pipe but lives on
	p.end.state = p.os.state
	p.end.memory = o.MemoryLimit
	p.end.crash = string(<-crash)
	var stdout []byte
	stdout, p.end.stderr = p.os.leftovers()
	p.mu.Lock()
	p.end.cause = p.cause
	p.mu.Unlock()
	if h := p.helloE.Load(); h != nil {
		p.end.hello = *h
	}
	said := p.end.split()
	if p.end.hello != "" {
		said = "" // the same again, from the command
	}
	for _, s := range []struct {
		name string
		text []byte
	}{{"stdout", stdout}, {"stderr", []byte(said)}} {
		if len(s.text) > 0 {
			p.events(engine.Event{Kind: engine.Stream, Name: s.name, Text: string(bytes.ToValidUTF8(s.text, []byte("\uFFFD")))})
		}
	}
	p.os.close()
}

var errPayload = errors.New("not a message")

func (p *process) read() error {
	r := bufio.NewReaderSize(p.os.from, 64<<10)
	for {
		f, err := readFrame(r)
		if err != nil {
			return err
		}
		if err := p.handle(f); err != nil {
			return err
		}
	}
}

func (p *process) handle(f frame) error {
	switch f.kind {
	case frameStream:
		e, err := parseStream(f.payload)
		if err != nil {
			return err
		}
		p.events(e)
	case frameEvent:
		var e engine.Event
		if err := json.Unmarshal(f.payload, &e); err != nil {
			return fmt.Errorf("%w: %w", errPayload, err)
		}
		p.events(e)
	case frameReply:
		p.mu.Lock()
		ch := p.replies[f.id]
		delete(p.replies, f.id)
		p.mu.Unlock()
		if ch != nil { // nil: nobody waits any more
			ch <- f.payload
		}
	case frameHello:
		var h hello
		if err := json.Unmarshal(f.payload, &h); err != nil {
			return fmt.Errorf("%w: %w", errPayload, err)
		}
		if h.Error != "" {
			p.helloE.Store(&h.Error)
			return nil // it ends by itself
		}
		select {
		case <-p.ready:
			return fmt.Errorf("%w: a second greeting", errPayload)
		default:
		}
		if h.Version != frameVersion {
			why := fmt.Sprintf("it is of another build than the front (versions %d and %d): install both again", h.Version, frameVersion)
			p.helloE.Store(&why)
			p.shut()
			return nil
		}
		close(p.ready)
	default:
		return fmt.Errorf("%w: kind %d from a worker", errFrame, f.kind)
	}
	return nil
}

// write sends the queue; a goroutine of its own, so that a worker that does
// not read blocks nobody.
func (p *process) write() {
	for {
		p.mu.Lock()
		for len(p.queue) == 0 && !p.closed {
			p.cond.Wait()
		}
		out := p.queue
		p.queue = nil
		closed := p.closed
		p.mu.Unlock()
		if _, err := p.os.to.Write(out); err != nil || closed {
			p.os.to.Close() // the worker sees the end and ends
			return
		}
	}
}

// shut ends the writing goroutine.
func (p *process) shut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.cond.Signal()
}

// send queues a frame without a reply.
func (p *process) send(kind frameKind, v any) error {
	f, err := jsonFrame(kind, 0, v)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.enqueue(f)
}

func (p *process) enqueue(f frame) error {
	if p.closed {
		return os.ErrClosed
	}
	if len(p.queue)+len(f.payload) > maxQueue+maxFrame {
		return errNotReading
	}
	p.queue = appendFrame(p.queue, f)
	p.cond.Signal()
	return nil
}

// call sends a request; the reply's payload comes on the channel. forget must
// be called when nobody waits any more.
func (p *process) call(kind frameKind, v any) (reply <-chan []byte, forget func(), err error) {
	f, err := jsonFrame(kind, 0, v)
	if err != nil {
		return nil, nil, err
	}
	ch := make(chan []byte, 1)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.nextID++
	f.id = p.nextID
	if err := p.enqueue(f); err != nil {
		return nil, nil, err
	}
	p.replies[f.id] = ch
	return ch, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.replies, f.id)
	}, nil
}

// kill ends the process at once. The first cause is kept.
func (p *process) kill(cause string) {
	p.mu.Lock()
	if p.cause == "" {
		p.cause = cause
	}
	p.mu.Unlock()
	p.os.kill()
}

// dumpTime is how long a dying process may list its goroutines. Ten thousand
// take it seconds, and nobody reads them all.
const dumpTime = time.Second

// readCrash reads a crash report to its end and returns its excerpt. It calls
// begun at the first byte.
func readCrash(r io.Reader, begun func()) []byte {
	if r == nil {
		return nil
	}
	var kept excerpt
	if _, err := io.CopyN(&kept, r, 1); err != nil {
		return nil
	}
	begun()
	_, _ = io.Copy(&kept, r)
	return kept.bytes()
}

// excerpt keeps the beginning and the end of what is written to it.
type excerpt struct {
	head, tail []byte
	cut        bool // there was more between them
}

const excerptTail = maxCrash / 16

func (e *excerpt) Write(b []byte) (int, error) {
	n := min(len(b), maxCrash-len(e.head))
	e.head = append(e.head, b[:n]...)
	e.tail = append(e.tail, b[n:]...)
	if over := len(e.tail) - excerptTail; over > excerptTail { // moved now and then
		e.tail, e.cut = append(e.tail[:0], e.tail[over:]...), true
	}
	return len(b), nil
}

func (e *excerpt) bytes() []byte {
	if e.cut {
		return slices.Concat(e.head, []byte("\n...\n"), e.tail)
	}
	return slices.Concat(e.head, e.tail)
}
