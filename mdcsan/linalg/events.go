package linalg

import (
	"math/bits"
	"unsafe"
)

// Events lists the spikes of a matrix: which columns of each row are above a
// threshold. The zero value is ready and grows to its size.
type Events struct {
	start, end []int32  // of each row in index
	index      []uint16 // columns, in order
	value      []float32
	rows, n    int
}

// List makes e the events of v (rows × n, n at most 65535): v > threshold.
func (e *Events) List(v []float32, rows, n int, threshold float32) {
	e.list(best, v, rows, n, threshold)
}

func (e *Events) list(s isa, v []float32, rows, n int, threshold float32) {
	if n > 65535 {
		panic("linalg: Events: more than 65535 columns")
	}
	e.reset(rows, n, rows*n+8)
	at := 0
	for i := range rows {
		row := v[i*n:][:n]
		e.start[i] = int32(at)
		whole := 0
		if whole = n &^ 7; s != portable && whole > 0 {
			at += eventsAVX2(&e.index[at], &row[0], whole, threshold, &compressTable[0])
		} else {
			whole = 0
		}
		for j := whole; j < n; j++ {
			e.index[at] = uint16(j)
			if row[j] > threshold {
				at++
			}
		}
		e.end[i] = int32(at)
	}
}

func (e *Events) reset(rows, n, size int) {
	e.rows, e.n = rows, n
	if cap(e.start) < rows {
		e.start, e.end = make([]int32, rows), make([]int32, rows)
	}
	e.start, e.end = e.start[:rows], e.end[:rows]
	if cap(e.index) < size {
		e.index = make([]uint16, size)
	}
	e.index = e.index[:size]
}

// Transpose makes e the events of from's rows lo to hi, by column: row j of e
// lists the rows i−lo of from that have an event in column j.
func (e *Events) Transpose(from *Events, lo, hi int) {
	room := hi - lo
	e.reset(from.n, room, from.n*room)
	for j := range e.start {
		e.start[j] = int32(j * room)
	}
	end := e.end
	copy(end, e.start)
	index := e.index
	for i := lo; i < hi; i++ {
		for _, j := range from.index[from.start[i]:from.end[i]] {
			at := end[j]
			index[at] = uint16(i - lo)
			end[j] = at + 1
		}
	}
}

// Len returns the number of events.
func (e *Events) Len() int {
	n := 0
	for i := range e.start {
		n += int(e.end[i] - e.start[i])
	}
	return n
}

// Density returns the share of the matrix that is events.
func (e *Events) Density() float64 { return float64(e.Len()) / float64(max(1, e.rows*e.n)) }

// Row returns row i's columns.
func (e *Events) Row(i int) []uint16 { return e.index[e.start[i]:e.end[i]] }

// EventGemm computes C = E·B + beta·C (or + bias, if not nil) for a matrix E of
// zeros and ones given by its events: every row of C is the sum of the rows of
// B (e.n × n) that its events name. beta is 0 or 1.
func (w *Workspace) EventGemm(e *Events, n int, b []float32, ldb int, bias []float32, beta float32, c []float32, ldc int) {
	w.eventGemm(best, e, n, b, ldb, bias, beta, c, ldc)
}

func (w *Workspace) eventGemm(s isa, e *Events, n int, b []float32, ldb int, bias []float32, beta float32, c []float32, ldc int) {
	if beta != 0 && beta != 1 {
		panic("linalg: EventGemm: beta is neither 0 nor 1")
	}
	p := product{m: e.rows, n: n, k: e.n, b: b, ldb: ldb, beta: beta, bias: bias, c: c, ldc: ldc}
	p.checkC()
	fits("B", e.n, n, ldb, len(b))
	if e.rows == 0 || n == 0 {
		return
	}
	if s == portable || e.n == 0 {
		p.start()
		for i := range e.rows {
			row := c[i*ldc:][:n]
			for _, j := range e.Row(i) {
				s.add(row, row, b[int(j)*ldb:][:n])
			}
		}
		return
	}
	if e.rows <= 8 { // packing would not pay
		w.eventRows(s, &p, e)
		return
	}
	nr := s.panel()
	w.panel = grow(w.panel, max(2*e.n, depth)*nr)
	for j := 0; j < n; {
		panels := 1
		if s == avx2 && n-j >= 2*nr { // two panels of 16: 32 columns, as one of AVX-512
			panels = 2
		}
		for q := range panels {
			packPanel(s, w.panel[q*e.n*nr:][:e.n*nr], false, b, ldb, 0, e.n, j+q*nr, min(nr, n-j-q*nr))
		}
		w.eventStrip(s, &p, e, j, panels)
		j += panels * nr
	}
}

// eventRows sums the rows of B in place.
func (w *Workspace) eventRows(s isa, p *product, e *Events) {
	p.start()
	for i := range e.rows {
		s.gatherRow(p.c[i*p.ldc:][:p.n], e.Row(i), oneValue[:], 0, p.b, p.ldb)
	}
}

var oneValue = [1]float32{1}

// SparseGemv adds to y the rows of B (· × len(y)) that row i of e names, each
// times its element of x: the product of a row x of which only the listed
// elements are not zero.
func SparseGemv(y []float32, e *Events, i int, x, b []float32, ldb int) {
	best.sparseGemv(y, e, i, x, b, ldb)
}

func (s isa) sparseGemv(y []float32, e *Events, i int, x, b []float32, ldb int) {
	fits("B", e.n, len(y), ldb, len(b))
	list := e.Row(i)
	if cap(e.value) < len(list) {
		e.value = make([]float32, e.n)
	}
	value := e.value[:len(list)]
	for k, j := range list {
		value[k] = x[j]
	}
	s.gatherRow(y, list, value, 1, b, ldb)
}

// gatherRow adds value[k·step]·B[list[k]] for every k to y.
func (s isa) gatherRow(y []float32, list []uint16, value []float32, step int, b []float32, ldb int) {
	if len(list) == 0 {
		return
	}
	done := 0
	if width := 4 * s.panel(); s != portable && len(y) >= width {
		blocks := len(y) / width
		done = blocks * width
		if s == avx512 {
			gatherAVX512(blocks, len(list), &list[0], &value[0], 4*step, &b[0], 4*ldb, &y[0], &y[0])
		} else {
			gatherAVX2(blocks, len(list), &list[0], &value[0], 4*step, &b[0], 4*ldb, &y[0], &y[0])
		}
	}
	if done < len(y) {
		for k, j := range list {
			s.axpy(y[done:], value[k*step], b[int(j)*ldb+done:][:len(y)-done])
		}
	}
}

// EventGemmT computes C = Eᵀ·D (e.n × n) for spikes E (e.rows × e.n) and a
// dense D (e.rows × n): a weight gradient. Row j of C is the sum of the rows of
// D at which column j had an event.
func (w *Workspace) EventGemmT(e *Events, n int, d []float32, ldd int, c []float32, ldc int) {
	w.eventGemmT(best, e, n, d, ldd, c, ldc)
}

func (w *Workspace) eventGemmT(s isa, e *Events, n int, d []float32, ldd int, c []float32, ldc int) {
	fits("D", e.rows, n, ldd, len(d))
	chunks := max(1, (e.rows+depth-1)/depth) // so that D's panels stay in the cache
	size := (e.rows + chunks - 1) / chunks
	for i := range chunks {
		lo := i * size
		hi := min(lo+size, e.rows)
		w.columns.Transpose(e, lo, hi)
		w.eventGemm(s, &w.columns, n, d[min(lo*ldd, len(d)):], ldd, nil, float32(min(i, 1)), c, ldc)
	}
}

// eventStrip sums the columns from j on that the packed panels hold.
func (w *Workspace) eventStrip(s isa, p *product, e *Events, j, panels int) {
	nr := s.panel()
	nb := min(panels*nr, p.n-j)
	out, rowC := &p.c[j], 4*p.ldc
	init, rowInit := &zeroRow[0], 0
	switch {
	case p.bias != nil:
		init = &p.bias[j]
	case p.beta != 0:
		init, rowInit = out, rowC
	}
	if nb < panels*nr {
		w.edge = grow(w.edge, p.m*nr)
		p.load(w.edge, nr, 0, j, nb)
		out, rowC = &w.edge[0], 4*nr
		init, rowInit = out, rowC
	}
	sum := eventSum1AVX2
	switch {
	case s == avx512:
		sum = eventSum1AVX512
	case panels == 2:
		sum = eventSum2AVX2
	}
	sum(e.rows, &e.start[0], &e.end[0], unsafe.SliceData(e.index), &w.panel[0], 4*e.n*nr, init, rowInit, out, rowC)
	if nb < panels*nr {
		for i := range p.m {
			copy(p.c[i*p.ldc+j:][:nb], w.edge[i*nr:])
		}
	}
}

// compressTable holds, for every mask of eight lanes, the numbers of the lanes
// that are set.
var compressTable = func() (t [256 * 8]uint16) {
	for mask := range 256 {
		at := 8 * mask
		for m := mask; m != 0; m &= m - 1 {
			t[at] = uint16(bits.TrailingZeros(uint(m)))
			at++
		}
	}
	return t
}()

// float views bits as the kernels' element type.
func float(x []uint32) *float32 { return (*float32)(unsafe.Pointer(unsafe.SliceData(x))) }
