package interpret

import (
	"go/token"
	"io"
	"testing"

	"gomdcsan/kernel/golang/cell"
)

// BenchmarkNewInterpreter is what every cellsPerInterpreter-th statement costs
// more than the others, and a session's first.
func BenchmarkNewInterpreter(b *testing.B) {
	n := New(cell.NewChecker(token.NewFileSet()), io.Discard)
	for b.Loop() {
		n.Forget()
		n.interpreter()
	}
}
