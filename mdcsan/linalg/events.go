package linalg

import (
	"math"
	"math/bits"
	"unsafe"
)

// Events is a sparse matrix by rows: the spikes of a layer (zeros and ones), or
// the elements that are not zero. The zero value is ready and grows to its size.
type Events struct {
	start, end []int32   // of each row in index
	index      []uint16  // columns, in order
	value      []float32 // of the elements; all 1 unless valued
	valued     bool
	rows, n    int
	any        []float32 // of ListGroups: the bits of a group's rows
}

// List makes e the events of v (rows × n, n at most 65535): v > threshold.
func (e *Events) List(v []float32, rows, n int, threshold float32) {
	e.list(best, v, rows, n, threshold)
}

func (e *Events) list(s isa, v []float32, rows, n int, threshold float32) {
	e.reset(rows, n, rows*n+8, false)
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

// ListNonzero makes e the elements of v (rows × n, n at most 65535) that are
// not zero. NaN is not zero.
func (e *Events) ListNonzero(v []float32, rows, n int) { e.listNonzero(best, v, rows, n) }

func (e *Events) listNonzero(s isa, v []float32, rows, n int) {
	e.reset(rows, n, rows*n+8, true)
	at := 0
	for i := range rows {
		row := v[i*n:][:n]
		e.start[i] = int32(at)
		whole := 0
		if s != portable && n >= 8 {
			whole = n &^ 7
			at += nonzerosAVX2(&e.index[at], &e.value[at], &row[0], whole, &compressTable[0], &orderTable[0])
		}
		for j := whole; j < n; j++ {
			e.index[at], e.value[at] = uint16(j), row[j]
			if row[j] != 0 {
				at++
			}
		}
		e.end[i] = int32(at)
	}
}

// MaxGroup is the largest group of ListGroups.
const MaxGroup = 6

// ListGroups makes e the columns that are not zero in all of each group of
// rows of v (rows × n; the last group may be smaller): the steps of one state
// have their zeros in common. Row i of e is group i.
func (e *Events) ListGroups(v []float32, rows, n, group int) { e.listGroups(best, v, rows, n, group) }

func (e *Events) listGroups(s isa, v []float32, rows, n, group int) {
	groups := (rows + group - 1) / group
	e.reset(groups, n, groups*n+8, false)
	e.any, e.value = grow(e.any, n), grow(e.value, n+8)
	any, at := e.any, 0
	for i := range groups {
		e.start[i] = int32(at)
		clear(any)
		for r := i * group; r < min((i+1)*group, rows); r++ {
			s.anyBits(any, v[r*n:][:n])
		}
		whole := 0
		if s != portable && n >= 8 {
			whole = n &^ 7
			at += nonzerosAVX2(&e.index[at], &e.value[0], &any[0], whole, &compressTable[0], &orderTable[0])
		}
		for j := whole; j < n; j++ {
			e.index[at] = uint16(j)
			if any[j] != 0 {
				at++
			}
		}
		e.end[i] = int32(at)
	}
}

// anyBits ors the bits of x into acc: where all were zeros of either sign, acc
// is a zero, elsewhere anything else.
func (s isa) anyBits(acc, x []float32) {
	switch s {
	case avx512:
		anyBitsAVX512(ptr(acc), ptr(x), len(x))
	case avx2:
		anyBitsAVX2(ptr(acc), ptr(x), len(x))
	default:
		for j, v := range x {
			acc[j] = math.Float32frombits(math.Float32bits(acc[j]) | math.Float32bits(v))
		}
	}
}

func (e *Events) reset(rows, n, size int, valued bool) {
	if n > 65535 {
		panic("linalg: Events: more than 65535 columns")
	}
	e.rows, e.n, e.valued = rows, n, valued
	if valued {
		e.value = grow(e.value, size)
	}
	if cap(e.start) < rows {
		e.start, e.end = make([]int32, rows), make([]int32, rows)
	}
	e.start, e.end = e.start[:rows], e.end[:rows]
	if cap(e.index) < size {
		e.index = make([]uint16, size)
	}
	e.index = e.index[:size]
}

// transpose makes e the elements of from's rows lo to hi, by column: row j of e
// lists the rows i−lo of from that are not zero in column j.
func (e *Events) transpose(from *Events, lo, hi int) {
	room := hi - lo
	e.reset(from.n, room, from.n*room, true)
	for j := range e.start {
		e.start[j] = int32(j * room)
	}
	copy(e.end, e.start)
	for i := lo; i < hi; i++ {
		value := from.value[from.start[i]:from.end[i]]
		for k, j := range from.Row(i) {
			at := e.end[j]
			e.index[at], e.value[at] = uint16(i-lo), value[k]
			e.end[j] = at + 1
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

// Pays reports whether the products with e are faster than with the dense
// matrix: EventGemm, or with transposed EventGemmT, which sorts the lists first.
// The limits are where measured times cross (AVX2, 500×256×256 and 100×256×256);
// AVX-512 doubles the speed of dense products, but not that of lists.
func (e *Events) Pays(transposed bool) bool {
	limit := 0.5
	if transposed {
		limit = 0.35
	}
	return e.Density() < limit
}

// Row returns row i's columns.
func (e *Events) Row(i int) []uint16 { return e.index[e.start[i]:e.end[i]] }

// EventGemm computes C = E·op(B) + beta·C (or + bias, if not nil) for a sparse
// E: every row of C is the sum of the rows of op(B) (e.n × n) that its events
// name. beta is 0 or 1. What is not listed is skipped, whatever op(B) holds.
func (w *Workspace) EventGemm(e *Events, transB bool, n int, b []float32, ldb int, bias []float32, beta float32, c []float32, ldc int) {
	w.eventGemm(best, e, transB, n, b, ldb, bias, beta, c, ldc)
}

func (w *Workspace) eventGemm(s isa, e *Events, transB bool, n int, b []float32, ldb int, bias []float32, beta float32, c []float32, ldc int) {
	if beta != 0 && beta != 1 {
		panic("linalg: EventGemm: beta is neither 0 nor 1")
	}
	p := product{transB: transB, m: e.rows, n: n, k: e.n, b: b, ldb: ldb, beta: beta, bias: bias, c: c, ldc: ldc}
	p.checkC()
	p.checkB()
	if e.rows == 0 || n == 0 {
		return
	}
	if s == portable || e.n == 0 || !e.valued || e.rows <= 8 && !transB { // so few that packing would not pay
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
			packPanel(s, w.panel[q*e.n*nr:][:e.n*nr], transB, b, ldb, 0, e.n, j+q*nr, min(nr, n-j-q*nr))
		}
		w.eventStrip(s, &p, e, j, panels)
		j += panels * nr
	}
}

// The kernels by implementation and number of panels.
var valueSums = [...][3]func(rows int, start, end *int32, index *uint16, value, panel *float32, nextPanel int, init *float32, rowInit int, c *float32, rowC int){
	avx2: {1: valueSum1AVX2, 2: valueSum2AVX2}, avx512: {1: valueSum1AVX512}}

// eventRows sums the rows of B in place.
func (w *Workspace) eventRows(s isa, p *product, e *Events) {
	p.start()
	for i := range e.rows {
		row, list := p.c[i*p.ldc:][:p.n], e.Row(i)
		value, step := oneValue[:], 0
		if e.valued {
			value, step = e.value[e.start[i]:e.end[i]], 1
		}
		if !p.transB {
			s.gatherRow(row, list, value, step, p.b, p.ldb)
			continue
		}
		for k, j := range list {
			for q := range row {
				row[q] += value[k*step] * p.b[q*p.ldb+int(j)]
			}
		}
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
	if cap(e.value) < e.n {
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
	switch s {
	case avx512:
		gatherAVX512(len(y), len(list), &list[0], &value[0], 4*step, &b[0], 4*ldb, ptr(y))
	case avx2:
		gatherAVX2(len(y), len(list), &list[0], &value[0], 4*step, &b[0], 4*ldb, ptr(y))
	default:
		for k, j := range list {
			s.axpy(y, value[k*step], b[int(j)*ldb:][:len(y)])
		}
	}
}

// GroupGemm computes C = A·op(B) for an A (m × e.n) of which e lists the columns
// that are not zero by groups of so many rows.
func (w *Workspace) GroupGemm(e *Events, group int, transB bool, m, n int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	w.groupGemm(best, e, group, product{transB: transB, m: m, n: n, k: e.n, a: a, lda: lda, b: b, ldb: ldb, c: c, ldc: ldc})
}

func (w *Workspace) groupGemm(s isa, e *Events, group int, p product) {
	p.check()
	if group < 1 || group > MaxGroup || e.rows != (p.m+group-1)/group {
		panic("linalg: GroupGemm: the list is of another matrix or its groups are too large")
	}
	if p.m == 0 || p.n == 0 {
		return
	}
	if s == portable || p.k == 0 {
		p.start()
		p.accumulate()
		return
	}
	nr := s.panel()
	w.panel = grow(w.panel, max(p.k, depth)*nr)
	for j := 0; j < p.n; j += nr {
		nb := min(nr, p.n-j)
		packPanel(s, w.panel[:p.k*nr], p.transB, p.b, p.ldb, 0, p.k, j, nb)
		if nb == nr {
			e.tiles(s, group, &p, &w.panel[0], &p.c[j], 4*p.ldc)
			continue
		}
		w.edge = grow(w.edge, p.m*nr)
		e.tiles(s, group, &p, &w.panel[0], &w.edge[0], 4*nr)
		p.store(w.edge, nr, j, nb)
	}
}

// The kernels by rows of their tile.
var listeds = [...][MaxGroup + 1]func(tiles int, start, end *int32, index *uint16, a *float32, rowA int, panel, c *float32, rowC int){
	avx2:   {1: listed1AVX2, listed2AVX2, listed3AVX2, listed4AVX2, listed5AVX2, listed6AVX2},
	avx512: {1: listed1AVX512, listed2AVX512, listed3AVX512, listed4AVX512, listed5AVX512, listed6AVX512},
}

func (e *Events) tiles(s isa, group int, p *product, panel, c *float32, rowC int) {
	index := unsafe.SliceData(e.index)
	whole, rest := p.m/group, p.m%group
	if whole > 0 {
		listeds[s][group](whole, &e.start[0], &e.end[0], index, &p.a[0], 4*p.lda, panel, c, rowC)
	}
	if rest > 0 {
		done := whole * group
		listeds[s][rest](1, &e.start[whole], &e.end[whole], index, &p.a[done*p.lda], 4*p.lda, panel, skip(c, done*rowC), rowC)
	}
}

// EventGemmT computes C = Eᵀ·D (e.n × n) for a list E of nonzeros (e.rows × e.n) and a
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
		w.columns.transpose(e, lo, hi)
		w.eventGemm(s, &w.columns, false, n, d[min(lo*ldd, len(d)):], ldd, nil, float32(min(i, 1)), c, ldc)
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
	index, panel, next := unsafe.SliceData(e.index), &w.panel[0], 4*e.n*nr
	valueSums[s][panels](e.rows, &e.start[0], &e.end[0], index, unsafe.SliceData(e.value), panel, next, init, rowInit, out, rowC)
	if nb < panels*nr {
		p.store(w.edge, nr, j, nb)
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

// orderTable is compressTable for VPERMPS: which lanes come first.
var orderTable = func() (t [256 * 8]uint32) {
	for i, lane := range compressTable {
		t[i] = uint32(lane)
	}
	return t
}()

// float views bits as the kernels' element type.
func float(x []uint32) *float32 { return (*float32)(unsafe.Pointer(unsafe.SliceData(x))) }
