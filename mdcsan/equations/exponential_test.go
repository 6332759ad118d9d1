package equations

import (
	"fmt"
	"math"
	"testing"

	"gomdcsan/mdcsan/linalg"
)

// TestExponentialNearZero: exponential Euler becomes Euler where the rate of
// the linear terms becomes zero, and its gradient stays finite and right.
func TestExponentialNearZero(t *testing.T) {
	const steps = 5
	input := []float64{0.3, -0.2, 0.4, 0.1, -0.3}
	text := func(a float64) string {
		return fmt.Sprintf("dv = a*v + c\nspike: v > vth\nreset: v = 0\ntheta: a = %v per layer\norder: exponential", a)
	}
	last := func(a float64) float64 {
		tr := parse(t, text(a)).Simulate(input, Settings{Threshold: 9})
		return tr.States[0][steps-1]
	}
	slope := map[float64]float64{}
	for _, a := range []float64{0, 1e-9, -1e-5, 1e-3, 0.0999, 0.1001, -0.1, 0.7, -3} {
		l := NewLayer(parse(t, text(a)), Options{Size: 1, Threshold: 9, Surrogate: "arctan", Window: 0.5, Learn: "fixed"})
		x, v, dx, do := make([]float32, steps), make([]float32, steps), make([]float32, steps), make([]float32, steps)
		for i := range x {
			x[i], do[i] = float32(input[i]), 1
		}
		by := func(d []float32) linalg.Steps { return linalg.ByRow(d, steps, 1) }
		l.Forward(by(v), linalg.Steps{}, linalg.Steps{}, by(x), steps, 1, 1)
		if want := last(a); !(math.Abs(float64(v[steps-1])-want) < 1e-6*(1+math.Abs(want))) {
			t.Errorf("a = %v: v = %v, want %v", a, v[steps-1], want)
		}
		l.Backward(by(dx), by(do), by(v), steps, 1, 1)
		for _, p := range l.Params() {
			slope[a] = float64(p.Grad[0])
		}
	}
	near := func(a, b, tol float64) bool { return math.Abs(slope[a]-slope[b]) <= tol*math.Abs(slope[b]) }
	if slope[0] == 0 || !near(0, 1e-9, 1e-6) || !near(0, -1e-5, 1e-4) || !near(0.0999, 0.1001, 1e-2) {
		t.Errorf("gradients of a: %v", slope)
	}
}
