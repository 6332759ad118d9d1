package rt

import (
	"io"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"time"
)

// Reading makes a call that reads from x, or accepts a connection: an interrupt
// ends it by a deadline, which is taken back; an in-memory pipe is closed with
// Stopped, as the other end's goroutine unwinds too; the body of an HTTP
// response is left to its goroutine.
func Reading(x any, call func()) { read(x, call); Check() }

func read(x any, call func()) {
	switch r := x.(type) {
	case *io.PipeReader:
		ending(func() { _ = r.CloseWithError(Stopped) }, nil, call)
	case interface{ SetReadDeadline(time.Time) error }:
		deadline(r.SetReadDeadline, call)
	case interface{ SetDeadline(time.Time) error }: // a listener
		deadline(r.SetDeadline, call)
	default:
		if ofHTTP(x) {
			Leaving(nil, call)
			return
		}
		call()
	}
}

// Writing makes a call that writes to x.
func Writing(x any, call func()) { write(x, call); Check() }

func write(x any, call func()) {
	switch w := x.(type) {
	case *os.File:
		if kernels(w) {
			call()
			return
		}
		deadline(w.SetWriteDeadline, call)
	case *io.PipeWriter:
		ending(func() { _ = w.CloseWithError(Stopped) }, nil, call)
	case interface{ SetWriteDeadline(time.Time) error }:
		deadline(w.SetWriteDeadline, call)
	default:
		call()
	}
}

// deadline makes a call that an interrupt ends by a deadline. Files on a disk
// have none and do not wait.
func deadline(set func(time.Time) error, call func()) {
	ending(func() { _ = set(time.Unix(1, 0)) }, func() { _ = set(time.Time{}) }, call)
}

func ofHTTP(x any) bool {
	t := reflect.TypeOf(x)
	return t != nil && t.Kind() == reflect.Pointer && t.Elem().PkgPath() == "net/http"
}

// Reader is what a compiled function gets that reads from r: an interrupt ends
// a Read with Stopped as its error, not with a panic, as it may be called in a
// goroutine of that package.
func Reader(r io.Reader) io.Reader {
	if a, ok := asks(r); ok {
		return a
	}
	if _, isPipe := r.(*io.PipeReader); isPipe || ofHTTP(r) || hasDeadline(r) {
		return reader{r}
	}
	return r
}

// Writer is Reader for what a compiled function writes to.
func Writer(w io.Writer) io.Writer {
	if _, isPipe := w.(*io.PipeWriter); isPipe || hasDeadline(w) {
		return writer{w}
	}
	return w
}

// hasDeadline reports whether x is a connection, or a file that may wait.
func hasDeadline(x any) bool {
	if f, ok := x.(*os.File); ok {
		if f == nil || kernels(f) {
			return false
		}
		info, err := f.Stat()
		return err == nil && info.Mode()&(fs.ModeNamedPipe|fs.ModeSocket|fs.ModeCharDevice) != 0
	}
	_, ok := x.(interface{ SetReadDeadline(time.Time) error })
	return ok
}

type reader struct{ io.Reader }

func (r reader) Read(p []byte) (n int, err error) {
	if !ofHTTP(r.Reader) {
		read(r.Reader, func() { n, err = r.Reader.Read(p) })
		return n, stopErr(err)
	}
	type result struct {
		buf []byte // p may be another's when an abandoned call ends
		n   int
		err error
	}
	over := make(chan result, 1)
	go func() {
		buf := slices.Clone(p)
		n, err := r.Reader.Read(buf)
		over <- result{buf, n, err}
	}()
	select {
	case o := <-over:
		return copy(p, o.buf[:o.n]), o.err
	case <-Done():
		return 0, Aborting()
	}
}

type writer struct{ io.Writer }

func (w writer) Write(p []byte) (n int, err error) {
	write(w.Writer, func() { n, err = w.Writer.Write(p) })
	return n, stopErr(err)
}

// stopErr is err, or what an interrupt makes of it.
func stopErr(err error) error {
	if err != nil && err != io.EOF && Stopping() {
		return Aborting()
	}
	return err
}
