package snn

import (
	"gomdcsan/mdcsan/linalg"
	"gomdcsan/mdcsan/nn"
	"gomdcsan/mdcsan/rng"
)

// Encoder turns a batch of observations into the network's input over time.
// Implement it to try a coding of your own, try it with [CheckEncoder], and
// hand it to [Build].
type Encoder interface {
	// Shape returns the number of distinct steps of input, which is 1 when all
	// T steps get the same, or else T; and the number of input neurons K.
	Shape() (steps, size int)

	// Params returns what learns, nil if nothing does.
	Params() []*nn.Param

	// Encode writes x [steps][n][K] for obs [n][N].
	Encode(x, obs []float32, n int)

	// Backward sets the Grad of Params from dx [steps][n][K]; x and obs are
	// those of the last Encode.
	Backward(dx, x, obs []float32, n int)
}

// Population is Cpop (eq. 1): every dimension i of the observation excites J
// neurons with Gaussian receptive fields,
//
//	A_ij = exp(-(s_i - mu_ij)^2 / (2 sigma_ij^2)),
//
// and A itself is the input of every step. sigma enters squared, unconstrained.
type Population struct {
	N, J      int
	Mean, Std *nn.Param // [N][J]
	Frozen    bool      // the receptive fields do not learn
	inv       []float32 // 1/sigma
	sigma     []float32 // that inv was made of
}

// NewPopulation returns receptive fields with means evenly spaced from
// MeanLow to MeanHigh, or one field with mean 0 for the codings without
// population.
func NewPopulation(c Config) *Population {
	j := c.InputSize() / c.ObsDim
	p := &Population{N: c.ObsDim, J: j, Frozen: !c.TrainEncoder,
		Mean: nn.NewParam("enc_mean", c.ObsDim, j), Std: nn.NewParam("enc_std", c.ObsDim, j)}
	for i := range p.Mean.Value {
		if c.Coding.population() && j > 1 {
			p.Mean.Value[i] = c.MeanLow + (c.MeanHigh-c.MeanLow)*float32(i%j)/float32(j-1)
		}
		p.Std.Value[i] = c.Std
	}
	return p
}

// Shape returns 1 step of N*J neurons; neuron i*J+j belongs to dimension i.
func (p *Population) Shape() (steps, size int) { return 1, p.N * p.J }

// Params returns the means and standard deviations, nil when frozen.
func (p *Population) Params() []*nn.Param {
	if p.Frozen {
		return nil
	}
	return []*nn.Param{p.Mean, p.Std}
}

// Fixed returns them when frozen.
func (p *Population) Fixed() []*nn.Param {
	if p.Frozen {
		return []*nn.Param{p.Mean, p.Std}
	}
	return nil
}

// Encode writes the activations.
func (p *Population) Encode(x, obs []float32, n int) {
	p.prepare()
	k := p.N * p.J
	for b := range n {
		linalg.Gauss(x[b*k:(b+1)*k], obs[b*p.N:(b+1)*p.N], p.Mean.Value, p.inv)
	}
}

// encode is Encode where only some dimensions vary: the others are written to
// the first row only.
func (p *Population) encode(x, obs []float32, n int, cols *nn.Columns) {
	p.Encode(x, obs, min(n, 1))
	for b := 1; b < n; b++ {
		for _, r := range cols.Varying() {
			lo, hi, at := r.Lo*p.J, r.Hi*p.J, b*p.N*p.J
			linalg.Gauss(x[at+lo:at+hi], obs[b*p.N+r.Lo:b*p.N+r.Hi], p.Mean.Value[lo:hi], p.inv[lo:hi])
		}
	}
}

// prepare computes 1/sigma, unless sigma is as it was.
func (p *Population) prepare() {
	if linalg.Same(p.sigma, p.Std.Value) {
		return
	}
	p.sigma = append(p.sigma[:0], p.Std.Value...)
	p.inv = nn.Grow(p.inv, len(p.Std.Value))
	for k, s := range p.Std.Value {
		p.inv[k] = 1 / s
	}
}

// Backward sets the gradients of means and standard deviations:
// dA/dmu = A (s-mu)/sigma^2, dA/dsigma = A (s-mu)^2/sigma^3.
func (p *Population) Backward(dx, x, obs []float32, n int) {
	if p.Frozen {
		return
	}
	p.prepare()
	clear(p.Mean.Grad)
	clear(p.Std.Grad)
	for b := range n {
		p.add(dx, x, obs, b, 0, p.N)
	}
}

// backward is Backward where only some dimensions vary: of the others the
// first row of dx holds the gradient's sum over the batch.
func (p *Population) backward(dx, x, obs []float32, n int, cols *nn.Columns) {
	if p.Frozen {
		return
	}
	p.Backward(dx, x, obs, min(n, 1))
	for b := 1; b < n; b++ {
		for _, r := range cols.Varying() {
			p.add(dx, x, obs, b, r.Lo, r.Hi)
		}
	}
}

// add accumulates state b's gradient of dimensions from to to-1.
func (p *Population) add(dx, x, obs []float32, b, from, to int) {
	lo, hi, at := from*p.J, to*p.J, b*p.N*p.J
	linalg.GaussGrad(p.Mean.Grad[lo:hi], p.Std.Grad[lo:hi], dx[at+lo:at+hi], x[at+lo:at+hi],
		obs[b*p.N+from:b*p.N+to], p.Mean.Value[lo:hi], p.inv[lo:hi])
}

// rated is a population whose activations are turned into spikes at each of
// steps steps; the gradient passes straight through a spike.
type rated struct {
	*Population
	steps  int
	a, da  []float32   // [n][K]: activations and their gradient
	stream *rng.Stream // nil when deterministic
	draws  [1024]uint32
	thresh float32
}

func (r *rated) Shape() (steps, size int) { return r.steps, r.N * r.J }

func (r *rated) Encode(x, obs []float32, n int) {
	r.a = nn.Grow(r.a, n*r.N*r.J)
	r.Population.Encode(r.a, obs, n)
	if r.stream != nil {
		r.bernoulli(x)
	} else {
		r.integrate(x)
	}
}

// bernoulli draws each spike with probability A: eq. 2, and eq. 3 with R = 1,
// which is the same distribution.
func (r *rated) bernoulli(x []float32) {
	const scale = 1.0 / (1 << 24)
	for len(x) > 0 {
		for lo := 0; lo < len(r.a); lo += len(r.draws) {
			a := r.a[lo:min(lo+len(r.draws), len(r.a))]
			draws, spikes := r.draws[:len(a)], x[lo:lo+len(a)]
			r.stream.Bits(draws)
			for k, p := range a {
				spikes[k] = spike(p, float32(draws[k]>>8)*scale) // uniform on [0, 1)
			}
		}
		x = x[len(r.a):]
	}
}

// integrate is eqs. 4 and 5: v += A; a spike where v > threshold takes the
// threshold off v.
func (r *rated) integrate(x []float32) {
	size := len(r.a)
	for k, a := range r.a {
		var v float32
		for at := k; at < len(x); at += size {
			v += a
			x[at] = 0
			if v > r.thresh {
				x[at] = 1
				v -= r.thresh
			}
		}
	}
}

// Backward: for stochastic spikes dx/dA = 1, so A's gradient is the sum over
// the steps. For the integrator dx/dv = 1 with nothing detached, so
// dv(t+1)/dv(t) = 1 - threshold and v(t) feeds every later step.
func (r *rated) Backward(dx, _, obs []float32, n int) {
	if r.Frozen {
		return
	}
	size := n * r.N * r.J
	var keep float32 // how much of v's gradient the step before gets
	if r.stream == nil {
		keep = 1 - r.thresh
	}
	r.da = nn.Grow(r.da, size)
	for k := range r.da {
		var v, sum float32
		for at := (r.steps-1)*size + k; at >= 0; at -= size {
			v = dx[at] + keep*v
			sum += v
		}
		r.da[k] = sum
	}
	r.Population.Backward(r.da, r.a, obs, n)
}

// newEncoder returns the encoder of c; stream feeds the stochastic codings.
func newEncoder(c Config, stream *rng.Stream) Encoder {
	p := NewPopulation(c)
	switch c.Coding {
	case Pop:
		return p
	case PopDet, Det:
		return &rated{Population: p, steps: c.T, thresh: c.DetThreshold}
	default:
		return &rated{Population: p, steps: c.T, stream: stream}
	}
}
