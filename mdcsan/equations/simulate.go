package equations

import "math"

// Settings are what a simulation takes from a network's configuration.
type Settings struct {
	Threshold    float64            // vth, unless theta defines it
	CurrentDecay float64            // of the input current, per step
	Params       map[string]float64 // take the place of the values in the text
}

// Trace is what one neuron did.
type Trace struct {
	States  [][]float64 // [state][step], as Neuron.States lists them, after the step
	Spikes  []float64   // 1, 0 or -1
	Margins []float64   // positive where the neuron fires
}

// Simulate runs one neuron in float64 on an input, without noise.
func (n *Neuron) Simulate(input []float64, set Settings) *Trace {
	s := newSimulation(n, set)
	tr := &Trace{States: make([][]float64, len(n.states))}
	for _, x := range input {
		s.step(x)
		for i, v := range s.states {
			tr.States[i] = append(tr.States[i], v)
		}
		tr.Spikes, tr.Margins = append(tr.Spikes, s.signed()), append(tr.Margins, s.margins[0])
	}
	return tr
}

// simulation evaluates the equations as they are written: the layers' programs
// are tested against it.
type simulation struct {
	n       *Neuron
	known   map[string]float64
	decay   float64
	c       float64
	states  []float64
	spikes  []float64
	margins []float64
	noises  []float64
	spike   func(margin float64) float64
}

func newSimulation(n *Neuron, set Settings) *simulation {
	s := &simulation{n: n, known: map[string]float64{vth: set.Threshold}, decay: set.CurrentDecay,
		spikes: make([]float64, len(n.spikes)), margins: make([]float64, len(n.spikes)),
		noises: make([]float64, len(n.noises)), spike: func(m float64) float64 { return truth(m > 0) }}
	for _, p := range n.params {
		s.known[p.name] = p.start
		if v, ok := set.Params[p.name]; ok {
			s.known[p.name] = v
		}
	}
	for _, x := range n.states {
		s.states = append(s.states, x.from)
	}
	return s
}

func (s *simulation) signed() float64 {
	if len(s.spikes) == 2 {
		return s.spikes[0] - s.spikes[1]
	}
	return s.spikes[0]
}

// env gives the names of an expression their values at some states.
func (s *simulation) env(states []float64) map[string]float64 {
	m := map[string]float64{"c": s.c, "spike": s.signed()}
	for k, v := range s.known {
		m[k] = v
	}
	for i, x := range s.n.states {
		m[x.name] = states[i]
	}
	for i, x := range s.n.noises {
		m[x.name] = s.noises[i]
	}
	for _, h := range s.n.helpers {
		m[h.name] = value(h.value, m)
	}
	return m
}

func value(e *expr, env map[string]float64) float64 {
	v, err := e.eval(func(name *expr) (float64, error) { return env[name.name], nil })
	if err != nil {
		return math.NaN() // not reached: names are known
	}
	return v
}

// step advances by one step with the input x.
func (s *simulation) step(x float64) {
	s.c = s.decay*s.c + x
	states := s.states
	if !s.n.resetAfter {
		states = s.reset(states)
	}
	for range s.n.substeps {
		states = s.update(states)
	}
	if s.n.resetAfter {
		states = s.reset(states)
	}
	s.states = states
	env := s.env(states)
	for k, e := range s.n.spikes {
		s.margins[k] = value(e.args[0], env) - value(e.args[1], env)
	}
	for k, m := range s.margins {
		s.spikes[k] = s.spike(m)
	}
}

func (s *simulation) reset(states []float64) []float64 {
	env, out := s.env(states), append([]float64(nil), states...)
	for _, r := range s.n.resets {
		for i, x := range s.n.states {
			if x.name != r.name {
				continue
			}
			to := value(r.value, env)
			for _, o := range s.spikes {
				if o == 0 { // 0·Inf
					continue
				}
				out[i] = o*to + (1-o)*out[i]
			}
		}
	}
	return out
}

func (s *simulation) update(states []float64) []float64 {
	env, out := s.env(states), make([]float64, len(states))
	h := 1 / float64(s.n.substeps)
	for i, x := range s.n.states {
		f := value(x.update.value, env)
		switch {
		case !x.euler:
			out[i] = f
		case s.n.exponential:
			out[i] = states[i] + f*s.n.growth(i, env, h)
		default:
			out[i] = states[i] + h*f
		}
	}
	return out
}

// growth is (e^ah - 1)/a for the rate a of the linear terms of state i, which
// the graph of one step finds.
func (n *Neuron) growth(i int, env map[string]float64, h float64) float64 {
	levels := make([]level, len(n.params))
	s := &step{graph: newGraph(), n: n, slots: newSlots(n), levels: levels}
	s.c = s.input(s.slots.c, varying)
	for _, k := range s.slots.spike {
		s.spikes = append(s.spikes, s.input(k, varying))
	}
	for _, k := range s.slots.state {
		s.old = append(s.old, s.input(k, varying))
	}
	rate := s.rate(s.old[i], s.translate(n.states[i].update.value, s.names(s.old)))
	a := s.evaluate(rate, func(slot int) float64 {
		if slot == s.slots.vth {
			return env[vth]
		}
		return env[n.params[slot-s.slots.param[0]].name]
	}, map[*node]float64{})
	if a == 0 {
		return h
	}
	return math.Expm1(a*h) / a
}

// evaluate computes a node in float64.
func (g *graph) evaluate(n *node, slot func(int) float64, done map[*node]float64) float64 {
	if v, ok := done[n]; ok {
		return v
	}
	v := 0.0
	switch n.op {
	case opConst:
		v = n.num
	case opInput:
		v = slot(n.slot)
	case opSum:
		if n.bias != nil {
			v = g.evaluate(n.bias, slot, done)
		}
		for i, a := range n.args {
			v += g.evaluate(n.coef[i], slot, done) * g.evaluate(a, slot, done)
		}
	case opChoose:
		m, a, b := g.evaluate(n.args[0], slot, done), g.evaluate(n.args[1], slot, done), g.evaluate(n.args[2], slot, done)
		if v = apply("where", m, a, b); n.args[0].op == opInput && m != 0 { // a spike, which may be smooth
			v = m*a + (1-m)*b
		}
	default:
		v = n.compute(func(i int) float64 { return g.evaluate(n.args[i], slot, done) })
	}
	done[n] = v
	return v
}
