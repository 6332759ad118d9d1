package snn

import (
	"gomdcsan/mdcsan/nn"
	"gomdcsan/mdcsan/rng"
)

// spiking is the stack of spiking layers; the output population is the last.
type spiking struct {
	t, steps int
	layers   []*layer
}

func newSpiking(c Config, parts Parts, steps, size int, init *rng.Stream) *spiking {
	s := &spiking{t: c.T, steps: steps}
	for l, n := range c.LayerSizes() {
		ly := &layer{Dense: nn.NewDense(l, size, n, init), decay: c.CurrentDecay}
		if parts.Neuron != nil {
			ly.neuron = parts.Neuron(l, n)
		} else {
			ly.neuron = newNeuron(c, l, n)
		}
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

// forward writes the firing rates of the output population.
func (s *spiking) forward(rate, x []float32, n int) {
	steps := s.steps
	for _, l := range s.layers {
		l.forward(x, n, steps, s.t)
		x, steps = l.act.O, s.t
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

func (s *spiking) backward(dx, drate, x []float32, n int) {
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
	s.layers[0].backward(dx, x)
}

// analogue is Pop-DAN's body: rectified hidden layers, linear output.
type analogue struct{ net *nn.MLP }

func newAnalogue(c Config, size int, init *rng.Stream) *analogue {
	return &analogue{nn.NewMLP(append([]int{size}, c.LayerSizes()...), init)}
}

func (a *analogue) params() []*nn.Param { return a.net.Params() }
func (a *analogue) fixed() []*nn.Param  { return nil }

func (a *analogue) forward(rate, x []float32, n int) { copy(rate, a.net.Forward(x, n)) }

func (a *analogue) backward(dx, drate, _ []float32, n int) { a.net.Backward(dx, drate, n) }
