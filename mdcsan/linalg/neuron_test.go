package linalg

import (
	"math"
	"testing"
)

// referenceNeuron is one neuron in float64, written as the paper writes it:
// increments dV and dU, gradients by the chain rule through every step.
type referenceNeuron struct {
	p              *Neuron
	tv, tu, tr, ts float64
}

type state struct{ c, v, u, o, vr, ur float64 } // vr, ur: after the reset

func (r referenceNeuron) forward(x []float64) []state {
	trace := make([]state, len(x))
	s := state{u: float64(r.p.U0)}
	for t := range x {
		s.c = float64(r.p.CurrentDecay)*s.c + x[t]
		s.vr, s.ur = s.v*(1-s.o)+s.o*r.tr, s.u+s.o*r.ts
		dv, du := s.vr*s.vr-s.vr-s.ur+s.c, r.tv*(r.tu*s.vr-s.ur)
		switch r.p.Kind {
		case DNPrinted:
			du = r.tv*s.vr - r.tu*s.ur
		case LIF:
			s.vr = s.v * (1 - s.o)
			dv, du = float64(r.p.VoltageDecay)*s.vr-s.vr+s.c, 0
		}
		s.v, s.u = s.vr+dv, s.ur+du
		s.o = 0
		if s.v > float64(r.p.Threshold) {
			s.o = 1
		}
		trace[t] = s
	}
	return trace
}

func (r referenceNeuron) backward(trace []state, do []float64) []float64 {
	dx := make([]float64, len(do))
	var gVr, gUr, gC float64 // of the reset state of the step after
	for t := len(trace) - 1; t >= 0; t-- {
		s := trace[t]
		reset, jump := r.tr, r.ts
		if r.p.Kind == LIF {
			reset, jump = 0, 0
		}
		gO := do[t] + gVr*(reset-s.v) + gUr*jump
		z := 0.0
		if math.Abs(s.v-float64(r.p.Threshold)) < float64(r.p.Window) {
			z = 1
		}
		gV, gU := gVr*(1-s.o)+gO*z, gUr
		gC = gV + float64(r.p.CurrentDecay)*gC
		dx[t] = gC
		switch r.p.Kind {
		case LIF:
			gVr = gV * float64(r.p.VoltageDecay)
		case DN:
			gVr, gUr = gV*2*s.vr+gU*r.tv*r.tu, -gV+gU*(1-r.tv)
		case DNPrinted:
			gVr, gUr = gV*2*s.vr+gU*r.tv, -gV+gU*(1-r.tu)
		}
	}
	return dx
}

// clear reports whether no voltage of the trace is so near an edge of the
// threshold or the surrogate that rounding decides.
func (r referenceNeuron) clear(trace []state) bool {
	th, w := float64(r.p.Threshold), float64(r.p.Window)
	for _, s := range trace {
		for _, edge := range []float64{th, th - w, th + w} {
			if math.Abs(s.v-edge) < 1e-4 {
				return false
			}
		}
	}
	return true
}

func TestNeuron(t *testing.T) {
	every(t, func(t *testing.T, s isa) {
		r := stream(11)
		for _, kind := range []NeuronKind{DN, DNPrinted, LIF} {
			for _, n := range []int{1, 7, 8, 9, 16, 30, 33, 80, 150} {
				for _, steps := range []int{1, 5, 8} {
					for _, constant := range []bool{false, true} {
						p := &Neuron{Kind: kind, CurrentDecay: 0.5, VoltageDecay: 0.75, Threshold: 0.5, Window: 0.4, U0: 0.08,
							ThetaV: normal(r, n), ThetaU: normal(r, n), ThetaR: normal(r, n), ThetaS: normal(r, n)}
						for j := range n { // near theta*, where potentials stay bounded
							p.ThetaV[j], p.ThetaU[j] = -0.172+0.02*p.ThetaV[j], 0.529+0.05*p.ThetaU[j]
							p.ThetaR[j], p.ThetaS[j] = 0.021+0.02*p.ThetaR[j], 0.132+0.02*p.ThetaS[j]
						}
						checkNeuron(t, s, p, 3, n, steps, constant)
					}
				}
			}
		}
	})
}

func checkNeuron(t *testing.T, s isa, p *Neuron, rows, n, steps int, constant bool) {
	t.Helper()
	r := stream(uint64(n*100 + steps))
	size := steps * rows * n
	layout := func(data []float32) Steps { return ByRow(data, steps, n) }
	if steps == 8 { // the other order
		layout = func(data []float32) Steps { return Steps{data, rows * n, n} }
	}
	x, do := layout(normal(r, size)), layout(normal(r, size))
	if constant {
		x, do = Constant(normal(r, rows*n), n), Constant(normal(r, rows*n), n)
	}
	for i := range x.Data {
		x.Data[i] *= 0.5
	}
	buffer := func(n int) (Steps, func()) {
		data, check := guarded(t, make([]float32, n))
		return layout(data), check
	}
	v, checkV := buffer(size)
	o, checkO := buffer(size)
	u, checkU := buffer(size)
	dx, checkDX := buffer(size)
	total, checkTotal := buffer(rows * n)
	total.Step, total.Row = 0, n
	p.forward(s, v, o, u, x, steps, rows, n)
	alone, checkAlone := buffer(size) // V without spikes and U, which has kernels of its own
	p.forward(s, alone, Steps{}, Steps{}, x, steps, rows, n)
	if checkAlone(); !Same(alone.Data, v.Data) {
		t.Errorf("%v, n %d, %d steps: V alone differs from V with spikes", p.Kind, n, steps)
	}
	p.backward(s, dx, do, v, steps, rows, n)
	p.backward(s, total, do, v, steps, rows, n)
	for _, check := range []func(){checkV, checkO, checkU, checkDX, checkTotal} {
		check()
	}
	for row := range rows {
		for j := range n {
			ref := referenceNeuron{p, float64(p.ThetaV[j]), float64(p.ThetaU[j]), float64(p.ThetaR[j]), float64(p.ThetaS[j])}
			at := func(y Steps, t int) float64 { return float64(y.Data[t*y.Step+row*y.Row+j]) }
			xs, dos := make([]float64, steps), make([]float64, steps)
			for k := range steps {
				xs[k], dos[k] = at(x, k), at(do, k)
			}
			trace := ref.forward(xs)
			if !ref.clear(trace) {
				continue
			}
			grad := ref.backward(trace, dos)
			var sum, scale float64
			for k, w := range trace {
				sum += grad[k]
				scale = max(scale, math.Abs(w.v), math.Abs(grad[k]))
			}
			tol := 2e-5 * max(1, scale)
			off := func(got, want float64) bool { return !(math.Abs(got-want) <= tol) }
			for k, w := range trace {
				if off(at(v, k), w.v) || at(o, k) != w.o || p.Kind != LIF && off(at(u, k), w.u) || off(at(dx, k), grad[k]) {
					t.Fatalf("kind %d n %d T %d constant %v, row %d neuron %d step %d: V %g O %g U %g gradient %g, want %g %g %g %g",
						p.Kind, n, steps, constant, row, j, k, at(v, k), at(o, k), at(u, k), at(dx, k), w.v, w.o, w.u, grad[k])
				}
			}
			if math.Abs(at(total, 0)-sum) > tol*float64(steps) {
				t.Fatalf("kind %d n %d T %d: summed gradient %g, want %g", p.Kind, n, steps, at(total, 0), sum)
			}
		}
	}
}

func TestGauss(t *testing.T) {
	every(t, func(t *testing.T, s isa) {
		r := stream(12)
		for _, dims := range []int{0, 1, 2, 3, 17, 30} {
			for _, fields := range []int{1, 3, 8, 10, 16, 17, 33} {
				n := dims * fields
				x, mean, inv := normal(r, dims), normal(r, n), normal(r, n)
				da := normal(r, n)
				dm, ds := normal(r, n), normal(r, n)
				dm0, ds0 := append([]float32(nil), dm...), append([]float32(nil), ds...)
				a, check := guarded(t, make([]float32, n))
				gm, checkM := guarded(t, dm)
				gs, checkS := guarded(t, ds)
				s.gauss(a, x, mean, inv)
				s.gaussGrad(gm, gs, da, a, x, mean, inv)
				check()
				checkM()
				checkS()
				for k := range n {
					d := (float64(x[k/fields]) - float64(mean[k])) * float64(inv[k])
					want := math.Exp(-d * d / 2)
					if !same(a[k], want, 1e-6) {
						t.Fatalf("%d dimensions, %d fields: A[%d] = %g, want %g", dims, fields, k, a[k], want)
					}
					g := float64(da[k]) * want * d * float64(inv[k])
					if m, sd := float64(dm0[k])+g, float64(ds0[k])+g*d; !same(gm[k], m, near(m, 1e-5)) || !same(gs[k], sd, near(sd, 1e-5)) {
						t.Fatalf("%d dimensions, %d fields: gradients %g %g at %d, want %g %g", dims, fields, gm[k], gs[k], k, m, sd)
					}
				}
			}
		}
	})
}

func TestDiffer(t *testing.T) {
	every(t, func(t *testing.T, s isa) {
		r := stream(13)
		for _, n := range lengths {
			const rows = 5
			a := normal(r, rows*(n+1))
			varies := make([]bool, n)
			for j := range n {
				varies[j] = r.IntN(2) == 0
				for i := range rows {
					a[i*(n+1)+j] = a[j]
				}
				if varies[j] {
					a[(1+r.IntN(rows-1))*(n+1)+j] += 1
				}
			}
			acc := make([]uint32, n)
			for j := range acc {
				acc[j] = 99
			}
			s.differ(acc, a, rows, n+1)
			for j := range n {
				if (acc[j] != 0) != varies[j] {
					t.Fatalf("n = %d: column %d: %x, but varies is %v", n, j, acc[j], varies[j])
				}
			}
		}
	})
}

func BenchmarkNeuron(b *testing.B) {
	const steps, rows, n = 5, 100, 256
	r := stream(17)
	x, v := normal(r, steps*rows*n), make([]float32, steps*rows*n)
	dx := make([]float32, steps*rows*n)
	theta := func(x float32) []float32 {
		t := make([]float32, n)
		for i := range t {
			t[i] = x
		}
		return t
	}
	for _, kind := range []NeuronKind{DN, LIF} {
		p := &Neuron{Kind: kind, CurrentDecay: 0.5, VoltageDecay: 0.75, Threshold: 0.5, Window: 0.5, U0: 0.08,
			ThetaV: theta(-0.172), ThetaU: theta(0.529), ThetaR: theta(0.021), ThetaS: theta(0.132)}
		name := [...]string{DN: "dn", LIF: "lif"}[kind]
		b.Run("forward/"+name, func(b *testing.B) {
			leastTime(b, 1, func() { p.Forward(ByRow(v, steps, n), Steps{}, Steps{}, ByRow(x, steps, n), steps, rows, n) })
		})
		b.Run("backward/"+name, func(b *testing.B) {
			leastTime(b, 1, func() { p.Backward(ByRow(dx, steps, n), ByRow(x, steps, n), ByRow(v, steps, n), steps, rows, n) })
		})
	}
}

func BenchmarkGauss(b *testing.B) {
	const dims, fields = 111, 10
	r := stream(18)
	x, mean, inv := normal(r, dims), normal(r, dims*fields), normal(r, dims*fields)
	a, dm, ds := make([]float32, dims*fields), make([]float32, dims*fields), make([]float32, dims*fields)
	b.Run("forward", func(b *testing.B) { leastTime(b, 10, func() { Gauss(a, x, mean, inv) }) })
	b.Run("backward", func(b *testing.B) { leastTime(b, 10, func() { GaussGrad(dm, ds, a, a, x, mean, inv) }) })
}

// BenchmarkElementwise runs the kernels over the parameters of Ant's actor.
func BenchmarkElementwise(b *testing.B) {
	const n = 370_000
	r := stream(19)
	w, g, m, v := normal(r, n), normal(r, n), make([]float32, n), make([]float32, n)
	s := NewAdamStep(1e-3, 0.9, 0.999, 1e-8, 1)
	small := normal(r, 1024)
	b.Run("adam/370k", func(b *testing.B) { leastTime(b, 1, func() { Adam(w, g, m, v, s) }) })
	b.Run("polyak/370k", func(b *testing.B) { leastTime(b, 1, func() { Polyak(v, w, 0.005) }) })
	b.Run("finite/370k", func(b *testing.B) { leastTime(b, 1, func() { Finite(w) }) })
	b.Run("adam/1024", func(b *testing.B) { leastTime(b, 100, func() { Adam(small, g[:1024], m[:1024], v[:1024], s) }) })
	b.Run("exp/1024", func(b *testing.B) { leastTime(b, 100, func() { Exp(m[:1024], small) }) })
	b.Run("tanh/1024", func(b *testing.B) { leastTime(b, 100, func() { Tanh(m[:1024], small) }) })
	b.Run("relu/1024", func(b *testing.B) { leastTime(b, 100, func() { Relu(m[:1024], small) }) })
	b.Run("reluGrad/1024", func(b *testing.B) { leastTime(b, 100, func() { ReluGrad(m[:1024], g[:1024], small) }) })
	b.Run("axpy/1024", func(b *testing.B) { leastTime(b, 100, func() { Axpy(m[:1024], 1e-9, small) }) })
	b.Run("scale/1024", func(b *testing.B) { leastTime(b, 100, func() { Scale(m[:1024], 0.5, small) }) })
	b.Run("add/1024", func(b *testing.B) { leastTime(b, 100, func() { Add(m[:1024], g[:1024], small) }) })
	b.Run("mul/1024", func(b *testing.B) { leastTime(b, 100, func() { Mul(m[:1024], g[:1024], small) }) })
	b.Run("spikes/1024", func(b *testing.B) { leastTime(b, 100, func() { Spikes(m[:1024], small, 0.5) }) })
	b.Run("standardise/1024", func(b *testing.B) { leastTime(b, 100, func() { Standardise(m[:1024], small, g[:1024], w[:1024], 5) }) })
	b.Run("sumRows/500x256", func(b *testing.B) { leastTime(b, 1, func() { SumRows(m[:256], 0, w, 500, 256) }) })
	differ := make([]uint32, 111)
	b.Run("differ/100x111", func(b *testing.B) { leastTime(b, 1, func() { Differ(differ, w, 100, 111) }) })
	b.Run("dot/1024", func(b *testing.B) { leastTime(b, 100, func() { Dot(g[:1024], small) }) })
	b.Run("sum/1024", func(b *testing.B) { leastTime(b, 100, func() { Sum(small) }) })
}
