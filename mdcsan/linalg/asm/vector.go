package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// lanes is what a kernel's body sees: the arrays at the present position.
type lanes struct {
	s     isa
	at    map[string]reg.GPVirtual
	index reg.GPVirtual
	disp  int
	mask  reg.Register // nil: whole vectors
}

func (l lanes) mem(name string) Mem {
	return Mem{Base: l.at[name], Index: l.index, Scale: 4, Disp: l.disp}
}

func (l lanes) load(name string) reg.VecVirtual {
	if l.mask != nil {
		return l.s.loadTail(l.mem(name), l.mask)
	}
	return l.s.load(l.mem(name))
}

func (l lanes) store(v Op, name string) {
	if l.mask != nil {
		l.s.storeTail(v, l.mem(name), l.mask)
		return
	}
	VMOVUPS(v, l.mem(name))
}

// each runs body over n elements: unrolled, then single vectors, then a
// masked tail. The accumulators of body are its own business: it is told
// which of the unrolled copies it is.
func each(s isa, unroll int, arrays []string, n reg.GPVirtual, body func(l lanes, copy int)) {
	at := map[string]reg.GPVirtual{}
	for _, a := range arrays {
		at[a] = param(a)
	}
	i, left := GP64(), GP64()
	XORQ(i, i)
	MOVQ(n, left)
	many, single, one, tail, done := label("many"), label("single"), label("one"), label("tail"), label("done")
	l := lanes{s: s, at: at, index: i}
	if unroll > 1 {
		SUBQ(U32(unroll*s.lanes), left)
		JL(LabelRef(single))
		Label(many)
		for u := range unroll {
			l.disp = u * 4 * s.lanes
			body(l, u)
		}
		l.disp = 0
		ADDQ(U32(unroll*s.lanes), i)
		SUBQ(U32(unroll*s.lanes), left)
		JGE(LabelRef(many))
		Label(single)
		ADDQ(U32(unroll*s.lanes), left)
	}
	SUBQ(U8(s.lanes), left)
	JL(LabelRef(tail))
	Label(one)
	body(l, 0)
	ADDQ(U8(s.lanes), i)
	SUBQ(U8(s.lanes), left)
	JGE(LabelRef(one))
	Label(tail)
	ADDQ(U8(s.lanes), left)
	JZ(LabelRef(done))
	l.mask = s.tail(left)
	body(l, 0)
	Label(done)
}

// Moments of Adam below these are zero, as in linalg.Adam.
const (
	leastMoment1 = 1e-30
	leastMoment2 = 1e-34
)

// elementwise writes kernels without state between elements.
func elementwise(s isa) {
	kernel := func(name, signature, doc string, unroll int, arrays []string, prepare func() func(l lanes)) {
		begin(s, name, signature, doc)
		body := prepare()
		each(s, unroll, arrays, param("n"), func(l lanes, _ int) { body(l) })
		end(s)
	}
	kernel("exp", "func(dst, x *float32, n int)", "sets dst = e^x.", 1, []string{"dst", "x"},
		func() func(lanes) {
			return func(l lanes) { l.store(s.exp(l.load("x")), "dst") }
		})
	kernel("tanh", "func(dst, x *float32, n int)", "sets dst = tanh x.", 1, []string{"dst", "x"},
		func() func(lanes) {
			return func(l lanes) { l.store(s.tanh(l.load("x")), "dst") }
		})
	kernel("relu", "func(dst, x *float32, n int)", "sets dst = max(x, 0).", 4, []string{"dst", "x"},
		func() func(lanes) {
			zero := s.zero()
			return func(l lanes) { l.store(s.max(zero, l.load("x")), "dst") }
		})
	kernel("reluGrad", "func(dx, dy, y *float32, n int)", "sets dx = dy where y > 0, else 0.", 4, []string{"dx", "dy", "y"},
		func() func(lanes) {
			zero := s.zero()
			return func(l lanes) {
				l.store(s.keep(s.compare(greater, l.load("y"), zero), l.load("dy")), "dx")
			}
		})
	kernel("axpy", "func(y *float32, alpha float32, x *float32, n int)", "adds alpha·x to y.", 4, []string{"y", "x"},
		func() func(lanes) {
			alpha := s.paramVec("alpha")
			return func(l lanes) { l.store(s.fma(alpha, l.load("x"), l.load("y")), "y") }
		})
	kernel("scale", "func(dst *float32, alpha float32, x *float32, n int)", "sets dst = alpha·x.", 4, []string{"dst", "x"},
		func() func(lanes) {
			alpha := s.paramVec("alpha")
			return func(l lanes) { l.store(s.mul(alpha, l.load("x")), "dst") }
		})
	kernel("add", "func(dst, a, b *float32, n int)", "sets dst = a + b.", 4, []string{"dst", "a", "b"},
		func() func(lanes) {
			return func(l lanes) { l.store(s.add(l.load("a"), l.load("b")), "dst") }
		})
	kernel("mul", "func(dst, a, b *float32, n int)", "sets dst = a·b.", 4, []string{"dst", "a", "b"},
		func() func(lanes) {
			return func(l lanes) { l.store(s.mul(l.load("a"), l.load("b")), "dst") }
		})
	kernel("spikes", "func(dst, x *float32, threshold float32, n int)", "sets dst = 1 where x > threshold, else 0.", 4, []string{"dst", "x"},
		func() func(lanes) {
			one, th := s.constant(1), s.paramVec("threshold")
			return func(l lanes) { l.store(s.keep(s.compare(greater, l.load("x"), th), one), "dst") }
		})
	kernel("differ", "func(acc, a, b *float32, n int)", "ors into acc the bits in which a and b differ.", 4, []string{"acc", "a", "b"},
		func() func(lanes) {
			return func(l lanes) {
				l.store(s.op(VORPS, s.op(VXORPS, l.load("a"), l.load("b")), l.load("acc")), "acc")
			}
		})
	kernel("anyBits", "func(acc, x *float32, n int)", "ors the bits of x into acc.", 4, []string{"acc", "x"},
		func() func(lanes) {
			return func(l lanes) { l.store(s.op(VORPS, l.load("x"), l.load("acc")), "acc") }
		})
	kernel("standardise", "func(dst, x, shift, scale *float32, limit float32, n int)", "sets dst = (x − shift)·scale, at most limit either way.", 1, []string{"dst", "x", "shift", "scale"},
		func() func(lanes) {
			limit := s.paramVec("limit")
			least := s.sub(s.zero(), limit)
			return func(l lanes) {
				z := s.mul(s.sub(l.load("x"), l.load("shift")), l.load("scale"))
				l.store(s.max(least, s.min(limit, z)), "dst")
			}
		})
	kernel("polyak", "func(target, w *float32, tau float32, n int)", "moves target by tau towards w.", 4, []string{"target", "w"},
		func() func(lanes) {
			tau := s.paramVec("tau")
			return func(l lanes) {
				t := l.load("target")
				l.store(s.fma(tau, s.sub(l.load("w"), t), t), "target")
			}
		})
	kernel("adam", "func(w, grad, m, v *float32, n int, step *float32)", "is one step of Adam.", 1, []string{"w", "grad", "m", "v"},
		func() func(lanes) {
			step := param("step")
			field := func(i int) reg.VecVirtual { return s.broadcast(Mem{Base: step, Disp: 4 * i}) }
			beta1, beta2, rate, corr, eps := field(0), field(1), field(2), field(3), field(4)
			one := s.constant(1)
			rest1, rest2 := s.sub(one, beta1), s.sub(one, beta2)
			abs, leastM, leastV := s.constantBits(0x7fffffff), s.constant(leastMoment1), s.constant(leastMoment2)
			return func(l lanes) {
				g, m := l.load("grad"), l.load("m")
				s.fma(rest1, s.sub(g, m), m)
				m = s.drop(s.compare(less, s.and(m, abs), leastM), m)
				l.store(m, "m")
				v := s.mul(beta2, l.load("v"))
				s.fma(s.mul(g, g), rest2, v)
				v = s.drop(s.compare(less, v, leastV), v)
				l.store(v, "v")
				d := s.add(s.mul(s.sqrt(v), corr), eps)
				l.store(s.sub(l.load("w"), s.div(s.mul(rate, m), d)), "w")
			}
		})
}

// reductions writes kernels that return one number; four sums run side by side.
func reductions(s isa) {
	const unroll = 4
	kernel := func(name, signature, doc string, arrays []string, body func(l lanes, acc reg.VecVirtual)) {
		begin(s, name, signature, doc)
		var acc [unroll]reg.VecVirtual
		for i := range acc {
			acc[i] = s.zero()
		}
		each(s, unroll, arrays, param("n"), func(l lanes, u int) { body(l, acc[u]) })
		for i := 1; i < unroll; i++ {
			VADDPS(acc[i], acc[0], acc[0])
		}
		Store(s.sum(acc[0]), ReturnIndex(0))
		end(s)
	}
	kernel("dot", "func(a, b *float32, n int) float32", "returns the sum of a·b.", []string{"a", "b"},
		func(l lanes, acc reg.VecVirtual) { s.fma(l.load("a"), l.load("b"), acc) })
	kernel("sum", "func(x *float32, n int) float32", "returns the sum of x.", []string{"x"},
		func(l lanes, acc reg.VecVirtual) { VADDPS(l.load("x"), acc, acc) })
	kernel("residue", "func(x *float32, n int) float32", "returns the sum of x−x: 0, or NaN if any x is NaN or Inf.", []string{"x"},
		func(l lanes, acc reg.VecVirtual) {
			x := l.load("x")
			VADDPS(s.sub(x, x), acc, acc)
		})
}

// exp is e^x: x = n·ln 2 + r, a polynomial in r (Cephes' expf), times 2ⁿ in two
// factors so that the ends of the range overflow to Inf and fade to 0.
func (s isa) exp(x reg.VecVirtual) reg.VecVirtual {
	x = s.max(s.constant(-104), x) // NaN passes: it is the second operand
	x = s.min(s.constant(89), x)
	n := s.vec()
	t := s.mul(x, s.constant(1.44269504088896341))
	if s.wide() {
		VRNDSCALEPS(U8(0), t, n)
	} else {
		VROUNDPS(U8(0), t, n)
	}
	r := s.fnma(n, s.constant(0.693359375), x)
	r = s.fnma(n, s.constant(-2.12194440e-4), r)
	y := s.constant(1.9875691500e-4)
	for _, c := range []float32{1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1} {
		y = s.fma(y, r, s.constant(c))
	}
	z := s.add(r, s.constant(1))
	y = s.fma(s.mul(y, r), r, z)
	i, h := s.vec(), s.vec()
	VCVTPS2DQ(n, i)
	VPSRAD(U8(1), i, h)
	VPSUBD(h, i, i)
	return s.mul(s.mul(y, s.exponent(h)), s.exponent(i))
}

// exponent is 2^i for integer lanes.
func (s isa) exponent(i reg.VecVirtual) reg.VecVirtual {
	bias := s.constantBits(127)
	v := s.vec()
	VPADDD(bias, i, v)
	VPSLLD(U8(23), v, v)
	return v
}

func (s isa) constantBits(b uint32) reg.VecVirtual { return s.broadcast(bits(b)) }

// tanh is a polynomial (Cephes' tanhf) below 0.625 and 1 − 2/(e^2x + 1) above.
func (s isa) tanh(x reg.VecVirtual) reg.VecVirtual {
	sign := s.constantBits(0x80000000)
	negative := s.and(x, sign)
	abs := s.and(x, s.constantBits(0x7fffffff))
	z := s.mul(x, x)
	p := s.constant(-5.70498872745e-3)
	for _, c := range []float32{2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1} {
		p = s.fma(p, z, s.constant(c))
	}
	small := s.fma(s.mul(p, z), x, s.copy(x))
	one := s.constant(1)
	large := s.sub(one, s.div(s.constant(2), s.add(s.exp(s.add(abs, abs)), one)))
	signed := s.op(VORPS, large, negative)
	return s.blend(s.compare(less, abs, s.constant(0.625)), small, signed)
}
