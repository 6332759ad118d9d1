package linalg

import (
	"encoding/binary"
	"math/bits"
)

// Binary is a matrix of zeros and ones, the left operand of a product: spikes,
// or which units of a rectified layer are on. It is kept as numbers of four
// bits, one for each four columns of a row, because the product adds up four
// rows of the right operand at a time: see [Workspace.BinaryGemm]. The zero
// value is ready and grows to its size.
type Binary struct {
	index       []uint8 // a byte for each row and four columns: 16 times the number whose bit i is the i-th column
	rows, n     int
	groups      int // of four columns
	tile, group int // from four rows, whose bytes lie together, to the next in index; from a group to the next
}

// Set makes b the rows×n matrix of v > threshold.
func (b *Binary) Set(v []float32, rows, n int, threshold float32) { b.set(best, v, rows, n, threshold) }

func (b *Binary) set(s isa, v []float32, rows, n int, threshold float32) {
	b.reset(rows, n)
	b.groups = (n + 3) / 4
	b.tile, b.group = 4*b.groups, 4
	v = v[:rows*n]
	for index := b.index; len(v) > 0; index = index[b.tile:] {
		x := v[:min(4*n, len(v))]
		v = v[len(x):]
		whole := 0
		if n >= 8 && s != portable && len(x) == 4*n {
			whole = n &^ 7
			nibblesAVX2(&index[0], &x[0], 4*n, whole, threshold)
		}
		clear(index[whole:b.tile])
		for r := range len(x) / n {
			for j := whole; j < n; j += 4 {
				index[j+r] = nibble(x[r*n:][j:min(j+4, n)], threshold)
			}
		}
	}
}

// Transpose makes b the transpose of from. Both keep the bits of four rows and
// four columns in four neighbouring bytes.
func (b *Binary) Transpose(from *Binary) { b.transpose(best, from) }

func (b *Binary) transpose(s isa, from *Binary) {
	b.reset(from.n, from.rows)
	b.groups = (from.rows + 3) / 4
	b.tile, b.group = 4, from.tile
	src, dst := from.index, b.index
	if whole := len(src) &^ 31; whole > 0 && s != portable {
		nibblesTAVX2(&dst[0], &src[0], whole)
		src, dst = src[whole:], dst[whole:]
	}
	for ; len(src) > 0; src, dst = src[4:], dst[4:] {
		binary.LittleEndian.PutUint32(dst, transposeBits(binary.LittleEndian.Uint32(src)))
	}
}

// transposeBits transposes the 4×4 bits in the upper halves of four bytes.
func transposeBits(x uint32) uint32 {
	t := (x ^ x>>7) & 0x00a000a0
	x ^= t ^ t<<7
	t = (x ^ x>>14) & 0x0000c0c0
	return x ^ t ^ t<<14
}

// reset makes room for whole tiles of four rows and four columns.
func (b *Binary) reset(rows, n int) {
	b.rows, b.n = rows, n
	if size := (rows + 3) / 4 * 4 * ((n + 3) / 4); cap(b.index) < size {
		b.index = make([]uint8, size)
	} else {
		b.index = b.index[:size]
	}
}

// nibble is 16 times the mask of the elements of x above the threshold.
func nibble(x []float32, threshold float32) uint8 {
	var mask uint8
	for i, v := range x {
		if v > threshold {
			mask |= 16 << i
		}
	}
	return mask
}

// at returns element i, j.
func (b *Binary) at(i, j int) bool {
	return b.index[i/4*b.tile+j/4*b.group+i%4]&(16<<(j%4)) != 0
}

// Density returns the share of ones.
func (b *Binary) Density() float64 {
	ones, x := 0, b.index
	for ; len(x) >= 8; x = x[8:] {
		ones += bits.OnesCount64(binary.LittleEndian.Uint64(x))
	}
	for _, v := range x {
		ones += bits.OnesCount8(v)
	}
	return float64(ones) / float64(max(1, b.rows*b.n))
}

// tableGroups is how many groups of four rows are summed up at a time: their
// tables (16 KB, or 32 KB with AVX-512) stay in the first-level cache.
const tableGroups = 16

// BinaryGemm computes C = A·diag(scale)·op(B) + bias for a binary A; scale and
// bias may be nil, for ones and zeros. With transC, C is stored transposed. Of
// every four rows of op(B) all sixteen sums are formed once (the method of
// Arlazarov, Dinic, Kronrod and Faradzhev), so that each row of C takes one
// addition for four columns of A, however many of them are ones. Rows of op(B)
// that no one names are skipped, whatever they hold.
func (w *Workspace) BinaryGemm(a *Binary, transB, transC bool, n int, scale, b []float32, ldb int, bias, c []float32, ldc int) {
	w.binaryGemm(best, a, transC, scale, product{transB: transB, m: a.rows, n: n, k: a.n, b: b, ldb: ldb, bias: bias, c: c, ldc: ldc})
}

func (w *Workspace) binaryGemm(s isa, a *Binary, transC bool, scale []float32, p product) {
	p.checkB()
	if transC {
		fits("C", p.n, p.m, p.ldc, len(p.c))
	} else {
		p.checkC()
	}
	if scale != nil { // padded to whole groups
		checkLen("BinaryGemm: scale", p.k, len(scale))
		w.scale = grow(w.scale, p.k+3)
		clear(w.scale[copy(w.scale, scale):])
		scale = w.scale
	}
	if s == portable || p.k == 0 {
		a.sums(&p, transC, scale)
		return
	}
	nr := s.panel()
	for j := 0; j < p.n && p.m > 0; j += nr {
		w.binaryStrip(s, a, transC, scale, &p, j, min(nr, p.n-j))
	}
}

// binaryStrip computes the columns j to j+nb of C.
func (w *Workspace) binaryStrip(s isa, a *Binary, transC bool, scale []float32, p *product, j, nb int) {
	nr := s.panel()
	init := &zeroRow[0]
	if p.bias != nil {
		copy(w.start[:], p.bias[j:][:nb])
		init = &w.start[0]
	}
	edge := nb < nr || transC
	w.edge = grow(w.edge, p.m*nr)
	c, rowC, rowInit := &w.edge[0], 4*nr, 0 // sums under way lie together
	for g := 0; g < a.groups; g += tableGroups {
		groups := min(tableGroups, a.groups-g)
		w.subsets(s, p, scale, 4*g, groups, j, nb)
		if g+groups == a.groups && !edge {
			c, rowC = &p.c[j], 4*p.ldc
		}
		a.lookup(s, g, groups, &w.table[0], init, rowInit, c, rowC)
		init, rowInit = c, rowC
	}
	switch {
	case transC:
		transpose(s, p.c[j*p.ldc:], p.ldc, w.edge, nr, p.m, nb)
	case edge:
		p.store(w.edge, nr, j, nb)
	}
}

// subsets fills w.table for the columns j to j+nb of groups of rows of op(B)
// from k0 on.
func (w *Workspace) subsets(s isa, p *product, scale []float32, k0, groups, j, nb int) {
	nr := s.panel()
	w.table = grow(w.table, tableGroups*16*nr)
	factor, next := &oneValue[0], 0
	if scale != nil {
		factor, next = &scale[k0], 4
	}
	rows := min(4*groups, p.k-k0)
	if nb == nr && !p.transB && rows == 4*groups {
		s.sumSubsets(groups, &p.b[k0*p.ldb+j], 4*p.ldb, factor, next, &w.table[0])
		return
	}
	w.panel = grow(w.panel, max(depth, 4*tableGroups)*nr)
	packPanel(s, w.panel[:rows*nr], p.transB, p.b, p.ldb, k0, rows, j, nb)
	clear(w.panel[rows*nr : 4*groups*nr])
	s.sumSubsets(groups, &w.panel[0], 4*nr, factor, next, &w.table[0])
}

func (s isa) sumSubsets(groups int, b *float32, rowB int, scale *float32, nextScale int, table *float32) {
	if s == avx512 {
		subsetsAVX512(groups, b, rowB, scale, nextScale, table)
	} else {
		subsetsAVX2(groups, b, rowB, scale, nextScale, table)
	}
}

type lookup = func(tiles, groups int, index *uint8, nextTile, nextGroup int, table, init *float32, rowInit int, c *float32, rowC int)

// The kernels by rows of their tile.
var lookups = [...][5]lookup{
	avx2:   {1: lookup1AVX2, lookup2AVX2, lookup3AVX2, lookup4AVX2},
	avx512: {1: lookup1AVX512, lookup2AVX512, lookup3AVX512, lookup4AVX512},
}

// lookup adds the table's entries for groups from g on to all rows.
func (b *Binary) lookup(s isa, g, groups int, table, init *float32, rowInit int, c *float32, rowC int) {
	index := b.index[g*b.group:]
	tiles, rest := b.rows/4, b.rows%4
	if tiles > 0 {
		lookups[s][4](tiles, groups, &index[0], b.tile, b.group, table, init, rowInit, c, rowC)
	}
	if rest > 0 { // not before: the pointers must not leave their slices
		done := 4 * tiles
		lookups[s][rest](1, groups, &index[tiles*b.tile], b.tile, b.group, table, skip(init, done*rowInit), rowInit, skip(c, done*rowC), rowC)
	}
}

// sums is the product in plain Go.
func (b *Binary) sums(p *product, transC bool, scale []float32) {
	rowC, colC := p.ldc, 1
	if transC {
		rowC, colC = 1, p.ldc
	}
	rowB, colB := p.ldb, 1
	if p.transB {
		rowB, colB = 1, p.ldb
	}
	for i := range p.m {
		for j := range p.n {
			var sum float32
			if p.bias != nil {
				sum = p.bias[j]
			}
			for q := range p.k {
				if !b.at(i, q) {
					continue
				}
				x := p.b[q*rowB+j*colB]
				if scale != nil {
					x *= scale[q]
				}
				sum += x
			}
			p.c[i*rowC+j*colC] = sum
		}
	}
}
