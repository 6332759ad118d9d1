package experiment

import (
	"context"
	"errors"
	"testing"

	"gomdcsan/mdcsan/env/mujoco"
	"gomdcsan/mdcsan/env/tasks"
)

// The simulation's state is part of the checkpoint: runs on MuJoCo that are
// interrupted in the middle of an episode end like one that was not.
func TestInterruptedMuJoCoRunsEndTheSame(t *testing.T) {
	if err := mujoco.Available(); err != nil {
		t.Skip(err)
	}
	for _, task := range tasks.Names() {
		t.Run(task, func(t *testing.T) {
			c := tiny(t.TempDir())
			c.Inertia = DefaultConfig(task).Inertia
			c.Task, c.Steps, c.EvalEpisodes = task, 310, 1
			c.EvalEvery, c.CheckpointEvery = 310, 310
			want := filesOf(t, train(t, c).Config.Dir)
			c.Dir = t.TempDir()
			r, err := New(c, Parts{})
			for err == nil {
				var stop *InterruptedError
				if err = r.Train(&countdown{context.Background(), 137}); err == nil {
					break
				}
				if !errors.As(err, &stop) {
					t.Fatal(err)
				}
				if r.step == 310 { // an evaluation is longer than the countdown
					err = r.Train(context.Background())
					break
				}
				if err = r.Close(); err == nil {
					r, err = Resume(c.Dir, 0, Parts{})
				}
			}
			if err := errors.Join(err, r.Close()); err != nil {
				t.Fatal(err)
			}
			compare(t, "interrupted", filesOf(t, c.Dir), want)
		})
	}
}
