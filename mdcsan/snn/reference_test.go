package snn

import (
	"fmt"
	"math"
	"testing"

	"gomdcsan/mdcsan/rng"
)

// reference is the network written down once more, scalar by scalar from the
// equations, on the tape.
type reference struct {
	*tape
	c      Config
	leaves map[string][]node
	smooth bool        // spikes are the integral of the surrogate: differentiable
	drawn  [][]float32 // [T] spikes of a stochastic coding, [n][K]
	margin float64     // least distance of a voltage from a place where something jumps
}

func newReference(c Config, params map[string][]float64) *reference {
	r := &reference{tape: &tape{}, c: c, leaves: map[string][]node{}, margin: math.Inf(1)}
	for name, vs := range params {
		for _, v := range vs {
			r.leaves[name] = append(r.leaves[name], r.leaf(v))
		}
	}
	return r
}

// at returns element i of a parameter, its only element if there is one.
func (r *reference) at(name string, i int) node {
	if len(r.leaves[name]) == 1 {
		i = 0
	}
	return r.leaves[name][i]
}

func (r *reference) near(d float64) { r.margin = min(r.margin, math.Abs(d)) }

// spike is o = V > Vth with the pseudo-gradient z(V).
func (r *reference) spike(v node) node {
	x, w := r.val[v]-float64(r.c.Vth), float64(r.c.Window)
	r.near(x)
	var z, integral float64
	switch r.c.Surrogate {
	case Rectangular:
		r.near(math.Abs(x) - w)
		if math.Abs(x) < w {
			z = 1
		}
		integral = max(-w, min(x, w))
	case Triangle:
		z = max(0, 1-math.Abs(x)/(2*w))
		y := max(-2*w, min(x, 2*w))
		integral = y - y*math.Abs(y)/(4*w)
	case Sigmoid:
		s := 1 / (1 + math.Exp(-2*x/w))
		z, integral = 4*s*(1-s), 2*w*s
	case Arctan:
		k := math.Pi / (2 * w)
		z, integral = 1/(1+k*x*k*x), math.Atan(k*x)/k
	}
	if r.smooth {
		return r.unary(v, integral, z)
	}
	return r.unary(v, step(x), z)
}

func step(x float64) float64 {
	if x > 0 {
		return 1
	}
	return 0
}

// input returns x [T][K] of state b.
func (r *reference) input(obs []float64, b int) [][]node {
	k := r.c.InputSize()
	j := k / r.c.ObsDim
	x := make([][]node, r.c.T)
	for i := range k {
		d := r.sub(r.leaf(obs[i/j]), r.at("enc_mean", i))
		q := r.mul(d, r.inv(r.at("enc_std", i)))
		a := r.exp(r.scale(r.mul(q, q), -0.5))
		v := r.leaf(0)
		for t := range r.c.T {
			o := a
			switch r.c.Coding {
			case PopDet, Det:
				v = r.add(v, a)
				over := r.val[v] - float64(r.c.DetThreshold)
				r.near(over)
				o = r.unary(v, step(over), 1)
				if r.smooth {
					o = r.unary(v, over, 1)
				}
				v = r.sub(v, r.scale(o, float64(r.c.DetThreshold)))
			case Pop:
			default:
				if !r.smooth {
					o = r.unary(a, float64(r.drawn[t][b*k+i]), 1)
				}
			}
			x[t] = append(x[t], o)
		}
	}
	return x
}

// weighted returns W x + b.
func (r *reference) weighted(l int, x []node) []node {
	bias := r.leaves[fmt.Sprint("b", l)]
	w := r.leaves[fmt.Sprint("W", l)]
	y := make([]node, len(bias))
	for o := range y {
		y[o] = bias[o]
		for i, xi := range x {
			y[o] = r.add(y[o], r.mul(w[o*len(x)+i], xi))
		}
	}
	return y
}

// layer returns the spikes [T][n] of layer l.
func (r *reference) layer(l int, x [][]node) [][]node {
	n := len(r.leaves[fmt.Sprint("b", l)])
	out := make([][]node, len(x))
	c, v, u, o := make([]node, n), make([]node, n), make([]node, n), make([]node, n)
	for i := range n {
		c[i], v[i], u[i], o[i] = r.leaf(0), r.leaf(0), r.leaf(float64(r.c.U0)), r.leaf(0)
	}
	for t := range x {
		in := r.weighted(l, x[t])
		out[t] = make([]node, n)
		for i := range n {
			c[i] = r.add(r.scale(c[i], float64(r.c.CurrentDecay)), in[i])
			silent := r.shift(r.scale(o[i], -1), 1)
			v[i] = r.mul(v[i], silent)
			switch r.c.Neuron {
			case LIF:
				v[i] = r.add(r.scale(v[i], float64(r.c.VoltageDecay)), c[i])
			case IF:
				v[i] = r.add(v[i], c[i])
			default:
				v[i], u[i] = r.dynamics(l, i, v[i], u[i], o[i], c[i])
			}
			o[i] = r.spike(v[i])
			out[t][i] = o[i]
		}
	}
	return out
}

// dynamics is one step of eqs. 7 and 8; v is V(1-o) already.
func (r *reference) dynamics(l, i int, v, u, o, c node) (node, node) {
	th := func(k string) node { return r.at(fmt.Sprint("theta_", k, l), i) }
	v = r.add(v, r.mul(o, th("r")))
	u = r.add(u, r.mul(o, th("s")))
	dv := r.add(r.sub(r.sub(r.mul(v, v), v), u), c)
	du := r.mul(th("v"), r.sub(r.mul(th("u"), v), u))
	if r.c.Neuron == DNPrinted {
		du = r.sub(r.mul(th("v"), v), r.mul(th("u"), u))
	}
	return r.add(v, dv), r.add(u, du)
}

// loss returns sum(gradAction * action) over the batch.
func (r *reference) loss(obs, gradAction []float64) node {
	total := r.leaf(0)
	n, m := r.c.ObsDim, r.c.ActDim
	for b := range len(obs) / n {
		rate := r.rates(obs[b*n:(b+1)*n], b)
		for k := range m {
			s := r.leaves["dec_b"][k]
			for o := range r.c.O {
				s = r.add(s, r.mul(r.leaves["dec_W"][k*r.c.O+o], rate[k*r.c.O+o]))
			}
			act := r.scale(r.tanh(s), float64(r.c.ActLimit))
			total = r.add(total, r.scale(act, gradAction[b*m+k]))
		}
	}
	return total
}

func (r *reference) rates(obs []float64, b int) []node {
	x := r.input(obs, b)
	layers := len(r.c.LayerSizes())
	if r.c.Neuron == ReLU {
		h := x[0]
		for l := range layers {
			h = r.weighted(l, h)
			for i := range h {
				if l < layers-1 {
					r.near(r.val[h[i]])
					h[i] = r.relu(h[i])
				}
			}
		}
		return h
	}
	for l := range layers {
		x = r.layer(l, x)
	}
	rate := x[0]
	for _, o := range x[1:] {
		for i := range rate {
			rate[i] = r.add(rate[i], o[i])
		}
	}
	for i := range rate {
		rate[i] = r.scale(rate[i], 1/float64(r.c.T))
	}
	return rate
}

// grads returns the derivative of the loss for every parameter.
func (r *reference) grads(obs, gradAction []float64) map[string][]float64 {
	r.run(r.loss(obs, gradAction))
	g := map[string][]float64{}
	for name, ns := range r.leaves {
		for _, n := range ns {
			g[name] = append(g[name], r.grad[n])
		}
	}
	return g
}

// problem is a small network with parameters, states and a loss.
type problem struct {
	c               Config
	actor           *Actor
	params          map[string][]float64
	obs, gradAction []float64
	n               int
}

func newProblem(t testing.TB, c Config, seed uint64) *problem {
	a, err := New(c, seed)
	if err != nil {
		t.Fatal(err)
	}
	p := &problem{c: c, actor: a, params: map[string][]float64{}, n: 3}
	s := rng.New(seed, "problem")
	for _, q := range append(a.Params(), a.Fixed()...) {
		for i := range q.Value { // away from zeros and ties; strong enough to fire
			if c.Neuron != ReLU { // which would saturate tanh
				q.Value[i] *= 2.5
			}
			q.Value[i] += float32(0.05 * s.NormFloat64())
		}
		for _, v := range q.AppendValue(nil) {
			p.params[q.Name] = append(p.params[q.Name], float64(v))
		}
	}
	for range p.n * c.ObsDim {
		p.obs = append(p.obs, float64(float32(s.NormFloat64())))
	}
	for range p.n * c.ActDim {
		p.gradAction = append(p.gradAction, float64(float32(s.NormFloat64())))
	}
	return p
}

func narrow(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

// variants lists the small networks to check: every neuron with every coding
// and surrogate, and theta held in every way.
func variants() []Config {
	base := Default(2, 2, 0.7)
	base.J, base.Hidden, base.O, base.T = 3, []int{5, 4}, 2, 4
	base.MeanLow, base.MeanHigh, base.Std = -1, 1, 0.6
	base.ThetaMode = ThetaNeuron
	var all []Config
	for _, n := range NeuronKinds() {
		c := base.WithNeuron(n)
		if n == LIF || n == IF || n == ReLU {
			c.ThetaMode = ThetaFixed
		}
		for _, coding := range Codings() {
			if n == ReLU && coding != Pop {
				continue
			}
			for _, s := range Surrogates() {
				c.Coding, c.Surrogate = coding, s
				all = append(all, c)
			}
		}
	}
	for _, n := range []NeuronKind{DN, DNPrinted} {
		c := base.WithNeuron(n)
		c.ThetaMode = ThetaLayer
		all = append(all, c)
		for _, coding := range Codings() { // the fused way
			c.ThetaMode, c.Coding = ThetaFixed, coding
			all = append(all, c)
		}
	}
	for _, n := range []NeuronKind{DN, DNPrinted, LIF, IF} { // no setting at its default
		c := base.WithNeuron(n)
		c.ThetaMode, c.Vth, c.Window, c.CurrentDecay, c.VoltageDecay, c.U0 = ThetaFixed, 0.3, 0.35, 0.2, 0.6, 0.15
		all = append(all, c)
	}
	frozen, deep := base, base
	frozen.TrainEncoder = false
	deep.Hidden, deep.Vth, deep.Window, deep.CurrentDecay = []int{4, 4, 3}, 0.3, 0.8, 0.2
	return append(all, frozen, deep)
}

func label(c Config) string {
	return fmt.Sprintf("%s/%s/%s/theta-%s/encoder-%v/depth-%d", c.Neuron, c.Coding, c.Surrogate, c.ThetaMode, c.TrainEncoder, len(c.Hidden))
}

// TestReferenceFiniteDifferences holds the reference itself against central
// differences of the smooth network, for every parameter.
func TestReferenceFiniteDifferences(t *testing.T) {
	const h = 1e-6
	for _, c := range variants() {
		if c.Surrogate != Rectangular && c.Coding != Pop {
			continue // the surrogate's formula is the same for every coding
		}
		if c.Coding != Pop && c.Coding != PopDet && c.Coding != Det {
			continue // a stochastic spike is smoothly its activation: Pop
		}
		c.T = 3
		p := newProblem(t, c, 1)
		p.obs, p.gradAction = p.obs[:c.ObsDim], p.gradAction[:c.ActDim] // one state
		smooth := func() *reference {
			r := newReference(c, p.params)
			r.smooth = true
			return r
		}
		for name, g := range smooth().grads(p.obs, p.gradAction) {
			for i := range g {
				eval := func(d float64) float64 {
					old := p.params[name][i]
					defer func() { p.params[name][i] = old }()
					p.params[name][i] = old + d
					r := smooth()
					return r.val[r.loss(p.obs, p.gradAction)]
				}
				// A kink of a piecewise surrogate inside +-h, or one state's
				// chaos, would show as a difference; h is small enough.
				if fd := (eval(h) - eval(-h)) / (2 * h); math.Abs(fd-g[i]) > 1e-5*(1+math.Abs(fd)) {
					t.Fatalf("%s: d/d%s[%d] = %v, finite differences %v", label(c), name, i, g[i], fd)
				}
			}
		}
	}
}

// TestGradientsAgainstReference compares the float32 network, spikes, resets
// and all, with the reference.
func TestGradientsAgainstReference(t *testing.T) {
	for _, c := range variants() {
		t.Run(label(c), func(t *testing.T) {
			for seed := uint64(1); seed < 60; seed++ {
				if p := newProblem(t, c, seed); p.compare(t) {
					return
				}
			}
			t.Fatal("no seed keeps voltages away from the jumps")
		})
	}
}

// compare reports false when a voltage lies so near a jump that float32 may
// fall on its other side, or when the network is silent.
func (p *problem) compare(t *testing.T) bool {
	act := make([]float32, p.n*p.c.ActDim)
	p.actor.Forward(act, narrow(p.obs), p.n)
	p.actor.Backward(narrow(p.gradAction))
	r := newReference(p.c, p.params)
	if steps, size := p.actor.enc.Shape(); steps > 1 {
		for s := range steps {
			r.drawn = append(r.drawn, p.actor.x[s*p.n*size:(s+1)*p.n*size])
		}
	}
	want := r.grads(p.obs, p.gradAction)
	if r.margin < 3e-5 || r.grad[r.leaves["W0"][0]] == 0 && allZero(want["W0"]) {
		return false
	}
	// A gradient that is the small rest of large terms has their rounding. The
	// weights here are larger than any network's at its start, to make every
	// layer fire, so potentials reach several units and lose a digit: 2e-5.
	largest := 0.0
	for _, g := range want {
		for _, w := range g {
			largest = max(largest, math.Abs(w))
		}
	}
	for _, q := range p.actor.Params() {
		got, scale := q.AppendGrad(nil), 1e-3*largest
		for _, w := range want[q.Name] {
			scale = max(scale, math.Abs(w))
		}
		for i, w := range want[q.Name] {
			if d := math.Abs(float64(got[i]) - w); !(d <= 2e-5*scale) {
				t.Errorf("d/d%s[%d] = %v, want %v (%.2g of the largest)", q.Name, i, got[i], w, d/scale)
			}
		}
	}
	return true
}

func allZero(x []float64) bool {
	for _, v := range x {
		if v != 0 {
			return false
		}
	}
	return true
}
