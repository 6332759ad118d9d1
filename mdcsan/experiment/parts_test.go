package experiment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/pendulum"
	"gomdcsan/mdcsan/nn"
	"gomdcsan/mdcsan/rng"
	"gomdcsan/mdcsan/snn"
	"gomdcsan/mdcsan/td3"
)

// shaky is a task of a user: no snapshots, and a simulation that blows up in
// the seventh step of each third episode.
type shaky struct {
	*pendulum.Pendulum
	episode, step int
	fault         error
}

func (s *shaky) Reset(obs []float64, r *rng.Stream) error {
	s.episode++
	s.step = 0
	return s.Pendulum.Reset(obs, r)
}

func (s *shaky) Step(obs, action []float64) (env.Result, error) {
	if s.step++; s.step == 7 && s.episode%3 == 0 {
		return env.Result{}, fmt.Errorf("shaky: %w", s.fault)
	}
	return s.Pendulum.Step(obs, action)
}

// only hides all methods of a task but those of env.Env.
type only struct{ env.Env }

func TestDivergenceEndsTheEpisode(t *testing.T) {
	c := tiny(t.TempDir())
	parts := Parts{NewEnv: func() (env.Env, error) { return only{&shaky{Pendulum: pendulum.New(), fault: env.ErrDiverged}}, nil }}
	r, err := New(c, parts)
	if err != nil {
		t.Fatal(err)
	}
	warnings := 0
	err = r.Train(&countdown{context.Background(), 2000}, func(p Progress) {
		if p.Kind == Warned {
			warnings++
			if !strings.Contains(p.Message, "diverged") {
				t.Error(p.Message)
			}
		}
	})
	var stop *InterruptedError
	if err != nil && !errors.As(err, &stop) {
		t.Fatal(err)
	}
	if r.buffer.Len() != r.step-warnings && r.buffer.Len() != c.Replay || warnings == 0 {
		t.Errorf("%d transitions after %d steps with %d divergences", r.buffer.Len(), r.step, warnings)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	// Without snapshots the run goes on, in a new episode.
	if r, err = Resume(c.Dir, c.Steps+50, parts); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(r.Train(context.Background()), r.Close()); err != nil || r.Step() != c.Steps+50 {
		t.Errorf("resumed to step %d: %v", r.Step(), err)
	}
}

func TestOtherFaultsStopTheRun(t *testing.T) {
	fault := errors.New("cable cut")
	r, err := New(tiny(""), Parts{NewEnv: func() (env.Env, error) { return &shaky{Pendulum: pendulum.New(), fault: fault}, nil }})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := r.Train(context.Background()); !errors.Is(err, fault) || !strings.Contains(err.Error(), "step 407") {
		t.Errorf("%v", err)
	}
}

// A user's own actor trains, and is saved and loaded with its run.
func TestOwnActor(t *testing.T) {
	parts := Parts{Actor: func(s env.Spec) (td3.Learner, td3.Actor, error) {
		a, err := nn.NewDeepActor(s.ObsDim, s.ActDim, []int{7}, float32(s.ActHigh[0]), 3)
		if err != nil {
			return nil, nil, err
		}
		return a, a.Clone("target"), nil
	}}
	c := tiny(t.TempDir())
	r, err := New(c, parts)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(r.Train(context.Background()), r.Close()); err != nil {
		t.Fatal(err)
	}
	a, err := LoadActor(c.Dir+"/"+latestName, parts)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := a.ParamCount(), 3*7+7+7+1; got != want {
		t.Errorf("%d parameters, want %d", got, want)
	}
	obs := []float64{1, 0, 1}
	if x, y := a.Act(obs), r.Actor().Act(obs); x[0] != y[0] {
		t.Errorf("%v, trained %v", x, y)
	}
	if _, err := LoadActor(c.Dir, Parts{}); err == nil {
		t.Error("loaded without its part")
	}
}

func TestActorFromInside(t *testing.T) {
	ctx := context.Background()
	c := tiny("")
	c.Coding = "pop"
	a, err := NewActor(c, pendulum.Spec(), Parts{})
	if err != nil {
		t.Fatal(err)
	}
	tr, err := a.Rollout(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, x := range tr.Rewards {
		sum += x
	}
	if len(tr.Obs) != 201 || len(tr.Actions) != 200 || math.Abs(sum-tr.Return) > 1e-9 || len(tr.Obs[0]) != 3 {
		t.Errorf("%d observations, %d actions, return %v, sum %v", len(tr.Obs), len(tr.Actions), tr.Return, sum)
	}
	rates, err := a.FiringRates(tr.Obs)
	if err != nil || len(rates) != 3 || len(rates[0]) != 16 || len(rates[2]) != 3 {
		t.Fatalf("%v %v", rates, err)
	}
	for _, layer := range rates {
		for _, x := range layer {
			if x < 0 || x > 1 {
				t.Errorf("firing rate %v", x)
			}
		}
	}
	mean, std, err := a.ReceptiveFields()
	if err != nil || len(mean) != 3 || len(mean[0]) != 4 || mean[1][0] != -3 || mean[1][3] != 3 || math.Abs(std[2][1]-math.Sqrt(0.15)) > 1e-6 {
		t.Errorf("%v %v %v", mean, std, err)
	}
	c.Actor = "dan"
	dan, err := NewActor(c, pendulum.Spec(), Parts{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dan.Record(tr.Obs[0]); err == nil || !strings.Contains(err.Error(), "no spiking layers") {
		t.Errorf("spikes of a DAN: %v", err)
	}
	if _, _, err := dan.ReceptiveFields(); err == nil {
		t.Error("receptive fields of a DAN")
	}
}

// The batched evaluation gives what single episodes give.
func TestBatchedEvaluation(t *testing.T) {
	c := tiny("")
	c.Coding = "pop"
	a, err := NewActor(c, pendulum.Spec(), Parts{})
	if err != nil {
		t.Fatal(err)
	}
	ev, err := a.Evaluate(context.Background(), 3, 9)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range ev.Returns {
		tr, err := Rollout(context.Background(), pendulum.New(), a.Act, rng.New(9, fmt.Sprintf("evaluate/%d", i)))
		if err != nil {
			t.Fatal(err)
		}
		// Sums in other orders may move a spike; the first episodes of an
		// untrained network are far from that.
		if math.Abs(tr.Return-want) > 1e-6*math.Abs(want) {
			t.Errorf("episode %d: %v alone, %v in the batch", i, tr.Return, want)
		}
	}
	if _, err := a.Evaluate(context.Background(), 0, 0); err == nil {
		t.Error("no episodes are no error")
	}
}

// counter is a task whose observation and reward are the number of its
// instance, and whose episodes last that many steps.
type counter struct{ id, step int }

func (c *counter) Spec() env.Spec {
	return env.Spec{Name: "counter", ObsDim: 1, ActDim: 1, ActLow: []float64{-1e9}, ActHigh: []float64{1e9}}
}
func (c *counter) Close() error { return nil }

func (c *counter) Reset(obs []float64, _ *rng.Stream) error {
	obs[0], c.step = float64(c.id), 0
	return nil
}

func (c *counter) Step(obs, action []float64) (env.Result, error) {
	if action[0] != float64(c.id) {
		return env.Result{}, fmt.Errorf("task %d got the action for %v", c.id, action[0])
	}
	c.step++
	obs[0] = float64(c.id)
	return env.Result{Reward: float64(c.id), Terminated: c.step == c.id}, nil
}

// echo answers each observation with itself.
type echo struct{ passes, rows int }

func (e *echo) ActBatch(dst, obs []float32, n int) {
	e.passes++
	e.rows += n
	copy(dst, obs[:n])
}

// Episodes that end leave the batch; the others keep their own actions.
func TestBatchShrinks(t *testing.T) {
	made := 0
	lengths := []int{4, 1, 3, 1, 6}
	p := &echo{}
	ev, err := Evaluate(context.Background(), func() (env.Env, error) {
		made++
		return &counter{id: lengths[made-1]}, nil
	}, p, len(lengths), 0)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(ev.Returns) != "[16 1 9 1 36]" || fmt.Sprint(ev.Lengths) != "[4 1 3 1 6]" || p.passes != 6 || p.rows != 15 {
		t.Errorf("%+v, %+v", ev, p)
	}
}

// TestOldPolicy: a policy of November 2026, format 1, is read and acts as it
// did. When the format changes, this file stays and another joins it.
func TestOldPolicy(t *testing.T) {
	a, err := LoadActor("testdata/policy-v1.ckpt", Parts{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ obs, want []float64 }{
		{[]float64{1, 0, 0.5}, []float64{1.19201910}},
		{[]float64{-0.6, 0.8, -3}, []float64{0.66060203}},
		{[]float64{0.6, -0.8, 4}, []float64{0.20141271}},
	} {
		// Other processors sum in another order.
		if got := a.Act(c.obs); math.Abs(got[0]-c.want[0]) > 1e-5 {
			t.Errorf("the action for %v is %.8g, want %.8g", c.obs, got[0], c.want[0])
		}
	}
}

// silent neurons never fire.
type silent struct{}

func (silent) Params() []*nn.Param    { return nil }
func (silent) Forward(*snn.Activity)  {}
func (silent) Backward(*snn.Activity) {}

// Manifest and policy say which parts were the user's; without them resuming,
// loading and a saved copy are refused with the call that takes them.
func TestOwnPartsAreNamed(t *testing.T) {
	parts := Parts{Net: snn.Parts{Neuron: func(int, int) snn.Neuron { return silent{} }}, NewEnv: func() (env.Env, error) { return pendulum.New(), nil }}
	c := tiny(t.TempDir())
	r, err := New(c, parts)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(r.Train(context.Background()), r.Close()); err != nil {
		t.Fatal(err)
	}
	if m, err := ReadManifest(c.Dir); err != nil || !slices.Equal(m.Parts, []string{"task", "neuron"}) {
		t.Errorf("%v %v", m, err)
	}
	if _, err := Resume(c.Dir, 0, Parts{}); err == nil || !strings.Contains(err.Error(), "(task, neuron)") || !strings.Contains(err.Error(), "mdcsan.ResumeWith") {
		t.Errorf("resume: %v", err)
	}
	a, err := LoadActor(c.Dir, parts)
	if err != nil {
		t.Fatal(err)
	}
	saved := filepath.Join(t.TempDir(), "a.ckpt")
	if err := a.Save(saved); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{c.Dir, saved, filepath.Join(c.Dir, latestName)} {
		if _, err := LoadActor(path, Parts{}); err == nil || !strings.Contains(err.Error(), "(neuron)") || !strings.Contains(err.Error(), "mdcsan.LoadWith") {
			t.Errorf("load %s: %v", path, err)
		}
		if _, err := LoadActor(path, parts); err != nil {
			t.Errorf("load %s with its part: %v", path, err)
		}
	}
}
