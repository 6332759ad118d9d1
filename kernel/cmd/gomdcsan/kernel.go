package main

import (
	"context"
	"fmt"
	"io"
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

	"gomdcsan/kernel/session"
	"gomdcsan/kernel/transport"
	"gomdcsan/kernel/wire"

	"github.com/spf13/cobra"
)

// linger is how long the last messages may take to leave at the end.
const linger = 2 * time.Second

func newKernel() *cobra.Command {
	return &cobra.Command{
		Use:   "kernel [CONNECTION_FILE]",
		Short: "Run as a Jupyter kernel (Jupyter calls this)",
		Long: `Run as a Jupyter kernel on the ports that the connection file names.
Without a file it makes one and prints how to connect to it.

Environment:
  GOMDCSAN_HISTORY      file of the history, "off" for none
  GOMDCSAN_OUTPUT_RATE  "off": show as fast as cells print; by default what they
                        print is kept under the limits of Jupyter servers
  GOMDCSAN_LOG          "on": messages about what clients did wrong, on stderr`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			info, err := connection(cmd.OutOrStdout(), args)
			if err != nil {
				return err
			}
			// SIGINT stops a cell, it does not end the kernel: main's context,
			// which it would end, is not used.
			ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
			defer stop()
			return runKernel(ctx, info)
		},
	}
}

func connection(out io.Writer, args []string) (wire.ConnectionInfo, error) {
	if len(args) == 1 {
		return wire.ReadConnectionFile(args[0])
	}
	info, err := wire.NewConnection()
	if err != nil {
		return info, err
	}
	path := filepath.Join(os.TempDir(), "gomdcsan-"+strconv.Itoa(os.Getpid()), "connection.json")
	if err := info.WriteFile(path); err != nil {
		return info, err
	}
	fmt.Fprintf(out, "To connect: jupyter console --existing %s\n", path)
	return info, nil
}

// runKernel opens the sockets at once, so that kernel_info is answered while
// the worker starts, and serves until a shutdown, a signal or the parent's end.
func runKernel(ctx context.Context, info wire.ConnectionInfo) error {
	// The front passes messages on. On one processor a message costs a third of
	// what waking the others for it does, and the others are left to the worker.
	runtime.GOMAXPROCS(1)
	codec, err := wire.NewCodec(info.SignatureScheme, info.Key)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	history := session.NewHistory(historyFile())
	defer history.Close()
	var port port
	s := session.New(session.Options{
		Port:       &port,
		Start:      startEngine(ctx),
		Version:    version(),
		Connection: info,
		Username:   username(),
		History:    history,
		Rate:       outputRate(),
		Logf:       logf(),
	})
	port.ready.Lock() // what arrives before the sockets are all there waits
	port.kernel, err = transport.Listen(info, codec, transport.Handlers{
		Message:    func(ch wire.Channel, from *transport.Route, m *wire.Message) { s.Receive(ch, from, m) },
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
}

func (p *port) get() *transport.Kernel {
	p.ready.RLock()
	defer p.ready.RUnlock()
	return p.kernel
}

func (p *port) Send(ch wire.Channel, to session.Route, m *wire.Message) {
	route, _ := to.(*transport.Route)
	p.get().Send(ch, route, m)
}

func (p *port) Publish(topic string, m *wire.Message) { p.get().Publish(topic, m) }

func (p *port) Hold(topic string, m *wire.Message) { p.get().Hold(topic, m) }

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
