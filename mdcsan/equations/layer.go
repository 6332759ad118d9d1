package equations

import (
	"fmt"
	"strconv"

	"gomdcsan/mdcsan/nn"
	"gomdcsan/mdcsan/rng"
)

// Options are what a layer takes from its network.
type Options struct {
	Layer, Size int
	Threshold   float32     // vth, unless theta defines it
	Surrogate   string      // rectangular, triangle, sigmoid or arctan
	Window      float32     // of the surrogate
	Learn       string      // fixed, layer or neuron: of the parameters that do not say so themselves
	Stream      *rng.Stream // says where the noises of a pass begin; nil without noise
}

// Layer is a layer of equal neurons, compiled. What it hands out as v is what
// decides a spike, v > Threshold: the state that is compared, or by how much
// the condition is met.
type Layer struct {
	CurrentDecay float32 // of the input current, per step; 0 if x is the current itself

	opt    Options
	n      *Neuron
	theta  []*nn.Param // of each parameter, what trains (see param.value)
	learnt []bool
	levels []level

	step              *step
	back              *back
	c                 *compiler
	forward, backward *program
	view              int // the state that v shows, or -1
	threshold         *node
	saved             []saved
	carry             []int  // slots of the gradients that go from step to step
	spare             int    // a register
	input             int    // the backward result that is the gradient of x
	early             bool   // see isEarly
	at                []int  // register of each slot, -1 if no program reads it
	limit             int    // index of the threshold among the numbers
	exploded          string // the state that was not finite

	noise []namedNoise // as Neuron's

	m machine
}

// namedNoise is a noise's stream, and what tells it from others.
type namedNoise struct {
	stream *rng.Stream
	key    uint64
}

// saved is a value that the way back needs of each step forward.
type saved struct {
	to, from int       // its registers on the way back and forward
	after    bool      // from is written by the step
	data     []float32 // by block and step
}

// NewLayer compiles n.
func NewLayer(n *Neuron, opt Options) *Layer {
	l := &Layer{opt: opt, n: n}
	for _, p := range n.params {
		mode := p.mode
		if mode == "" {
			mode = opt.Learn
		}
		size, level := 1, uniform
		if mode == "neuron" {
			size, level = opt.Size, steady
		}
		w := nn.NewParam("theta_"+p.name+strconv.Itoa(opt.Layer), size)
		for i := range w.Value {
			w.Value[i] = float32(p.raw(p.start))
		}
		l.theta, l.levels = append(l.theta, w), append(l.levels, level)
		l.learnt = append(l.learnt, mode == "layer" || mode == "neuron")
	}
	for _, x := range n.noises {
		stream := rng.New(uint64(opt.Layer), "noise "+x.name)
		l.noise = append(l.noise, namedNoise{stream, stream.Uint64()})
	}
	l.compile()
	return l
}

// Params returns what learns: positive parameters as their logarithms, those
// in a range as their logits.
func (l *Layer) Params() []*nn.Param { return l.which(true) }

// Fixed returns the parameters that do not learn.
func (l *Layer) Fixed() []*nn.Param { return l.which(false) }

// Err is an error once a state has become infinite or NaN.
func (l *Layer) Err() error {
	if l.exploded == "" {
		return nil
	}
	return fmt.Errorf("the neuron %s: its state %q grew beyond all bounds in layer %d: bound it, such as clip(..., -10, 10) in its equation, or take smaller steps (\"order: substeps 4\")", l.n.Name, l.exploded, l.opt.Layer+1)
}

func (l *Layer) which(learnt bool) []*nn.Param {
	var all []*nn.Param
	for i, p := range l.theta {
		if l.learnt[i] == learnt {
			all = append(all, p)
		}
	}
	return all
}

// Threshold is what v exceeds at a spike, as the parameters are now.
func (l *Layer) Threshold() float32 {
	l.numbers()
	return l.m.num[l.limit]
}

func (l *Layer) compile() {
	s := newStep(l.n, l.levels)
	l.step = s
	l.findView()
	margin := []*node{s.sub(s.input(s.slots.shown, varying), l.threshold)}
	if l.n.Ternary() {
		margin = []*node{s.input(s.slots.margin[0], varying), s.input(s.slots.margin[1], varying)}
	}
	l.back = s.reverse(l.learnt, margin, func(m *node) *node {
		return s.surrogate(l.opt.Surrogate, float64(l.opt.Window), m)
	})
	l.c = newCompiler(s.graph)
	l.c.num(l.threshold)
	roots := append([]*node{}, s.now...)
	if l.view < 0 {
		roots = append(roots, s.margin...)
	}
	for _, slot := range append(append([]int{s.slots.c}, s.slots.state...), s.slots.noise...) {
		l.c.input(slot)
	}
	l.forward = l.c.compile(roots)
	roots = append(append([]*node{}, l.back.dstate...), l.back.dcarry...)
	roots = append(roots, l.back.dc)
	for i, g := range l.back.dparam {
		if l.learnt[i] {
			roots = append(roots, g)
		}
	}
	l.listCarries()
	for _, slot := range l.carry {
		l.c.input(slot)
	}
	l.backward = l.c.compile(roots)
	l.findSaved()
	l.spare = l.c.register()
	l.input = len(l.n.states) + len(l.n.spikes)
	l.early = l.isEarly()
	l.limit = l.c.num(l.threshold)
	for slot := range l.step.slots.count {
		r, ok := l.c.inputs[slot]
		if !ok {
			r = -1
		}
		l.at = append(l.at, r)
	}
	l.m.r, l.m.num = make([][]float32, l.c.regs), make([]float32, len(l.c.order))
	l.m.full = make([][]float32, l.c.regs)
}

// findView looks for the state that the threshold is compared with.
func (l *Layer) findView() {
	s := l.step
	l.view, l.threshold = -1, s.number(0)
	if l.n.Ternary() {
		return
	}
	m := s.margin[0]
	for i, x := range s.now {
		if m == x {
			l.view = i
		}
		if m.op == opSum && len(m.args) == 1 && m.args[0] == x && m.coef[0].is(1) {
			l.view, l.threshold = i, s.mulUniform(s.number(-1), m.bias)
		}
	}
}

// findSaved lists what the way back reads of the step forward.
func (l *Layer) findSaved() {
	read := l.backward.reads()
	sl := l.step.slots
	keep := func(slot, from int, after bool) {
		if r, ok := l.c.inputs[slot]; ok && read[r] {
			if from < 0 {
				from = r
			}
			l.saved = append(l.saved, saved{to: r, from: from, after: after})
		}
	}
	for i, slot := range sl.state {
		if i != l.view { // v shows that one
			keep(slot, -1, false)
		}
	}
	keep(sl.c, -1, false)
	for _, slot := range sl.noise {
		keep(slot, -1, false)
	}
	if l.n.Ternary() { // of other spikes v is enough
		for k, slot := range sl.spike {
			keep(slot, -1, false)
			keep(sl.margin[k], l.forward.out[len(l.n.states)+k], true)
		}
	}
}

// reads are the registers that a program reads.
func (p *program) reads() map[int]bool {
	all := map[int]bool{}
	for i := range p.code {
		for _, r := range p.code[i].operands() {
			all[*r] = true
		}
	}
	return all
}
