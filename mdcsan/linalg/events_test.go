package linalg

import (
	"fmt"
	"math"
	"testing"
)

func TestEvents(t *testing.T) {
	every(t, func(t *testing.T, s isa) {
		r := stream(14)
		var e Events
		var w Workspace
		for _, shape := range [][2]int{{1, 1}, {3, 8}, {5, 30}, {40, 80}, {9, 256}, {20, 33}} {
			for _, share := range []float64{0, 0.3, 1} {
				rows, n := shape[0], shape[1]
				v := make([]float32, rows*n)
				for i := range v {
					if r.Float64() < share {
						v[i] = 0.75
					} else if i%5 == 0 {
						v[i] = float32(math.NaN()) // never above a threshold
					}
				}
				e.list(s, v, rows, n, 0.5)
				spikes := make([]float32, rows*n)
				count := 0
				for i, x := range v {
					if x > 0.5 {
						spikes[i] = 1
						count++
					}
				}
				checkList(t, &e, spikes, rows, n)
				if e.Len() != count {
					t.Fatalf("%d events, want %d", e.Len(), count)
				}
				checkEventGemm(t, s, &w, &e, spikes, rows, n)
			}
		}
	})
}

// checkList compares e with the matrix x.
func checkList(t *testing.T, e *Events, x []float32, rows, n int) {
	t.Helper()
	for i := range rows {
		var want []uint16
		for j := range n {
			if x[i*n+j] == 1 {
				want = append(want, uint16(j))
			}
		}
		if got := e.Row(i); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%d×%d: row %d lists %v, want %v", rows, n, i, got, want)
		}
	}
}

func checkEventGemm(t *testing.T, s isa, w *Workspace, e *Events, spikes []float32, rows, k int) {
	t.Helper()
	r := stream(15)
	for i, n := range []int{1, 15, 16, 30, 32, 80, 100} {
		p := randomProduct(r, rows, n, k, false, i%2 == 1)
		p.a, p.lda = spikes, k
		switch n % 3 {
		case 0:
			p.beta = 1
		case 1:
			p.bias = normal(r, n)
		}
		want, magnitude := reference(p)
		c, check := guarded(t, p.c)
		w.eventGemm(s, e, p.transB, n, p.b, p.ldb, p.bias, p.beta, c, p.ldc)
		check()
		for i := range rows {
			for j := range n {
				if tol := eps * float64(2+k) * (magnitude[i*n+j] + 1e-30); !same(c[i*p.ldc+j], want[i*n+j], tol) {
					t.Fatalf("%d×%d·%d: C[%d][%d] = %g, want %g", rows, k, n, i, j, c[i*p.ldc+j], want[i*n+j])
				}
			}
		}
	}
}

// TestNonzero: lists with values, by row and by column.
func TestNonzero(t *testing.T) {
	every(t, func(t *testing.T, s isa) {
		r := stream(22)
		var e Events
		var w Workspace
		for _, shape := range [][2]int{{1, 1}, {3, 8}, {40, 80}, {9, 256}, {300, 33}} {
			for _, share := range []float64{0, 0.5, 1} {
				rows, k := shape[0], shape[1]
				x := normal(r, rows*k)
				count := len(x)
				for i := range x {
					if r.Float64() >= share {
						x[i] = 0
						count--
					}
				}
				e.listNonzero(s, x, rows, k)
				if e.Len() != count {
					t.Fatalf("%d×%d: %d events, want %d", rows, k, e.Len(), count)
				}
				checkEventGemm(t, s, &w, &e, x, rows, k)
				p := randomProduct(r, k, 40, rows, true, false)
				p.a, p.lda = x, k
				want, magnitude := reference(p)
				w.eventGemmT(s, &e, p.n, p.b, p.ldb, p.c, p.ldc)
				for i := range want {
					if got := p.c[i/p.n*p.ldc+i%p.n]; !same(got, want[i], 50*eps*magnitude[i]+1e-30) {
						t.Fatalf("%d×%d transposed: element %d is %g, want %g", rows, k, i, got, want[i])
					}
				}
			}
		}
		nan := []float32{0, 0, 0, float32(math.NaN()), 0, 0, 0, 0, 0, float32(math.NaN())}
		if e.listNonzero(s, nan, 1, len(nan)); e.Len() != 2 {
			t.Errorf("NaN is not listed: %v", e.Row(0))
		}
	})
}

func TestSparseGemv(t *testing.T) {
	every(t, func(t *testing.T, s isa) {
		r := stream(21)
		for _, n := range []int{1, 30, 64, 80, 128, 200, 300} {
			const k = 70
			x, b, y0 := normal(r, k), normal(r, k*(n+1)), normal(r, n)
			var e Events
			e.list(s, x, 1, k, 0.2)
			y, check := guarded(t, y0)
			s.sparseGemv(y, &e, 0, x, b, n+1)
			check()
			for j := range n {
				want := float64(y0[j])
				for i, v := range x {
					if v > 0.2 {
						want += float64(v) * float64(b[i*(n+1)+j])
					}
				}
				if !same(y[j], want, near(want, 100*eps)) {
					t.Fatalf("n = %d: y[%d] = %g, want %g", n, j, y[j], want)
				}
			}
		}
	})
}

// TestEventGemmT: more rows than one chunk, so that chunks add up.
func TestEventGemmT(t *testing.T) {
	every(t, func(t *testing.T, s isa) {
		const rows, k, n = 600, 30, 50
		v := spikeTrain(rows, k, 0.3)
		var e Events
		var w Workspace
		e.listNonzero(s, v, rows, k)
		p := randomProduct(stream(20), k, n, rows, true, false)
		p.a, p.lda = v, k
		want, magnitude := reference(p)
		w.eventGemmT(s, &e, n, p.b, p.ldb, p.c, p.ldc)
		for i := range k {
			for j := range n {
				if tol := 50 * eps * magnitude[i*n+j]; !same(p.c[i*p.ldc+j], want[i*n+j], tol) {
					t.Fatalf("C[%d][%d] = %g, want %g", i, j, p.c[i*p.ldc+j], want[i*n+j])
				}
			}
		}
	})
}

// spikeTrain returns voltages of which a share is above 0.5.
func spikeTrain(rows, n int, share float64) []float32 {
	r := stream(16)
	v := make([]float32, rows*n)
	for i := range v {
		if r.Float64() < share {
			v[i] = 0.75
		}
	}
	return v
}

func BenchmarkEvents(b *testing.B) {
	for _, share := range []float64{0.1, 0.2, 0.4, 0.6} {
		name := fmt.Sprintf("%.0f%%", 100*share)
		x := spikeTrain(100, 256, share)
		var e Events
		var w Workspace
		weights, c, dw := make([]float32, 256*256), make([]float32, 100*256), make([]float32, 256*256)
		b.Run("list/"+name, func(b *testing.B) { leastTime(b, 1, func() { e.List(x, 100, 256, 0.5) }) })
		b.Run("listNonzero/"+name, func(b *testing.B) { leastTime(b, 1, func() { e.ListNonzero(x, 100, 256) }) })
		e.ListNonzero(x, 100, 256)
		b.Run("forward/100x256x256/"+name, func(b *testing.B) {
			leastTime(b, 1, func() { w.EventGemm(&e, false, 256, weights, 256, nil, 0, c, 256) })
		})
		b.Run("input/100x256x256/"+name, func(b *testing.B) {
			leastTime(b, 1, func() { w.EventGemm(&e, true, 256, weights, 256, nil, 0, c, 256) })
		})
		b.Run("weight/256x256x100/"+name, func(b *testing.B) {
			leastTime(b, 1, func() { w.EventGemmT(&e, 256, c, 256, dw, 256) })
		})
	}
}

// BenchmarkSparseGemv is the first layer of Ant acting: 777 of 1110 rows of a
// weight that the second-level cache does not hold.
func BenchmarkSparseGemv(b *testing.B) {
	const k, n = 1110, 256
	r := stream(30)
	x, w, y := normal(r, k), normal(r, k*n), make([]float32, n)
	var e Events
	for i := range x {
		x[i] = max(0, 1-float32(i%10)/7)
	}
	e.List(x, 1, k, 0)
	const calls = 10
	t := leastTime(b, calls, func() { SparseGemv(y, &e, 0, x, w, n) })
	b.ReportMetric(float64(calls*e.Len()*n*4)/float64(t), "GB/s")
}

// TestGroups: rows that have their zeros in common, also where the last group
// is smaller and where zeros are negative.
func TestGroups(t *testing.T) {
	every(t, func(t *testing.T, s isa) {
		r := stream(23)
		var e Events
		var w Workspace
		for _, shape := range [][3]int{{1, 1, 1}, {10, 8, 5}, {43, 30, 5}, {12, 256, 6}, {300, 33, 2}, {7, 70, 4}} {
			rows, k, group := shape[0], shape[1], shape[2]
			for _, share := range []float64{0, 0.5, 1} {
				for i, n := range []int{1, 16, 30, 80} {
					p := randomProduct(r, rows, n, k, false, i%2 == 1)
					p.a, p.lda, p.beta = normal(r, rows*k), k, 0
					count := dropGroups(r.Float64, p.a, rows, k, group, share)
					e.listGroups(s, p.a, rows, k, group)
					if e.Len() != count {
						t.Fatalf("%d×%d by %d: %d columns are listed, want %d", rows, k, group, e.Len(), count)
					}
					want, magnitude := reference(p)
					c, check := guarded(t, p.c)
					q := p
					q.c = c
					w.groupGemm(s, &e, group, q)
					check()
					for i := range want {
						if got := c[i/n*p.ldc+i%n]; !same(got, want[i], eps*float64(2+k)*(magnitude[i]+1e-30)) {
							t.Fatalf("%d×%d by %d: element %d is %g, want %g", rows, k, group, i, got, want[i])
						}
					}
				}
			}
		}
		nan := []float32{0, float32(math.NaN()), 0, 0, 0, 0, 0, 0, 0, float32(math.NaN())}
		if e.listGroups(s, nan, 1, len(nan), 5); e.Len() != 2 {
			t.Errorf("NaN is not listed: %v", e.Row(0))
		}
	})
}

// dropGroups zeroes columns of groups until about a share is left, which it
// counts.
func dropGroups(random func() float64, x []float32, rows, k, group int, share float64) (left int) {
	for lo := 0; lo < rows; lo += group {
		for j := range k {
			if random() < share {
				left++
				continue
			}
			for i := lo; i < min(lo+group, rows); i++ {
				x[i*k+j] = float32(math.Copysign(0, float64(i%2)-0.5))
			}
		}
	}
	return left
}

// BenchmarkGroups is the gradient of a layer's input, 500×256×256, where in
// some of the states a neuron's steps are all zero.
func BenchmarkGroups(b *testing.B) {
	for _, share := range []float64{0.3, 0.65, 1} {
		var e Events
		var w Workspace
		r := stream(24)
		g, weights, c := normal(r, 500*256), normal(r, 256*256), make([]float32, 500*256)
		dropGroups(r.Float64, g, 500, 256, 5, share)
		b.Run(fmt.Sprintf("list/%.0f%%", 100*share), func(b *testing.B) {
			leastTime(b, 1, func() { e.ListGroups(g, 500, 256, 5) })
		})
		e.ListGroups(g, 500, 256, 5)
		b.Run(fmt.Sprintf("input/500x256x256/%.0f%%", 100*share), func(b *testing.B) {
			leastTime(b, 1, func() { w.GroupGemm(&e, 5, true, 500, 256, g, 256, weights, 256, c, 256) })
		})
	}
}
