package engine

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
)

func cell(i int) Cell {
	return Cell{ID: fmt.Sprint("id", i), Count: i, Code: fmt.Sprintf("x%d := %d // <\u00e4>\nfmt.Println(x%d)", i, i*i, i)}
}

func same(a, b Cell) bool { return a.ID == b.ID && a.Count == b.Count && a.Code == b.Code }

func TestJournal(t *testing.T) {
	var j Journal
	var want []Cell
	for i := range 5000 {
		want = append(want, cell(i))
	}
	again := Cell{ID: "again", Count: 7, Code: "another seventh"}
	want = append(want[:4000:4000], append([]Cell{again}, want[4000:]...)...)
	for _, c := range want {
		j.Add(c)
	}
	if len(j.packed) < 2 || len(j.latest) == 0 {
		t.Fatalf("%d blocks and %d cells: the test does not see both", len(j.packed), len(j.latest))
	}
	if got := slices.Collect(j.All()); !slices.EqualFunc(got, want, same) {
		t.Errorf("%d cells of %d, or others", len(got), len(want))
	}
	for c := range j.All() { // a walk that ends early
		if !same(c, want[0]) {
			t.Errorf("the first is %v", c)
		}
		break
	}
	for _, count := range []int{0, 1, 2500, 4999} {
		if c, ok := j.Find(count); !ok || !same(c, cell(count)) {
			t.Errorf("%d: %v %v", count, c, ok)
		}
	}
	if c, _ := j.Find(7); !same(c, again) {
		t.Errorf("7 is %v, not the latest", c)
	}
	if c, ok := j.Find(5000); ok {
		t.Errorf("5000 is %v", c)
	}
}

// A session of 10,000 cells costs little.
func TestJournalIsSmall(t *testing.T) {
	var j Journal
	before := heap()
	const cells = 10000
	for i := range cells {
		j.Add(cell(i))
	}
	if each := (heap() - before) / cells; each > 40 {
		t.Errorf("a cell takes %d bytes", each)
	}
	runtime.KeepAlive(&j)
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
