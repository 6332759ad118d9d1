package experiment

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/replay"
	"gomdcsan/mdcsan/rng"
)

// faulty is a task that goes wrong from some step on.
type faulty struct {
	*uneven
	spoilt     func(obs []float64, res *env.Result)
	from, step int // over all episodes
}

func (f *faulty) Reset(obs []float64, r *rng.Stream) error {
	err := f.uneven.Reset(obs, r)
	if f.from == 0 {
		f.spoilt(obs, &env.Result{})
	}
	return err
}

func (f *faulty) Step(obs, action []float64) (env.Result, error) {
	res, err := f.uneven.Step(obs, action)
	if f.step++; f.step >= f.from && f.from > 0 {
		f.spoilt(obs, &res)
	}
	return res, err
}

// TestNumbersThatAreNone: a task that gives NaN or infinities ends the run, in
// training and in evaluations, with its name and the place.
func TestNumbersThatAreNone(t *testing.T) {
	nan := func(obs []float64, _ *env.Result) { obs[1] = math.NaN() }
	reward := func(_ []float64, res *env.Result) { res.Reward = math.Inf(-1) }
	for _, c := range []struct {
		name           string
		spoilt         func([]float64, *env.Result)
		training, eval int // from which step; -1: never
		want           []string
	}{
		{"observations in training", nan, 7, -1, []string{"step 7 of uneven", "next observation[1] is NaN"}},
		{"reward in training", reward, 7, -1, []string{"step 7 of uneven", "reward is -Inf"}},
		{"observations in evaluation", nan, -1, 7, []string{"evaluate", "step 7", "uneven observed NaN as number 1"}},
		{"reward in evaluation", reward, -1, 7, []string{"evaluate", "step 7", "uneven gave a reward of -Inf"}},
		{"Reset in evaluation", nan, -1, 0, []string{"evaluate", "Reset", "uneven observed NaN as number 1"}},
	} {
		made := 0
		parts := Parts{NewEnv: func() (env.Env, error) {
			f := &faulty{uneven: newUneven([]float64{-1}, []float64{1}), spoilt: c.spoilt, from: c.training}
			if made++; made > 1 {
				f.from = c.eval
			}
			return f, nil
		}}
		r, err := New(tiny(""), parts)
		if err != nil {
			t.Fatal(err)
		}
		err = r.Train(context.Background())
		if !errors.Is(err, replay.ErrNotFinite) {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", c.name, err, want)
			}
		}
	}
}

// TestSpecsThatChange: instances of one task must not differ.
func TestSpecsThatChange(t *testing.T) {
	made := 0
	r, err := New(tiny(""), Parts{NewEnv: func() (env.Env, error) {
		made++
		u := newUneven([]float64{-1}, []float64{1})
		u.limit += made
		return u, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Train(context.Background()); err == nil || !strings.Contains(err.Error(), "all must be of one task") {
		t.Errorf("%v", err)
	}
}
