package display

import (
	"context"
	"sync"
	"sync/atomic"

	"gomdcsan/kernel/engine"
)

// Host is where output goes and answers come from. The worker process attaches
// one for its cells. All methods must be safe for concurrent use.
type Host interface {
	// Emit passes an event on. The host fills in Event.Cell.
	Emit(engine.Event)
	// Context is that of the running cell; it ends at an interrupt.
	Context() context.Context
	// Input asks the user a question, with hidden typing for a password.
	Input(prompt string, password bool) (string, error)
}

// attached is the one piece of state of this package: display.Show has to
// reach the process's front-end from anywhere, as fmt.Println reaches stdout.
var attached atomic.Pointer[Host]

// Attach makes h the host of the process and returns a function that restores
// the host before it.
func Attach(h Host) (detach func()) {
	before := attached.Swap(&h)
	return func() { attached.Store(before) }
}

// terminalHost is made when a program first shows something without a host.
var terminalHost = sync.OnceValue(func() Host { return newTerminal() })

func host() Host {
	if h := attached.Load(); h != nil {
		return *h
	}
	return terminalHost()
}

// Context ends when the user interrupts the running cell, or presses Ctrl-C in
// a program. Long calls such as mdcsan.Train take it.
func Context() context.Context { return host().Context() }

// Input asks the user and returns the line typed.
func Input(prompt string) (string, error) { return host().Input(prompt, false) }

// Password asks the user without showing what is typed.
func Password(prompt string) (string, error) { return host().Input(prompt, true) }

// ClearOutput removes the output of the running cell so far; with wait only
// when new output comes, which avoids flicker.
func ClearOutput(wait bool) { host().Emit(engine.Event{Kind: engine.Clear, Wait: wait}) }
