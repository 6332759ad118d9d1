package snn

import (
	"strconv"

	"gomdcsan/mdcsan/nn"
	"gomdcsan/mdcsan/rng"
)

// Activity is what a layer of N neurons does for a batch of B states over T
// steps. All slices are time-stacked, [T][B][N].
type Activity struct {
	T, B, N int

	C []float32 // input current, given to Forward
	V []float32 // membrane potential after the step's update
	U []float32 // second variable after the update; nil for neurons without one
	O []float32 // spikes, 0 or 1

	DO []float32 // given to Backward: gradient with respect to O, through the layers above
	DC []float32 // written by Backward: gradient with respect to C
}

// At returns step t of one of the slices.
func (a *Activity) At(x []float32, t int) []float32 {
	n := a.B * a.N
	return x[t*n : (t+1)*n : (t+1)*n]
}

// Neuron is the dynamics of one layer. Implement it to try a neuron of your
// own, try it with [CheckNeuron], and hand it to [Build].
type Neuron interface {
	// Params returns what learns besides the weights, nil if nothing does.
	Params() []*nn.Param

	// Forward fills V, U and O from C. State starts anew at the first step.
	Forward(a *Activity)

	// Backward fills DC from DO and sets the Grad of Params. Through time and
	// through the reset: a spike influences its own neuron's next step.
	Backward(a *Activity)
}

// newNeuron returns layer l's neurons, n of them.
func newNeuron(c Config, l, n int, noise *rng.Stream) Neuron {
	if e, err := c.Neuron.Equations(); err == nil && e != nil {
		return newEquation(c, e, l, n, noise)
	}
	s := surrogate{c.Surrogate, c.Vth, c.Window}
	switch c.Neuron {
	case DN, DNPrinted:
		return newDynamic(c, s, l, n)
	case IF:
		return &leaky{surrogate: s, decay: 1}
	default:
		return &leaky{surrogate: s, decay: c.VoltageDecay}
	}
}

// leaky is the LIF neuron, and with decay 1 the IF neuron:
//
//	V <- decay V (1-o) + C,  o = V > Vth.
type leaky struct {
	surrogate
	decay  float32
	gv, z  []float32 // gradient of V, slope of the spike, at one step
	zeroes []float32
}

func (n *leaky) Params() []*nn.Param { return nil }

func (n *leaky) Forward(a *Activity) {
	n.zeroes = nn.Grow(n.zeroes, a.B*a.N)
	v0, o0 := n.zeroes, n.zeroes
	for t := range a.T {
		c, v, o := a.At(a.C, t), a.At(a.V, t), a.At(a.O, t)
		v0, o0 = v0[:len(c)], o0[:len(c)]
		for i := range c {
			v[i] = n.decay*v0[i]*(1-o0[i]) + c[i]
			o[i] = spike(v[i], n.vth)
		}
		v0, o0 = v, o
	}
}

func (n *leaky) Backward(a *Activity) {
	n.gv = nn.Grow(n.gv, a.B*a.N)
	n.z = nn.Grow(n.z, a.B*a.N)
	clear(n.gv) // gradient of V(t) through V(t+1), reset and all
	for t := a.T - 1; t >= 0; t-- {
		v, o, do, dc := a.At(a.V, t), a.At(a.O, t), a.At(a.DO, t), a.At(a.DC, t)
		n.slope(n.z, v)
		gv, z := n.gv[:len(v)], n.z[:len(v)]
		for i := range v {
			g := n.decay * gv[i] // gv holds dL/dV(t+1)
			gv[i] = g*(1-o[i]) + (do[i]-g*v[i])*z[i]
			dc[i] = gv[i]
		}
	}
}

// dynamic is the paper's second-order neuron (eqs. 7, 8, Algorithm 1). With o
// the neuron's previous spike:
//
//	v = V (1-o) + o theta_r            u = U + o theta_s
//	V <- v + v^2 - v - u + C           o = V > Vth
//	U <- u + theta_v (theta_u v - u)   form dn
//	U <- u + theta_v v - theta_u u     form dn-printed
type dynamic struct {
	surrogate
	printed bool
	u0      float32
	mode    ThetaMode
	theta   [4]*nn.Param // v, u, r, s: one element, or one per neuron

	full, grad [4][]float32 // theta and its gradient per neuron; alias theta unless mode is layer
	gp, gq, z  []float32
	v00, u00   []float32 // V (and O) and U before the first step
}

func newDynamic(c Config, s surrogate, l, n int) *dynamic {
	d := &dynamic{surrogate: s, printed: c.Neuron == DNPrinted, u0: c.U0, mode: c.ThetaMode}
	size := n
	if c.ThetaMode == ThetaLayer {
		size = 1
	}
	for k, start := range [4]float32{c.Theta.V, c.Theta.U, c.Theta.R, c.Theta.S} {
		p := nn.NewParam("theta_"+"vurs"[k:k+1]+strconv.Itoa(l), size)
		for i := range p.Value {
			p.Value[i] = start
		}
		d.theta[k] = p
		d.full[k], d.grad[k] = p.Value, p.Grad
		if size != n {
			d.full[k], d.grad[k] = make([]float32, n), make([]float32, n)
		}
	}
	return d
}

// Params returns theta_v, theta_u, theta_r, theta_s when they learn.
func (d *dynamic) Params() []*nn.Param {
	if d.mode == ThetaFixed {
		return nil
	}
	return d.theta[:]
}

// Fixed returns them when they do not.
func (d *dynamic) Fixed() []*nn.Param {
	if d.mode == ThetaFixed {
		return d.theta[:]
	}
	return nil
}

// spread copies a layer's theta to each of its neurons.
func (d *dynamic) spread() {
	if d.mode != ThetaLayer {
		return
	}
	for k, p := range d.theta {
		for i := range d.full[k] {
			d.full[k][i] = p.Value[0]
		}
	}
}

func (d *dynamic) Forward(a *Activity) {
	d.spread()
	d.v00, d.u00 = nn.Grow(d.v00, a.B*a.N), nn.Grow(d.u00, a.B*a.N)
	for i := range d.u00 {
		d.u00[i] = d.u0
	}
	v0, u0, o0 := d.v00, d.u00, d.v00
	for t := range a.T {
		v, u, o := a.At(a.V, t), a.At(a.U, t), a.At(a.O, t)
		d.step(v, u, o, v0, u0, o0, a.At(a.C, t))
		v0, u0, o0 = v, u, o
	}
}

// step advances every neuron of the batch by one step.
func (d *dynamic) step(v, u, o, v0, u0, o0, c []float32) {
	size := len(d.full[0])
	tv, tu, tr, ts := d.full[0], d.full[1][:size], d.full[2][:size], d.full[3][:size]
	for b := 0; b < len(c); b += size {
		v, u, o := v[b:b+size], u[b:b+size], o[b:b+size]
		v0, u0, o0, c := v0[b:b+size], u0[b:b+size], o0[b:b+size], c[b:b+size]
		for i := range tv {
			p := v0[i]*(1-o0[i]) + o0[i]*tr[i]
			q := u0[i] + o0[i]*ts[i]
			v[i] = p + (p*p - p - q + c[i])
			if d.printed {
				u[i] = q + (tv[i]*p - tu[i]*q)
			} else {
				u[i] = q + tv[i]*(tu[i]*p-q)
			}
			o[i] = spike(v[i], d.vth)
		}
	}
}

func (d *dynamic) Backward(a *Activity) {
	n := a.B * a.N
	d.gp, d.gq, d.z = nn.Grow(d.gp, n), nn.Grow(d.gq, n), nn.Grow(d.z, n)
	clear(d.gp)
	clear(d.gq)
	for k := range d.grad {
		clear(d.grad[k])
	}
	for t := a.T - 1; t >= 0; t-- {
		d.slope(d.z, a.At(a.V, t))
		v0, u0, o0 := d.v00, d.u00, d.v00
		if t > 0 {
			v0, u0, o0 = a.At(a.V, t-1), a.At(a.U, t-1), a.At(a.O, t-1)
		}
		do, dc, v, o := a.At(a.DO, t), a.At(a.DC, t), a.At(a.V, t), a.At(a.O, t)
		for lo, hi := 0, a.N; lo < n; lo, hi = hi, hi+a.N {
			d.back(&past{
				gp: d.gp[lo:hi], gq: d.gq[lo:hi], z: d.z[lo:hi],
				do: do[lo:hi], dc: dc[lo:hi], v: v[lo:hi], o: o[lo:hi],
				v0: v0[lo:hi], u0: u0[lo:hi], o0: o0[lo:hi],
			})
		}
	}
	if d.mode == ThetaLayer {
		for k, p := range d.theta {
			p.Grad[0] = sum(d.grad[k])
		}
	}
}

// past is one state's view of step t on the way back.
type past struct {
	gp, gq     []float32 // gradients of v and u (after the reset) at t+1; replaced by those at t
	z, do, dc  []float32 // slope of the spike, gradient of O(t), gradient of C(t)
	v, o       []float32 // V(t), O(t)
	v0, u0, o0 []float32 // V, U, O at t-1
}

// back is the reverse of one state's step t.
func (d *dynamic) back(s *past) {
	size := len(s.gp)
	tv, tu, tr, ts := d.full[0][:size], d.full[1][:size], d.full[2][:size], d.full[3][:size]
	dv, du, dr, ds := d.grad[0][:size], d.grad[1][:size], d.grad[2][:size], d.grad[3][:size]
	for i := range size {
		gp, gq, o := s.gp[i], s.gq[i], s.o[i]
		dr[i] += gp * o // the reset at t+1
		ds[i] += gq * o
		gO := s.do[i] + gp*(tr[i]-s.v[i]) + gq*ts[i]
		gV := gp*(1-o) + gO*s.z[i]
		s.dc[i] = gV
		p := s.v0[i]*(1-s.o0[i]) + s.o0[i]*tr[i]
		q := s.u0[i] + s.o0[i]*ts[i]
		if d.printed {
			s.gp[i] = 2*p*gV + gq*tv[i]
			s.gq[i] = gq*(1-tu[i]) - gV
			dv[i] += gq * p
			du[i] -= gq * q
			continue
		}
		s.gp[i] = 2*p*gV + gq*tv[i]*tu[i]
		s.gq[i] = gq*(1-tv[i]) - gV
		dv[i] += gq * (tu[i]*p - q)
		du[i] += gq * tv[i] * p
	}
}

func spike(v, vth float32) float32 {
	if v > vth {
		return 1
	}
	return 0
}

func sum(x []float32) float32 {
	var s float32
	for _, v := range x {
		s += v
	}
	return s
}
