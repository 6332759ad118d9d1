// Package hostile holds 500 cells that try to break the kernel, and the test
// that runs them through the real front with a real worker.
//
// None may end the front, and each must end in what a user understands: the
// compiler's message with its line, Go's own panic with the cell's line, an
// interrupt that is obeyed, or a plain sentence why the worker died. What the
// session held before must be there afterwards, unless the worker died, which
// the message must say.
//
// The cells run without a Go toolchain, which is quick; those that mean
// something else to compiled code run with one too.
package hostile
