package snn

import (
	"gomdcsan/mdcsan/linalg"
	"gomdcsan/mdcsan/nn"
)

// layer is Linear - current - neuron. With x the spikes below,
//
//	C(t) = d_c C(t-1) + W x(t) + b.
//
// All T steps of a layer are computed before the next layer: a feed-forward
// net allows it, and W x becomes one product over T*B rows.
type layer struct {
	*nn.Dense
	neuron Neuron
	fused  *fused  // nil: only the general way
	decay  float32 // d_c
	act    Activity
	in     []float32     // W x + b of a constant input, [B][N]
	events linalg.Events // of an input that varies over time, as far as it is not zero
	steps  int           // distinct input steps: 1 or T
}

// forward runs the layer on x [steps][n][In].
func (l *layer) forward(x []float32, n, steps, t int) {
	a := &l.act
	a.T, a.B, a.N, l.steps = t, n, l.Out, steps
	size := t * n * l.Out
	a.C, a.V, a.O = nn.Grow(a.C, size), nn.Grow(a.V, size), nn.Grow(a.O, size)
	if _, first := l.neuron.(*leaky); !first {
		a.U = nn.Grow(a.U, size)
	}
	if steps == 1 {
		l.in = nn.Grow(l.in, n*l.Out)
		l.Dense.Forward(l.in, x, n)
	} else {
		l.forwardSpikes(a.C, x, n*t)
	}
	l.integrate()
	l.neuron.Forward(a)
}

// integrate turns the weighted input into the current.
func (l *layer) integrate() {
	a := &l.act
	for t := range a.T {
		c := a.At(a.C, t)
		if l.steps == 1 {
			copy(c, l.in)
		}
		if t > 0 {
			c0 := a.At(a.C, t-1)[:len(c)]
			for i := range c {
				c[i] += l.decay * c0[i]
			}
		}
	}
}

// backward sets the gradients of the layer from act.DO and, unless dx is nil,
// writes that of its input, dx [steps][n][In].
func (l *layer) backward(dx, x []float32) {
	a := &l.act
	a.DC = nn.Grow(a.DC, len(a.C))
	l.neuron.Backward(a)
	for t := a.T - 2; t >= 0; t-- { // C(t) also feeds C(t+1)
		d, next := a.At(a.DC, t), a.At(a.DC, t+1)
		for i := range d {
			d[i] += l.decay * next[i]
		}
	}
	rows := a.B * a.T
	if l.steps == 1 { // the same input at every step: its gradients add up
		first := a.At(a.DC, 0)
		for t := 1; t < a.T; t++ {
			for i, g := range a.At(a.DC, t) {
				first[i] += g
			}
		}
		rows = a.B
	}
	if l.steps > 1 {
		l.backwardSpikes(dx, a.DC, x, rows)
		return
	}
	l.Dense.Backward(dx, a.DC[:rows*l.Out], x, rows)
}

// forwardSpikes is Dense.Forward for an x that is mostly zero.
func (l *layer) forwardSpikes(y, x []float32, rows int) {
	l.events.ListNonzero(x[:rows*l.In], rows, l.In)
	if l.events.Pays(false) {
		l.ForwardEvents(y, &l.events)
		return
	}
	l.Dense.Forward(y, x, rows)
}

// backwardSpikes is Dense.Backward for the x of the last forwardSpikes.
func (l *layer) backwardSpikes(dx, dy, x []float32, rows int) {
	if l.events.Pays(true) {
		l.WeightGradEvents(dy[:rows*l.Out], &l.events)
	} else {
		l.Dense.Backward(nil, dy, x, rows)
	}
	if dx != nil {
		l.BackwardInputSparse(dx, dy, rows)
	}
}
