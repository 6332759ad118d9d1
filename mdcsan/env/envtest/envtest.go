// Package envtest holds the contract of env.Env as a suite that every task
// passes, its own and a stranger's.
//
//	func TestContract(t *testing.T) {
//		envtest.Run(t, func(maxSteps int) (env.Env, error) { return New(maxSteps), nil })
//	}
//
// Every Case carries the sentence of the contract that it checks, and returns
// an error instead of failing a test, so that the suite itself can be tested
// against environments that break one sentence each.
package envtest

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/rng"
)

// Factory makes a new instance whose episodes last maxSteps; 0 is the task's
// own limit, a negative number none.
type Factory func(maxSteps int) (env.Env, error)

// Case is one sentence of the contract.
type Case struct {
	Name     string
	Sentence string
	Check    func(Factory) error
}

// Run checks every case on the environments that f makes.
func Run(t *testing.T, f Factory) {
	t.Helper()
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) {
			if err := c.Check(f); err != nil {
				t.Errorf("%v\nthe contract: %s", err, c.Sentence)
			}
		})
	}
}

// Cases returns the contract.
func Cases() []Case {
	return []Case{
		{"Spec", "Spec names the task, states positive sizes and one finite bound per action dimension, and stays the same whatever the caller does to its copy.", checkSpec},
		{"Observation", "Reset and Step write every number of the observation, all finite.", checkObservation},
		{"BeforeReset", "Step before the first Reset is an error that wraps ErrNeedsReset.", checkBeforeReset},
		{"Lengths", "A slice of the wrong length is refused with an error and changes nothing.", checkLengths},
		{"NonFiniteAction", "A non-finite action is refused with an error that wraps ErrBadAction and changes nothing.", checkNonFinite},
		{"ActionKept", "The caller's action is not modified, and one beyond the bounds is taken.", checkActionKept},
		{"Deterministic", "The same seed and the same actions give the same bits in every instance, also when instances take turns.", checkDeterministic},
		{"Seeded", "Different seeds start different episodes, and Reset draws anew from a stream that goes on.", checkSeeded},
		{"TimeLimit", "The time limit truncates exactly at its step, and a step is never both terminated and truncated.", checkTimeLimit},
		{"AfterEnd", "After an episode's end Step is an error that wraps ErrNeedsReset, until Reset.", checkAfterEnd},
		{"ResetForgets", "Reset leaves nothing of the episode before it: a used instance and a new one go on with the same bits.", checkResetForgets},
		{"Snapshot", "A saved state, restored in the same or another instance, goes on to the same bits, also at an episode's end.", checkSnapshot},
		{"BadState", "A shortened, lengthened or foreign state is refused with an error and changes nothing.", checkBadState},
		{"NoAllocation", "A step does not allocate.", checkNoAllocation},
		{"Close", "Close may be called twice.", checkClose},
	}
}

// player drives an environment with a fixed sequence of actions.
type player struct {
	env.Env
	obs, act []float64
	actions  *rng.Stream
}

func newPlayer(f Factory, maxSteps int) (*player, error) {
	e, err := f(maxSteps)
	if err != nil {
		return nil, fmt.Errorf("making the environment: %w", err)
	}
	s := e.Spec()
	return &player{e, make([]float64, s.ObsDim), make([]float64, s.ActDim), rng.New(7, "actions")}, nil
}

func (p *player) reset(seed uint64) error { return p.Reset(p.obs, rng.New(seed, "env")) }

// step draws an action within the bounds and applies it.
func (p *player) step() (env.Result, error) {
	s := p.Spec()
	for i := range p.act {
		p.act[i] = p.actions.Uniform(s.ActLow[i], s.ActHigh[i])
	}
	return p.Step(p.obs, p.act)
}

// sameAs compares the next n steps of two players, bit for bit. Episodes that
// end are reset with the same seed.
func (p *player) sameAs(q *player, n int) error {
	for k := range n {
		rp, errp := p.step()
		rq, errq := q.step()
		if errp != nil || errq != nil {
			return fmt.Errorf("step %d: %w", k, errors.Join(errp, errq))
		}
		if rp != rq || !sameBits(p.obs, q.obs) {
			return fmt.Errorf("step %d differs: %v %v against %v %v", k, rp, p.obs, rq, q.obs)
		}
		if rp.Done() {
			if err := errors.Join(p.reset(uint64(k)), q.reset(uint64(k))); err != nil {
				return err
			}
		}
	}
	return nil
}

// pair returns two instances reset with one seed and played n steps.
func pair(f Factory, n int) (p, q *player, err error) {
	if p, err = newPlayer(f, 0); err != nil {
		return nil, nil, err
	}
	if q, err = newPlayer(f, 0); err != nil {
		return nil, nil, err
	}
	if err := errors.Join(p.reset(1), q.reset(1)); err != nil {
		return nil, nil, err
	}
	return p, q, p.sameAs(q, n)
}

func sameBits(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
}

func finite(x []float64) bool {
	return !slices.ContainsFunc(x, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
}
