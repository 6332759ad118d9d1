// Package nn holds the deep half of the system: parameters, dense layers, the
// critics' and the deep actor's multi-layer perceptron, and Adam.
//
//	init := rng.New(1, "critic/init")
//	q := nn.NewMLP([]int{14, 256, 256, 1}, init)
//	opt := nn.NewAdam(q.Params(), 1e-3)
//	y := q.Forward(x, n)   // x is [n][14], y is [n][1]
//	q.Backward(dy, n)      // dy is dLoss/dy; sets every Param.Grad
//	opt.Step()
//
// # Shapes
//
// A batch is row-major, one sample after another: [n][features]. A weight has
// the shape [out][in] in files and in [Param.AppendValue], and lies in memory
// transposed, [in][out], so that an input's fan-out is one contiguous row: a
// spike then adds one row, and so does a single state.
//
// # Gradients
//
// Backward sets Grad, it does not add to it: every loss here is one batch, and
// clearing gradients would be one more pass over memory.
//
// # Numbers
//
// float32 throughout, sums of a batch in the order that linalg chooses, the
// same on every call. Initial weights and biases are U(-k, k), k =
// 1/sqrt(fan_in). Adam is PyTorch's (bias-corrected, eps outside the root).
//
// # Rules
//
// Nothing is allocated once the largest batch has been seen. Shape mismatches
// panic. Nothing here is safe for concurrent use.
package nn
