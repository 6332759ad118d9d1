package rt

import (
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
