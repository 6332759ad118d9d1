package nn

import (
	"math"

	"gomdcsan/mdcsan/linalg"
)

// Adam is Kingma and Ba's optimiser with PyTorch's arithmetic: bias-corrected
// moments, eps added after the root, no weight decay.
type Adam struct {
	LR           float64 // learning rate
	Beta1, Beta2 float64 // decay of the first and second moment, per step
	Eps          float64 // added to the root of the second moment

	params []*Param
	m, v   [][]float32
	step   []int64 // one element, so that it can be saved and restored
}

// NewAdam returns an optimiser of params with betas 0.9 and 0.999, eps 1e-8.
func NewAdam(params []*Param, lr float64) *Adam {
	a := &Adam{LR: lr, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, params: params, step: make([]int64, 1)}
	for _, p := range params {
		a.m = append(a.m, linalg.Make(p.Len()))
		a.v = append(a.v, linalg.Make(p.Len()))
	}
	return a
}

// Step applies every parameter's Grad.
func (a *Adam) Step() {
	a.Begin()
	a.Apply(0, 1)
}

// Begin counts a step, which Apply then does.
func (a *Adam) Begin() { a.step[0]++ }

// Apply does part i of a step that is done in so many parts, each for some of
// the parameters: they may run side by side.
func (a *Adam) Apply(i, parts int) {
	k := linalg.NewAdamStep(a.LR, a.Beta1, a.Beta2, a.Eps, int(a.step[0]))
	// The kernel forms 1 - beta in float32, which for 0.999 is off by 1.3e-5.
	// That factor is in every m and v alike: take it out of the step.
	k.Rate *= float32((1 - a.Beta1) / float64(1-k.Beta1))
	k.InvSqrtCorr2 *= float32(math.Sqrt((1 - a.Beta2) / float64(1-k.Beta2)))
	for j := i; j < len(a.params); j += parts {
		p := a.params[j]
		linalg.Adam(p.Value, p.Grad, a.m[j], a.v[j], k)
	}
}

// Tensors returns the moments and the step counter under prefix.
func (a *Adam) Tensors(prefix string) []Tensor {
	ts := []Tensor{{Name: prefix + "step", Shape: []int{1}, I64: a.step}}
	for i, p := range a.params {
		ts = append(ts, momentTensor(prefix+"m/"+p.Name, p, a.m[i]), momentTensor(prefix+"v/"+p.Name, p, a.v[i]))
	}
	return ts
}
