package nn

import "math"

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
		a.m = append(a.m, make([]float32, p.Len()))
		a.v = append(a.v, make([]float32, p.Len()))
	}
	return a
}

// Step applies every parameter's Grad.
func (a *Adam) Step() {
	a.step[0]++
	t := float64(a.step[0])
	c1 := 1 - math.Pow(a.Beta1, t)
	c2 := math.Sqrt(1 - math.Pow(a.Beta2, t))
	k := adamStep{
		b1: float32(a.Beta1), b2: float32(a.Beta2), eps: float32(a.Eps),
		rate: float32(a.LR / c1), root: float32(1 / c2),
		g1: float32(1 - a.Beta1), g2: float32(1 - a.Beta2),
	}
	for i, p := range a.params {
		k.apply(p.Value, p.Grad, a.m[i], a.v[i])
	}
}

// adamStep holds the constants of one step in float32.
type adamStep struct{ b1, b2, g1, g2, eps, rate, root float32 }

func (k *adamStep) apply(w, g, m, v []float32) {
	g, m, v = g[:len(w)], m[:len(w)], v[:len(w)]
	for i := range w {
		d := g[i]
		m[i] = k.b1*m[i] + k.g1*d
		v[i] = k.b2*v[i] + k.g2*d*d
		w[i] -= k.rate * m[i] / (float32(math.Sqrt(float64(v[i])))*k.root + k.eps)
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
