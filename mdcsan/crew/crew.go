// Package crew runs pieces of work that depend on each other on a few
// goroutines, as the pieces of a gradient step do:
//
//	c := crew.New(2)                     // the caller and one more
//	defer c.Close()
//	p := crew.Plan{
//		{Do: forward},
//		{Do: targets},
//		{Do: critic, After: []int{0, 1}}, // begins when pieces 0 and 1 are done
//	}
//	c.Run(p)                             // returns when all is done
//
// A piece may wait only for pieces before it. Whoever is free takes the first
// piece that may begin, so that with one goroutine a plan is done in its order.
// What a plan computes does not depend on the number of goroutines if no piece
// writes what another reads or writes, unless one of them is After the other.
//
// Who finds nothing to do sleeps: a crew takes no processor time from its
// neighbours while it waits, and where they leave it no more than one processor
// it works alone (pace.go). Run allocates nothing after a first plan of the
// same length. A Crew belongs to one goroutine.
package crew

import (
	"sync"
	"time"
)

// Piece is a part of the work.
type Piece struct {
	Do    func()
	After []int // pieces, by their place in the plan, that must be done before
}

// Plan is the pieces of one Run.
type Plan []Piece

// Crew is a number of goroutines that work together.
type Crew struct {
	mu      sync.Mutex
	changed sync.Cond // a piece is done, a plan has come, or the crew is closed
	members sync.WaitGroup
	size    int
	pace    pace

	plan   Plan
	begun  []bool
	done   []bool
	left   int // pieces that are not done
	closed bool
}

// New returns a crew of size goroutines, the calling one included.
func New(size int) *Crew {
	c := &Crew{size: max(1, size), pace: pace{now: time.Now, used: processorTime}}
	c.changed.L = &c.mu
	for range c.size - 1 {
		c.members.Go(c.help)
	}
	return c
}

// Size is the number of goroutines, the caller's included.
func (c *Crew) Size() int { return c.size }

// Close ends the crew's goroutines; it may be called again.
func (c *Crew) Close() {
	c.mu.Lock()
	c.closed = true
	c.changed.Broadcast()
	c.mu.Unlock()
	c.members.Wait()
}

// Run does all pieces and returns. It panics if a piece waits for one that
// does not stand before it, and the calling goroutine panics with what a piece
// of its own panics with.
func (c *Crew) Run(p Plan) {
	p.check()
	if c.size == 1 || !c.pace.together() {
		for _, piece := range p {
			piece.Do()
		}
		return
	}
	c.mu.Lock()
	c.plan, c.left = p, len(p)
	c.begun, c.done = fresh(c.begun, len(p)), fresh(c.done, len(p))
	c.changed.Broadcast()
	for c.left > 0 {
		c.workOrWait()
	}
	c.plan = nil
	c.mu.Unlock()
}

func (p Plan) check() {
	for i, piece := range p {
		for _, before := range piece.After {
			if before < 0 || before >= i {
				panic("crew: a piece waits for one that does not stand before it")
			}
		}
	}
}

// fresh returns n times false.
func fresh(b []bool, n int) []bool {
	if cap(b) < n {
		return make([]bool, n)
	}
	b = b[:n]
	clear(b)
	return b
}

// help works on plans until the crew is closed.
func (c *Crew) help() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.closed {
		c.workOrWait()
	}
}

// workOrWait does the first piece that may begin, or sleeps until something
// has changed. The caller holds the lock.
func (c *Crew) workOrWait() {
	i := c.next()
	if i < 0 {
		c.changed.Wait()
		return
	}
	c.begun[i] = true
	do := c.plan[i].Do
	c.mu.Unlock()
	do()
	c.mu.Lock()
	c.done[i] = true
	c.left--
	c.changed.Broadcast()
}

// next returns the first piece that may begin, or -1.
func (c *Crew) next() int {
	for i, piece := range c.plan {
		if !c.begun[i] && c.ready(piece) {
			return i
		}
	}
	return -1
}

func (c *Crew) ready(p Piece) bool {
	for _, before := range p.After {
		if !c.done[before] {
			return false
		}
	}
	return true
}
