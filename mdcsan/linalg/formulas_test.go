package linalg

import (
	"math"
	"testing"
)

// TestFormulas compares the operations with their definition, odd values and
// dst = a included.
func TestFormulas(t *testing.T) {
	const s, k = 0.75, -0.5
	ops := []struct {
		name string
		do   func(m isa, dst, a, b, c []float32)
		want func(a, b, c float64) float64
	}{
		{"Sub", func(m isa, dst, a, b, c []float32) { m.sub(dst, a, b) }, func(a, b, c float64) float64 { return a - b }},
		{"Div", func(m isa, dst, a, b, c []float32) { m.div(dst, a, b) }, func(a, b, c float64) float64 { return float64(float32(a) / float32(b)) }},
		{"Max", func(m isa, dst, a, b, c []float32) { m.max(dst, a, b) }, func(a, b, c float64) float64 {
			if a > b {
				return a
			}
			return b
		}},
		{"Min", func(m isa, dst, a, b, c []float32) { m.min(dst, a, b) }, func(a, b, c float64) float64 {
			if a < b {
				return a
			}
			return b
		}},
		{"Affine", func(m isa, dst, a, b, c []float32) { m.affine(dst, a, s, k) }, func(a, b, c float64) float64 { return s*a + k }},
		{"ScaleAdd", func(m isa, dst, a, b, c []float32) { m.scaleAdd(dst, a, s, b) }, func(a, b, c float64) float64 { return s*a + b }},
		{"MulAdd", func(m isa, dst, a, b, c []float32) { m.mulAdd(dst, a, b, c) }, func(a, b, c float64) float64 { return a*b + c }},
		{"MulSub", func(m isa, dst, a, b, c []float32) { m.mulSub(dst, a, b, c) }, func(a, b, c float64) float64 { return c - a*b }},
		{"Choose", func(m isa, dst, a, b, c []float32) { m.choose(dst, a, b, c) }, func(a, b, c float64) float64 {
			if a > 0 {
				return b
			}
			return c
		}},
		{"Window", func(m isa, dst, a, b, c []float32) { m.window(dst, a, s, 0.5) }, func(a, b, c float64) float64 {
			if math.Abs(a-s) < 0.5 {
				return 1
			}
			return 0
		}},
	}
	every(t, func(t *testing.T, m isa) {
		r := stream(5)
		for _, n := range lengths {
			a, b, c := normal(r, n), normal(r, n), normal(r, n)
			if n > 20 {
				copy(a, []float32{0, float32(math.NaN()), 1e-45, 1.25, 0.25})
			}
			for _, op := range ops {
				dst := append([]float32(nil), a...)
				op.do(m, dst, dst, b, c)
				for i := range dst {
					if want := op.want(float64(a[i]), float64(b[i]), float64(c[i])); !same(dst[i], want, near(want, 4*eps)) {
						t.Fatalf("%s of %d: element %d of %v, %v, %v is %v, want %v", op.name, n, i, a[i], b[i], c[i], dst[i], want)
					}
				}
			}
		}
	})
}
