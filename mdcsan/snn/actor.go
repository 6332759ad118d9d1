package snn

import (
	"fmt"
	"math"
	"slices"

	"gomdcsan/mdcsan/nn"
	"gomdcsan/mdcsan/rng"
)

// Actor is a policy network: population encoder, body, grouped decoder.
type Actor struct {
	cfg   Config
	seed  uint64
	parts Parts

	enc     Encoder
	body    body
	dec     *decoder
	stream  *rng.Stream // of the stochastic codings
	params  []*nn.Param
	fixed   []*nn.Param
	x, dx   []float32     // input [steps][n][K] and its gradient
	in      input         // of the last Forward
	cols    [2]nn.Columns // of obs and x
	rate    []float32     // [n][M*O]
	drate   []float32
	obs     []float32 // of the last Forward
	n       int
	hasGrad bool // the encoder learns
	general bool // compute everything, for a recording
}

// Hold says whether the parameters stay as they are until Hold(false): then
// what they add up to for observations that are always zero is computed once.
func (a *Actor) Hold(on bool) { a.body.hold(on) }

// body is what lies between encoder and decoder: spiking layers or a
// perceptron.
type body interface {
	params() []*nn.Param
	fixed() []*nn.Param
	forward(rate []float32, in input)
	backward(dx, drate []float32, in input) // dx nil: not needed; see nn.Dense.BackwardColumns
	hold(on bool)
	record(r *Recording)
}

// Parts are the pieces of a network that a user may replace. A nil field
// means the one that the Config names. They are functions because a network
// and its target need one each.
type Parts struct {
	Encoder func(stream *rng.Stream) Encoder // draws, if at all, from stream, which checkpoints keep
	Neuron  func(layer, size int) Neuron
}

// New returns the actor that c describes. Its weights come from the stream
// "actor/init" of seed, stochastic codings draw from "actor/coding".
func New(c Config, seed uint64) (*Actor, error) { return Build(c, Parts{}, seed) }

// Build is New with some parts replaced by the user's own.
func Build(c Config, parts Parts, seed uint64) (*Actor, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	a := &Actor{cfg: c, seed: seed, parts: parts, stream: rng.New(seed, "actor/coding")}
	if parts.Encoder != nil {
		a.enc = parts.Encoder(a.stream)
	} else {
		a.enc = newEncoder(c, a.stream)
	}
	steps, size := a.enc.Shape()
	if size < 1 || steps != 1 && steps != c.T {
		return nil, fmt.Errorf("snn: the encoder has shape (%d steps, %d neurons), want 1 or T = %d steps and at least 1 neuron", steps, size, c.T)
	}
	if c.Neuron == ReLU && steps != 1 {
		return nil, fmt.Errorf("snn: the encoder has %d steps, want 1: the analogue network (Neuron %q) has no time", steps, ReLU)
	}
	init := rng.New(seed, "actor/init")
	if c.Neuron == ReLU {
		a.body = newAnalogue(c, size, init)
	} else {
		a.body = newSpiking(c, parts, steps, size, init, a.stream)
	}
	a.dec = newDecoder(c, init)
	a.params = append(a.params, a.enc.Params()...)
	a.hasGrad = len(a.params) > 0
	a.params = append(a.params, a.body.params()...)
	a.params = append(a.params, a.dec.w, a.dec.b)
	if f, ok := a.enc.(interface{ Fixed() []*nn.Param }); ok {
		a.fixed = append(a.fixed, f.Fixed()...)
	}
	a.fixed = append(a.fixed, a.body.fixed()...)
	return a, nil
}

// Clone returns an independent actor with the same parameters. Its stochastic
// coding draws from the stream "<name>/coding".
func (a *Actor) Clone(name string) *Actor {
	c, err := Build(a.cfg, a.parts, a.seed)
	if err != nil {
		panic("snn: clone: " + err.Error()) // the same configuration was built before
	}
	*c.stream = *rng.New(a.seed, name+"/coding")
	nn.Copy(c.params, a.params)
	nn.Copy(c.fixed, a.fixed)
	return c
}

// Config returns what the actor was built from.
func (a *Actor) Config() Config { return a.cfg }

// Params returns everything that learns: encoder, weights, theta, decoder.
func (a *Actor) Params() []*nn.Param { return a.params }

// Fixed returns what belongs to the network but does not learn: a fixed theta,
// frozen receptive fields.
func (a *Actor) Fixed() []*nn.Param { return a.fixed }

// Stream returns the stream that stochastic codings draw from.
func (a *Actor) Stream() *rng.Stream { return a.stream }

// ParamCount returns the number of parameters that learn.
func (a *Actor) ParamCount() int { return nn.Count(a.params) }

// Deterministic reports whether equal observations give equal actions: the
// coding draws no random numbers. Of encoders and neurons of one's own it is not
// known, and they count as if they drew some.
func (a *Actor) Deterministic() bool {
	return a.parts.Encoder == nil && a.parts.Neuron == nil && !a.random() && !slices.Contains([]Coding{PopUni, PopPoi, Uni, Poi}, a.cfg.Coding)
}

// random reports whether the neurons draw noise.
func (a *Actor) random() bool {
	n, err := a.cfg.Neuron.Equations()
	return err == nil && n != nil && n.Random()
}

// Err is an error once a state of neurons given as equations has become
// infinite or NaN.
func (a *Actor) Err() error {
	s, ok := a.body.(*spiking)
	if !ok {
		return nil
	}
	for _, l := range s.layers {
		if e, ok := l.neuron.(*equation); ok && e.Err() != nil {
			return e.Err()
		}
	}
	return nil
}

// Encoder returns the network's encoder.
func (a *Actor) Encoder() Encoder { return a.enc }

// Act writes the action [M] for one observation [N]. An observation that
// holds NaN or an infinity gives NaN actions, which every task refuses.
func (a *Actor) Act(dst, obs []float32) { a.Forward(dst[:a.cfg.ActDim], obs[:a.cfg.ObsDim], 1) }

// ActBatch writes n actions [n][M] for n observations [n][N].
func (a *Actor) ActBatch(dst, obs []float32, n int) { a.Forward(dst, obs, n) }

// Forward is ActBatch, keeping what Backward needs; obs must stay untouched
// until then.
func (a *Actor) Forward(dst, obs []float32, n int) {
	a.obs, a.n = obs[:n*a.cfg.ObsDim], n
	steps, size := a.enc.Shape()
	a.x = nn.Grow(a.x, steps*n*size)
	a.in = input{x: a.x, n: n, steps: steps}
	if p, ok := a.enc.(*Population); ok && !a.general {
		a.cols[0].Find(a.obs, n, p.N)
		a.cols[1].Scale(&a.cols[0], p.J)
		a.in.cols = &a.cols[1]
		p.encode(a.x, a.obs, n, &a.cols[0])
	} else {
		a.enc.Encode(a.x, a.obs, n)
	}
	a.rate = nn.Grow(a.rate, n*a.cfg.ActDim*a.cfg.O)
	a.body.forward(a.rate, a.in)
	a.dec.forward(dst, a.rate, n)
	a.spoil(dst)
}

// spoil makes the actions of non-finite observations NaN: a NaN potential
// never crosses the threshold, so the network would hide it.
func (a *Actor) spoil(dst []float32) {
	n, m := a.cfg.ObsDim, a.cfg.ActDim
	for b := range a.n {
		var s float32
		for _, v := range a.obs[b*n : (b+1)*n] {
			s += v - v
		}
		if s != 0 {
			for i := range m {
				dst[b*m+i] = float32(math.NaN())
			}
		}
	}
}

// Backward sets the gradient of every Param from dact [n][M], that of the last
// Forward's actions.
func (a *Actor) Backward(dact []float32) {
	a.BackwardTop(dact)
	a.BackwardWeights()
	a.BackwardRest()
}

// BackwardTop is the first part of Backward. BackwardWeights and BackwardRest,
// which may run side by side, are the others.
func (a *Actor) BackwardTop(dact []float32) {
	a.drate = nn.Grow(a.drate, len(a.rate))
	a.dec.backward(a.drate, dact, a.rate)
	if s := a.inParts(); s != nil {
		s.backwardTop(a.drate, a.in)
	}
}

// BackwardWeights sets the gradients of the weights of all layers but the
// first, where the network's kind lets that be done apart.
func (a *Actor) BackwardWeights() {
	if s := a.inParts(); s != nil {
		s.backwardWeights(a.in)
	}
}

// BackwardRest sets the gradients that are left.
func (a *Actor) BackwardRest() {
	var dx []float32
	if a.hasGrad {
		a.dx = nn.Grow(a.dx, len(a.x))
		dx = a.dx
	}
	if s := a.inParts(); s != nil {
		s.backwardRest(dx, a.in)
	} else {
		a.body.backward(dx, a.drate, a.in)
	}
	switch {
	case !a.hasGrad:
	case a.in.cols != nil:
		a.enc.(*Population).backward(dx, a.x, a.obs, a.n, &a.cols[0])
	default:
		a.enc.Backward(dx, a.x, a.obs, a.n)
	}
}

// inParts returns the network's body if its backward pass has parts.
func (a *Actor) inParts() *spiking {
	if s, ok := a.body.(*spiking); ok && s.allFused && !s.general {
		return s
	}
	return nil
}
