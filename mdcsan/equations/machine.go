package equations

import (
	"fmt"

	"gomdcsan/mdcsan/linalg"
	"gomdcsan/mdcsan/nn"
)

// blockSize is how many neurons a program runs on at a time: few enough for the
// second-level cache, and many, so that choosing the next instruction costs
// little. A block of one row of a wide layer works on the caller's memory.
const blockSize = 1024

// machine is the memory of a layer's programs.
type machine struct {
	full, r [][]float32 // registers, and as much of each as the present block needs
	num     []float32
	block   int // rows in a block
}

// span is the rows that a program runs on.
type span struct{ row, rows, n int }

func (b span) size() int { return b.rows * b.n }

// at is step t of the span's only row.
func (b span) at(x linalg.Steps, t int) []float32 { return x.Data[t*x.Step+b.row*x.Row:][:b.n] }

// Forward runs rows×n neurons from rest through steps steps, as
// linalg.Neuron.Forward does: x is the weighted input, or the current if
// CurrentDecay is 0. It writes v, the spikes o and the second state u; o and u
// may have nil Data.
func (l *Layer) Forward(v, o, u, x linalg.Steps, steps, rows, n int) {
	l.ForwardStates(v, o, linalg.Steps{}, u, x, steps, rows, n)
}

// ForwardStates is Forward that also writes the first state, unless its Data
// is nil.
func (l *Layer) ForwardStates(v, o, first, second, x linalg.Steps, steps, rows, n int) {
	l.prepare(n)
	l.startNoise()
	for i := range l.saved {
		l.saved[i].data = nn.Grow(l.saved[i].data, steps*rows*n)
	}
	for b := (span{0, l.m.block, n}); b.row < rows; b.row += b.rows {
		b.rows = min(b.rows, rows-b.row)
		l.cut(b.size())
		l.begin()
		for t := range steps {
			l.stepForward(b, t, steps, x, v)
			l.fire()
			l.showSpikes(b, t, o)
			for i, s := range []linalg.Steps{first, second} {
				if s.Data != nil && i < len(l.n.states) {
					l.put(b, t, s, l.forward.out[i])
				}
			}
			l.advance(l.forward, l.step.slots.state)
		}
		l.lookAt()
	}
}

// lookAt notes a state that is not finite after the last step.
func (l *Layer) lookAt() {
	for i, s := range l.n.states {
		if !linalg.Finite(l.reg(l.step.slots.state[i])) {
			l.exploded = s.name
		}
	}
}

// stepForward computes step t of a block.
func (l *Layer) stepForward(b span, t, steps int, x, v linalg.Steps) {
	l.current(b, t, x)
	l.draw()
	l.save(b, t, steps, false)
	if b.rows == 1 {
		l.m.r[l.shown()] = b.at(v, t)
	}
	l.forward.run(l.m.r, l.m.num)
	if b.rows > 1 {
		l.put(b, t, v, l.shown())
	}
	l.save(b, t, steps, true)
}

// prepare makes registers for layers of n neurons and computes what the
// parameters alone decide.
func (l *Layer) prepare(n int) {
	if n != l.opt.Size {
		panic(fmt.Sprintf("equations: a layer of %d neurons run with %d", l.opt.Size, n))
	}
	l.m.block = max(1, blockSize/n)
	if l.m.full[0] == nil {
		data := linalg.Make(len(l.m.full) * l.m.block * n)
		for i := range l.m.full {
			l.m.full[i] = data[i*l.m.block*n : (i+1)*l.m.block*n]
		}
	}
	l.numbers()
	l.cut(l.m.block * n)
	for i, slot := range l.step.slots.param {
		if r := l.at[slot]; r >= 0 && l.levels[i] == steady {
			l.spreadParam(i, l.m.r[r], n)
		}
	}
	for _, x := range l.c.spread {
		fill(l.m.r[l.c.fixed[x]], l.m.num[l.c.numbers[x]])
	}
	(&program{code: l.c.steady}).run(l.m.r, l.m.num)
}

func (l *Layer) spreadParam(i int, dst []float32, n int) {
	for j, w := range l.theta[i].Value {
		v, _ := l.n.params[i].value(float64(w))
		dst[j] = float32(v)
	}
	for at := n; at < len(dst); at += n {
		copy(dst[at:at+n], dst[:n])
	}
}

func fill(dst []float32, v float32) {
	for i := range dst {
		dst[i] = v
	}
}

// numbers computes the numbers of the whole layer.
func (l *Layer) numbers() {
	for i, x := range l.c.order {
		l.m.num[i] = float32(l.number(x))
	}
}

// number computes a uniform node from the parameters and the configuration.
func (l *Layer) number(x *node) float64 {
	switch x.op {
	case opConst:
		return x.num
	case opInput:
		return l.given(x.slot)
	case opSum:
		s := 0.0
		if x.bias != nil {
			s = l.number(x.bias)
		}
		for i, a := range x.args {
			s += l.number(x.coef[i]) * l.number(a)
		}
		return s
	}
	return x.compute(func(i int) float64 { return l.number(x.args[i]) })
}

func (l *Layer) given(slot int) float64 {
	switch s := l.step.slots; slot {
	case s.vth:
		return float64(l.opt.Threshold)
	case s.decay:
		return float64(l.CurrentDecay)
	default:
		i := slot - s.param[0]
		v, _ := l.n.params[i].value(float64(l.theta[i].Value[0]))
		return float64(float32(v))
	}
}

// cut fits the registers to a block of size neurons.
func (l *Layer) cut(size int) {
	for i, f := range l.m.full {
		l.m.r[i] = f[:size]
	}
}

// reg is the register of a slot, nil if no program has a use for it.
func (l *Layer) reg(slot int) []float32 {
	if r := l.at[slot]; r >= 0 {
		return l.m.r[r]
	}
	return nil
}

// begin sets a block to rest.
func (l *Layer) begin() {
	for i, s := range l.n.states {
		fill(l.reg(l.step.slots.state[i]), float32(s.from))
	}
	for _, slot := range l.step.slots.spike {
		clear(l.reg(slot))
	}
	clear(l.reg(l.step.slots.c))
}

// current sets the input current of step t: c ← decay·c + x.
func (l *Layer) current(b span, t int, x linalg.Steps) {
	c, decay := l.reg(l.step.slots.c), l.CurrentDecay
	for r := range b.rows {
		row, in := c[r*b.n:(r+1)*b.n], x.Data[t*x.Step+(b.row+r)*x.Row:][:b.n]
		if decay == 0 || t == 0 {
			copy(row, in)
		} else {
			linalg.ScaleAdd(row, row, decay, in)
		}
	}
}

// startNoise begins the noises of a pass. Each has a stream of its own, named
// after the layer and the noise, so that another noise in the text changes
// nothing of it; where it begins, the network's stream says, of which
// checkpoints keep the state.
func (l *Layer) startNoise() {
	if len(l.noise) == 0 {
		return
	}
	pass := l.opt.Stream.Uint64()
	for i := range l.noise {
		l.noise[i].stream.Restart(pass, l.noise[i].key)
	}
}

// draw sets the noises of a step.
func (l *Layer) draw() {
	for i, x := range l.n.noises {
		stream := l.noise[i].stream
		for j, dst := 0, l.reg(l.step.slots.noise[i]); j < len(dst); j++ {
			if x.normal {
				dst[j] = float32(x.a * stream.NormFloat64())
			} else {
				dst[j] = float32(stream.Uniform(x.a, x.b))
			}
		}
	}
}

// save keeps what the way back needs of step t.
func (l *Layer) save(b span, t, steps int, after bool) {
	for i := range l.saved {
		if s := &l.saved[i]; s.after == after {
			copy(s.data[b.row*b.n*steps+t*b.size():], l.m.r[s.from])
		}
	}
}

// shown is the register that v shows.
func (l *Layer) shown() int {
	if l.view >= 0 {
		return l.forward.out[l.view]
	}
	return l.forward.out[len(l.n.states)]
}

// fire sets the spikes from the step's margins.
func (l *Layer) fire() {
	if l.n.Ternary() {
		for k, slot := range l.step.slots.spike {
			if o := l.reg(slot); o != nil {
				linalg.Spikes(o, l.m.r[l.forward.out[len(l.n.states)+k]], 0)
			}
		}
	} else if o := l.reg(l.step.slots.spike[0]); o != nil {
		linalg.Spikes(o, l.m.r[l.shown()], l.m.num[l.limit])
	}
}

// put copies a register to step t of a slice over time.
func (l *Layer) put(b span, t int, to linalg.Steps, from int) {
	for r := range b.rows {
		copy(to.Data[t*to.Step+(b.row+r)*to.Row:][:b.n], l.m.r[from][r*b.n:])
	}
}

// get copies step t of a slice over time to a register.
func (l *Layer) get(b span, t int, dst []float32, from linalg.Steps) {
	for r := range b.rows {
		copy(dst[r*b.n:(r+1)*b.n], from.Data[t*from.Step+(b.row+r)*from.Row:])
	}
}

// showSpikes writes the signed spikes.
func (l *Layer) showSpikes(b span, t int, o linalg.Steps) {
	if o.Data == nil {
		return
	}
	for r := range b.rows {
		dst := o.Data[t*o.Step+(b.row+r)*o.Row:][:b.n]
		at := r * b.n
		if l.n.Ternary() {
			up, down := l.m.r[l.forward.out[len(l.n.states)]], l.m.r[l.forward.out[len(l.n.states)+1]]
			for i := range dst {
				dst[i] = float32(truth(up[at+i] > 0) - truth(down[at+i] > 0))
			}
			continue
		}
		linalg.Spikes(dst, l.m.r[l.shown()][at:at+b.n], l.m.num[l.limit])
	}
}

// advance makes the results of p the inputs of its next run.
func (l *Layer) advance(p *program, slots []int) {
	for i, slot := range slots {
		if r := l.at[slot]; r >= 0 {
			l.m.r[r], l.m.r[p.out[i]] = l.m.r[p.out[i]], l.m.r[r]
		}
	}
}
