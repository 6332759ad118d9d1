package linalg

import (
	"math"
	"math/rand/v2"
	"testing"
)

// strange are values that reach every case of a kernel without overflowing
// sums of a few hundred of them.
var strange = []float32{0, float32(math.Copysign(0, -1)), 1e-45, -1.1754944e-38, 1e15, -1e15, 0.5,
	float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN())}

// strangers is normal numbers of which every so-manieth is strange.
func strangers(r *rand.Rand, n, every int) []float32 {
	x := normal(r, n)
	for i := range x {
		if r.IntN(every) == 0 {
			x[i] = strange[r.IntN(len(strange))]
		}
	}
	return x
}

// TestNeuronExtremes: NaN, infinities and huge currents take the same course
// in every implementation as in plain Go, which TestNeuron holds against
// float64: they stay in their own neuron, and a NaN never fires.
func TestNeuronExtremes(t *testing.T) {
	every(t, func(t *testing.T, s isa) {
		r := stream(40)
		for trial := range 200 {
			steps, rows, n := 1+r.IntN(6), 1+r.IntN(4), 1+r.IntN(50)
			p := &Neuron{Kind: NeuronKind(trial % 3), CurrentDecay: 0.5, VoltageDecay: 0.75, Threshold: 0.5, Window: 0.5, U0: 0.08}
			for range n {
				p.ThetaV, p.ThetaU = append(p.ThetaV, -0.172), append(p.ThetaU, 0.529)
				p.ThetaR, p.ThetaS = append(p.ThetaR, 0.021), append(p.ThetaS, 0.132)
			}
			size := steps * rows * n
			x, do := ByRow(strangers(r, size, 9), steps, n), ByRow(strangers(r, size, 30), steps, n)
			run := func(s isa) [3][]float32 {
				v, u, dx := make([]float32, size), make([]float32, size), make([]float32, size)
				p.forward(s, ByRow(v, steps, n), Steps{}, ByRow(u, steps, n), x, steps, rows, n)
				p.backward(s, ByRow(dx, steps, n), do, ByRow(v, steps, n), steps, rows, n)
				return [3][]float32{v, u, dx}
			}
			got, want := run(s), run(portable)
			for k, name := range [3]string{"V", "U", "gradient"} {
				if p.Kind == LIF && name == "U" {
					continue
				}
				for i, w := range want[k] {
					if !same(got[k][i], float64(w), near(float64(w), 1e-4)) {
						t.Fatalf("kind %d, %d steps, %d rows, %d neurons: %s[%d] = %g, want %g", p.Kind, steps, rows, n, name, i, got[k][i], w)
					}
				}
			}
		}
	})
}

// TestGaussExtremes: far, infinite and undefined observations.
func TestGaussExtremes(t *testing.T) {
	every(t, func(t *testing.T, s isa) {
		r := stream(41)
		for range 200 {
			dims, fields := 1+r.IntN(20), 1+r.IntN(20)
			n := dims * fields
			x, mean, inv := strangers(r, dims, 3), normal(r, n), normal(r, n)
			a, check := guarded(t, make([]float32, n))
			s.gauss(a, x, mean, inv)
			check()
			for k := range n {
				d := (float64(x[k/fields]) - float64(mean[k])) * float64(inv[k])
				if want := math.Exp(-d * d / 2); !same(a[k], want, 1e-6) {
					t.Fatalf("A[%d] of x = %g is %g, want %g", k, x[k/fields], a[k], want)
				}
			}
		}
	})
}

// TestSparseExtremes: products of lists over random shapes; what is not listed
// is skipped, even NaN, and what is listed reaches its own row alone.
func TestSparseExtremes(t *testing.T) {
	every(t, func(t *testing.T, s isa) {
		r := stream(42)
		var w Workspace
		var e Events
		var a Binary
		for range 150 {
			rows, k, n := 1+r.IntN(30), 1+r.IntN(60), 1+r.IntN(90)
			x := strangers(r, rows*k, 40)
			for i := range x {
				if r.IntN(2) == 0 {
					x[i] = 0
				}
			}
			p := randomProduct(r, rows, n, k, false, r.IntN(2) == 0)
			p.a, p.lda = x, k
			e.listNonzero(s, x, rows, k)
			c, check := guarded(t, p.c)
			w.eventGemm(s, &e, p.transB, n, p.b, p.ldb, nil, 0, c, p.ldc)
			check()
			agree(t, "EventGemm", c, p.ldc, p)

			d := strangers(r, rows*n, 60)
			dw, check := guarded(t, make([]float32, k*n))
			w.eventGemmT(s, &e, n, d, n, dw, n)
			check()
			agree(t, "EventGemmT", dw, n, product{transA: true, m: k, n: n, k: rows, a: x, lda: k, b: d, ldb: n})

			if p.transB {
				continue
			}
			e.list(s, x[:k], 1, k, 0) // one state: the activations above 0
			positive := append([]float32(nil), x[:k]...)
			for j, v := range positive {
				if !(v > 0) {
					positive[j] = 0
				}
			}
			y, check := guarded(t, make([]float32, n))
			s.sparseGemv(y, &e, 0, x[:k], p.b, p.ldb)
			check()
			agree(t, "SparseGemv", y, n, product{m: 1, n: n, k: k, a: positive, lda: k, b: p.b, ldb: p.ldb})
			ones := make([]float32, rows*k)
			for i, v := range x {
				if v > 0 {
					ones[i] = 1
				}
			}
			a.set(s, x, rows, k, 0)
			c, check = guarded(t, p.c)
			p.a = ones
			q := p
			q.a, q.c = nil, c
			w.binaryGemm(s, &a, false, nil, q)
			check()
			agree(t, "BinaryGemm", c, p.ldc, p)
		}
	})
}

// listed is op(A)·op(B) in float64, zeros of A skipped, and the sum of the
// magnitudes of each element's terms.
func listed(p product) (c, magnitude []float64) {
	c, magnitude = make([]float64, p.m*p.n), make([]float64, p.m*p.n)
	for i := range p.m {
		for q := range p.k {
			at := i*p.lda + q
			if p.transA {
				at = q*p.lda + i
			}
			x := float64(p.a[at])
			if x == 0 {
				continue
			}
			for j := range p.n {
				at := q*p.ldb + j
				if p.transB {
					at = j*p.ldb + q
				}
				y := x * float64(p.b[at])
				c[i*p.n+j] += y
				magnitude[i*p.n+j] += math.Abs(y)
			}
		}
	}
	return c, magnitude
}

// agree compares c with the product p in float64.
func agree(t *testing.T, op string, c []float32, ldc int, p product) {
	t.Helper()
	want, magnitude := listed(p)
	for i := range p.m {
		for j := range p.n {
			got, w := c[i*ldc+j], want[i*p.n+j]
			if !same(got, w, eps*float64(2+p.k)*magnitude[i*p.n+j]+1e-43) { // the last: denormal terms
				t.Fatalf("%s, %d×%d: element %d, %d is %g, want %g", op, p.m, p.n, i, j, got, w)
			}
		}
	}
}
