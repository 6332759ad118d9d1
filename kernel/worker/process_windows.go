package worker

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"gomdcsan/kernel/engine"
)

// On Windows the front reads the worker's standard output itself: what the
// process writes is shown, but its order with the engine's events is only
// that of arrival, and an interrupt has no signal to escalate to.

const envHandles = "GOMDCSAN_WORKER_HANDLES"

type osProcess struct {
	to       *os.File
	from     io.Reader
	crash    io.Reader
	out, err *os.File
	state    *os.ProcessState

	cmd    *exec.Cmd
	files  []*os.File
	exited chan struct{}
}

func (p *osProcess) start(o Options) error {
	var child [5]*os.File // out, err, requests, replies, crash
	var mine [5]*os.File
	defer func() {
		for _, f := range child {
			if f != nil {
				f.Close()
			}
		}
	}()
	for i := range child {
		r, w, err := os.Pipe()
		if err != nil {
			p.close()
			return err
		}
		mine[i], child[i] = r, w
		if i == 2 {
			mine[i], child[i] = w, r
		}
		p.files = append(p.files, mine[i])
	}
	p.out, p.err, p.to, p.from, p.crash = mine[0], mine[1], mine[2], mine[3], mine[4]
	var handles []syscall.Handle
	var names []string
	for _, f := range child[2:] {
		h := syscall.Handle(f.Fd())
		if err := syscall.SetHandleInformation(h, syscall.HANDLE_FLAG_INHERIT, syscall.HANDLE_FLAG_INHERIT); err != nil {
			p.close()
			return err
		}
		handles = append(handles, h)
		names = append(names, fmt.Sprint(uintptr(h)))
	}
	p.cmd = exec.Command(o.Path, o.Args...)
	p.cmd.Dir = o.Dir
	p.cmd.Env = append(os.Environ(), append(o.Env, fmt.Sprintf("%s=%d", envMemoryLimit, o.MemoryLimit), envHandles+"="+strings.Join(names, ","))...)
	p.cmd.Stdout, p.cmd.Stderr = child[0], child[1]
	p.cmd.SysProcAttr = &syscall.SysProcAttr{AdditionalInheritedHandles: handles, CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
	if err := p.cmd.Start(); err != nil {
		p.close()
		return err
	}
	p.exited = make(chan struct{})
	go func() {
		defer close(p.exited)
		p.cmd.Wait() // the state says it all
		p.state = p.cmd.ProcessState
	}()
	return nil
}

// forward passes on what the worker writes, until its pipes end.
func (p *osProcess) forward(events func(engine.Event)) {
	for name, f := range map[string]*os.File{"stdout": p.out, "stderr": p.err} {
		go func() {
			buf := make([]byte, 64<<10)
			for {
				n, err := f.Read(buf)
				if n > 0 {
					events(engine.Event{Kind: engine.Stream, Name: name, Text: strings.ToValidUTF8(string(buf[:n]), "\uFFFD")})
				}
				if err != nil {
					return
				}
			}
		}()
	}
}

func (p *osProcess) wait() {
	select {
	case <-p.exited:
	case <-time.After(2 * time.Second):
		p.kill()
		<-p.exited
	}
}

func (p *osProcess) kill()      { _ = p.cmd.Process.Kill() }
func (p *osProcess) interrupt() {}
func (p *osProcess) pid() int   { return p.cmd.Process.Pid }

// listen has nothing to do: forward reads the process's output all the time.
func (p *osProcess) listen() {}

func (p *osProcess) leftovers() (stdout, stderr []byte) { return nil, nil }

func (p *osProcess) close() {
	for _, f := range p.files {
		f.Close()
	}
}

type connection struct {
	from  io.Reader
	to    io.Writer
	crash *os.File
	pipes stdPipes
}

func connect() (*connection, error) {
	var h [3]uintptr
	if _, err := fmt.Sscanf(os.Getenv(envHandles), "%d,%d,%d", &h[0], &h[1], &h[2]); err != nil {
		return nil, fmt.Errorf("worker: this command is started by `gomdcsan kernel` and others, not by hand")
	}
	for _, x := range h {
		if err := syscall.SetHandleInformation(syscall.Handle(x), syscall.HANDLE_FLAG_INHERIT, 0); err != nil {
			return nil, fmt.Errorf("worker: handle %d: %w", x, err)
		}
	}
	return &connection{from: os.NewFile(h[0], "requests"), to: os.NewFile(h[1], "replies"), crash: os.NewFile(h[2], "crash")}, nil
}

func (c *connection) setCrashOutput() error {
	if err := debug.SetCrashOutput(c.crash, debug.CrashOptions{}); err != nil {
		return fmt.Errorf("worker: crash output: %w", err)
	}
	return c.crash.Close()
}

// stdPipes has nothing to read here.
type stdPipes struct{}

func (stdPipes) wait() error     { return io.EOF }
func (stdPipes) pending() bool   { return false }
func (stdPipes) dying()          {}
func (stdPipes) read(int) []byte { return nil }

func signalName(*os.ProcessState) string { return "" }
