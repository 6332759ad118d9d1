package golang

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/types"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"gomdcsan/kernel/display"
	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/golang/assist"
	"gomdcsan/kernel/golang/cell"
	"gomdcsan/kernel/golang/magic"
	"gomdcsan/kernel/golang/rt"
)

func lines(s string) []string { return strings.Split(strings.TrimRight(s, "\n"), "\n") }

// pieces runs code that may have magics in it, one piece after the other, each
// with its lines where they are in the cell. Of Go, only the value of what ends
// the cell is shown.
func (e *Engine) pieces(r *running, code string) (out engine.Outcome) {
	list, rest := magic.Lines(code)
	at := 0
	for _, m := range list {
		if out.Err = e.above(r, cell.BlankLines(code[:at])+code[at:m.Start]); out.Err != nil {
			return out
		}
		if at = min(m.End+1, len(code)); m.TakesRest(code) {
			at = len(code)
		}
		if code[m.Start:m.Name] == "%%timeit" {
			out.Err = e.timeit(r, cell.BlankLines(code[:at])+code[at:])
			return out
		}
		if code[m.Start:m.Name] == "%%time" {
			begun := time.Now()
			out = e.pieces(r, cell.BlankLines(code[:at])+code[at:])
			e.tellTime(begun)
			return out
		}
		if out.Err = e.oneMagic(r, &out, m, code); out.Err != nil {
			return out
		}
	}
	if len(list) == 0 || strings.TrimSpace(code[rest:]) != "" {
		out.Err = e.execute(r, cell.BlankLines(code[:rest])+code[rest:])
	}
	return out
}

// above runs the Go above a magic.
func (e *Engine) above(r *running, code string) *engine.Error {
	if strings.TrimSpace(code) == "" {
		return nil
	}
	r.quiet = true
	defer func() { r.quiet = false }()
	return e.execute(r, code)
}

// oneMagic runs a magic.
func (e *Engine) oneMagic(r *running, out *engine.Outcome, m magic.Line, code string) *engine.Error {
	name, arg := code[m.Start:m.Name], m.Text(code)
	above := cell.BlankLines(code[:m.Start])
	rest := cell.BlankLines(code[:m.End]) + code[m.End:]
	if asked, ok := magic.Question(code[m.Start:m.End]); ok {
		payload, err := e.explain(asked)
		out.Payload = append(out.Payload, payload...)
		return err
	}
	switch name {
	case "%%native":
		r.force = pathNative
	case "%%interpret":
		r.force = pathInterpret
	case "%%writefile":
		if err := e.writeFile(arg, strings.TrimPrefix(code[m.End:], "\n")); err != nil {
			return asError(fmt.Errorf("%s: %w", name, err))
		}
	case "%%bash", "%%sh":
		return e.shell(rest)
	case "%%html":
		e.show(r.cell, []any{display.HTML(rest)})
	case "%%markdown":
		e.show(r.cell, []any{display.Markdown(rest)})
	case "!":
		if v := e.session.boolean(arg); v {
			return e.execute(r, above+code[m.Start:m.End])
		}
		return e.shell(arg)
	default:
		return e.lineMagic(r, out, name, arg, above)
	}
	return nil
}

// boolean reports whether a name is that of a variable whose opposite !name is.
func (s *session) boolean(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.env.Vars[name]
	return v != nil && types.Identical(v.Typ.Underlying(), types.Typ[types.Bool])
}

func (e *Engine) lineMagic(r *running, out *engine.Outcome, name, arg, above string) *engine.Error {
	var err error
	switch name {
	case "%help":
		fmt.Fprint(e.options.Stdout, magic.Help())
	case "%time":
		return e.timed(r, above+arg)
	case "%timeit":
		return e.timeit(r, above+arg)
	case "%rerun": // the front answers it if there is something to run
		fmt.Fprintln(e.options.Stdout, "nothing to run again: no worker has died since the last time")
	case "%require":
		return e.require(r, arg)
	case "%who":
		fmt.Fprint(e.options.Stdout, e.session.who())
	case "%whos":
		fmt.Fprint(e.options.Stdout, e.session.whos())
	case "%history":
		err = e.printHistory(arg)
	case "%pwd":
		var dir string
		if dir, err = os.Getwd(); err == nil {
			fmt.Fprintln(e.options.Stdout, dir)
		}
	case "%ls":
		err = e.listFolder(unquoted(arg))
	case "%reset":
		e.session.reset()
		rt.Restore()
	case "%cd":
		err = e.changeFolder(unquoted(arg))
	case "%env":
		err = e.environment(arg)
	case "%load":
		err = load(out, unquoted(arg))
	case "%save":
		err = e.save(unquoted(arg))
	default:
		return unknownMagic(name)
	}
	if err != nil {
		return asError(fmt.Errorf("%s: %w", name, err))
	}
	return nil
}

func unknownMagic(name string) *engine.Error {
	first := bold(red(name)) + " is not a magic"
	if near := magic.Nearest(name); near != "" {
		first += "; did you mean " + bold(near) + "?"
	}
	return &engine.Error{Name: "unknown magic", Value: name + " is not a magic",
		Traceback: append([]string{first, "These are:"}, lines(magic.Help())...)}
}

// explain shows the documentation of a name in the front-end's pager.
func (e *Engine) explain(name string) ([]json.RawMessage, *engine.Error) {
	found := e.Inspect(name, len(name), 1)
	if !found.Found {
		return nil, asError(fmt.Errorf("nothing is known of %s: it is no name of this session or of a package that is imported", name))
	}
	page, err := json.Marshal(map[string]any{"source": "page", "data": found.Data, "start": 0})
	if err != nil {
		return nil, asError(err)
	}
	return []json.RawMessage{page}, nil
}

func (s *session) reset() {
	s.mu.Lock()
	s.env, s.imports = cell.NewEnvironment(), preloadedNames()
	s.interpreters.Forget()
	s.history = history{}
	s.mu.Unlock()
	runtime.GC()
}

// unquoted takes the quotes off a path in quotes, and the backslashes off one
// without.
func unquoted(path string) string {
	if n := len(path); n > 1 && (path[0] == '"' || path[0] == '\'') && path[n-1] == path[0] {
		return path[1 : n-1]
	}
	return strings.ReplaceAll(path, `\ `, " ")
}

// changeFolder changes the working directory; - is the one before.
func (e *Engine) changeFolder(to string) error {
	switch to {
	case "":
		to = "~"
	case "-":
		if to = e.folder; to == "" {
			return errors.New("there was no other folder before")
		}
	}
	before, _ := os.Getwd()
	if err := os.Chdir(magic.Home(to)); err != nil {
		return err
	}
	e.folder = before
	now, err := os.Getwd()
	fmt.Fprintln(e.options.Stdout, now)
	return err
}

func (e *Engine) environment(arg string) error {
	name, value, set := strings.Cut(arg, "=")
	name = strings.TrimSpace(name)
	switch {
	case set:
		return os.Setenv(name, strings.TrimSpace(value))
	case arg == "":
		for _, v := range slices.Sorted(slices.Values(os.Environ())) {
			fmt.Fprintln(e.options.Stdout, v)
		}
		return nil
	}
	value, set = os.LookupEnv(name)
	if !set {
		return fmt.Errorf("there is no environment variable %s; %%env %s=VALUE sets it", name, name)
	}
	fmt.Fprintln(e.options.Stdout, value)
	return nil
}

// load puts a file's text into the next cell.
func load(out *engine.Outcome, file string) error {
	if file == "" {
		return errors.New("which file? %load FILE")
	}
	data, err := os.ReadFile(magic.Home(file))
	if err != nil {
		return err
	}
	payload, err := json.Marshal(map[string]any{"source": "set_next_input", "text": string(data), "replace": false})
	out.Payload = append(out.Payload, payload)
	return err
}

// save writes the session's cells as a script.
func (e *Engine) save(file string) error {
	if file == "" {
		return errors.New("into which file? %save FILE")
	}
	text, cells := e.session.script()
	if err := os.WriteFile(magic.Home(file), []byte(text), 0o644); err != nil {
		return err
	}
	fmt.Fprintf(e.options.Stdout, "wrote %d cells to %s\n", cells, file)
	return nil
}

// shell runs a command; an interrupt kills it and all that it started.
func (e *Engine) shell(command string) *engine.Error {
	c := exec.Command("bash", "-c", command)
	c.Stdout, c.Stderr = rt.Output(), e.options.Stderr
	rt.OwnGroup(c)
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
		rt.KillGroup(c)
		select {
		case <-over:
		case <-time.After(300 * time.Millisecond): // what has left the group holds on to the output
		}
		return interrupted(nil)
	}
}

func (e *Engine) timed(r *running, code string) *engine.Error {
	begun := time.Now()
	defer e.tellTime(begun)
	return e.execute(r, code)
}

func (e *Engine) tellTime(begun time.Time) {
	fmt.Fprintf(e.options.Stdout, "took %s\n", shortTime(time.Since(begun).Seconds()))
}

// timeit compiles a statement, where there is a compiler, and runs it until the measurement is good: at
// least 0.2 s in one go, the best of five.
func (e *Engine) timeit(r *running, code string) *engine.Error {
	force := pathAuto
	if e.session.tools.Ready() {
		force = pathNative
	}
	r.timed = true
	defer func() { r.timed = false }()
	c, err := e.prepare(r, code, force)
	if err != nil {
		return err
	}
	if c.Run == nil {
		return nil
	}
	once := c.Run
	r.quiet = true
	defer func() { r.quiet = false }()
	n, best := 1, 0.0 // seconds each
	c.Run = func() {
		for took := time.Duration(0); took < 200*time.Millisecond; n *= 2 {
			took = repeat(n, once)
			best = took.Seconds() / float64(n)
		}
		n /= 2
		for range timeitRuns - 1 {
			best = min(best, repeat(n, once).Seconds()/float64(n))
		}
	}
	if err := e.run(r, c); err != nil {
		return err
	}
	fmt.Fprintf(e.options.Stdout, "%s each: the best of %d runs of %d\n", shortTime(best), timeitRuns, n)
	return nil
}

const timeitRuns = 5

// shortTime writes a time with three digits and the unit that suits.
func shortTime(seconds float64) string {
	if seconds >= 60 {
		return time.Duration(seconds * float64(time.Second)).Round(time.Second).String()
	}
	for _, u := range []struct {
		name string
		size float64
	}{{"s", 1}, {"ms", 1e-3}, {"µs", 1e-6}} {
		if seconds >= u.size {
			return fmt.Sprintf("%.3g %s", seconds/u.size, u.name)
		}
	}
	return fmt.Sprintf("%.3g ns", seconds*1e9)
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
	for _, n := range slices.Sorted(maps.Keys(s.env.Vars)) {
		v := s.env.Vars[n]
		fmt.Fprintf(&b, "var %s %s\n", n, types.TypeString(v.Typ, assist.ShortNames))
	}
	for _, d := range s.env.Decls {
		switch d.Kind {
		case cell.ConstDecl:
			fmt.Fprintf(&b, "const %s\n", strings.Join(d.Names, ", "))
		case cell.TypeDecl:
			fmt.Fprintf(&b, "type %s\n", d.Names[0])
		case cell.FuncDecl:
			fmt.Fprintf(&b, "func %s\n", d.Names[0])
		case cell.MethodDecl:
			fmt.Fprintf(&b, "method %s\n", d.Names[0])
		}
	}
	return b.String()
}

// script is the text of all cells, in order, and their number.
func (s *session) script() (text string, cells int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	texts := map[int]string{} // of those with the same count the latest
	for c := range s.journal.All() {
		texts[c.Count] = c.Code
	}
	var b strings.Builder
	for _, n := range slices.Sorted(maps.Keys(texts)) {
		fmt.Fprintf(&b, "// cell[%d]\n%s\n\n", n, strings.TrimSpace(texts[n]))
	}
	return b.String(), len(texts)
}
