package experiment

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gomdcsan/mdcsan/checkpoint"
)

// tiny is a run of a second: a small network on Pendulum-v1.
func tiny(dir string) Config {
	c := DefaultConfig("Pendulum-v1")
	c.Hidden, c.CriticHidden, c.Population, c.OutputPopulation, c.T = []int{16, 16}, []int{16, 16}, 4, 3, 3
	c.Batch, c.Replay = 16, 500
	c.Steps, c.StartSteps, c.UpdateAfter, c.UpdateEvery, c.EvalEvery, c.EvalEpisodes = 600, 200, 100, 50, 150, 2
	c.CheckpointEvery = 70
	c.Coding = "pop+poi" // a stochastic one, whose stream must be kept as well
	c.Dir = dir
	return c
}

func train(t *testing.T, c Config) *Run {
	t.Helper()
	r, err := New(c, Parts{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Train(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// filesOf reads the files that must be the same in every run of one seed.
func filesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, name := range []string{progressName, evaluationsName, episodesName, bestName} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = string(data)
	}
	latest, err := checkpoint.ReadFile(filepath.Join(dir, latestName))
	if err != nil {
		t.Fatal(err)
	}
	latest.SetBytes("replay/log", nil) // how the transitions lie in chunks is history
	out[latestName] = string(latest.Marshal())
	return out
}

func compare(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s: %s differs", what, name)
		}
	}
}

func TestOneSeedGivesOneResult(t *testing.T) {
	a, b, c := tiny(t.TempDir()), tiny(t.TempDir()), tiny(t.TempDir())
	c.Seed = 1
	train(t, a)
	train(t, b)
	train(t, c)
	want := filesOf(t, a.Dir)
	compare(t, "the same seed", filesOf(t, b.Dir), want)
	if filesOf(t, c.Dir)[progressName] == want[progressName] {
		t.Error("another seed gives the same results")
	}
}

// How often one looks changes nothing: evaluations draw from streams of their
// own.
func TestEvaluationsDoNotDisturbTraining(t *testing.T) {
	a, b := tiny(t.TempDir()), tiny(t.TempDir())
	b.EvalEvery, b.EvalEpisodes = 300, 1
	train(t, a)
	r := train(t, b)
	if filesOf(t, a.Dir)[episodesName] != filesOf(t, b.Dir)[episodesName] {
		t.Error("other evaluations give other training episodes")
	}
	first, err := r.Actor().Evaluate(context.Background(), 2, 5)
	if err != nil {
		t.Fatal(err)
	}
	again, err := r.Actor().Evaluate(context.Background(), 2, 5)
	if err != nil || first.Mean != again.Mean {
		t.Errorf("the same evaluation twice: %v and %v, %v", first, again, err)
	}
}

func TestStepAllocatesNothing(t *testing.T) {
	c := tiny("")
	c.StartSteps, c.Coding = 0, "pop"
	r, err := New(c, Parts{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := r.env.Reset(r.obs, r.resets); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() {
		if err := r.interact(); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations per step", n)
	}
}

// TestWarnsOfSaturation: a policy that is driven against its limits is named,
// once, and one that learns is not.
func TestWarnsOfSaturation(t *testing.T) {
	for rate, want := range map[float64]int{1: 1, 1e-4: 0} {
		c := tiny("")
		c.Actor, c.Coding, c.ActorRate = "popdan", "pop", rate
		r, err := New(c, Parts{})
		if err != nil {
			t.Fatal(err)
		}
		warned := 0
		err = r.Train(context.Background(), func(p Progress) {
			if p.Kind == Warned && strings.Contains(p.Message, "lay at a limit") {
				warned++
			}
		})
		if err := errors.Join(err, r.Close()); err != nil {
			t.Fatal(err)
		}
		if warned != want {
			t.Errorf("actor rate %g: %d warnings in %d evaluations, want %d", rate, warned, len(r.Evaluations), want)
		}
	}
}
