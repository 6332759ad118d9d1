package snn

import (
	"math"
	"slices"
	"testing"

	"gomdcsan/mdcsan/equations"
	"gomdcsan/mdcsan/rng"
)

// TestLibrary: every neuron of the library keeps the contract, and its
// potentials stay finite.
func TestLibrary(t *testing.T) {
	if len(equations.Names()) < 13 {
		t.Fatalf("the library holds only %q", equations.Names())
	}
	for _, name := range equations.Names() {
		for _, learn := range []ThetaMode{ThetaFixed, ThetaLayer, ThetaNeuron} {
			c := Default(3, 2, 1).WithNeuron(NeuronKind(name))
			if n, err := c.Neuron.Equations(); err != nil {
				t.Fatal(err)
			} else if c.ThetaMode = learn; len(n.Params()) == 0 {
				c.ThetaMode = ThetaFixed
			}
			if err := CheckNeuron(func(l, n int) Neuron { return newNeuron(c, l, n, rng.New(1, "check")) }, 9); err != nil {
				t.Errorf("%s, theta %s: %v", name, learn, err)
			}
		}
	}
}

// TestEquationTwins: whole networks of equations give the actions and the
// gradients of the built-in neurons, also through the fused way.
func TestEquationTwins(t *testing.T) {
	for kind, twin := range map[NeuronKind]NeuronKind{DN: "dn-eq", DNPrinted: "dn-printed-eq", LIF: "lif-eq", IF: "if-eq"} {
		for _, mode := range []ThetaMode{ThetaFixed, ThetaLayer, ThetaNeuron} {
			if mode != ThetaFixed && kind != DN && kind != DNPrinted {
				continue
			}
			c := Default(11, 3, 1).WithNeuron(kind)
			c.Hidden, c.ThetaMode = []int{64, 48}, mode
			built := twinOf(t, c, "")
			equation := twinOf(t, c, twin)
			compareTwins(t, string(kind)+" "+string(mode), built, equation)
		}
	}
}

func twinOf(t *testing.T, c Config, kind NeuronKind) *Actor {
	t.Helper()
	if kind != "" {
		c.Neuron = kind
	}
	a, err := New(c, 3)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range a.Params() { // lively layers
		if len(p.Name) > 0 && p.Name[0] == 'W' || p.Name[0] == 'w' {
			for i := range p.Value {
				p.Value[i] *= 3
			}
		}
	}
	return a
}

func compareTwins(t *testing.T, name string, a, b *Actor) {
	t.Helper()
	const n = 20
	s := rng.New(5, "twins")
	obs, d := make([]float32, n*11), make([]float32, n*3)
	for i := range obs {
		obs[i] = float32(s.NormFloat64())
	}
	for i := range d {
		d[i] = float32(s.NormFloat64())
	}
	x, y := make([]float32, n*3), make([]float32, n*3)
	a.Forward(x, obs, n)
	b.Forward(y, obs, n)
	near(t, name+": action", y, x, 1e-6)
	a.Backward(d)
	b.Backward(d)
	learnt := map[string][]float32{}
	for _, p := range b.Params() {
		learnt[p.Name] = p.Grad
	}
	for _, p := range a.Params() {
		twin := p.Name
		if len(p.Name) == 8 && p.Name[:6] == "theta_" { // theta_v0 is theta_tv0
			twin = "theta_t" + p.Name[6:]
		}
		if !slices.ContainsFunc(p.Grad, func(v float32) bool { return v != 0 }) {
			t.Errorf("%s: %s has no gradient: the comparison is empty", name, p.Name)
		}
		near(t, name+": "+p.Name, learnt[twin], p.Grad, 1e-5)
	}
	if a := testing.AllocsPerRun(3, func() { b.Forward(y, obs, n); b.Backward(d); b.Act(y[:3], obs[:11]) }); a != 0 {
		t.Errorf("%s: %v allocations", name, a)
	}
}

func near(t *testing.T, what string, got, want []float32, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	size := 1.0
	for _, v := range want {
		size = max(size, math.Abs(float64(v)))
	}
	for i := range got {
		if d := math.Abs(float64(got[i] - want[i])); !(d <= tol*size) {
			t.Fatalf("%s: element %d is %v, want %v", what, i, got[i], want[i])
		}
	}
}

// TestEquationTexts: signed spikes, noise and learnt parameters train.
func TestEquationTexts(t *testing.T) {
	for _, text := range []string{"ternary", "dv = 0.5*(c - v) + xi; spike: v > vth; reset: v = 0; noise: xi = normal(0.1)",
		"v <- 0.5*v + c - spike*k; spike: v > vth + 0.1*tanh(v); theta: k = 0.5 positive per neuron"} {
		c := Default(3, 2, 1)
		c.Hidden, c.Neuron = []int{16}, NeuronKind(text)
		a, err := New(c, 1)
		if err != nil {
			t.Fatal(err)
		}
		y, obs := make([]float32, 8), []float32{1, -1, 0.5, 0, 1, 2, 0.3, -2, 1, 1, 1, 1}
		a.Forward(y, obs, 4)
		a.Backward(y)
		if !allFinite(y) || !allFinite(slices.Concat(gradients(a.Params())...)) {
			t.Errorf("%s: not finite", text)
		}
		rec := a.Record(obs[:3])
		if len(rec.Layers) != 2 {
			t.Errorf("%s: %d layers recorded", text, len(rec.Layers))
		}
	}
	c := Default(3, 2, 1)
	for _, bad := range []NeuronKind{"nosuch", "dv = c - w; spike: v > vth"} {
		if c.Neuron = bad; c.Validate() == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
