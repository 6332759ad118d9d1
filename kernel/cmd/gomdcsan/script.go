package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/golang"
)

// statusError is an error with the status that the process is to end with; its
// text, if any, has been printed.
type statusError int

func (s statusError) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// runScript runs a Go file in this very process, as the program that it is:
// with the process's standard files, arguments, environment and signals.
func runScript(ctx context.Context, path string, args []string, o runOptions) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("script: %w", err)
	}
	cells, err := golang.ProgramCells(string(data))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	signal.Reset(os.Interrupt, syscall.SIGTERM) // they are the script's
	ctx = context.WithoutCancel(ctx)
	os.Args = append([]string{path}, args...)
	flag.CommandLine = flag.NewFlagSet(path, flag.ExitOnError)
	e, err := golang.New(golang.Options{Program: path, Stderr: plainOn{os.Stderr}}, scriptSink{o.quiet})
	if err != nil {
		return err
	}
	defer e.Close()
	if o.timeout > 0 {
		var done func()
		ctx, done = context.WithTimeoutCause(ctx, o.timeout, fmt.Errorf("stopped after %v (--timeout)", o.timeout))
		defer done()
	}
	for i, code := range cells {
		out := e.Execute(ctx, engine.Cell{ID: fmt.Sprint(i + 1), Count: i + 1, Code: code})
		if out.Err == nil {
			continue
		}
		fmt.Fprintln(os.Stderr, plainUnless(isTerminal(os.Stderr), strings.Join(out.Err.Traceback, "\n")))
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("%s: %w", path, context.Cause(ctx))
		case out.Err.Name == "panic":
			return statusError(golang.PanicStatus)
		}
		return statusError(1)
	}
	return nil
}

// plainOn writes without colours to what is no terminal.
type plainOn struct{ *os.File }

func (w plainOn) Write(p []byte) (int, error) {
	_, err := io.WriteString(w.File, plainUnless(isTerminal(w.File), string(p)))
	return len(p), err
}

// scriptSink prints the values that the cells of a script show. All else that
// the engine has to say is no output of the script.
type scriptSink struct{ quiet bool }

func (s scriptSink) Emit(e engine.Event) {
	var to io.Writer = os.Stdout
	switch {
	case e.Display == nil:
		return
	case e.Kind == engine.Result:
	case s.quiet:
		return
	default: // what is compiled or fetched for it
		to = os.Stderr
	}
	if text, _ := e.Display.Data["text/plain"].(string); text != "" {
		fmt.Fprintln(to, strings.TrimRight(plainUnless(isTerminal(to), text), "\n"))
	}
}

// status is what the process ends with after an error, which is printed unless
// it has been.
func status(err error) int {
	var s statusError
	if errors.As(err, &s) {
		return int(s)
	}
	fmt.Fprintln(os.Stderr, "gomdcsan:", err)
	return 1
}
