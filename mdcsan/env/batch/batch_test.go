package batch_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/batch"
	"gomdcsan/mdcsan/env/mujoco"
	"gomdcsan/mdcsan/env/tasks"
	"gomdcsan/mdcsan/rng"
)

const episodes = 10

func task() string {
	if mujoco.Available() == nil {
		return "Hopper-v3"
	}
	return "Pendulum-v1"
}

func newBatch(t testing.TB, workers int) *batch.Batch {
	t.Helper()
	var envs []env.Env
	for range episodes {
		e, err := tasks.New(task(), tasks.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { e.Close() })
		envs = append(envs, e)
	}
	b := batch.New(envs, workers)
	t.Cleanup(b.Close)
	return b
}

func streams() (s []*rng.Stream) {
	for i := range episodes {
		s = append(s, rng.New(1, fmt.Sprintf("evaluate/%d", i)))
	}
	return s
}

// act is a policy: the action follows the observation.
func act(b *batch.Batch, i int) {
	for k := range b.Act[i] {
		b.Act[i][k] = max(-1, min(1, 3*b.Obs[i][k+2]))
	}
}

// play returns the sums of rewards of all episodes.
func play(t *testing.T, b *batch.Batch) []float64 {
	t.Helper()
	var running []int
	for i := range episodes {
		running = append(running, i)
	}
	if err := b.Reset(running, streams()); err != nil {
		t.Fatal(err)
	}
	returns := make([]float64, episodes)
	for len(running) > 0 {
		for _, i := range running {
			act(b, i)
		}
		b.Step(running)
		still := running[:0]
		for _, i := range running {
			if b.Err[i] != nil {
				t.Fatal(b.Err[i])
			}
			returns[i] += b.Result[i].Reward
			if !b.Result[i].Done() {
				still = append(still, i)
			}
		}
		running = still
	}
	return returns
}

// TestWorkers: the returns are the same bits whatever the number of workers,
// and those of environments stepped one after the other.
func TestWorkers(t *testing.T) {
	var want []float64
	for i, s := range streams() {
		b := newBatch(t, 1)
		if err := b.Envs[i].Reset(b.Obs[i], s); err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for {
			act(b, i)
			r, err := b.Envs[i].Step(b.Obs[i], b.Act[i])
			if err != nil {
				t.Fatal(err)
			}
			if sum += r.Reward; r.Done() {
				break
			}
		}
		want = append(want, sum)
	}
	if want[0] == want[1] {
		t.Fatal("all episodes are the same")
	}
	for _, workers := range []int{0, 1, 2, 3, 40} {
		b := newBatch(t, workers)
		for range 2 { // a batch can be played again
			if got := play(t, b); !slices.Equal(got, want) {
				t.Errorf("%d workers: returns %v, want %v", workers, got, want)
			}
		}
	}
}

// TestErrors: an environment that refuses its action leaves the others alone.
func TestErrors(t *testing.T) {
	b := newBatch(t, 2)
	if err := b.Reset([]int{0, 1, 2}, streams()); err != nil {
		t.Fatal(err)
	}
	b.Step([]int{2, 5, 0})
	if b.Err[0] != nil || b.Err[2] != nil || !errors.Is(b.Err[5], env.ErrNeedsReset) {
		t.Errorf("errors %v", b.Err)
	}
	if err := b.Reset([]int{0}, nil); err == nil {
		t.Error("a reset without streams")
	}
	b.Obs[3] = nil
	if err := b.Reset([]int{2, 3}, streams()); err == nil {
		t.Error("a failed reset is no error")
	}
	b.Step(nil)
}

func TestNoAllocation(t *testing.T) {
	b := newBatch(t, 2)
	which := []int{0, 1, 2, 3}
	s := streams()
	if err := b.Reset(which, s); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(10, func() { b.Step(which) }); n != 0 {
		t.Errorf("%v allocations per step", n)
	}
}

func BenchmarkStep(b *testing.B) {
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("%s/workers=%d", task(), workers), func(b *testing.B) {
			x := newBatch(b, workers)
			which := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
			s := streams()
			if err := x.Reset(which, s); err != nil {
				b.Fatal(err)
			}
			var over []int
			for b.Loop() {
				x.Step(which)
				over = over[:0]
				for i, r := range x.Result {
					if r.Done() {
						over = append(over, i)
					}
				}
				if len(over) > 0 {
					if err := x.Reset(over, s); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(episodes*float64(b.N)/b.Elapsed().Seconds(), "steps/s")
		})
	}
}
