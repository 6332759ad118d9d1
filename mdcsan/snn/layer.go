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
	cols   *nn.Columns   // of a constant input, nil if not known
	events linalg.Events // of an input that varies over time, as far as it is not zero
	steps  int           // distinct input steps: 1 or T
}

// forward runs the layer on its input x [steps][n][In].
func (l *layer) forward(in input, t int) {
	a, n := &l.act, in.n
	a.T, a.B, a.N, l.steps, l.cols = t, n, l.Out, in.steps, in.cols
	size := t * n * l.Out
	a.C, a.V, a.O = nn.Grow(a.C, size), nn.Grow(a.V, size), nn.Grow(a.O, size)
	if hasU(l.neuron) {
		a.U = nn.Grow(a.U, size)
	}
	switch {
	case in.steps > 1:
		l.forwardSpikes(a.C, in.x, n*t)
	case in.cols != nil:
		l.in = nn.Grow(l.in, n*l.Out)
		l.ForwardColumns(l.in, in.x, n, in.cols)
	default:
		l.in = nn.Grow(l.in, n*l.Out)
		l.Dense.Forward(l.in, in.x, n)
	}
	l.integrate()
	l.neuron.Forward(a)
}

// hasU reports whether a neuron may have a second variable.
func hasU(n Neuron) bool {
	switch n := n.(type) {
	case *leaky:
		return false
	case *equation:
		return n.planar()
	}
	return true
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
	if l.steps > 1 {
		l.backwardSpikes(dx, a.DC, x, a.B*a.T)
		return
	}
	first := a.At(a.DC, 0) // the same input at every step: its gradients add up
	for t := 1; t < a.T; t++ {
		for i, g := range a.At(a.DC, t) {
			first[i] += g
		}
	}
	if l.cols != nil {
		l.BackwardColumns(dx, first, x, a.B, l.cols)
	} else {
		l.Dense.Backward(dx, first, x, a.B)
	}
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
		l.BackwardInputSparse(dx, dy, rows, 1)
	}
}
