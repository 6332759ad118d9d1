package snn

import (
	"math"
	"testing"

	"gomdcsan/mdcsan/rng"
)

// TestFusedEqualsGeneral: the fast way and the general one give the same
// actions and gradients for every coding and neuron, whatever columns of the
// observations are constant.
func TestFusedEqualsGeneral(t *testing.T) {
	for _, kind := range NeuronKinds() {
		for _, coding := range Codings() {
			t.Run(string(kind)+"/"+string(coding), func(t *testing.T) {
				if kind == ReLU && coding != Pop {
					t.Skip("the analogue network takes only analogue input")
				}
				c := Default(21, 3, 1).WithNeuron(kind)
				c.Coding, c.Hidden = coding, []int{40, 36}
				compareWays(t, c)
			})
		}
	}
	for _, mode := range ThetaModes() { // where theta learns only the columns differ
		t.Run("theta/"+string(mode), func(t *testing.T) {
			c := Default(21, 3, 1)
			c.ThetaMode, c.Hidden = mode, []int{40, 36}
			compareWays(t, c)
		})
	}
}

func compareWays(t *testing.T, c Config) {
	t.Helper()
	fast, slow := build(t, c), build(t, c)
	slow.setGeneral(true)
	for _, n := range []int{2, 12} { // a few states are computed in another way
		for _, constant := range []float32{0, 0.7} {
			compare(t, fast, slow, observations(n, c.ObsDim, constant), n)
		}
	}
}

func build(t *testing.T, c Config) *Actor {
	t.Helper()
	a, err := New(c, 5)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range a.Params() { // enough drive for every layer to fire
		for i := range p.Value {
			if p.Transposed {
				p.Value[i] *= 3
			}
		}
	}
	return a
}

// observations returns a batch in which dimensions 3 to 14 are constant.
func observations(n, dims int, constant float32) []float32 {
	r := rng.New(6, "test")
	obs := make([]float32, n*dims)
	for i := range obs {
		obs[i] = float32(r.NormFloat64())
		if j := i % dims; j >= 3 && j < 15 {
			obs[i] = constant
		}
	}
	return obs
}

func compare(t *testing.T, fast, slow *Actor, obs []float32, n int) {
	t.Helper()
	m := fast.cfg.ActDim
	got, want, dact := make([]float32, n*m), make([]float32, n*m), make([]float32, n*m)
	for i := range dact {
		dact[i] = float32(i%5) - 1.5
	}
	fast.Forward(got, obs, n)
	slow.Forward(want, obs, n)
	apart(t, "action", got, want)
	fast.Backward(dact)
	slow.Backward(dact)
	for i, p := range fast.Params() {
		apart(t, "gradient of "+p.Name, p.Grad, slow.Params()[i].Grad)
	}
}

// apart fails where two results differ by more than sums of a few hundred
// float32 products in another order may.
func apart(t *testing.T, what string, got, want []float32) {
	t.Helper()
	var scale float64
	for _, w := range want {
		scale = max(scale, math.Abs(float64(w)))
	}
	if scale == 0 {
		t.Errorf("%s is zero everywhere: the test shows nothing", what)
	}
	tol := 2e-5
	if len(want) == 1 { // thousands of terms of both signs
		tol = 2e-4
	}
	for i, w := range want {
		if math.Abs(float64(got[i]-w)) > tol*scale {
			t.Fatalf("%s, element %d: %g, general way %g (largest %g)", what, i, got[i], w, scale)
		}
	}
}
