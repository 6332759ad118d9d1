package equations

import (
	"slices"

	"gomdcsan/mdcsan/linalg"
)

// code is an instruction of the vector machine.
type code uint8

const (
	doCopy code = iota
	doAdd
	doSub
	doMul
	doDiv
	doMax
	doMin
	doAffine   // s·a + t
	doScaleAdd // s·a + b
	doMulAdd   // a·b + c
	doMulSub   // c - a·b
	doChoose
	doAbove // 1 where a > s
	doWindow
	doExp
	doTanh
	doOne // a function of one operand that has no kernel: op
	doPow
)

// instr works on registers a, b, c, and on the numbers s and t.
type instr struct {
	code         code
	op           op
	dst, a, b, c int
	s, t         int
}

// program is straight-line code over registers of one block of neurons.
type program struct {
	code []instr
	out  []int // registers of the results
}

// run executes the program; every register has the same length.
func (p *program) run(r [][]float32, num []float32) {
	for i := range p.code {
		x := &p.code[i]
		d, a := r[x.dst], r[x.a]
		switch x.code {
		case doCopy:
			copy(d, a)
		case doAdd:
			linalg.Add(d, a, r[x.b])
		case doSub:
			linalg.Sub(d, a, r[x.b])
		case doMul:
			linalg.Mul(d, a, r[x.b])
		case doDiv:
			linalg.Div(d, a, r[x.b])
		case doMax:
			linalg.Max(d, a, r[x.b])
		case doMin:
			linalg.Min(d, a, r[x.b])
		case doAffine:
			linalg.Affine(d, a, num[x.s], num[x.t])
		case doScaleAdd:
			linalg.ScaleAdd(d, a, num[x.s], r[x.b])
		case doMulAdd:
			linalg.MulAdd(d, a, r[x.b], r[x.c])
		case doMulSub:
			linalg.MulSub(d, a, r[x.b], r[x.c])
		case doChoose:
			linalg.Choose(d, a, r[x.b], r[x.c])
		case doAbove:
			linalg.Spikes(d, a, num[x.s])
		case doWindow:
			linalg.Window(d, a, num[x.s], num[x.t])
		case doExp:
			linalg.Exp(d, a)
		case doTanh:
			linalg.Tanh(d, a)
		default:
			x.slow(d, a, r)
		}
	}
}

// slow is a function without a kernel, through float64.
func (x *instr) slow(d, a []float32, r [][]float32) {
	n := node{op: x.op}
	var v [2]float64
	arg := func(i int) float64 { return v[i] }
	b := a
	if x.code == doPow {
		b = r[x.b]
	}
	for i := range d {
		v[0], v[1] = float64(a[i]), float64(b[i])
		d[i] = float32(n.compute(arg))
	}
}

// compiler gives nodes registers and numbers; programs of one layer share it.
type compiler struct {
	*graph
	fixed   map[*node]int // registers that keep their values
	numbers map[*node]int
	order   []*node // numbers by index
	spread  []*node // uniform nodes that fill a register
	steady  []instr // computes what is the same at all steps
	regs    int
	ready   map[*node]int // steady nodes and their registers
	inputs  map[int]int   // slot to register
}

func newCompiler(g *graph) *compiler {
	return &compiler{graph: g, fixed: map[*node]int{}, numbers: map[*node]int{}, ready: map[*node]int{}, inputs: map[int]int{}}
}

func (c *compiler) register() int { c.regs++; return c.regs - 1 }

// input is the register of a slot.
func (c *compiler) input(slot int) int {
	r, ok := c.inputs[slot]
	if !ok {
		r = c.register()
		c.inputs[slot] = r
	}
	return r
}

// num is the index of a uniform node among the numbers.
func (c *compiler) num(n *node) int {
	i, ok := c.numbers[n]
	if !ok {
		i = len(c.order)
		c.numbers[n] = i
		c.order = append(c.order, n)
	}
	return i
}

// plain follows what only marks a node.
func plain(n *node) *node {
	for (n.op == opHold || n.op == opDetach) && n.level != uniform {
		n = n.args[0]
	}
	return n
}

// compile returns the program that computes the roots.
func (c *compiler) compile(roots []*node) *program {
	e := &emitter{compiler: c, uses: map[*node]int{}, reg: map[*node]int{}}
	for _, r := range roots {
		e.count(r)
	}
	for _, r := range roots {
		e.value(r)
	}
	p := &program{}
	for _, r := range roots {
		out := c.register()
		p.out = append(p.out, out)
		e.code = append(e.code, instr{code: doCopy, dst: out, a: e.value(r)})
	}
	p.code = e.assign(p.out)
	return p
}

// emitter writes one program, every value in a register of its own at first.
type emitter struct {
	*compiler
	uses map[*node]int
	reg  map[*node]int
	code []instr
}

func (e *emitter) count(n *node) {
	n = plain(n)
	if e.uses[n]++; e.uses[n] > 1 || n.level != varying {
		return
	}
	for _, a := range n.args {
		e.count(a)
	}
}

// value returns the register of a node, and computes it if that is not done.
func (e *emitter) value(n *node) int {
	n = plain(n)
	if n.op == opInput && n.level != uniform {
		return e.input(n.slot)
	}
	if r, ok := e.fixed[n]; ok {
		return r
	}
	if n.level == uniform {
		r := e.register()
		e.fixed[n], e.spread = r, append(e.spread, n)
		e.num(n)
		return r
	}
	if n.level == steady {
		inner := &emitter{compiler: e.compiler, uses: map[*node]int{}, reg: map[*node]int{}}
		inner.count(n)
		r := inner.emit(n)
		e.steady = append(e.steady, inner.code...)
		e.fixed[n] = r
		return r
	}
	if r, ok := e.reg[n]; ok {
		return r
	}
	r := e.emit(n)
	e.reg[n] = r
	return r
}

func (e *emitter) write(x instr) int {
	x.dst = e.register()
	e.code = append(e.code, x)
	return x.dst
}

// simple are the operations that are one instruction of registers.
var simple = map[op]code{
	opMul: doMul, opDiv: doDiv, opMax: doMax, opMin: doMin, opChoose: doChoose, opExp: doExp, opTanh: doTanh,
	opLog: doOne, opSin: doOne, opCos: doOne, opPow: doPow,
}

func (e *emitter) emit(n *node) int {
	switch n.op {
	case opSum:
		return e.emitSum(n)
	case opAbove, opWindow:
		return e.emitCompare(n)
	}
	x := instr{code: simple[n.op], op: n.op}
	for i, r := range []*int{&x.a, &x.b, &x.c} {
		if i < len(n.args) {
			*r = e.value(n.args[i])
		}
	}
	return e.write(x)
}

// emitCompare compares x + bias with a number.
func (e *emitter) emitCompare(n *node) int {
	a, bias := plain(n.args[0]), e.number(0)
	if _, done := e.reg[a]; !done && a.op == opSum && len(a.args) == 1 && a.coef[0].is(1) {
		a, bias = a.args[0], e.mulUniform(e.number(-1), a.bias)
	}
	x := instr{code: doAbove, a: e.value(a), s: e.num(bias)}
	if n.op == opWindow {
		x.code, x.t = doWindow, e.num(n.args[1])
	}
	return e.write(x)
}

// term is coef·x, or coef·a·b with coef ±1.
type term struct {
	coef, x *node
	product bool
}

// emitSum adds up, a product with its addition in one instruction.
func (e *emitter) emitSum(n *node) int {
	var list []term
	for i, x := range n.args {
		x = plain(x)
		t := term{n.coef[i], x, false}
		_, done := e.reg[x]
		t.product = x.op == opMul && x.level == varying && e.uses[x] == 1 && !done && (t.coef.is(1) || t.coef.is(-1))
		list = append(list, t)
	}
	// What needs no instruction to begin with comes first.
	slices.SortStableFunc(list, func(a, b term) int { return a.rank(n.bias != nil) - b.rank(n.bias != nil) })
	t := list[0]
	acc := 0
	switch {
	case t.product: // all are
		acc = e.write(instr{code: doMul, a: e.value(t.x.args[0]), b: e.value(t.x.args[1])})
		if t.coef.is(-1) || n.bias != nil {
			acc = e.affine(acc, t.coef, n.bias)
		}
	case t.coef.is(1) && n.bias == nil:
		acc = e.value(t.x)
	case len(list) > 1 && t.coef.is(-1) && n.bias == nil && list[1].product && list[1].coef.is(1):
		acc = e.value(t.x)
		acc = e.affine(acc, t.coef, nil)
	default:
		acc = e.affine(e.value(t.x), t.coef, n.bias)
	}
	for _, t := range list[1:] {
		acc = e.write(e.addTerm(acc, t))
	}
	return acc
}

func (e *emitter) affine(a int, coef, bias *node) int {
	if bias == nil {
		bias = e.number(0)
	}
	return e.write(instr{code: doAffine, a: a, s: e.num(coef), t: e.num(bias)})
}

func (e *emitter) addTerm(acc int, t term) instr {
	switch {
	case t.product:
		x := instr{code: doMulAdd, a: e.value(t.x.args[0]), b: e.value(t.x.args[1]), c: acc}
		if t.coef.is(-1) {
			x.code = doMulSub
		}
		return x
	case t.coef.is(1):
		return instr{code: doAdd, a: acc, b: e.value(t.x)}
	case t.coef.is(-1):
		return instr{code: doSub, a: acc, b: e.value(t.x)}
	}
	return instr{code: doScaleAdd, a: e.value(t.x), s: e.num(t.coef), b: acc}
}

func (t term) rank(bias bool) int {
	switch {
	case t.product:
		return 3
	case !bias && t.coef.is(1), bias && !t.coef.is(1) && !t.coef.is(-1):
		return 0
	case !t.coef.is(-1):
		return 1
	}
	return 2
}
