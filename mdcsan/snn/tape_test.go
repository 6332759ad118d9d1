package snn

import "math"

// tape is a reverse-mode differentiator on float64 scalars: an independent
// reference for the derivatives written by hand. A node is an index.
type tape struct {
	val, grad []float64
	back      []func()
}

type node int

func (t *tape) leaf(v float64) node { return t.node(v, nil) }

func (t *tape) node(v float64, back func()) node {
	t.val = append(t.val, v)
	t.grad = append(t.grad, 0)
	t.back = append(t.back, back)
	return node(len(t.val) - 1)
}

// unary makes f(a), whose derivative at a is df.
func (t *tape) unary(a node, f, df float64) node {
	out := node(len(t.val))
	return t.node(f, func() { t.grad[a] += df * t.grad[out] })
}

func (t *tape) add(a, b node) node {
	out := node(len(t.val))
	return t.node(t.val[a]+t.val[b], func() {
		t.grad[a] += t.grad[out]
		t.grad[b] += t.grad[out]
	})
}

func (t *tape) mul(a, b node) node {
	out := node(len(t.val))
	return t.node(t.val[a]*t.val[b], func() {
		t.grad[a] += t.val[b] * t.grad[out]
		t.grad[b] += t.val[a] * t.grad[out]
	})
}

func (t *tape) scale(a node, k float64) node { return t.unary(a, k*t.val[a], k) }
func (t *tape) shift(a node, k float64) node { return t.unary(a, t.val[a]+k, 1) }
func (t *tape) sub(a, b node) node           { return t.add(a, t.scale(b, -1)) }
func (t *tape) exp(a node) node              { e := math.Exp(t.val[a]); return t.unary(a, e, e) }
func (t *tape) inv(a node) node              { x := t.val[a]; return t.unary(a, 1/x, -1/(x*x)) }

func (t *tape) tanh(a node) node {
	y := math.Tanh(t.val[a])
	return t.unary(a, y, 1-y*y)
}

func (t *tape) relu(a node) node {
	if t.val[a] > 0 {
		return t.unary(a, t.val[a], 1)
	}
	return t.unary(a, 0, 0)
}

// run fills grad with the derivatives of root.
func (t *tape) run(root node) {
	t.grad[root] = 1
	for i := int(root); i >= 0; i-- {
		if t.back[i] != nil {
			t.back[i]()
		}
	}
}
