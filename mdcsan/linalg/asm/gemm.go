package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Rows of a register tile; a tile is two vectors wide. AVX2 has 16 registers:
// 6×2 sums, 2 of B, 2 of A. AVX-512 has 32 and would hold 14×2, but 10 divides
// the batch of 100 and is enough to hide the latency of the additions.
func (s isa) tileRows() int {
	if s.wide() {
		return 10
	}
	return 6
}

// rowAddress gives addresses of rows 0..9 at p, the row stride being in rs,
// from as few registers as x86 addressing allows.
func rowAddress(rows int, rs reg.GPVirtual) func(p reg.Register, i int) Mem {
	multiple := map[int]reg.GPVirtual{1: rs}
	times := func(n int) reg.GPVirtual {
		r := GP64()
		switch n {
		case 3:
			LEAQ(Mem{Base: rs, Index: rs, Scale: 2}, r)
		case 5:
			LEAQ(Mem{Base: rs, Index: rs, Scale: 4}, r)
		case 7:
			LEAQ(Mem{Base: multiple[3], Index: rs, Scale: 4}, r)
		case 9:
			LEAQ(Mem{Base: rs, Index: rs, Scale: 8}, r)
		}
		return r
	}
	for _, n := range []int{3, 5, 7, 9} {
		if rows > n {
			multiple[n] = times(n)
		}
	}
	return func(p reg.Register, i int) Mem {
		switch i {
		case 0:
			return Mem{Base: p}
		case 2, 4, 8:
			return Mem{Base: p, Index: rs, Scale: uint8(i)}
		case 6:
			return Mem{Base: p, Index: multiple[3], Scale: 2}
		}
		return Mem{Base: p, Index: multiple[i], Scale: 1}
	}
}

// gemm writes the micro-kernel: tiles of `rows` rows and one panel of B.
func gemm(s isa, rows int) {
	begin(s, fmt.Sprintf("gemm%d", rows),
		"func(tiles, k int, a *float32, rowA, colA int, b *float32, rowB int, init *float32, rowInit int, c *float32, rowC int)",
		fmt.Sprintf("adds A·B to init for tiles of %d rows and stores it in C; strides in bytes, B a panel of two vectors a row.", rows))
	a, colA, b, rowB := param("a"), param("colA"), param("b"), param("rowB")
	in, c := param("init"), param("c")
	rowA := param("rowA")
	addr := rowAddress(rows, rowA)

	tiles := GP64()
	Load(Param("tiles"), tiles)
	tile := label("tile")
	Label(tile)
	acc := make([][2]reg.VecVirtual, rows)
	p, stride := GP64(), GP64()
	MOVQ(in, p)
	Load(Param("rowInit"), stride)
	for i := range acc {
		for j := range 2 {
			acc[i][j] = s.load(Mem{Base: p, Disp: j * 4 * s.lanes})
		}
		ADDQ(stride, p)
	}
	MOVQ(p, in)

	pa, pb, n := GP64(), GP64(), GP64()
	MOVQ(a, pa)
	MOVQ(b, pb)
	step := func() {
		b0 := s.load(Mem{Base: pb})
		b1 := s.load(Mem{Base: pb, Disp: 4 * s.lanes})
		ADDQ(rowB, pb)
		for i := range acc {
			x := s.broadcast(addr(pa, i))
			VFMADD231PS(b0, x, acc[i][0])
			VFMADD231PS(b1, x, acc[i][1])
		}
		ADDQ(colA, pa)
	}
	const unroll = 4
	many, rest, one, done := label("many"), label("rest"), label("one"), label("done")
	Load(Param("k"), n)
	SUBQ(U8(unroll), n)
	JL(LabelRef(rest))
	Label(many)
	for range unroll {
		step()
	}
	SUBQ(U8(unroll), n)
	JGE(LabelRef(many))
	Label(rest)
	ADDQ(U8(unroll), n)
	JZ(LabelRef(done))
	Label(one)
	step()
	DECQ(n)
	JNZ(LabelRef(one))
	Label(done)

	Load(Param("rowC"), stride)
	for i := range acc {
		for j := range 2 {
			VMOVUPS(acc[i][j], Mem{Base: c, Disp: j * 4 * s.lanes})
		}
		ADDQ(stride, c)
	}
	// The next tile's rows of A.
	for i := rows; i > 0; {
		d := 1
		for _, m := range []int{8, 4, 2} {
			if i >= m {
				d = m
				break
			}
		}
		LEAQ(Mem{Base: a, Index: rowA, Scale: uint8(d)}, a)
		i -= d
	}
	DECQ(tiles)
	JNZ(LabelRef(tile))
	end(s)
}

// gather writes y += the sum of value[i]·B[index[i]] for one row, four rows of
// B at a time from end to end: they come from the outer caches, whose
// prefetchers want whole rows, while y stays in the first-level cache.
func gather(s isa) {
	begin(s, "gather", "func(columns, n int, index *uint16, value *float32, nextValue int, b *float32, rowB int, y *float32)",
		"adds value[i]·B[index[i]], i < n, to the columns of y; strides in bytes.")
	index, value, next, n := param("index"), param("value"), param("nextValue"), param("n")
	b, rowB, y := param("b"), param("rowB"), param("y")
	rows := func(count int) {
		var v [4]reg.VecVirtual
		var p [4]reg.GPVirtual
		for i := range count {
			v[i], p[i] = s.broadcast(Mem{Base: value}), GP64()
			MOVWLZX(Mem{Base: index, Disp: 2 * i}, p[i].As32())
			IMULQ(rowB, p[i])
			ADDQ(b, p[i])
			ADDQ(next, value)
		}
		ADDQ(U8(2*count), index)
		along(s, 2, func(at func(p reg.Register) Mem, load func(Mem) reg.VecVirtual, operand func(Mem) Op, store func(Op, Mem)) {
			sum := load(at(y))
			for i := range count {
				VFMADD231PS(operand(at(p[i])), v[i], sum)
			}
			store(sum, at(y))
		})
	}
	four, rest, one, done := label("four"), label("rest"), label("one"), label("done")
	SUBQ(U8(4), n)
	JL(LabelRef(rest))
	Label(four)
	rows(4)
	SUBQ(U8(4), n)
	JGE(LabelRef(four))
	Label(rest)
	ADDQ(U8(4), n)
	JZ(LabelRef(done))
	Label(one)
	rows(1)
	DECQ(n)
	JNZ(LabelRef(one))
	Label(done)
	end(s)
}

// along runs body over the columns of a row (the parameter columns): unrolled,
// by whole vectors, and the rest with a mask. operand is what an instruction
// may read in place of a load.
func along(s isa, unroll int, body func(at func(p reg.Register) Mem, load func(Mem) reg.VecVirtual, operand func(Mem) Op, store func(Op, Mem))) {
	j, left := GP64(), GP64()
	XORQ(j, j)
	Load(Param("columns"), left)
	disp := 0
	at := func(p reg.Register) Mem { return Mem{Base: p, Index: j, Scale: 4, Disp: disp} }
	whole := func() {
		body(at, s.load, func(m Mem) Op { return m }, func(v Op, m Mem) { VMOVUPS(v, m) })
	}
	many, single, last, done := label("many"), label("single"), label("last"), label("done")
	SUBQ(U8(unroll*s.lanes), left)
	JL(LabelRef(single))
	Label(many)
	for u := range unroll {
		disp = 4 * u * s.lanes
		whole()
	}
	disp = 0
	ADDQ(U8(unroll*s.lanes), j)
	SUBQ(U8(unroll*s.lanes), left)
	JGE(LabelRef(many))
	Label(single)
	ADDQ(U8(unroll*s.lanes), left)
	one := label("one")
	Label(one)
	SUBQ(U8(s.lanes), left)
	JL(LabelRef(last))
	whole()
	ADDQ(U8(s.lanes), j)
	JMP(LabelRef(one))
	Label(last)
	ADDQ(U8(s.lanes), left)
	JZ(LabelRef(done))
	mask := s.tail(left)
	load := func(m Mem) reg.VecVirtual { return s.loadTail(m, mask) }
	body(at, load, func(m Mem) Op { return load(m) }, func(v Op, m Mem) { s.storeTail(v, m, mask) })
	Label(done)
}

// pack writes the copy of rows of B (k×n, two vectors wide) into a panel.
func pack(s isa) {
	begin(s, "pack", "func(panel, b *float32, rowB, k int)",
		"copies k rows, rowB bytes apart, of two vectors each into a panel.")
	panel, b, rowB, k := param("panel"), param("b"), param("rowB"), param("k")
	ahead := GP64() // by 32 rows, about the third-level cache's latency
	MOVQ(rowB, ahead)
	SHLQ(U8(5), ahead)
	loop := label("loop")
	Label(loop)
	PREFETCHT0(Mem{Base: b, Index: ahead, Scale: 1})
	x, y := s.load(Mem{Base: b}), s.load(Mem{Base: b, Disp: 4 * s.lanes})
	VMOVUPS(x, Mem{Base: panel})
	VMOVUPS(y, Mem{Base: panel, Disp: 4 * s.lanes})
	ADDQ(rowB, b)
	ADDQ(U32(8*s.lanes), panel)
	DECQ(k)
	JNZ(LabelRef(loop))
	end(s)
}

// packTransposed writes 8 rows of Bᵀ as 8 columns of a panel.
func packTransposed() {
	s := avx2
	begin(s, "packT", "func(panel *float32, rowPanel int, b *float32, rowB, blocks int)",
		"transposes 8 rows of 8·blocks elements into columns of a panel whose rows are rowPanel bytes apart.")
	panel, rowPanel := param("panel"), param("rowPanel")
	b, blocks, rowB := param("b"), param("blocks"), param("rowB")
	addr := rowAddress(8, rowB)
	loop := label("loop")
	Label(loop)
	var r, t [8]reg.VecVirtual
	for i := range 4 { // rows i and i+4, halves side by side: 4×4 blocks meet
		r[i], r[i+4] = s.vec(), s.vec()
		VMOVUPS(addr(b, i), r[i].AsX())
		VINSERTF128(U8(1), addr(b, i+4), r[i], r[i])
		VMOVUPS(shift(addr(b, i), 16), r[i+4].AsX())
		VINSERTF128(U8(1), shift(addr(b, i+4), 16), r[i+4], r[i+4])
	}
	for h := 0; h < 8; h += 4 {
		for i := 0; i < 4; i += 2 {
			t[h+i], t[h+i+1] = s.vec(), s.vec()
			VUNPCKLPS(r[h+i+1], r[h+i], t[h+i])
			VUNPCKHPS(r[h+i+1], r[h+i], t[h+i+1])
		}
		for _, from := range [4][3]int{{0, 2, 0x44}, {0, 2, 0xee}, {1, 3, 0x44}, {1, 3, 0xee}} {
			x := s.vec()
			VSHUFPS(U8(from[2]), t[h+from[1]], t[h+from[0]], x)
			VMOVUPS(x, Mem{Base: panel})
			ADDQ(rowPanel, panel)
		}
	}
	ADDQ(U8(32), b)
	DECQ(blocks)
	JNZ(LabelRef(loop))
	end(s)
}

func shift(m Mem, bytes int) Mem {
	m.Disp += bytes
	return m
}

// gemv writes y = init + x·B for one row x: eight vectors of y at a time, so
// that B streams through whole cache lines of its rows.
func gemv(s isa) {
	const width = 8
	begin(s, "gemv", "func(blocks, k int, x *float32, colX int, b *float32, rowB int, init *float32, y *float32)",
		"adds x·B to init and stores it in y, for blocks of eight vectors of columns; strides in bytes.")
	blocks, k, x, colX := param("blocks"), param("k"), param("x"), param("colX")
	b, rowB, in, y := param("b"), param("rowB"), param("init"), param("y")
	block, loop, done := label("block"), label("loop"), label("done")
	Label(block)
	var acc [width]reg.VecVirtual
	for j := range acc {
		acc[j] = s.load(Mem{Base: in, Disp: j * 4 * s.lanes})
	}
	px, pb, n := GP64(), GP64(), GP64()
	MOVQ(x, px)
	MOVQ(b, pb)
	MOVQ(k, n)
	TESTQ(n, n)
	JZ(LabelRef(done))
	Label(loop)
	v := s.broadcast(Mem{Base: px})
	for j := range acc {
		VFMADD231PS(Mem{Base: pb, Disp: j * 4 * s.lanes}, v, acc[j])
	}
	ADDQ(colX, px)
	ADDQ(rowB, pb)
	DECQ(n)
	JNZ(LabelRef(loop))
	Label(done)
	for j := range acc {
		VMOVUPS(acc[j], Mem{Base: y, Disp: j * 4 * s.lanes})
	}
	for _, p := range []reg.GPVirtual{b, in, y} {
		ADDQ(U32(width*4*s.lanes), p)
	}
	DECQ(blocks)
	JNZ(LabelRef(block))
	end(s)
}
