package pendulum

import (
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/envtest"
	"gomdcsan/mdcsan/rng"
)

func TestContract(t *testing.T) {
	envtest.Run(t, func(maxSteps int) (env.Env, error) {
		switch {
		case maxSteps == 0:
			return New(), nil
		case maxSteps < 0:
			return NewLimit(0), nil
		}
		return NewLimit(maxSteps), nil
	})
}

// TestGym compares episodes with gymnasium's Pendulum-v1, whose code is that of
// gym 0.21. Observations are float32 there. The file was written by stepping
// PendulumEnv from the given states.
func TestGym(t *testing.T) {
	f, err := os.Open("testdata/gymnasium.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Episodes []struct {
			Theta, Speed float64
			Steps        []struct {
				Action, Theta, Speed, Reward float64
				Obs                          []float64
			}
		}
	}
	if err := json.NewDecoder(z).Decode(&golden); err != nil {
		t.Fatal(err)
	}
	// One step moves a difference little, 200 steps of a pendulum that falls
	// over move it by some powers of ten.
	const tol = 1e-10
	obs := make([]float64, 3)
	for k, ep := range golden.Episodes {
		p := New()
		if err := p.Reset(obs, rng.New(0, "env")); err != nil {
			t.Fatal(err)
		}
		p.theta, p.speed = ep.Theta, ep.Speed
		for i, s := range ep.Steps {
			r, err := p.Step(obs, []float64{s.Action})
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(p.theta-s.Theta) > tol || math.Abs(p.speed-s.Speed) > tol || math.Abs(r.Reward-s.Reward) > tol {
				t.Fatalf("episode %d step %d: %v %v %v, want %+v", k, i, p.theta, p.speed, r.Reward, s)
			}
			for j := range obs {
				if math.Abs(obs[j]-s.Obs[j]) > 1e-6*max(1, math.Abs(s.Obs[j])) {
					t.Fatalf("episode %d step %d: obs %v, want %v", k, i, obs, s.Obs)
				}
			}
			if r.Truncated != (i == 199) || r.Terminated {
				t.Fatalf("step %d: %+v", i, r)
			}
		}
	}
}

// TestWrap: an angle is taken to [-pi, pi) from either side.
func TestWrap(t *testing.T) {
	for _, x := range []float64{0, 1, -1, 3.1, -3.1} {
		for turns := range 5 {
			if got := wrap(x + 2*math.Pi*float64(turns-2)); math.Abs(got-x) > 1e-12 {
				t.Errorf("%v turned by %d is %v", x, turns-2, got)
			}
		}
	}
	if got := wrap(math.Pi); got != -math.Pi {
		t.Errorf("pi is %v", got)
	}
}

func TestResetRange(t *testing.T) {
	p := New()
	obs := make([]float64, 3)
	r := rng.New(1, "env")
	lo, hi := [2]float64{9, 9}, [2]float64{-9, -9}
	for range 2000 {
		if err := p.Reset(obs, r); err != nil {
			t.Fatal(err)
		}
		for i, v := range [2]float64{p.theta, p.speed} {
			lo[i], hi[i] = min(lo[i], v), max(hi[i], v)
		}
	}
	for i, limit := range [2]float64{math.Pi, 1} {
		if lo[i] < -limit || hi[i] > limit || lo[i] > -0.99*limit || hi[i] < 0.99*limit {
			t.Errorf("draw %d of Reset lies within [%v, %v], want all of +-%v", i, lo[i], hi[i], limit)
		}
	}
}

func FuzzRestoreState(f *testing.F) {
	obs := make([]float64, 3)
	p := New()
	if err := p.Reset(obs, rng.New(1, "env")); err != nil {
		f.Fatal(err)
	}
	good := p.AppendState(nil)
	f.Add(good)
	f.Add(good[:20])
	f.Fuzz(func(t *testing.T, b []byte) {
		before := p.AppendState(nil)
		if err := p.RestoreState(b); err != nil {
			if !slices.Equal(before, p.AppendState(nil)) {
				t.Fatal("a refused state changed the pendulum")
			}
			return
		}
		if !slices.Equal(b, p.AppendState(nil)) {
			t.Fatal("an accepted state reads back differently")
		}
	})
}

func BenchmarkStep(b *testing.B) {
	p := NewLimit(0)
	obs, a := make([]float64, 3), []float64{0.5}
	if err := p.Reset(obs, rng.New(1, "env")); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		p.Step(obs, a)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
}
