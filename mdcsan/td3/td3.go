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

	"gomdcsan/mdcsan/crew"
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

// parted is a learner whose Backward can be done in parts, of which the second
// and the third may run side by side.
type parted interface {
	BackwardTop(dact []float32)
	BackwardWeights()
	BackwardRest()
}

// holder is an actor that saves work while its parameters do not change.
type holder interface{ Hold(on bool) }

// fixed is a network with parameters that do not learn.
type fixed interface{ Fixed() []*nn.Param }

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
	q           [2]*nn.MLP
	targets     targets
	twin        targets // see Twin; nil networks where there is none
	actorOpt    *nn.Adam
	qOpt        [2]*nn.Adam
	norm        *Normaliser
	updates     []int64 // one element: updates done
	explore     *rng.Stream
	targetNoise *rng.Stream
	obs1        []float32    // one normalised observation
	obs         []float32    // normalised observations of ActBatch
	noise       [2][]float32 // of the target policy
	under       [2]update    // that are computed, side by side in UpdateTwo
	plan        crew.Plan    // of UpdateTwo
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
		cfg: c, actor: actor, targets: targets{actor: target},
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
		a.targets.q[i] = nn.NewMLP(sizes, rng.New(seed, name))
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
func (a *Agent) CriticTarget(i int) *nn.MLP { return a.targets.q[i] }

// TargetQ returns y [n] of the last Update; the next one overwrites it.
func (a *Agent) TargetQ() []float32 { return a.under[0].y }

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
	a.actor.ActBatch(dst, a.seen(&a.obs, obs[:n*a.cfg.ObsDim]), n)
}

// Update does one update with a batch of raw observations.
func (a *Agent) Update(b *replay.Batch) (Losses, error) {
	return a.UpdateWithNoise(b, a.drawNoise(0, b))
}

// drawNoise returns target noise for batch i of those under way, [n][M].
func (a *Agent) drawNoise(i int, b *replay.Batch) []float32 {
	x := nn.Grow(a.noise[i], b.N*a.cfg.ActDim)
	for k := range x {
		x[k] = float32(a.cfg.TargetNoise * a.targetNoise.NormFloat64())
	}
	a.noise[i] = x
	return x
}

// UpdateWithNoise is Update with the target noise given, before clipping, [n][M].
func (a *Agent) UpdateWithNoise(b *replay.Batch, noise []float32) (Losses, error) {
	u := a.begin(0, b, noise)
	a.bootstrap(u, a.targets)
	a.updateCritic(u, 0)
	a.updateCritic(u, 1)
	if u.policy {
		a.forwardActor(u)
		a.updateActor(u)
		a.moveCritic(0)
		a.moveCritic(1)
		a.moveActor()
	}
	return a.end(u)
}

// end counts an update and looks at what it did.
func (a *Agent) end(u *update) (Losses, error) {
	a.updates[0]++
	return u.losses, a.check(u.losses, u.policy, u.batch)
}

// check reports non-finite losses and, after an update of the policy,
// non-finite parameters of the actor: spikes hide a NaN weight from the loss.
func (a *Agent) check(l Losses, policy bool, b *replay.Batch) error {
	if e, ok := a.actor.(interface{ Err() error }); ok && e.Err() != nil {
		return fmt.Errorf("td3: update %d: %w", a.updates[0], e.Err())
	}
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
