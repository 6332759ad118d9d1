package nn

import (
	"strconv"

	"gomdcsan/mdcsan/linalg"
	"gomdcsan/mdcsan/rng"
)

// Dense is a linear layer: y = W x + b.
type Dense struct {
	In, Out int
	W, B    *Param // [out][in], [out]
	ws      linalg.Workspace
	wg      linalg.Workspace // of WeightGrad..., which may run beside BackwardInput...
	list    linalg.Events    // of a gradient
	base    base             // of ForwardColumns
}

// NewDense returns a layer whose parameters are called W<index> and b<index>,
// drawn from U(-1/sqrt(in), 1/sqrt(in)).
func NewDense(index, in, out int, init *rng.Stream) *Dense {
	n := strconv.Itoa(index)
	d := &Dense{In: in, Out: out, W: NewWeight("W"+n, out, in), B: NewParam("b"+n, out)}
	d.W.InitUniform(in, init)
	d.B.InitUniform(in, init)
	return d
}

// Params returns the weight and the bias.
func (d *Dense) Params() []*Param { return []*Param{d.W, d.B} }

// Forward computes y [n][Out] from x [n][In].
func (d *Dense) Forward(y, x []float32, n int) {
	d.ws.GemmBias(false, false, n, d.Out, d.In, x, d.In, d.W.Value, d.Out, d.B.Value, y, d.Out)
}

// Backward sets the gradients of W and b from dy [n][Out] and the input x of
// Forward, and, unless dx is nil, dx [n][In].
func (d *Dense) Backward(dx, dy, x []float32, n int) {
	linalg.SumRows(d.B.Grad, 0, dy, n, d.Out)
	d.ws.Gemm(true, false, d.In, d.Out, n, x, d.In, dy, d.Out, 0, d.W.Grad, d.Out)
	if dx != nil {
		d.BackwardInput(dx, dy, n, 0, d.In)
	}
}

// BackwardInput computes only the gradient of the inputs lo to hi-1, as
// dx [n][hi-lo]; the parameters' gradients stay as they are.
func (d *Dense) BackwardInput(dx, dy []float32, n, lo, hi int) {
	d.ws.Gemm(false, true, n, hi-lo, d.Out, dy, d.Out, d.W.Value[lo*d.Out:], d.Out, 0, dx, hi-lo)
}

// ForwardBinary is Forward for an x of zeros and ones.
func (d *Dense) ForwardBinary(y []float32, x *linalg.Binary) {
	d.ws.BinaryGemm(x, false, false, d.Out, nil, d.W.Value, d.Out, d.B.Value, y, d.Out)
}

// WeightGradBinary is Backward without dx for an x of zeros and ones, given as
// its transpose.
func (d *Dense) WeightGradBinary(dy []float32, xt *linalg.Binary) {
	linalg.SumRows(d.B.Grad, 0, dy, len(dy)/d.Out, d.Out)
	d.wg.BinaryGemm(xt, false, false, d.Out, nil, dy, d.Out, nil, d.W.Grad, d.Out)
}

// ForwardEvents is Forward for an x given as a list.
func (d *Dense) ForwardEvents(y []float32, x *linalg.Events) {
	d.ws.EventGemm(x, false, d.Out, d.W.Value, d.Out, d.B.Value, 0, y, d.Out)
}

// WeightGradEvents is Backward without dx for an x given as a list.
func (d *Dense) WeightGradEvents(dy []float32, x *linalg.Events) {
	linalg.SumRows(d.B.Grad, 0, dy, len(dy)/d.Out, d.Out)
	d.wg.EventGemmT(x, d.Out, dy, d.Out, d.W.Grad, d.Out)
}

// BackwardInputSparse is BackwardInput for all inputs where much of dy may be
// zero: a rectifier's or a surrogate's gradient. Its rows come in groups of
// `together` (the steps of a state), which may have their zeros in common.
func (d *Dense) BackwardInputSparse(dx, dy []float32, n, together int) {
	if together > 1 && together <= linalg.MaxGroup {
		d.list.ListGroups(dy[:n*d.Out], n, d.Out, together)
		if d.list.Density() < groupLimit {
			d.ws.GroupGemm(&d.list, together, true, n, d.In, dy, d.Out, d.W.Value, d.Out, dx, d.In)
			return
		}
	} else if d.list.ListNonzero(dy[:n*d.Out], n, d.Out); d.list.Pays(false) {
		d.ws.EventGemm(&d.list, true, d.In, d.W.Value, d.Out, nil, 0, dx, d.In)
		return
	}
	d.BackwardInput(dx, dy, n, 0, d.In)
}

// groupLimit is the share of columns in use up to which lists by group pay.
const groupLimit = 0.9

// Grow returns a slice of n elements, in s where it has the capacity.
func Grow(s []float32, n int) []float32 {
	if cap(s) < n {
		return linalg.Make(n)
	}
	return s[:n]
}
