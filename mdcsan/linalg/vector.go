package linalg

import "math"

// Exp sets dst[i] = e^x[i].
func Exp(dst, x []float32) {
	checkLen("Exp", len(dst), len(x))
	for i, v := range x {
		dst[i] = float32(math.Exp(float64(v)))
	}
}

// Tanh sets dst[i] = tanh(x[i]).
func Tanh(dst, x []float32) {
	checkLen("Tanh", len(dst), len(x))
	for i, v := range x {
		dst[i] = float32(math.Tanh(float64(v)))
	}
}

// Relu sets dst[i] = max(x[i], 0); NaN stays NaN.
func Relu(dst, x []float32) {
	checkLen("Relu", len(dst), len(x))
	for i, v := range x {
		if v < 0 {
			v = 0
		}
		dst[i] = v
	}
}

// ReluGrad sets dx[i] = dy[i] where y[i] > 0, else 0; y is Relu's output.
func ReluGrad(dx, dy, y []float32) {
	checkLen("ReluGrad", len(dx), len(dy), len(y))
	for i, v := range y {
		g := dy[i]
		if !(v > 0) {
			g = 0
		}
		dx[i] = g
	}
}

// Axpy adds alpha·x to y.
func Axpy(y []float32, alpha float32, x []float32) {
	checkLen("Axpy", len(y), len(x))
	for i, v := range x {
		y[i] += alpha * v
	}
}

// Scale sets dst[i] = alpha·x[i].
func Scale(dst []float32, alpha float32, x []float32) {
	checkLen("Scale", len(dst), len(x))
	for i, v := range x {
		dst[i] = alpha * v
	}
}

// Add sets dst[i] = a[i] + b[i].
func Add(dst, a, b []float32) {
	checkLen("Add", len(dst), len(a), len(b))
	for i, v := range a {
		dst[i] = v + b[i]
	}
}

// Mul sets dst[i] = a[i]·b[i].
func Mul(dst, a, b []float32) {
	checkLen("Mul", len(dst), len(a), len(b))
	for i, v := range a {
		dst[i] = v * b[i]
	}
}

// Dot returns the sum of a[i]·b[i].
func Dot(a, b []float32) float32 {
	checkLen("Dot", len(a), len(b))
	var s float32
	for i, v := range a {
		s += v * b[i]
	}
	return s
}

// Sum returns the sum of x.
func Sum(x []float32) float32 {
	var s float32
	for _, v := range x {
		s += v
	}
	return s
}

// Finite reports whether x holds neither NaN nor Inf.
func Finite(x []float32) bool {
	for _, v := range x {
		if v-v != 0 {
			return false
		}
	}
	return true
}

// Polyak moves target towards w: target += tau·(w − target).
func Polyak(target, w []float32, tau float32) {
	checkLen("Polyak", len(target), len(w))
	for i, v := range w {
		target[i] += tau * (v - target[i])
	}
}

// AdamStep holds the numbers of one Adam step (Kingma & Ba 2015) with
// PyTorch's order of operations:
//
//	m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²
//	w ← w − Rate·m / (√v·InvSqrtCorr2 + Eps)
type AdamStep struct {
	Beta1, Beta2 float32
	Rate         float32 // learning rate / (1 − β₁^t)
	InvSqrtCorr2 float32 // 1 / √(1 − β₂^t)
	Eps          float32
}

// NewAdamStep returns the numbers of step t = 1, 2, ...
func NewAdamStep(lr, beta1, beta2, eps float64, t int) AdamStep {
	return AdamStep{
		Beta1: float32(beta1), Beta2: float32(beta2),
		Rate:         float32(lr / (1 - math.Pow(beta1, float64(t)))),
		InvSqrtCorr2: float32(1 / math.Sqrt(1-math.Pow(beta2, float64(t)))),
		Eps:          float32(eps),
	}
}

// Adam applies one step to the weights w with gradient g and moments m, v.
func Adam(w, g, m, v []float32, s AdamStep) {
	checkLen("Adam", len(w), len(g), len(m), len(v))
	for i, gi := range g {
		m[i] += (1 - s.Beta1) * (gi - m[i])
		v[i] = s.Beta2*v[i] + (1-s.Beta2)*gi*gi
		w[i] -= s.Rate * m[i] / (sqrt(v[i])*s.InvSqrtCorr2 + s.Eps)
	}
}

// AddRow adds the vector b to each of the rows of c (rows × len(b)).
func AddRow(c []float32, rows, ldc int, b []float32) {
	for i := range rows {
		row := c[i*ldc:]
		Add(row[:len(b)], row[:len(b)], b)
	}
}

// SumRows sets dst = beta·dst + the sum of the rows of a (rows × len(dst)):
// a bias' gradient. With beta = 0, dst is overwritten, whatever it held.
func SumRows(dst []float32, beta float32, a []float32, rows, lda int) {
	if beta == 0 {
		clear(dst)
	} else if beta != 1 {
		Scale(dst, beta, dst)
	}
	for i := range rows {
		row := a[i*lda:]
		Add(dst, dst, row[:len(dst)])
	}
}

func sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }

func checkLen(op string, n int, more ...int) {
	for _, m := range more {
		if m != n {
			panic("linalg: " + op + ": slices of different length")
		}
	}
}
