package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"sync"

	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/session"
	"gomdcsan/kernel/wire"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

func newRepl() *cobra.Command {
	return &cobra.Command{
		Use:   "repl",
		Short: "Type cells at a prompt",
		Long: `Type cells at a prompt.

A cell goes on while a bracket is open; pasted lines are one cell, which Enter
runs. Tab completes, a name and ? is help, %help lists the magics. The arrows go
through the history; Ctrl-R finds the line before that has what was typed in it,
and again the one before that. Ctrl-C stops a running cell or drops the one being typed,
Ctrl-D leaves. Pictures are shown in terminals that can (kitty, iTerm2, WezTerm,
Ghostty, Konsole, mintty).`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runRepl(c.Context(), os.Stdin, os.Stdout, os.Stderr) },
	}
}

// repl reads cells and runs them in a session.
type repl struct {
	front   *replFront
	engine  func() engine.Engine
	session *session.Session
	in, out *os.File
	lines   func(prompt string) (string, error)
	before  string // the lines of the cell above the one being typed
	indent  int    // of the line being typed
}

func runRepl(ctx context.Context, in, out, errOut *os.File) error {
	ctx = context.WithoutCancel(ctx) // Ctrl-C stops a cell, not the session
	engineCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	t := &terminal{out: out, err: errOut, in: in, idle: make(chan struct{})}
	front := &replFront{terminal: t, protocol: pictureProtocol(os.Getenv)}
	var mu sync.Mutex
	var started engine.Engine
	start := startEngine(engineCtx)
	s := session.New(session.Options{Port: front, Version: version(), Start: func(sink engine.Sink) (engine.Engine, error) {
		e, err := start(sink)
		mu.Lock()
		defer mu.Unlock()
		started = e
		return e, err
	}})
	t.session = s
	running, stop := context.WithCancel(ctx)
	var ended sync.WaitGroup
	ended.Go(func() { s.Run(running) })
	defer ended.Wait()
	defer stop()
	pressed := make(chan os.Signal, 1)
	signal.Notify(pressed, os.Interrupt)
	defer signal.Stop(pressed)
	ended.Go(func() {
		for {
			select {
			case <-pressed:
				s.Interrupt()
			case <-running.Done():
				return
			}
		}
	})
	r := &repl{front: front, session: s, in: in, out: out, engine: func() engine.Engine {
		mu.Lock()
		defer mu.Unlock()
		return started
	}}
	r.lines = r.reader()
	return r.loop()
}

// loop runs cells until the input ends.
func (r *repl) loop() error {
	for {
		code, err := r.cell()
		if strings.TrimSpace(code) != "" {
			if err := r.front.execute(code); err != nil {
				fmt.Fprintln(r.front.err, err)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("repl: %w", err)
		}
	}
}

// cell reads lines until they are a whole cell. Lines that were pasted together
// belong together.
func (r *repl) cell() (string, error) {
	r.before, r.indent = "", 0
	prompt := "> "
	for {
		line, err := r.lines(prompt)
		pasted := errors.Is(err, term.ErrPasteIndicator)
		switch {
		case errors.Is(err, errDropped):
			return "", nil
		case err != nil && !pasted:
			return r.before + line, err
		case !pasted && r.whole(r.before+line):
			return r.before + line, nil
		}
		r.before += line + "\n"
		prompt = ". "
	}
}

// whole reports whether a cell needs no more lines, and else how far the next
// is indented.
func (r *repl) whole(code string) bool {
	e := r.engine()
	if e == nil {
		return true
	}
	c := e.IsComplete(code)
	r.indent = len(c.Indent)
	return c.Status != "incomplete"
}

// reader returns what reads lines: an editor at a terminal, plain lines else.
func (r *repl) reader() func(string) (string, error) {
	if !term.IsTerminal(int(r.in.Fd())) || !term.IsTerminal(int(r.out.Fd())) {
		b := bufio.NewReader(r.in)
		r.front.reader = b // what a cell asks for is the next line
		return func(string) (string, error) {
			line, err := b.ReadString('\n')
			return strings.TrimRight(line, "\r\n"), err
		}
	}
	fmt.Fprintf(r.out, "gomdcsan %s, %s. Tab completes, NAME? and %%help help, Ctrl-D leaves.\n", version(), runtime.Version())
	keys := &keyboard{in: r.in}
	t := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{keys, r.out}, "")
	past := &search{history: loadHistory()}
	t.History = past.history
	t.AutoCompleteCallback = func(line string, pos int, key rune) (string, int, bool) {
		switch key {
		case '\t':
			return r.complete(t, line, pos)
		case ctrlR:
			return past.back(line, pos)
		case '}', ')', ']':
			return outdented(line, pos, key)
		}
		return "", 0, false
	}
	return func(prompt string) (string, error) {
		old, err := term.MakeRaw(int(r.in.Fd()))
		if err != nil {
			return "", err
		}
		defer term.Restore(int(r.in.Fd()), old)
		if w, h, err := term.GetSize(int(r.out.Fd())); err == nil && w > 0 {
			_ = t.SetSize(w, h) // it only wraps
		}
		t.SetBracketedPasteMode(true)
		defer t.SetBracketedPasteMode(false)
		t.SetPrompt(prompt)
		keys.pending = append(keys.pending, strings.Repeat("\t", r.indent)...)
		r.indent = 0
		line, err := t.ReadLine()
		if keys.dropped {
			keys.dropped = false
			return "", errDropped
		}
		return line, err
	}
}

// errDropped says that Ctrl-C was pressed instead of typing on.
var errDropped = errors.New("the cell was dropped")

// keyboard turns Ctrl-C, at which the line editor would end the input, into
// the keys that empty the line and end it.
type keyboard struct {
	in      io.Reader
	pending []byte
	dropped bool
}

const (
	ctrlC = 3
	ctrlR = 18
)

func (k *keyboard) Read(p []byte) (int, error) {
	if len(k.pending) == 0 {
		n, err := k.in.Read(p)
		at := bytes.IndexByte(p[:n], ctrlC)
		if at < 0 {
			return n, err
		}
		k.dropped = true
		k.pending = append(bytes.Clone(p[:at]), "\x0b\x15\r"...) // Ctrl-K, Ctrl-U, Enter
	}
	n := copy(p, k.pending)
	k.pending = k.pending[n:]
	return n, nil
}

// indentation is what a tab at the beginning of a line is: the editor counts a
// tab as one column.
const indentation = "    "

// outdented puts a closing bracket that begins a line below what opened it.
func outdented(line string, pos int, key rune) (string, int, bool) {
	before, ok := strings.CutSuffix(line[:pos], indentation)
	if !ok || strings.TrimSpace(before) != "" {
		return "", 0, false
	}
	return before + string(key) + line[pos:], len(before) + 1, true
}

// complete writes what all completions share, or lists them if that is nothing.
func (r *repl) complete(w io.Writer, line string, pos int) (string, int, bool) {
	e := r.engine()
	if e == nil {
		return "", 0, false
	}
	if strings.TrimSpace(line[:pos]) == "" { // a tab indents
		return line[:pos] + indentation + line[pos:], pos + len(indentation), true
	}
	c := e.Complete(r.before+line, len(r.before)+pos)
	c.Start, c.End = c.Start-len(r.before), c.End-len(r.before)
	if len(c.Matches) == 0 || c.Start < 0 {
		return line, pos, true
	}
	common := c.Matches[0].Text
	var names []string
	for _, m := range c.Matches {
		names = append(names, m.Text)
		for !strings.HasPrefix(m.Text, common) {
			common = common[:len(common)-1]
		}
	}
	if word := line[c.Start:c.End]; len(common) <= len(word) {
		const most = 60
		if len(names) > most {
			names = append(names[:most], "...")
		}
		fmt.Fprintf(w, "%s\n", strings.Join(names, "  "))
		return line, pos, true
	}
	return line[:c.Start] + common + line[c.End:], c.Start + len(common), true
}

// replFront shows pictures in the terminal where it can.
type replFront struct {
	*terminal
	protocol string // "kitty", "iterm" or ""
}

// pictureProtocol is how the terminal takes pictures.
func pictureProtocol(env func(string) string) string {
	switch {
	case env("TMUX") != "": // which lets no pictures through
		return ""
	case env("KONSOLE_VERSION") >= "220400" || env("KITTY_WINDOW_ID") != "" || env("TERM") == "xterm-kitty" || env("TERM_PROGRAM") == "ghostty":
		return "kitty"
	case env("TERM_PROGRAM") == "iTerm.app" || env("TERM_PROGRAM") == "WezTerm" || env("TERM_PROGRAM") == "mintty":
		return "iterm"
	}
	return ""
}

// Publish implements session.Port.
func (f *replFront) Publish(topic string, m *wire.Message) {
	f.terminal.Publish(topic, m)
	if f.protocol == "" || m.Header.MsgType != wire.DisplayData && m.Header.MsgType != wire.ExecuteResult {
		return
	}
	var c wire.DisplayContent
	if m.Decode(&c) != nil {
		return
	}
	if png, ok := c.Data["image/png"].(string); ok {
		io.WriteString(f.out, inlinePicture(f.protocol, strings.ReplaceAll(png, "\n", "")))
	}
}

// inlinePicture is the escape sequence that shows a PNG, given in base64.
func inlinePicture(protocol, png string) string {
	if protocol == "iterm" {
		return "\x1b]1337;File=inline=1:" + png + "\a\n"
	}
	var b strings.Builder
	head := "a=T,f=100,"
	for png != "" {
		n := min(len(png), 4096)
		more := 0
		if n < len(png) {
			more = 1
		}
		fmt.Fprintf(&b, "\x1b_G%sm=%d;%s\x1b\\", head, more, png[:n])
		png, head = png[n:], ""
	}
	return b.String() + "\n"
}
