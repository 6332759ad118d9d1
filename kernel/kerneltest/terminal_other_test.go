//go:build !linux

package kerneltest

import (
	"os"
	"testing"
)

func openTerminal(t *testing.T) (terminal, tty *os.File) {
	t.Skip("pseudo terminals are made as Linux makes them")
	return nil, nil
}
