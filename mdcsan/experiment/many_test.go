package experiment

import (
	"context"
	"math"
	"testing"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/pendulum"
)

// TestManyEpisodesShareEnvironments: an evaluation of thousands of episodes
// makes as many environments as one of a hundred, and counts the same episodes.
func TestManyEpisodesShareEnvironments(t *testing.T) {
	c := tiny("")
	c.Dir, c.Coding = "", "pop"
	a := train(t, c).Actor()
	made := 0
	a.parts.NewEnv = func() (env.Env, error) { made++; return pendulum.New(), nil }
	few, err := a.Evaluate(context.Background(), 3, 1)
	if err != nil {
		t.Fatal(err)
	}
	made = 0
	many, err := a.Evaluate(context.Background(), 2*sideBySide+50, 1)
	if err != nil {
		t.Fatal(err)
	}
	if made != sideBySide || len(many.Returns) != 2*sideBySide+50 {
		t.Errorf("%d environments for %d episodes", made, len(many.Returns))
	}
	for i, want := range few.Returns {
		if math.Abs(many.Returns[i]-want) > 1e-3*math.Abs(want) {
			t.Errorf("episode %d returns %v, of few %v", i, many.Returns[i], want)
		}
	}
	if many.Returns[0] == many.Returns[sideBySide] {
		t.Error("the second hundred repeats the first")
	}
}
