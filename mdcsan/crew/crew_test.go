package crew_test

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"gomdcsan/mdcsan/crew"
)

func Example() {
	var a, b, sum int
	c := crew.New(2)
	defer c.Close()
	c.Run(crew.Plan{
		{Do: func() { a = 1 }},
		{Do: func() { b = 2 }},
		{Do: func() { sum = a + b }, After: []int{0, 1}},
	})
	fmt.Println(sum)
	// Output: 3
}

// grid is a plan in which piece (i, j) adds its neighbours above and to the
// left: any piece that begins too early gives another sum.
func grid(n int, cells []int) crew.Plan {
	var p crew.Plan
	for k := range n * n {
		i, j := k/n, k%n
		var after []int
		if i > 0 {
			after = append(after, k-n)
		}
		if j > 0 {
			after = append(after, k-1)
		}
		p = append(p, crew.Piece{After: after, Do: func() {
			cells[k] = 1
			for _, b := range after {
				cells[k] += cells[b]
			}
		}})
	}
	return p
}

func TestOrderIsKept(t *testing.T) {
	want := make([]int, 64)
	for _, piece := range grid(8, want) {
		piece.Do()
	}
	for _, size := range []int{1, 2, 3, 4, 9} {
		c := crew.New(size)
		for range 200 {
			got := make([]int, 64)
			c.Run(grid(8, got))
			if !slices.Equal(got, want) {
				t.Fatalf("%d goroutines: %v, want %v", size, got, want)
			}
		}
		c.Close()
		c.Close()
	}
}

// TestPiecesRunSideBySide: two pieces that wait for each other end.
func TestPiecesRunSideBySide(t *testing.T) {
	c := crew.New(2)
	defer c.Close()
	meet := make(chan bool)
	c.Run(crew.Plan{{Do: func() { meet <- true }}, {Do: func() { <-meet }}})
}

func TestEveryPieceRunsOnce(t *testing.T) {
	c := crew.New(4)
	defer c.Close()
	var n atomic.Int64
	p := make(crew.Plan, 100)
	for i := range p {
		p[i].Do = func() { n.Add(1) }
	}
	for range 50 {
		c.Run(p)
	}
	if n.Load() != 5000 {
		t.Errorf("%d, want 5000", n.Load())
	}
	if a := testing.AllocsPerRun(20, func() { c.Run(p) }); a != 0 {
		t.Errorf("%v allocations a run", a)
	}
}

func TestImpossiblePlans(t *testing.T) {
	c := crew.New(2)
	defer c.Close()
	defer func() {
		if recover() == nil {
			t.Error("a piece that waits for itself was accepted")
		}
	}()
	c.Run(crew.Plan{{Do: func() {}, After: []int{0}}})
}
