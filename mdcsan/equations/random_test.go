package equations

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gomdcsan/mdcsan/linalg"
)

// writer writes random neurons: any form of the language whose values stay small.
type writer struct {
	*rand.Rand
	names []string
}

func (w *writer) pick(s ...string) string { return s[w.IntN(len(s))] }

// expr is an expression of some depth whose value is within about ±3.
func (w *writer) expr(depth int) string {
	if depth == 0 {
		if w.IntN(3) == 0 {
			return fmt.Sprintf("%.2f", w.Float64())
		}
		return w.pick(w.names...)
	}
	a, b := w.expr(depth-1), w.expr(depth-1)
	switch w.IntN(12) {
	case 0:
		return "tanh(" + a + " - " + b + ")"
	case 1:
		return "sigmoid(" + a + ") * " + b
	case 2:
		return "sin(" + a + ") + 0.3*(" + b + ")"
	case 3:
		return "exp(-(" + a + ")^2)"
	case 4:
		return "(" + a + ") / (1.5 + (" + b + ")^2)"
	case 5:
		return "where(" + a + " > " + b + ", 0.5*(" + a + "), cos(" + b + "))"
	case 6:
		return "clip(" + a + ", -1, 1) - 0.5*(" + b + ")"
	case 7:
		return "max(" + a + ", 0.2*(" + b + "))"
	case 8:
		return "min(abs(" + a + "), 1) * (0.4 - " + b + ")"
	case 9:
		return "log(1 + (" + a + ")^2) - sqrt(0.5 + (" + b + ")^2)"
	case 10:
		return "tanh(" + a + ")^2 * 0.7 + (" + b + ")*0.2"
	}
	return "0.5*(" + a + ") - 0.4*(" + b + ")"
}

func (w *writer) neuron() string {
	states := []string{"v", "u", "w"}[:1+w.IntN(3)]
	w.names = append([]string{"c", "k1", "k2", "part"}, states...)
	var b strings.Builder
	for i, s := range states {
		others := "0.3*" + states[(i+1)%len(states)]
		body := fmt.Sprintf("-0.4*%s + %s + 0.3*(%s)", s, others, w.expr(2))
		if i == 0 {
			body += " + c + 0.1*part"
		}
		if w.IntN(3) == 0 {
			body += " - 0.3*spike"
		}
		fmt.Fprintf(&b, "%s = %s\n", w.pick("d"+s, "d"+s+"/dt"), body)
	}
	w.names = append([]string{"k1", "k2"}, states...)
	fmt.Fprintf(&b, "part = tanh(%s) + k1*k2*0.1\n", w.expr(1))
	condition := "v > vth + 0.2*tanh(" + states[len(states)-1] + ")"
	if w.IntN(3) == 0 {
		condition = "v > vth"
	}
	if w.IntN(4) == 0 {
		condition += ", -v > 0.6 + 0.1*k1"
	}
	fmt.Fprintf(&b, "spike: %s\nreset: ", condition)
	for i, s := range states {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(s + " = " + w.pick("0.1*k1", s+" - 0.4", s+" + 0.2*k2", "0.5*"+s, "0.3*tanh("+w.expr(1)+")"))
	}
	fmt.Fprintf(&b, "\ntheta: k1 = %.2f %s %s, k2 = %.2f in (0, 2) %s\n", 0.2+w.Float64(), w.pick("positive", ""), w.pick("per layer", "per neuron"),
		0.2+w.Float64(), w.pick("per layer", "per neuron", "fixed"))
	fmt.Fprintf(&b, "start: v = %.2f\norder: reset %s, substeps %d%s\n", 0.3*w.Float64(), w.pick("before", "after"), 1+w.IntN(2), w.pick("", ", exponential"))
	return b.String()
}

// smooth is a surrogate with its integral, the spike of a smooth network.
var smooth = map[string]func(m, w float64) float64{
	"sigmoid": func(m, w float64) float64 { return w * math.Tanh(m/w) },
	"arctan":  func(m, w float64) float64 { return 2 * w / math.Pi * math.Atan(math.Pi/2/w*m) },
}

// TestRandomEquations: of fifty neurons the reverse mode agrees with central
// differences of the smooth network, and the layers' programs in float32 with
// the reverse mode in float64.
func TestRandomEquations(t *testing.T) {
	w := &writer{Rand: rand.New(rand.NewPCG(21, 0))}
	for i := range 50 {
		text := w.neuron()
		n := parse(t, text)
		kind := []string{"sigmoid", "arctan"}[i%2]
		x := make([]float64, 5)
		do := make([]float64, len(x))
		for k := range x {
			x[k], do[k] = float64(float32(2*w.Float64()-0.6)), float64(float32(w.NormFloat64()))
		}
		p := newProbe(n, kind, x, do)
		p.differences(t)
		p.float32s(t)
		if t.Failed() {
			t.Fatalf("neuron %d:\n%s", i, text)
		}
	}
}

// probe is one neuron, its input over time, and the gradient of its spikes.
type probe struct {
	n     *Neuron
	kind  string
	x, do []float64
	l     *Layer
}

const (
	probeWindow = 0.5
	probeDecay  = 0.5
)

func newProbe(n *Neuron, kind string, x, do []float64) *probe {
	l := NewLayer(n, Options{Size: 1, Threshold: 0.5, Surrogate: kind, Window: probeWindow, Learn: "fixed"})
	l.CurrentDecay = probeDecay
	return &probe{n, kind, x, do, l}
}

// run simulates the neuron; in the smooth network a spike is the surrogate's
// integral.
func (p *probe) run(x []float64, params map[string]float64, isSmooth bool) []simulation {
	s := newSimulation(p.n, Settings{Threshold: 0.5, CurrentDecay: probeDecay, Params: params})
	if isSmooth {
		s.spike = func(m float64) float64 { return smooth[p.kind](m, probeWindow) }
	}
	all := []simulation{copyOf(s)}
	for _, v := range x {
		s.step(v)
		all = append(all, copyOf(s))
	}
	return all
}

func copyOf(s *simulation) simulation {
	c := *s
	c.states, c.spikes, c.margins = append([]float64(nil), s.states...), append([]float64(nil), s.spikes...), append([]float64(nil), s.margins...)
	return c
}

func (p *probe) loss(x []float64, params map[string]float64) float64 {
	sum := 0.0
	for t, s := range p.run(x, params, true)[1:] {
		sum += p.do[t] * s.signed()
	}
	return sum
}

// reverse runs the graph of the way back in float64.
func (p *probe) reverse(steps []simulation) (dx []float64, dparam []float64) {
	s, b := p.l.step, p.l.back
	sl := s.slots
	slot := map[int]float64{sl.vth: 0.5, sl.decay: probeDecay}
	for i, q := range p.n.params {
		slot[sl.param[i]] = steps[0].known[q.name]
	}
	dx = make([]float64, len(p.x))
	for t := len(p.x) - 1; t >= 0; t-- {
		before, after := steps[t], steps[t+1]
		for i, r := range sl.state {
			slot[r] = before.states[i]
		}
		for k, r := range sl.spike {
			slot[r], slot[sl.margin[k]] = before.spikes[k], after.margins[k]
		}
		slot[sl.c], slot[sl.dspike] = after.c, p.do[t]
		slot[sl.shown] = after.margins[0]
		if p.l.view >= 0 {
			slot[sl.shown] = after.states[p.l.view]
		}
		done := map[*node]float64{}
		get := func(x *node) float64 { return s.evaluate(x, func(i int) float64 { return slot[i] }, done) }
		next := map[int]float64{}
		for i, x := range b.dstate {
			next[sl.dstate[i]] = get(x)
		}
		for k, x := range b.dcarry {
			next[sl.dcarry[k]] = get(x)
		}
		next[sl.dc] = get(b.dc)
		for i, x := range b.dparam {
			if x != nil {
				next[sl.dparam[i]] = get(x)
			}
		}
		dx[t] = next[sl.dc]
		for k, v := range next {
			slot[k] = v
		}
	}
	for i := range p.n.params {
		dparam = append(dparam, slot[sl.dparam[i]])
	}
	return dx, dparam
}

// differences compares the reverse mode with central differences. A choice
// that a difference crosses has none, so a wrong value counts only if a smaller
// difference gives it too.
func (p *probe) differences(t *testing.T) {
	t.Helper()
	dx, dparam := p.reverse(p.run(p.x, nil, true))
	check := func(what string, got float64, f func(h float64) float64) {
		t.Helper()
		worst := 0.0
		for _, h := range []float64{1e-4, 1e-5, 1e-6} {
			want := (f(h) - f(-h)) / (2 * h)
			if worst = math.Abs(got - want); worst <= 1e-5*max(1, math.Abs(want)) {
				return
			}
		}
		t.Errorf("%s: the gradient is %v, off by %v", what, got, worst)
	}
	for k := range p.x {
		check(fmt.Sprint("input ", k), dx[k], func(h float64) float64 {
			x := append([]float64(nil), p.x...)
			x[k] += h
			return p.loss(x, nil)
		})
	}
	for i, q := range p.n.params {
		if p.l.learnt[i] {
			check(q.name, dparam[i], func(h float64) float64 { return p.loss(p.x, map[string]float64{q.name: q.start + h}) })
		}
	}
}

// float32s compares the layer's programs with the float64 way through hard
// spikes.
func (p *probe) float32s(t *testing.T) {
	t.Helper()
	steps := p.run(p.x, nil, false)
	for _, s := range steps[1:] { // a spike that float32 may decide otherwise
		for _, m := range s.margins {
			if math.Abs(m) < 1e-4 {
				return
			}
		}
	}
	dx, dparam := p.reverse(steps)
	f32 := func(x []float64) []float32 {
		y := make([]float32, len(x))
		for i, v := range x {
			y[i] = float32(v)
		}
		return y
	}
	by := func(x []float32) linalg.Steps { return linalg.ByRow(x, len(p.x), 1) }
	v, o, got := make([]float32, len(p.x)), make([]float32, len(p.x)), make([]float32, len(p.x))
	p.l.Forward(by(v), by(o), linalg.Steps{}, by(f32(p.x)), len(p.x), 1, 1)
	var spikes []float64
	for _, s := range steps[1:] {
		spikes = append(spikes, s.signed())
	}
	compare(t, "spikes", o, f32(spikes), 0)
	p.l.Backward(by(got), by(f32(p.do)), by(v), len(p.x), 1, 1)
	compare(t, "dx", got, f32(dx), 1e-5)
	for i, q := range p.n.params {
		if p.l.learnt[i] {
			raw := float64(p.l.theta[i].Value[0])
			_, slope := q.value(raw)
			compare(t, "d"+q.name, p.l.theta[i].Grad, f32([]float64{dparam[i] * slope}), 1e-5)
		}
	}
}
