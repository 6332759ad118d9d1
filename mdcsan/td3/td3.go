// Package td3 is Twin Delayed Deep Deterministic policy gradient (Fujimoto,
// van Hoof and Meger 2018) as the paper uses it to train its actors.
//
//	agent, err := td3.New(td3.Default(obsDim, actDim, 1), actor, actor.Clone("target"), seed)
//	agent.Explore(action, obs)                 // with exploration noise
//	agent.Observe(obs)                         // each stored observation, for the normaliser
//	losses, err := agent.Update(batch)         // one gradient step
//	agent.Act(action, obs)                     // the policy itself
//
// # One update
//
// With a batch (s, a, r, s', d) and targets marked ':
//
//	a'  = clip(pi'(s') + clip(eps, -c, c), -limit, limit),  eps ~ N(0, TargetNoise)
//	y   = r + gamma (1-d) min(Q1'(s',a'), Q2'(s',a'))
//	Q1, Q2: one Adam step on mean (Q1(s,a)-y)^2 + mean (Q2(s,a)-y)^2
//
// and on every PolicyDelay-th update, the first included,
//
//	pi: one Adam step on -mean Q1(s, pi(s))
//	Q1', Q2', pi' <- (1-tau) targets + tau networks
//
// # Differences from the authors' program
//
// The spiking actor has a target too, encoder included. Noise is in the
// action's units, not multiplied by the limit (the limit is 1 in the paper's
// tasks). Observations are normalised by running statistics, as in PopSAN
// (Tang et al. 2020), unless Normalise is off: see [Normaliser].
//
// # Rules
//
// An agent draws target noise from "td3/target" and exploration from
// "exploration" of its seed. Act, Explore, Update allocate nothing after the
// first call. A non-finite loss or parameter is an error that names it, and
// the agent should then be restored from a checkpoint. An Agent is not safe
// for concurrent use.
package td3

import (
	"errors"
	"fmt"
	"math"

	"gomdcsan/mdcsan/nn"
	"gomdcsan/mdcsan/replay"
	"gomdcsan/mdcsan/rng"
)

// Actor is a policy network.
type Actor interface {
	Act(dst, obs []float32)             // one action [M] for one observation [N]
	ActBatch(dst, obs []float32, n int) // [n][M] for [n][N]
	Params() []*nn.Param
}

// Learner is a policy network that can be trained.
type Learner interface {
	Actor
	Forward(dst, obs []float32, n int) // ActBatch, keeping what Backward needs
	Backward(dact []float32)           // sets Params' Grad from the gradient of the actions
}

// holder is an actor that saves work while its parameters do not change.
type holder interface{ Hold(on bool) }

// Losses are the figures of one update.
type Losses struct {
	Q1, Q2 float64 // mean squared errors of the critics
	MeanQ  float64 // mean of Q1 over the batch
	Actor  float64 // -mean Q1(s, pi(s)); NaN when the policy was not updated
}

// Agent is an actor, its critics, their targets and their optimisers.
type Agent struct {
	cfg         Config
	actor       Learner
	actorTarget Actor
	q, qTarget  [2]*nn.MLP
	actorOpt    *nn.Adam
	qOpt        [2]*nn.Adam
	norm        *Normaliser
	updates     []int64 // one element: updates done
	explore     *rng.Stream
	targetNoise *rng.Stream
	obs1        []float32 // one normalised observation
	obs, obs2   []float32 // normalised batches
	in          []float32 // critics' input [n][N+M]
	act2, noise []float32
	y, dq, dact []float32
}

// New returns an agent that trains actor. target is a second network of the
// same architecture, whose parameters are overwritten with the actor's. The
// critics' weights come from the streams "q1/init" and "q2/init" of seed.
func New(c Config, actor Learner, target Actor, seed uint64) (*Agent, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if any(actor) == any(target) {
		return nil, errors.New("td3: the target is the actor itself, want a second network: actor.Clone")
	}
	a := &Agent{
		cfg: c, actor: actor, actorTarget: target,
		actorOpt: nn.NewAdam(actor.Params(), c.ActorLR),
		norm:     NewNormaliser(c.ObsDim, c.NormaliseEvery, c.NormaliseClip),
		updates:  make([]int64, 1),
		explore:  rng.New(seed, "exploration"), targetNoise: rng.New(seed, "td3/target"),
		obs1: make([]float32, c.ObsDim),
	}
	nn.Copy(target.Params(), actor.Params())
	sizes := append(append([]int{c.ObsDim + c.ActDim}, c.CriticHidden...), 1)
	for i, name := range [2]string{"q1/init", "q2/init"} {
		a.q[i] = nn.NewMLP(sizes, rng.New(seed, name))
		a.qTarget[i] = nn.NewMLP(sizes, rng.New(seed, name))
		a.qOpt[i] = nn.NewAdam(a.q[i].Params(), c.CriticLR)
	}
	return a, nil
}

// Config returns what the agent was built from.
func (a *Agent) Config() Config { return a.cfg }

// Actor returns the policy network being trained.
func (a *Agent) Actor() Learner {
	a.hold(false)
	return a.actor
}

// Critic returns Q1 (0) or Q2 (1).
func (a *Agent) Critic(i int) *nn.MLP { return a.q[i] }

// CriticTarget returns the target of Q1 (0) or Q2 (1).
func (a *Agent) CriticTarget(i int) *nn.MLP { return a.qTarget[i] }

// TargetQ returns y [n] of the last update; the next one overwrites it.
func (a *Agent) TargetQ() []float32 { return a.y }

// SetAdam changes the betas and eps of all three optimisers from PyTorch's
// defaults, 0.9, 0.999 and 1e-8.
func (a *Agent) SetAdam(beta1, beta2, eps float64) {
	for _, o := range []*nn.Adam{a.actorOpt, a.qOpt[0], a.qOpt[1]} {
		o.Beta1, o.Beta2, o.Eps = beta1, beta2, eps
	}
}

// Normaliser returns the running statistics of the observations.
func (a *Agent) Normaliser() *Normaliser { return a.norm }

// Updates returns the number of updates done.
func (a *Agent) Updates() int { return int(a.updates[0]) }

// Observe counts a stored observation [N] in the normaliser.
func (a *Agent) Observe(obs []float32) {
	if a.cfg.Normalise {
		a.norm.Observe(obs)
	}
}

// Act writes the policy's action [M] for an observation [N], without noise.
func (a *Agent) Act(dst, obs []float32) {
	a.hold(false)
	a.act(dst, obs)
}

// hold tells the actor whether its parameters stay as they are.
func (a *Agent) hold(on bool) {
	if h, ok := a.actor.(holder); ok {
		h.Hold(on)
	}
}

func (a *Agent) act(dst, obs []float32) {
	if len(dst) != a.cfg.ActDim || len(obs) != a.cfg.ObsDim {
		panic(fmt.Sprintf("td3: Act: action %d and observation %d long, want %d and %d", len(dst), len(obs), a.cfg.ActDim, a.cfg.ObsDim))
	}
	if a.cfg.Normalise {
		a.norm.Apply(a.obs1, obs)
		obs = a.obs1
	}
	a.actor.Act(dst, obs)
}

// Explore is Act plus N(0, ExploreNoise), clipped to the action's limits.
// Between two calls of Explore nothing but the agent may change the parameters
// of the actor: call Actor, Act or Tensors before doing so.
func (a *Agent) Explore(dst, obs []float32) {
	a.hold(true)
	a.act(dst, obs)
	lim := a.cfg.ActLimit
	for i := range dst {
		dst[i] = clip(dst[i]+float32(a.cfg.ExploreNoise*a.explore.NormFloat64()), lim)
	}
}

// ActBatch writes n actions [n][M] for n observations [n][N], without noise.
func (a *Agent) ActBatch(dst, obs []float32, n int) {
	a.hold(false)
	if a.cfg.Normalise {
		a.obs = nn.Grow(a.obs, n*a.cfg.ObsDim)
		a.norm.Apply(a.obs, obs[:n*a.cfg.ObsDim])
		obs = a.obs
	}
	a.actor.ActBatch(dst, obs, n)
}

// Update does one update with a batch of raw observations.
func (a *Agent) Update(b *replay.Batch) (Losses, error) {
	a.noise = nn.Grow(a.noise, b.N*a.cfg.ActDim)
	for i := range a.noise {
		a.noise[i] = float32(a.cfg.TargetNoise * a.targetNoise.NormFloat64())
	}
	return a.UpdateWithNoise(b, a.noise)
}

// UpdateWithNoise is Update with the target noise given, before clipping, [n][M].
func (a *Agent) UpdateWithNoise(b *replay.Batch, noise []float32) (Losses, error) {
	a.hold(false)
	if b.ObsDim != a.cfg.ObsDim || b.ActDim != a.cfg.ActDim || len(noise) != b.N*b.ActDim {
		panic("td3: Update: batch of another task")
	}
	obs, obs2 := b.Obs, b.Obs2
	if a.cfg.Normalise {
		a.obs, a.obs2 = nn.Grow(a.obs, len(b.Obs)), nn.Grow(a.obs2, len(b.Obs2))
		a.norm.Apply(a.obs, b.Obs)
		a.norm.Apply(a.obs2, b.Obs2)
		obs, obs2 = a.obs, a.obs2
	}
	losses := Losses{Actor: math.NaN()}
	a.targets(b, obs2, noise)
	losses.Q1, losses.MeanQ = a.updateCritic(0, b, obs)
	losses.Q2, _ = a.updateCritic(1, b, obs)
	policy := a.updates[0]%int64(a.cfg.PolicyDelay) == 0
	if policy {
		losses.Actor = a.updateActor(b.N, obs)
		tau := float32(a.cfg.Tau)
		nn.Polyak(a.qTarget[0].Params(), a.q[0].Params(), tau)
		nn.Polyak(a.qTarget[1].Params(), a.q[1].Params(), tau)
		nn.Polyak(a.actorTarget.Params(), a.actor.Params(), tau)
	}
	a.updates[0]++
	return losses, a.check(losses, policy, b)
}

// targets computes y [n].
func (a *Agent) targets(b *replay.Batch, obs2, noise []float32) {
	c := &a.cfg
	a.act2 = nn.Grow(a.act2, b.N*c.ActDim)
	a.actorTarget.ActBatch(a.act2, obs2, b.N)
	for i, e := range noise {
		a.act2[i] = clip(a.act2[i]+clip(e, float32(c.NoiseClip)), c.ActLimit)
	}
	x := a.join(obs2, a.act2, b.N)
	q1, q2 := a.qTarget[0].Forward(x, b.N), a.qTarget[1].Forward(x, b.N)
	a.y = nn.Grow(a.y, b.N)
	for i := range a.y {
		a.y[i] = b.Rew[i] + float32(c.Gamma)*(1-b.Done[i])*min(q1[i], q2[i])
	}
}

// updateCritic does one step of critic i towards y and returns its loss and
// its mean value before the step.
func (a *Agent) updateCritic(i int, b *replay.Batch, obs []float32) (loss, mean float64) {
	q := a.q[i].Forward(a.join(obs, b.Act, b.N), b.N)
	a.dq = nn.Grow(a.dq, b.N)
	for k, v := range q {
		d := v - a.y[k]
		a.dq[k] = 2 * d / float32(b.N)
		loss += float64(d) * float64(d) / float64(b.N)
		mean += float64(v) / float64(b.N)
	}
	a.q[i].Backward(nil, a.dq, b.N)
	a.qOpt[i].Step()
	return loss, mean
}

// updateActor does one step of the policy up Q1 and returns its loss before.
func (a *Agent) updateActor(n int, obs []float32) float64 {
	a.act2 = nn.Grow(a.act2, n*a.cfg.ActDim)
	a.actor.Forward(a.act2, obs, n)
	q := a.q[0].Forward(a.join(obs, a.act2, n), n)
	a.dq = nn.Grow(a.dq, n)
	var loss float64
	for k, v := range q {
		a.dq[k] = -1 / float32(n)
		loss -= float64(v) / float64(n)
	}
	a.dact = nn.Grow(a.dact, n*a.cfg.ActDim)
	a.q[0].BackwardInput(a.dact, a.dq, n, a.cfg.ObsDim, a.cfg.ObsDim+a.cfg.ActDim)
	a.actor.Backward(a.dact)
	a.actorOpt.Step()
	return loss
}

// join writes the critics' input, [obs | act] per row.
func (a *Agent) join(obs, act []float32, n int) []float32 {
	no, na := a.cfg.ObsDim, a.cfg.ActDim
	w := no + na
	a.in = nn.Grow(a.in, n*w)
	for i := range n {
		copy(a.in[i*w:i*w+no], obs[i*no:(i+1)*no])
		copy(a.in[i*w+no:(i+1)*w], act[i*na:(i+1)*na])
	}
	return a.in
}

// check reports non-finite losses and, after an update of the policy,
// non-finite parameters of the actor: spikes hide a NaN weight from the loss.
func (a *Agent) check(l Losses, policy bool, b *replay.Batch) error {
	what := ""
	switch {
	case !isFinite(l.Q1):
		what = fmt.Sprintf("loss of critic 1 is %v", l.Q1)
	case !isFinite(l.Q2):
		what = fmt.Sprintf("loss of critic 2 is %v", l.Q2)
	case policy && !isFinite(l.Actor):
		what = fmt.Sprintf("loss of the actor is %v", l.Actor)
	case policy:
		what = a.checkParams()
	}
	if what == "" {
		return nil
	}
	return fmt.Errorf("td3: update %d: %s (largest reward in the batch: %v); go back to the last checkpoint and lower the learning rates (actor %v, critics %v) or scale the rewards",
		a.updates[0], what, largest(b.Rew), a.cfg.ActorLR, a.cfg.CriticLR)
}

// checkParams looks at the actor, and now and then at the critics, where a
// unit that is off hides a NaN from the loss.
func (a *Agent) checkParams() string {
	if err := nn.CheckFinite(a.actor.Params()); err != nil {
		return "actor's " + err.Error()
	}
	for i := range a.q {
		if a.updates[0]%100 > 1 {
			break
		}
		if err := nn.CheckFinite(a.q[i].Params()); err != nil {
			return fmt.Sprintf("critic %d's %v", i+1, err)
		}
	}
	return ""
}

func largest(x []float32) float32 {
	var m float32
	for _, v := range x {
		if !(max(v, -v) <= m) {
			m = max(v, -v)
		}
	}
	return m
}

func isFinite(x float64) bool { return x-x == 0 }

// clip limits x to [-lim, lim]; NaN stays NaN.
func clip(x, lim float32) float32 { return max(-lim, min(x, lim)) }
