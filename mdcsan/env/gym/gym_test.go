package gym_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/batch"
	"gomdcsan/mdcsan/env/envtest"
	"gomdcsan/mdcsan/env/gym"
	"gomdcsan/mdcsan/env/gym/gymtest"
	"gomdcsan/mdcsan/rng"
)

func needGymnasium(t testing.TB) (python string) {
	t.Helper()
	return gymtest.Python(t, "gymnasium", "mujoco", "Box2D")
}

func open(t testing.TB, name string, o gym.Options) env.Vector {
	t.Helper()
	e, err := gym.New(name, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// TestContract runs the contract of env.Env on Gymnasium's own environments, on
// one whose state can be had, and on instances that share a Python.
func TestContract(t *testing.T) {
	needGymnasium(t)
	if testing.Short() {
		t.Skip("some sixty starts of Python")
	}
	for _, name := range []string{"gym:trials:Point-v0", "gym:Hopper-v5", "gym:Humanoid-v5", "gym:Ant-v5", "gym:Reacher-v5"} {
		t.Run(name, func(t *testing.T) {
			first := map[int]env.Vector{}
			envtest.Run(t, func(maxSteps int) (env.Env, error) {
				if first[maxSteps] == nil {
					first[maxSteps] = open(t, name, gym.Options{MaxSteps: maxSteps})
				}
				return first[maxSteps].Another()
			})
		})
	}
	for _, name := range []string{"gym:trials:Plain-v0", "gym:MountainCarContinuous-v0", "gym:BipedalWalker-v3"} {
		t.Run(name, func(t *testing.T) {
			for _, c := range envtest.Cases() {
				if c.Name == "Snapshot" || c.Name == "BadState" {
					continue // no state
				}
				t.Run(c.Name, func(t *testing.T) {
					if err := c.Check(func(maxSteps int) (env.Env, error) { return gym.New(name, gym.Options{MaxSteps: maxSteps}) }); err != nil {
						t.Errorf("%v\nthe contract: %s", err, c.Sentence)
					}
				})
			}
			if _, ok := env.Env(open(t, name, gym.Options{})).(env.Snapshotter); ok {
				t.Error("an environment without get_state is a Snapshotter")
			}
		})
	}
}

func TestSpec(t *testing.T) {
	needGymnasium(t)
	s := open(t, "gym:trials:Point-v0", gym.Options{}).Spec()
	if s.Name != "gym:trials:Point-v0" || s.ObsDim != 4 || s.ActDim != 2 || s.MaxSteps != 50 ||
		!slices.Equal(s.ActLow, []float64{-1, 0}) || !slices.Equal(s.ActHigh, []float64{1, 4}) {
		t.Errorf("%+v", s)
	}
	if s, err := gym.Lookup("gym:Hopper-v5?frame_skip=5&terminate_when_unhealthy=false", gym.Options{}); err != nil || s.Dt != 0.01 || s.MaxSteps != 1000 {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err := gym.Lookup("gym:trials:Idle-v0?max_episode_steps=30", gym.Options{}); err != nil || s.MaxSteps != 30 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestRefused(t *testing.T) {
	python := needGymnasium(t)
	for _, c := range []struct {
		name, python, want string
		is                 error
	}{
		{"gym:Hoper-v5", python, "Did you mean", env.ErrUnknownTask},
		{"gym:", python, "an id of Gymnasium is to follow", env.ErrUnknownTask},
		{"gym:no_such_module:Arm-v0", python, "no_such_module", nil},
		{"gym:CartPole-v1", python, "its action space is Discrete(2); it must be a Box", nil},
		{"gym:trials:Spaces-v0?observation=Dict(a=Box(0,1))", python, "FlattenObservation", nil},
		{"gym:trials:Spaces-v0?action=Box(-np.inf,1,(1,))", python, "has no bounds", nil},
		{"gym:Hopper-v5?frame_skp=3", python, "frame_skp", nil},
		{"gym:Hopper-v5?frame_skip", python, "write name=value", nil},
		{"gym:Hopper-v5", "no-such-python", "no-such-python does not start", env.ErrUnavailable},
		{"gym:Hopper-v5", withoutGymnasium(t, python), "-m pip install gymnasium", env.ErrUnavailable},
	} {
		e, err := gym.New(c.name, gym.Options{Python: c.python})
		if err == nil {
			t.Errorf("%s was made: %+v", c.name, e.Spec())
		} else if !strings.Contains(err.Error(), c.want) || c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%s: the error lacks %q (and is to be %v): %v", c.name, c.want, c.is, err)
		}
	}
	t.Setenv("GOMDCSAN_GYM_TIMEOUT", "soon")
	if _, err := gym.New("gym:Hopper-v5", gym.Options{Python: python}); err == nil || !strings.Contains(err.Error(), "30s or 10m") {
		t.Errorf("a timeout of %q: %v", "soon", err)
	}
}

// withoutGymnasium returns a Python that has no packages.
func withoutGymnasium(t *testing.T, python string) string {
	script := t.TempDir() + "/python"
	if err := os.WriteFile(script, []byte("#!/bin/sh\nexec "+python+" -S -I \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return script
}

// TestTrouble: what goes wrong in Python is an error that says what Python
// said, and ends the episode; a Python that lives goes on after Reset.
func TestTrouble(t *testing.T) {
	needGymnasium(t)
	for what, want := range map[string][]string{
		"raise": {"ValueError: the wheels came off", "trials.py, line", "step 3", "the wheels turn"},
		"exit":  {"exit status 3", "the wheels turn\nthe wheels came off", "step 3"},
		"hang":  {"did not answer within 3s", "GOMDCSAN_GYM_TIMEOUT", "step 3"},
		"nan":   {"simulation diverged", "number 0 of the observation is NaN"},
	} {
		t.Run(what, func(t *testing.T) {
			e := open(t, "gym:trials:Trouble-v0?what="+what, gym.Options{Timeout: 3 * time.Second})
			obs, act, r := make([]float64, 4), make([]float64, 2), rng.New(1, "env")
			if err := e.Reset(obs, r); err != nil {
				t.Fatal(err)
			}
			var err error
			for k := 0; k < 3 && err == nil; k++ {
				_, err = e.Step(obs, act)
			}
			if err == nil {
				t.Fatal("no error")
			}
			for _, w := range append(want, "gym:trials:Trouble-v0") {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("the error lacks %q: %v", w, err)
				}
			}
			if errors.Is(err, env.ErrDiverged) != (what == "nan") {
				t.Errorf("diverged? %v", err)
			}
			if _, err := e.Step(obs, act); !errors.Is(err, env.ErrNeedsReset) {
				t.Errorf("a step after the error: %v", err)
			}
			again := e.Reset(obs, r)
			if lives := what == "raise" || what == "nan"; (again == nil) != lives {
				t.Errorf("reset after the error: %v", again)
			}
		})
	}
}

// TestTogether steps instances of one Python together, among them one that has
// ended and a stranger, and compares with stepping one by one.
func TestTogether(t *testing.T) {
	needGymnasium(t)
	const name = "gym:trials:Point-v0"
	var envs, alone []env.Env
	for i := range 4 {
		alone = append(alone, open(t, name, gym.Options{}))
		if i%2 == 0 {
			envs = append(envs, open(t, name, gym.Options{}))
			continue
		}
		e, err := envs[0].(env.Vector).Another()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { e.Close() })
		envs = append(envs, e)
	}
	a, b := batch.New(envs, 1), batch.New(alone, 1)
	defer a.Close()
	defer b.Close()
	all := []int{0, 1, 2, 3}
	for _, x := range []*batch.Batch{a, b} {
		streams := make([]*rng.Stream, 4)
		for i := range streams {
			streams[i] = rng.New(uint64(i), "env")
		}
		if err := x.Reset(all, streams); err != nil {
			t.Fatal(err)
		}
	}
	for k := range 60 {
		for i := range all {
			for _, x := range []*batch.Batch{a, b} {
				x.Act[i][0], x.Act[i][1] = float64(k%3-1), float64((k+i)%4)
			}
		}
		a.Step(all)
		for _, i := range all {
			b.Result[i], b.Err[i] = alone[i].Step(b.Obs[i], b.Act[i])
			if (a.Err[i] == nil) != (b.Err[i] == nil) {
				t.Fatalf("step %d of %d: %v, alone %v", k, i, a.Err[i], b.Err[i])
			}
			if b.Err[i] == nil && (a.Result[i] != b.Result[i] || !slices.Equal(a.Obs[i], b.Obs[i])) {
				t.Fatalf("step %d of %d: %v %v, alone %v %v", k, i, a.Result[i], a.Obs[i], b.Result[i], b.Obs[i])
			}
		}
	}
	if a.Err[0] == nil {
		t.Error("no episode ended")
	}
}

// TestEndings: an environment may truncate by a rule of its own, and says
// terminated beside truncated where a terminal state falls on the limit.
func TestEndings(t *testing.T) {
	needGymnasium(t)
	for what, want := range map[string]env.Result{"end": {Truncated: true}, "fall": {Terminated: true}} {
		e := open(t, "gym:trials:Trouble-v0?what="+what, gym.Options{})
		obs, act := make([]float64, 4), make([]float64, 2)
		if err := e.Reset(obs, rng.New(1, "env")); err != nil {
			t.Fatal(err)
		}
		for k := range 3 {
			res, err := e.Step(obs, act)
			if res.Reward = 0; err != nil || res.Done() != (k == 2) || k == 2 && res != want {
				t.Errorf("%s, step %d: %+v, %v", what, k, res, err)
			}
		}
		if _, err := e.Step(obs, act); !errors.Is(err, env.ErrNeedsReset) {
			t.Errorf("%s: a step after the end: %v", what, err)
		}
	}
}
