package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// valueSum writes the product of a sparse matrix and packed panels: each row
// is the sum of the panel rows that its list names, each times its value.
func valueSum(s isa, panels int) {
	width := 2 * panels // vectors
	begin(s, fmt.Sprintf("valueSum%d", panels),
		"func(rows int, start, end *int32, index *uint16, value, panel *float32, nextPanel int, init *float32, rowInit int, c *float32, rowC int)",
		fmt.Sprintf("adds the panel rows index[start:end], each times its value, to init and stores it in C, for each row; %d panels, nextPanel bytes apart.", panels))
	rows, start, stop := GP64(), param("start"), param("end")
	Load(Param("rows"), rows)
	panel, in, c := param("panel"), param("init"), param("c")
	second := GP64()
	Load(Param("nextPanel"), second)
	ADDQ(panel, second)
	at := func(offset reg.Register, j int) Mem {
		if j < 2 {
			return Mem{Base: panel, Index: offset, Scale: 1, Disp: j * 4 * s.lanes}
		}
		return Mem{Base: second, Index: offset, Scale: 1, Disp: (j - 2) * 4 * s.lanes}
	}
	shiftBy := uint8(6) // log2 of a panel row's bytes
	if s.wide() {
		shiftBy = 7
	}
	row, four, rest, one, done := label("row"), label("four"), label("rest"), label("one"), label("done")
	const sets, unroll = 2, 4 // sets: independent chains of additions

	Label(row)
	p, pv, n, stride := GP64(), GP64(), GP64(), GP64()
	MOVLQSX(Mem{Base: start}, p)
	MOVLQSX(Mem{Base: stop}, n)
	SUBQ(p, n)
	base := GP64()
	Load(Param("value"), base)
	LEAQ(Mem{Base: base, Index: p, Scale: 4}, pv)
	Load(Param("index"), base)
	LEAQ(Mem{Base: base, Index: p, Scale: 2}, p)
	acc := make([][]reg.VecVirtual, sets)
	for u := range acc {
		for j := range width {
			if u == 0 {
				acc[u] = append(acc[u], s.load(Mem{Base: in, Disp: j * 4 * s.lanes}))
			} else {
				acc[u] = append(acc[u], s.zero())
			}
		}
	}
	add := func(u, i int) {
		o := GP64()
		MOVWLZX(Mem{Base: p, Disp: 2 * i}, o.As32())
		SHLL(U8(shiftBy), o.As32())
		x := s.broadcast(Mem{Base: pv, Disp: 4 * i})
		for j := range width {
			VFMADD231PS(at(o, j), x, acc[u][j])
		}
	}
	advance := func(n int) {
		ADDQ(U8(2*n), p)
		ADDQ(U8(4*n), pv)
	}
	SUBQ(U8(unroll), n)
	JL(LabelRef(rest))
	Label(four)
	for u := range unroll {
		add(u%sets, u)
	}
	advance(unroll)
	SUBQ(U8(unroll), n)
	JGE(LabelRef(four))
	Label(rest)
	ADDQ(U8(unroll), n)
	JZ(LabelRef(done))
	Label(one)
	add(1, 0)
	advance(1)
	DECQ(n)
	JNZ(LabelRef(one))
	Label(done)
	for j := range width {
		VADDPS(acc[1][j], acc[0][j], acc[0][j])
		VMOVUPS(acc[0][j], Mem{Base: c, Disp: j * 4 * s.lanes})
	}
	ADDQ(U8(4), start)
	ADDQ(U8(4), stop)
	Load(Param("rowInit"), stride)
	ADDQ(stride, in)
	Load(Param("rowC"), stride)
	ADDQ(stride, c)
	DECQ(rows)
	JNZ(LabelRef(row))
	end(s)
}

// nonzeros writes the list of the lanes that are not zero, and their values.
func nonzeros() {
	s := avx2
	begin(s, "nonzeros", "func(index *uint16, value, x *float32, n int, table *uint16, order *uint32) int",
		"lists the i with x[i] != 0, NaN included, with their values and returns their number; n is a multiple of 8, index and value have room for n+8.")
	index, value, x, n := param("index"), param("value"), param("x"), param("n")
	table, order := param("table"), param("order")
	total, base, eight, zero := GP64(), XMM(), XMM(), s.zero()
	XORQ(total, total)
	VPXOR(base, base, base)
	e := GP64()
	MOVQ(U32(8), e)
	VMOVD(e.As32(), eight)
	VPBROADCASTW(eight, eight)
	loop := label("loop")
	Label(loop)
	v := s.load(Mem{Base: x})
	mask, list, count := GP64(), XMM(), GP64()
	VMOVMSKPS(s.compare(notEqual, v, zero), mask.As32())
	POPCNTL(mask.As32(), count.As32())
	SHLL(U8(4), mask.As32())
	VPADDW(Mem{Base: table, Index: mask, Scale: 1}, base, list)
	VMOVDQU(list, Mem{Base: index, Index: total, Scale: 2})
	packed := s.vec()
	VMOVDQU(Mem{Base: order, Index: mask, Scale: 2}, packed)
	VPERMPS(v, packed, packed)
	VMOVUPS(packed, Mem{Base: value, Index: total, Scale: 4})
	ADDQ(count, total)
	VPADDW(eight, base, base)
	ADDQ(U8(32), x)
	SUBQ(U8(8), n)
	JNZ(LabelRef(loop))
	Store(total, ReturnIndex(0))
	end(s)
}

// events writes the list of the lanes above a threshold: 8 lanes give a mask,
// the mask a row of compressTable, which is stored whole and overwritten by
// the next from the number of set lanes on.
func events() {
	s := avx2
	begin(s, "events", "func(index *uint16, x *float32, n int, threshold float32, table *uint16) int",
		"lists the i with x[i] > threshold and returns their number; n is a multiple of 8 and index has room for n+8.")
	index, x, n, table := param("index"), param("x"), param("n"), param("table")
	th := s.paramVec("threshold")
	origin, base, eight := GP64(), XMM(), XMM()
	MOVQ(index, origin)
	VPXOR(base, base, base)
	e := GP64()
	MOVQ(U32(8), e)
	VMOVD(e.As32(), eight)
	VPBROADCASTW(eight, eight)
	loop := label("loop")
	Label(loop)
	m := s.compare(greater, s.load(Mem{Base: x}), th)
	mask, list := GP64(), XMM()
	VMOVMSKPS(m, mask.As32())
	count := GP64()
	POPCNTL(mask.As32(), count.As32())
	SHLL(U8(4), mask.As32())
	VPADDW(Mem{Base: table, Index: mask, Scale: 1}, base, list)
	VMOVDQU(list, Mem{Base: index})
	LEAQ(Mem{Base: index, Index: count, Scale: 2}, index)
	VPADDW(eight, base, base)
	ADDQ(U8(32), x)
	SUBQ(U8(8), n)
	JNZ(LabelRef(loop))
	SUBQ(origin, index)
	SHRQ(U8(1), index)
	Store(index, ReturnIndex(0))
	end(s)
}

// listed writes the micro-kernel of gemm for tiles whose rows are zero but in
// the columns that a list names.
func listed(s isa, rows int) {
	begin(s, fmt.Sprintf("listed%d", rows),
		"func(tiles int, start, end *int32, index *uint16, a *float32, rowA int, panel *float32, c *float32, rowC int)",
		fmt.Sprintf("writes A·B for tiles of %d rows of A that are zero but in the columns index[start:end] of their tile; strides in bytes, B a panel of two vectors a row.", rows))
	start, stop := param("start"), param("end")
	panel, c := param("panel"), param("c")
	row := make([]reg.GPVirtual, rows)
	stride := GP64()
	Load(Param("rowA"), stride)
	for i := range row {
		row[i] = GP64()
		if i == 0 {
			Load(Param("a"), row[0])
		} else {
			LEAQ(Mem{Base: row[i-1], Index: stride, Scale: 1}, row[i])
		}
	}
	shiftBy := uint8(6) // log2 of a panel row's bytes
	if s.wide() {
		shiftBy = 7
	}
	tile, loop, done := label("tile"), label("loop"), label("done")
	Label(tile)
	acc := make([][2]reg.VecVirtual, rows)
	for i := range acc {
		acc[i] = [2]reg.VecVirtual{s.zero(), s.zero()}
	}
	p, last, base := GP64(), GP64(), GP64()
	Load(Param("index"), base)
	MOVLQSX(Mem{Base: start}, p)
	MOVLQSX(Mem{Base: stop}, last)
	LEAQ(Mem{Base: base, Index: p, Scale: 2}, p)
	LEAQ(Mem{Base: base, Index: last, Scale: 2}, last)
	CMPQ(p, last)
	JGE(LabelRef(done))
	Label(loop)
	k, at := GP64(), GP64()
	MOVWLZX(Mem{Base: p}, k.As32())
	MOVL(k.As32(), at.As32())
	SHLL(U8(shiftBy), at.As32())
	b0 := s.load(Mem{Base: panel, Index: at, Scale: 1})
	b1 := s.load(Mem{Base: panel, Index: at, Scale: 1, Disp: 4 * s.lanes})
	for i := range acc {
		x := s.broadcast(Mem{Base: row[i], Index: k, Scale: 4})
		VFMADD231PS(b0, x, acc[i][0])
		VFMADD231PS(b1, x, acc[i][1])
	}
	ADDQ(U8(2), p)
	CMPQ(p, last)
	JL(LabelRef(loop))
	Label(done)
	step := GP64()
	Load(Param("rowC"), step)
	for i := range acc {
		for j := range 2 {
			VMOVUPS(acc[i][j], Mem{Base: c, Disp: j * 4 * s.lanes})
		}
		ADDQ(step, c)
	}
	Load(Param("rowA"), step)
	IMUL3Q(U8(rows), step, step)
	for i := range row {
		ADDQ(step, row[i])
	}
	ADDQ(U8(4), start)
	ADDQ(U8(4), stop)
	left := GP64()
	Load(Param("tiles"), left)
	DECQ(left)
	Store(left, Param("tiles"))
	JNZ(LabelRef(tile))
	end(s)
}
