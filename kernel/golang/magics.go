package golang

import (
	"encoding/json"
	"fmt"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"gomdcsan/kernel/display"
	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/golang/rt"
)

const magicHelp = `%help                this text
%time STATEMENT      run and say how long it took; %%time does so for a cell
%timeit STATEMENT    run many times, compiled, and say how long one takes
%require MODULE      take a module at a version (example.org/m@v1.2.3), or one in a
                     folder (./m), for the cells that import it; alone, list them
%rerun               run the earlier cells again, after the worker has died
%who                 the variables, functions and types of the session
%reset               forget them all
%cd DIR              change the working directory
%env NAME=VALUE      set an environment variable; without a value, show it
%load FILE           put a file into the next cell
%save FILE           write the session's cells to a file
!COMMAND             run a shell command; %%bash does so for a cell
%%html, %%markdown   show the rest of the cell
%%native             compile the cell even where it could be interpreted
%%interpret          interpret the cell, or say why that cannot be done right
`

func lines(s string) []string { return strings.Split(strings.TrimRight(s, "\n"), "\n") }

// directives reads the lines at the top of a cell that choose its path, and
// blanks them so that positions stay.
func directives(code string) (string, path) {
	force := pathAuto
	rest := code
	for {
		line, after, more := strings.Cut(rest, "\n")
		switch strings.TrimSpace(line) {
		case "%%native":
			force = pathNative
		case "%%interpret":
			force = pathInterpret
		case "":
		default:
			return blankLines(code[:len(code)-len(rest)]) + rest, force
		}
		if !more {
			return "", force
		}
		rest = after
	}
}

func blankLines(s string) string { return strings.Repeat("\n", strings.Count(s, "\n")) }

// magic runs a cell that is no Go. What follows the magic's line goes on as a
// cell, with its lines where they were.
func (e *Engine) magic(r *running, code string) (out engine.Outcome, isMagic bool) {
	trimmed := strings.TrimLeft(code, " \t\n")
	if trimmed == "" || trimmed[0] != '%' && trimmed[0] != '!' || strings.HasPrefix(trimmed, "%%native") || strings.HasPrefix(trimmed, "%%interpret") {
		return out, false
	}
	above := blankLines(code[:len(code)-len(trimmed)])
	line, rest, _ := strings.Cut(trimmed, "\n")
	name, arg, _ := strings.Cut(line, " ")
	arg = strings.TrimSpace(arg)
	if line[0] == '!' {
		name, arg = "!", strings.TrimSpace(line[1:])
	}
	rest = above + "\n" + rest
	switch name {
	case "%%bash", "%%sh":
		out.Err = e.shell(rest)
		return out, true
	case "%%html":
		e.show(r.cell, []any{display.HTML(rest)})
		return out, true
	case "%%markdown":
		e.show(r.cell, []any{display.Markdown(rest)})
		return out, true
	case "%%time":
		out.Err = e.timed(r, rest)
		return out, true
	}
	if out.Err = e.lineMagic(r, &out, name, arg, above); out.Err != nil || strings.TrimSpace(rest) == "" {
		return out, true
	}
	if more, again := e.magic(r, rest); again {
		more.Payload = append(out.Payload, more.Payload...)
		return more, true
	}
	out.Err = e.execute(r, rest)
	return out, true
}

func (e *Engine) lineMagic(r *running, out *engine.Outcome, name, arg, above string) *engine.Error {
	s := e.session
	switch name {
	case "!":
		return e.shell(arg)
	case "%help":
		_, _ = io.WriteString(e.options.Stdout, magicHelp)
	case "%time":
		return e.timed(r, above+arg)
	case "%timeit":
		return e.timeit(r, above+arg)
	case "%rerun": // the front answers it if there is something to run
		fmt.Fprintln(e.options.Stdout, "nothing to run again: no worker has died since the last time")
	case "%require":
		return e.require(r, arg)
	case "%who":
		fmt.Fprint(e.options.Stdout, s.who())
	case "%reset":
		fresh := newSession(s.stdout, s.stderr)
		s.mu.Lock()
		s.world, s.imports, s.interp = newWorld(), fresh.imports, nil
		s.mu.Unlock()
		runtime.GC()
	case "%cd":
		if err := os.Chdir(arg); err != nil {
			return asError(err)
		}
	case "%env":
		if k, v, set := strings.Cut(arg, "="); set {
			os.Setenv(k, v)
		} else {
			fmt.Fprintln(e.options.Stdout, os.Getenv(arg))
		}
	case "%load":
		data, err := os.ReadFile(arg)
		if err != nil {
			return asError(err)
		}
		payload, _ := json.Marshal(map[string]any{"source": "set_next_input", "text": string(data), "replace": false})
		out.Payload = append(out.Payload, payload)
	case "%save":
		if err := os.WriteFile(arg, []byte(s.script()), 0o644); err != nil {
			return asError(err)
		}
	default:
		return &engine.Error{Name: "unknown magic", Value: name + " is not a magic", Traceback: append([]string{bold(red(name)) + " is not a magic; these are:"}, lines(magicHelp)...)}
	}
	return nil
}

// shell runs a command; an interrupt kills it and all that it started.
func (e *Engine) shell(command string) *engine.Error {
	c := exec.Command("bash", "-c", command)
	c.Stdout, c.Stderr = e.options.Stdout, e.options.Stderr
	ownGroup(c)
	if err := c.Start(); err != nil {
		return asError(err)
	}
	over := make(chan error, 1)
	go func() { over <- c.Wait() }()
	select {
	case err := <-over:
		if err != nil {
			return asError(fmt.Errorf("the command failed: %w", err))
		}
		return nil
	case <-rt.Done():
		killGroup(c)
		<-over
		return interrupted(nil)
	}
}

func (e *Engine) timed(r *running, code string) *engine.Error {
	start := time.Now()
	err := e.execute(r, code)
	fmt.Fprintf(e.options.Stdout, "%v\n", time.Since(start).Round(time.Microsecond))
	return err
}

// timeit compiles a statement and runs it until the measurement is good: at
// least 0.2 s in one go, the best of five.
func (e *Engine) timeit(r *running, code string) *engine.Error {
	c, err := e.prepare(r, code, pathNative)
	if err != nil {
		return err
	}
	if c.run == nil {
		return nil
	}
	once := c.run
	rt.Begin(e.goroutinePanic, nil)
	n, best := 1, time.Duration(0)
	c.run = func() {
		for took := time.Duration(0); took < 200*time.Millisecond; n *= 2 {
			took = repeat(n, once)
			best = took / time.Duration(n)
		}
		n /= 2
		for range 4 {
			best = min(best, repeat(n, once)/time.Duration(n))
		}
	}
	if err := e.run(r, c); err != nil {
		return err
	}
	fmt.Fprintf(e.options.Stdout, "%v each, the best of 5 times %d\n", best, n)
	return nil
}

func repeat(n int, f func()) time.Duration {
	start := time.Now()
	for range n {
		f()
	}
	return time.Since(start)
}

// who lists what the session has.
func (s *session) who() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for _, n := range slices.Sorted(maps.Keys(s.world.vars)) {
		v := s.world.vars[n]
		fmt.Fprintf(&b, "var %s %s\n", n, types.TypeString(v.typ, shortNames))
	}
	for _, d := range s.world.decls {
		switch d.kind {
		case constDecl:
			fmt.Fprintf(&b, "const %s\n", strings.Join(d.names, ", "))
		case typeDecl:
			fmt.Fprintf(&b, "type %s\n", d.names[0])
		case funcDecl:
			fmt.Fprintf(&b, "func %s\n", d.names[0])
		case methodDecl:
			fmt.Fprintf(&b, "method %s\n", d.names[0])
		}
	}
	return b.String()
}

// script is the text of all cells, in order.
func (s *session) script() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := slices.SortedFunc(maps.Values(s.sources), func(a, b *source) int { return a.count - b.count })
	var b strings.Builder
	for _, src := range all {
		fmt.Fprintf(&b, "// %s\n%s\n\n", src.name, strings.TrimSpace(src.text))
	}
	return b.String()
}
