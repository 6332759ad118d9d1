package equations

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"gomdcsan/mdcsan/linalg"
)

// FuzzParse: any text gives a neuron or an error with a place; what is a neuron
// compiles, runs, and writes itself wholly.
func FuzzParse(f *testing.F) {
	for _, name := range Names() {
		text, _ := Library(name)
		f.Add(text)
	}
	w := &writer{Rand: rand.New(rand.NewPCG(1, 2))}
	for range 10 {
		f.Add(w.neuron())
	}
	f.Add("dv = c - v; spike: v > vth; noise: x = normal(0.1)")
	f.Fuzz(func(t *testing.T, text string) {
		n, err := Parse(text)
		if err != nil {
			var place *Error
			if !errors.As(err, &place) || place.Line < 1 || place.Column < 1 || place.Text == "" {
				t.Fatalf("%q: an error without a place: %v", text, err)
			}
			return
		}
		if n.Random() {
			return
		}
		n.Simulate([]float64{0.3, 1}, Settings{Threshold: 0.5})
		l := NewLayer(n, Options{Size: 3, Threshold: 0.5, Surrogate: "rectangular", Window: 0.5, Learn: "neuron"})
		x, v := []float32{0.1, 0.5, -0.2, 1, 2, 0}, make([]float32, 6)
		for i := range v {
			v[i] = float32(math.NaN())
		}
		by := func(x []float32) linalg.Steps { return linalg.ByRow(x, 2, 3) }
		l.Forward(by(v), linalg.Steps{}, linalg.Steps{}, by(x), 2, 1, 3)
		l.Backward(by(make([]float32, 6)), by(x), by(v), 2, 1, 3)
	})
}
