package equations

import "gomdcsan/mdcsan/linalg"

// Backward runs back through the steps of Forward, as linalg.Neuron.Backward
// does: from the gradient do with respect to the spikes to dx, that with
// respect to x at every step, or to their sum if dx.Step is 0. v is what
// Forward wrote. It sets the Grad of Params.
func (l *Layer) Backward(dx, do, v linalg.Steps, steps, rows, n int) {
	l.prepare(n)
	for _, p := range l.theta {
		clear(p.Grad)
	}
	for b := (span{0, l.m.block, n}); b.row < rows; b.row += b.rows {
		b.rows = min(b.rows, rows-b.row)
		l.cut(b.size())
		l.beginBack(b, dx)
		for t := steps - 1; t >= 0; t-- {
			l.load(b, t, steps, do, v)
			inPlace := b.rows == 1 && dx.Step != 0
			if inPlace {
				l.m.r[l.backward.out[l.input]] = b.at(dx, t)
			}
			l.backward.run(l.m.r, l.m.num)
			if !inPlace {
				l.giveInput(b, t, dx)
			}
			l.advance(l.backward, l.carry)
		}
		l.addGradients(b)
	}
	for i, p := range l.theta {
		for j := range p.Grad {
			_, slope := l.n.params[i].value(float64(p.Value[j]))
			p.Grad[j] *= float32(slope)
		}
	}
}

// listCarries lists the slots that the backward program's results go to.
func (l *Layer) listCarries() {
	s := l.step.slots
	l.carry = append(append(append([]int{}, s.dstate...), s.dcarry...), s.dc)
	for i, slot := range s.dparam {
		if l.learnt[i] {
			l.carry = append(l.carry, slot)
		}
	}
}

// beginBack sets the gradients after the last step to zero.
func (l *Layer) beginBack(b span, dx linalg.Steps) {
	for _, slot := range l.carry {
		clear(l.reg(slot))
	}
	if dx.Step == 0 {
		for r := range b.rows {
			clear(dx.Data[(b.row+r)*dx.Row:][:b.n])
		}
	}
}

// load gets what the step back from t reads.
func (l *Layer) load(b span, t, steps int, do, v linalg.Steps) {
	s := l.step.slots
	l.fetch(b, t, s.dspike, do, l.early)
	if r := l.at[s.shown]; r >= 0 && b.rows > 1 && t < steps-1 && !l.n.Ternary() { // the step before's
		l.m.r[r], l.m.r[l.before()] = l.m.r[l.before()], l.m.r[r]
	} else {
		l.fetch(b, t, s.shown, v, true)
	}
	for i := range l.saved {
		k := &l.saved[i]
		copy(l.m.r[k.to], k.data[b.row*b.n*steps+t*b.size():])
	}
	if !l.n.Ternary() {
		l.loadBefore(b, t, v)
	}
}

// fetch makes step t of a slice over time the input of a slot: in place if it
// may be, and the block is one row.
func (l *Layer) fetch(b span, t, slot int, from linalg.Steps, inPlace bool) {
	r := l.at[slot]
	switch {
	case r < 0:
	case inPlace && b.rows == 1:
		l.m.r[r] = b.at(from, t)
	default:
		l.get(b, t, l.m.r[r], from)
	}
}

// isEarly reports whether the backward program has read the gradient of the
// spikes when it writes that of the input, which may take its place.
func (l *Layer) isEarly() bool {
	r, ok := l.c.inputs[l.step.slots.dspike]
	written := false
	for i := range l.backward.code {
		x := &l.backward.code[i]
		for _, a := range x.operands() {
			if ok && written && *a == r {
				return false
			}
		}
		written = written || x.dst == l.backward.out[l.input]
	}
	return true
}

// before is the register for what v shows before a step.
func (l *Layer) before() int {
	if l.view >= 0 {
		return l.at[l.step.slots.state[l.view]]
	}
	return l.spare
}

// loadBefore gets from v what was before step t: the state that v shows, and
// the spikes.
func (l *Layer) loadBefore(b span, t int, v linalg.Steps) {
	s := l.step.slots
	r := l.before()
	if b.rows == 1 { // another step's memory
		l.m.r[r] = l.m.full[r][:b.size()]
	}
	o := l.reg(s.spike[0])
	if t == 0 {
		if l.view >= 0 {
			fill(l.m.r[r], float32(l.n.states[l.view].from))
		}
		clear(o)
		return
	}
	if b.rows == 1 {
		l.m.r[r] = b.at(v, t-1)
	} else {
		l.get(b, t-1, l.m.r[r], v)
	}
	if o != nil {
		linalg.Spikes(o, l.m.r[r], l.m.num[l.limit])
	}
}

// giveInput writes or adds the gradient of the input at step t.
func (l *Layer) giveInput(b span, t int, dx linalg.Steps) {
	g := l.backward.out[l.input]
	if dx.Step != 0 {
		l.put(b, t, dx, g)
		return
	}
	for r := range b.rows {
		d := dx.Data[(b.row+r)*dx.Row:][:b.n]
		linalg.Add(d, d, l.m.r[g][r*b.n:(r+1)*b.n])
	}
}

// addGradients adds a block's gradients to those of the parameters.
func (l *Layer) addGradients(b span) {
	for i, p := range l.theta {
		if !l.learnt[i] {
			continue
		}
		g := l.reg(l.step.slots.dparam[i])
		if len(p.Grad) == 1 && l.levels[i] == uniform {
			p.Grad[0] += linalg.Sum(g)
			continue
		}
		for at := 0; at < len(g); at += b.n {
			linalg.Add(p.Grad, p.Grad, g[at:at+b.n])
		}
	}
}
