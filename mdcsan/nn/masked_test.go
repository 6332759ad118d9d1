package nn

import (
	"math"
	"testing"

	"gomdcsan/mdcsan/rng"
)

// TestMasked: the gradients of a batch through the products of binary matrices
// are the sums of those of its rows, which go the general way.
func TestMasked(t *testing.T) {
	const n, in = 37, 5
	r := rng.New(1, "masked")
	m := NewMLP([]int{in, 23, 40, 1}, r)
	x, dy := make([]float32, n*in), make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	for i := range dy {
		dy[i] = float32(r.NormFloat64())
	}
	var want [][]float64
	for _, p := range m.Params() {
		want = append(want, make([]float64, p.Len()))
	}
	wantX, dx := make([]float32, n*in), make([]float32, n*in)
	for b := range n {
		row := x[b*in : (b+1)*in]
		m.Forward(row, 1)
		if m.scalar(1) {
			t.Fatal("a single row goes the way that is tested")
		}
		m.Backward(wantX[b*in:(b+1)*in], dy[b:b+1], 1)
		for k, p := range m.Params() {
			for i, g := range p.Grad {
				want[k][i] += float64(g)
			}
		}
	}
	m.Forward(x, n)
	if !m.scalar(n) {
		t.Fatal("the batch does not go the way that is tested")
	}
	m.Backward(dx, dy, n)
	for k, p := range m.Params() {
		for i, g := range p.Grad {
			if math.Abs(float64(g)-want[k][i]) > 1e-5 {
				t.Fatalf("%s[%d]: gradient %g, want %g", p.Name, i, g, want[k][i])
			}
		}
	}
	part := make([]float32, n*2)
	m.BackwardInput(part, dy, n, 1, 3)
	for b := range n {
		for i := range in {
			want := wantX[b*in+i]
			if math.Abs(float64(dx[b*in+i]-want)) > 1e-5 {
				t.Fatalf("gradient of input %d of row %d: %g, want %g", i, b, dx[b*in+i], want)
			}
			if i >= 1 && i < 3 && math.Abs(float64(part[2*b+i-1]-want)) > 1e-5 {
				t.Fatalf("BackwardInput, input %d of row %d: %g, want %g", i, b, part[2*b+i-1], want)
			}
		}
	}
}
