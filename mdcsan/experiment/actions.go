package experiment

import (
	"fmt"
	"math"
	"slices"

	"gomdcsan/mdcsan/env"
)

// actions says how a network's outputs become a task's actions. Where a task
// has the same bounds -L to L in every dimension, as the paper's, outputs are
// actions. Elsewhere networks, noise and replay buffer know numbers from -1 to
// 1, and each dimension is stretched to its bounds on the way to the task.
type actions struct {
	limit     float64   // of an output's size
	mid, half []float64 // of each dimension's bounds; nil where outputs are actions
}

func actionsOf(s env.Spec) actions {
	limit := s.ActHigh[0]
	a, stretch := actions{limit: 1}, false
	for d, high := range s.ActHigh {
		low := s.ActLow[d]
		stretch = stretch || high != limit || low != -limit
		a.mid, a.half = append(a.mid, (high+low)/2), append(a.half, (high-low)/2)
	}
	if !stretch {
		return actions{limit: limit}
	}
	return a
}

// apply turns outputs into actions, one or more in a row.
func (a actions) apply(act []float64) {
	if a.mid == nil {
		return
	}
	m := len(a.mid)
	for i, x := range act {
		d := i % m
		act[i] = a.mid[d] + a.half[d]*x
	}
}

// keepWithin moves an action that rounding has led beyond the task's bounds
// onto them: a bound such as 0.1 lies lower in float64 than in float32.
func keepWithin(s env.Spec, act []float64) {
	for d, x := range act {
		act[d] = max(s.ActLow[d], min(x, s.ActHigh[d]))
	}
}

// of returns a policy whose actions are the task's, from one of outputs.
func (a actions) of(p Policy) Policy {
	if a.mid == nil {
		return p
	}
	return stretched{p, a}
}

type stretched struct {
	Policy
	actions actions
}

func (s stretched) ActBatch(dst, obs []float32, n int) {
	s.Policy.ActBatch(dst, obs, n)
	act := make([]float64, n*len(s.actions.mid))
	toFloat64(act, dst)
	s.actions.apply(act)
	toFloat32(dst, act)
}

// outputs is the task as networks see it: bounds of -limit to limit.
func (a actions) outputs(s env.Spec) env.Spec {
	if a.mid != nil {
		s.ActLow, s.ActHigh = slices.Repeat([]float64{-a.limit}, s.ActDim), slices.Repeat([]float64{a.limit}, s.ActDim)
	}
	return s
}

// checkSpec refuses a task that nothing can be trained on, such as one of one's
// own that is not finished.
func checkSpec(s env.Spec) error {
	switch {
	case s.ObsDim < 1 || s.ActDim < 1:
		return fmt.Errorf("experiment: task %q has %d numbers in an observation and %d in an action; both must be at least 1", s.Name, s.ObsDim, s.ActDim)
	case len(s.ActLow) != s.ActDim || len(s.ActHigh) != s.ActDim:
		return fmt.Errorf("experiment: task %q has %d actions, but %d lower and %d upper bounds (Spec.ActLow, ActHigh)", s.Name, s.ActDim, len(s.ActLow), len(s.ActHigh))
	case s.MaxSteps < 0:
		return fmt.Errorf("experiment: task %q has a time limit of %d steps (Spec.MaxSteps); 0 is none", s.Name, s.MaxSteps)
	}
	for d, low := range s.ActLow {
		if high := s.ActHigh[d]; !(low < high) || math.IsInf(high-low, 0) {
			return fmt.Errorf("experiment: task %q: action %d is to lie in [%g, %g], which is no interval", s.Name, d, low, high)
		}
	}
	return nil
}
