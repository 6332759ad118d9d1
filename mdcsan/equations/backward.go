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
			l.backward.run(l.m.r, l.m.num)
			l.giveInput(b, t, dx)
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
	if r := l.reg(s.dspike); r != nil {
		l.get(b, t, r, do)
	}
	if r := l.reg(s.shown); r != nil {
		l.get(b, t, r, v)
	}
	for i := range l.saved {
		k := &l.saved[i]
		copy(l.m.r[k.to], k.data[b.row*b.n*steps+t*b.size():])
	}
	if !l.n.Ternary() {
		l.loadBefore(b, t, v)
	}
}

// loadBefore gets from v what was before step t: the state that v shows, and
// the spikes.
func (l *Layer) loadBefore(b span, t int, v linalg.Steps) {
	s := l.step.slots
	before := l.m.r[l.spare]
	if l.view >= 0 {
		before = l.reg(s.state[l.view])
	}
	o := l.reg(s.spike[0])
	if t == 0 {
		if l.view >= 0 {
			fill(before, float32(l.n.states[l.view].from))
		}
		clear(o)
		return
	}
	if before == nil {
		before = l.m.r[l.spare]
	}
	l.get(b, t-1, before, v)
	if o != nil {
		linalg.Spikes(o, before, l.m.num[l.c.numbers[l.threshold]])
	}
}

// giveInput writes or adds the gradient of the input at step t.
func (l *Layer) giveInput(b span, t int, dx linalg.Steps) {
	g := l.backward.out[len(l.n.states)+len(l.n.spikes)]
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
