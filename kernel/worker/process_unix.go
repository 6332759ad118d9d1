//go:build unix

package worker

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"gomdcsan/kernel/engine"
)

// osProcess is a worker process and the front's ends of its pipes.
type osProcess struct {
	to       *os.File  // frames to the worker
	from     io.Reader // frames from it
	crash    io.Reader // the Go runtime's crash report
	out, err *os.File  // reading ends of its standard output and error, for what it leaves there
	state    *os.ProcessState

	cmd    *exec.Cmd
	files  []*os.File
	exited chan struct{}

	hearing sync.WaitGroup // listen has begun
	heard   [2]excerpt     // of out and err, what the dying process wrote
}

// start starts the process and waits for nothing but the fork. The thread
// that forks must live as long as the worker: Linux sends the parent-death
// signal when the thread dies.
func (p *osProcess) start(o Options) error {
	inherit, err := p.pipes()
	if err != nil {
		p.close()
		return err
	}
	defer func() {
		for _, f := range inherit {
			f.Close()
		}
	}()
	name := o.Path
	if file, err := filepath.EvalSymlinks(name); err == nil { // not "exe", for those who look at processes
		name = file
	}
	p.cmd = &exec.Cmd{
		Path: o.Path, Args: append([]string{name}, o.Args...), Dir: o.Dir,
		Env:         append(os.Environ(), append(o.Env, envMemoryLimit+"="+strconv.FormatInt(o.MemoryLimit, 10))...),
		Stdout:      inherit[0],
		Stderr:      inherit[1],
		ExtraFiles:  append(inherit[2:], p.out, p.err),
		SysProcAttr: &syscall.SysProcAttr{Setpgid: true}, // a terminal's ^C is the front's to handle
	}
	dieWithParent(p.cmd.SysProcAttr)
	p.exited = make(chan struct{})
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer close(p.exited)
		err := p.cmd.Start()
		started <- err
		if err == nil {
			p.cmd.Wait() // the state says it all
			p.state = p.cmd.ProcessState
		}
	}()
	if err := <-started; err != nil {
		p.close()
		return err
	}
	return nil
}

// pipes makes the pipes and returns the worker's ends: 1, 2, 3, 4, 5.
func (p *osProcess) pipes() ([]*os.File, error) {
	var inherit []*os.File
	var failed error
	pipe := func(make func() (r, w *os.File, err error)) (r, w *os.File) {
		if failed != nil {
			return nil, nil
		}
		r, w, failed = make()
		return r, w
	}
	out, outW := pipe(blockingPipe)
	errR, errW := pipe(blockingPipe)
	reqR, req := pipe(os.Pipe)
	rep, repW := pipe(os.Pipe)
	crash, crashW := pipe(os.Pipe)
	for _, f := range []*os.File{outW, errW, reqR, repW, crashW} {
		if f != nil {
			inherit = append(inherit, f)
		}
	}
	for _, f := range []*os.File{out, errR, req, rep, crash} {
		if f != nil {
			p.files = append(p.files, f)
		}
	}
	if failed != nil {
		for _, f := range inherit {
			f.Close()
		}
		return nil, failed
	}
	p.out, p.err, p.to, p.from, p.crash = out, errR, req, rep, crash
	return inherit, nil
}

// blockingPipe is a pipe for a process's standard output, which C programs
// expect to block. It is made large, so that printing seldom waits.
func blockingPipe() (r, w *os.File, err error) {
	var fd [2]int
	syscall.ForkLock.RLock() // where there is no pipe2
	err = unix.Pipe(fd[:])
	if err == nil {
		unix.CloseOnExec(fd[0])
		unix.CloseOnExec(fd[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, os.NewSyscallError("pipe", err)
	}
	enlargePipe(fd[1])
	return os.NewFile(uintptr(fd[0]), "|0"), os.NewFile(uintptr(fd[1]), "|1"), nil
}

// forward does nothing: the worker reads its own standard output.
func (p *osProcess) forward(func(engine.Event)) {}

// wait returns when the process is gone. Its frames have ended, so it should
// be; it gets a moment, then it is killed.
func (p *osProcess) wait() {
	select {
	case <-p.exited:
	case <-time.After(2 * time.Second):
		p.kill()
		<-p.exited
	}
	p.killGroup() // what its cells had started
}

// kill kills the process and those it started.
func (p *osProcess) kill() {
	select {
	case <-p.exited:
		return // its number may be another's by now
	default:
	}
	p.killGroup()
	_ = p.cmd.Process.Kill()
}

func (p *osProcess) killGroup() {
	// The number stays the group's as long as the leader is not reaped or a
	// member lives; right after the reaping nobody else can have it yet.
	_ = unix.Kill(-p.cmd.Process.Pid, unix.SIGKILL)
}

// interrupt sends SIGINT to the worker alone.
func (p *osProcess) interrupt() { _ = p.cmd.Process.Signal(os.Interrupt) }

func (p *osProcess) pid() int { return p.cmd.Process.Pid }

// listen reads the process's own pipes while it dies: it does not do so itself
// any more, and would wait for ever with a long dump in a full pipe.
func (p *osProcess) listen() {
	p.hearing.Go(func() {
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			p.hear()
			select {
			case <-p.exited:
				return
			case <-tick.C:
			}
		}
	})
}

func (p *osProcess) hear() {
	for i, f := range []*os.File{p.out, p.err} {
		drain(int(f.Fd()), &p.heard[i])
	}
}

// leftovers reads what the dead worker left in its own pipes.
func (p *osProcess) leftovers() (stdout, stderr []byte) {
	p.hearing.Wait()
	p.hear()
	return p.heard[0].bytes(), p.heard[1].bytes()
}

// drain passes on what can be read now without waiting.
func drain(fd int, to io.Writer) {
	_ = unix.SetNonblock(fd, true)
	var buf [64 << 10]byte
	for {
		n, err := unix.Read(fd, buf[:])
		if err == unix.EINTR {
			continue
		}
		if n <= 0 {
			return
		}
		to.Write(buf[:n])
	}
}

func (p *osProcess) close() {
	for _, f := range p.files {
		f.Close()
	}
}
