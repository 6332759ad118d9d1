package experiment

import (
	"context"
	"math"
	"testing"
)

// TestFilmIsTheEpisodeOfEval: the episode that a film shows is the one that an
// evaluation of one episode with the same seed counts, also with a coding that
// draws random numbers, and looking at it moves none of the learner's streams.
func TestFilmIsTheEpisodeOfEval(t *testing.T) {
	c := tiny("")
	c.Dir = ""
	r := train(t, c)
	a := r.Actor()
	before := streamsOf(t, r)
	for seed := range uint64(3) {
		ev, err := a.Evaluate(context.Background(), 1, seed)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			tr, err := a.Rollout(context.Background(), seed)
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(tr.Return-ev.Returns[0]) > 1e-6*math.Abs(ev.Returns[0]) || len(tr.Rewards) != ev.Lengths[0] {
				t.Errorf("seed %d: the film's return is %v, eval's %v", seed, tr.Return, ev.Returns[0])
			}
		}
	}
	if streamsOf(t, r) != before {
		t.Error("a random stream of the learner has moved")
	}
}

func streamsOf(t *testing.T, r *Run) string {
	t.Helper()
	text := ""
	for _, x := range r.Learner.Tensors() {
		if x.Stream != nil {
			state, err := x.Stream.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			text += string(state)
		}
	}
	return text
}
