package snn

import (
	"gomdcsan/mdcsan/linalg"
	"gomdcsan/mdcsan/nn"
)

// fused is the fast way through a layer of built-in neurons that do not learn
// (the paper's MDC-SAN and its LIF twin): one kernel runs current, membrane and
// spike of all steps, only voltages are kept, and products of the spikes are
// additions: see linalg.Binary, and for few states or spikes linalg.Events. Time
// is innermost but for the neuron: [B][T][N]. It gives the same numbers as the
// general way, to rounding.
type fused struct {
	dynamics
	thresh func() float32 // what v exceeds at a spike
	v      []float32      // [B][T][N]
	in, g  []float32      // weighted input of the first layer, gradient of it; one step only if it is constant
	do     []float32      // gradient of the spikes
	dc     linalg.Steps   // gradient of the current
	spikes []float32      // as numbers
	events linalg.Events  // spikes of a few states, or few spikes
	rows   linalg.Binary  // spikes of many states, [B·T][N]
	cols   linalg.Binary  // and their transpose
	quiet  bool           // few spikes
	input  linalg.Events  // of the first layer's analogue input, when acting
}

// dynamics runs a layer through all steps and back, as linalg.Neuron does.
type dynamics interface {
	Forward(v, o, u, x linalg.Steps, steps, rows, n int)
	Backward(dx, do, v linalg.Steps, steps, rows, n int)
}

// newFused returns nil when the layer needs the general way.
func newFused(neuron Neuron, decay float32) *fused {
	f := &linalg.Neuron{CurrentDecay: decay}
	var s surrogate
	switch n := neuron.(type) {
	case *leaky:
		s = n.surrogate
		f.Kind, f.VoltageDecay = linalg.LIF, n.decay
	case *dynamic:
		if n.mode != ThetaFixed {
			return nil
		}
		s = n.surrogate
		f.Kind, f.U0 = linalg.DN, n.u0
		if n.printed {
			f.Kind = linalg.DNPrinted
		}
		f.ThetaV, f.ThetaU, f.ThetaR, f.ThetaS = n.full[0], n.full[1], n.full[2], n.full[3]
	case *equation:
		if n.n.Ternary() {
			return nil
		}
		return &fused{dynamics: filtered{n}, thresh: n.Threshold}
	default:
		return nil
	}
	if s.kind != Rectangular {
		return nil
	}
	f.Threshold, f.Window = s.vth, s.w
	return &fused{dynamics: f, thresh: func() float32 { return s.vth }}
}

// input is what the first layer gets.
type input struct {
	x     []float32 // [steps][n][K]
	n     int
	steps int         // 1 or T
	cols  *nn.Columns // of x when steps is 1 and they are known, else nil
}

// forwardFirst runs the first layer.
func (l *layer) forwardFirst(in input, t int) {
	f := l.fused
	size := in.n * l.Out
	f.in = nn.Grow(f.in, size*in.steps)
	x := linalg.Constant(f.in, l.Out)
	switch {
	case in.steps > 1: // the encoder's order is [T][B]
		x = linalg.Steps{Data: f.in, Step: size, Row: l.Out}
		l.forwardSpikes(f.in, in.x, in.n*in.steps)
	case in.cols != nil && in.n <= fewStates:
		l.forwardSignificant(in)
	case in.cols != nil:
		l.Dense.ForwardColumns(f.in, in.x, in.n, in.cols)
	default:
		l.Dense.Forward(f.in, in.x, in.n)
	}
	f.run(x, t, in.n, l.Out)
}

// Acting has few states, and of a population's Gaussian activations few
// matter: those below tiny would together change a current by less than
// float32 rounds it.
const (
	fewStates = 4
	tiny      = 2e-8
)

// forwardSignificant is the weighted input of the activations above tiny.
func (l *layer) forwardSignificant(in input) {
	f := l.fused
	base := l.Base(in.x, in.cols)
	for b := range in.n {
		y := f.in[b*l.Out : (b+1)*l.Out]
		copy(y, base)
		for _, r := range in.cols.Varying() {
			x := in.x[b*l.In+r.Lo : b*l.In+r.Hi]
			f.input.List(x, 1, len(x), tiny)
			linalg.SparseGemv(y, &f.input, 0, x, l.W.Value[r.Lo*l.Out:], l.Out)
		}
	}
}

// forwardNext runs a layer on the spikes of the one below. The voltages take
// the place of the weighted input: what is not touched need not be fetched.
func (l *layer) forwardNext(below *fused, t, n int) {
	f := l.fused
	f.v = nn.Grow(f.v, n*t*l.Out)
	below.quiet = false
	if n <= fewStates {
		below.events.List(below.v, n*t, l.In, below.thresh())
		l.ForwardEvents(f.v, &below.events)
	} else if below.list(n*t, l.In); below.quiet {
		l.ForwardEvents(f.v, &below.events)
	} else {
		l.ForwardBinary(f.v, &below.rows)
	}
	f.run(linalg.ByRow(f.v, t, l.Out), t, n, l.Out)
}

// quietRate is the firing rate below which lists of the spikes are faster than
// sums of subsets: by a quarter of a pass at 0.04, where a fresh network is.
const quietRate = 0.15

// list sets rows to the spikes and, if they are few, lists them.
func (f *fused) list(rows, n int) {
	f.rows.Set(f.v, rows, n, f.thresh())
	if f.quiet = f.rows.Density() < quietRate; f.quiet {
		f.number()
		f.events.ListNonzero(f.spikes, rows, n)
	}
}

func (f *fused) run(x linalg.Steps, t, n, size int) {
	f.v = nn.Grow(f.v, n*t*size)
	f.Forward(linalg.ByRow(f.v, t, size), linalg.Steps{}, linalg.Steps{}, x, t, n, size)
}

// number writes the spikes as zeros and ones.
func (f *fused) number() {
	f.spikes = nn.Grow(f.spikes, len(f.v))
	linalg.Spikes(f.spikes, f.v, f.thresh())
}

// rates writes the share of steps at which each neuron fired, [n][size].
func (f *fused) rates(rate []float32, t, n, size int) {
	f.number()
	for b := range n {
		linalg.SumRows(rate[b*size:(b+1)*size], 0, f.spikes[b*t*size:], t, size)
	}
	for i := range rate {
		rate[i] /= float32(t)
	}
}

// backwardCurrent returns the gradient of a layer's current from do, that of its
// spikes, whose place it takes unless do is constant.
func (l *layer) backwardCurrent(do linalg.Steps, t, n int) {
	f := l.fused
	f.dc = do
	if do.Step == 0 {
		f.g = nn.Grow(f.g, n*t*l.Out)
		f.dc = linalg.ByRow(f.g, t, l.Out)
	}
	f.Backward(f.dc, do, linalg.ByRow(f.v, t, l.Out), t, n, l.Out)
}

// backwardSpikesBelow writes the gradient of the spikes below from that of the
// current.
func (l *layer) backwardSpikesBelow(below *fused, t, n int) {
	below.do = nn.Grow(below.do, n*t*l.In)
	l.BackwardInputSparse(below.do, l.fused.dc.Data, n*t, t)
}

// backwardWeights sets the gradients of a layer from that of its current. It
// may run beside all that goes on below.
func (l *layer) backwardWeights(below *fused, t, n int) {
	if n <= fewStates {
		below.rows.Set(below.v, n*t, l.In, below.thresh())
	}
	if below.quiet {
		l.WeightGradEvents(l.fused.dc.Data, &below.events)
	} else {
		below.cols.Transpose(&below.rows)
		l.WeightGradBinary(l.fused.dc.Data, &below.cols)
	}
}

// backwardFirst sets the gradients of the first layer and, unless dx is nil,
// writes that of its input.
func (l *layer) backwardFirst(dx []float32, do linalg.Steps, in input, t int) {
	f := l.fused
	size := in.n * l.Out
	f.g = nn.Grow(f.g, size*in.steps)
	g := linalg.Constant(f.g, l.Out)
	if in.steps > 1 {
		g = linalg.Steps{Data: f.g, Step: size, Row: l.Out}
	}
	f.Backward(g, do, linalg.ByRow(f.v, t, l.Out), t, in.n, l.Out)
	switch {
	case in.steps > 1:
		l.backwardSpikes(dx, f.g, in.x, in.n*in.steps)
	case in.cols != nil:
		l.BackwardColumns(dx, f.g, in.x, in.n, in.cols)
	default:
		l.Dense.Backward(dx, f.g, in.x, in.n)
	}
}

// forwardFused is forward for layers that are all fused.
func (s *spiking) forwardFused(rate []float32, in input) {
	for i, l := range s.layers {
		if i == 0 {
			l.forwardFirst(in, s.t)
		} else {
			l.forwardNext(s.layers[i-1].fused, s.t, in.n)
		}
	}
	last := s.layers[len(s.layers)-1]
	last.fused.rates(rate, s.t, in.n, last.Out)
}

// backwardFused is backward for layers that are all fused, in three parts.
func (s *spiking) backwardFused(dx, drate []float32, in input) {
	s.backwardTop(drate, in)
	s.backwardWeights(in)
	s.backwardRest(dx, in)
}

// backwardTop goes down to the second layer's current: what the weights of all
// layers but the first wait for.
func (s *spiking) backwardTop(drate []float32, in input) {
	k := len(s.layers) - 1
	s.drate = nn.Grow(s.drate, len(drate))
	linalg.Scale(s.drate, 1/float32(s.t), drate)
	do := linalg.Constant(s.drate, s.layers[k].Out)
	for ; k > 0; k-- {
		s.layers[k].backwardCurrent(do, s.t, in.n)
		if k > 1 {
			do = s.backwardBelow(k, in)
		}
	}
}

// backwardBelow goes from the current of layer k to the spikes below.
func (s *spiking) backwardBelow(k int, in input) linalg.Steps {
	below := s.layers[k-1]
	s.layers[k].backwardSpikesBelow(below.fused, s.t, in.n)
	return linalg.ByRow(below.fused.do, s.t, below.Out)
}

// backwardWeights sets the gradients of all layers but the first. It may run
// beside backwardRest.
func (s *spiking) backwardWeights(in input) {
	for k := len(s.layers) - 1; k > 0; k-- {
		s.layers[k].backwardWeights(s.layers[k-1].fused, s.t, in.n)
	}
}

// backwardRest goes from the second layer's current to the input.
func (s *spiking) backwardRest(dx []float32, in input) {
	do := linalg.Constant(s.drate, s.layers[0].Out)
	if len(s.layers) > 1 {
		do = s.backwardBelow(1, in)
	}
	s.layers[0].backwardFirst(dx, do, in, s.t)
}
