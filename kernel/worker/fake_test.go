//go:build unix

package worker

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gomdcsan/kernel/display"
	"gomdcsan/kernel/engine"
)

// The test binary is its own worker: TestMain serves a scripted engine when
// it is started with the argument "worker".
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "worker" {
		if err := Serve(attach, newScripted); err != nil {
			fmt.Fprintln(os.Stderr, "worker:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if len(os.Args) > 1 && os.Args[1] == "front" {
		front()
	}
	os.Exit(m.Run())
}

// front starts a worker, prints its process number and waits to be killed.
func front() {
	c, err := Start(context.Background(), Options{MemoryLimit: -1}, &recorder{})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	c.Execute(context.Background(), engine.Cell{Code: "set 1"})
	fmt.Println(c.PID())
	c.Execute(context.Background(), engine.Cell{Code: "deaf 600000"})
}

// scripted is an engine whose cells are commands: a word and its argument.
type scripted struct {
	sink engine.Sink
	stop chan struct{}
	vars sync.Map
	in   chan engine.InputReply
}

func newScripted(sink engine.Sink) (engine.Engine, error) {
	if why := os.Getenv("SCRIPTED_FAILS"); why != "" {
		return nil, errors.New(why)
	}
	if os.Getenv("SCRIPTED_HANGS") != "" {
		select {}
	}
	return &scripted{sink: sink, stop: make(chan struct{}, 1), in: make(chan engine.InputReply, 1)}, nil
}

func (s *scripted) Execute(ctx context.Context, c engine.Cell) engine.Outcome {
	for line := range strings.Lines(c.Code) {
		word, arg, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		n, _ := strconv.Atoi(arg)
		command := commands[word]
		if command == nil {
			return failure("unknown", word)
		}
		if out := command(s, c, arg, n); out.Err != nil {
			return out
		}
	}
	return engine.Outcome{}
}

var ok = engine.Outcome{}

var commands = map[string]func(s *scripted, c engine.Cell, arg string, n int) engine.Outcome{
	"echo": func(s *scripted, c engine.Cell, arg string, _ int) engine.Outcome {
		s.sink.Emit(engine.Event{Kind: engine.Result, Cell: c.ID, Display: &engine.Display{Data: map[string]any{"text/plain": arg}}})
		return ok
	},
	"print": func(s *scripted, c engine.Cell, arg string, _ int) engine.Outcome {
		s.sink.Emit(engine.Event{Kind: engine.Stream, Cell: c.ID, Name: "stdout", Text: arg})
		return ok
	},
	"native": func(_ *scripted, _ engine.Cell, arg string, _ int) engine.Outcome {
		fmt.Print(arg)
		return ok
	},
	"hex": func(_ *scripted, _ engine.Cell, arg string, _ int) engine.Outcome {
		b, err := hex.DecodeString(arg)
		if err != nil {
			return failure("hex", err.Error())
		}
		os.Stdout.Write(b)
		return ok
	},
	"waiters": func(_ *scripted, _ engine.Cell, _ string, n int) engine.Outcome {
		for range n {
			go func() { select {} }()
		}
		return ok
	},
	"println": func(_ *scripted, _ engine.Cell, arg string, _ int) engine.Outcome {
		println(arg)
		return ok
	},
	"set": func(s *scripted, _ engine.Cell, arg string, _ int) engine.Outcome {
		s.vars.Store("x", arg)
		return ok
	},
	"get": func(s *scripted, c engine.Cell, _ string, _ int) engine.Outcome {
		x, _ := s.vars.LoadOrStore("x", "gone")
		s.sink.Emit(engine.Event{Kind: engine.Stream, Cell: c.ID, Name: "stdout", Text: x.(string)})
		return ok
	},
	"flood": func(s *scripted, c engine.Cell, _ string, n int) engine.Outcome {
		for i := range n {
			s.sink.Emit(engine.Event{Kind: engine.Stream, Cell: c.ID, Name: "stdout", Text: fmt.Sprintf("line %d\n", i)})
		}
		return ok
	},
	"nativeflood": func(_ *scripted, _ engine.Cell, _ string, n int) engine.Outcome {
		for i := range n {
			fmt.Printf("line %d\n", i)
		}
		return ok
	},
	"big": func(s *scripted, c engine.Cell, _ string, n int) engine.Outcome {
		s.sink.Emit(engine.Event{Kind: engine.Show, Cell: c.ID, Display: &engine.Display{Data: map[string]any{"text/plain": strings.Repeat("x", n)}}})
		return ok
	},
	"nan": func(s *scripted, c engine.Cell, _ string, _ int) engine.Outcome {
		zero := 0.0
		s.sink.Emit(engine.Event{Kind: engine.Show, Cell: c.ID, Display: &engine.Display{Data: map[string]any{"application/json": zero / zero}}})
		return ok
	},
	"enginepanic": func(*scripted, engine.Cell, string, int) engine.Outcome { panic("a defect") },
	"gopanic": func(_ *scripted, _ engine.Cell, arg string, _ int) engine.Outcome {
		go func() { panic(arg) }()
		select {}
	},
	"latepanic": func(_ *scripted, _ engine.Cell, arg string, n int) engine.Outcome {
		time.AfterFunc(50*time.Millisecond, func() { panic(arg) })
		return ok
	},
	"exit": func(_ *scripted, _ engine.Cell, _ string, n int) engine.Outcome { os.Exit(n); return ok },
	"fatal": func(_ *scripted, _ engine.Cell, arg string, _ int) engine.Outcome {
		fmt.Fprintln(os.Stderr, "some last words: "+arg)
		os.Exit(1)
		return ok
	},
	"slowcrash": func(*scripted, engine.Cell, string, int) engine.Outcome {
		os.Stderr.WriteString("fatal error: something\n\ngoroutine 1 [running]:\n")
		time.Sleep(100 * time.Millisecond)
		os.Exit(2)
		return ok
	},
	"recurse": func(*scripted, engine.Cell, string, int) engine.Outcome { deeper(0); return ok },
	"maps": func(*scripted, engine.Cell, string, int) engine.Outcome {
		m := map[int]int{}
		for range 4 {
			go func() {
				for i := 0; ; i++ {
					m[i&7] = i
				}
			}()
		}
		select {}
	},
	"alloc": func(_ *scripted, _ engine.Cell, _ string, n int) engine.Outcome {
		var keep [][]byte
		for range n {
			b := make([]byte, 1<<20)
			for i := 0; i < len(b); i += 4096 {
				b[i] = 1
			}
			keep = append(keep, b)
		}
		runtime.KeepAlive(keep)
		return ok
	},
	"huge": func(_ *scripted, _ engine.Cell, _ string, n int) engine.Outcome {
		_ = len(make([]byte, 1<<uint(n)))
		return ok
	},
	"segv": func(*scripted, engine.Cell, string, int) engine.Outcome {
		syscall.Kill(os.Getpid(), syscall.SIGSEGV)
		select {}
	},
	"stopself": func(*scripted, engine.Cell, string, int) engine.Outcome {
		syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		time.Sleep(time.Minute)
		return ok
	},
	"sleep": func(s *scripted, c engine.Cell, _ string, n int) engine.Outcome { // obeys interrupts
		select {
		case <-s.stop:
			return failure("Interrupted", "")
		case <-time.After(time.Duration(n) * time.Millisecond):
		}
		return ok
	},
	"drain": func(s *scripted, _ engine.Cell, _ string, _ int) engine.Outcome { // forgets interrupts so far, as an engine may
		select {
		case <-s.stop:
		default:
		}
		return ok
	},
	"deaf": func(s *scripted, c engine.Cell, _ string, n int) engine.Outcome { // does not
		time.Sleep(time.Duration(n) * time.Millisecond)
		return ok
	},
	"garbage": func(_ *scripted, _ engine.Cell, arg string, _ int) engine.Outcome {
		syscall.Write(4, []byte(arg))
		select {}
	},
	"close4": func(*scripted, engine.Cell, string, int) engine.Outcome { syscall.Close(4); return ok },
	"child": func(s *scripted, c engine.Cell, _ string, _ int) engine.Outcome {
		cmd := exec.Command("sleep", "600")
		if err := cmd.Start(); err != nil {
			return failure("child", err.Error())
		}
		s.sink.Emit(engine.Event{Kind: engine.Stream, Cell: c.ID, Name: "stdout", Text: strconv.Itoa(cmd.Process.Pid)})
		return ok
	},
	"show": func(_ *scripted, _ engine.Cell, arg string, _ int) engine.Outcome {
		display.Show(arg)
		return ok
	},
	"late": func(s *scripted, _ engine.Cell, arg string, _ int) engine.Outcome {
		go func() {
			time.Sleep(100 * time.Millisecond)
			display.Show(arg)
			fmt.Fprint(Stream(s.sink, "stdout"), arg)
		}()
		return ok
	},
	"wait": func(*scripted, engine.Cell, string, int) engine.Outcome {
		<-display.Context().Done()
		return failure("Interrupted", "")
	},
	"input": func(s *scripted, _ engine.Cell, arg string, _ int) engine.Outcome {
		text, err := display.Input(arg)
		if err != nil {
			return failure("input", err.Error())
		}
		fmt.Fprint(Stream(s.sink, "stdout"), text)
		return ok
	},
	"ask": func(s *scripted, c engine.Cell, arg string, _ int) engine.Outcome {
		s.sink.Emit(engine.Event{Kind: engine.InputRequest, Cell: c.ID, Text: arg})
		r := <-s.in
		s.sink.Emit(engine.Event{Kind: engine.Stream, Cell: c.ID, Name: "stdout", Text: "hello " + r.Text})
		return ok
	},
}

//go:noinline
func deeper(n int) int {
	var pad [64]int
	//lint:ignore SA5007 it overflows the stack, as a cell may
	pad[n&63] = deeper(n + 1)
	return pad[(n+1)&63] + 1
}

func (s *scripted) Interrupt() {
	select {
	case s.stop <- struct{}{}:
	default:
	}
}

func (s *scripted) Complete(code string, pos int) engine.Completion {
	return engine.Completion{Matches: []engine.Match{{Text: code + "!"}}, Start: 0, End: pos}
}

func (s *scripted) Inspect(code string, pos, detail int) engine.Inspection {
	if code == "panic" {
		panic("a defect")
	}
	return engine.Inspection{Found: true, Data: map[string]any{"text/plain": code}}
}

func (s *scripted) IsComplete(code string) engine.Completeness {
	return engine.Completeness{Status: "complete"}
}

func (s *scripted) Input(r engine.InputReply) {
	select {
	case s.in <- r:
	default:
	}
}

func (s *scripted) Comm(m engine.CommMessage) {
	s.sink.Emit(engine.Event{Kind: engine.CommMsg, Comm: &m})
}
func (s *scripted) Close() error { return nil }

func attach(h Host) (detach func()) { return display.Attach(h) }
