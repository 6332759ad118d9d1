package nn

import (
	"math"
	"testing"
)

// TestSquashSlope: the slope is right to float32 at any argument, also where
// 1 - tanh² has no digit left.
func TestSquashSlope(t *testing.T) {
	var x, one []float32
	for v := -40.0; v <= 40; v += 0.37 {
		x, one = append(x, float32(v)), append(one, 1)
	}
	s := Squash{Limit: 2}
	y := make([]float32, len(x))
	s.Forward(y, x)
	for i, got := range s.Backward(one) {
		v := float64(x[i])
		if want := 2 * math.Tanh(v); math.Abs(float64(y[i])-want) > 1e-6 {
			t.Errorf("2 tanh(%g) = %g, want %g", v, y[i], want)
		}
		want := 2 / (math.Cosh(v) * math.Cosh(v))
		if math.Abs(float64(got)-want) > 2e-6*want {
			t.Errorf("slope at %g is %g, want %g", v, got, want)
		}
	}
}
