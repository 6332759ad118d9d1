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

// GemmBias computes C = op(A)·op(B) + the row vector bias (n) in every row.
func (w *Workspace) GemmBias(transA, transB bool, m, n, k int, a []float32, lda int, b []float32, ldb int, bias, c []float32, ldc int) {
	for i := range m {
		copy(c[i*ldc:i*ldc+n], bias[:n])
	}
	w.Gemm(transA, transB, m, n, k, a, lda, b, ldb, 1, c, ldc)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
