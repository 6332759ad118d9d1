package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// machine is the computer being set up: what was found on it and how to talk
// to its user.
type machine struct {
	ctx    context.Context
	opts   options
	out    io.Writer
	root   string // the module's directory
	cache  string // what may be thrown away: the test environment
	isTerm bool   // a person sits there and can be asked
}

func newMachine(ctx context.Context, o options, out io.Writer) (*machine, error) {
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("find the user's cache folder: %w (set HOME)", err)
	}
	return &machine{
		ctx: ctx, opts: o, out: out, root: root,
		cache:  filepath.Join(cache, "gomdcsan"),
		isTerm: isTerminal(os.Stdin) && isTerminal(os.Stdout) && os.Getenv("CI") == "",
	}, nil
}

// moduleRoot is the folder of the module that this program belongs to: go run
// starts it in the user's folder, which may lie below.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		b, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && bytes.HasPrefix(b, []byte("module gomdcsan\n")) {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("not inside a clone of gomdcsan: change into it first")
		}
		dir = up
	}
}

// isTerminal reports whether f is a character device other than the null
// device, which is as near as the standard library comes.
func isTerminal(f *os.File) bool {
	st, err := f.Stat()
	if err != nil || st.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(st, null)
}

func (m *machine) say(format string, args ...any) { fmt.Fprintf(m.out, format+"\n", args...) }

// confirm asks the user, where there is one to ask; a script's silence is yes,
// since running this program is the request.
func (m *machine) confirm(question string) bool {
	if m.opts.yes || !m.isTerm {
		return true
	}
	fmt.Fprintf(m.out, "%s [Y/n] ", question)
	line, _ := bufio.NewReader(os.Stdin).ReadString('\n')
	line = strings.ToLower(strings.TrimSpace(line))
	return line == "" || line == "y" || line == "yes"
}

// command prepares a program to be run in the module's folder.
func (m *machine) command(name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(m.ctx, name, args...)
	c.Dir = m.root
	// Ask first: a killed test run must still reap what it started.
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = 10 * time.Second
	return c
}

// step runs a command that may take long: it announces it, shows the time
// passing on a terminal, and on failure shows the end of what it printed.
func (m *machine) step(what string, c *exec.Cmd) error {
	var log bytes.Buffer
	c.Stdout, c.Stderr = &log, &log
	start := time.Now()
	fmt.Fprintf(m.out, "  %s ...", what)
	stop := m.tick(what, start)
	err := c.Run()
	stop()
	took := time.Since(start).Round(100 * time.Millisecond)
	if err != nil {
		fmt.Fprintf(m.out, " failed after %s\n", took)
		return fmt.Errorf("%s: %w\n%s", what, err, lastLines(log.String(), 25))
	}
	fmt.Fprintf(m.out, " done (%s)\n", took)
	return nil
}

// tick rewrites the step's line every second on a terminal.
func (m *machine) tick(what string, start time.Time) (stop func()) {
	if !m.isTerm {
		return func() {}
	}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		t := time.NewTicker(time.Second)
		defer t.Stop()
		for {
			select {
			case <-done:
				return
			case <-t.C:
				fmt.Fprintf(m.out, "\r  %s ... %s", what, time.Since(start).Round(time.Second))
			}
		}
	}()
	return func() { close(done); <-ended }
}

func lastLines(s string, n int) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	if len(lines) > n {
		lines = lines[len(lines)-n:]
	}
	return strings.Join(lines, "\n")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// have returns the first of the programs that is on the PATH, or "".
func have(programs ...string) string {
	for _, p := range programs {
		if found, err := exec.LookPath(p); err == nil {
			return found
		}
	}
	return ""
}
