package linalg

import (
	"bytes"
	"math"
	"unsafe"
)

// Exp sets dst[i] = e^x[i], to 2 units in the last place.
func Exp(dst, x []float32) { best.exp(dst, x) }

func (s isa) exp(dst, x []float32) {
	checkLen("Exp", len(dst), len(x))
	switch s {
	case avx512:
		expAVX512(ptr(dst), ptr(x), len(x))
	case avx2:
		expAVX2(ptr(dst), ptr(x), len(x))
	default:
		for i, v := range x {
			dst[i] = float32(math.Exp(float64(v)))
		}
	}
}

// Tanh sets dst[i] = tanh(x[i]), to 4 units in the last place.
func Tanh(dst, x []float32) { best.tanh(dst, x) }

func (s isa) tanh(dst, x []float32) {
	checkLen("Tanh", len(dst), len(x))
	switch s {
	case avx512:
		tanhAVX512(ptr(dst), ptr(x), len(x))
	case avx2:
		tanhAVX2(ptr(dst), ptr(x), len(x))
	default:
		for i, v := range x {
			dst[i] = float32(math.Tanh(float64(v)))
		}
	}
}

// Relu sets dst[i] = max(x[i], 0); NaN stays NaN.
func Relu(dst, x []float32) { best.relu(dst, x) }

func (s isa) relu(dst, x []float32) {
	checkLen("Relu", len(dst), len(x))
	switch s {
	case avx512:
		reluAVX512(ptr(dst), ptr(x), len(x))
	case avx2:
		reluAVX2(ptr(dst), ptr(x), len(x))
	default:
		for i, v := range x {
			if v < 0 {
				v = 0
			}
			dst[i] = v
		}
	}
}

// ReluGrad sets dx[i] = dy[i] where y[i] > 0, else 0; y is Relu's output.
func ReluGrad(dx, dy, y []float32) { best.reluGrad(dx, dy, y) }

func (s isa) reluGrad(dx, dy, y []float32) {
	checkLen("ReluGrad", len(dx), len(dy), len(y))
	switch s {
	case avx512:
		reluGradAVX512(ptr(dx), ptr(dy), ptr(y), len(y))
	case avx2:
		reluGradAVX2(ptr(dx), ptr(dy), ptr(y), len(y))
	default:
		for i, v := range y {
			g := dy[i]
			if !(v > 0) {
				g = 0
			}
			dx[i] = g
		}
	}
}

// Spikes sets dst[i] = 1 where x[i] > threshold, else 0.
func Spikes(dst, x []float32, threshold float32) { best.spikes(dst, x, threshold) }

func (s isa) spikes(dst, x []float32, threshold float32) {
	checkLen("Spikes", len(dst), len(x))
	switch s {
	case avx512:
		spikesAVX512(ptr(dst), ptr(x), threshold, len(x))
	case avx2:
		spikesAVX2(ptr(dst), ptr(x), threshold, len(x))
	default:
		for i, v := range x {
			dst[i] = 0
			if v > threshold {
				dst[i] = 1
			}
		}
	}
}

// Axpy adds alpha·x to y.
func Axpy(y []float32, alpha float32, x []float32) { best.axpy(y, alpha, x) }

func (s isa) axpy(y []float32, alpha float32, x []float32) {
	checkLen("Axpy", len(y), len(x))
	switch s {
	case avx512:
		axpyAVX512(ptr(y), alpha, ptr(x), len(x))
	case avx2:
		axpyAVX2(ptr(y), alpha, ptr(x), len(x))
	default:
		for i, v := range x {
			y[i] += alpha * v
		}
	}
}

// Scale sets dst[i] = alpha·x[i].
func Scale(dst []float32, alpha float32, x []float32) { best.scale(dst, alpha, x) }

func (s isa) scale(dst []float32, alpha float32, x []float32) {
	checkLen("Scale", len(dst), len(x))
	switch s {
	case avx512:
		scaleAVX512(ptr(dst), alpha, ptr(x), len(x))
	case avx2:
		scaleAVX2(ptr(dst), alpha, ptr(x), len(x))
	default:
		for i, v := range x {
			dst[i] = alpha * v
		}
	}
}

// Add sets dst[i] = a[i] + b[i].
func Add(dst, a, b []float32) { best.add(dst, a, b) }

func (s isa) add(dst, a, b []float32) {
	checkLen("Add", len(dst), len(a), len(b))
	switch s {
	case avx512:
		addAVX512(ptr(dst), ptr(a), ptr(b), len(a))
	case avx2:
		addAVX2(ptr(dst), ptr(a), ptr(b), len(a))
	default:
		for i, v := range a {
			dst[i] = v + b[i]
		}
	}
}

// Mul sets dst[i] = a[i]·b[i].
func Mul(dst, a, b []float32) { best.mul(dst, a, b) }

func (s isa) mul(dst, a, b []float32) {
	checkLen("Mul", len(dst), len(a), len(b))
	switch s {
	case avx512:
		mulAVX512(ptr(dst), ptr(a), ptr(b), len(a))
	case avx2:
		mulAVX2(ptr(dst), ptr(a), ptr(b), len(a))
	default:
		for i, v := range a {
			dst[i] = v * b[i]
		}
	}
}

// Standardise sets dst[i] = (x[i] − shift[i])·scale[i], cut off at ±limit; NaN
// stays NaN.
func Standardise(dst, x, shift, scale []float32, limit float32) {
	best.standardise(dst, x, shift, scale, limit)
}

func (s isa) standardise(dst, x, shift, scale []float32, limit float32) {
	checkLen("Standardise", len(dst), len(x), len(shift), len(scale))
	switch s {
	case avx512:
		standardiseAVX512(ptr(dst), ptr(x), ptr(shift), ptr(scale), limit, len(x))
	case avx2:
		standardiseAVX2(ptr(dst), ptr(x), ptr(shift), ptr(scale), limit, len(x))
	default:
		for i, v := range x {
			dst[i] = max(-limit, min((v-shift[i])*scale[i], limit))
		}
	}
}

// Dot returns the sum of a[i]·b[i].
func Dot(a, b []float32) float32 { return best.dot(a, b) }

func (s isa) dot(a, b []float32) (sum float32) {
	checkLen("Dot", len(a), len(b))
	switch s {
	case avx512:
		return dotAVX512(ptr(a), ptr(b), len(a))
	case avx2:
		return dotAVX2(ptr(a), ptr(b), len(a))
	}
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// Sum returns the sum of x.
func Sum(x []float32) float32 { return best.sum(x) }

func (s isa) sum(x []float32) (sum float32) {
	switch s {
	case avx512:
		return sumAVX512(ptr(x), len(x))
	case avx2:
		return sumAVX2(ptr(x), len(x))
	}
	for _, v := range x {
		sum += v
	}
	return sum
}

// Finite reports whether x holds neither NaN nor Inf.
func Finite(x []float32) bool { return best.finite(x) }

func (s isa) finite(x []float32) bool {
	switch s {
	case avx512:
		return residueAVX512(ptr(x), len(x)) == 0
	case avx2:
		return residueAVX2(ptr(x), len(x)) == 0
	}
	for _, v := range x {
		if v-v != 0 {
			return false
		}
	}
	return true
}

// Same reports whether a and b hold the same bits.
func Same(a, b []float32) bool { return bytes.Equal(rawBytes(a), rawBytes(b)) }

func rawBytes(x []float32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), 4*len(x))
}

// Polyak moves target towards w: target += tau·(w − target).
func Polyak(target, w []float32, tau float32) { best.polyak(target, w, tau) }

func (s isa) polyak(target, w []float32, tau float32) {
	checkLen("Polyak", len(target), len(w))
	switch s {
	case avx512:
		polyakAVX512(ptr(target), ptr(w), tau, len(w))
	case avx2:
		polyakAVX2(ptr(target), ptr(w), tau, len(w))
	default:
		for i, v := range w {
			target[i] += tau * (v - target[i])
		}
	}
}

// AdamStep holds the numbers of one Adam step (Kingma & Ba 2015) with
// PyTorch's order of operations:
//
//	m ← m + (1−β₁)(g−m);  v ← β₂v + (1−β₂)g²
//	w ← w − Rate·m / (√v·InvSqrtCorr2 + Eps)
type AdamStep struct { // the assembly reads the fields in this order
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

// Moments of Adam below these are zero: those of a unit that is off would decay
// to denormal numbers and stay there, and with them a step takes 1.6 to 4.5
// times as long. With the usual eps, 1e-8, no weight has another bit for it.
const (
	leastMoment1 = 1e-30 // beside eps a step of the rate times 1e-22
	leastMoment2 = 1e-34 // its root is 1e-17
)

// Adam applies one step to the weights w with gradient g and moments m, v.
func Adam(w, g, m, v []float32, step AdamStep) { best.adam(w, g, m, v, step) }

func (s isa) adam(w, g, m, v []float32, step AdamStep) {
	checkLen("Adam", len(w), len(g), len(m), len(v))
	switch s {
	case avx512:
		adamAVX512(ptr(w), ptr(g), ptr(m), ptr(v), len(w), &step.Beta1)
	case avx2:
		adamAVX2(ptr(w), ptr(g), ptr(m), ptr(v), len(w), &step.Beta1)
	default:
		for i, gi := range g {
			m[i] += (1 - step.Beta1) * (gi - m[i])
			if -leastMoment1 < m[i] && m[i] < leastMoment1 {
				m[i] = 0
			}
			if v[i] = step.Beta2*v[i] + (1-step.Beta2)*gi*gi; v[i] < leastMoment2 {
				v[i] = 0
			}
			w[i] -= step.Rate * m[i] / (sqrt(v[i])*step.InvSqrtCorr2 + step.Eps)
		}
	}
}

// AddRow adds the vector b to each of the rows of c (rows × len(b)).
func AddRow(c []float32, rows, ldc int, b []float32) {
	for i := range rows {
		row := c[i*ldc:][:len(b)]
		best.add(row, row, b)
	}
}

// SumRows sets dst = beta·dst + the sum of the rows of a (rows × len(dst)):
// a bias' gradient. With beta = 0, dst is overwritten, whatever it held.
func SumRows(dst []float32, beta float32, a []float32, rows, lda int) {
	best.sumRows(dst, beta, a, rows, lda)
}

func (s isa) sumRows(dst []float32, beta float32, a []float32, rows, lda int) {
	if beta == 0 {
		clear(dst)
	} else if beta != 1 {
		s.scale(dst, beta, dst)
	}
	if rows == 0 || len(dst) == 0 {
		return
	}
	fits("the matrix", rows, len(dst), lda, len(a))
	done := 0
	if width := 4 * s.panel(); s != portable && len(dst) >= width { // a product with a row of ones
		blocks := len(dst) / width
		done = blocks * width
		if s == avx512 {
			gemvAVX512(blocks, rows, &oneValue[0], 0, &a[0], 4*lda, &dst[0], &dst[0])
		} else {
			gemvAVX2(blocks, rows, &oneValue[0], 0, &a[0], 4*lda, &dst[0], &dst[0])
		}
	}
	if rest := dst[done:]; len(rest) > 0 {
		for i := range rows {
			s.add(rest, rest, a[i*lda+done:][:len(rest)])
		}
	}
}

func sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }

// ptr is the address of x's first element; the kernels touch nothing when the
// length is 0.
func ptr(x []float32) *float32 { return unsafe.SliceData(x) }

func checkLen(op string, n int, more ...int) {
	for _, m := range more {
		if m != n {
			panic("linalg: " + op + ": slices of different length")
		}
	}
}
