package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// isa is one vector instruction set. The kernels are written once in terms of
// its methods; only width, masks and a few spellings differ.
type isa struct {
	name  string // suffix of the functions
	lanes int    // float32 per register
}

var (
	avx2   = isa{"AVX2", 8}
	avx512 = isa{"AVX512", 16}
)

func (s isa) wide() bool { return s.lanes == 16 }

// vec returns a fresh vector register.
func (s isa) vec() reg.VecVirtual {
	if s.wide() {
		return ZMM()
	}
	return YMM()
}

func (s isa) zero() reg.VecVirtual {
	v := s.vec()
	if s.wide() {
		VPXORD(v, v, v)
	} else {
		VXORPS(v, v, v)
	}
	return v
}

func (s isa) load(m Mem) reg.VecVirtual {
	v := s.vec()
	VMOVUPS(m, v)
	return v
}

func (s isa) broadcast(m Mem) reg.VecVirtual {
	v := s.vec()
	VBROADCASTSS(m, v)
	return v
}

// constant broadcasts a float32 constant.
func (s isa) constant(f float32) reg.VecVirtual { return s.broadcast(bits(math.Float32bits(f))) }

// op makes three-operand instructions read dst = f(a, b), where the processor
// returns b when either operand of a min or max is NaN.
func (s isa) op(f func(...Op), a, b Op) reg.VecVirtual {
	v := s.vec()
	f(b, a, v)
	return v
}

func (s isa) add(a, b Op) reg.VecVirtual { return s.op(VADDPS, a, b) }
func (s isa) sub(a, b Op) reg.VecVirtual { return s.op(VSUBPS, a, b) }
func (s isa) mul(a, b Op) reg.VecVirtual { return s.op(VMULPS, a, b) }
func (s isa) div(a, b Op) reg.VecVirtual { return s.op(VDIVPS, a, b) }
func (s isa) max(a, b Op) reg.VecVirtual { return s.op(VMAXPS, a, b) }
func (s isa) min(a, b Op) reg.VecVirtual { return s.op(VMINPS, a, b) }
func (s isa) and(a, b Op) reg.VecVirtual { return s.op(VANDPS, a, b) }

// fma returns a·b + c in c's register, which is overwritten.
func (s isa) fma(a, b Op, c reg.VecVirtual) reg.VecVirtual {
	VFMADD231PS(b, a, c)
	return c
}

// fnma returns c − a·b in c's register.
func (s isa) fnma(a, b Op, c reg.VecVirtual) reg.VecVirtual {
	VFNMADD231PS(b, a, c)
	return c
}

func (s isa) copy(a reg.VecVirtual) reg.VecVirtual {
	v := s.vec()
	VMOVAPS(a, v)
	return v
}

func (s isa) sqrt(a Op) reg.VecVirtual {
	v := s.vec()
	VSQRTPS(a, v)
	return v
}

// Comparison predicates of VCMPPS, quiet: false when either is NaN, but for
// notEqual, which then is true.
const (
	less     = 0x11
	greater  = 0x1e
	notEqual = 0x04
)

// compare returns the mask a ? b, a k register or a vector of all-ones lanes.
func (s isa) compare(predicate uint8, a, b Op) reg.Register {
	if s.wide() {
		k := K()
		VCMPPS(U8(predicate), b, a, k)
		return k
	}
	return s.op(func(o ...Op) { VCMPPS(U8(predicate), o[0], o[1], o[2]) }, a, b)
}

// keep returns a where the mask holds, else 0.
func (s isa) keep(mask reg.Register, a Op) reg.VecVirtual {
	v := s.vec()
	if s.wide() {
		VMOVUPS_Z(a, mask, v)
	} else {
		VANDPS(a, mask, v)
	}
	return v
}

// drop returns 0 where the mask holds, else a.
func (s isa) drop(mask reg.Register, a Op) reg.VecVirtual {
	v := s.vec()
	if s.wide() {
		k := K()
		KNOTW(mask, k)
		VMOVUPS_Z(a, k, v)
	} else {
		VANDNPS(a, mask, v)
	}
	return v
}

// blend returns yes where the mask holds, else no.
func (s isa) blend(mask reg.Register, yes, no Op) reg.VecVirtual {
	v := s.vec()
	if s.wide() {
		VBLENDMPS(yes, no, mask, v)
	} else {
		VBLENDVPS(mask, yes, no, v)
	}
	return v
}

// setWhere sets dst to what m holds where the mask does.
func (s isa) setWhere(mask reg.Register, m Mem, dst reg.VecVirtual) {
	if s.wide() {
		VMOVUPS(m, mask, dst)
	} else {
		VBLENDVPS(mask, m, dst, dst)
	}
}

// addWhere adds what m holds to dst where the mask holds.
func (s isa) addWhere(mask reg.Register, m Mem, dst reg.VecVirtual) {
	if s.wide() {
		VADDPS(m, dst, mask, dst)
	} else {
		VADDPS(s.op(VANDPS, mask, m), dst, dst)
	}
}

// sum adds the lanes of v into the low lane of an X register.
func (s isa) sum(v reg.VecVirtual) reg.Register {
	y := v.AsY()
	if s.wide() {
		h := YMM()
		VEXTRACTF64X4(U8(1), v, h)
		VADDPS(h, y, h)
		y = h
	}
	x, h := y.(reg.Vec).AsX(), XMM()
	VEXTRACTF128(U8(1), y, h)
	VADDPS(h, x, h)
	t := XMM()
	VMOVHLPS(h, h, t)
	VADDPS(h, t, h)
	VMOVSHDUP(h, t)
	VADDSS(h, t, h)
	return h
}

// tail makes the mask of the first n lanes, 0 <= n <= lanes; n is consumed.
func (s isa) tail(n reg.GPVirtual) reg.Register {
	if s.wide() {
		one := GP64()
		MOVQ(U32(1), one)
		SHLXQ(n, one, one)
		DECQ(one)
		k := K()
		KMOVW(one.As32(), k)
		return k
	}
	base := GP64()
	LEAQ(tailTable.Offset(8*4), base)
	NEGQ(n)
	return s.load(Mem{Base: base, Index: n, Scale: 4})
}

func (s isa) loadTail(m Mem, mask reg.Register) reg.VecVirtual {
	v := s.vec()
	if s.wide() {
		VMOVUPS_Z(m, mask, v)
	} else {
		VMASKMOVPS(m, mask, v)
	}
	return v
}

func (s isa) storeTail(v Op, m Mem, mask reg.Register) {
	if s.wide() {
		VMOVUPS(v, mask, m)
	} else {
		VMASKMOVPS(v, mask, m)
	}
}

// tailTable is eight lanes of ones, then eight of zeros.
var tailTable Mem

func declareTables() {
	tailTable = GLOBL("tailMask", 8|16) // RODATA|NOPTR
	for i := range 16 {
		v := U32(0)
		if i < 8 {
			v = U32(0xffffffff)
		}
		DATA(4*i, v)
	}
}

var constants = map[uint32]Mem{}

// bits returns a 4-byte constant in memory.
func bits(b uint32) Mem {
	m, ok := constants[b]
	if !ok {
		m = ConstData(fmt.Sprintf("f32_%08x", b), U32(b))
		constants[b] = m
	}
	return m
}

// param loads a pointer or integer argument.
func param(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }

// paramVec broadcasts a float32 argument.
func (s isa) paramVec(name string) reg.VecVirtual {
	b, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return s.broadcast(b.Addr)
}

var labels int

func label(name string) string {
	labels++
	return fmt.Sprintf("%s%d", name, labels)
}

func begin(s isa, name, signature, doc string) {
	labels = 0
	TEXT(name+s.name, 4, signature) // NOSPLIT
	Pragma("noescape")
	Doc(name+s.name+" "+doc, "")
}

func end(s isa) {
	VZEROUPPER()
	RET()
}
