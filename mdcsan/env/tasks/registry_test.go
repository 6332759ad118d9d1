package tasks_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/mujoco"
	"gomdcsan/mdcsan/env/tasks"
)

// TestLookup: the sizes of every task are known without MuJoCo.
func TestLookup(t *testing.T) {
	for name, want := range map[string]struct {
		obs, act, steps int
		dt              float64
	}{
		"Ant-v3":         {111, 8, 1000, 0.05},
		"HalfCheetah-v3": {17, 6, 1000, 0.05},
		"Walker2d-v3":    {17, 6, 1000, 0.008},
		"Hopper-v3":      {11, 3, 1000, 0.008},
		"Pendulum-v1":    {3, 1, 200, 0.05},
	} {
		s, err := tasks.Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		if s.Name != name || s.ObsDim != want.obs || s.ActDim != want.act || s.MaxSteps != want.steps || s.Dt != want.dt {
			t.Errorf("%+v, want %+v", s, want)
		}
		if !slices.Contains(tasks.Names(), name) {
			t.Errorf("%s is not among the names %v", name, tasks.Names())
		}
	}
	for name, want := range map[string]int{"Ant-v3": 113, "HalfCheetah-v3": 18, "Walker2d-v3": 18, "Hopper-v3": 12} {
		if s, err := tasks.LookupWith(name, tasks.Options{Position: true}); err != nil || s.ObsDim != want {
			t.Errorf("%s with positions has %d observations (%v), want %d", name, s.ObsDim, err, want)
		}
	}
}

func TestUnknownTask(t *testing.T) {
	for name, meant := range map[string]string{
		"hopper-v3": "Hopper-v3", "Hopper": "Hopper-v3", "HalfCheeta-v3": "HalfCheetah-v3", "Walker2D-v3": "Walker2d-v3",
		"ant": "Ant-v3", "Pendulum-v0": "Pendulum-v1", "Hopper-v2": "Hopper-v3", "": "", "Humanoid-v3": "Humanoid-v4", "Swimmer": "Swimmer-v4",
	} {
		for what, call := range map[string]func() error{
			"New":    func() error { _, err := tasks.New(name, tasks.Options{}); return err },
			"Lookup": func() error { _, err := tasks.Lookup(name); return err },
		} {
			err := call()
			if !errors.Is(err, env.ErrUnknownTask) {
				t.Errorf("%s(%q): %v", what, name, err)
				continue
			}
			for _, n := range tasks.Names() {
				if !strings.Contains(err.Error(), n) {
					t.Errorf("%s(%q) does not list %s: %v", what, name, n, err)
				}
			}
			if got := strings.Contains(err.Error(), "Did you mean"); got != (meant != "") || (got && !strings.Contains(err.Error(), `mean "`+meant+`"`)) {
				t.Errorf("%s(%q) should mean %q: %v", what, name, meant, err)
			}
		}
	}
}

func TestBadOptions(t *testing.T) {
	for _, o := range []tasks.Options{{Inertia: "new"}, {Contact: "some"}} {
		if _, err := tasks.New("Hopper-v3", o); err == nil || !strings.Contains(err.Error(), "want") {
			t.Errorf("%+v: %v", o, err)
		}
		if _, err := tasks.LookupWith("Pendulum-v1", o); err == nil {
			t.Errorf("%+v: accepted", o)
		}
	}
}

// TestWithoutMuJoCo: a build without MuJoCo makes Pendulum and says of the
// others how to get them.
func TestWithoutMuJoCo(t *testing.T) {
	if mujoco.Available() == nil {
		t.Skip("this build has MuJoCo")
	}
	for _, name := range tasks.Names() {
		e, err := tasks.New(name, tasks.Options{})
		if name == "Pendulum-v1" {
			if err != nil || e.Close() != nil {
				t.Error(err)
			}
			continue
		}
		if !errors.Is(err, env.ErrUnavailable) || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "install demo") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
