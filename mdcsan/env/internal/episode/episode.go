// Package episode keeps the rules that every task shares: the time limit,
// "Reset after the end", and the checks of what a caller hands in. A task
// holds an Episode and stays free of bookkeeping.
package episode

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"gomdcsan/mdcsan/env"
)

// phase is where an episode stands.
type phase byte

const (
	fresh   phase = iota // never reset
	running              // Step may be called
	ended                // terminated, truncated or diverged
)

// StateSize is the length of what AppendState appends.
const StateSize = 9

// Episode counts the steps of an episode. The zero value with a name and the
// sizes set waits for the first Reset.
type Episode struct {
	name           string
	obsDim, actDim int
	max            int // time limit in environment steps; 0 is none
	steps          int
	phase          phase
}

// New returns the bookkeeping of one instance of the task.
func New(s env.Spec) Episode {
	return Episode{name: s.Name, obsDim: s.ObsDim, actDim: s.ActDim, max: s.MaxSteps}
}

// Steps is the number of steps taken in this episode.
func (e *Episode) Steps() int { return e.steps }

// Limit is the time limit in environment steps; 0 is none.
func (e *Episode) Limit() int { return e.max }

// Begun reports whether there has been an episode.
func (e *Episode) Begun() bool { return e.phase != fresh }

// CheckReset says whether Reset may go on, before anything changes.
func (e *Episode) CheckReset(obs []float64) error { return e.checkObs(obs) }

// Begin starts an episode.
func (e *Episode) Begin() { e.steps, e.phase = 0, running }

// CheckStep says whether a step may go on, before anything changes.
func (e *Episode) CheckStep(obs, action []float64) error {
	switch {
	case e.phase == fresh:
		return fmt.Errorf("%s: Step before the first Reset: %w", e.name, env.ErrNeedsReset)
	case e.phase == ended:
		return fmt.Errorf("%s: Step after the end of the episode: %w", e.name, env.ErrNeedsReset)
	case len(action) != e.actDim:
		return fmt.Errorf("%s: the action has %d numbers, the task takes %d", e.name, len(action), e.actDim)
	}
	for i, a := range action {
		if math.IsNaN(a) || math.IsInf(a, 0) {
			return fmt.Errorf("%s: %w: number %d of the action is %v (step %d); the policy or its input has gone wrong", e.name, env.ErrBadAction, i, a, e.steps)
		}
	}
	return e.checkObs(obs)
}

func (e *Episode) checkObs(obs []float64) error {
	if len(obs) != e.obsDim {
		return fmt.Errorf("%s: the slice for the observation has length %d, the task writes %d numbers", e.name, len(obs), e.obsDim)
	}
	return nil
}

// Tick counts a step and reports whether the time limit truncates the episode
// there; a terminal state is never also truncated (gym's TimeLimit).
func (e *Episode) Tick(terminated bool) (truncated bool) {
	e.steps++
	truncated = !terminated && e.max > 0 && e.steps >= e.max
	if terminated || truncated {
		e.phase = ended
	}
	return truncated
}

// Abort ends the episode after an error: the next call must be Reset.
func (e *Episode) Abort() { e.phase = ended }

// AppendState appends the episode's state to dst.
func (e *Episode) AppendState(dst []byte) []byte {
	dst = binary.LittleEndian.AppendUint64(dst, uint64(e.steps))
	return append(dst, byte(e.phase))
}

// ParseState reads what AppendState wrote and returns the episode in that
// state and the bytes that follow; e itself stays as it is.
func (e *Episode) ParseState(state []byte) (restored Episode, rest []byte, err error) {
	if len(state) < StateSize {
		return *e, nil, errors.New("too short to hold an episode")
	}
	steps, p := binary.LittleEndian.Uint64(state), phase(state[8])
	if p > ended || steps > math.MaxInt32 || (p == fresh && steps != 0) {
		return *e, nil, errors.New("no state of an episode")
	}
	restored = *e
	restored.steps, restored.phase = int(steps), p
	return restored, state[StateSize:], nil
}
