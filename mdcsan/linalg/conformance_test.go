package linalg

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// every calls f with each implementation that this processor can run.
func every(t *testing.T, f func(t *testing.T, s isa)) {
	t.Helper()
	for s := portable; s <= avx512; s++ {
		t.Run(s.String(), func(t *testing.T) {
			if s > best {
				t.Skipf("this processor has no %v: these kernels are not tested here", s)
			}
			f(t, s)
		})
	}
}

func stream(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

// normal returns n numbers of a normal distribution.
func normal(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// same reports whether got is want within tol, or the same NaN or Inf.
func same(got float32, want, tol float64) bool {
	g := float64(got)
	switch {
	case math.IsNaN(want):
		return math.IsNaN(g)
	case math.IsInf(want, 0):
		return g == want
	}
	return math.Abs(g-want) <= tol
}

// near is a relative tolerance with an absolute floor of the same size.
func near(want, rel float64) float64 { return rel * max(1, math.Abs(want)) }

const eps = 1.2e-7 // of float32

// lengths are those around every loop's borders.
var lengths = []int{0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 63, 64, 65, 79, 100, 127, 128, 129, 255, 256, 1110}

// oddities are the values that arithmetic goes wrong with.
var oddities = []float32{0, float32(math.Copysign(0, -1)), 1, -1, 1e-45, -1e-45, 1.1754944e-38, 3.4028235e38, -3.4028235e38,
	float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), 88.7, 88.8, -87.3, -103, -104, 0.6249, 0.6251, 9, -9, 20}

// sprinkle replaces some elements by oddities.
func sprinkle(r *rand.Rand, x []float32) {
	for range len(x)/7 + 1 {
		if len(x) > 0 {
			x[r.IntN(len(x))] = oddities[r.IntN(len(oddities))]
		}
	}
}

// guarded returns a copy of x inside a larger slice of canaries, and a check
// that the kernel wrote nothing outside.
func guarded(t *testing.T, x []float32) ([]float32, func()) {
	const canary, margin = 12345.5, 40
	whole := make([]float32, len(x)+2*margin)
	for i := range whole {
		whole[i] = canary
	}
	copy(whole[margin:], x)
	return whole[margin : margin+len(x) : margin+len(x)], func() {
		t.Helper()
		for i := range margin {
			if whole[i] != canary || whole[margin+len(x)+i] != canary {
				t.Fatalf("n = %d: written outside the destination", len(x))
			}
		}
	}
}

func TestElementwise(t *testing.T) {
	kernels := []struct {
		name string
		run  func(s isa, dst, a, b []float32)
		want func(dst, a, b float64) float64 // dst: what was there before
		tol  float64                         // relative, in units of float32's eps
	}{
		{"Exp", func(s isa, dst, a, _ []float32) { s.exp(dst, a) }, func(_, a, _ float64) float64 { return math.Exp(a) }, 2},
		{"Tanh", func(s isa, dst, a, _ []float32) { s.tanh(dst, a) }, func(_, a, _ float64) float64 { return math.Tanh(a) }, 4},
		{"Relu", func(s isa, dst, a, _ []float32) { s.relu(dst, a) }, func(_, a, _ float64) float64 { return math.Max(a, 0) }, 0},
		{"ReluGrad", func(s isa, dst, a, b []float32) { s.reluGrad(dst, a, b) }, func(_, a, b float64) float64 {
			if b > 0 {
				return a
			}
			return 0
		}, 0},
		{"Spikes", func(s isa, dst, a, _ []float32) { s.spikes(dst, a, 0.25) }, func(_, a, _ float64) float64 {
			if a > 0.25 {
				return 1
			}
			return 0
		}, 0},
		{"Axpy", func(s isa, dst, a, _ []float32) { s.axpy(dst, 0.3, a) }, func(d, a, _ float64) float64 { return d + float64(float32(0.3))*a }, 2},
		{"Scale", func(s isa, dst, a, _ []float32) { s.scale(dst, -1.7, a) }, func(_, a, _ float64) float64 { return float64(float32(-1.7)) * a }, 1},
		{"Add", func(s isa, dst, a, b []float32) { s.add(dst, a, b) }, func(_, a, b float64) float64 { return a + b }, 1},
		{"Mul", func(s isa, dst, a, b []float32) { s.mul(dst, a, b) }, func(_, a, b float64) float64 { return a * b }, 1},
		{"Standardise", func(s isa, dst, a, b []float32) { s.standardise(dst, a, b, a, 3) }, func(_, a, b float64) float64 {
			if z := float64(float32(float32(a)-float32(b)) * float32(a)); !math.IsNaN(z) {
				return max(-3, min(z, 3))
			}
			return math.NaN()
		}, 0},
		{"Polyak", func(s isa, dst, a, _ []float32) { s.polyak(dst, a, 0.005) }, func(d, a, _ float64) float64 { return d + float64(float32(0.005))*(a-d) }, 2},
	}
	for _, k := range kernels {
		t.Run(k.name, func(t *testing.T) {
			every(t, func(t *testing.T, s isa) {
				r := stream(1)
				for _, n := range lengths {
					for _, odd := range []bool{false, true} {
						before, a, b := normal(r, n), normal(r, n), normal(r, n)
						if odd {
							sprinkle(r, a)
							sprinkle(r, b)
							copy(b, a) // so that oddities meet
						}
						dst, check := guarded(t, before)
						k.run(s, dst, a, b)
						check()
						for i := range n {
							want := k.want(float64(before[i]), float64(a[i]), float64(b[i]))
							want = overflow(want)
							if tol := near(want, k.tol*eps); !same(dst[i], want, tol) && !sameUnlessExtreme(a[i], dst[i], want) {
								t.Fatalf("n = %d, i = %d: a %g b %g gives %g, want %g", n, i, a[i], b[i], dst[i], want)
							}
						}
					}
				}
			})
		})
	}
}

// overflow rounds to what float32 can hold.
func overflow(x float64) float64 { return float64(float32(x)) }

// sameUnlessExtreme excuses the last unit before Inf: a float32 sum of two
// largest numbers may overflow where float64 and one rounding would not.
func sameUnlessExtreme(a, got float32, want float64) bool {
	return math.Abs(float64(a)) > 3e38 && math.Abs(want) > 3e38 && math.Abs(float64(got)) > 3e38
}

// TestExpEverywhere walks the whole range of exponents, denormals included.
func TestExpEverywhere(t *testing.T) {
	every(t, func(t *testing.T, s isa) {
		x := make([]float32, 4096)
		y := make([]float32, len(x))
		for start := -110.0; start < 92; start += 4 {
			for i := range x {
				x[i] = float32(start + 4*float64(i)/float64(len(x)))
			}
			s.exp(y, x)
			for i := range x {
				want := math.Exp(float64(x[i]))
				tol := 2*eps*want + 1.5e-45
				if want > math.MaxFloat32 {
					want = math.Inf(1)
				}
				if !same(y[i], want, tol) {
					t.Fatalf("exp(%g) = %g, want %g", x[i], y[i], want)
				}
			}
		}
	})
}

func TestReductions(t *testing.T) {
	every(t, func(t *testing.T, s isa) {
		r := stream(2)
		for _, n := range lengths {
			a, b := normal(r, n), normal(r, n)
			var dot, sum, scale float64
			for i := range a {
				dot += float64(a[i]) * float64(b[i])
				sum += float64(a[i])
				scale += math.Abs(float64(a[i])) + math.Abs(float64(a[i]*b[i]))
			}
			if got := s.dot(a, b); !same(got, dot, 4*eps*scale) {
				t.Errorf("n = %d: dot %g, want %g", n, got, dot)
			}
			if got := s.sum(a); !same(got, sum, 4*eps*scale) {
				t.Errorf("n = %d: sum %g, want %g", n, got, sum)
			}
			if !s.finite(a) {
				t.Errorf("n = %d: finite numbers are called not finite", n)
			}
			for i := range a {
				for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
					keep := a[i]
					a[i] = float32(bad)
					if s.finite(a) {
						t.Errorf("n = %d: %g at %d is called finite", n, bad, i)
					}
					a[i] = keep
				}
			}
		}
		big := []float32{3e38, 3e38, 3e38, 3e38}
		if !s.finite(big) {
			t.Error("large finite numbers are called not finite")
		}
	})
}

func TestAdam(t *testing.T) {
	every(t, func(t *testing.T, s isa) {
		r := stream(3)
		for _, n := range lengths {
			w, m, v := normal(r, n), make([]float32, n), make([]float32, n)
			w64, m64, v64 := make([]float64, n), make([]float64, n), make([]float64, n)
			for i := range w {
				w64[i] = float64(w[i])
			}
			for step := 1; step <= 5; step++ {
				g := normal(r, n)
				s.adam(w, g, m, v, NewAdamStep(1e-3, 0.9, 0.999, 1e-8, step))
				for i := range g {
					gi := float64(g[i])
					m64[i] = 0.9*m64[i] + 0.1*gi
					v64[i] = 0.999*v64[i] + 0.001*gi*gi
					mHat, vHat := m64[i]/(1-math.Pow(0.9, float64(step))), v64[i]/(1-math.Pow(0.999, float64(step)))
					w64[i] -= 1e-3 * mHat / (math.Sqrt(vHat) + 1e-8)
					if !same(w[i], w64[i], near(w64[i], 1e-6)) {
						t.Fatalf("n = %d, step %d: w[%d] = %g, want %g", n, step, i, w[i], w64[i])
					}
				}
			}
		}
	})
}

// TestAdamMomentsEndAtZero: a unit that gets no gradient any more has moments
// of zero before they are denormal, and its weights the bits that they would
// have otherwise; NaN stays.
func TestAdamMomentsEndAtZero(t *testing.T) {
	every(t, func(t *testing.T, s isa) {
		const n = 37
		w, g, m, v := normal(stream(5), n), make([]float32, n), make([]float32, n), make([]float32, n)
		before := slices.Clone(w)
		for i := range m {
			m[i], v[i] = 1e-30, 1e-34
		}
		m[3], m[5], v[7], m[11], v[11] = -1e-30, float32(math.NaN()), float32(math.NaN()), 1e-25, 1e-20
		s.adam(w, g, m, v, NewAdamStep(1e-3, 0.9, 0.999, 1e-8, 100000))
		for i := range m {
			switch {
			case i == 5 && m[i] != m[i], i == 7 && v[i] != v[i] && m[i] == 0, i == 11 && m[i] > 8e-26 && v[i] > 9e-21:
			case i == 5, i == 7, i == 11, m[i] != 0, v[i] != 0:
				t.Errorf("element %d: moments %g and %g", i, m[i], v[i])
			case w[i] != before[i]:
				t.Errorf("element %d: the weight has moved", i)
			}
		}
	})
}

func TestSumRows(t *testing.T) {
	every(t, func(t *testing.T, s isa) {
		r := stream(4)
		for _, n := range lengths {
			const rows = 13
			lda := n + 3
			a, dst := normal(r, rows*lda), normal(r, n)
			for _, beta := range []float32{0, 1, 0.5} {
				want := make([]float64, n)
				for j := range n {
					want[j] = float64(beta * dst[j])
					for i := range rows {
						want[j] += float64(a[i*lda+j])
					}
				}
				s.sumRows(dst, beta, a, rows, lda)
				for j := range n {
					if !same(dst[j], want[j], near(want[j], 20*eps)) {
						t.Fatalf("n = %d, beta %g: column %d is %g, want %g", n, beta, j, dst[j], want[j])
					}
				}
			}
		}
	})
}
