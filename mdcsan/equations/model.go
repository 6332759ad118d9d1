package equations

import (
	"fmt"
	"slices"
	"strings"
)

// Unnamed is the name of a neuron whose text gives none.
const Unnamed = "equations"

// IsName reports whether a neuron may be called so: letters, digits and _, with
// - between them, at most 40.
func IsName(s string) bool {
	if len(s) == 0 || len(s) > 40 {
		return false
	}
	for i, part := range strings.Split(s, "-") {
		for j := range len(part) {
			if !isLetter(rune(part[j])) && !isDigit(part[j]) {
				return false
			}
		}
		if part == "" || i == 0 && isDigit(part[0]) {
			return false
		}
	}
	return true
}

// Neuron is a parsed and checked neuron.
type Neuron struct {
	Name string // of "neuron: NAME"; "equations" if the text has none
	Text string // as it was given

	states  []*state
	helpers []*definition // in the order in which they can be computed
	spikes  []*expr       // one or two comparisons: the positive spike, the negative one
	resets  []*definition
	params  []*param
	noises  []*noise

	resetAfter  bool // the previous spike's reset follows the update
	exponential bool // exponential Euler for the linear terms
	substeps    int
}

// state is a variable that is kept from one step to the next.
type state struct {
	name   string
	update *definition
	euler  bool // the update is a derivative, not the next value
	start  *definition
	from   float64 // value of start
}

// definition is "name = value".
type definition struct {
	place
	name  string
	value *expr
}

// param is a named number.
type param struct {
	place
	name     string
	start    float64
	mode     string // "", fixed, layer or neuron
	lo, hi   float64
	bounded  bool // lo < value < hi
	positive bool
}

// noise is a fresh random number per neuron and step.
type noise struct {
	place
	name   string
	normal bool
	a, b   float64 // mean 0 and deviation a; or uniform in a to b
}

// States returns the names of the state variables, in the order of the text.
func (n *Neuron) States() []string {
	var all []string
	for _, s := range n.states {
		all = append(all, s.name)
	}
	return all
}

// Params returns the names of the parameters and the values at which they
// start.
func (n *Neuron) Params() map[string]float64 {
	all := map[string]float64{}
	for _, p := range n.params {
		all[p.name] = p.start
	}
	return all
}

// Random reports whether the neuron draws noise.
func (n *Neuron) Random() bool { return len(n.noises) > 0 }

// Ternary reports whether spikes have a sign.
func (n *Neuron) Ternary() bool { return len(n.spikes) == 2 }

func (n *Neuron) state(name string) *state {
	if i := slices.IndexFunc(n.states, func(s *state) bool { return s.name == name }); i >= 0 {
		return n.states[i]
	}
	return nil
}

// Parse reads the text of a neuron. Errors are [Error]s: one mistake, its line
// and column, and what is allowed.
func Parse(text string) (*Neuron, error) {
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	b := &builder{parser: parser{tokens: tokens}, n: &Neuron{Name: Unnamed, Text: text, substeps: 1}}
	for b.peek().kind != 0 {
		if b.peek().kind == ';' {
			b.next()
			continue
		}
		if err := b.statement(); err != nil {
			return nil, err
		}
		if t := b.peek(); t.kind != ';' {
			return nil, t.errorf("%v where the statement ends: one statement in a line, or ; between them", t)
		}
	}
	if err := b.finish(); err != nil {
		return nil, err
	}
	return b.n, nil
}

// builder collects statements and makes a neuron of them.
type builder struct {
	parser
	n      *Neuron
	lines  []*definition // "name = value" outside sections
	arrows []*definition // "name <- value"
	starts []*definition
	lets   map[string]*definition
}

var sections = []string{"spike", "reset", "theta", "start", "noise", "order", "neuron"}

func (b *builder) statement() error {
	t := b.next()
	if t.kind != 'n' {
		return t.errorf(`%v where a statement begins: an equation such as "dv = c - v", or one of %s:`, t, strings.Join(sections, ":, "))
	}
	if b.is(":") {
		return b.section(t)
	}
	if b.is("/") { // dv/dt
		if u := b.next(); u.text != "dt" {
			return u.errorf(`%v where "dt" must stand: "dv/dt = ..." or "dv = ..."`, u)
		}
	}
	op := b.peek()
	if !b.is("=") && !b.is("<-") {
		return op.errorf(`%v after %q: an equation is "dv = ..." (a change), "v <- ..." (the next value) or "x = ..." (a name for a part); a section is "spike: ..."`, op, t.text)
	}
	x, err := b.sum()
	if err != nil {
		return err
	}
	d := &definition{t.place, t.text, x}
	if op.text == "<-" {
		b.arrows = append(b.arrows, d)
	} else {
		b.lines = append(b.lines, d)
	}
	return nil
}

func (b *builder) section(t token) error {
	entry, ok := map[string]func() error{
		"spike": b.spike, "reset": b.reset, "theta": b.theta, "start": b.start, "noise": b.noise, "order": b.order, "neuron": b.name,
	}[t.text]
	if !ok {
		return t.errorf("there is no section %q%s; there are %s", t.text, meant(t.text, sections), strings.Join(sections, ", "))
	}
	for {
		if err := entry(); err != nil {
			return err
		}
		if !b.is(",") {
			return nil
		}
	}
}

func (b *builder) name() error {
	t := b.next()
	b.n.Name = t.text
	for b.is("-") {
		b.n.Name += "-" + b.next().text
	}
	if t.kind != 'n' || !IsName(b.n.Name) {
		return t.errorf(`%v where the neuron's name must stand, letters and digits with - between them, at most 40`, t)
	}
	return nil
}

func (b *builder) spike() error {
	t := b.peek()
	x, err := b.expr()
	if err != nil {
		return err
	}
	if x.op != ">" && x.op != "<" {
		return t.errorf(`a spike is a comparison, such as "spike: v > vth"`)
	}
	if x.op == "<" {
		x = &expr{place: x.place, op: ">", args: []*expr{x.args[1], x.args[0]}}
	}
	if len(b.n.spikes) == 2 {
		return t.errorf("a third condition for a spike: the first is for spikes of 1, the second for spikes of -1")
	}
	b.n.spikes = append(b.n.spikes, x)
	return nil
}

// entry reads the "name =" of a section.
func (b *builder) entry(section string) (token, error) {
	t := b.next()
	if t.kind != 'n' {
		return t, t.errorf(`%v where a name must stand: "%s: name = ..."`, t, section)
	}
	if op := b.peek(); !b.is("=") && (section == "theta" || !b.is("<-")) {
		return t, op.errorf(`%v after %q: "%s: %s = ..."`, op, t.text, section, t.text)
	}
	return t, nil
}

func (b *builder) definition(section string, list *[]*definition) error {
	t, err := b.entry(section)
	if err != nil {
		return err
	}
	x, err := b.sum()
	if err != nil {
		return err
	}
	if slices.ContainsFunc(*list, func(d *definition) bool { return d.name == t.text }) {
		return t.errorf("%s of %q is given twice", section, t.text)
	}
	*list = append(*list, &definition{t.place, t.text, x})
	return nil
}

func (b *builder) reset() error { return b.definition("reset", &b.n.resets) }
func (b *builder) start() error { return b.definition("start", &b.starts) }

func (b *builder) order() error {
	t := b.next()
	switch t.text {
	case "exponential":
		b.n.exponential = true
		return nil
	case "reset":
		if after := b.is("after"); after || b.is("before") {
			b.n.resetAfter = after
			return nil
		}
	case "substeps":
		u := b.next()
		if u.kind != '0' || u.number != float64(int(u.number)) || u.number < 1 || u.number > 100 {
			return u.errorf("%v where the number of substeps must stand, 1 to 100", u)
		}
		b.n.substeps = int(u.number)
		return nil
	}
	return t.errorf(`%v is no order; there are "reset before", "reset after" (the update), "substeps N" and "exponential"`, t)
}

// String returns the neuron's name and size.
func (n *Neuron) String() string {
	return fmt.Sprintf("%s: states %s, %d parameters", n.Name, strings.Join(n.States(), ", "), len(n.params))
}
