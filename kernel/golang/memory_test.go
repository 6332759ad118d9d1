package golang

import (
	"fmt"
	"runtime"
	"testing"
)

// Cells that leave nothing behind cost little: a session of 10,000 of them is
// an ordinary day of a live figure.
func TestCellsDoNotPileUp(t *testing.T) {
	s := newTestSession(t)
	defer s.close()
	s.must("total := 0")
	run := func(n int) {
		for i := range n {
			s.must(fmt.Sprintf("total++; for i := 0; i < 5; i++ { total += i * %d }; total", i))
		}
		s.e.session.interpreters.Yaegi = nil // what it holds is bounded by cellsPerInterpreter
	}
	run(100)
	before := held()
	const cells = 600
	run(cells)
	if each := (held() - before) / cells; each > 300 {
		t.Errorf("a cell holds %d bytes", each)
	} else {
		t.Logf("a cell holds %d bytes", each)
	}
}

// held is what is reachable, without the gaps between (heap counts those too).
func held() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
