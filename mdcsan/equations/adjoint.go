package equations

// back is the reverse of a step: gradients before it from those after it. What
// it needs of the step itself is computed again from the states before it.
type back struct {
	dstate []*node // of the states before the step
	dcarry []*node // of the spikes before the step
	dc     *node   // of the current, through this step and the later ones
	dparam []*node // of the parameters, over this step and the later ones; nil if fixed
}

// reverse differentiates s. learnt says which parameters learn; margin are the
// step's margins as they are stored; slope is the surrogate.
func (s *step) reverse(learnt []bool, margin []*node, slope func(margin *node) *node) *back {
	r := &reversal{step: s, adj: make([]*node, len(s.nodes)), wants: make([]bool, len(s.nodes))}
	r.want(learnt)
	for i, x := range s.now {
		r.give(x, s.input(s.slots.dstate[i], varying))
	}
	dspike := s.input(s.slots.dspike, varying)
	for k, m := range s.margin {
		g := s.add(dspike, s.input(s.slots.dcarry[k], varying))
		if k == 1 {
			g = s.sub(s.input(s.slots.dcarry[k], varying), dspike)
		}
		r.give(m, s.mul(slope(margin[k]), g))
	}
	for id := len(r.adj) - 1; id >= 0; id-- {
		if g := r.adj[id]; g != nil && s.nodes[id].op > opInput {
			r.through(s.nodes[id], s.hold(g))
		}
	}
	return r.results(learnt)
}

type reversal struct {
	*step
	adj   []*node // by the step's nodes
	wants []bool  // nodes through which a gradient reaches what wants one
}

func (r *reversal) want(learnt []bool) {
	inputs := map[int]bool{r.slots.c: true}
	for _, list := range [][]int{r.slots.state, r.slots.spike} {
		for _, slot := range list {
			inputs[slot] = true
		}
	}
	for i, slot := range r.slots.param {
		inputs[slot] = learnt[i]
	}
	for id, n := range r.nodes[:len(r.wants)] {
		w := n.op == opInput && inputs[n.slot]
		if n.op != opDetach && n.op != opAbove {
			for _, list := range [][]*node{n.args, n.coef, {n.bias}} {
				for _, x := range list {
					w = w || x != nil && r.wants[x.id]
				}
			}
		}
		r.wants[id] = w
	}
}

// give adds to a node's gradient.
func (r *reversal) give(x, g *node) {
	if x == nil || !r.wants[x.id] {
		return
	}
	if r.adj[x.id] != nil {
		g = r.add(r.adj[x.id], g)
	}
	r.adj[x.id] = g
}

// through hands the gradient g of n to what n is made of.
func (r *reversal) through(n, g *node) {
	a := n.args
	switch n.op {
	case opSum:
		for i, x := range a {
			r.give(x, r.mul(n.coef[i], g))
			if r.wants[n.coef[i].id] {
				r.give(n.coef[i], r.mul(x, g))
			}
		}
		r.give(n.bias, g)
	case opMul:
		r.both(n, func() *node { return r.mul(a[1], g) }, func() *node { return r.mul(a[0], g) })
	case opDiv:
		r.both(n, func() *node { return r.div(g, a[1]) },
			func() *node { return r.scale(r.number(-1), r.mul(n, r.div(g, a[1]))) })
	case opMax, opMin:
		first := r.above(r.sub(a[0], a[1]))
		if n.op == opMin {
			first = r.above(r.sub(a[1], a[0]))
		}
		r.both(n, func() *node { return r.mul(first, g) }, func() *node { return r.sub(g, r.mul(first, g)) })
	case opChoose:
		r.chosen(a[0], a[1], a[2], g)
	case opPow:
		r.both(n, func() *node { return r.mul(r.mul(a[1], r.pow(a[0], r.sub(a[1], r.number(1)))), g) },
			func() *node { return r.mul(r.mul(n, r.make(opLog, a[0])), g) })
	case opHold:
		r.give(a[0], g)
	case opExp, opTanh, opLog, opSin, opCos:
		r.give(a[0], r.mul(r.derivative(n), g))
	}
}

// derivative is that of a function of one variable.
func (r *reversal) derivative(n *node) *node {
	a := n.args[0]
	switch n.op {
	case opExp:
		return n
	case opTanh:
		return r.sub(r.number(1), r.mul(n, n))
	case opLog:
		return r.div(r.number(1), a)
	case opSin:
		return r.make(opCos, a)
	}
	return r.scale(r.number(-1), r.make(opSin, a))
}

// both gives to the two operands what is wanted.
func (r *reversal) both(n *node, first, second func() *node) {
	if r.wants[n.args[0].id] {
		r.give(n.args[0], first())
	}
	if r.wants[n.args[1].id] {
		r.give(n.args[1], second())
	}
}

// chosen is the reverse of a choice. A spike that chooses has a gradient, as
// if it were o·a + (1-o)·b; other conditions have none.
func (r *reversal) chosen(m, a, b, g *node) {
	part := r.mul(m, g)
	r.give(a, part)
	r.give(b, r.sub(g, part))
	if m.op == opInput {
		r.give(m, r.mul(r.sub(a, b), g))
	}
}

func (r *reversal) results(learnt []bool) *back {
	get := func(slot int, l level) *node {
		x := r.input(slot, l)
		if x.id < len(r.adj) && r.adj[x.id] != nil {
			return r.hold(r.adj[x.id])
		}
		return r.number(0)
	}
	b := &back{}
	for _, slot := range r.slots.state {
		b.dstate = append(b.dstate, get(slot, varying))
	}
	for _, slot := range r.slots.spike {
		b.dcarry = append(b.dcarry, get(slot, varying))
	}
	later := r.scale(r.input(r.slots.decay, uniform), r.input(r.slots.dc, varying))
	b.dc = r.add(get(r.slots.c, varying), later)
	for i, slot := range r.slots.param {
		var g *node
		if learnt[i] {
			g = r.add(r.input(r.slots.dparam[i], varying), get(slot, r.levels[i]))
		}
		b.dparam = append(b.dparam, g)
	}
	return b
}

// surrogate is z as a function of the margin, see snn.Surrogate.
func (g *graph) surrogate(kind string, window float64, margin *node) *node {
	w := g.number(window)
	switch kind {
	case "triangle":
		return g.make(opMax, g.sub(g.number(1), g.scale(g.number(1/(2*window)), g.abs(margin))), g.number(0))
	case "sigmoid":
		t := g.make(opTanh, g.scale(g.number(1/window), margin)) // 4 s (1-s) = 1 - tanh^2(x/w)
		return g.sub(g.number(1), g.mul(t, t))
	case "arctan":
		x := g.scale(g.number(1.5707963267948966/window), margin)
		return g.div(g.number(1), g.add(g.number(1), g.mul(x, x)))
	}
	return g.make(opWindow, margin, w)
}
