package equations

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// expr is an expression as it was written.
type expr struct {
	place
	op   string // "0" number, "n" name, a function's name, or an operator
	num  float64
	name string
	args []*expr
}

// functions and how many arguments they take.
var functions = map[string]int{
	"exp": 1, "log": 1, "sqrt": 1, "tanh": 1, "sigmoid": 1, "abs": 1, "sin": 1, "cos": 1, "detach": 1, "not": 1,
	"min": 2, "max": 2, "and": 2, "or": 2, "clip": 3, "where": 3,
}

var conditions = []string{"<", ">", "<=", ">=", "and", "or", "not"}

func (e *expr) isCondition() bool { return slices.Contains(conditions, e.op) }

const maxDepth = 100 // of brackets within brackets

type parser struct {
	tokens []token
	at     int
	depth  int
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != 0 {
		p.at++
	}
	return t
}

// is takes the next token if it is text.
func (p *parser) is(text string) bool {
	if t := p.peek(); t.text == text && (t.kind == 'o' || t.kind == 'n') {
		p.at++
		return true
	}
	return false
}

func (p *parser) want(text, where string) error {
	if t := p.peek(); !p.is(text) {
		return t.errorf("%v where %q must stand: %s", t, text, where)
	}
	return nil
}

// binary lists operators by how tightly they bind, loosest first.
var binary = [][]string{{"<", ">", "<=", ">="}, {"+", "-"}, {"*", "/"}}

func (p *parser) expr() (*expr, error) { return p.level(0) }

// sum is an expression without a comparison.
func (p *parser) sum() (*expr, error) { return p.level(1) }

func (p *parser) level(l int) (*expr, error) {
	if l == len(binary) {
		return p.unary()
	}
	x, err := p.level(l + 1)
	for length := 0; err == nil; length++ {
		t := p.peek()
		if t.kind != 'o' || !slices.Contains(binary[l], t.text) {
			return x, nil
		}
		if length > maxDepth {
			return nil, t.errorf("more than %d operators in a row: name a part of them in a line of its own", maxDepth)
		}
		p.next()
		var y *expr
		if y, err = p.level(l + 1); err == nil {
			x = &expr{place: t.place, op: t.text, args: []*expr{x, y}}
		}
	}
	return nil, err
}

func (p *parser) unary() (*expr, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.peek().errorf("more than %d brackets within brackets", maxDepth)
	}
	defer func() { p.depth-- }()
	t := p.peek()
	if p.is("+") {
		return p.unary()
	}
	if p.is("-") {
		x, err := p.unary()
		return &expr{place: t.place, op: "neg", args: []*expr{x}}, err
	}
	x, err := p.primary()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); p.is("^") {
		y, err := p.unary()
		return &expr{place: t.place, op: "^", args: []*expr{x, y}}, err
	}
	return x, nil
}

func (p *parser) primary() (*expr, error) {
	t := p.next()
	switch {
	case t.kind == '0':
		return &expr{place: t.place, op: "0", num: t.number}, nil
	case t.kind == 'n' && p.peek().text == "(":
		return p.call(t)
	case t.kind == 'n':
		return &expr{place: t.place, op: "n", name: t.text}, nil
	case t.text == "(":
		x, err := p.expr()
		if err == nil {
			err = p.want(")", "a bracket is open")
		}
		return x, err
	}
	return nil, t.errorf("%v where a number, a name, a function or ( must stand", t)
}

func (p *parser) call(name token) (*expr, error) {
	n, ok := functions[name.text]
	if !ok {
		return nil, name.errorf("there is no function %q%s; there are %s", name.text, meant(name.text, names(functions)), strings.Join(names(functions), ", "))
	}
	p.next()
	e := &expr{place: name.place, op: name.text}
	for len(e.args) == 0 || p.is(",") {
		x, err := p.expr()
		if err != nil {
			return nil, err
		}
		e.args = append(e.args, x)
	}
	if err := p.want(")", "the arguments of "+name.text+" end with it"); err != nil {
		return nil, err
	}
	if len(e.args) != n {
		return nil, name.errorf("%s takes %d arguments, not %d", name.text, n, len(e.args))
	}
	return e, nil
}

// names returns a map's keys in order.
func names[T any](m map[string]T) []string {
	var all []string
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

// meant suggests the name of which one letter is wrong, missing or too many.
func meant(name string, known []string) string {
	for _, k := range known {
		if k != name && (strings.EqualFold(k, name) || near(k, name)) {
			return fmt.Sprintf(" (did you mean %q?)", k)
		}
	}
	return ""
}

func near(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b) < 3 || len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	return a[i:] == b[i+1:] || len(a) == len(b) && a[i+1:] == b[i+1:]
}

// constant is the value of an expression of numbers and what known holds.
func (e *expr) constant(known map[string]float64) (float64, error) {
	v, err := e.eval(func(name *expr) (float64, error) {
		if v, ok := known[name.name]; ok {
			return v, nil
		}
		return 0, name.errorf("%q is not a number or a fixed parameter, which alone may stand here", name.name)
	})
	if err == nil && (math.IsNaN(v) || math.IsInf(v, 0)) {
		err = e.errorf("this is %v, want a finite number", v)
	}
	return v, err
}
