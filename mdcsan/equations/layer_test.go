package equations

import (
	"math"
	"strings"
	"testing"

	"gomdcsan/mdcsan/linalg"
	"gomdcsan/mdcsan/rng"
)

const dnText = `neuron: dn
dv = v^2 - v - u + c
du = tv * (tu*v - u)
spike: v > vth
reset: v = tr, u = u + ts
theta: tv = -0.172, tu = 0.529, tr = 0.021, ts = 0.132
start: u = 0.08`

func parse(t testing.TB, text string) *Neuron {
	t.Helper()
	n, err := Parse(text)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return n
}

// TestTwins: the built-in neurons as equations give the built-in results.
func TestTwins(t *testing.T) {
	const steps, rows, n = 5, 7, 100
	same := func(v float32) []float32 {
		x := make([]float32, n)
		fill(x, v)
		return x
	}
	twins := map[string]linalg.Neuron{
		dnText: {Kind: linalg.DN, U0: 0.08, ThetaV: same(-0.172), ThetaU: same(0.529), ThetaR: same(0.021), ThetaS: same(0.132)},
		"v <- 0.75*v + c; spike: v > vth; reset: v = 0": {Kind: linalg.LIF, VoltageDecay: 0.75},
		"v <- v + c; spike: v > vth; reset: v = 0":      {Kind: linalg.LIF, VoltageDecay: 1},
	}
	for text, twin := range twins {
		twin.CurrentDecay, twin.Threshold, twin.Window = 0.5, 0.5, 0.5
		l := NewLayer(parse(t, text), Options{Size: n, Threshold: 0.5, Surrogate: "rectangular", Window: 0.5, Learn: "fixed"})
		l.CurrentDecay = 0.5
		r := rng.New(1, "twins")
		x, do := make([]float32, rows*steps*n), make([]float32, rows*steps*n)
		for i := range x {
			x[i], do[i] = float32(r.Uniform(-1, 1)), float32(r.NormFloat64())
		}
		by := func(d []float32) linalg.Steps { return linalg.ByRow(d, steps, n) }
		v, w, dx, dw := make([]float32, len(x)), make([]float32, len(x)), make([]float32, len(x)), make([]float32, len(x))
		l.Forward(by(v), linalg.Steps{}, linalg.Steps{}, by(x), steps, rows, n)
		twin.Forward(by(w), linalg.Steps{}, linalg.Steps{}, by(x), steps, rows, n)
		compare(t, text+": v", v, w, 1e-6)
		l.Backward(by(dx), by(do), by(v), steps, rows, n)
		twin.Backward(by(dw), by(do), by(w), steps, rows, n)
		compare(t, text+": dx", dx, dw, 1e-5)
		if a := testing.AllocsPerRun(3, func() {
			l.Forward(by(v), linalg.Steps{}, linalg.Steps{}, by(x), steps, rows, n)
			l.Backward(by(dx), by(do), by(v), steps, rows, n)
		}); a != 0 {
			t.Errorf("%s: %v allocations a pass", text, a)
		}
	}
}

func compare(t *testing.T, what string, got, want []float32, tol float64) {
	t.Helper()
	for i := range got {
		if d := math.Abs(float64(got[i] - want[i])); !(d <= tol*max(1, math.Abs(float64(want[i])))) {
			t.Fatalf("%s: element %d is %v, want %v", what, i, got[i], want[i])
		}
	}
}

func BenchmarkLayer(b *testing.B) {
	const steps, rows, n = 5, 100, 256
	l := NewLayer(parse(b, dnText), Options{Size: n, Threshold: 0.5, Surrogate: "rectangular", Window: 0.5, Learn: "fixed"})
	x := make([]float32, rows*steps*n)
	r := rng.New(1, "bench")
	for i := range x {
		x[i] = float32(r.Uniform(-1, 1))
	}
	v := make([]float32, len(x))
	by := func(d []float32) linalg.Steps { return linalg.ByRow(d, steps, n) }
	b.Run("forward", func(b *testing.B) {
		b.ReportMetric(float64(len(l.forward.code)), "instructions")
		for b.Loop() {
			l.Forward(by(v), linalg.Steps{}, linalg.Steps{}, by(x), steps, rows, n)
		}
	})
	b.Run("backward", func(b *testing.B) {
		b.ReportMetric(float64(len(l.backward.code)), "instructions")
		for b.Loop() {
			l.Backward(by(x), by(x), by(v), steps, rows, n)
		}
	})
}

func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"dv = c - w; spike: v > vth":                          `line 1, column 10: "w" is not known`,
		"dv = c - v":                                          "no spike",
		"dv = c - v; spike: v":                                "a spike is a comparison",
		"dv = c - v\ndu = v - u\nspike: v > vth":              `line 2, column 1: state "u" has no influence on the spikes`,
		"dv = c - v; spike: v > vth; theta: v = 1":            `"v" is already a state variable`,
		"dv = sen(v) + c; spike: v > vth":                     `there is no function "sen" (did you mean "sin"?)`,
		"dv = c - v +; spike: v > vth":                        "where a number, a name, a function or ( must stand",
		"dv = c - v; spik: v > vth":                           `did you mean "spike"?`,
		"dv = c - v; spike: v > vth; reset: w = 0":            "which is not a state; the states are v",
		"dv = v > 0; spike: v > vth":                          "where the statement ends",
		"dv = (v > 0) + c; spike: v > vth":                    "where(condition, a, b) makes one of it",
		"dv = -v; spike: v > vth":                             "the input current c is not used",
		"dv = c - k*v; spike: v > vth; theta: k = 2 in (0,1)": "not within (0, 1)",
		"dv = c; spike: v > vth; theta: k = 1":                `parameter "k" has no influence`,
		"dv = c - v; spike: v > vth; order: backwards":        `is no order`,
		"dv = c - x; x = 2*x; spike: v > vth":                 "defined by itself",
		"":                                                    "no state variable",
		"dv = c - é; spike: v > vth":                          "column 10",
	} {
		_, err := Parse(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
