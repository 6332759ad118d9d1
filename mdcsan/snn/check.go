package snn

import (
	"fmt"
	"math"
	"slices"

	"gomdcsan/mdcsan/nn"
	"gomdcsan/mdcsan/rng"
)

// CheckNeuron tries a neuron of one's own against the contract of [Neuron] and
// returns the first sentence that it breaks. size is the width to try.
func CheckNeuron(build func(layer, size int) Neuron, size int) error {
	const steps, batch = 6, 3
	s := rng.New(1, "check")
	c := make([]float32, steps*batch*size)
	for i := range c {
		c[i] = float32(s.Uniform(-1.5, 1.5))
	}
	n := build(0, size)
	a := forward(n, c, steps, batch, size)
	if !allFinite(a.V) || !allFinite(a.O) {
		return fmt.Errorf("snn: neuron: V or O is not written everywhere, or not finite, for currents within +-1.5")
	}
	if again := forward(n, c, steps, batch, size); !slices.Equal(again.O, a.O) || !slices.Equal(again.V, a.V) {
		return fmt.Errorf("snn: neuron: a second Forward of the same currents differs: state must start anew at the first step")
	}
	late := slices.Clone(c)
	for i := 3 * batch * size; i < len(late); i++ {
		late[i] += 0.5
	}
	if l := forward(n, late, steps, batch, size); !slices.Equal(l.O[:3*batch*size], a.O[:3*batch*size]) {
		return fmt.Errorf("snn: neuron: a change of C at step 3 changes O before it")
	}
	if err := checkNeighbours(n, a, size); err != nil {
		return err
	}
	return checkNeuronBackward(n, a, s)
}

// forward runs n on a copy of c into slices full of NaN.
func forward(n Neuron, c []float32, steps, batch, size int) *Activity {
	a := &Activity{T: steps, B: batch, N: size, C: slices.Clone(c)}
	a.V, a.U, a.O = spoilt(len(c)), spoilt(len(c)), spoilt(len(c))
	n.Forward(a)
	return a
}

// checkNeighbours runs the second state of a's batch alone.
func checkNeighbours(n Neuron, a *Activity, size int) error {
	var c, o []float32
	for t := range a.T {
		c = append(c, a.At(a.C, t)[size:2*size]...)
		o = append(o, a.At(a.O, t)[size:2*size]...)
	}
	if alone := forward(n, c, a.T, 1, size); !slices.Equal(alone.O, o) {
		return fmt.Errorf("snn: neuron: a state's spikes depend on the other states of the batch")
	}
	return nil
}

func checkNeuronBackward(n Neuron, a *Activity, s *rng.Stream) error {
	a = forward(n, a.C, a.T, a.B, a.N)
	a.DO = make([]float32, len(a.C))
	at := 2 * a.B * a.N // step 2 alone
	for i := range a.B * a.N {
		a.DO[at+i] = float32(s.NormFloat64())
	}
	given := slices.Clone(a.DO)
	backward := func() ([]float32, [][]float32) {
		a.DC = spoilt(len(a.C))
		copy(a.DO, given)
		for _, p := range n.Params() {
			copy(p.Grad, spoilt(len(p.Grad)))
		}
		n.Backward(a)
		return a.DC, gradients(n.Params())
	}
	dc, grads := backward()
	if !allFinite(dc) || !allFinite(slices.Concat(grads...)) {
		return fmt.Errorf("snn: neuron: Backward leaves DC or a Grad unwritten, adds to it instead of setting it, or makes it infinite")
	}
	for _, v := range dc[at+a.B*a.N:] {
		if v != 0 {
			return fmt.Errorf("snn: neuron: a gradient at step 2 reaches C at a later step")
		}
	}
	for i := range given {
		given[i] *= 2
	}
	twice, _ := backward()
	for i, v := range twice {
		if math.Abs(float64(v-2*dc[i])) > 1e-4*(1+math.Abs(float64(v))) {
			return fmt.Errorf("snn: neuron: Backward is not linear: twice the gradient of O gives %v, not %v", v, 2*dc[i])
		}
	}
	return nil
}

// CheckEncoder tries an encoder of one's own against the contract of [Encoder]
// on observations of obsDim numbers in networks of t steps, and returns the
// first sentence that it breaks. Gradients of an encoder with one step of
// input are compared with central differences.
func CheckEncoder(build func(stream *rng.Stream) Encoder, obsDim, t int) error {
	const n = 3
	e := build(rng.New(1, "check/coding"))
	steps, size := e.Shape()
	if size < 1 || steps != 1 && steps != t {
		return fmt.Errorf("snn: encoder: Shape is %d steps of %d neurons, want 1 or T = %d steps and at least 1 neuron", steps, size, t)
	}
	s := rng.New(1, "check")
	obs := make([]float32, n*obsDim)
	for i := range obs {
		obs[i] = float32(s.NormFloat64())
	}
	x := spoilt(steps * n * size)
	e.Encode(x, obs, n)
	if !allFinite(x) {
		return fmt.Errorf("snn: encoder: Encode leaves part of x unwritten or not finite")
	}
	y := spoilt(len(x))
	build(rng.New(1, "check/coding")).Encode(y, obs, n)
	if !slices.Equal(x, y) {
		return fmt.Errorf("snn: encoder: two encoders with one stream differ: all randomness must come from the stream")
	}
	dx := make([]float32, len(x))
	for i := range dx {
		dx[i] = float32(s.NormFloat64())
	}
	for _, p := range e.Params() {
		copy(p.Grad, spoilt(len(p.Grad)))
	}
	e.Backward(dx, x, obs, n)
	grads := gradients(e.Params())
	if !allFinite(slices.Concat(grads...)) {
		return fmt.Errorf("snn: encoder: Backward leaves a Grad unwritten, adds to it instead of setting it, or makes it infinite")
	}
	if steps > 1 {
		return nil
	}
	return checkEncoderGradients(e, grads, dx, obs, n)
}

func checkEncoderGradients(e Encoder, grads [][]float32, dx, obs []float32, n int) error {
	const h = 1e-2 // float32: the rounding of the sum over h, and h^2, are both about 1e-4
	x := make([]float32, len(dx))
	value := func() (l float64) {
		e.Encode(x, obs, n)
		for i, v := range x {
			l += float64(v) * float64(dx[i])
		}
		return l
	}
	for k, p := range e.Params() {
		for i := range p.Value {
			old := p.Value[i]
			p.Value[i] = old + h
			up := value()
			p.Value[i] = old - h
			d := (up - value()) / (2 * h)
			p.Value[i] = old
			if g := float64(grads[k][i]); math.Abs(d-g) > 0.02*(1+math.Abs(d)) {
				return fmt.Errorf("snn: encoder: the gradient of %s[%d] is %v, central differences say %v", p.Name, i, g, d)
			}
		}
	}
	return nil
}

func gradients(ps []*nn.Param) [][]float32 {
	var g [][]float32
	for _, p := range ps {
		g = append(g, slices.Clone(p.Grad))
	}
	return g
}

func spoilt(n int) []float32 { return slices.Repeat([]float32{float32(math.NaN())}, n) }

func allFinite(x []float32) bool {
	return !slices.ContainsFunc(x, func(v float32) bool { return v-v != 0 })
}
