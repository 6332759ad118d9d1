package equations

import "math"

// number reads a constant expression without names.
func (b *builder) number() (float64, error) {
	x, err := b.sum()
	if err != nil {
		return 0, err
	}
	return x.constant(nil)
}

// theta reads "name = number [in (lo, hi) | positive] [fixed | per layer | per neuron]".
func (b *builder) theta() error {
	t, err := b.entry("theta")
	if err != nil {
		return err
	}
	p := &param{place: t.place, name: t.text}
	if p.start, err = b.number(); err != nil {
		return err
	}
	for {
		switch u := b.peek(); {
		case b.is("positive"):
			p.positive = true
			if p.start <= 0 {
				return u.errorf("%s is positive, but starts at %v", p.name, p.start)
			}
		case b.is("in"):
			if err := b.bounds(p); err != nil {
				return err
			}
		case b.is("fixed"):
			p.mode = "fixed"
		case b.is("per"):
			v := b.next()
			if v.text != "layer" && v.text != "neuron" {
				return v.errorf(`%v after "per": one number learns "per layer" or "per neuron"`, v)
			}
			p.mode = v.text
		case u.kind == 'n':
			return u.errorf(`%v after the value of %s: "positive", "in (0, 1)", "fixed", "per layer" or "per neuron" may follow`, u, p.name)
		default:
			b.n.params = append(b.n.params, p)
			return nil
		}
	}
}

func (b *builder) bounds(p *param) error {
	t := b.peek()
	if !b.is("(") {
		return t.errorf(`%v after "in": a range is "in (0, 1)"`, t)
	}
	var err error
	if p.lo, err = b.number(); err == nil {
		if err = b.want(",", "a range has two ends"); err == nil {
			p.hi, err = b.number()
		}
	}
	if err == nil {
		err = b.want(")", "a range ends with it")
	}
	if err == nil && !(p.lo < p.start && p.start < p.hi) {
		err = t.errorf("%s starts at %v, which is not within (%v, %v)", p.name, p.start, p.lo, p.hi)
	}
	p.bounded = true
	return err
}

// noise reads "name = normal(deviation)" or "name = uniform(low, high)".
func (b *builder) noise() error {
	t, err := b.entry("noise")
	if err != nil {
		return err
	}
	kind := b.next()
	x := &noise{place: t.place, name: t.text, normal: kind.text == "normal"}
	if !x.normal && kind.text != "uniform" {
		return kind.errorf("%v is no noise; there are normal(deviation) and uniform(low, high)", kind)
	}
	if err := b.want("(", "the noise's numbers follow"); err != nil {
		return err
	}
	if x.a, err = b.number(); err != nil {
		return err
	}
	if !x.normal {
		if err := b.want(",", "uniform(low, high)"); err != nil {
			return err
		}
		if x.b, err = b.number(); err != nil {
			return err
		}
	}
	if x.normal && x.a < 0 || !x.normal && x.a > x.b {
		return kind.errorf("the deviation must be at least 0, and low at most high")
	}
	b.n.noises = append(b.n.noises, x)
	return b.want(")", "the noise's numbers end")
}

// value is the parameter that a trained number stands for, and its derivative:
// what is positive trains as its logarithm, what lies in a range as its logit.
func (p *param) value(raw float64) (v, slope float64) {
	switch {
	case p.bounded:
		s := 1 / (1 + math.Exp(-raw))
		return p.lo + (p.hi-p.lo)*s, (p.hi - p.lo) * s * (1 - s)
	case p.positive:
		v = math.Exp(raw)
		return v, v
	}
	return raw, 1
}

// raw is the trained number that stands for a value.
func (p *param) raw(value float64) float64 {
	switch {
	case p.bounded:
		return math.Log((value - p.lo) / (p.hi - value))
	case p.positive:
		return math.Log(value)
	}
	return value
}
