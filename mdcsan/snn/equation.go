package snn

import (
	"fmt"
	"slices"
	"strings"

	"gomdcsan/mdcsan/equations"
	"gomdcsan/mdcsan/linalg"
	"gomdcsan/mdcsan/nn"
	"gomdcsan/mdcsan/rng"
)

// Equations returns the neuron that kind gives as equations: one of the
// library's, or the text itself. It is nil for the built-in neurons.
func (kind NeuronKind) Equations() (*equations.Neuron, error) {
	if slices.Contains(NeuronKinds(), kind) {
		return nil, nil
	}
	text := string(kind)
	if !strings.ContainsAny(text, "\n=:;") {
		var ok bool
		if text, ok = equations.Library(text); !ok {
			return nil, fmt.Errorf("snn: Neuron is %q, want one of %q, one of the library's equations %q, or equations such as \"dv = c - v; spike: v > vth; reset: v = 0\"",
				kind, NeuronKinds(), equations.Names())
		}
	}
	n, err := equations.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("snn: the neuron's equations: %w", err)
	}
	return n, nil
}

// equation is a layer of neurons given as equations.
type equation struct {
	*equations.Layer
	decay float32   // of the current
	v     []float32 // what decides the spikes, where V is another state
	n     *equations.Neuron
}

func newEquation(c Config, n *equations.Neuron, l, size int, stream *rng.Stream) *equation {
	return &equation{n: n, decay: c.CurrentDecay, Layer: equations.NewLayer(n, equations.Options{
		Layer: l, Size: size, Threshold: c.Vth, Surrogate: string(c.Surrogate), Window: c.Window,
		Learn: string(c.ThetaMode), Stream: stream,
	})}
}

// planar reports whether the neuron has a second state.
func (e *equation) planar() bool { return len(e.n.States()) > 1 }

// Forward shows the first two states as V and U.
func (e *equation) Forward(a *Activity) {
	e.v = nn.Grow(e.v, a.T*a.B*a.N)
	e.CurrentDecay = 0 // C is the current itself
	u := linalg.Steps{}
	if e.planar() && a.U != nil {
		u = a.steps(a.U)
	}
	e.Layer.ForwardStates(a.steps(e.v), a.steps(a.O), a.steps(a.V), u, a.steps(a.C), a.T, a.B, a.N)
}

func (e *equation) Backward(a *Activity) {
	e.CurrentDecay = 0
	e.Layer.Backward(a.steps(a.DC), a.steps(a.DO), a.steps(e.v), a.T, a.B, a.N)
}

// steps describes one of the slices to linalg.
func (a *Activity) steps(x []float32) linalg.Steps {
	return linalg.Steps{Data: x, Step: a.B * a.N, Row: a.N}
}

// filtered is the layer with the current's filter within.
type filtered struct{ *equation }

func (f filtered) Forward(v, o, u, x linalg.Steps, steps, rows, n int) {
	f.CurrentDecay = f.decay
	f.Layer.Forward(v, o, u, x, steps, rows, n)
}

func (f filtered) Backward(dx, do, v linalg.Steps, steps, rows, n int) {
	f.CurrentDecay = f.decay
	f.Layer.Backward(dx, do, v, steps, rows, n)
}
