package worker

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strconv"

	"gomdcsan/kernel/engine"
)

// server is the worker's side of the connection.
type server struct {
	eng  engine.Engine
	out  *output
	host *host
}

// Serve runs an engine for the front that started this process, until the
// front closes the connection or dies; the process should then end, whatever
// still runs. newEngine gets the sink for the engine's events; one without a
// Cell belongs to the cell that started the calling goroutine. attach makes a
// Host the one that cells show things by, until detach; it is display.Attach,
// which is not called from here because the front needs none of that package.
func Serve(attach func(Host) (detach func()), newEngine func(engine.Sink) (engine.Engine, error)) error {
	c, err := connect()
	if err != nil {
		return err
	}
	introduce()
	debug.SetMaxStack(stackLimit)
	if err := c.setCrashOutput(); err != nil {
		return err
	}
	if err := setMemory(os.Getenv(envMemoryLimit)); err != nil {
		return err
	}
	s := &server{out: newOutput(c.to, c.pipes)}
	s.host = newHost(s.out)
	defer attach(s.host)()
	if s.eng, err = newEngine(s.host); err != nil {
		s.out.send(frameHello, 0, hello{Version: frameVersion, Error: err.Error()})
		return fmt.Errorf("worker: start the engine: %w", err)
	}
	s.host.eng = s.eng
	ints := make(chan os.Signal, 1)
	signal.Notify(ints, os.Interrupt)
	go func() { // lives as long as the process
		for range ints {
			s.host.interrupt()
		}
	}()
	s.out.send(frameHello, 0, hello{Version: frameVersion})
	err = s.serve(bufio.NewReaderSize(c.from, 64<<10))
	s.out.flush()
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// setMemory applies the limit that the front has chosen.
func setMemory(setting string) error {
	if setting == "" {
		return nil
	}
	n, err := strconv.ParseInt(setting, 10, 64)
	if err != nil {
		return fmt.Errorf("worker: %s: %w", envMemoryLimit, err)
	}
	if n > 0 && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(n / 10 * 9)
	}
	if err := limitMemory(n); err != nil {
		return fmt.Errorf("worker: limit the memory to %s: %w", bytesText(n), err)
	}
	return nil
}

// serve answers frames until the connection ends. The goroutine that has read
// a cell runs it, there and then, and another goes on reading: so the cell
// waits for no other thread, and runs on a stack that has grown already.
func (s *server) serve(r *bufio.Reader) error {
	comms := make(chan engine.CommMessage, 1024)
	defer close(comms)
	go func() { // keeps the order of comm messages; they may run user code
		for m := range comms {
			s.protect("comm", func() { s.eng.Comm(m) })
		}
	}()
	turn := make(chan struct{}) // to read, handed to one that waits for it
	ended := make(chan error, 1)
	var read func()
	read = func() {
		for {
			f, err := readFrame(r)
			if err == nil && f.kind == frameExecute {
				err = s.runCell(f, func() {
					select {
					case turn <- struct{}{}:
					default: // all are busy with cells
						go read()
					}
				})
				if err == nil {
					<-turn
					continue
				}
			}
			if err == nil {
				err = s.handle(f, comms)
			}
			if err != nil {
				ended <- err
				return
			}
		}
	}
	go read()
	return <-ended
}

// runCell runs the cell of a frame, after it has let others read.
func (s *server) runCell(f frame, letOthersRead func()) error {
	var cell engine.Cell
	if err := json.Unmarshal(f.payload, &cell); err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	run := s.host.begin(cell)
	letOthersRead()
	s.execute(f.id, cell, run)
	return nil
}

// handle answers a frame that is no cell; io.EOF is the end.
func (s *server) handle(f frame, comms chan<- engine.CommMessage) error {
	switch f.kind {
	case frameComplete, frameInspect, frameIsComplete:
		go s.answer(f)
	case frameInterrupt:
		s.host.interrupt()
	case frameInput:
		var in engine.InputReply
		if err := json.Unmarshal(f.payload, &in); err != nil {
			return fmt.Errorf("worker: %w", err)
		}
		s.host.answer(in)
	case frameComm:
		var m engine.CommMessage
		if err := json.Unmarshal(f.payload, &m); err != nil {
			return fmt.Errorf("worker: %w", err)
		}
		comms <- m
	case frameClose:
		if err := s.eng.Close(); err != nil {
			return err
		}
		return io.EOF
	default:
		return fmt.Errorf("worker: %w: kind %d from the front", errFrame, f.kind)
	}
	return nil
}

// execute runs a cell. A panic of the engine itself is an answer too.
func (s *server) execute(id uint32, cell engine.Cell, run *cellRun) {
	var out engine.Outcome
	if err := s.protect("cell", func() { out = s.host.execute(run, cell) }); err != nil {
		out = failure("internal error", "the interpreter failed on this cell (a defect of gomdcsan, please report it with the cell): "+err.Error())
	}
	s.out.send(frameReply, id, out)
}

// answer replies to a question. One that makes the engine panic has no answer.
func (s *server) answer(f frame) {
	var out any
	err := s.protect("question", func() {
		var q question
		if err := json.Unmarshal(f.payload, &q); err != nil {
			panic(err)
		}
		switch f.kind {
		case frameComplete:
			out = s.eng.Complete(q.Code, q.Pos)
		case frameInspect:
			out = s.eng.Inspect(q.Code, q.Pos, q.Detail)
		case frameIsComplete:
			out = s.eng.IsComplete(q.Code)
		}
	})
	if err != nil {
		out = struct{}{}
	}
	s.out.send(frameReply, f.id, out)
}

// protect calls f and returns its panic as an error.
func (s *server) protect(what string, f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%s: %v", what, r)
		}
	}()
	f()
	return nil
}
