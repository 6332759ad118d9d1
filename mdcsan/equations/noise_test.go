package equations

import (
	"slices"
	"testing"

	"gomdcsan/mdcsan/linalg"
	"gomdcsan/mdcsan/rng"
)

// noisy is the potential of a layer after some steps, from a stream of one seed.
func noisy(t *testing.T, text string, seed uint64, layer int) []float32 {
	const steps, n = 3, 40
	l := NewLayer(parse(t, text), Options{Layer: layer, Size: n, Threshold: 50, Surrogate: "rectangular", Window: 0.5, Learn: "fixed", Stream: rng.New(seed, "network")})
	x, v := make([]float32, steps*n), make([]float32, steps*n)
	by := func(d []float32) linalg.Steps { return linalg.ByRow(d, steps, n) }
	l.Forward(by(v), linalg.Steps{}, linalg.Steps{}, by(x), steps, 1, n)
	return v
}

// TestNoiseHasNamedStreams: a noise draws the same numbers whatever other noise
// the text has, other ones in another layer, under another name and seed.
func TestNoiseHasNamedStreams(t *testing.T) {
	const one = "dv = c + xi; spike: v > vth; reset: v = 0; noise: xi = normal(0.1)"
	const two = "dv = c + xi + 0*eta; spike: v > vth; reset: v = 0; noise: eta = uniform(-1, 1), xi = normal(0.1)"
	want := noisy(t, one, 1, 0)
	if got := noisy(t, one, 1, 0); !slices.Equal(got, want) {
		t.Error("the same seed gives other noise")
	}
	if got := noisy(t, two, 1, 0); !slices.Equal(got, want) {
		t.Error("a second noise changes the first")
	}
	for what, other := range map[string][]float32{
		"another layer": noisy(t, one, 1, 1), "another seed": noisy(t, one, 2, 0),
		"another name": noisy(t, "dv = c + zeta; spike: v > vth; reset: v = 0; noise: zeta = normal(0.1)", 1, 0),
	} {
		if slices.Equal(other, want) {
			t.Errorf("%s draws the same noise", what)
		}
	}
}
