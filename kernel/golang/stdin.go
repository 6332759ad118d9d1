package golang

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"gomdcsan/kernel/display"
	"gomdcsan/kernel/golang/rt"
)

// asked is the standard input of cells: what reads it asks the user, a line at
// a time, where a process would read a terminal. A line of Ctrl-D alone is its
// end, as there.
type asked struct {
	e    *Engine
	rest strings.Reader
	told *running // the cell that was told that nobody can be asked
}

func (a *asked) Read(p []byte) (int, error) {
	if a.rest.Len() == 0 {
		line, err := display.Input("")
		if rt.Stopping() {
			return 0, rt.Aborting()
		}
		if err == nil && line == "\x04" {
			err = io.EOF
		}
		if err != nil {
			a.tell(err)
			return 0, err
		}
		a.rest.Reset(line + "\n")
	}
	return a.rest.Read(p)
}

// tell says why there is no input: a loop over a scanner's lines just ends.
func (a *asked) tell(err error) {
	a.e.mu.Lock()
	r := a.e.cell
	a.e.mu.Unlock()
	if errors.Is(err, io.EOF) || r != nil && a.told == r {
		return
	}
	a.told = r
	fmt.Fprintf(a.e.options.Stderr, "note: a cell reads standard input: %v\n", err)
}
