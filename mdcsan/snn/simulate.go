package snn

import (
	"math"

	"gomdcsan/mdcsan/rng"
)

// Trace is one neuron over time.
type Trace struct {
	C, V, U, O []float32 // per step; U is nil for neurons without one
}

// Simulate runs a single neuron of c's kind on the weighted input of each
// step, from rest. Nothing is learnt; c.T and the sizes are not used.
func Simulate(c Config, input []float32) Trace {
	one := &layer{decay: c.CurrentDecay, neuron: newNeuron(c, 0, 1, rng.New(0, "simulate"))}
	a := &one.act
	a.T, a.B, a.N, one.steps = len(input), 1, 1, len(input)
	n := len(input)
	a.C, a.V, a.O = append([]float32(nil), input...), make([]float32, n), make([]float32, n)
	if hasU(one.neuron) {
		a.U = make([]float32, n)
	}
	one.integrate()
	one.neuron.Forward(a)
	return Trace{C: a.C, V: a.V, U: a.U, O: a.O}
}

// Fig8 returns the traces that the paper draws in Fig. 8 for an input over
// time: element 0 is the state before the first step, element t follows from
// input[t]. That plot differs from the network in three ways: the drive is
// sigmoid(input) without a current decay, the LIF neuron keeps 0.2 of V, and
// the DN's U is clamped to at most 0.
func Fig8(input []float32) (lif, dn Trace) {
	c := Default(1, 1, 1)
	c.CurrentDecay = 0
	drive := make([]float32, len(input))
	for t := 1; t < len(input); t++ {
		drive[t] = float32(1 / (1 + math.Exp(-float64(input[t]))))
	}
	c.VoltageDecay = 0.2
	lif = Simulate(c.WithNeuron(LIF), drive[1:])
	lif = Trace{
		C: drive, V: append([]float32{0}, lif.V...), O: append([]float32{0}, lif.O...),
	}
	d := newDynamic(c, surrogate{c.Surrogate, c.Vth, c.Window}, 0, 1)
	n := len(input)
	dn = Trace{C: drive, V: make([]float32, n), U: make([]float32, n), O: make([]float32, n)}
	dn.U[0] = c.U0
	for t := 1; t < n; t++ {
		d.step(dn.V[t:t+1], dn.U[t:t+1], dn.O[t:t+1], dn.V[t-1:t], dn.U[t-1:t], dn.O[t-1:t], drive[t:t+1])
		dn.U[t] = min(dn.U[t], 0)
	}
	return lif, dn
}

// Equilibria returns where a DN's potential rests under constant current i
// and second variable u: the roots of V^2 - V - u + i (eq. 7), the stable one
// first. There are none when i - u > 1/4: the neuron fires without end.
func Equilibria(i, u float64) (stable, unstable float64, ok bool) {
	d := 1 - 4*(i-u)
	if d < 0 {
		return math.NaN(), math.NaN(), false
	}
	r := math.Sqrt(d)
	return (1 - r) / 2, (1 + r) / 2, true
}
