package nn

import (
	"fmt"
	"math"

	"gomdcsan/mdcsan/rng"
)

// DeepActor is the paper's DAN: N -> 256 relu -> 256 relu -> M tanh, times the
// action limit.
type DeepActor struct {
	ObsDim, ActDim int
	net            *MLP
	squash         Squash
	sizes          []int
	n              int
}

// NewDeepActor returns a DAN with the given hidden widths; the paper's are
// 256, 256. Weights come from the stream "actor/init" of seed.
func NewDeepActor(obsDim, actDim int, hidden []int, actLimit float32, seed uint64) (*DeepActor, error) {
	if obsDim < 1 || actDim < 1 {
		return nil, fmt.Errorf("nn: deep actor: %d observations and %d actions, want at least 1 of each", obsDim, actDim)
	}
	for l, h := range hidden {
		if h < 1 {
			return nil, fmt.Errorf("nn: deep actor: hidden layer %d has width %d, want at least 1", l, h)
		}
	}
	if !(actLimit > 0) || math.IsInf(float64(actLimit), 0) {
		return nil, fmt.Errorf("nn: deep actor: action limit %v, want a positive number", actLimit)
	}
	sizes := append(append([]int{obsDim}, hidden...), actDim)
	return &DeepActor{
		ObsDim: obsDim, ActDim: actDim,
		net: NewMLP(sizes, rng.New(seed, "actor/init")), squash: Squash{Limit: actLimit}, sizes: sizes,
	}, nil
}

// Clone returns an independent actor with the same parameters. It draws no
// random numbers, so the name, which names streams elsewhere, is not used.
func (a *DeepActor) Clone(string) *DeepActor {
	c := &DeepActor{
		ObsDim: a.ObsDim, ActDim: a.ActDim,
		net: NewMLP(a.sizes, rng.New(0, "clone")), squash: Squash{Limit: a.squash.Limit}, sizes: a.sizes,
	}
	Copy(c.Params(), a.Params())
	return c
}

// Params returns the parameters that learn.
func (a *DeepActor) Params() []*Param { return a.net.params }

// ParamCount returns the number of parameters.
func (a *DeepActor) ParamCount() int { return Count(a.net.params) }

// Hold says whether the parameters stay as they are: see [Dense.Hold].
func (a *DeepActor) Hold(on bool) { a.net.Hold(on) }

// Act writes the action for one observation.
func (a *DeepActor) Act(dst, obs []float32) { a.ActBatch(dst, obs, 1) }

// ActBatch writes n actions [n][M] for n observations [n][N].
func (a *DeepActor) ActBatch(dst, obs []float32, n int) { a.Forward(dst, obs, n) }

// Forward is ActBatch, keeping what Backward needs; obs must stay untouched
// until then.
func (a *DeepActor) Forward(dst, obs []float32, n int) {
	a.n = n
	y := a.net.Forward(obs[:n*a.ObsDim], n)
	a.squash.Forward(dst[:len(y)], y)
}

// Backward sets the gradients from dact [n][M], that of the last Forward's
// actions.
func (a *DeepActor) Backward(dact []float32) {
	a.net.Backward(nil, a.squash.Backward(dact), a.n)
}
