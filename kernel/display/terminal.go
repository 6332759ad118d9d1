package display

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"

	"golang.org/x/term"

	"gomdcsan/kernel/engine"
)

// terminal shows things in an ordinary program: text on standard output.
type terminal struct {
	out     io.Writer // nil for standard output as it is at the time
	in      *bufio.Reader
	fd      int // of in, for passwords
	context func() context.Context

	mu sync.Mutex
}

func newTerminal() *terminal {
	return &terminal{
		in: bufio.NewReader(os.Stdin), fd: int(os.Stdin.Fd()),
		context: sync.OnceValue(untilInterrupt),
	}
}

// untilInterrupt ends at the first Ctrl-C; a second one ends the program as
// usual.
func untilInterrupt() context.Context {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop)
	return ctx
}

func (t *terminal) stdout() io.Writer {
	if t.out != nil {
		return t.out
	}
	return os.Stdout
}

func (t *terminal) Context() context.Context { return t.context() }

func (t *terminal) Emit(e engine.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch e.Kind {
	case engine.Stream:
		if e.Name == "stderr" {
			fmt.Fprint(os.Stderr, e.Text)
			return
		}
		fmt.Fprint(t.stdout(), e.Text)
	case engine.Show, engine.Result, engine.Update:
		if e.Display == nil {
			return
		}
		if s, _ := e.Display.Data[mimeText].(string); s != "" {
			fmt.Fprintln(t.stdout(), strings.TrimRight(s, "\n"))
		}
	}
}

func (t *terminal) Input(prompt string, password bool) (string, error) {
	t.mu.Lock()
	fmt.Fprint(t.stdout(), prompt)
	t.mu.Unlock()
	if password && term.IsTerminal(t.fd) {
		b, err := term.ReadPassword(t.fd)
		fmt.Fprintln(t.stdout())
		if err != nil {
			return "", fmt.Errorf("display: read password: %w", err)
		}
		return string(b), nil
	}
	line, err := t.in.ReadString('\n')
	if err != nil && line == "" {
		return "", fmt.Errorf("display: read input: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}
