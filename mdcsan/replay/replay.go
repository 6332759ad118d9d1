// Package replay keeps the transitions that an agent learns from.
//
//	buf := replay.New(1_000_000, obsDim, actDim)
//	err := buf.Add(obs, act, rew, obs2, terminated)
//	b := replay.NewBatch(100, obsDim, actDim)
//	err = buf.Sample(b, stream)   // uniform, with replacement, nothing allocated
//
// # Memory
//
// A transition is stored in float32 as one row [obs | act | rew]. Its second
// observation is not stored when the next transition begins with it, which is
// every time but at the end of an episode; where the chain breaks, the second
// observation goes to a side table. Ant-v3's million transitions take 0.48 GB.
// Rows come in blocks that are allocated when they are first needed, where the
// system allows it outside the garbage collector's heap.
//
// The chain is found by comparing bits: Add looks whether obs equals the obs2
// of the call before. So the caller says nothing about episodes, and a buffer
// filled again from a checkpoint is the same buffer.
//
// # Saving
//
// Transitions are numbered from 0 in the order they were added; [Buffer.Added]
// is the next number, [Buffer.Oldest] the first still kept. AppendRows encodes
// a range of them and Load takes it back, so that a checkpoint writes only what
// came since the last one:
//
//	seg := buf.AppendRows(nil, saved, buf.Added())
//	...
//	fresh := replay.NewAt(capacity, obsDim, actDim, firstNumber)
//	err := fresh.Load(seg)
//
// A Buffer is not safe for concurrent use.
package replay

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"

	"gomdcsan/mdcsan/rng"
)

// ErrNotFinite is wrapped by errors about NaN or infinities in a transition.
var ErrNotFinite = errors.New("not a finite number")

// Flags of a row.
const (
	terminated = 1 << iota // no value beyond obs2
	chained                // obs2 is the next row's obs
	aside                  // obs2 is in the side table
)

// blockRows is the number of rows allocated at a time.
const blockRows = 4096

// Buffer is a ring of the newest transitions.
type Buffer struct {
	capacity, obsDim, actDim int
	stride                   int // obsDim + actDim + 1
	added, oldest            uint64
	blocks                   [][]float32 // rows [obs | act | rew]
	flags                    []byte
	tail                     []float32         // obs2 of the newest transition
	side                     map[int][]float32 // row -> obs2 where the chain breaks
	spare                    [][]float32       // side entries to use again
}

// New returns an empty buffer of at most capacity transitions.
func New(capacity, obsDim, actDim int) *Buffer { return NewAt(capacity, obsDim, actDim, 0) }

// NewAt returns an empty buffer whose first transition gets the number first:
// the start of restoring one.
func NewAt(capacity, obsDim, actDim int, first uint64) *Buffer {
	if capacity < 1 || obsDim < 1 || actDim < 1 {
		panic(fmt.Sprintf("replay: New(%d, %d, %d): all must be at least 1", capacity, obsDim, actDim))
	}
	return &Buffer{
		capacity: capacity, obsDim: obsDim, actDim: actDim, stride: obsDim + actDim + 1,
		added: first, oldest: first,
		blocks: make([][]float32, (capacity+blockRows-1)/blockRows),
		flags:  make([]byte, capacity),
		tail:   make([]float32, obsDim),
		side:   map[int][]float32{},
	}
}

// Len returns the number of transitions kept.
func (b *Buffer) Len() int { return int(b.added - b.oldest) }

// Cap returns the largest Len.
func (b *Buffer) Cap() int { return b.capacity }

// Added returns how many transitions were ever added: the next one's number.
func (b *Buffer) Added() uint64 { return b.added }

// Oldest returns the number of the first transition still kept.
func (b *Buffer) Oldest() uint64 { return b.oldest }

// Bytes returns the memory that the transitions take.
func (b *Buffer) Bytes() int {
	n := len(b.flags)
	for _, bl := range b.blocks {
		n += 4 * len(bl)
	}
	return n + (4*b.obsDim+64)*(len(b.side)+len(b.spare))
}

// Add stores a transition. done means that obs2 is a terminal state, which an
// episode cut by the time limit does not reach. NaN and infinities are refused
// with an error, and the buffer stays as it was.
func (b *Buffer) Add(obs, act []float32, rew float32, obs2 []float32, done bool) error {
	if len(obs) != b.obsDim || len(obs2) != b.obsDim || len(act) != b.actDim {
		panic(fmt.Sprintf("replay: Add: obs %d, act %d, obs2 %d numbers, want %d, %d, %d",
			len(obs), len(act), len(obs2), b.obsDim, b.actDim, b.obsDim))
	}
	if err := checkFinite(obs, act, rew, obs2); err != nil {
		return fmt.Errorf("replay: add transition %d: %w", b.added, err)
	}
	if b.added > b.oldest {
		b.settle(obs)
	}
	if b.Len() == b.capacity {
		b.drop(b.index(b.oldest))
		b.oldest++
	}
	at := b.index(b.added)
	row := b.row(at)
	copy(row, obs)
	copy(row[b.obsDim:], act)
	row[b.stride-1] = rew
	b.flags[at] = 0
	if done {
		b.flags[at] = terminated
	}
	copy(b.tail, obs2)
	b.added++
	runtime.KeepAlive(b) // and its blocks
	return nil
}

// settle decides where the newest row's obs2 lives, now that the next row's
// obs is known.
func (b *Buffer) settle(obs []float32) {
	at := b.index(b.added - 1)
	if sameBits(obs, b.tail) && b.capacity > 1 {
		b.flags[at] |= chained
		return
	}
	var s []float32
	if n := len(b.spare); n > 0 {
		s, b.spare = b.spare[n-1], b.spare[:n-1]
	} else {
		s = make([]float32, b.obsDim)
	}
	copy(s, b.tail)
	b.side[at] = s
	b.flags[at] |= aside
}

// drop forgets the row at.
func (b *Buffer) drop(at int) {
	if b.flags[at]&aside != 0 {
		b.spare = append(b.spare, b.side[at])
		delete(b.side, at)
	}
}

func (b *Buffer) index(number uint64) int { return int(number % uint64(b.capacity)) }

// row returns the row at, allocating its block when it is new.
func (b *Buffer) row(at int) []float32 {
	bl := at / blockRows
	if b.blocks[bl] == nil {
		rows := min(blockRows, b.capacity-bl*blockRows)
		b.blocks[bl] = b.allocate(rows * b.stride)
	}
	lo := (at % blockRows) * b.stride
	return b.blocks[bl][lo : lo+b.stride : lo+b.stride]
}

// next returns obs2 of the row at.
func (b *Buffer) next(at int) []float32 {
	switch f := b.flags[at]; {
	case f&chained != 0:
		if at++; at == b.capacity {
			at = 0
		}
		return b.row(at)[:b.obsDim]
	case f&aside != 0:
		return b.side[at]
	}
	return b.tail
}

// Batch is n transitions, one after another in each slice.
type Batch struct {
	N              int
	ObsDim, ActDim int
	Obs, Obs2      []float32 // [N][ObsDim]
	Act            []float32 // [N][ActDim]
	Rew, Done      []float32 // [N]; Done is 1 where obs2 is terminal, else 0
}

// NewBatch returns a batch of n zero transitions.
func NewBatch(n, obsDim, actDim int) *Batch {
	return &Batch{
		N: n, ObsDim: obsDim, ActDim: actDim,
		Obs: make([]float32, n*obsDim), Obs2: make([]float32, n*obsDim),
		Act: make([]float32, n*actDim), Rew: make([]float32, n), Done: make([]float32, n),
	}
}

// Sample fills batch with transitions drawn uniformly, with replacement.
func (b *Buffer) Sample(batch *Batch, r *rng.Stream) error {
	if b.Len() == 0 {
		return errors.New("replay: sample: the buffer is empty")
	}
	if batch.ObsDim != b.obsDim || batch.ActDim != b.actDim {
		panic("replay: Sample: batch of another task")
	}
	for k := range batch.N {
		b.Get(batch, k, b.oldest+r.Uint64N(uint64(b.Len())))
	}
	return nil
}

// Get copies the transition with the given number into place k of batch.
func (b *Buffer) Get(batch *Batch, k int, number uint64) {
	if number < b.oldest || number >= b.added {
		panic(fmt.Sprintf("replay: transition %d is not kept (%d to %d are)", number, b.oldest, b.added))
	}
	at := b.index(number)
	row := b.row(at)
	copy(batch.Obs[k*b.obsDim:(k+1)*b.obsDim], row)
	copy(batch.Act[k*b.actDim:(k+1)*b.actDim], row[b.obsDim:])
	copy(batch.Obs2[k*b.obsDim:(k+1)*b.obsDim], b.next(at))
	batch.Rew[k] = row[b.stride-1]
	batch.Done[k] = 0
	if b.flags[at]&terminated != 0 {
		batch.Done[k] = 1
	}
	runtime.KeepAlive(b) // and its blocks
}

func sameBits(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
}

func checkFinite(obs, act []float32, rew float32, obs2 []float32) error {
	for _, f := range []struct {
		name string
		x    []float32
	}{{"observation", obs}, {"action", act}, {"next observation", obs2}} {
		for i, v := range f.x {
			if v-v != 0 {
				return fmt.Errorf("%s[%d] is %v: %w", f.name, i, v, ErrNotFinite)
			}
		}
	}
	if rew-rew != 0 {
		return fmt.Errorf("reward is %v: %w", rew, ErrNotFinite)
	}
	return nil
}
