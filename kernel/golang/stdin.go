package golang

import (
	"strings"

	"gomdcsan/kernel/display"
)

// asked is the standard input of cells: fmt.Scanln and its kin ask the user,
// a line at a time, where a process would read a terminal.
type asked struct{ rest strings.Reader }

func (a *asked) Read(p []byte) (int, error) {
	if a.rest.Len() == 0 {
		line, err := display.Input("")
		if err != nil {
			return 0, err
		}
		a.rest.Reset(line + "\n")
	}
	return a.rest.Read(p)
}
