package td3

import (
	"math"

	"gomdcsan/mdcsan/crew"
	"gomdcsan/mdcsan/nn"
	"gomdcsan/mdcsan/replay"
)

// update is one gradient step under way: its batch of n transitions and what
// is computed from it. Two of them share nothing but the networks.
type update struct {
	batch     *replay.Batch
	noise     []float32    // of the target policy, before clipping, [n][M]
	policy    bool         // the actor and the targets move too
	z         [2][]float32 // room for z-scores
	obs, obs2 []float32    // as the networks see them, [n][N]

	act2   []float32    // the target policy's actions, [n][M]
	in2    []float32    // the critics' targets' input, [n][N+M]
	y      []float32    // what the critics learn, [n]
	in     []float32    // the critics' input, [n][N+M]
	dq     [2][]float32 // gradient of each critic's value, [n]
	act    []float32    // the policy's actions, [n][M]
	inAct  []float32    // critic 1's input with them, [n][N+M]
	dqAct  []float32    // gradient of their value, [n]
	dact   []float32    // and of the actions, [n][M]
	losses Losses
}

// targets are the slow networks that give y.
type targets struct {
	actor Actor
	q     [2]*nn.MLP
}

// begin takes a batch as update i of those under way; update 0 is the next.
func (a *Agent) begin(i int, b *replay.Batch, noise []float32) *update {
	a.hold(false)
	if b.ObsDim != a.cfg.ObsDim || b.ActDim != a.cfg.ActDim || len(noise) != b.N*b.ActDim {
		panic("td3: Update: batch of another task")
	}
	u := &a.under[i]
	u.batch, u.noise, u.losses = b, noise, Losses{Actor: math.NaN()}
	u.policy = (a.updates[0]+int64(i))%int64(a.cfg.PolicyDelay) == 0
	u.obs, u.obs2 = a.seen(&u.z[0], b.Obs), a.seen(&u.z[1], b.Obs2)
	u.in = a.join(u.in, u.obs, b.Act, b.N)
	return u
}

// seen returns observations as the networks see them.
func (a *Agent) seen(room *[]float32, obs []float32) []float32 {
	if !a.cfg.Normalise {
		return obs
	}
	*room = nn.Grow(*room, len(obs))
	a.norm.Apply(*room, obs)
	return *room
}

// bootstrap computes y by the targets.
func (a *Agent) bootstrap(u *update, t targets) {
	c, b := &a.cfg, u.batch
	u.act2 = nn.Grow(u.act2, b.N*c.ActDim)
	t.actor.ActBatch(u.act2, u.obs2, b.N)
	for i, e := range u.noise {
		u.act2[i] = clip(u.act2[i]+clip(e, float32(c.NoiseClip)), c.ActLimit)
	}
	u.in2 = a.join(u.in2, u.obs2, u.act2, b.N)
	q1, q2 := t.q[0].Forward(u.in2, b.N), t.q[1].Forward(u.in2, b.N)
	u.y = nn.Grow(u.y, b.N)
	for i := range u.y {
		u.y[i] = b.Rew[i] + float32(c.Gamma)*(1-b.Done[i])*min(q1[i], q2[i])
	}
}

// updateCritic does one step of critic i towards y.
func (a *Agent) updateCritic(u *update, i int) {
	n := u.batch.N
	q := a.q[i].Forward(u.in, n)
	u.dq[i] = nn.Grow(u.dq[i], n)
	var loss, mean float64
	for k, v := range q {
		d := v - u.y[k]
		u.dq[i][k] = 2 * d / float32(n)
		loss += float64(d) * float64(d) / float64(n)
		mean += float64(v) / float64(n)
	}
	a.q[i].Backward(nil, u.dq[i], n)
	a.qOpt[i].Step()
	if i == 0 {
		u.losses.Q1, u.losses.MeanQ = loss, mean
	} else {
		u.losses.Q2 = loss
	}
}

// forwardActor chooses the actions whose value the policy is to raise.
func (a *Agent) forwardActor(u *update) {
	n := u.batch.N
	u.act = nn.Grow(u.act, n*a.cfg.ActDim)
	a.actor.Forward(u.act, u.obs, n)
	u.inAct = a.join(u.inAct, u.obs, u.act, n)
}

// updateActor does one step of the policy up Q1.
func (a *Agent) updateActor(u *update) {
	a.climb(u)
	if p, ok := a.actor.(parted); ok {
		p.BackwardWeights()
		p.BackwardRest()
	}
	a.actorOpt.Step()
}

// climb computes the gradient of the actions and begins, or does, the policy's
// backward pass.
func (a *Agent) climb(u *update) {
	n := u.batch.N
	q := a.q[0].Forward(u.inAct, n)
	u.dqAct = nn.Grow(u.dqAct, n)
	var loss float64
	for k, v := range q {
		u.dqAct[k] = -1 / float32(n)
		loss -= float64(v) / float64(n)
	}
	u.losses.Actor = loss
	u.dact = nn.Grow(u.dact, n*a.cfg.ActDim)
	a.q[0].BackwardInput(u.dact, u.dqAct, n, a.cfg.ObsDim, a.cfg.ObsDim+a.cfg.ActDim)
	if p, ok := a.actor.(parted); ok {
		p.BackwardTop(u.dact)
	} else {
		a.actor.Backward(u.dact)
	}
}

// moveCritic moves the target of critic i, moveActor the actor's.
func (a *Agent) moveCritic(i int) {
	nn.Polyak(a.targets.q[i].Params(), a.q[i].Params(), float32(a.cfg.Tau))
}

func (a *Agent) moveActor() {
	nn.Polyak(a.targets.actor.Params(), a.actor.Params(), float32(a.cfg.Tau))
}

// join writes [obs | act] per row.
func (a *Agent) join(dst, obs, act []float32, n int) []float32 {
	no, na := a.cfg.ObsDim, a.cfg.ActDim
	w := no + na
	dst = nn.Grow(dst, n*w)
	for i := range n {
		copy(dst[i*w:i*w+no], obs[i*no:(i+1)*no])
		copy(dst[i*w+no:(i+1)*w], act[i*na:(i+1)*na])
	}
	return dst
}

// MostThreads is how many goroutines UpdateTwo can use: more find nothing to do.
const MostThreads = 4

// Twin gives the agent a third network of the actor's architecture, for the
// target policy of the second update of UpdateTwo: then both can be computed
// at once. Its parameters follow the target's. It must not draw random
// numbers, since they would not come in the order of two single updates.
func (a *Agent) Twin(actor Actor) {
	a.twin.actor = actor
	for i, q := range a.targets.q {
		a.twin.q[i] = q.Twin()
	}
	a.plan = nil
}

// Paired reports whether UpdateTwo may do the next two updates: where the
// first of them moves the targets, the second has to wait for it.
func (a *Agent) Paired() bool { return a.updates[0]%int64(a.cfg.PolicyDelay) != 0 }

// UpdateTwo does the next two updates on the goroutines of a crew. What comes
// out has the same bits as Update(first) and Update(second), however many
// goroutines there are. The agent must be Paired.
//
// What depends on what, with a and b for the two updates:
//
//	y of a ──▶ Q1 of a ──▶ Q1 of b ──▶ actor of b ──▶ targets
//	   │             y of b ──▶ ╯ │       │  │
//	   ╰─────▶ Q2 of a ──▶ Q2 of b ───────│──╯
//	                 actions of the policy ╯
//
// The actor of b is a backward pass in parts, the weights of its upper layers
// beside the layers below, and Adam's step in two halves.
func (a *Agent) UpdateTwo(c *crew.Crew, first, second *replay.Batch) (losses [2]Losses, err error) {
	if !a.Paired() {
		panic("td3: UpdateTwo: the first update moves the targets")
	}
	u := a.begin(0, first, a.drawNoise(0, first))
	v := a.begin(1, second, a.drawNoise(1, second))
	if a.plan == nil {
		a.plan = a.pair(u, v)
	}
	c.Run(a.plan)
	if losses[0], err = a.end(u); err != nil {
		return losses, err
	}
	losses[1], err = a.end(v)
	return losses, err
}

// pair is the plan of two updates, with what most waits for first.
func (a *Agent) pair(u, v *update) crew.Plan {
	ifPolicy := func(do func()) func() {
		return func() {
			if v.policy {
				do()
			}
		}
	}
	second := crew.Piece{Do: func() { a.bootstrap(v, a.targets) }, After: []int{0}}
	if a.twin.actor != nil {
		second = crew.Piece{Do: func() { a.followTargets(); a.bootstrap(v, a.twin) }}
	}
	weights, rest := func() {}, func() {}
	if p, ok := a.actor.(parted); ok {
		weights, rest = p.BackwardWeights, p.BackwardRest
	}
	return crew.Plan{
		0:  {Do: func() { a.bootstrap(u, a.targets) }},
		1:  second,
		2:  {Do: func() { a.updateCritic(u, 0) }, After: []int{0}},
		3:  {Do: ifPolicy(func() { a.forwardActor(v) })},
		4:  {Do: func() { a.updateCritic(v, 0) }, After: []int{1, 2}},
		5:  {Do: func() { a.updateCritic(u, 1) }, After: []int{0}},
		6:  {Do: ifPolicy(func() { a.climb(v) }), After: []int{3, 4}},
		7:  {Do: ifPolicy(rest), After: []int{6}},
		8:  {Do: func() { a.updateCritic(v, 1) }, After: []int{1, 5}},
		9:  {Do: ifPolicy(weights), After: []int{6}},
		10: {Do: ifPolicy(a.actorOpt.Begin), After: []int{7, 9}},
		11: {Do: ifPolicy(func() { a.actorOpt.Apply(0, 2) }), After: []int{10}},
		12: {Do: ifPolicy(func() { a.actorOpt.Apply(1, 2) }), After: []int{10}},
		13: {Do: ifPolicy(func() { a.moveCritic(0) }), After: []int{4}},
		14: {Do: ifPolicy(func() { a.moveCritic(1) }), After: []int{8}},
		15: {Do: ifPolicy(func() { a.moveActor() }), After: []int{11, 12}},
	}
}

// followTargets copies what the twin does not share with the target.
func (a *Agent) followTargets() {
	nn.Copy(a.twin.actor.Params(), a.targets.actor.Params())
	if f, ok := a.targets.actor.(fixed); ok {
		nn.Copy(a.twin.actor.(fixed).Fixed(), f.Fixed())
	}
}
