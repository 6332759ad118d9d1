package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// subsets writes the tables that lookup reads: for each four rows of B (two
// vectors wide), times their scales, the sums of all sixteen subsets.
func subsets(s isa) {
	begin(s, "subsets", "func(groups int, b *float32, rowB int, scale *float32, nextScale int, table *float32)",
		"writes for each four rows of B, each times its scale, the sums of their sixteen subsets, two vectors each; strides in bytes.")
	groups, b, rowB, scale := param("groups"), param("b"), param("rowB"), param("scale")
	next, table := param("nextScale"), param("table")
	addr := rowAddress(4, rowB)
	zero := s.zero()
	loop := label("loop")
	Label(loop)
	var factor [4]reg.VecVirtual
	for i := range factor {
		factor[i] = s.broadcast(Mem{Base: scale})
		ADDQ(next, scale)
	}
	ahead := GP64() // by four groups, about the third-level cache's latency
	LEAQ(Mem{Base: b, Index: rowB, Scale: 8}, ahead)
	LEAQ(Mem{Base: ahead, Index: rowB, Scale: 8}, ahead)
	for i := range 4 {
		PREFETCHT0(addr(ahead, i))
	}
	for half := range 2 {
		at := 4 * s.lanes * half
		sums := []Op{zero}
		VMOVUPS(zero, Mem{Base: table, Disp: at})
		for i, f := range factor {
			row := s.mul(f, shift(addr(b, i), at))
			for m := range 1 << i {
				sum := row
				if m > 0 {
					sum = s.add(sums[m], row)
				}
				VMOVUPS(sum, Mem{Base: table, Disp: at + 8*s.lanes*len(sums)})
				sums = append(sums, sum)
			}
		}
	}
	LEAQ(Mem{Base: b, Index: rowB, Scale: 4}, b)
	ADDQ(U32(16*8*s.lanes), table)
	DECQ(groups)
	JNZ(LabelRef(loop))
	end(s)
}

// lookup writes the product of a binary matrix and the four rows at a time
// whose subsets were summed. An element of index is a byte for each of a
// tile's four rows: the number of a subset times sixteen, which addresses a
// table entry of two vectors. It is loaded whole, because the processor's
// loads are what limits this kernel.
func lookup(s isa, rows int) {
	begin(s, fmt.Sprintf("lookup%d", rows),
		"func(tiles, groups int, index *uint8, nextTile, nextGroup int, table, init *float32, rowInit int, c *float32, rowC int)",
		fmt.Sprintf("adds the table entries that index names to init and stores it in C, for tiles of %d rows; strides in bytes.", rows))
	scale := uint8(8 * s.lanes / 16)
	index, nextTile, nextGroup := param("index"), param("nextTile"), param("nextGroup")
	table, in, c := param("table"), param("init"), param("c")
	tiles := GP64()
	Load(Param("tiles"), tiles)
	tile := label("tile")
	Label(tile)
	stride := GP64()
	Load(Param("rowInit"), stride)
	acc := make([][2]reg.VecVirtual, rows)
	for i := range acc {
		for j := range 2 {
			acc[i][j] = s.load(Mem{Base: in, Disp: j * 4 * s.lanes})
		}
		ADDQ(stride, in)
	}
	p, t, n := GP64(), GP64(), GP64()
	MOVQ(index, p)
	MOVQ(table, t)
	step := func(u int) {
		all := GP64()
		MOVL(Mem{Base: p}, all.As32())
		ADDQ(nextGroup, p)
		for i := range acc {
			o := all
			if i < 3 {
				o = GP64()
				MOVBLZX(all.As8(), o.As32())
				SHRL(U8(8), all.As32())
			}
			for j := range 2 {
				VADDPS(Mem{Base: t, Index: o, Scale: scale, Disp: 8*s.lanes*16*u + j*4*s.lanes}, acc[i][j], acc[i][j])
			}
		}
	}
	const unroll = 4
	many, rest, one, done := label("many"), label("rest"), label("one"), label("done")
	Load(Param("groups"), n)
	SUBQ(U8(unroll), n)
	JL(LabelRef(rest))
	Label(many)
	for u := range unroll {
		step(u)
	}
	ADDQ(U32(unroll*8*s.lanes*16), t)
	SUBQ(U8(unroll), n)
	JGE(LabelRef(many))
	Label(rest)
	ADDQ(U8(unroll), n)
	JZ(LabelRef(done))
	Label(one)
	step(0)
	ADDQ(U32(8*s.lanes*16), t)
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
	ADDQ(nextTile, index)
	DECQ(tiles)
	JNZ(LabelRef(tile))
	end(s)
}

// nibbles writes the comparison of four rows with a threshold as lookup's
// index: of eight columns' mask the lower four bits, then the upper.
func nibbles() {
	s := avx2
	begin(s, "nibbles", "func(index *uint8, x *float32, rowX, n int, threshold float32)",
		"writes for each four columns of four rows the masks of those above the threshold, times 16; n is a multiple of 8.")
	index, x, rowX, n := param("index"), param("x"), param("rowX"), param("n")
	th := s.paramVec("threshold")
	addr := rowAddress(4, rowX)
	loop := label("loop")
	Label(loop)
	low, high := GP32(), GP32()
	for i := 3; i >= 0; i-- {
		mask := GP32()
		VMOVMSKPS(s.compare(greater, s.load(addr(x, i)), th), mask)
		if i == 3 {
			MOVL(mask, high)
		} else {
			SHLL(U8(8), high)
			ORL(mask, high)
		}
	}
	MOVL(high, low)
	SHLL(U8(4), low)
	ANDL(U32(0xf0f0f0f0), low)
	ANDL(U32(0xf0f0f0f0), high)
	MOVL(low, Mem{Base: index})
	MOVL(high, Mem{Base: index, Disp: 4})
	ADDQ(U8(32), x)
	ADDQ(U8(8), index)
	SUBQ(U8(8), n)
	JNZ(LabelRef(loop))
	end(s)
}

// nibblesT transposes blocks of four by four bits: bit 4+c of byte r of each
// four bytes becomes bit 4+r of byte c.
func nibblesT() {
	s := avx2
	begin(s, "nibblesT", "func(dst, src *uint8, n int)", "transposes the four-bit numbers of each four bytes; n is a multiple of 32.")
	dst, src, n := param("dst"), param("src"), param("n")
	swap := [2]struct {
		by   uint8
		mask reg.VecVirtual
	}{{7, s.constantBits(0x00a000a0)}, {14, s.constantBits(0x0000c0c0)}}
	loop := label("loop")
	Label(loop)
	x := s.vec()
	VMOVDQU(Mem{Base: src}, x)
	for _, w := range swap {
		t := s.vec()
		VPSRLD(U8(w.by), x, t)
		VPXOR(x, t, t)
		VPAND(w.mask, t, t)
		VPXOR(t, x, x)
		VPSLLD(U8(w.by), t, t)
		VPXOR(t, x, x)
	}
	VMOVDQU(x, Mem{Base: dst})
	ADDQ(U8(32), src)
	ADDQ(U8(32), dst)
	SUBQ(U8(32), n)
	JNZ(LabelRef(loop))
	end(s)
}
