package experiment

import (
	"context"
	"math"
	"strings"
	"testing"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/rng"
)

// uneven is a task of a user with bounds of its own in each dimension; it
// notes the least and the largest action of each, and never ends an episode.
type uneven struct {
	low, high   []float64
	least, most []float64
	limit       int
}

func (u *uneven) Spec() env.Spec {
	return env.Spec{Name: "uneven", ObsDim: 2, ActDim: len(u.low), ActLow: u.low, ActHigh: u.high, MaxSteps: u.limit}
}

func (u *uneven) Reset(obs []float64, r *rng.Stream) error {
	obs[0], obs[1] = r.Uniform(-1, 1), 0
	return nil
}

func (u *uneven) Step(obs, action []float64) (env.Result, error) {
	reward := 0.0
	for d, a := range action {
		u.least[d], u.most[d] = min(u.least[d], a), max(u.most[d], a)
		reward -= (a - u.high[d]) * (a - u.high[d]) // best at the upper bound
	}
	obs[0], obs[1] = -obs[0], obs[1]+0.01
	return env.Result{Reward: reward}, nil
}

func (u *uneven) Close() error { return nil }

func newUneven(low, high []float64) *uneven {
	u := &uneven{low: low, high: high, limit: 20}
	for range low {
		u.least, u.most = append(u.least, math.Inf(1)), append(u.most, math.Inf(-1))
	}
	return u
}

// TestActionsFillTheirBounds: whatever a task's bounds are, actions stay within
// them and reach all of them, in training, evaluation and use.
func TestActionsFillTheirBounds(t *testing.T) {
	for _, b := range [][2][]float64{{{0, 0}, {1, 1}}, {{1, -3}, {2, 5}}, {{-1, -0.1}, {1, 0.1}}, {{-2}, {2}}} {
		low, high := b[0], b[1]
		var made []*uneven
		parts := Parts{NewEnv: func() (env.Env, error) {
			made = append(made, newUneven(low, high))
			return made[len(made)-1], nil
		}}
		c := tiny("")
		c.Dir, c.ActorRate, c.Actor = "", 3e-3, "dan"
		r, err := New(c, parts)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Train(context.Background()); err != nil {
			t.Fatal(err)
		}
		for _, u := range made {
			for d := range low {
				if u.least[d] < low[d] || u.most[d] > high[d] {
					t.Errorf("bounds %v to %v: actions %v to %v", low, high, u.least, u.most)
				}
			}
		}
		span := made[0] // which has seen the random phase
		act := r.Actor().Act([]float64{0.5, 0})
		for d := range low {
			half := (high[d] - low[d]) / 2
			if span.most[d]-span.least[d] < 1.8*half {
				t.Errorf("bounds %v to %v: training tried %v to %v only", low, high, span.least, span.most)
			}
			if act[d] < low[d]+1.5*half || act[d] > high[d] {
				t.Errorf("bounds %v to %v: learnt %v, the best is at the upper bounds", low, high, act)
			}
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestUnfinishedTasksAreRefused: each with a sentence that says what to mend.
func TestUnfinishedTasksAreRefused(t *testing.T) {
	for name, u := range map[string]*uneven{
		"no interval":    newUneven([]float64{1}, []float64{1}),
		"0 in an action": newUneven(nil, nil),
		"no interval ":   newUneven([]float64{math.NaN()}, []float64{1}),
		"1 upper bound":  {low: []float64{0, 0}, high: []float64{1}},
	} {
		_, err := New(tiny(t.TempDir()), Parts{NewEnv: func() (env.Env, error) { return u, nil }})
		if err == nil || !strings.Contains(err.Error(), strings.TrimSpace(name)) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, err := New(tiny(t.TempDir()), Parts{NewEnv: func() (env.Env, error) { return nil, nil }}); err == nil || !strings.Contains(err.Error(), "NewEnv returned no task") {
		t.Errorf("nil: %v", err)
	}
	shared := newUneven([]float64{-1}, []float64{1})
	r, err := New(tiny(t.TempDir()), Parts{NewEnv: func() (env.Env, error) { return shared, nil }})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Train(context.Background()); err == nil || !strings.Contains(err.Error(), "make a new one each time") {
		t.Errorf("a shared instance: %v", err)
	}
}
