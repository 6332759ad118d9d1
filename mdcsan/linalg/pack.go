package linalg

// pack returns the panel of op(B) that holds rows k0 to k0+kb and columns j to
// j+nb, and its row stride in elements: B itself where it is used in place
// (few rows of C would not pay for the copy), else w.panel.
func (w *Workspace) pack(s isa, p *product, k0, kb, j, nb int) (*float32, int) {
	nr := s.panel()
	whole := nb == nr
	if whole && !p.transB && p.m <= 2*s.tile() {
		return &p.b[k0*p.ldb+j], p.ldb
	}
	w.panel = grow(w.panel, depth*nr)
	packPanel(s, w.panel[:kb*nr], p.transB, p.b, p.ldb, k0, kb, j, nb)
	return &w.panel[0], nr
}

// packPanel copies rows k0 to k0+kb, columns j to j+nb of op(B) into a panel
// (kb rows of s.panel() elements, zero beyond nb).
func packPanel(s isa, panel []float32, trans bool, b []float32, ldb, k0, kb, j, nb int) {
	nr := s.panel()
	switch {
	case trans:
		packTransposed(s, panel, b[j*ldb+k0:], ldb, kb, nb)
	case nb < nr || s == portable:
		for q := range kb {
			row := panel[q*nr:][:nr]
			clear(row[copy(row, b[(k0+q)*ldb+j:][:nb]):])
		}
	case s == avx512:
		packAVX512(&panel[0], &b[k0*ldb+j], 4*ldb, kb)
	default:
		packAVX2(&panel[0], &b[k0*ldb+j], 4*ldb, kb)
	}
}

// packTransposed makes the nb rows of b (kb long) columns of a panel.
func packTransposed(s isa, panel, b []float32, ldb, kb, nb int) {
	nr := s.panel()
	if nb < nr {
		clear(panel)
	}
	transpose(s, panel, nr, b, ldb, nb, kb)
}

// transpose makes the rows of src columns of dst: whole 8×8 blocks by the
// kernel, the edges one by one.
func transpose(s isa, dst []float32, ldd int, src []float32, lds, rows, cols int) {
	blocks, strips := cols/8, rows/8
	if s == portable {
		blocks = 0
	}
	if blocks > 0 {
		for i := range strips {
			packTAVX2(&dst[8*i], 4*ldd, &src[8*i*lds], 4*lds, blocks)
		}
	}
	for i := range rows {
		from := 8 * blocks
		if i >= 8*strips {
			from = 0
		}
		row := src[i*lds:][:cols]
		for q := from; q < cols; q++ {
			dst[q*ldd+i] = row[q]
		}
	}
}
