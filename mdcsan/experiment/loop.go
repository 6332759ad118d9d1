package experiment

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/rng"
	"gomdcsan/mdcsan/td3"
)

// Train goes on until Config.Steps environment steps are done, or the context
// is cancelled: then the run is saved (if it has a folder) and the error is an
// *InterruptedError. Train may be called again, also with more Steps.
//
// The loop takes one small action after another, chosen by the state alone, so
// that a checkpoint between any two of them resumes to the same bits.
//
// Between two calls of Train the run's folder is free: another process may
// resume the run there.
func (r *Run) Train(ctx context.Context, observers ...Observer) (err error) {
	if err := r.checkSteps(); err != nil {
		return err
	}
	if err := r.files.acquire(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.files.release()) }()
	r.team = newTeam(r.Config.threads(r.parts), r.Learner, r.batch)
	defer func() { r.team.close(); r.team = nil }()
	r.observers, r.clock = observers, startClock(r.step)
	defer func() { r.observers, r.clock = nil, nil }()
	if err := r.files.goOn(r); err != nil {
		return err
	}
	r.report(Started, "")
	r.reportNotes()
	return r.train(ctx)
}

// checkSteps refuses to make a run shorter than it is.
func (r *Run) checkSteps() error {
	if r.Config.Steps < r.step {
		return fmt.Errorf("experiment: the run has done %d steps, steps = %d cannot be asked of it any more; ask for %d or more", r.step, r.Config.Steps, r.step)
	}
	return nil
}

func (r *Run) train(ctx context.Context) error {
	if !r.begun {
		if err := r.env.Reset(r.obs, r.resets); err != nil {
			return fmt.Errorf("experiment: reset %s: %w", r.Spec.Name, err)
		}
		r.begun = true
	}
	for !r.Done() {
		if ctx.Err() != nil {
			return r.interrupted(ctx)
		}
		if err := r.advance(ctx); err != nil {
			if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
				return r.interrupted(ctx)
			}
			return r.withAdvice(err)
		}
		if r.clock.due(r.step) {
			if err := r.files.lost(); err != nil {
				return fmt.Errorf("stopped at step %d, with all of the run still in memory (SavePolicy and SaveBest write its policies elsewhere): %w", r.step, err)
			}
			r.report(Stepped, "")
		}
	}
	if err := r.save(); err != nil {
		return fmt.Errorf("training is done, but its end is not saved (call Save again when there is room): %w", err)
	}
	if r.files != nil {
		if err := r.files.seal(r.bestPolicy); err != nil {
			return err
		}
	}
	r.report(Finished, "")
	return nil
}

// advance does the next thing that is due.
func (r *Run) advance(ctx context.Context) error {
	switch {
	case r.pendingUpdates > 0:
		return r.update()
	case r.evalDue:
		return r.evaluate(ctx)
	case r.saveDue:
		return r.saveOrWarn()
	}
	return r.interact()
}

// withAdvice says how to go on when the process of a task has died.
func (r *Run) withAdvice(err error) error {
	if r.files == nil || !errors.Is(err, env.ErrLost) {
		return err
	}
	return fmt.Errorf("%w\nThe run goes on from its last checkpoint with: gomdcsan train --resume %s", err, r.Config.Dir)
}

func (r *Run) interrupted(ctx context.Context) error {
	stop := &InterruptedError{Step: r.step, Dir: r.Config.Dir, Err: context.Cause(ctx)}
	if err := r.save(); err != nil {
		return fmt.Errorf("interrupted at step %d, but not saved; the last good checkpoint is untouched: %w", r.step, errors.Join(err, stop.Err))
	}
	return stop
}

// interact does one environment step and stores the transition.
func (r *Run) interact() error {
	w := &r.scratch
	toFloat32(w.obs, r.obs)
	r.choose(w.act, w.obs)
	toFloat64(w.act64, w.act)
	r.bound.apply(w.act64)
	keepWithin(r.Spec, w.act64)

	res, err := r.env.Step(w.next, w.act64)
	diverged := errors.Is(err, env.ErrDiverged)
	if err != nil && !diverged {
		return fmt.Errorf("experiment: step %d of %s: %w", r.step+1, r.Spec.Name, err)
	}
	r.step++
	r.episodeLength++
	if diverged {
		// There is no next observation to learn from.
		r.report(Warned, fmt.Sprintf("step %d: %v; a new episode begins", r.step, err))
	} else {
		toFloat32(w.obs2, w.next)
		r.episodeReturn += res.Reward
		if err := r.buffer.Add(w.obs, w.act, float32(res.Reward), w.obs2, res.Terminated); err != nil {
			return fmt.Errorf("experiment: step %d of %s: %w", r.step, r.Spec.Name, err)
		}
		r.Learner.Observe(w.obs)
	}
	copy(r.obs, w.next)
	r.schedule()
	if diverged || res.Done() || timeIsUp(r.Spec, r.episodeLength) {
		return r.endEpisode()
	}
	return nil
}

// timeIsUp holds a task to its own time limit: one that forgets to end its
// episodes would never be evaluated.
func timeIsUp(s env.Spec, steps int) bool { return s.MaxSteps > 0 && steps >= s.MaxSteps }

// choose draws a uniform action in the first steps and the policy's action
// with exploration noise later.
func (r *Run) choose(act, obs []float32) {
	if r.step < r.Config.StartSteps {
		randomPolicy{r.bound.outputs(r.Spec), r.actions}.act(act)
		return
	}
	r.Learner.Explore(act, obs)
}

// schedule sets what follows the step that was just done.
func (r *Run) schedule() {
	c := r.Config
	if r.step >= c.UpdateAfter && r.step%c.UpdateEvery == 0 {
		r.pendingUpdates = c.UpdateEvery
	}
	r.evalDue = r.step%c.EvalEvery == 0
	r.saveDue = r.step%c.checkpointEvery() == 0
}

func (r *Run) endEpisode() error {
	r.last.ret, r.last.length = r.episodeReturn, r.episodeLength
	r.episode++
	r.addMean("train_return", r.episodeReturn)
	r.files.addEpisode(r)
	r.episodeReturn, r.episodeLength = 0, 0
	r.report(Episode, "")
	if err := r.env.Reset(r.obs, r.resets); err != nil {
		return fmt.Errorf("experiment: reset %s: %w", r.Spec.Name, err)
	}
	return nil
}

// update does one of the block's gradient steps, or two at once.
func (r *Run) update() error {
	if done, err := r.updateTwo(); done || err != nil {
		return r.updateFailed(err)
	}
	if err := r.buffer.Sample(r.batch, r.sampling); err != nil {
		return fmt.Errorf("experiment: step %d: %w", r.step, err)
	}
	losses, err := r.Learner.Update(r.batch)
	if err != nil {
		return r.updateFailed(err)
	}
	r.count(losses)
	return nil
}

func (r *Run) updateFailed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("experiment: step %d, update %d: %w", r.step, r.updates+1, err)
}

// count keeps what an update gave.
func (r *Run) count(losses td3.Losses) {
	r.updates++
	r.pendingUpdates--
	r.addMean("critic_loss", losses.Q1+losses.Q2)
	if !math.IsNaN(losses.Actor) { // the policy was updated
		r.addMean("actor_loss", losses.Actor)
	}
}

// evaluate runs the noise-free episodes and writes a row of results.
func (r *Run) evaluate(ctx context.Context) error {
	ev, err := r.evaluatePolicy(ctx, r.Config.EvalEpisodes, fmt.Sprintf("evaluation/%d", r.step))
	if err != nil {
		return err
	}
	ev.Step = r.step
	r.evalDue = false
	r.Evaluations = append(r.Evaluations, ev)
	if r.Best == nil || ev.Mean > r.Best.Mean {
		r.Best = ev
		r.bestPolicy, r.bestUnsaved = r.policyFile(), true
	}
	r.files.addEvaluation(r, ev)
	if err := r.files.flush(false); err != nil {
		r.report(Warned, err.Error())
	}
	r.report(Evaluated, "")
	r.warnSaturated()
	clear(r.sums)
	return nil
}

// warnSaturated says once in a row of evaluations that a policy can hardly
// learn any more.
func (r *Run) warnSaturated() {
	n := len(r.Evaluations)
	if !r.Evaluations[n-1].saturated || n > 1 && r.Evaluations[n-2].saturated {
		return
	}
	r.report(Warned, fmt.Sprintf("step %d: every action of the evaluation lay at a limit. tanh has next to no gradient there, and the policy may stay as it is; a lower actor_rate (now %g) prevents it", r.step, r.Config.actorRate()))
}

// Evaluate runs n noise-free episodes with the run's policy as it is now. It
// changes nothing in the run; every call sees the same initial states.
func (r *Run) Evaluate(ctx context.Context, n int) (*Evaluation, error) {
	ev, err := r.evaluatePolicy(ctx, n, "evaluate")
	if err == nil {
		ev.Step = r.step
	}
	return ev, err
}

// evaluatePolicy gives stochastic codings streams of their own meanwhile: an
// evaluation depends on weights, seed and name alone and shifts no number that
// training draws.
func (r *Run) evaluatePolicy(ctx context.Context, n int, name string) (*Evaluation, error) {
	restore, err := borrowStreams(r.Learner, r.Config.Seed, name)
	if err != nil {
		return nil, err
	}
	ev, err := r.eval.run(ctx, r.bound.of(r.Learner), n, r.Config.Seed, name)
	return ev, errors.Join(err, restore())
}

func borrowStreams(l Learner, seed uint64, name string) (restore func() error, err error) {
	type saved struct {
		stream *rng.Stream
		state  []byte
	}
	var all []saved
	for _, t := range l.Tensors() {
		if t.Stream == nil {
			continue
		}
		state, err := t.Stream.MarshalBinary()
		if err != nil {
			return nil, err
		}
		all = append(all, saved{t.Stream, state})
		own, err := rng.New(seed, name+"/"+t.Name).MarshalBinary()
		if err != nil {
			return nil, err
		}
		if err := t.Stream.UnmarshalBinary(own); err != nil {
			return nil, err
		}
	}
	return func() error {
		var errs []error
		for _, s := range all {
			errs = append(errs, s.stream.UnmarshalBinary(s.state))
		}
		return errors.Join(errs...)
	}, nil
}
