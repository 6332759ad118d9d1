package snn

import (
	"gomdcsan/mdcsan/nn"
	"gomdcsan/mdcsan/rng"
)

// decoder is the grouped readout: action m is
//
//	limit * tanh(W^d_m . f_m + b^d_m),
//
// with f_m the firing rates of its own O output neurons.
type decoder struct {
	m, o   int
	w, b   *nn.Param // [M][O], [M]
	sum    []float32 // [n][M], tanh's argument
	squash nn.Squash
}

func newDecoder(c Config, init *rng.Stream) *decoder {
	d := &decoder{m: c.ActDim, o: c.O, squash: nn.Squash{Limit: c.ActLimit},
		w: nn.NewParam("dec_W", c.ActDim, c.O), b: nn.NewParam("dec_b", c.ActDim)}
	d.w.InitUniform(c.O, init)
	d.b.InitUniform(c.O, init)
	return d
}

// forward writes actions [n][M] from rates [n][M*O].
func (d *decoder) forward(dst, rate []float32, n int) {
	d.sum = nn.Grow(d.sum, n*d.m)
	for k := range d.sum {
		m := k % d.m
		s := d.b.Value[m]
		for o, w := range d.w.Value[m*d.o : (m+1)*d.o] {
			s += w * rate[k*d.o+o]
		}
		d.sum[k] = s
	}
	d.squash.Forward(dst[:n*d.m], d.sum)
}

// backward sets the gradients from dact [n][M] and writes drate [n][M*O].
func (d *decoder) backward(drate, dact, rate []float32) {
	clear(d.w.Grad)
	clear(d.b.Grad)
	for k, g := range d.squash.Backward(dact) {
		m := k % d.m
		d.b.Grad[m] += g
		w, dw := d.w.Value[m*d.o:(m+1)*d.o], d.w.Grad[m*d.o:(m+1)*d.o]
		for o := range w {
			dw[o] += g * rate[k*d.o+o]
			drate[k*d.o+o] = g * w[o]
		}
	}
}
