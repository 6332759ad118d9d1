// Package front is the process that Jupyter talks to: it joins the sockets
// (kernel/transport), the protocol (kernel/session) and the supervision of the
// process that runs the cells (kernel/worker).
//
// It is small on purpose: nothing that runs user code is linked into it, so
// that the program gomdcsan-front takes a few megabytes beside its worker.
// `gomdcsan kernel` becomes that program where it is installed beside it, and
// runs the same code itself where it is not.
package front

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/session"
	"gomdcsan/kernel/transport"
	"gomdcsan/kernel/wire"
	"gomdcsan/kernel/worker"
)

// linger is how long the last messages may take to leave at the end.
const linger = 2 * time.Second

// Options say what the front runs.
type Options struct {
	Worker  worker.Options
	Version string // in kernel_info
}

// RunFile is Run with the connection that a file names. A file that was made for
// this kernel alone goes with its folder at the end.
func RunFile(path string, made bool, o Options) error {
	if made {
		defer os.RemoveAll(filepath.Dir(path))
	}
	info, err := wire.ReadConnectionFile(path)
	if err != nil {
		return err
	}
	return Run(info, o)
}

// Run opens the sockets at once, so that kernel_info is answered while the
// worker starts, and serves until a shutdown_request, SIGTERM or the parent's
// end. SIGINT stops a cell, it does not end the kernel.
func Run(info wire.ConnectionInfo, o Options) error {
	// The front passes messages on. On one processor a message costs a third of
	// what waking the others for it does, and the others are left to the worker.
	runtime.GOMAXPROCS(1)
	codec, err := wire.NewCodec(info.SignatureScheme, info.Key)
	if err != nil {
		return err
	}
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer cancel()
	history := session.NewHistory(historyFile())
	defer history.Close()
	port := port{memory: newMemory()}
	defer port.memory.tidy.Stop()
	s := session.New(session.Options{
		Port:       &port,
		Start:      StartEngine(ctx, o.Worker),
		Version:    o.Version,
		Connection: info,
		Username:   username(),
		History:    history,
		Rate:       outputRate(),
		Logf:       logf(),
	})
	port.ready.Lock() // what arrives before the sockets are all there waits
	port.kernel, err = transport.Listen(info, codec, transport.Handlers{
		Message: func(ch wire.Channel, from *transport.Route, m *wire.Message) {
			port.memory.passed(m)
			s.Receive(ch, from, m)
		},
		Subscribed: s.Subscribed,
		Rejected:   func(ch wire.Channel, err error) { logf()("%s: %v", ch, err) },
	}, transport.DefaultLimits())
	port.ready.Unlock()
	if err != nil {
		return err
	}
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	go func() {
		for {
			select {
			case <-interrupts:
				s.Interrupt()
			case <-ctx.Done():
				return
			}
		}
	}()
	go watchParent(ctx, cancel)
	_, err = s.Run(ctx)
	port.kernel.Close(linger)
	return err
}

// port is the session's way to the sockets.
type port struct {
	ready  sync.RWMutex
	kernel *transport.Kernel
	memory *memory
}

func (p *port) get() *transport.Kernel {
	p.ready.RLock()
	defer p.ready.RUnlock()
	return p.kernel
}

func (p *port) Send(ch wire.Channel, to session.Route, m *wire.Message) {
	p.memory.passed(m)
	route, _ := to.(*transport.Route)
	p.get().Send(ch, route, m)
}

func (p *port) Publish(topic string, m *wire.Message) {
	p.memory.passed(m)
	p.get().Publish(topic, m)
}

func (p *port) Hold(topic string, m *wire.Message) {
	p.memory.passed(m)
	p.get().Hold(topic, m)
}

func (p *port) Flush() { p.get().Flush() }

// watchParent ends the kernel when the process that started it has gone: a
// Jupyter that was killed cannot shut its kernels down.
func watchParent(ctx context.Context, cancel func()) {
	parent, err := strconv.Atoi(os.Getenv("JPY_PARENT_PID"))
	if err != nil || parent <= 1 {
		return
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for alive(parent) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
	cancel()
}

func username() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "kernel"
}

func historyFile() string {
	switch path := os.Getenv("GOMDCSAN_HISTORY"); path {
	case "":
	case "off":
		return ""
	default:
		return path
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "gomdcsan", "history.jsonl")
}

func outputRate() session.Rate {
	if strings.EqualFold(os.Getenv("GOMDCSAN_OUTPUT_RATE"), "off") {
		return session.Rate{}
	}
	return session.ServerRate()
}

func logf() func(string, ...any) {
	if os.Getenv("GOMDCSAN_LOG") == "" {
		return func(string, ...any) {}
	}
	return func(format string, args ...any) { fmt.Fprintf(os.Stderr, "gomdcsan: "+format+"\n", args...) }
}

// StartEngine returns what starts the worker process that runs the cells; it
// lives as long as ctx.
func StartEngine(ctx context.Context, o worker.Options) func(engine.Sink) (engine.Engine, error) {
	return func(sink engine.Sink) (engine.Engine, error) {
		client, err := worker.Start(ctx, o, sink)
		if err != nil {
			return nil, err // not client: a nil *Client is no nil Engine
		}
		return client, nil
	}
}
