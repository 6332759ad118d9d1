package nn

import (
	"gomdcsan/mdcsan/linalg"
	"gomdcsan/mdcsan/rng"
)

// MLP is a perceptron with rectified hidden layers and a linear last one.
type MLP struct {
	Layers []*Dense
	params []*Param
	x      []float32       // input of the last Forward
	h      [][]float32     // outputs of the layers, [n][Out], hidden ones rectified
	sparse []linalg.Events // hidden outputs that are not zero, of batches
	d      [2][]float32
	cols   *Columns // of x: own, or what ForwardColumns was given
	own    Columns
	given  bool
	on     masked // the last hidden layer, where there is one output
}

// NewMLP returns a network of sizes[0] inputs and sizes[len-1] outputs.
func NewMLP(sizes []int, init *rng.Stream) *MLP {
	m := &MLP{h: make([][]float32, len(sizes)-1), sparse: make([]linalg.Events, len(sizes)-1)}
	for l := range len(sizes) - 1 {
		d := NewDense(l, sizes[l], sizes[l+1], init)
		m.Layers = append(m.Layers, d)
		m.params = append(m.params, d.Params()...)
	}
	return m
}

// Twin returns a network with the same parameters, not copies, and memory of
// its own for what it computes: both may run at once while nothing changes the
// parameters.
func (m *MLP) Twin() *MLP {
	t := &MLP{params: m.params, h: make([][]float32, len(m.h)), sparse: make([]linalg.Events, len(m.sparse))}
	for _, d := range m.Layers {
		t.Layers = append(t.Layers, &Dense{In: d.In, Out: d.Out, W: d.W, B: d.B})
	}
	return t
}

// Params returns W0, b0, W1, b1, ...
func (m *MLP) Params() []*Param { return m.params }

// Hold says whether the parameters stay as they are: see [Dense.Hold].
func (m *MLP) Hold(on bool) { m.Layers[0].Hold(on) }

// Hidden returns layer l's outputs of the last Forward, [n][Out].
func (m *MLP) Hidden(l int) []float32 { return m.h[l] }

// Forward returns the outputs [n][Out] for x [n][In]. Both x and the result
// must stay untouched until Backward; the next Forward overwrites the result.
func (m *MLP) Forward(x []float32, n int) []float32 { return m.ForwardColumns(x, n, nil) }

// ForwardColumns is Forward for an x whose columns the caller knows. Then
// Backward's dx is that of [Dense.BackwardColumns].
func (m *MLP) ForwardColumns(x []float32, n int, c *Columns) []float32 {
	m.x, m.cols, m.given = x, c, c != nil
	if !m.given {
		m.own.Find(x, n, m.Layers[0].In)
		m.cols = &m.own
	}
	for l, d := range m.Layers {
		m.h[l] = Grow(m.h[l], n*d.Out)
		if l == 0 {
			d.ForwardColumns(m.h[l], x, n, m.cols)
		} else {
			m.forwardHidden(l, n)
		}
		if l < len(m.Layers)-1 {
			linalg.Relu(m.h[l], m.h[l])
		}
		x = m.h[l]
	}
	return x
}

// Backward sets the gradient of every parameter from dy, the gradient of the
// last Forward's outputs. dx, unless nil, receives that of the inputs.
func (m *MLP) Backward(dx, dy []float32, n int) {
	top := len(m.Layers) - 1
	if m.scalar(n) {
		m.setMask(n)
		m.backwardLast(dy, n)
		m.backwardMasked(dy, n)
		top, dy = top-2, m.belowMasked(dy, n)
	}
	for l := top; l >= 0; l-- {
		d := m.Layers[l]
		if l == 0 {
			m.backwardFirst(dx, dy, n)
			return
		}
		below := m.grad(l, n*d.In)
		m.backwardHidden(below, dy, l, n)
		linalg.ReluGrad(below, below, m.h[l-1])
		dy = below
	}
}

// sample is how many rows say whether looking for zeros in all will pay.
const sample = 12

// denseRows is the batch below which looking for zeros does not pay.
const denseRows = 16

// forwardHidden runs layer l > 0 on the rectified outputs of the one below, of
// which about half are zero.
func (m *MLP) forwardHidden(l, n int) {
	d, x := m.Layers[l], m.h[l-1]
	if n >= denseRows && d.Out >= denseRows {
		e := &m.sparse[l-1]
		e.ListNonzero(x[:sample*d.In], sample, d.In) // of all only if it may pay
		if e.Pays(false) || e.Pays(true) {
			e.ListNonzero(x[:n*d.In], n, d.In)
		}
		if e.Pays(false) {
			d.ForwardEvents(m.h[l], e)
			return
		}
	}
	d.Forward(m.h[l], x, n)
}

// backwardHidden is layer l's Backward, l > 0.
func (m *MLP) backwardHidden(dx, dy []float32, l, n int) {
	d := m.Layers[l]
	if n >= denseRows && d.Out >= denseRows && m.sparse[l-1].Pays(true) {
		d.WeightGradEvents(dy[:n*d.Out], &m.sparse[l-1])
	} else {
		d.Backward(nil, dy, m.h[l-1], n)
	}
	m.backwardBelow(dx, dy, l, n)
}

// backwardBelow writes the gradient of layer l's input.
func (m *MLP) backwardBelow(dx, dy []float32, l, n int) {
	d := m.Layers[l]
	if n >= denseRows && d.Out >= denseRows {
		d.BackwardInputSparse(dx, dy, n, 1)
		return
	}
	d.BackwardInput(dx, dy, n, 0, d.In)
}

// backwardFirst is the first layer's Backward. A caller that knows nothing of
// columns wants every row of dx.
func (m *MLP) backwardFirst(dx, dy []float32, n int) {
	if dx != nil && !m.given {
		m.Layers[0].Backward(dx, dy, m.x, n)
		return
	}
	m.Layers[0].BackwardColumns(dx, dy, m.x, n, m.cols)
}

// BackwardInput computes only the gradient of the inputs lo to hi-1, as
// dx [n][hi-lo], and leaves the parameters' gradients alone.
func (m *MLP) BackwardInput(dx, dy []float32, n, lo, hi int) {
	top := len(m.Layers) - 1
	if m.scalar(n) {
		m.setMask(n)
		top, dy = top-2, m.belowMasked(dy, n)
	}
	for l := top; l > 0; l-- {
		d := m.Layers[l]
		below := m.grad(l, n*d.In)
		m.backwardBelow(below, dy, l, n)
		linalg.ReluGrad(below, below, m.h[l-1])
		dy = below
	}
	m.Layers[0].BackwardInput(dx, dy, n, lo, hi)
}

// grad returns one of two buffers in turn: a layer reads one, writes the other.
func (m *MLP) grad(l, n int) []float32 {
	m.d[l&1] = Grow(m.d[l&1], n)
	return m.d[l&1]
}
