package linalg

import "math"

// Gauss computes a population code: for each of the dimensions i of x and
// their J = len(mean)/len(x) receptive fields,
//
//	dst[i·J+j] = exp(−d²/2),  d = (x[i] − mean[i·J+j])·inv[i·J+j]
//
// with inv = 1/σ.
func Gauss(dst, x, mean, inv []float32) { best.gauss(dst, x, mean, inv) }

// least is the exponent below which an activation is zero: denormal numbers
// cost Intel's multiplications 125 cycles each.
const least = -64

func (s isa) gauss(dst, x, mean, inv []float32) {
	checkLen("Gauss", len(dst), len(mean), len(inv))
	fields := fieldsOf("Gauss", len(x), len(mean))
	whole := s.wholeDims(len(x), fields)
	if whole > 0 {
		if s == avx512 {
			gaussAVX512(&dst[0], &x[0], &mean[0], &inv[0], whole, fields)
		} else {
			gaussAVX2(&dst[0], &x[0], &mean[0], &inv[0], whole, fields)
		}
	}
	rest := dst[whole*fields:]
	for k := range rest {
		at := whole*fields + k
		d := (x[at/fields] - mean[at]) * inv[at]
		rest[k] = d * -0.5 * d
		if rest[k] < least {
			rest[k] = float32(math.Inf(-1))
		}
	}
	s.exp(rest, rest)
}

// GaussGrad adds the gradients of the receptive fields to dmean and dstd:
// g = da·a·d·inv to the mean's, g·d to the standard deviation's. a is what
// Gauss wrote, da its gradient.
func GaussGrad(dmean, dstd, da, a, x, mean, inv []float32) {
	best.gaussGrad(dmean, dstd, da, a, x, mean, inv)
}

func (s isa) gaussGrad(dmean, dstd, da, a, x, mean, inv []float32) {
	checkLen("GaussGrad", len(mean), len(dmean), len(dstd), len(da), len(a), len(inv))
	fields := fieldsOf("GaussGrad", len(x), len(mean))
	whole := s.wholeDims(len(x), fields)
	if whole > 0 {
		if s == avx512 {
			gaussGradAVX512(&dmean[0], &dstd[0], &da[0], &a[0], &x[0], &mean[0], &inv[0], whole, fields)
		} else {
			gaussGradAVX2(&dmean[0], &dstd[0], &da[0], &a[0], &x[0], &mean[0], &inv[0], whole, fields)
		}
	}
	for at := whole * fields; at < len(mean); at++ {
		d := (x[at/fields] - mean[at]) * inv[at]
		g := da[at] * a[at] * (d * inv[at])
		dmean[at] += g
		dstd[at] += g * d
	}
}

func fieldsOf(op string, dims, fields int) int {
	if dims == 0 {
		return 0
	}
	if fields%dims != 0 {
		panic("linalg: " + op + ": the fields are not a multiple of the dimensions")
	}
	return fields / dims
}

// wholeDims returns how many dimensions a kernel may do in whole vectors
// without leaving the slice.
func (s isa) wholeDims(dims, fields int) int {
	lanes := s.panel() / 2
	reach := (fields + lanes - 1) / lanes * lanes
	if s == portable || dims == 0 || dims*fields < reach {
		return 0
	}
	return min(dims, (dims*fields-reach)/fields+1)
}

// Differ marks the columns in which the rows of a (rows × len(acc)) are not
// all the same, bit by bit: acc[j] becomes 0 where they are, anything else
// where they are not.
func Differ(acc []uint32, a []float32, rows, lda int) { best.differ(acc, a, rows, lda) }

func (s isa) differ(acc []uint32, a []float32, rows, lda int) {
	clear(acc)
	if len(acc) == 0 {
		return
	}
	first := a[:len(acc)]
	for i := 1; i < rows; i++ {
		row := a[i*lda:][:len(acc)]
		switch s {
		case avx512:
			differAVX512(float(acc), &first[0], &row[0], len(acc))
		case avx2:
			differAVX2(float(acc), &first[0], &row[0], len(acc))
		default:
			for j, v := range row {
				acc[j] |= math.Float32bits(v) ^ math.Float32bits(first[j])
			}
		}
	}
}
