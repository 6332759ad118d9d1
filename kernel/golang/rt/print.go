package rt

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"sync/atomic"
)

// output is where compiled cells print. It knows the goroutine that writes,
// and so the cell; a write to os.Stdout would belong to whatever cell runs.
var output atomic.Pointer[io.Writer]

// SetOutput says where Print, Printf and Println write; before, and after nil,
// to os.Stdout.
func SetOutput(w io.Writer) {
	if w == nil {
		output.Store(nil)
		return
	}
	output.Store(&w)
}

func out() io.Writer {
	if w := output.Load(); w != nil {
		return *w
	}
	return os.Stdout
}

// Print stands for fmt.Print.
func Print(a ...any) (int, error) { return fmt.Fprint(out(), a...) }

// Printf stands for fmt.Printf.
func Printf(format string, a ...any) (int, error) { return fmt.Fprintf(out(), format, a...) }

// Println stands for fmt.Println.
func Println(a ...any) (int, error) { return fmt.Fprintln(out(), a...) }

// input is what Scan, Scanf and Scanln read; buffered, so that they can look
// ahead by a character.
var input atomic.Pointer[bufio.Reader]

// SetInput says what Scan, Scanf and Scanln read; before, os.Stdin.
func SetInput(r io.Reader) { input.Store(bufio.NewReader(r)) }

// Input is what they read: interpreted cells take the same, so that no
// character is lost between them.
func Input() io.Reader {
	if b := input.Load(); b != nil {
		return b
	}
	return os.Stdin
}

// Scan stands for fmt.Scan.
func Scan(a ...any) (int, error) { return asked(fmt.Fscan(Input(), a...)) }

// Scanf stands for fmt.Scanf.
func Scanf(format string, a ...any) (int, error) { return asked(fmt.Fscanf(Input(), format, a...)) }

// Scanln stands for fmt.Scanln.
func Scanln(a ...any) (int, error) { return asked(fmt.Fscanln(Input(), a...)) }

// asked returns what a question gave, unless an interrupt ended it.
func asked(n int, err error) (int, error) {
	Check()
	return n, err
}
