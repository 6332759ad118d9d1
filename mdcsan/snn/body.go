package snn

import (
	"gomdcsan/mdcsan/nn"
	"gomdcsan/mdcsan/rng"
)

// spiking is the stack of spiking layers; the output population is the last.
type spiking struct {
	t, steps int
	layers   []*layer
	allFused bool
	general  bool      // take the general way though all layers are fused: a recording
	drate    []float32 // gradient of the last layer's spikes, the same at every step
}

func newSpiking(c Config, parts Parts, steps, size int, init, noise *rng.Stream) *spiking {
	s := &spiking{t: c.T, steps: steps, allFused: true}
	for l, n := range c.LayerSizes() {
		ly := &layer{Dense: nn.NewDense(l, size, n, init), decay: c.CurrentDecay}
		if parts.Neuron != nil {
			ly.neuron = parts.Neuron(l, n)
		} else {
			ly.neuron = newNeuron(c, l, n, noise)
		}
		ly.fused = newFused(ly.neuron, c.CurrentDecay)
		s.allFused = s.allFused && ly.fused != nil
		s.layers = append(s.layers, ly)
		size = n
	}
	return s
}

func (s *spiking) params() []*nn.Param {
	var ps []*nn.Param
	for _, l := range s.layers {
		ps = append(ps, l.Dense.Params()...)
		ps = append(ps, l.neuron.Params()...)
	}
	return ps
}

func (s *spiking) fixed() []*nn.Param {
	var ps []*nn.Param
	for _, l := range s.layers {
		if f, ok := l.neuron.(interface{ Fixed() []*nn.Param }); ok {
			ps = append(ps, f.Fixed()...)
		}
	}
	return ps
}

func (s *spiking) hold(on bool) { s.layers[0].Hold(on) }

// forward writes the firing rates of the output population.
func (s *spiking) forward(rate []float32, in input) {
	if s.allFused && !s.general {
		s.forwardFused(rate, in)
		return
	}
	for _, l := range s.layers {
		l.forward(in, s.t)
		in = input{x: l.act.O, n: in.n, steps: s.t}
	}
	a := &s.layers[len(s.layers)-1].act
	clear(rate)
	for t := range a.T {
		for i, o := range a.At(a.O, t) {
			rate[i] += o
		}
	}
	for i := range rate {
		rate[i] /= float32(s.t)
	}
}

func (s *spiking) backward(dx, drate []float32, in input) {
	if s.allFused && !s.general {
		s.backwardFused(dx, drate, in)
		return
	}
	last := &s.layers[len(s.layers)-1].act
	last.DO = nn.Grow(last.DO, len(last.O))
	for t := range last.T {
		d := last.At(last.DO, t)
		for i, g := range drate {
			d[i] = g / float32(s.t)
		}
	}
	for l := len(s.layers) - 1; l > 0; l-- {
		below := &s.layers[l-1].act
		below.DO = nn.Grow(below.DO, len(below.O))
		s.layers[l].backward(below.DO, below.O)
	}
	s.layers[0].backward(dx, in.x)
}

// analogue is Pop-DAN's body: rectified hidden layers, linear output.
type analogue struct{ net *nn.MLP }

func newAnalogue(c Config, size int, init *rng.Stream) *analogue {
	return &analogue{nn.NewMLP(append([]int{size}, c.LayerSizes()...), init)}
}

func (a *analogue) params() []*nn.Param { return a.net.Params() }
func (a *analogue) fixed() []*nn.Param  { return nil }
func (a *analogue) hold(on bool)        { a.net.Hold(on) }

func (a *analogue) forward(rate []float32, in input) {
	copy(rate, a.net.ForwardColumns(in.x, in.n, in.cols))
}

func (a *analogue) backward(dx, drate []float32, in input) { a.net.Backward(dx, drate, in.n) }
