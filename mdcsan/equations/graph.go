package equations

import (
	"math"
	"slices"
)

// op is an operation of a node.
type op uint8

const (
	opConst  op = iota // of the number num
	opInput            // slot given from outside
	opSum              // Σ coef·x + bias
	opMul              // a·b
	opDiv              // a/b
	opMax              // b if one is NaN
	opMin              //
	opChoose           // b where a > 0, else c
	opAbove            // 1 where a > 0, else 0
	opWindow           // 1 where |a| < b, which is uniform
	opExp
	opTanh
	opLog
	opSin
	opCos
	opPow    // a^b, b uniform or not
	opHold   // a, not taken apart
	opDetach // a, without a gradient
)

// node is a value of the graph. Equal nodes are one node.
type node struct {
	id    int
	op    op
	level level
	num   float64 // opConst
	slot  int     // opInput
	args  []*node
	coef  []*node // opSum: uniform, one for each of args
	bias  *node   // opSum: uniform, or nil
}

// level says how often a value is needed.
type level uint8

const (
	uniform level = iota // one number for the whole layer
	steady               // one per neuron, the same at all steps
	varying              // one per neuron, state and step
)

type key struct {
	op               op
	num              float64
	slot, a, b, c, n int
	rest             string
}

// graph makes nodes, each simplified and only once.
type graph struct {
	nodes []*node
	known map[key]*node
}

func newGraph() *graph { return &graph{known: map[key]*node{}} }

func (g *graph) intern(n *node) *node {
	k := key{op: n.op, num: n.num, slot: n.slot, n: len(n.args), a: -1, b: -1, c: -1}
	var rest []byte
	for _, list := range [][]*node{n.args, n.coef, {n.bias}} {
		for _, x := range list {
			id := -1
			if x != nil {
				id = x.id
				n.level = max(n.level, x.level)
			}
			rest = append(rest, byte(id), byte(id>>8), byte(id>>16), ',')
		}
		rest = append(rest, ';')
	}
	k.rest = string(rest)
	if n.op == opConst && n.num == 0 {
		k.num = 0 // -0
	}
	if old := g.known[k]; old != nil {
		return old
	}
	n.id = len(g.nodes)
	g.nodes = append(g.nodes, n)
	g.known[k] = n
	return n
}

func (g *graph) number(v float64) *node {
	if math.IsNaN(v) {
		return g.intern(&node{op: opConst, num: v, slot: 1 + int(len(g.nodes))})
	}
	return g.intern(&node{op: opConst, num: v})
}

func (g *graph) input(slot int, l level) *node {
	return g.intern(&node{op: opInput, slot: slot, level: l})
}

func (n *node) is(v float64) bool { return n.op == opConst && n.num == v }

// make returns an operation on nodes; of numbers it is computed at once.
func (g *graph) make(o op, args ...*node) *node {
	folded := &node{op: o, args: args}
	if !slices.ContainsFunc(args, func(a *node) bool { return a.op != opConst }) {
		return g.number(folded.compute(func(i int) float64 { return args[i].num }))
	}
	return g.intern(folded)
}

// compute is the operation on float64s; not for sums.
func (n *node) compute(arg func(i int) float64) float64 {
	a := arg(0)
	switch n.op {
	case opMul:
		return a * arg(1)
	case opDiv:
		return a / arg(1)
	case opMax:
		return max(a, arg(1))
	case opMin:
		return min(a, arg(1))
	case opChoose:
		return apply("where", a, arg(1), arg(2))
	case opAbove:
		return truth(a > 0)
	case opWindow:
		return truth(math.Abs(a) < arg(1))
	case opExp:
		return math.Exp(a)
	case opTanh:
		return math.Tanh(a)
	case opLog:
		return math.Log(a)
	case opSin:
		return math.Sin(a)
	case opCos:
		return math.Cos(a)
	case opPow:
		return math.Pow(a, arg(1))
	}
	return a
}

// terms are the parts of a sum under way.
type terms struct {
	x, coef []*node
	bias    *node
}

// put adds coef·n, taking sums apart.
func (g *graph) put(t *terms, coef, n *node) {
	switch {
	case n.level == uniform:
		t.bias = g.addUniform(t.bias, g.mulUniform(coef, n))
	case n.op == opSum:
		for i, x := range n.args {
			g.put(t, g.mulUniform(coef, n.coef[i]), x)
		}
		if n.bias != nil {
			t.bias = g.addUniform(t.bias, g.mulUniform(coef, n.bias))
		}
	default:
		if i := slices.Index(t.x, n); i >= 0 {
			t.coef[i] = g.addUniform(t.coef[i], coef)
			return
		}
		t.x, t.coef = append(t.x, n), append(t.coef, coef)
	}
}

// sum closes the terms.
func (g *graph) sum(t *terms) *node {
	n := &node{op: opSum, bias: t.bias}
	for i, x := range t.x {
		if !t.coef[i].is(0) {
			n.args, n.coef = append(n.args, x), append(n.coef, t.coef[i])
		}
	}
	if n.bias != nil && n.bias.is(0) {
		n.bias = nil
	}
	switch {
	case len(n.args) == 0 && n.bias == nil:
		return g.number(0)
	case len(n.args) == 0:
		return n.bias
	case len(n.args) == 1 && n.bias == nil && n.coef[0].is(1):
		return n.args[0]
	}
	return g.intern(n)
}

// addUniform and mulUniform are arithmetic on numbers of a whole layer.
func (g *graph) addUniform(a, b *node) *node {
	switch {
	case a == nil || a.is(0):
		return b
	case b.is(0):
		return a
	case a.op == opConst && b.op == opConst:
		return g.number(a.num + b.num)
	}
	one := g.number(1)
	if a == g.mulUniform(g.number(-1), b) {
		return g.number(0)
	}
	return g.intern(&node{op: opSum, args: []*node{a, b}, coef: []*node{one, one}})
}

func (g *graph) mulUniform(a, b *node) *node {
	switch {
	case a.is(0) || b.is(0):
		return g.number(0)
	case a.is(1):
		return b
	case b.is(1):
		return a
	case a.op == opConst && b.op == opMul && b.args[0].op == opConst: // numbers stand first
		return g.mulUniform(g.number(a.num*b.args[0].num), b.args[1])
	case b.op == opConst:
		return g.make(opMul, b, a)
	}
	return g.make(opMul, a, b)
}

func (g *graph) add(a, b *node) *node {
	var t terms
	g.put(&t, g.number(1), a)
	g.put(&t, g.number(1), b)
	return g.sum(&t)
}

func (g *graph) scale(coef, a *node) *node {
	var t terms
	g.put(&t, coef, a)
	return g.sum(&t)
}

func (g *graph) sub(a, b *node) *node { return g.add(a, g.scale(g.number(-1), b)) }

func (g *graph) mul(a, b *node) *node {
	switch {
	case a.level == uniform && b.level == uniform:
		return g.mulUniform(a, b)
	case a.level == uniform:
		return g.scale(a, b)
	case b.level == uniform:
		return g.scale(b, a)
	}
	// Factors of whole layers come out in front.
	coef := g.number(1)
	for _, x := range []**node{&a, &b} {
		if (*x).op == opSum && len((*x).args) == 1 && (*x).bias == nil {
			coef = g.mulUniform(coef, (*x).coef[0])
			*x = (*x).args[0]
		}
	}
	if a.id > b.id {
		a, b = b, a
	}
	return g.scale(coef, g.make(opMul, a, b))
}

func (g *graph) div(a, b *node) *node {
	if b.level == uniform {
		return g.mul(g.make(opDiv, g.number(1), b), a)
	}
	if a.is(0) {
		return a
	}
	return g.make(opDiv, a, b)
}

// pow takes whole powers apart: they are products.
func (g *graph) pow(a, b *node) *node {
	if b.op == opConst && b.num == math.Trunc(b.num) && math.Abs(b.num) <= 8 {
		n := int(math.Abs(b.num))
		p := g.number(1)
		for ; n > 0; n-- {
			p = g.mul(p, a)
		}
		if b.num < 0 {
			p = g.div(g.number(1), p)
		}
		return p
	}
	return g.make(opPow, a, b)
}

// hold keeps a sum that is used more than once from being taken apart.
func (g *graph) hold(a *node) *node {
	if a.op != opSum || a.level == uniform || len(a.args) < 2 && a.bias == nil {
		return a
	}
	return g.make(opHold, a)
}

func (g *graph) choose(m, a, b *node) *node {
	if a == b {
		return a
	}
	return g.make(opChoose, m, a, b)
}

func (g *graph) above(a *node) *node { return g.make(opAbove, a) }
func (g *graph) not(a *node) *node   { return g.sub(g.number(1), a) }
