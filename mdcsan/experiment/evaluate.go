package experiment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"

	"gonum.org/v1/gonum/stat"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/batch"
	"gomdcsan/mdcsan/replay"
	"gomdcsan/mdcsan/rng"
)

// Policy chooses actions without noise: n of them [n][M] for n observations
// [n][N], both row-major.
type Policy interface {
	ActBatch(dst, obs []float32, n int)
}

// Evaluation is the outcome of noise-free episodes.
type Evaluation struct {
	Step      int       // environment steps trained before it
	Mean, Std float64   // of Returns; Std of the population
	Returns   []float64 // sum of rewards per episode
	Lengths   []int     // steps per episode

	saturated bool // every action of every step lay at a bound
}

// Min and Max return the worst and the best episode's return.
func (e *Evaluation) Min() float64 { return slices.Min(e.Returns) }
func (e *Evaluation) Max() float64 { return slices.Max(e.Returns) }

// MeanLength returns the mean number of steps per episode.
func (e *Evaluation) MeanLength() float64 {
	sum := 0
	for _, n := range e.Lengths {
		sum += n
	}
	return float64(sum) / float64(len(e.Lengths))
}

func (e *Evaluation) String() string {
	return fmt.Sprintf("%.1f ± %.1f (%d episodes, %.1f ... %.1f)", e.Mean, e.Std, len(e.Returns), e.Min(), e.Max())
}

// MakeEnv makes one more instance of a run's task.
type MakeEnv func() (env.Env, error)

// evaluator runs episodes side by side, all of them through one network pass
// per step and their physics on several cores. Its environments are kept from
// one evaluation to the next.
type evaluator struct {
	make    MakeEnv
	other   env.Env // that no evaluation may step: the training's
	workers int     // goroutines that step the environments, 0: one per core
	batch   *batch.Batch
	obs     []float32 // [n][N], the episodes that still run, in order
	act     []float32
}

func (v *evaluator) close() error {
	if v.batch == nil {
		return nil
	}
	v.batch.Close()
	var errs []error
	for _, e := range v.batch.Envs {
		errs = append(errs, e.Close())
	}
	v.batch = nil
	return errors.Join(errs...)
}

// open makes at least n environments.
func (v *evaluator) open(n int) error {
	if v.batch != nil && len(v.batch.Envs) >= n {
		return nil
	}
	var envs []env.Env
	if v.batch != nil {
		v.batch.Close()
		envs = v.batch.Envs
	}
	var failed error
	for len(envs) < n && failed == nil {
		var e env.Env
		if e, failed = v.one(envs); failed == nil {
			failed = v.fits(e, envs)
		}
		if failed == nil {
			envs = append(envs, e)
		}
	}
	if len(envs) > 0 {
		v.batch = batch.New(envs, v.workers)
	}
	return failed
}

// one makes one more environment, beside those there are where that is cheaper.
func (v *evaluator) one(envs []env.Env) (env.Env, error) {
	if len(envs) > 0 {
		if first, ok := envs[0].(env.Vector); ok {
			return first.Another()
		}
	}
	return v.make()
}

// fits refuses an environment that is another one once more, or of another task.
func (v *evaluator) fits(e env.Env, envs []env.Env) error {
	if sameInstance(e, v.other) || slices.ContainsFunc(envs, func(o env.Env) bool { return sameInstance(e, o) }) {
		return errors.New("NewEnv returned an instance that it had returned before; it must make a new one each time, because training and evaluation step their own")
	}
	first := v.other
	if first == nil && len(envs) > 0 {
		first = envs[0]
	}
	if first != nil && !reflect.DeepEqual(e.Spec(), first.Spec()) {
		return fmt.Errorf("NewEnv made an environment whose Spec is %+v after one whose Spec was %+v; all must be of one task", e.Spec(), first.Spec())
	}
	return nil
}

// sameInstance reports whether two tasks are one, by their pointers.
func sameInstance(a, b env.Env) bool {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	return x.Kind() == reflect.Pointer && y.Kind() == reflect.Pointer && x.Type().Elem().Size() > 0 && x.Pointer() == y.Pointer()
}

// run evaluates n episodes. Episode i starts from its own stream, so its
// initial state depends on seed, name and i alone.
func (v *evaluator) run(ctx context.Context, p Policy, n int, seed uint64, name string) (*Evaluation, error) {
	if n < 1 {
		return nil, fmt.Errorf("experiment: evaluate: %d episodes, want at least 1", n)
	}
	all := &Evaluation{saturated: true}
	for from := 0; from < n; from += sideBySide {
		ev, err := v.some(ctx, p, from, min(sideBySide, n-from), seed, name)
		if err != nil {
			return nil, err
		}
		all.Returns, all.Lengths = append(all.Returns, ev.Returns...), append(all.Lengths, ev.Lengths...)
		all.saturated = all.saturated && ev.saturated
	}
	all.Mean, all.Std = stat.PopMeanStdDev(all.Returns, nil)
	return all, nil
}

// sideBySide is how many episodes run at once, each with an environment of its
// own: thousands would not fit into memory.
const sideBySide = 100

// some runs n episodes side by side, from the given one on.
func (v *evaluator) some(ctx context.Context, p Policy, from, n int, seed uint64, name string) (*Evaluation, error) {
	if err := v.open(n); err != nil {
		return nil, fmt.Errorf("experiment: evaluate: %w", err)
	}
	spec := v.batch.Envs[0].Spec()
	v.obs, v.act = make([]float32, n*spec.ObsDim), make([]float32, n*spec.ActDim)
	running, streams := make([]int, n), make([]*rng.Stream, len(v.batch.Envs))
	for i := range running {
		running[i], streams[i] = i, rng.New(seed, fmt.Sprintf("%s/%d", name, from+i))
	}
	if err := v.batch.Reset(running, streams); err != nil {
		return nil, fmt.Errorf("experiment: evaluate: %w", err)
	}
	for i := range running {
		if err := finiteObs(v.batch.Obs[i], spec); err != nil {
			return nil, fmt.Errorf("experiment: evaluate: Reset of episode %d: %w", i, err)
		}
		toFloat32(v.obs[i*spec.ObsDim:], v.batch.Obs[i])
	}
	ev := &Evaluation{Returns: make([]float64, n), Lengths: make([]int, n), saturated: true}
	for len(running) > 0 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p.ActBatch(v.act, v.obs, len(running))
		still, err := v.step(ev, running, spec)
		if err != nil {
			return nil, err
		}
		running = still
	}
	return ev, nil
}

// step applies the actions and returns the episodes that go on, whose
// observations it moves to the front of v.obs.
func (v *evaluator) step(ev *Evaluation, running []int, spec env.Spec) ([]int, error) {
	b := v.batch
	for k, i := range running {
		toFloat64(b.Act[i], v.act[k*spec.ActDim:])
		keepWithin(spec, b.Act[i])
		ev.saturated = ev.saturated && atBounds(b.Act[i], spec)
	}
	b.Step(running)
	still := running[:0]
	for _, i := range running {
		res, err := b.Result[i], b.Err[i]
		if err != nil && !errors.Is(err, env.ErrDiverged) {
			return nil, fmt.Errorf("experiment: evaluate: episode %d, step %d: %w", i, ev.Lengths[i], err)
		}
		if err == nil {
			if err := finiteStep(b.Obs[i], res, spec); err != nil {
				return nil, fmt.Errorf("experiment: evaluate: episode %d, step %d: %w", i, ev.Lengths[i]+1, err)
			}
		}
		ev.Returns[i] += res.Reward
		ev.Lengths[i]++
		// A simulation that blew up ends its episode with what it has earned.
		if err != nil || res.Done() || timeIsUp(spec, ev.Lengths[i]) {
			continue
		}
		toFloat32(v.obs[len(still)*spec.ObsDim:], b.Obs[i])
		still = append(still, i)
	}
	return still, nil
}

// finiteObs refuses an observation with NaN or an infinity.
func finiteObs(obs []float64, spec env.Spec) error {
	for d, x := range obs {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("%s observed %v as number %d of the observation: %w", spec.Name, x, d, replay.ErrNotFinite)
		}
	}
	return nil
}

// finiteStep refuses a step with NaN or an infinity.
func finiteStep(obs []float64, res env.Result, spec env.Spec) error {
	if math.IsNaN(res.Reward) || math.IsInf(res.Reward, 0) {
		return fmt.Errorf("%s gave a reward of %v: %w", spec.Name, res.Reward, replay.ErrNotFinite)
	}
	return finiteObs(obs, spec)
}

// atBounds reports whether all of an action lies at its limits to float32's
// precision, where tanh has next to no gradient left.
func atBounds(act []float64, spec env.Spec) bool {
	for d, a := range act {
		margin := 1e-6 * (spec.ActHigh[d] - spec.ActLow[d])
		if a > spec.ActLow[d]+margin && a < spec.ActHigh[d]-margin {
			return false
		}
	}
	return true
}

// Evaluate runs n noise-free episodes of a policy, all at once: a network pass
// for all of them, then a step of each environment.
func Evaluate(ctx context.Context, newEnv MakeEnv, p Policy, n int, seed uint64) (*Evaluation, error) {
	v := &evaluator{make: newEnv, workers: 1}
	ev, err := v.run(ctx, p, n, seed, "evaluate")
	return ev, errors.Join(err, v.close())
}

// randomPolicy draws uniformly within the bounds.
type randomPolicy struct {
	spec env.Spec
	r    *rng.Stream
}

func (p randomPolicy) ActBatch(dst, _ []float32, n int) {
	for i := range n {
		p.act(dst[i*p.spec.ActDim:])
	}
}

func (p randomPolicy) act(dst []float32) {
	for d := range p.spec.ActDim {
		dst[d] = float32(p.r.Uniform(p.spec.ActLow[d], p.spec.ActHigh[d]))
	}
}

// evaluateRandom runs n episodes of uniformly random actions.
func evaluateRandom(ctx context.Context, newEnv MakeEnv, spec env.Spec, n int, seed uint64) (*Evaluation, error) {
	return Evaluate(ctx, newEnv, randomPolicy{spec, rng.New(seed, "random policy")}, n, seed)
}

func toFloat32(dst []float32, src []float64) {
	for i, x := range src {
		dst[i] = float32(x)
	}
}

func toFloat64(dst []float64, src []float32) {
	for i := range dst {
		dst[i] = float64(src[i])
	}
}
