package linalg

import "unsafe"

// NeuronKind names the membrane equation of a Neuron.
type NeuronKind uint8

const (
	DN        NeuronKind = iota // dU = θv·(θu·V − U)
	DNPrinted                   // dU = θv·V − θu·U, as Algorithm 1 prints it
	LIF                         // V ← VoltageDecay·V·(1−o) + C
)

// Neuron describes one layer of n spiking neurons with fixed parameters and
// the rectangular surrogate. One step, with o the neuron's previous spike:
//
//	C ← CurrentDecay·C + x
//	V ← V(1−o) + o·θr;  U ← U + o·θs
//	DN: V, U ← V² − U + C, U + dU  (dV = V² − V − U + C, both from the old V, U)
//	o = V > Threshold
//
// Every state starts at 0, U at U0.
type Neuron struct {
	Kind         NeuronKind
	CurrentDecay float32 // d_c per step
	VoltageDecay float32 // d_v per step, LIF only
	Threshold    float32 // V_th
	Window       float32 // surrogate: dO/dV = 1 where |V − V_th| < Window
	U0           float32 // initial U

	ThetaV, ThetaU, ThetaR, ThetaS []float32 // per neuron (n each); LIF ignores them

	coef  []float32 // of the kernels: dU'/dV, dU'/dU, θr, θs, U0, each padded to whole vectors
	made  neuronMade
	state []float32 // of one row between the steps: three slices, padded likewise
}

// neuronMade is what Neuron.coef was made of.
type neuronMade struct {
	kind  NeuronKind
	u0    float32
	theta [4][]float32
}

// Steps is a slice over time: step t of row r (a state of the batch) begins at
// Data[t·Step + r·Row]. Step 0 means the same at every step.
type Steps struct {
	Data      []float32
	Step, Row int
}

// ByRow returns the layout [rows][steps][n], in which the time of one state is
// contiguous: the one to prefer.
func ByRow(data []float32, steps, n int) Steps { return Steps{data, n, steps * n} }

// Constant returns the layout [rows][n], the same at every step.
func Constant(data []float32, n int) Steps { return Steps{data, 0, n} }

// Forward runs rows×n neurons from rest through steps steps. It reads the
// weighted input x and writes the voltages v, the spikes o (0 or 1) and U u;
// o and u may have nil Data.
func (p *Neuron) Forward(v, o, u, x Steps, steps, rows, n int) {
	p.forward(best, v, o, u, x, steps, rows, n)
}

func (p *Neuron) forward(s isa, v, o, u, x Steps, steps, rows, n int) {
	p.prepare(n)
	v.check("v", steps, rows, n)
	x.check("x", steps, rows, n)
	for name, y := range [...]Steps{o, u} {
		if y.Data != nil {
			y.check([...]string{"o", "u"}[name], steps, rows, n)
		}
	}
	if n == 0 || steps == 0 {
		return
	}
	for r := range rows {
		if s == portable {
			for j := range n {
				p.forwardOne(v, o, u, x, steps, r, j)
			}
			continue
		}
		at := 0
		if p.Kind != LIF && o.Data == nil && u.Data == nil {
			at = p.forwardBlocks(s, v, x, steps, r, n)
		}
		if at < n {
			p.forwardRow(s, v, o, u, x, steps, r, at, n)
		}
	}
}

// forwardBlocks runs whole blocks of a row's neurons and returns how many
// neurons that are.
func (p *Neuron) forwardBlocks(s isa, v, x Steps, steps, r, n int) int {
	a := p.args(0, n)
	a.vStep, a.xStep = 4*v.Step, 4*x.Step
	a.v, a.x, a.s1 = &v.Data[r*v.Row], &x.Data[r*x.Row], &p.coef[4*(n+padding)] // U0
	if a.n, a.steps = s.block(n), steps; a.n == 0 {
		return 0
	}
	if s == avx512 {
		dnForwardBlocksAVX512(a.pointer())
	} else {
		dnForwardBlocksAVX2(a.pointer())
	}
	return s.block(n)
}

// forwardRow runs a row's neurons from at on.
func (p *Neuron) forwardRow(s isa, v, o, u, x Steps, steps, r, at, n int) {
	a := p.args(at, n)
	a.vStep, a.xStep, a.oStep, a.uStep = 4*v.Step, 4*x.Step, 4*o.Step, 4*u.Step
	p.rest(n)
	a.steps, a.back = steps, a.s2 // zeros
	a.v, a.x = &v.Data[r*v.Row+at], &x.Data[r*x.Row+at]
	if o.Data != nil {
		a.o = &o.Data[r*o.Row+at]
	}
	if u.Data != nil {
		a.u = &u.Data[r*u.Row+at]
	}
	switch {
	case s == avx512 && p.Kind == LIF:
		lifForwardAVX512(a.pointer())
	case s == avx512:
		dnForwardAVX512(a.pointer())
	case p.Kind == LIF:
		lifForwardAVX2(a.pointer())
	default:
		dnForwardAVX2(a.pointer())
	}
}

func (p *Neuron) forwardOne(v, o, u, x Steps, steps, r, j int) {
	var C, V float32
	U, cuv, cuu, tr, ts := p.U0, p.at(0, j), p.at(1, j), p.at(2, j), p.at(3, j)
	for t := range steps {
		C = p.CurrentDecay*C + x.Data[t*x.Step+r*x.Row+j]
		fired := t > 0 && V > p.Threshold
		if p.Kind == LIF {
			if fired {
				V = 0
			}
			V = p.VoltageDecay*V + C
		} else {
			if fired {
				V, U = tr, U+ts
			}
			V, U = V*V+C-U, cuu*U+cuv*V
		}
		v.Data[t*v.Step+r*v.Row+j] = V
		if o.Data != nil {
			var O float32
			if V > p.Threshold {
				O = 1
			}
			o.Data[t*o.Step+r*o.Row+j] = O
		}
		if u.Data != nil {
			u.Data[t*u.Step+r*u.Row+j] = U
		}
	}
}

// Backward runs back through the steps of Forward: from the gradient with
// respect to the spikes (do, the layer above's share) to dx, that with respect
// to the weighted input of every step, resets included. v is what Forward
// wrote. With dx.Step = 0, dx receives the sum over the steps, the gradient of
// an input that is the same at every step.
func (p *Neuron) Backward(dx, do, v Steps, steps, rows, n int) {
	p.backward(best, dx, do, v, steps, rows, n)
}

func (p *Neuron) backward(s isa, dx, do, v Steps, steps, rows, n int) {
	p.prepare(n)
	v.check("v", steps, rows, n)
	do.check("do", steps, rows, n)
	dx.check("dx", steps, rows, n)
	if n == 0 || steps == 0 {
		return
	}
	for r := range rows {
		if dx.Step == 0 {
			clear(dx.Data[r*dx.Row:][:n])
		}
		if s == portable {
			for j := range n {
				p.backwardOne(dx, do, v, steps, r, j)
			}
			continue
		}
		p.backwardRow(s, dx, do, v, steps, r, n)
	}
}

func (p *Neuron) backwardRow(s isa, dx, do, v Steps, steps, r, n int) {
	clear(p.state)
	a, last := p.args(0, n), steps-1
	a.vStep, a.xStep, a.oStep = -4*v.Step, -4*do.Step, -4*dx.Step
	a.v, a.x, a.o = &v.Data[last*v.Step+r*v.Row], &do.Data[last*do.Step+r*do.Row], &dx.Data[last*dx.Step+r*dx.Row]
	a.steps = steps
	if dx.Step == 0 {
		a.sum = 1
	}
	switch {
	case s == avx512 && p.Kind == LIF:
		lifBackwardAVX512(a.pointer())
	case s == avx512:
		dnBackwardAVX512(a.pointer())
	case p.Kind == LIF:
		lifBackwardAVX2(a.pointer())
	default:
		dnBackwardAVX2(a.pointer())
	}
}

func (p *Neuron) backwardOne(dx, do, v Steps, steps, r, j int) {
	var gV, gU, gC float32 // gradients of the state after step t
	cuv, cuu, tr, ts := p.at(0, j), p.at(1, j), p.at(2, j), p.at(3, j)
	for t := steps - 1; t >= 0; t-- {
		V, gO := v.Data[t*v.Step+r*v.Row+j], do.Data[t*do.Step+r*do.Row+j]
		fired := V > p.Threshold
		var gVr float32 // of V after the reset of step t+1
		if p.Kind == LIF {
			gVr = gV * p.VoltageDecay
			gO -= gVr * V
		} else {
			Vr := V
			if fired {
				Vr = tr
			}
			gVr = gV*2*Vr + gU*cuv
			gU = gU*cuu - gV
			gO += gVr*(tr-V) + gU*ts
		}
		gV = 0
		if !fired {
			gV = gVr
		}
		if d := V - p.Threshold; d < p.Window && -d < p.Window {
			gV += gO
		}
		gC = gV + p.CurrentDecay*gC
		at := t*dx.Step + r*dx.Row + j
		if dx.Step == 0 {
			dx.Data[at] += gC
		} else {
			dx.Data[at] = gC
		}
	}
}

// padding makes every coefficient array readable in whole vectors.
const padding = 16

// prepare writes the update of U as U' = cuu·U + cuv·V, unless coef holds it.
func (p *Neuron) prepare(n int) {
	theta := [4][]float32{p.ThetaV, p.ThetaU, p.ThetaR, p.ThetaS}
	if p.Kind == LIF {
		theta = [4][]float32{}
	} else {
		checkLen("Neuron: theta", n, len(p.ThetaV), len(p.ThetaU), len(p.ThetaR), len(p.ThetaS))
	}
	size := n + padding
	if len(p.coef) != 5*size {
		p.coef, p.state = make([]float32, 5*size), make([]float32, 3*size)
	} else if p.made.equals(p, theta) {
		return
	}
	p.made.kind, p.made.u0 = p.Kind, p.U0
	for k, x := range theta {
		p.made.theta[k] = append(p.made.theta[k][:0], x...)
	}
	for j := range p.coef[4*size:][:n] {
		p.coef[4*size+j] = p.U0
	}
	if p.Kind == LIF {
		return
	}
	cuv, cuu := p.coef[:n], p.coef[size:][:n]
	for j, tv := range p.ThetaV {
		tu := p.ThetaU[j]
		if p.Kind == DNPrinted {
			cuv[j], cuu[j] = tv, 1-tu
		} else {
			cuv[j], cuu[j] = tv*tu, 1-tv
		}
	}
	copy(p.coef[2*size:], p.ThetaR)
	copy(p.coef[3*size:], p.ThetaS)
}

func (m *neuronMade) equals(p *Neuron, theta [4][]float32) bool {
	same := m.kind == p.Kind && m.u0 == p.U0
	for k, x := range theta {
		same = same && Same(m.theta[k], x)
	}
	return same
}

// at returns coefficient array k's element j.
func (p *Neuron) at(k, j int) float32 { return p.coef[k*len(p.coef)/5+j] }

// rest sets the state in scratch to that before the first step: zeros but for U.
func (p *Neuron) rest(n int) {
	size := n + padding
	clear(p.state[:size])
	copy(p.state[size:][:n], p.coef[4*size:])
	clear(p.state[2*size:])
}

// neuronArgs is what the assembly reads, eight bytes a field. It counts steps
// down to 0.
type neuronArgs struct {
	v, o, u, x                 *float32
	cuv, cuu, tr, ts           *float32
	s0, s1, s2, back           *float32
	vStep, oStep, uStep, xStep int // bytes
	steps, n                   int
	currentDecay, _            float32
	voltageDecay, _            float32
	threshold, _, window, _    float32
	sum                        int
}

// args are those of a row's neurons from at on.
func (p *Neuron) args(at, n int) neuronArgs {
	size := n + padding
	return neuronArgs{
		cuv: &p.coef[at], cuu: &p.coef[size+at], tr: &p.coef[2*size+at], ts: &p.coef[3*size+at],
		s0: &p.state[at], s1: &p.state[size+at], s2: &p.state[2*size+at], n: n - at,
		currentDecay: p.CurrentDecay, voltageDecay: p.VoltageDecay, threshold: p.Threshold, window: p.Window,
	}
}

// block is how many of n neurons are in whole blocks of vectors: four of 16
// neurons, or two of 8, keep their state in registers.
func (s isa) block(n int) int {
	if s == avx512 {
		return n &^ 63
	}
	return n &^ 15
}

func (a *neuronArgs) pointer() *byte { return (*byte)(unsafe.Pointer(a)) }

// check panics unless the slice holds so many steps and rows.
func (x Steps) check(name string, steps, rows, n int) {
	if x.Step < 0 || x.Row < 0 || steps > 0 && rows > 0 && len(x.Data) < (steps-1)*x.Step+(rows-1)*x.Row+n {
		panic("linalg: Neuron: " + name + " is too short")
	}
}
