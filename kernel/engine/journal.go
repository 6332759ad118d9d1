package engine

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
)

// A Journal keeps the cells of a session, compressed but for the latest: they
// are seldom asked for, and must not make a kernel large that has run for
// weeks. The zero value is empty. It is not safe for concurrent use.
type Journal struct {
	packed []packed
	latest []Cell
	size   int // of latest, in bytes, about
}

// packed are cells, compressed, and the least and greatest of their counts.
type packed struct {
	least, greatest int
	data            []byte
}

const (
	journalLatest = 64 << 10 // bytes that are not compressed
	journalCell   = 100      // bytes that a cell takes beside its code
)

// Add appends a cell.
func (j *Journal) Add(c Cell) {
	j.latest = append(j.latest, c)
	if j.size += len(c.Code) + journalCell; j.size >= journalLatest {
		j.pack()
	}
}

// pack compresses the latest cells.
func (j *Journal) pack() {
	p := packed{least: j.latest[0].Count, greatest: j.latest[0].Count}
	for _, c := range j.latest {
		p.least, p.greatest = min(p.least, c.Count), max(p.greatest, c.Count)
	}
	var b bytes.Buffer
	z, err := flate.NewWriter(&b, flate.BestSpeed)
	if err == nil {
		err = json.NewEncoder(z).Encode(j.latest)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		panic(fmt.Sprintf("engine: pack the journal: %v", err)) // nothing in a cell or a buffer can fail
	}
	p.data = bytes.Clone(b.Bytes())
	j.packed = append(j.packed, p)
	clear(j.latest)
	j.latest, j.size = j.latest[:0], 0
}

func (p packed) cells() (cells []Cell) {
	if err := json.NewDecoder(flate.NewReader(bytes.NewReader(p.data))).Decode(&cells); err != nil {
		panic(fmt.Sprintf("engine: unpack the journal: %v", err))
	}
	return cells
}

// All goes through the cells, oldest first.
func (j *Journal) All() iter.Seq[Cell] {
	return func(yield func(Cell) bool) {
		for _, p := range j.packed {
			for _, c := range p.cells() {
				if !yield(c) {
					return
				}
			}
		}
		for _, c := range j.latest {
			if !yield(c) {
				return
			}
		}
	}
}

// Find returns the latest cell with a count.
func (j *Journal) Find(count int) (Cell, bool) {
	if c, ok := last(j.latest, count); ok {
		return c, true
	}
	for _, p := range slices.Backward(j.packed) {
		if p.least <= count && count <= p.greatest {
			if c, ok := last(p.cells(), count); ok {
				return c, true
			}
		}
	}
	return Cell{}, false
}

func last(cells []Cell, count int) (Cell, bool) {
	for _, c := range slices.Backward(cells) {
		if c.Count == count {
			return c, true
		}
	}
	return Cell{}, false
}
