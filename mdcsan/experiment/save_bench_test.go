package experiment

import (
	"testing"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/rng"
)

// flat is a task of any size that costs nothing.
type flat struct {
	spec env.Spec
	r    *rng.Stream
}

func (f *flat) Spec() env.Spec { return f.spec }
func (f *flat) Close() error   { return nil }

func (f *flat) Reset(obs []float64, r *rng.Stream) error {
	f.r = r
	return f.fill(obs)
}

func (f *flat) Step(obs, _ []float64) (env.Result, error) { return env.Result{}, f.fill(obs) }

func (f *flat) fill(obs []float64) error {
	for i := range obs {
		obs[i] = f.r.NormFloat64()
	}
	return nil
}

// BenchmarkSave is a checkpoint of MDC-SAN on Ant-v3 after 10,000 more steps,
// the largest that the paper's schedule makes. At 2 ms a step (an optimistic
// training speed) 10,000 steps take 20 s, of which 5 percent are 1 s.
func BenchmarkSave(b *testing.B) {
	spec := env.Spec{Name: "Ant-v3", ObsDim: 111, ActDim: 8, MaxSteps: 1000}
	for range spec.ActDim {
		spec.ActLow, spec.ActHigh = append(spec.ActLow, -1), append(spec.ActHigh, 1)
	}
	c := DefaultConfig("Ant-v3")
	c.Dir = b.TempDir()
	r, err := New(c, Parts{NewEnv: func() (env.Env, error) { return &flat{spec: spec}, nil }})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	if err := r.env.Reset(r.obs, r.resets); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		b.StopTimer()
		for range 10_000 {
			if err := r.interact(); err != nil {
				b.Fatal(err)
			}
			r.pendingUpdates, r.evalDue = 0, false
		}
		r.step = 0 // stay in the random phase
		b.StartTimer()
		if err := r.save(); err != nil {
			b.Fatal(err)
		}
	}
}
