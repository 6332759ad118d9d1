package envtest_test

import (
	"math"
	"slices"
	"testing"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/envtest"
	"gomdcsan/mdcsan/env/pendulum"
	"gomdcsan/mdcsan/rng"
)

// broken is a pendulum with a fault; the zero value has none.
type broken struct {
	*pendulum.Pendulum
	spec    func(env.Spec) env.Spec
	reset   func(p *broken, obs []float64, r *rng.Stream) error
	step    func(p *broken, obs, action []float64) (env.Result, error)
	save    func(p *broken, dst []byte) []byte
	restore func(p *broken, state []byte) error
	closed  bool
	close   func(p *broken) error
	memory  float64
}

func (b *broken) Spec() env.Spec {
	if b.spec != nil {
		return b.spec(b.Pendulum.Spec())
	}
	return b.Pendulum.Spec()
}

func (b *broken) Reset(obs []float64, r *rng.Stream) error {
	if b.reset != nil {
		return b.reset(b, obs, r)
	}
	return b.Pendulum.Reset(obs, r)
}

func (b *broken) Step(obs, action []float64) (env.Result, error) {
	if b.step != nil {
		return b.step(b, obs, action)
	}
	return b.Pendulum.Step(obs, action)
}

func (b *broken) AppendState(dst []byte) []byte {
	if b.save != nil {
		return b.save(b, dst)
	}
	return b.Pendulum.AppendState(dst)
}

func (b *broken) RestoreState(state []byte) error {
	if b.restore != nil {
		return b.restore(b, state)
	}
	return b.Pendulum.RestoreState(state)
}

func (b *broken) Close() error {
	if b.close != nil {
		return b.close(b)
	}
	return nil
}

func factory(fault broken) envtest.Factory {
	return func(maxSteps int) (env.Env, error) {
		b := fault
		switch {
		case maxSteps == 0:
			b.Pendulum = pendulum.New()
		case maxSteps < 0:
			b.Pendulum = pendulum.NewLimit(0)
		default:
			b.Pendulum = pendulum.NewLimit(maxSteps)
		}
		return &b, nil
	}
}

func TestNoFault(t *testing.T) { envtest.Run(t, factory(broken{})) }

// TestFaults: the suite finds an environment out that breaks one sentence, by
// the case of that sentence.
func TestFaults(t *testing.T) {
	for _, f := range faults() {
		t.Run(f.name, func(t *testing.T) {
			i := slices.IndexFunc(envtest.Cases(), func(c envtest.Case) bool { return c.Name == f.found })
			if i < 0 {
				t.Fatalf("no case %s", f.found)
			}
			err := envtest.Cases()[i].Check(factory(f.fault))
			if err == nil {
				t.Fatalf("%s did not find the fault", f.found)
			}
			t.Log(err)
		})
	}
	for _, c := range envtest.Cases() {
		if !slices.ContainsFunc(faults(), func(f fault) bool { return f.found == c.Name }) {
			t.Errorf("no fault shows that %s can fail", c.Name)
		}
	}
}

type fault struct {
	name, found string
	fault       broken
}

// sink keeps an allocation from being optimised away.
var sink []float64

func faults() []fault {
	step := func(f func(p *broken, obs, a []float64) (env.Result, error)) broken { return broken{step: f} }
	bounds := []float64{-2}
	return []fault{
		{"shared bounds", "Spec", broken{spec: func(s env.Spec) env.Spec { s.ActLow = bounds; return s }}},
		{"no name", "Spec", broken{spec: func(s env.Spec) env.Spec { s.Name = ""; return s }}},
		{"a number is not written", "Observation", step(func(p *broken, obs, a []float64) (env.Result, error) {
			keep := obs[2]
			r, err := p.Pendulum.Step(obs, a)
			obs[2] = keep
			return r, err
		})},
		{"steps before Reset", "BeforeReset", step(func(p *broken, obs, a []float64) (env.Result, error) {
			r, _ := p.Pendulum.Step(obs, a)
			return r, nil
		})},
		{"takes long actions", "Lengths", step(func(p *broken, obs, a []float64) (env.Result, error) {
			return p.Pendulum.Step(obs, a[:min(1, len(a))])
		})},
		{"counts refused steps", "Lengths", step(func(p *broken, obs, a []float64) (env.Result, error) {
			r, err := p.Pendulum.Step(obs, a)
			if err != nil {
				p.Pendulum.Step(make([]float64, 3), []float64{0})
			}
			return r, err
		})},
		{"takes NaN for 0", "NonFiniteAction", step(func(p *broken, obs, a []float64) (env.Result, error) {
			if len(a) == 1 && math.IsNaN(a[0]) {
				a = []float64{0}
			}
			return p.Pendulum.Step(obs, a)
		})},
		{"overwrites the observation at NaN", "NonFiniteAction", step(func(p *broken, obs, a []float64) (env.Result, error) {
			if math.IsNaN(a[0]) {
				obs[0] = 3
			}
			return p.Pendulum.Step(obs, a)
		})},
		{"clips in place", "ActionKept", step(func(p *broken, obs, a []float64) (env.Result, error) {
			a[0] = min(a[0], 2)
			return p.Pendulum.Step(obs, a)
		})},
		{"a world of its own", "Deterministic", broken{reset: func() func(*broken, []float64, *rng.Stream) error {
			n := 0.0
			return func(p *broken, obs []float64, r *rng.Stream) error {
				n++
				p.memory = n
				return p.Pendulum.Reset(obs, r)
			}
		}(), step: func(p *broken, obs, a []float64) (env.Result, error) {
			r, err := p.Pendulum.Step(obs, a)
			r.Reward += 1e-15 * p.memory
			return r, err
		}}},
		{"its own seed", "Seeded", broken{reset: func(p *broken, obs []float64, _ *rng.Stream) error {
			return p.Pendulum.Reset(obs, rng.New(1, "mine"))
		}}},
		{"terminated and truncated", "TimeLimit", step(func(p *broken, obs, a []float64) (env.Result, error) {
			r, err := p.Pendulum.Step(obs, a)
			r.Terminated = r.Truncated
			return r, err
		})},
		{"a step too early", "TimeLimit", step(func(p *broken, obs, a []float64) (env.Result, error) {
			r, err := p.Pendulum.Step(obs, a)
			p.memory++
			r.Truncated = r.Truncated || p.memory == 3
			return r, err
		})},
		{"goes on after the end", "AfterEnd", step(func(p *broken, obs, a []float64) (env.Result, error) {
			r, _ := p.Pendulum.Step(obs, a)
			return r, nil
		})},
		{"remembers", "ResetForgets", step(func(p *broken, obs, a []float64) (env.Result, error) {
			r, err := p.Pendulum.Step(obs, a)
			p.memory += a[0]
			r.Reward += 1e-12 * p.memory
			return r, err
		})},
		{"half a state", "Snapshot", broken{step: func(p *broken, obs, a []float64) (env.Result, error) {
			r, err := p.Pendulum.Step(obs, a)
			p.memory++
			r.Reward += 1e-12 * p.memory
			return r, err
		}}},
		{"replaces instead of appending", "Snapshot", broken{save: func(p *broken, _ []byte) []byte { return p.Pendulum.AppendState(nil) }}},
		{"takes a short state", "BadState", broken{restore: func(p *broken, b []byte) error {
			if p.Pendulum.RestoreState(b) != nil && len(b) > 20 {
				return nil
			}
			return p.Pendulum.RestoreState(b)
		}}},
		{"moves at a bad state", "BadState", broken{restore: func(p *broken, b []byte) error {
			err := p.Pendulum.RestoreState(b)
			if err != nil {
				p.Pendulum.Step(make([]float64, 3), []float64{0})
			}
			return err
		}}},
		{"allocates", "NoAllocation", step(func(p *broken, obs, a []float64) (env.Result, error) {
			sink = make([]float64, 3)
			return p.Pendulum.Step(obs, a)
		})},
		{"closes once", "Close", broken{close: func(p *broken) error {
			if p.closed {
				return env.ErrNeedsReset
			}
			p.closed = true
			return nil
		}}},
	}
}
