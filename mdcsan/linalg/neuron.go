package linalg

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
}

// Forward runs steps time steps of rows×n neurons from rest. Step t reads the
// weighted input x[t·xStep : t·xStep + rows·n] (xStep = 0: the same input at
// every step) and writes voltages v and spikes o (0 or 1) at [t·rows·n:].
// u, if not nil, receives the U of every step in the same way.
func (p *Neuron) Forward(v, o, u, x []float32, xStep, steps, rows, n int) {
	p.check(n)
	for r := range rows {
		for j := range n {
			p.forwardOne(v, o, u, x, xStep, steps, rows*n, r*n+j, j)
		}
	}
}

func (p *Neuron) forwardOne(v, o, u, x []float32, xStep, steps, slab, i, j int) {
	var C, V, U, O float32
	var tv, tu, tr, ts float32
	if p.Kind != LIF {
		U, tv, tu, tr, ts = p.U0, p.ThetaV[j], p.ThetaU[j], p.ThetaR[j], p.ThetaS[j]
	}
	for t := range steps {
		C = p.CurrentDecay*C + x[t*xStep+i]
		switch p.Kind {
		case LIF:
			V = p.VoltageDecay*V*(1-O) + C
		default:
			V = V*(1-O) + O*tr
			U += O * ts
			d := tv * (tu*V - U)
			if p.Kind == DNPrinted {
				d = tv*V - tu*U
			}
			V, U = V*V-U+C, U+d
		}
		O = 0
		if V > p.Threshold {
			O = 1
		}
		v[t*slab+i], o[t*slab+i] = V, O
		if u != nil {
			u[t*slab+i] = U
		}
	}
}

// Backward runs back through the steps of Forward: from the gradient with
// respect to the spikes (do, the layer above's share) to dx, the gradient with
// respect to the weighted input of every step, resets included. v is what
// Forward wrote. With sum, dx has one slab of rows·n and receives the sum over
// the steps (the gradient of an input that is the same at every step).
// do and dx may be the same slice, except with sum.
func (p *Neuron) Backward(dx, do, v []float32, sum bool, steps, rows, n int) {
	p.check(n)
	for r := range rows {
		for j := range n {
			p.backwardOne(dx, do, v, sum, steps, rows*n, r*n+j, j)
		}
	}
}

func (p *Neuron) backwardOne(dx, do, v []float32, sum bool, steps, slab, i, j int) {
	var gV, gU, gC, total float32 // gradients of the state after step t
	var cUV, cUU, tr, ts float32  // dU'/dV, dU'/dU of the update
	if p.Kind != LIF {
		tr, ts = p.ThetaR[j], p.ThetaS[j]
		cUV, cUU = p.ThetaV[j]*p.ThetaU[j], 1-p.ThetaV[j]
		if p.Kind == DNPrinted {
			cUV, cUU = p.ThetaV[j], 1-p.ThetaU[j]
		}
	}
	for t := steps - 1; t >= 0; t-- {
		V := v[t*slab+i]
		var O, s float32
		if V > p.Threshold {
			O = 1
		}
		if d := V - p.Threshold; d < p.Window && -d < p.Window {
			s = 1
		}
		var gVr, gUr, gO float32 // of V and U after the reset of step t+1
		if p.Kind == LIF {
			gVr = gV * p.VoltageDecay
			gO = do[t*slab+i] - gVr*V
		} else {
			Vr := V*(1-O) + O*tr
			gVr = gV*2*Vr + gU*cUV
			gUr = gU*cUU - gV
			gO = do[t*slab+i] + gVr*(tr-V) + gUr*ts
		}
		gV, gU = gVr*(1-O)+s*gO, gUr
		gC = gV + p.CurrentDecay*gC
		if total += gC; !sum {
			dx[t*slab+i] = gC
		}
	}
	if sum {
		dx[i] = total
	}
}

func (p *Neuron) check(n int) {
	if p.Kind == LIF {
		return
	}
	if len(p.ThetaV) != n || len(p.ThetaU) != n || len(p.ThetaR) != n || len(p.ThetaS) != n {
		panic("linalg: Neuron: theta of another length than the layer")
	}
}
