package linalg

import (
	"fmt"
	"math"
	"testing"
)

// TestBinary: matrices by row and by column, all products with them, around
// the borders of groups, vectors, panels and tables.
func TestBinary(t *testing.T) {
	every(t, func(t *testing.T, s isa) {
		var a, back Binary
		var w Workspace
		for _, shape := range [][2]int{{1, 1}, {3, 8}, {4, 4}, {5, 30}, {40, 80}, {9, 256}, {70, 33}, {131, 12}} {
			for _, share := range []float64{0, 0.3, 1} {
				rows, n := shape[0], shape[1]
				v := spikeTrain(rows, n, share)
				for i := range v {
					if v[i] == 0 && i%5 == 0 {
						v[i] = float32(math.NaN()) // never above a threshold
					}
				}
				a.set(s, v, rows, n, 0.5)
				checkBinary(t, &a, v, rows, n, false)
				checkBinaryGemm(t, s, &w, &a)
				back.transpose(s, &a)
				checkBinary(t, &back, v, n, rows, true)
				checkBinaryGemm(t, s, &w, &back)
			}
		}
	})
}

// checkBinary compares a with v > 0.5, or its transpose.
func checkBinary(t *testing.T, a *Binary, v []float32, rows, n int, transposed bool) {
	t.Helper()
	if a.rows != rows || a.n != n {
		t.Fatalf("%d×%d, want %d×%d", a.rows, a.n, rows, n)
	}
	ones := 0
	for _, x := range v {
		if x > 0.5 {
			ones++
		}
	}
	if got, want := a.Density(), float64(ones)/float64(len(v)); got != want {
		t.Fatalf("%d×%d: density %g, want %g", rows, n, got, want)
	}
	for i := range rows {
		for j := range n {
			at := i*n + j
			if transposed {
				at = j*rows + i
			}
			if a.at(i, j) != (v[at] > 0.5) {
				t.Fatalf("%d×%d, transposed %v: element %d, %d is %v", rows, n, transposed, i, j, a.at(i, j))
			}
		}
	}
}

func checkBinaryGemm(t *testing.T, s isa, w *Workspace, a *Binary) {
	t.Helper()
	r := stream(41)
	for i, n := range []int{1, 15, 16, 30, 32, 80, 100} {
		for variant := range 8 {
			transC, scaled := variant&1 != 0, variant&2 != 0
			p := randomProduct(r, a.rows, n, a.n, false, i%2 == 1)
			if variant&4 != 0 {
				p.bias = normal(r, n)
			}
			var scale []float32
			p.a, p.lda = make([]float32, a.rows*a.n), a.n
			if scaled {
				scale = normal(r, a.n)
			}
			for i := range a.rows {
				for j := range a.n {
					if !a.at(i, j) {
						continue
					}
					p.a[i*a.n+j] = 1
					if scaled {
						p.a[i*a.n+j] = scale[j]
					}
				}
			}
			want, magnitude := reference(p)
			if transC {
				p.ldc = a.rows + 3
				p.c = normal(r, n*p.ldc)
			}
			c, check := guarded(t, p.c)
			q := p
			q.c, q.a = c, nil
			w.binaryGemm(s, a, transC, scale, q)
			check()
			for i := range a.rows {
				for j := range n {
					var got float32
					if transC {
						got = c[j*p.ldc+i]
					} else {
						got = c[i*p.ldc+j]
					}
					if tol := eps * float64(4+a.n) * (magnitude[i*n+j] + 1e-30); !same(got, want[i*n+j], tol) {
						t.Fatalf("%d×%d·%d, transposed B %v, C %v, scaled %v: C[%d][%d] = %g, want %g", a.rows, a.n, n, p.transB, transC, scaled, i, j, got, want[i*n+j])
					}
				}
			}
		}
	}
}

// TestBinarySkips: rows of B that no row of A names may hold anything.
func TestBinarySkips(t *testing.T) {
	every(t, func(t *testing.T, s isa) {
		const k, n = 10, 20
		v, b, c := make([]float32, k), make([]float32, k*n), make([]float32, n)
		v[3], v[8] = 1, 1
		for i := range b {
			b[i] = float32(math.NaN())
		}
		for j := range n {
			b[3*n+j], b[8*n+j] = 1, 2
		}
		var a Binary
		var w Workspace
		a.set(s, v, 1, k, 0)
		w.binaryGemm(s, &a, false, nil, product{m: 1, n: n, k: k, b: b, ldb: n, c: c, ldc: n})
		for j, y := range c {
			if y != 3 {
				t.Fatalf("C[%d] = %g, want 3", j, y)
			}
		}
	})
}

func BenchmarkBinary(b *testing.B) {
	v := spikeTrain(500, 256, 0.33)
	var a, back Binary
	var w Workspace
	weights, c, dw := make([]float32, 256*256), make([]float32, 500*256), make([]float32, 256*256)
	a.Set(v, 500, 256, 0.5)
	back.Transpose(&a)
	b.Run("set", func(b *testing.B) { leastTime(b, 1, func() { a.Set(v, 500, 256, 0.5) }) })
	b.Run("transpose", func(b *testing.B) { leastTime(b, 1, func() { back.Transpose(&a) }) })
	for _, n := range []int{60, 80, 256} {
		b.Run(fmt.Sprintf("forward/500x256x%d", n), func(b *testing.B) {
			leastTime(b, 1, func() { w.BinaryGemm(&a, false, false, n, nil, weights, n, nil, c, n) })
		})
		b.Run(fmt.Sprintf("weight/256x500x%d", n), func(b *testing.B) {
			leastTime(b, 1, func() { w.BinaryGemm(&back, false, false, n, nil, c, n, nil, dw, n) })
		})
	}
	a.Set(v[:100*256], 100, 256, 0.5)
	back.Transpose(&a)
	b.Run("mask/100x256x256", func(b *testing.B) {
		leastTime(b, 1, func() { w.BinaryGemm(&a, true, false, 256, weights[:256], weights, 256, nil, c, 256) })
	})
	b.Run("maskWeight/256x100x256", func(b *testing.B) {
		leastTime(b, 1, func() { w.BinaryGemm(&back, false, true, 256, weights[:100], c, 256, nil, dw, 256) })
	})
}
