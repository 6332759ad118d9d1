// Package restrict has the functions that interpreted code gets in place of
// those that would end the process: they end the cell instead, and the
// session keeps its variables.
package restrict

import (
	"fmt"
	"log"
)

// Exited is the panic value of a cell that asked the process to end.
type Exited struct {
	Call string // "os.Exit(3)" or "log.Fatal"
	Code int
}

// Error says what was called.
func (e Exited) Error() string {
	return fmt.Sprintf("%s called", e.Call)
}

// Exit stands for os.Exit.
func Exit(code int) { panic(Exited{fmt.Sprintf("os.Exit(%d)", code), code}) }

// Fatal stands for log.Fatal: it logs, then ends the cell.
func Fatal(v ...any) {
	log.Print(v...)
	panic(Exited{"log.Fatal", 1})
}

// Fatalf stands for log.Fatalf.
func Fatalf(format string, v ...any) {
	log.Printf(format, v...)
	panic(Exited{"log.Fatalf", 1})
}

// Fatalln stands for log.Fatalln.
func Fatalln(v ...any) {
	log.Println(v...)
	panic(Exited{"log.Fatalln", 1})
}
