package linalg

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// reference computes p in float64 and the sum of the magnitudes of each
// element's terms, which bounds the rounding.
func reference(p product) (c, magnitude []float64) {
	c, magnitude = make([]float64, p.m*p.n), make([]float64, p.m*p.n)
	at := func(x []float32, ld, i, j int, trans bool) float64 {
		if trans {
			i, j = j, i
		}
		return float64(x[i*ld+j])
	}
	for i := range p.m {
		for j := range p.n {
			var sum, mag float64
			switch {
			case p.bias != nil:
				sum = float64(p.bias[j])
			case p.beta != 0:
				sum = float64(p.beta) * float64(p.c[i*p.ldc+j])
			}
			mag = math.Abs(sum)
			for q := range p.k {
				x := at(p.a, p.lda, i, q, p.transA) * at(p.b, p.ldb, q, j, p.transB)
				sum += x
				mag += math.Abs(x)
			}
			c[i*p.n+j], magnitude[i*p.n+j] = sum, mag
		}
	}
	return c, magnitude
}

// randomProduct fills a product with numbers, its leading dimensions a little
// larger than they need be.
func randomProduct(r *rand.Rand, m, n, k int, transA, transB bool) product {
	p := product{transA: transA, transB: transB, m: m, n: n, k: k}
	rowsA, colsA, rowsB, colsB := m, k, k, n
	if transA {
		rowsA, colsA = k, m
	}
	if transB {
		rowsB, colsB = n, k
	}
	p.lda, p.ldb, p.ldc = colsA+r.IntN(4), colsB+r.IntN(4), n+r.IntN(4)
	p.a, p.b, p.c = normal(r, rowsA*p.lda), normal(r, rowsB*p.ldb), normal(r, m*p.ldc)
	return p
}

func checkProduct(t *testing.T, s isa, w *Workspace, p product) {
	t.Helper()
	want, magnitude := reference(p)
	before := append([]float32(nil), p.c...)
	c, check := guarded(t, p.c)
	p.c = c
	w.gemm(s, p)
	check()
	describe := func() string {
		return fmt.Sprintf("m %d n %d k %d transA %v transB %v lda %d ldb %d ldc %d beta %g bias %v", p.m, p.n, p.k, p.transA, p.transB, p.lda, p.ldb, p.ldc, p.beta, p.bias != nil)
	}
	for i := range p.m {
		for j := range p.ldc {
			got := c[i*p.ldc : min((i+1)*p.ldc, len(c))]
			if j >= len(got) {
				continue
			}
			if j >= p.n {
				if got[j] != before[i*p.ldc+j] {
					t.Fatalf("%s: written beyond row %d", describe(), i)
				}
				continue
			}
			x := want[i*p.n+j]
			if tol := eps * (2 + math.Sqrt(float64(p.k))) * magnitude[i*p.n+j]; !same(got[j], x, tol) {
				t.Fatalf("%s: C[%d][%d] = %g, want %g ± %g", describe(), i, j, got[j], x, tol)
			}
		}
	}
}

// TestGemm: every transposition, beta and bias over random shapes and the
// shapes of training.
func TestGemm(t *testing.T) {
	every(t, func(t *testing.T, s isa) {
		r := stream(5)
		var w Workspace
		shapes := [][3]int{{0, 3, 3}, {3, 0, 3}, {3, 3, 0}, {1, 1, 1}, {6, 16, 256}, {10, 32, 256}, {12, 32, 257}, {100, 80, 300}, {1, 256, 111}, {1, 300, 17}, {256, 80, 101}}
		for range 150 {
			shapes = append(shapes, [3]int{1 + r.IntN(40), 1 + r.IntN(70), 1 + r.IntN(300)})
		}
		for i, shape := range shapes {
			p := randomProduct(r, shape[0], shape[1], shape[2], i&1 != 0, i&2 != 0)
			switch r.IntN(4) {
			case 1:
				p.beta = 1
			case 2:
				p.beta = -0.75
			case 3:
				p.bias = normal(r, p.n)
			}
			checkProduct(t, s, &w, p)
		}
	})
}

// TestGemmOverwrites: with beta 0, NaN in C is overwritten; NaN and Inf in A
// and B reach exactly the elements that they belong to.
func TestGemmOverwrites(t *testing.T) {
	every(t, func(t *testing.T, s isa) {
		r := stream(6)
		var w Workspace
		for i := range 24 {
			p := randomProduct(r, 1+r.IntN(20), 1+r.IntN(40), 1+r.IntN(30), i&1 != 0, i&2 != 0)
			for j := range p.c {
				p.c[j] = float32(math.NaN())
			}
			for j := range p.m * p.ldc { // the columns beyond n are compared
				if j%p.ldc >= p.n {
					p.c[j] = 7
				}
			}
			p.a[r.IntN(len(p.a))] = float32(math.Inf(1))
			p.b[r.IntN(len(p.b))] = float32(math.NaN())
			checkProduct(t, s, &w, p)
		}
	})
}

func TestGemmAllocatesNothing(t *testing.T) {
	every(t, func(t *testing.T, s isa) {
		r := stream(7)
		var w Workspace
		p := randomProduct(r, 30, 70, 300, false, true)
		w.gemm(s, p)
		if n := testing.AllocsPerRun(20, func() { w.gemm(s, p) }); n != 0 {
			t.Errorf("%v allocations a product", n)
		}
	})
}

func TestGemmRefusesWrongSizes(t *testing.T) {
	var w Workspace
	a := make([]float32, 12)
	for name, f := range map[string]func(){
		"short A":  func() { w.Gemm(false, false, 4, 3, 4, a, 4, a, 3, 0, a, 3) },
		"short C":  func() { w.Gemm(false, false, 4, 4, 3, a, 3, a, 4, 0, a, 4) },
		"small ld": func() { w.Gemm(false, false, 3, 4, 3, a, 2, a, 4, 0, a, 4) },
		"negative": func() { w.Gemm(false, false, -1, 4, 3, a, 3, a, 4, 0, a, 4) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}

// BenchmarkGemm runs the shapes of training; GFLOP/s is the figure to compare
// with the peak of the core.
func BenchmarkGemm(b *testing.B) {
	shapes := []struct {
		name           string
		m, n, k        int
		transA, transB bool
	}{
		{"forward/100x256x1110", 100, 256, 1110, false, false},
		{"forward/100x256x119", 100, 256, 119, false, false},
		{"forward/100x256x256", 100, 256, 256, false, false},
		{"forward/500x256x256", 500, 256, 256, false, false},
		{"forward/500x80x256", 500, 80, 256, false, false},
		{"input/500x256x256", 500, 256, 256, false, true},
		{"input/100x256x256", 100, 256, 256, false, true},
		{"weight/256x256x500", 256, 256, 500, true, false},
		{"weight/256x256x100", 256, 256, 100, true, false},
		{"weight/1110x256x100", 1110, 256, 100, true, false},
		{"act/1x256x256", 1, 256, 256, false, false},
	}
	for _, shape := range shapes {
		b.Run(shape.name, func(b *testing.B) {
			var w Workspace
			p := randomProduct(stream(8), shape.m, shape.n, shape.k, shape.transA, shape.transB)
			p.ldc = p.n
			if p.transA {
				p.lda = p.m
			} else {
				p.lda = p.k
			}
			if p.transB {
				p.ldb = p.k
			} else {
				p.ldb = p.n
			}
			b.ReportAllocs()
			least := leastTime(b, 1, func() { w.gemm(best, p) })
			b.ReportMetric(2*float64(p.m*p.n*p.k)/least.Seconds()/1e9, "GFLOP/s")
		})
	}
}

// BenchmarkPeak is the practical peak that bench compares with.
func BenchmarkPeak(b *testing.B) {
	const calls = 100
	p := NewPeak()
	least := leastTime(b, calls, p.Run)
	b.ReportMetric(p.Flops()*calls/least.Seconds()/1e9, "GFLOP/s")
}

// leastTime runs the benchmark's loop and returns the least time that `calls`
// calls of f took: what the code can do, whatever else the machine was doing.
func leastTime(b *testing.B, calls int, f func()) time.Duration {
	least := time.Duration(math.MaxInt64)
	f()
	for b.Loop() {
		start := time.Now()
		for range calls {
			f()
		}
		least = min(least, time.Since(start))
	}
	b.ReportMetric(float64(least)/float64(calls), "least-ns")
	return least
}
