package snn

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"gomdcsan/mdcsan/rng"
)

// errorRate is the chance that a distribution test fails though all is well,
// per test. The seeds are fixed, so a passing test goes on passing.
const errorRate = 1e-4

func spikes(t *testing.T, c Config, obs []float32, seed uint64, repeats int) (count []float64, a []float32) {
	t.Helper()
	e := newEncoder(c, rng.New(seed, "actor/coding"))
	steps, size := e.Shape()
	x := make([]float32, steps*size)
	count = make([]float64, size)
	for range repeats {
		e.Encode(x, obs, 1)
		for i, v := range x {
			if v != 0 && v != 1 {
				t.Fatalf("spike %v, want 0 or 1", v)
			}
			count[i%size] += float64(v)
		}
	}
	a = make([]float32, size)
	NewPopulation(c).Encode(a, obs, 1)
	return count, a
}

// TestStochasticCodingsRate: over many steps each input neuron fires as a
// binomial variable with its activation as probability (chi-square over all
// neurons that are neither silent nor always on).
func TestStochasticCodingsRate(t *testing.T) {
	for _, coding := range []Coding{PopUni, PopPoi, Uni, Poi} {
		c := Default(3, 1, 1)
		c.Coding, c.J, c.T = coding, 20, 50
		const repeats = 400
		n := float64(c.T * repeats)
		count, a := spikes(t, c, []float32{-0.7, 0.1, 0.4}, 3, repeats)
		chi, df := 0.0, 0.0
		for k, p32 := range a {
			p := float64(p32)
			if n*p < 10 || n*(1-p) < 10 {
				continue
			}
			d := count[k] - n*p
			chi += d * d / (n * p * (1 - p))
			df++
		}
		q := 1 - distuv.ChiSquared{K: df}.CDF(chi)
		if df < 3 || q < errorRate || q > 1-errorRate {
			t.Errorf("%s: chi-square %.1f with %v degrees of freedom, p = %.2g", coding, chi, df, q)
		}
	}
}

// TestStochasticCodingsIndependence: two successive steps, and two neurons,
// fire together as often as independent ones (chi-square, 1 degree each).
func TestStochasticCodingsIndependence(t *testing.T) {
	c := Default(2, 1, 1)
	c.Coding, c.J, c.T = PopPoi, 1, 40000
	c.MeanLow, c.MeanHigh = 0, 0
	e := newEncoder(c, rng.New(5, "actor/coding"))
	x := make([]float32, 2*c.T)
	e.Encode(x, []float32{0.4, -0.5}, 1)
	for name, pair := range map[string]func(t int) (float32, float32){
		"steps":   func(t int) (float32, float32) { return x[4*t], x[4*t+2] },
		"neurons": func(t int) (float32, float32) { return x[4*t], x[4*t+1] },
	} {
		var both, first, second float64
		n := float64(c.T / 2)
		for s := range c.T / 2 {
			p, q := pair(s)
			both += float64(p * q)
			first += float64(p)
			second += float64(q)
		}
		p, q := first/n, second/n
		r := (both/n - p*q) / math.Sqrt(p*(1-p)*q*(1-q))
		if pv := 1 - (distuv.ChiSquared{K: 1}).CDF(n*r*r); pv < errorRate {
			t.Errorf("%s: correlation %.4f over %v pairs, p = %.2g", name, r, n, pv)
		}
	}
}

// TestUniformEncoding: for activations all over (0, 1), each in its own single
// step, a neuron fires as often as the activation says (chi-square over 20
// ranges of the activation): the number compared with it is uniform.
func TestUniformEncoding(t *testing.T) {
	c := Default(1, 1, 1)
	c.Coding, c.J, c.T = PopUni, 1, 1
	c.MeanLow, c.MeanHigh = 0, 0
	e := newEncoder(c, rng.New(7, "actor/coding"))
	const n, bins = 200000, 20
	x := make([]float32, 1)
	chi, s := 0.0, rng.New(7, "ramp")
	var seen, fired, expected, variance [bins]float64
	for range n {
		p := s.Float64()
		obs := float32(float64(c.Std) * math.Sqrt(-2*math.Log(p))) // A(obs) = p
		e.Encode(x, []float32{obs}, 1)
		b := int(p * bins)
		seen[b]++
		fired[b] += float64(x[0])
		expected[b] += p
		variance[b] += p * (1 - p)
	}
	for b := range bins {
		d := fired[b] - expected[b]
		chi += d * d / variance[b]
	}
	if q := 1 - (distuv.ChiSquared{K: bins}).CDF(chi); q < errorRate {
		t.Errorf("chi-square %.1f with %d degrees of freedom, p = %.2g", chi, bins, q)
	}
}

// TestDeterministicCoding: after t steps with activation A, the neuron has
// fired as often as the threshold fits into t*A, at most once a step.
func TestDeterministicCoding(t *testing.T) {
	c := Default(3, 1, 1)
	c.Coding, c.T = PopDet, 200
	count, a := spikes(t, c, []float32{-1.1, 0.3, 2}, 1, 1)
	for k, v := range a {
		want := math.Floor(float64(c.T) * float64(v) / float64(c.DetThreshold))
		if math.Abs(count[k]-min(want, float64(c.T))) > 1 {
			t.Errorf("A = %v fired %v times in %d steps, want %v", v, count[k], c.T, want)
		}
	}
}

// TestExtremes: an activation of 1 fires at every step, one of 0 never.
func TestExtremes(t *testing.T) {
	for _, coding := range []Coding{PopUni, PopPoi, PopDet} {
		c := Default(1, 1, 1)
		c.Coding, c.J, c.T, c.MeanLow, c.MeanHigh = coding, 2, 1000, 0, 1000
		count, _ := spikes(t, c, []float32{0}, 1, 1)
		if count[0] != 1000 || count[1] != 0 {
			t.Errorf("%s: fired %v times in 1000 steps, want 1000 and 0", coding, count)
		}
	}
}

// TestNamedStream: the same seed draws the same spikes; target and actor, two
// seeds, and two actions draw different ones.
func TestNamedStream(t *testing.T) {
	c := Default(4, 2, 1)
	c.Coding = PopPoi
	draw := func(a *Actor) []float32 {
		a.Act(make([]float32, 2), []float32{.3, .2, -.4, 1})
		return append([]float32(nil), a.x...)
	}
	a, _ := New(c, 1)
	b, _ := New(c, 1)
	other, _ := New(c, 2)
	target := a.Clone("target")
	x := draw(a)
	if !equal(x, draw(b)) {
		t.Error("two actors of one seed differ")
	}
	for name, y := range map[string][]float32{"next action": draw(a), "target": draw(target), "seed 2": draw(other)} {
		if equal(x, y) {
			t.Errorf("%s draws the same spikes", name)
		}
	}
}

func equal(x, y []float32) bool {
	for i := range x {
		if x[i] != y[i] {
			return false
		}
	}
	return len(x) == len(y)
}
