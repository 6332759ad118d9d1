package equations

// translate makes nodes of an expression; names gives those of names.
func (g *graph) translate(e *expr, lookup map[string]*node) *node {
	switch e.op {
	case "0":
		return g.number(e.num)
	case "n":
		return lookup[e.name]
	}
	a := make([]*node, 3)
	for i, x := range e.args {
		a[i] = g.translate(x, lookup)
	}
	return g.operation(e.op, a[0], a[1], a[2])
}

func (g *graph) operation(name string, a, b, c *node) *node {
	switch name {
	case "+":
		return g.add(a, b)
	case "-":
		return g.sub(a, b)
	case "neg":
		return g.scale(g.number(-1), a)
	case "*", "and":
		return g.mul(a, b)
	case "/":
		return g.div(a, b)
	case "^":
		return g.pow(a, b)
	case ">":
		return g.above(g.sub(a, b))
	case "<":
		return g.above(g.sub(b, a))
	case ">=":
		return g.not(g.above(g.sub(b, a)))
	case "<=":
		return g.not(g.above(g.sub(a, b)))
	case "not":
		return g.not(a)
	case "max", "or":
		return g.make(opMax, a, b)
	case "min":
		return g.make(opMin, a, b)
	case "clip":
		return g.make(opMax, g.make(opMin, a, c), b)
	case "where":
		return g.choose(a, b, c)
	}
	return g.function(name, a)
}

func (g *graph) function(name string, a *node) *node {
	switch name {
	case "exp":
		return g.make(opExp, a)
	case "log":
		return g.make(opLog, a)
	case "sqrt":
		return g.make(opPow, a, g.number(0.5))
	case "tanh":
		return g.make(opTanh, a)
	case "sigmoid":
		return g.sigmoid(a)
	case "abs":
		return g.abs(a)
	case "sin":
		return g.make(opSin, a)
	case "cos":
		return g.make(opCos, a)
	}
	return g.make(opDetach, a)
}

// sigmoid is (1 + tanh(a/2))/2: exact far out, and a kernel's work.
func (g *graph) sigmoid(a *node) *node {
	half := g.number(0.5)
	return g.add(half, g.scale(half, g.make(opTanh, g.scale(half, a))))
}

func (g *graph) abs(a *node) *node { return g.make(opMax, a, g.scale(g.number(-1), a)) }

// slots number what comes from outside a step.
type slots struct {
	state  []int // before the step
	spike  []int // of the step before: the positive ones, the negative ones
	param  []int
	noise  []int
	c, vth int
	shown  int   // what a layer hands out: the margin of the spike, or the state that is compared
	margin []int // of spikes with a sign, how far the thresholds are exceeded
	dstate []int // gradients of the states after the step
	dspike int   // of the spike (of the positive less the negative)
	dcarry []int // of the spikes through the next step's reset
	dparam []int // of the parameters, over the later steps
	dc     int   // of the current through the next step
	decay  int
	count  int
}

func (s *slots) take(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = s.count
		s.count++
	}
	return all
}

func newSlots(n *Neuron) *slots {
	s := &slots{}
	k, o := len(n.states), len(n.spikes)
	s.state, s.spike = s.take(k), s.take(o)
	s.param, s.noise = s.take(len(n.params)), s.take(len(n.noises))
	s.c, s.vth = s.take(1)[0], s.take(1)[0]
	s.shown = s.take(1)[0]
	s.dparam = s.take(len(n.params))
	s.margin, s.dstate = s.take(o), s.take(k)
	s.dspike, s.dcarry = s.take(1)[0], s.take(o)
	s.dc, s.decay = s.take(1)[0], s.take(1)[0]
	return s
}

// step is the graph of one step forward.
type step struct {
	*graph
	n      *Neuron
	slots  *slots
	levels []level // of the parameters

	spikes   []*node // of the step before
	old, now []*node // states before and after
	margin   []*node // positive: a spike
	c        *node
}

func newStep(n *Neuron, levels []level) *step {
	s := &step{graph: newGraph(), n: n, slots: newSlots(n), levels: levels}
	s.c = s.input(s.slots.c, varying)
	for _, i := range s.slots.spike {
		s.spikes = append(s.spikes, s.input(i, varying))
	}
	for _, i := range s.slots.state {
		s.old = append(s.old, s.input(i, varying))
	}
	states := s.old
	if !n.resetAfter {
		states = s.reset(states)
	}
	for range n.substeps {
		states = s.update(states)
	}
	if n.resetAfter {
		states = s.reset(states)
	}
	s.now = states
	names := s.names(states)
	for _, e := range n.spikes {
		s.margin = append(s.margin, s.sub(s.translate(e.args[0], names), s.translate(e.args[1], names)))
	}
	return s
}

// signed is the spike as equations see it: 1, 0 or -1.
func (s *step) signed() *node {
	if len(s.spikes) == 1 {
		return s.spikes[0]
	}
	return s.sub(s.spikes[0], s.spikes[1])
}

// names gives every name its node for the given states.
func (s *step) names(states []*node) map[string]*node {
	m := map[string]*node{"c": s.c, "spike": s.signed(), vth: s.input(s.slots.vth, uniform)}
	for i, x := range s.n.states {
		m[x.name] = states[i]
	}
	for i, p := range s.n.params {
		m[p.name] = s.input(s.slots.param[i], s.levels[i])
	}
	for i, x := range s.n.noises {
		m[x.name] = s.input(s.slots.noise[i], varying)
	}
	for _, h := range s.n.helpers {
		m[h.name] = s.hold(s.translate(h.value, m))
	}
	return m
}

// blend is a where there was a spike, else b; exact, unlike o·a + (1-o)·b.
func (s *step) blend(a, b *node) *node {
	if d := s.sub(a, b); len(s.spikes) == 1 && (d.level == uniform || d.op == opSum && len(d.args) == 1 && d.bias == nil && d.args[0] != b) { // a jump
		return s.hold(s.add(b, s.mul(s.spikes[0], d)))
	}
	for _, o := range s.spikes {
		b = s.choose(o, a, b)
	}
	return b
}

func (s *step) reset(states []*node) []*node {
	names := s.names(states)
	out := append([]*node(nil), states...)
	for i, x := range s.n.states {
		for _, r := range s.n.resets {
			if r.name == x.name {
				out[i] = s.blend(s.translate(r.value, names), states[i])
			}
		}
	}
	return out
}

func (s *step) update(states []*node) []*node {
	names := s.names(states)
	out := make([]*node, len(states))
	h := s.number(1 / float64(s.n.substeps))
	for i, x := range s.n.states {
		f := s.translate(x.update.value, names)
		switch {
		case !x.euler:
			out[i] = f
		case s.n.exponential:
			out[i] = s.exponential(states[i], f, h)
		default:
			out[i] = s.add(states[i], s.scale(h, f))
		}
		out[i] = s.hold(out[i])
	}
	return out
}

// exponential is Euler's step, exact for the part of f that is linear in v:
// v + f·(e^ah - 1)/a. Where ah is small, as a learnt rate may become, the
// quotient is its series, h·(1 + ah/2·(1 + ah/3·(...))), whose limit is Euler's h.
func (s *step) exponential(v, f, h *node) *node {
	x := s.mul(h, s.rate(v, f))
	if x.is(0) {
		return s.add(v, s.mul(h, f))
	}
	one := s.number(1)
	far := s.above(s.sub(s.abs(x), s.number(0.1)))
	divisor := s.choose(far, x, one) // never zero, on the way back neither
	series := one
	for k := 5.0; k > 1; k-- {
		series = s.add(one, s.mul(s.mul(x, s.number(1/k)), series))
	}
	growth := s.choose(far, s.div(s.sub(s.make(opExp, x), one), divisor), series)
	return s.add(v, s.mul(s.mul(h, growth), f))
}

// rate is the factor a of the terms a·v of f that no state changes.
func (s *step) rate(v, f *node) *node {
	var rate, t terms
	s.put(&t, s.number(1), f)
	for i, x := range t.x {
		switch {
		case x == v:
			rate.bias = s.addUniform(rate.bias, t.coef[i])
		case x.op == opMul && x.args[0] == v && x.args[1].level == steady:
			s.put(&rate, t.coef[i], x.args[1])
		case x.op == opMul && x.args[1] == v && x.args[0].level == steady:
			s.put(&rate, t.coef[i], x.args[0])
		}
	}
	return s.sum(&rate)
}
