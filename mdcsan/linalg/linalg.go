// Package linalg holds the float32 kernels that training spends its time in.
//
// Matrices are row-major slices with an explicit leading dimension (the number
// of elements from one row to the next). Destinations come first, nothing is
// allocated after a Workspace has grown to its size. A dimension mismatch is a
// programmer's error and panics.
package linalg

// Workspace holds the packing buffers of the products. The zero value is
// ready; it is not safe for concurrent use.
type Workspace struct{}

// Gemm computes C = op(A)·op(B) + beta·C, where op(A) is m×k, op(B) is k×n and
// C is m×n; transA and transB say that A or B is stored transposed.
// With beta = 0, C is overwritten, whatever it held.
func (w *Workspace) Gemm(transA, transB bool, m, n, k int, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	for i := range m {
		row := c[i*ldc : i*ldc+n]
		if beta == 0 {
			clear(row)
		} else if beta != 1 {
			for j := range row {
				row[j] *= beta
			}
		}
		for p := range k {
			x := a[i*lda*b2i(!transA)+p*b2i(!transA)+(p*lda+i)*b2i(transA)]
			for j := range row {
				if transB {
					row[j] += x * b[j*ldb+p]
				} else {
					row[j] += x * b[p*ldb+j]
				}
			}
		}
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
