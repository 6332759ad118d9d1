package linalg

import "unsafe"

// Workspace holds the packing buffers of the products. The zero value is
// ready; it is not safe for concurrent use.
type Workspace struct {
	panel   []float32   // one panel of the right operand, or two
	edge    []float32   // C's last columns, a panel wide
	columns Events      // events by column
	table   []float32   // subset sums of a binary product
	scale   []float32   // of its rows
	start   [32]float32 // of a strip of it
}

// depth is how many rows of B are multiplied at a time: a panel of so many
// rows (16 KB, or 32 KB with AVX-512) stays in the first-level cache.
const depth = 256

// zeroRow is where the micro-kernels start when C is overwritten.
var zeroRow [64]float32

// Gemm computes C = op(A)·op(B) + beta·C, where op(A) is m×k, op(B) is k×n and
// C is m×n; transA and transB say that A or B is stored transposed.
// With beta = 0, C is overwritten, whatever it held.
func (w *Workspace) Gemm(transA, transB bool, m, n, k int, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	w.gemm(best, product{transA, transB, m, n, k, a, lda, b, ldb, beta, nil, c, ldc})
}

// GemmBias computes C = op(A)·op(B) + the row vector bias (n) in every row.
func (w *Workspace) GemmBias(transA, transB bool, m, n, k int, a []float32, lda int, b []float32, ldb int, bias, c []float32, ldc int) {
	w.gemm(best, product{transA, transB, m, n, k, a, lda, b, ldb, 0, bias[:n], c, ldc})
}

// product is C = op(A)·op(B) + beta·C, or + bias if there is one.
type product struct {
	transA, transB bool
	m, n, k        int
	a              []float32
	lda            int
	b              []float32
	ldb            int
	beta           float32
	bias           []float32
	c              []float32
	ldc            int
}

func (w *Workspace) gemm(s isa, p product) {
	p.check()
	if p.m == 0 || p.n == 0 {
		return
	}
	if p.k == 0 || s == portable {
		p.start()
		p.accumulate()
		return
	}
	if p.bias == nil && p.beta != 0 && p.beta != 1 {
		p.start()
		p.beta = 1
	}
	if p.n == 1 && p.column(s) {
		return
	}
	if p.m == 1 && !p.transB {
		p.n -= w.vector(s, &p) // what is left of whole blocks
	}
	blocks := (p.k + depth - 1) / depth
	kb := (p.k + blocks - 1) / blocks
	nr := s.panel()
	for k0 := 0; k0 < p.k && p.n > 0; k0 += kb {
		kb := min(kb, p.k-k0)
		for j := 0; j < p.n; j += nr {
			w.strip(s, &p, k0, kb, j, min(nr, p.n-j))
		}
	}
}

// column computes a product of one column whose numbers lie together, and
// reports whether it did: each row's dot product, or a row of Aᵀ's.
func (p *product) column(s isa) bool {
	if p.ldb != 1 && !p.transB && p.k > 1 {
		return false
	}
	b := p.b[:p.k]
	if p.transA {
		if p.ldc != 1 || p.bias != nil || p.m < 4*s.panel() || p.m%(4*s.panel()) != 0 {
			return false
		}
		if p.beta == 0 {
			clear(p.c[:p.m])
		}
		blocks := p.m / (4 * s.panel())
		if s == avx512 {
			gemvAVX512(blocks, p.k, &b[0], 4, &p.a[0], 4*p.lda, &p.c[0], &p.c[0])
		} else {
			gemvAVX2(blocks, p.k, &b[0], 4, &p.a[0], 4*p.lda, &p.c[0], &p.c[0])
		}
		return true
	}
	for i := range p.m {
		c := &p.c[i*p.ldc]
		x := s.dot(p.a[i*p.lda:][:p.k], b)
		switch {
		case p.bias != nil:
			x += p.bias[0]
		case p.beta != 0:
			x += *c
		}
		*c = x
	}
	return true
}

// vector computes the whole blocks of a single row and moves p past them; it
// returns the number of columns done.
func (w *Workspace) vector(s isa, p *product) int {
	width := 4 * s.panel()
	blocks := p.n / width
	if blocks == 0 {
		return 0
	}
	start := p.c
	if p.bias != nil {
		start = p.bias
	} else if p.beta == 0 {
		clear(p.c[:blocks*width])
	}
	colA := 4
	if p.transA {
		colA = 4 * p.lda
	}
	if s == avx512 {
		gemvAVX512(blocks, p.k, &p.a[0], colA, &p.b[0], 4*p.ldb, &start[0], &p.c[0])
	} else {
		gemvAVX2(blocks, p.k, &p.a[0], colA, &p.b[0], 4*p.ldb, &start[0], &p.c[0])
	}
	done := blocks * width
	if done < p.n {
		p.b, p.c = p.b[done:], p.c[done:]
		if p.bias != nil {
			p.bias = p.bias[done:]
		}
	}
	return done
}

// strip multiplies kb columns of op(A) from k0 with one panel of op(B), the
// columns j to j+nb.
func (w *Workspace) strip(s isa, p *product, k0, kb, j, nb int) {
	nr := s.panel()
	b, rowB := w.pack(s, p, k0, kb, j, nb)
	t := strip{k: kb, b: b, rowB: 4 * rowB, c: &p.c[j], rowC: 4 * p.ldc}
	switch {
	case k0 > 0 || p.bias == nil && p.beta != 0:
		t.init, t.rowInit = t.c, t.rowC
	case p.bias != nil:
		t.init = &p.bias[j]
	default:
		t.init = &zeroRow[0]
	}
	if nb < nr {
		w.edge = grow(w.edge, p.m*nr)
		p.load(w.edge, nr, k0, j, nb)
		t.init, t.rowInit = &w.edge[0], 4*nr
		t.c, t.rowC = t.init, t.rowInit
	}
	a := p.a[k0:]
	t.rowA, t.colA = 4*p.lda, 4
	if p.transA {
		a = p.a[k0*p.lda:]
		t.rowA, t.colA = 4, 4*p.lda
	}
	t.a = &a[0]
	t.run(s, p.m)
	if nb < nr {
		p.store(w.edge, nr, j, nb)
	}
}

// load fills edge (m × nr) with what the product's columns j to j+nb start from.
func (p *product) load(edge []float32, nr, k0, j, nb int) {
	for i := range p.m {
		row := edge[i*nr:][:nr]
		clear(row)
		switch {
		case k0 > 0 || p.bias == nil && p.beta != 0:
			copy(row, p.c[i*p.ldc+j:][:nb])
		case p.bias != nil:
			copy(row, p.bias[j:][:nb])
		}
	}
}

// store copies the product's columns j to j+nb back from edge.
func (p *product) store(edge []float32, nr, j, nb int) {
	for i := range p.m {
		copy(p.c[i*p.ldc+j:][:nb], edge[i*nr:])
	}
}

// strip is the micro-kernel's work: m rows of A times one panel; strides in
// bytes.
type strip struct {
	k             int
	a             *float32
	rowA, colA    int
	b             *float32
	rowB          int
	init, c       *float32
	rowInit, rowC int
}

func (t strip) run(s isa, m int) {
	mr := s.tile()
	n, rest := m/mr, m%mr
	if n > 0 {
		t.tiles(s, mr, n)
	}
	if rest > 0 { // not before: the pointers must not leave their slices
		done := n * mr
		t.a, t.c, t.init = skip(t.a, done*t.rowA), skip(t.c, done*t.rowC), skip(t.init, done*t.rowInit)
		t.tiles(s, rest, 1)
	}
}

func (t *strip) tiles(s isa, rows, n int) {
	if s == avx512 {
		gemmTilesAVX512[rows](n, t.k, t.a, t.rowA, t.colA, t.b, t.rowB, t.init, t.rowInit, t.c, t.rowC)
		return
	}
	gemmTilesAVX2[rows](n, t.k, t.a, t.rowA, t.colA, t.b, t.rowB, t.init, t.rowInit, t.c, t.rowC)
}

type gemmTiles = func(tiles, k int, a *float32, rowA, colA int, b *float32, rowB int, init *float32, rowInit int, c *float32, rowC int)

// The micro-kernels by rows of their tile.
var (
	gemmTilesAVX2   = [...]gemmTiles{1: gemm1AVX2, gemm2AVX2, gemm3AVX2, gemm4AVX2, gemm5AVX2, gemm6AVX2}
	gemmTilesAVX512 = [...]gemmTiles{1: gemm1AVX512, gemm2AVX512, gemm3AVX512, gemm4AVX512, gemm5AVX512,
		gemm6AVX512, gemm7AVX512, gemm8AVX512, gemm9AVX512, gemm10AVX512}
)

// skip moves a pointer by bytes, inside its slice.
func skip(p *float32, bytes int) *float32 {
	return (*float32)(unsafe.Add(unsafe.Pointer(p), bytes))
}

// start sets C to what the product is added to.
func (p *product) start() {
	for i := range p.m {
		row := p.c[i*p.ldc:][:p.n]
		switch {
		case p.bias != nil:
			copy(row, p.bias)
		case p.beta == 0:
			clear(row)
		case p.beta != 1:
			for j := range row {
				row[j] *= p.beta
			}
		}
	}
}

// accumulate adds op(A)·op(B) to C in plain Go.
func (p *product) accumulate() {
	rowA, colA := p.lda, 1
	if p.transA {
		rowA, colA = 1, p.lda
	}
	for i := range p.m {
		row := p.c[i*p.ldc:][:p.n]
		a := p.a[i*rowA:]
		if p.transB {
			p.dots(row, a, colA)
			continue
		}
		for q := range p.k {
			x := a[q*colA]
			for j, y := range p.b[q*p.ldb:][:p.n] {
				row[j] += x * y
			}
		}
	}
}

// dots adds to row the products of one row of A with the rows of B, four at a
// time so that four sums are under way.
func (p *product) dots(row, a []float32, colA int) {
	j := 0
	for ; j+4 <= len(row); j += 4 {
		b0, b1 := p.b[j*p.ldb:][:p.k], p.b[(j+1)*p.ldb:][:p.k]
		b2, b3 := p.b[(j+2)*p.ldb:][:p.k], p.b[(j+3)*p.ldb:][:p.k]
		var s0, s1, s2, s3 float32
		for q, y := range b0 {
			x := a[q*colA]
			s0 += x * y
			s1 += x * b1[q]
			s2 += x * b2[q]
			s3 += x * b3[q]
		}
		row[j] += s0
		row[j+1] += s1
		row[j+2] += s2
		row[j+3] += s3
	}
	for ; j < len(row); j++ {
		for q, y := range p.b[j*p.ldb:][:p.k] {
			row[j] += a[q*colA] * y
		}
	}
}

// check panics unless every matrix fits its slice.
func (p *product) check() {
	p.checkC()
	if p.transA {
		fits("A", p.k, p.m, p.lda, len(p.a))
	} else {
		fits("A", p.m, p.k, p.lda, len(p.a))
	}
	p.checkB()
}

func (p *product) checkB() {
	if p.transB {
		fits("B", p.n, p.k, p.ldb, len(p.b))
	} else {
		fits("B", p.k, p.n, p.ldb, len(p.b))
	}
}

// checkC panics unless C fits its slice.
func (p *product) checkC() {
	if p.m < 0 || p.n < 0 || p.k < 0 {
		panic("linalg: Gemm: negative dimension")
	}
	fits("C", p.m, p.n, p.ldc, len(p.c))
}

func fits(name string, rows, cols, ld, length int) {
	if ld < cols {
		panic("linalg: Gemm: leading dimension of " + name + " is less than its row")
	}
	if rows > 0 && cols > 0 && length < (rows-1)*ld+cols {
		panic("linalg: Gemm: " + name + " does not fit its slice")
	}
}

// grow returns x with room for n elements, contents lost.
func grow(x []float32, n int) []float32 {
	if cap(x) < n {
		return Make(n)
	}
	return x[:n]
}
