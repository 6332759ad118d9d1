package experiment

import (
	"errors"
	"fmt"
	"math"

	"gomdcsan/mdcsan/checkpoint"
	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/nn"
	"gomdcsan/mdcsan/replay"
	"gomdcsan/mdcsan/rng"
	"gomdcsan/mdcsan/td3"
)

// Learner is what a run trains: TD3 with one of the actors.
type Learner interface {
	Policy
	Explore(dst, obs []float32)               // one action with exploration noise
	Observe(obs []float32)                    // each stored observation
	Update(*replay.Batch) (td3.Losses, error) // one gradient step
	Tensors() []nn.Tensor                     // all that a bit-exact resume needs
}

// Run is one training run: its settings, its learner and what came out so far.
// It belongs to one goroutine at a time.
type Run struct {
	Config      Config
	Spec        env.Spec
	Learner     Learner
	Evaluations []*Evaluation
	Best        *Evaluation // the one with the highest mean; its policy is in best.ckpt

	parts  Parts
	env    env.Env
	eval   *evaluator
	buffer *replay.Buffer
	batch  *replay.Batch
	team   *team // while Train runs
	bound  actions
	*state

	scratch     scratch
	bestPolicy  *checkpoint.File // the policy of Best
	bestUnsaved bool
	files       *files // nil when nothing is written
	observers   []Observer
	clock       *clock
}

// scratch are the vectors of one environment step.
type scratch struct {
	obs, act, obs2 []float32
	next, act64    []float64
}

func newScratch(s env.Spec) scratch {
	return scratch{
		obs: make([]float32, s.ObsDim), act: make([]float32, s.ActDim), obs2: make([]float32, s.ObsDim),
		next: make([]float64, s.ObsDim), act64: make([]float64, s.ActDim),
	}
}

// state is what changes from step to step and is not in the learner, the
// replay buffer or the environment.
type state struct {
	begun          bool // the first episode has started
	step, episode  int
	updates        int
	pendingUpdates int  // of the block that is being worked off
	evalDue        bool // an evaluation belongs before the next step
	saveDue        bool

	obs           []float64 // that the next action is chosen for
	episodeLength int
	episodeReturn float64
	last          struct {
		ret    float64
		length int
	}
	sums map[string]float64 // since the last evaluation

	resets, actions, sampling *rng.Stream
}

func newState(seed uint64, spec env.Spec) *state {
	return &state{
		obs:      make([]float64, spec.ObsDim),
		sums:     map[string]float64{},
		resets:   rng.New(seed, "env/0"),
		actions:  rng.New(seed, "random actions"),
		sampling: rng.New(seed, "replay"),
	}
}

// Step returns the number of environment steps trained.
func (r *Run) Step() int { return r.step }

// Done reports whether all steps of the configuration are done.
func (r *Run) Done() bool { return r.complete(r.Config.Steps) }

func (s *state) complete(steps int) bool {
	return s.step >= steps && s.pendingUpdates == 0 && !s.evalDue
}

// Curve returns the evaluations' steps and mean returns, as plots want them.
func (r *Run) Curve() (steps, returns []float64) {
	for _, e := range r.Evaluations {
		steps = append(steps, float64(e.Step))
		returns = append(returns, e.Mean)
	}
	return steps, returns
}

// Close releases the environments and the folder's lock.
func (r *Run) Close() error {
	var errs []error
	if r.eval != nil {
		errs = append(errs, r.eval.close())
	}
	if r.env != nil {
		errs = append(errs, r.env.Close())
		r.env = nil
	}
	errs = append(errs, r.files.close())
	r.files = nil
	return errors.Join(errs...)
}

// progress describes the run now.
func (r *Run) progress(kind string) Progress {
	p := Progress{
		Kind: kind, Step: r.step, Steps: r.Config.Steps, Run: r,
		Episode: r.episode, Return: r.last.ret, Length: r.last.length,
		Best: r.Best, CriticLoss: r.mean("critic_loss"), ActorLoss: r.mean("actor_loss"),
	}
	if n := len(r.Evaluations); n > 0 {
		p.Evaluation = r.Evaluations[n-1]
	}
	if c := r.clock; c != nil {
		p.Elapsed = c.last.Sub(c.start)
		p.StepsPerSecond = c.speed(r.step)
		p.Left = c.left(r.Config.Steps-r.step, p.StepsPerSecond)
	}
	return p
}

func (r *Run) report(kind, message string) {
	p := r.progress(kind)
	r.files.writeStatus(p, kind == Started || kind == Saved || kind == Finished)
	p.Message = message
	for _, o := range r.observers {
		o(p)
	}
}

// addMean includes x in the mean of name until the next evaluation.
func (s *state) addMean(name string, x float64) {
	s.sums[name] += x
	s.sums[name+" count"]++
}

func (s *state) mean(name string) float64 {
	if n := s.sums[name+" count"]; n > 0 {
		return s.sums[name] / n
	}
	return math.NaN()
}

// InterruptedError says that a run was stopped and how to go on.
type InterruptedError struct {
	Step int
	Dir  string // empty: the run is in memory only
	Err  error  // why, such as context.Canceled
}

func (e *InterruptedError) Error() string {
	if e.Dir == "" {
		return fmt.Sprintf("interrupted at step %d; go on with run.Train(ctx)", e.Step)
	}
	return fmt.Sprintf("interrupted at step %d and saved; go on with: gomdcsan train --resume %s", e.Step, e.Dir)
}

func (e *InterruptedError) Unwrap() error { return e.Err }
