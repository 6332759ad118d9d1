package equations

import (
	"slices"
	"strings"
)

// vth is the threshold of the configuration, unless theta defines it.
const vth = "vth"

// reserved are the names with a meaning of their own.
var reserved = map[string]string{
	"c": "the input current", "spike": "the spike", "dt": "the step", "in": "a word of theta", "per": "a word of theta",
}

const maxStates, maxParams = 16, 64

// finish decides what each equation is, and checks names and shapes.
func (b *builder) finish() error {
	end := b.peek()
	b.sortLines()
	for _, check := range []func() error{b.shadows, b.sortHelpers, b.conditions, b.sectionsFit, b.startValues, b.usage} {
		if err := check(); err != nil {
			return err
		}
	}
	switch n := b.n; {
	case len(n.states) > maxStates || len(n.params) > maxParams:
		return end.errorf("%d states and %d parameters, at most %d and %d are allowed", len(n.states), len(n.params), maxStates, maxParams)
	case n.substeps > 1 && slices.ContainsFunc(n.states, func(s *state) bool { return !s.euler }):
		return end.errorf(`substeps need changes ("dv = ..."), not next values ("v <- ...")`)
	}
	return nil
}

// sortLines tells "dv = ...", the change of v, from "decay = ...", a name for a
// part: a part's name is used somewhere.
func (b *builder) sortLines() {
	used := map[string]bool{}
	b.everywhere(func(e *expr) error { used[e.name] = true; return nil })
	b.lets = map[string]*definition{}
	for _, d := range b.arrows {
		b.n.states = append(b.n.states, &state{name: d.name, update: d})
	}
	for _, d := range b.lines {
		if len(d.name) > 1 && d.name[0] == 'd' && !used[d.name] {
			b.n.states = append(b.n.states, &state{name: d.name[1:], update: d, euler: true})
		} else {
			b.n.helpers = append(b.n.helpers, d)
		}
	}
	slices.SortStableFunc(b.n.states, func(x, y *state) int { return x.update.line - y.update.line })
}

// everywhere calls f for each name in an expression.
func (b *builder) everywhere(f func(*expr) error) error {
	for _, list := range [][]*definition{b.lines, b.arrows, b.n.resets, b.starts} {
		for _, d := range list {
			if err := d.value.names(f); err != nil {
				return err
			}
		}
	}
	for _, s := range b.n.spikes {
		if err := s.names(f); err != nil {
			return err
		}
	}
	return nil
}

func (e *expr) names(f func(*expr) error) error {
	if e.op == "n" {
		return f(e)
	}
	for _, a := range e.args {
		if err := a.names(f); err != nil {
			return err
		}
	}
	return nil
}

// shadows refuses a name with two meanings, and unknown ones.
func (b *builder) shadows() error {
	what := map[string]string{}
	for name, r := range reserved {
		what[name] = r
	}
	for name := range functions {
		what[name] = "a function"
	}
	define := func(p place, name, kind string) error {
		if old, ok := what[name]; ok {
			return p.errorf("%q is already %s: give %s another name", name, old, kind)
		}
		what[name] = kind
		return nil
	}
	var err error
	first := func(e error) {
		if err == nil {
			err = e
		}
	}
	for _, s := range b.n.states {
		first(define(s.update.place, s.name, "a state variable"))
	}
	for _, p := range b.n.params {
		first(define(p.place, p.name, "a parameter"))
	}
	for _, x := range b.n.noises {
		first(define(x.place, x.name, "a noise"))
	}
	for _, h := range b.n.helpers {
		first(define(h.place, h.name, "a part"))
		b.lets[h.name] = h
	}
	if err != nil {
		return err
	}
	what[vth] = "the threshold"
	return b.everywhere(func(e *expr) error {
		if _, ok := what[e.name]; !ok || functions[e.name] > 0 {
			return e.errorf("%q is not known%s: define it as \"theta: %s = 1\" (a parameter), \"d%s = ...\" (a state) or \"%s = ...\" (a part)",
				e.name, meant(e.name, names(what)), e.name, e.name, e.name)
		}
		return nil
	})
}

// sortHelpers orders the parts so that each follows those it uses.
func (b *builder) sortHelpers() error {
	var sorted []*definition
	mark := map[string]int{} // 1 under way, 2 done
	var visit func(d *definition) error
	visit = func(d *definition) error {
		if mark[d.name] == 2 {
			return nil
		}
		if mark[d.name] == 1 {
			return d.errorf("%q is defined by itself: a value that is kept from step to step is a state, \"%s <- ...\"", d.name, d.name)
		}
		mark[d.name] = 1
		err := d.value.names(func(e *expr) error {
			if h := b.lets[e.name]; h != nil {
				return visit(h)
			}
			return nil
		})
		mark[d.name] = 2
		sorted = append(sorted, d)
		return err
	}
	for _, d := range b.n.helpers {
		if err := visit(d); err != nil {
			return err
		}
	}
	b.n.helpers = sorted
	return nil
}

// conditions checks that truths and numbers stand where they belong.
func (b *builder) conditions() error {
	for _, list := range [][]*definition{b.lines, b.arrows, b.n.resets, b.starts} {
		for _, d := range list {
			if err := d.value.kinds(false); err != nil {
				return err
			}
		}
	}
	for _, s := range b.n.spikes {
		for _, a := range s.args {
			if err := a.kinds(false); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *expr) kinds(wantCondition bool) error {
	switch {
	case wantCondition && !e.isCondition():
		return e.errorf("a number where a condition such as v > 0 must stand")
	case !wantCondition && e.isCondition():
		return e.errorf("a condition where a number must stand: where(condition, a, b) makes one of it")
	}
	for i, a := range e.args {
		logical := e.op == "and" || e.op == "or" || e.op == "not" || e.op == "where" && i == 0
		if err := a.kinds(logical); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) sectionsFit() error {
	n := b.n
	if len(n.states) == 0 {
		return place{1, 1}.errorf(`no state variable: give the change of one, such as "dv = c - v", or its next value, "v <- 0.75*v + c"`)
	}
	if len(n.spikes) == 0 {
		return b.peek().errorf(`no spike: say when the neuron fires, such as "spike: %s > vth"`, n.states[0].name)
	}
	for section, list := range map[string][]*definition{"reset": n.resets, "start": b.starts} {
		for _, d := range list {
			if n.state(d.name) == nil {
				return d.errorf("%s of %q, which is not a state; the states are %s", section, d.name, strings.Join(n.States(), ", "))
			}
		}
	}
	for _, d := range b.starts {
		n.state(d.name).start = d
	}
	return nil
}

func (b *builder) startValues() error {
	fixed := map[string]float64{}
	for _, p := range b.n.params {
		if p.mode != "layer" && p.mode != "neuron" {
			fixed[p.name] = p.start
		}
	}
	for _, s := range b.n.states {
		if s.start == nil {
			continue
		}
		var err error
		if s.from, err = s.start.value.constant(fixed); err != nil {
			return err
		}
	}
	return nil
}

// usage refuses what has no influence on the spikes: it is a slip of the pen.
func (b *builder) usage() error {
	live := map[string]bool{}
	var reach func(e *expr) error
	reach = func(e *expr) error {
		if live[e.name] {
			return nil
		}
		live[e.name] = true
		if h := b.lets[e.name]; h != nil {
			return h.value.names(reach)
		}
		if s := b.n.state(e.name); s != nil {
			s.update.value.names(reach)
			for _, r := range b.n.resets {
				if r.name == e.name {
					r.value.names(reach)
				}
			}
		}
		return nil
	}
	for _, s := range b.n.spikes {
		s.names(reach)
	}
	unused := func(p place, kind, name string) error {
		if live[name] {
			return nil
		}
		return p.errorf("%s %q has no influence on the spikes: remove it, or use it", kind, name)
	}
	var errs []error
	for _, s := range b.n.states {
		errs = append(errs, unused(s.update.place, "state", s.name))
	}
	for _, h := range b.n.helpers {
		errs = append(errs, unused(h.place, "part", h.name))
	}
	for _, p := range b.n.params {
		if !startUses(b.starts, p.name) {
			errs = append(errs, unused(p.place, "parameter", p.name))
		}
	}
	for _, x := range b.n.noises {
		errs = append(errs, unused(x.place, "noise", x.name))
	}
	if !live["c"] {
		errs = append(errs, place{1, 1}.errorf("the input current c is not used, so that nothing can be learnt: add it to an equation"))
	}
	i := slices.IndexFunc(errs, func(e error) bool { return e != nil })
	if i < 0 {
		return nil
	}
	return errs[i]
}

func startUses(starts []*definition, name string) bool {
	used := false
	for _, d := range starts {
		d.value.names(func(e *expr) error { used = used || e.name == name; return nil })
	}
	return used
}
