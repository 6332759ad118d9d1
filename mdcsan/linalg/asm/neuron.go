package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// neuronFields are those of Go's neuronArgs, in its order, eight bytes each.
var neuronFields = map[string]int{}

func init() {
	for i, f := range []string{"v", "o", "u", "x", "cuv", "cuu", "tr", "ts", "s0", "s1", "s2", "back", "vStep", "oStep", "uStep", "xStep",
		"steps", "n", "currentDecay", "voltageDecay", "threshold", "window", "sum"} {
		neuronFields[f] = 8 * i
	}
}

// neuron is what the neuron kernels share: a loop over the steps of one row
// and in it one over vectors of neurons, so that neighbouring iterations are
// independent; the state lies in scratch slices s0, s1, s2 between the steps.
type neuron struct {
	s    isa
	args reg.GPVirtual
	p    map[string]reg.GPVirtual // the row and step at hand
	j    reg.GPVirtual            // element in the row
	mask reg.Register             // nil: a whole vector
}

func field(args reg.GPVirtual, name string) Mem { return Mem{Base: args, Disp: neuronFields[name]} }

// value broadcasts a float32 field.
func (k neuron) value(name string) reg.VecVirtual { return k.s.broadcast(field(k.args, name)) }

// at is the vector of a slice at the present element. Only slabs end where
// the row does; coefficients and state are padded to whole vectors.
func (k neuron) at(name string) Mem { return Mem{Base: k.p[name], Index: k.j, Scale: 4} }

func (k neuron) load(slab string) reg.VecVirtual {
	if k.mask != nil {
		return k.s.loadTail(k.at(slab), k.mask)
	}
	return k.s.load(k.at(slab))
}

func (k neuron) store(v Op, slab string) {
	if k.mask != nil {
		k.s.storeTail(v, k.at(slab), k.mask)
		return
	}
	VMOVUPS(v, k.at(slab))
}

// run writes the loops around body; the named slices move on at each step.
func (k neuron) run(body func(k neuron), slabs ...string) {
	left := GP64()
	k.j = GP64()
	step, whole, tail, done := label("step"), label("whole"), label("tail"), label("rowDone")
	Label(step)
	XORQ(k.j, k.j)
	MOVQ(field(k.args, "n"), left)
	SUBQ(U8(k.s.lanes), left)
	JL(LabelRef(tail))
	Label(whole)
	body(k)
	ADDQ(U8(k.s.lanes), k.j)
	SUBQ(U8(k.s.lanes), left)
	JGE(LabelRef(whole))
	Label(tail)
	ADDQ(U8(k.s.lanes), left)
	JZ(LabelRef(done))
	k.mask = k.s.tail(left)
	body(k)
	Label(done)
	for _, name := range slabs {
		if name == "v" && k.p["back"] != nil {
			MOVQ(k.p["v"], k.p["back"])
		}
		r, next := k.p[name], label("next")
		if name == "o" || name == "u" { // may be nil
			TESTQ(r, r)
			JZ(LabelRef(next))
		}
		ADDQ(field(k.args, name+"Step"), r)
		Label(next)
	}
	DECQ(field(k.args, "steps"))
	JNZ(LabelRef(step))
}

// forward writes the steps of one row; back points at the voltages before.
func forward(s isa, dn bool) {
	name := "lifForward"
	if dn {
		name = "dnForward"
	}
	begin(s, name, "func(args *byte)", "runs one row of neurons through time: s0 is C, s1 U; back the V before; v, o (or nil) and u (or nil) receive V, spikes and U.")
	k := neuron{s: s, args: param("args"), p: map[string]reg.GPVirtual{}}
	names := []string{"v", "o", "u", "x", "s0", "back"}
	slabs := []string{"v", "o", "x"}
	if dn {
		slabs = append(slabs, "u")
		names = append(names, "s1", "cuv", "cuu", "tr", "ts")
	}
	for _, n := range names {
		k.p[n] = GP64()
		MOVQ(field(k.args, n), k.p[n])
	}
	cd, th := k.value("currentDecay"), k.value("threshold")
	var vd reg.VecVirtual
	if !dn {
		vd = k.value("voltageDecay")
	}
	k.run(func(k neuron) {
		C := k.load("x")
		s.fma(s.load(k.at("s0")), cd, C)
		VMOVUPS(C, k.at("s0"))
		V := k.load("back")
		fired := s.compare(greater, V, th)
		if dn {
			Vr := s.blend(fired, s.load(k.at("tr")), V)
			U := s.add(s.keep(fired, s.load(k.at("ts"))), k.at("s1"))
			next := s.mul(Vr, k.at("cuv"))
			VFMADD231PS(k.at("cuu"), U, next)
			V = s.fma(Vr, Vr, s.sub(C, U))
			VMOVUPS(next, k.at("s1"))
			skip := label("noU")
			TESTQ(k.p["u"], k.p["u"])
			JZ(LabelRef(skip))
			k.store(next, "u")
			Label(skip)
		} else {
			V = s.fma(s.drop(fired, V), vd, C)
		}
		k.store(V, "v")
		skip := label("noSpikes")
		TESTQ(k.p["o"], k.p["o"])
		JZ(LabelRef(skip))
		k.store(s.keep(s.compare(greater, V, th), s.constant(1)), "o")
		Label(skip)
	}, slabs...)
	end(s)
}

// backward writes the way back through the steps of one row.
func backward(s isa, dn bool) {
	name := "lifBackward"
	if dn {
		name = "dnBackward"
	}
	begin(s, name, "func(args *byte)", "goes back through the steps of one row of neurons: s0 is the gradient of C, s1 of V, s2 of U; x the gradient of the spikes, v the V; o receives the gradient of the current, or adds it up.")
	k := neuron{s: s, args: param("args"), p: map[string]reg.GPVirtual{}}
	names := []string{"v", "o", "x", "s0", "s1"}
	if dn {
		names = append(names, "s2", "cuv", "cuu", "tr", "ts")
	}
	for _, n := range names {
		k.p[n] = GP64()
		MOVQ(field(k.args, n), k.p[n])
	}
	flag := GP64()
	MOVQ(field(k.args, "sum"), flag)
	th, window, abs, cd := k.value("threshold"), k.value("window"), s.constantBits(0x7fffffff), k.value("currentDecay")
	var vd reg.VecVirtual
	if !dn {
		vd = k.value("voltageDecay")
	}
	k.run(func(k neuron) {
		V, gO, gV := k.load("v"), k.load("x"), s.load(k.at("s1"))
		fired := s.compare(greater, V, th)
		near := s.compare(less, s.and(s.sub(V, th), abs), window)
		var gVr reg.VecVirtual
		if dn {
			tr := s.load(k.at("tr"))
			gU := s.load(k.at("s2"))
			gVr = s.mul(s.add(gV, gV), s.blend(fired, tr, V))
			VFMADD231PS(k.at("cuv"), gU, gVr)
			VMULPS(k.at("cuu"), gU, gU)
			VSUBPS(gV, gU, gU)
			VMOVUPS(gU, k.at("s2"))
			s.fma(gVr, s.sub(tr, V), gO)
			VFMADD231PS(k.at("ts"), gU, gO)
		} else {
			gVr = s.mul(gV, vd)
			s.fnma(gVr, V, gO)
		}
		g := s.add(s.drop(fired, gVr), s.keep(near, gO))
		VMOVUPS(g, k.at("s1"))
		s.fma(s.load(k.at("s0")), cd, g)
		VMOVUPS(g, k.at("s0"))
		skip := label("assign")
		TESTQ(flag, flag)
		JZ(LabelRef(skip))
		VADDPS(k.load("o"), g, g)
		Label(skip)
		k.store(g, "o")
	}, "v", "o", "x")
	end(s)
}

// least is the exponent below which an activation is zero: e^-64 is 1.6e-28.
const least = -64

// gauss writes the receptive fields of a population.
func gauss(s isa) {
	begin(s, "gauss", "func(dst, x, mean, inv *float32, dims, fields int)",
		"sets dst[i·fields+j] = exp(−((x[i]−mean)·inv)²/2) in whole vectors: up to a vector beyond the last field is written and read.")
	dst, x, mean, inv, dims := param("dst"), param("x"), param("mean"), param("inv"), param("dims")
	fields, left, at := GP64(), GP64(), GP64()
	Load(Param("fields"), fields)
	dim, loop := label("dim"), label("loop")
	Label(dim)
	v := s.broadcast(Mem{Base: x})
	XORQ(at, at)
	MOVQ(fields, left)
	Label(loop)
	d := s.mul(s.sub(v, Mem{Base: mean, Index: at, Scale: 4}), Mem{Base: inv, Index: at, Scale: 4})
	z := s.mul(s.mul(d, s.constant(-0.5)), d)
	// Denormal numbers cost Intel's multiplications 125 cycles each.
	VMOVUPS(s.drop(s.compare(less, z, s.constant(least)), s.exp(s.max(s.constant(least), z))), Mem{Base: dst, Index: at, Scale: 4})
	ADDQ(U8(s.lanes), at)
	SUBQ(U8(s.lanes), left)
	JG(LabelRef(loop))
	for _, p := range []reg.GPVirtual{dst, mean, inv} {
		LEAQ(Mem{Base: p, Index: fields, Scale: 4}, p)
	}
	ADDQ(U8(4), x)
	DECQ(dims)
	JNZ(LabelRef(dim))
	end(s)
}

// gaussGrad writes the gradients of the receptive fields.
func gaussGrad(s isa) {
	begin(s, "gaussGrad", "func(dmean, dstd, da, a, x, mean, inv *float32, dims, fields int)",
		"adds g = da·a·d·inv and g·d, with d = (x−mean)·inv, in whole vectors: up to a vector beyond the last field is read, and zero added to it.")
	dims, x := param("dims"), param("x")
	p := map[string]reg.GPVirtual{}
	names := []string{"dmean", "dstd", "da", "a", "mean", "inv"}
	for _, n := range names {
		p[n] = param(n)
	}
	left, at := GP64(), GP64()
	dim, loop, sum := label("dim"), label("loop"), label("sum")
	mem := func(n string) Mem { return Mem{Base: p[n], Index: at, Scale: 4} }
	Label(dim)
	v := s.broadcast(Mem{Base: x})
	XORQ(at, at)
	Load(Param("fields"), left)
	Label(loop)
	inv := s.load(mem("inv"))
	d := s.mul(s.sub(v, mem("mean")), inv)
	g := s.mul(s.mul(s.load(mem("da")), mem("a")), s.mul(d, inv))
	h := s.mul(g, d)
	CMPQ(left, U8(s.lanes))
	JGE(LabelRef(sum))
	n := GP64()
	MOVQ(left, n)
	mask := s.tail(n)
	VMOVAPS(s.keep(mask, g), g)
	VMOVAPS(s.keep(mask, h), h)
	Label(sum)
	VADDPS(mem("dmean"), g, g)
	VMOVUPS(g, mem("dmean"))
	VADDPS(mem("dstd"), h, h)
	VMOVUPS(h, mem("dstd"))
	ADDQ(U8(s.lanes), at)
	SUBQ(U8(s.lanes), left)
	JG(LabelRef(loop))
	Load(Param("fields"), left)
	for _, n := range names {
		LEAQ(Mem{Base: p[n], Index: left, Scale: 4}, p[n])
	}
	ADDQ(U8(4), x)
	DECQ(dims)
	JNZ(LabelRef(dim))
	end(s)
}

// forwardBlocks is forward for dynamic neurons of which only V is wanted, in
// whole blocks of vectors whose state stays in registers through all steps: as
// many chains of dependent operations run side by side. s1 points at U before
// the first step.
func forwardBlocks(s isa) {
	begin(s, "dnForwardBlocks", "func(args *byte)", "is dnForward for whole blocks of neurons of which only V is wanted; s1 is U before the first step.")
	k := neuron{s: s, args: param("args"), p: map[string]reg.GPVirtual{}}
	slabs := []string{"v", "x", "s1", "cuv", "cuu", "tr", "ts"}
	for _, n := range slabs {
		k.p[n] = GP64()
		MOVQ(field(k.args, n), k.p[n])
	}
	cd, th := k.value("currentDecay"), k.value("threshold")
	C, V, U := make([]reg.VecVirtual, s.blockVectors()), make([]reg.VecVirtual, s.blockVectors()), make([]reg.VecVirtual, s.blockVectors())
	at := func(base reg.Register, i int) Mem { return Mem{Base: base, Disp: 4 * s.lanes * i} }
	block, step := label("block"), label("step")
	Label(block)
	for i := range C {
		C[i], V[i], U[i] = s.zero(), s.zero(), s.load(at(k.p["s1"], i))
	}
	v, x, left := GP64(), GP64(), GP64()
	MOVQ(k.p["v"], v)
	MOVQ(k.p["x"], x)
	MOVQ(field(k.args, "steps"), left)
	Label(step)
	for i := range C {
		fired := s.compare(greater, V[i], th)
		s.setWhere(fired, at(k.p["tr"], i), V[i])
		s.addWhere(fired, at(k.p["ts"], i), U[i])
		VFMADD213PS(at(x, i), cd, C[i])
		next := s.mul(V[i], at(k.p["cuv"], i))
		VFMADD231PS(at(k.p["cuu"], i), U[i], next)
		VFMADD213PS(s.sub(C[i], U[i]), V[i], V[i])
		VMOVAPS(next, U[i])
		VMOVUPS(V[i], at(v, i))
	}
	ADDQ(field(k.args, "vStep"), v)
	ADDQ(field(k.args, "xStep"), x)
	DECQ(left)
	JNZ(LabelRef(step))
	for _, n := range slabs {
		ADDQ(U32(4*s.lanes*len(C)), k.p[n])
	}
	SUBQ(U8(s.lanes*len(C)), field(k.args, "n"))
	JNZ(LabelRef(block))
	end(s)
}

// blockVectors is how many vectors' C, V and U there are registers for.
func (s isa) blockVectors() int {
	if s.wide() {
		return 4
	}
	return 2
}
