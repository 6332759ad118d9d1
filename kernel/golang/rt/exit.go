package rt

import (
	"fmt"
	"log"
	"sync/atomic"
)

// Exited is the panic value of a cell that calls os.Exit or log.Fatal: it ends
// the cell, not the session.
type Exited struct {
	What string
	Code int
}

func (e Exited) Error() string { return e.What + " ended the cell; the session goes on" }

// Exit is os.Exit.
func Exit(code int) { end(fmt.Sprintf("os.Exit(%d)", code), code) }

// end ends the cell, or the process if the cells are a program.
func end(what string, code int) {
	if exit := program.Load(); exit != nil {
		(*exit)(code)
	}
	panic(Exited{what, code})
}

// Fatal is log.Fatal.
func Fatal(v ...any) { LoggerFatal(log.Default(), v...) }

// Fatalf is log.Fatalf.
func Fatalf(format string, v ...any) { LoggerFatalf(log.Default(), format, v...) }

// Fatalln is log.Fatalln.
func Fatalln(v ...any) { LoggerFatalln(log.Default(), v...) }

// program is set where the cells are a program of its own, not a session's: it
// is in the terminal's process group, and may end the process.
var program atomic.Pointer[func(code int)]

// Program makes the cells a program, which ends by exit.
func Program(exit func(code int)) { program.Store(&exit) }
