package nn

import "gomdcsan/mdcsan/linalg"

// masked is the way back through the last hidden layer of a network with one
// output. There the gradient of the layer's sums is
//
//	g[b][k] = dy[b] w[k] on[b][k],
//
// w the weights of the output and on the units above zero, and its products
// are those of a binary matrix: additions, and a quarter of them.
type masked struct {
	rows, columns linalg.Binary // on, and its transpose
	ws            linalg.Workspace
	ones          []float32 // rows, as numbers 0 and 1
}

// setMask takes the units above zero from the last hidden layer's n outputs.
func (m *MLP) setMask(n int) {
	l := len(m.Layers) - 2
	m.on.rows.Set(m.h[l], n, m.Layers[l].Out, 0)
}

// scalar reports whether the network has one output, a hidden layer above the
// first, and a batch large enough.
func (m *MLP) scalar(n int) bool {
	last := len(m.Layers) - 1
	return last >= 2 && m.Layers[last].Out == 1 && n >= denseRows
}

// backwardLast sets the gradients of the output's weights and bias.
func (m *MLP) backwardLast(dy []float32, n int) {
	last := len(m.Layers) - 1
	m.Layers[last].Backward(nil, dy, m.h[last-1], n)
}

// backwardMasked sets the gradients of the last hidden layer.
func (m *MLP) backwardMasked(dy []float32, n int) {
	l := len(m.Layers) - 2
	d, w, on := m.Layers[l], m.Layers[l+1].W.Value, &m.on
	on.columns.Transpose(&on.rows)
	on.ones = Grow(on.ones, n*d.Out)
	linalg.Spikes(on.ones, m.h[l], 0)
	on.ws.Gemm(false, false, 1, d.Out, n, dy, n, on.ones, d.Out, 0, d.B.Grad, d.Out)
	linalg.Mul(d.B.Grad, d.B.Grad, w)
	on.ws.BinaryGemm(&on.columns, false, true, d.In, dy[:n], m.h[l-1], d.In, nil, d.W.Grad, d.Out)
	for i := range d.In {
		row := d.W.Grad[i*d.Out : (i+1)*d.Out]
		linalg.Mul(row, row, w)
	}
}

// belowMasked returns the gradient of the sums of the layer below it.
func (m *MLP) belowMasked(dy []float32, n int) []float32 {
	l := len(m.Layers) - 2
	d, on := m.Layers[l], &m.on
	below := m.grad(l, n*d.In)
	on.ws.BinaryGemm(&on.rows, true, false, d.In, m.Layers[l+1].W.Value, d.W.Value, d.Out, nil, below, d.In)
	for b := range n {
		row := below[b*d.In : (b+1)*d.In]
		linalg.Scale(row, dy[b], row)
	}
	linalg.ReluGrad(below, below, m.h[l-1])
	return below
}
