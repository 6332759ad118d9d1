package experiment

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/gym/gymtest"
	"gomdcsan/mdcsan/env/tasks"
	"gomdcsan/mdcsan/rng"
)

// tinyGym is a run on an environment of gymtest.
func tinyGym(task, dir string) Config {
	c := tiny(dir)
	c.Task, c.Inertia = "gym:trials:"+task, "exact"
	return c
}

// TestGymChildIsKilled: a run whose Python is killed with SIGKILL says so, and
// its resume ends with the bits of a run that was left alone.
func TestGymChildIsKilled(t *testing.T) {
	gymtest.Python(t, "gymnasium")
	armed := filepath.Join(t.TempDir(), "armed")
	task := "Fatal-v0?file=" + armed + "&step=433"
	want := filesOf(t, train(t, tinyGym(task, t.TempDir())).Config.Dir)

	if err := os.WriteFile(armed, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	c := tinyGym(task, t.TempDir())
	r, err := New(c, Parts{})
	if err != nil {
		t.Fatal(err)
	}
	err = r.Train(context.Background())
	if err == nil || !errors.Is(err, env.ErrLost) {
		t.Fatalf("the kill: %v", err)
	}
	for _, w := range []string{"step 433", "gym:trials:Fatal-v0", "signal: killed", "--resume " + c.Dir} {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the error lacks %q: %v", w, err)
		}
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	finish(t, c.Dir)
	compare(t, "killed", filesOf(t, c.Dir), want)
}

func finish(t *testing.T, dir string) {
	t.Helper()
	r, err := Resume(dir, 0, Parts{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(r.Train(context.Background()), r.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestGymWithoutState: where no state can be had, a resumed run begins a new
// episode and goes on to its end.
func TestGymWithoutState(t *testing.T) {
	gymtest.Python(t, "gymnasium")
	c := tinyGym("Plain-v0", t.TempDir())
	r, err := New(c, Parts{})
	if err != nil {
		t.Fatal(err)
	}
	var stop *InterruptedError
	if err := r.Train(&countdown{context.Background(), 300}); !errors.As(err, &stop) {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	finish(t, c.Dir)
	m, err := ReadManifest(c.Dir)
	if err != nil || len(m.Sessions) != 2 || m.Sessions[1].Libraries["gymnasium"] == "" || m.Sessions[0].Libraries["numpy"] == "" {
		t.Errorf("the manifest does not say which Gymnasium it was: %v, %+v", err, m.Sessions)
	}
	actor, err := LoadActor(c.Dir, Parts{})
	if err != nil {
		t.Fatal(err)
	}
	ev, err := actor.Evaluate(context.Background(), 3, 0)
	if err != nil || !(ev.Mean < 0) {
		t.Errorf("%v, %v", ev, err)
	}
	if f, err := actor.Film(context.Background(), 0); err == nil || !strings.Contains(err.Error(), "tells no poses") {
		t.Errorf("a film: %v, %v", f, err)
	}
}

// TestGymEvaluationSharesAPython: an evaluation's environments are in one
// process, and its returns those of environments on their own.
func TestGymEvaluationSharesAPython(t *testing.T) {
	gymtest.Python(t, "gymnasium")
	c, made := tinyGym("Plain-v0", ""), 0
	spec, err := tasks.LookupWith(c.Task, c.TaskOptions())
	if err != nil {
		t.Fatal(err)
	}
	run := func(make MakeEnv) *Evaluation {
		v := &evaluator{make: make}
		ev, err := v.run(context.Background(), randomPolicy{spec, rng.New(1, "actions")}, 4, 3, "evaluate")
		if err := errors.Join(err, v.close()); err != nil {
			t.Fatal(err)
		}
		return ev
	}
	together := run(func() (env.Env, error) { made++; return newEnv(c, Parts{}) })
	alone := run(func() (env.Env, error) {
		e, err := newEnv(c, Parts{})
		return struct{ env.Env }{e}, err // which is no env.Vector
	})
	if made != 1 {
		t.Errorf("%d processes for 4 episodes", made)
	}
	if !slices.Equal(together.Returns, alone.Returns) || !slices.Equal(together.Lengths, alone.Lengths) {
		t.Errorf("together %v, alone %v", together.Returns, alone.Returns)
	}
}
