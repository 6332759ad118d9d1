package experiment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/rng"
)

// walled is a task of a user whose actions have bounds of their own; its
// reward is best at target. It refuses what lies outside its bounds.
type walled struct {
	low, high, target []float64
	step              int
}

func (w *walled) Spec() env.Spec {
	return env.Spec{Name: "walled", ObsDim: 2, ActDim: len(w.low), ActLow: w.low, ActHigh: w.high, MaxSteps: 20, Dt: 1}
}

func (w *walled) Reset(obs []float64, r *rng.Stream) error {
	w.step = 0
	obs[0], obs[1] = r.Uniform(-1, 1), 1
	return nil
}

func (w *walled) Step(obs, action []float64) (env.Result, error) {
	w.step++
	res := env.Result{Truncated: w.step == 20}
	for d, a := range action {
		if !(a >= w.low[d] && a <= w.high[d]) {
			return res, fmt.Errorf("action %d is %v, outside of [%v, %v]", d, a, w.low[d], w.high[d])
		}
		res.Reward -= math.Abs(a-w.target[d]) / (w.high[d] - w.low[d])
	}
	obs[0] *= 0.9
	return res, nil
}

func (w *walled) Close() error { return nil }

// Actors of every kind keep to the bounds of each dimension, and reach targets
// near them.
func TestBoundsPerDimension(t *testing.T) {
	for _, actor := range []string{"dan", "popdan", "mdcsan"} {
		w := walled{low: []float64{0, 1, -0.4, -3}, high: []float64{1, 2, 0.4, 0.1}, target: []float64{0.9, 1.8, 0.3, -0.2}}
		c := tiny("")
		c.Actor, c.Coding, c.Hidden, c.CriticHidden = actor, "pop", []int{16}, []int{16}
		c.ActorRate, c.CriticRate, c.Steps, c.StartSteps, c.UpdateAfter = 5e-3, 5e-3, 1500, 200, 200
		r, err := New(c, Parts{NewEnv: func() (env.Env, error) { w := w; return &w, nil }})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(r.Train(context.Background()), r.Close()); err != nil {
			t.Fatalf("%s: %v", actor, err)
		}
		first, last := r.Evaluations[0], r.Best
		act := r.Actor().Act([]float64{0, 1})
		t.Logf("%s: %.1f, then %.1f; action %.2f", actor, first.Mean, last.Mean, act)
		for d, a := range act {
			if math.Abs(a-w.target[d]) > 0.35*(w.high[d]-w.low[d]) {
				t.Errorf("%s: action %d is %.2f, want near %.2f", actor, d, a, w.target[d])
			}
		}
	}
}
