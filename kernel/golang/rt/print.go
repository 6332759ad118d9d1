package rt

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"sync"
)

// std says what stands behind os.Stdin, os.Stdout and os.Stderr, as they were
// when the session began: the engine. A cell that sets one of them to another
// file has that, until it sets it back.
//
// The writer knows the goroutine that writes, and so the cell; a write to the
// file itself would belong to whatever cell runs.
var std struct {
	sync.RWMutex
	in, out, err *os.File
	writer       io.Writer
	reader       *asking
}

// SetOutput says where Print, Printf and Println write; before, and after nil,
// to os.Stdout.
func SetOutput(w io.Writer) {
	std.Lock()
	defer std.Unlock()
	std.out, std.err, std.writer = os.Stdout, os.Stderr, w
}

// SetInput says what reading from os.Stdin reads; before, and after nil, that.
func SetInput(r io.Reader) {
	std.Lock()
	defer std.Unlock()
	std.in, std.reader = os.Stdin, nil
	if r != nil {
		std.reader = &asking{b: bufio.NewReader(r)}
	}
}

// Restore sets the standard files back to what they were.
func Restore() {
	std.RLock()
	defer std.RUnlock()
	os.Stdin, os.Stdout, os.Stderr = std.in, std.out, std.err
}

// Output writes to what is standard output at the time.
func Output() io.Writer { return output{} }

type output struct{}

func (output) Write(p []byte) (int, error) { return out().Write(p) }

func out() io.Writer {
	std.RLock()
	defer std.RUnlock()
	if os.Stdout == std.out && std.writer != nil {
		return std.writer
	}
	return Writer(os.Stdout)
}

// Print stands for fmt.Print.
func Print(a ...any) (int, error) { return fmt.Fprint(out(), a...) }

// Printf stands for fmt.Printf.
func Printf(format string, a ...any) (int, error) { return fmt.Fprintf(out(), format, a...) }

// Println stands for fmt.Println.
func Println(a ...any) (int, error) { return fmt.Fprintln(out(), a...) }

// asking is what asks the user. All that read standard input share it, so that
// no character is lost between them.
type asking struct {
	mu sync.Mutex
	b  *bufio.Reader
}

func (a *asking) Read(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.b.Read(p)
}

func (a *asking) ReadRune() (rune, int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.b.ReadRune()
}

func (a *asking) UnreadRune() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.b.UnreadRune()
}

// asks returns what asks the user in place of x, if that is standard input.
func asks(x any) (a *asking, ok bool) {
	f, isFile := x.(*os.File)
	if !isFile || f == nil {
		return nil, false
	}
	std.RLock()
	defer std.RUnlock()
	return std.reader, f == std.in && std.reader != nil
}

// Input reads what is standard input at the time.
func Input() io.Reader { return input{} }

type input struct{}

func (input) Read(p []byte) (int, error) { return in().Read(p) }

func in() io.Reader { return Reader(os.Stdin) }

// Scan stands for fmt.Scan.
func Scan(a ...any) (int, error) { return asked(fmt.Fscan(in(), a...)) }

// Scanf stands for fmt.Scanf.
func Scanf(format string, a ...any) (int, error) { return asked(fmt.Fscanf(in(), format, a...)) }

// Scanln stands for fmt.Scanln.
func Scanln(a ...any) (int, error) { return asked(fmt.Fscanln(in(), a...)) }

// asked returns what a question gave, unless an interrupt ended it.
func asked(n int, err error) (int, error) {
	Check()
	return n, err
}

// Read is r.Read(p).
func Read(r io.Reader, p []byte) (n int, err error) {
	if a, ok := asks(r); ok {
		return asked(a.Read(p))
	}
	Reading(r, func() { n, err = r.Read(p) })
	return n, err
}

// kernels reports whether a file is one that the kernel reads.
func kernels(f *os.File) bool {
	std.RLock()
	defer std.RUnlock()
	return f == std.out || f == std.err
}
