//go:build cgo && (linux || darwin)

package tasks

import (
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/mjcf"
	"gomdcsan/mdcsan/rng"
)

func newTask(t testing.TB, name string, o Options) (*Locomotion, []float64) {
	t.Helper()
	e, err := New(name, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e.(*Locomotion), make([]float64, e.Spec().ObsDim)
}

// TestResetDistribution: initial positions and velocities have gym's ranges
// and kinds.
func TestResetDistribution(t *testing.T) {
	for name, noise := range map[string]struct {
		size     float64
		gaussian bool
	}{
		"Ant-v3": {0.1, true}, "HalfCheetah-v3": {0.1, true}, "Walker2d-v3": {0.005, false}, "Hopper-v3": {0.005, false},
	} {
		l, obs := newTask(t, name, Options{})
		r := rng.New(1, "env")
		var pos, vel []float64
		first := 0
		if name == "Ant-v3" {
			first = 7 // the quaternion is normalised after the draw
		}
		for range 300 {
			if err := l.Reset(obs, r); err != nil {
				t.Fatal(err)
			}
			for i := first; i < len(l.start); i++ {
				pos = append(pos, (l.sim.QPos[i]-l.start[i])/noise.size)
			}
			for _, v := range l.sim.QVel {
				vel = append(vel, v/noise.size)
			}
		}
		// 2000 numbers or more: the mean of squares stays within 10 percent of
		// 1/3 (uniform) or 1 (normal), more than three standard errors.
		check := func(what string, x []float64, square, limit float64) {
			s, m := 0.0, 0.0
			for _, v := range x {
				s += v * v / float64(len(x))
				m = max(m, math.Abs(v))
			}
			if math.Abs(s-square) > 0.1*square || m > limit || m < 0.99*min(limit, 2.5) {
				t.Errorf("%s: %s has mean square %v and maximum %v, want %v and at most %v", name, what, s, m, square, limit)
			}
		}
		const rounding = 1e-12
		check("position noise", pos, 1.0/3, 1+rounding)
		if noise.gaussian {
			check("velocity noise", vel, 1, 6)
		} else {
			check("velocity noise", vel, 1.0/3, 1+rounding)
		}
	}
}

// TestHealthyBounds walks the limits of tasks' termination.
func TestHealthyBounds(t *testing.T) {
	inf := math.Inf(1)
	zero := make([]float64, 15)
	pose := func(i int, v float64, base ...float64) []float64 {
		q := slices.Clone(zero)
		copy(q, base)
		q[i] = v
		return q
	}
	for _, c := range []struct {
		what    string
		healthy bool
		want    bool
	}{
		{"ant at 0.2", antHealthy(pose(2, 0.2), zero), true},
		{"ant at 1", antHealthy(pose(2, 1), zero), true},
		{"ant below", antHealthy(pose(2, math.Nextafter(0.2, 0)), zero), false},
		{"ant above", antHealthy(pose(2, math.Nextafter(1, 2)), zero), false},
		{"ant infinite", antHealthy(pose(2, 0.5), pose(3, inf)), false},
		{"ant NaN", antHealthy(pose(9, math.NaN(), 0, 0, 0.5), zero), false},
		{"walker at 0.8", walkerHealthy(pose(1, 0.8), zero), false},
		{"walker above 0.8", walkerHealthy(pose(1, 0.81), zero), true},
		{"walker at 2", walkerHealthy(pose(1, 2), zero), false},
		{"walker pitch 1", walkerHealthy(pose(2, 1, 0, 1.2), zero), false},
		{"walker pitch -0.99", walkerHealthy(pose(2, -0.99, 0, 1.2), zero), true},
		{"hopper at 0.7", hopperHealthy(pose(1, 0.7), zero), false},
		{"hopper at 5", hopperHealthy(pose(1, 5), zero), true},
		{"hopper pitch 0.2", hopperHealthy(pose(2, 0.2, 0, 1.2), zero), false},
		{"hopper pitch -0.19", hopperHealthy(pose(2, -0.19, 0, 1.2), zero), true},
		{"hopper joint at 100", hopperHealthy(pose(3, 100, 0, 1.2), zero), false},
		{"hopper joint at -99", hopperHealthy(pose(3, -99, 0, 1.2), zero), true},
		{"hopper speed 100", hopperHealthy(pose(1, 1.2), pose(0, 100)), false},
		{"hopper far away", hopperHealthy(pose(0, 500, 0, 1.2), zero), true},
		{"hopper NaN", hopperHealthy(pose(1, 1.2), pose(0, math.NaN())), false},
	} {
		if c.healthy != c.want {
			t.Errorf("%s: healthy %v", c.what, c.healthy)
		}
	}
}

// TestRawActionCost: the control cost is that of the action as it came, also
// beyond the bounds, while the motors saturate.
func TestRawActionCost(t *testing.T) {
	for _, d := range locomotions() {
		a, obsA := newTask(t, d.name, Options{})
		b, obsB := newTask(t, d.name, Options{})
		if err := errors.Join(a.Reset(obsA, rng.New(1, "env")), b.Reset(obsB, rng.New(1, "env"))); err != nil {
			t.Fatal(err)
		}
		one, three := make([]float64, a.spec.ActDim), make([]float64, a.spec.ActDim)
		for i := range one {
			one[i], three[i] = 1, 3
		}
		if _, err := a.Step(obsA, one); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Step(obsB, three); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(obsA, obsB) {
			t.Errorf("%s: actions of 1 and 3 move differently", d.name)
		}
		n := float64(a.spec.ActDim)
		if got, want := b.Terms().Control, 9*n*d.controlCost; math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: control cost %v, want %v", d.name, got, want)
		}
	}
}

// TestDivergence: a state beyond MuJoCo's bounds is an error, not a robot that
// teleports, and Reset goes on from there.
func TestDivergence(t *testing.T) {
	l, obs := newTask(t, "HalfCheetah-v3", Options{})
	if err := l.Reset(obs, rng.New(1, "env")); err != nil {
		t.Fatal(err)
	}
	state := l.AppendState(nil)
	speed := make([]float64, len(l.qvel))
	speed[0] = 1e12
	if err := l.resetTo(obs, l.start, speed); err != nil {
		t.Fatal(err)
	}
	act := make([]float64, 6)
	kept := slices.Clone(obs)
	_, err := l.Step(obs, act)
	if !errors.Is(err, env.ErrDiverged) || !strings.Contains(err.Error(), "HalfCheetah-v3: step 0") {
		t.Fatalf("error %v", err)
	}
	if !slices.Equal(kept, obs) {
		t.Error("a diverged step wrote an observation")
	}
	if _, err := l.Step(obs, act); !errors.Is(err, env.ErrNeedsReset) {
		t.Errorf("after divergence: %v", err)
	}
	diverged := l.AppendState(nil)
	for what, call := range map[string]func() error{
		"Reset":   func() error { return l.Reset(obs, rng.New(1, "env")) },
		"Restore": func() error { return l.RestoreState(state) },
	} {
		if err := l.RestoreState(diverged); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Step(obs, act); !errors.Is(err, env.ErrNeedsReset) {
			t.Errorf("a restored divergence: %v", err)
		}
		if err := call(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := l.Step(obs, act); err != nil {
			t.Errorf("after %s: %v", what, err)
		}
	}
}

// TestForeignState: the state of another task or with other options is refused.
func TestForeignState(t *testing.T) {
	l, obs := newTask(t, "Hopper-v3", Options{})
	if err := l.Reset(obs, rng.New(1, "env")); err != nil {
		t.Fatal(err)
	}
	state := l.AppendState(nil)
	for _, c := range []struct {
		name string
		o    Options
	}{{"Walker2d-v3", Options{}}, {"Hopper-v3", Options{Inertia: mjcf.Exact}}} {
		x, _ := newTask(t, c.name, c.o)
		err := x.RestoreState(state)
		if err == nil || !strings.Contains(err.Error(), "Hopper-v3 legacy zero") {
			t.Errorf("%s %+v took the state of Hopper-v3: %v", c.name, c.o, err)
		}
	}
	x, _ := newTask(t, "Hopper-v3", Options{MaxSteps: 10, Position: true}) // what is seen is no part of the state
	if err := x.RestoreState(state); err != nil {
		t.Error(err)
	}
}

// TestParallel plays episodes of one seed in many goroutines; the race
// detector looks on.
func TestParallel(t *testing.T) {
	for _, d := range locomotions() {
		returns := make([]float64, 4)
		var wg sync.WaitGroup
		for k := range returns {
			wg.Go(func() {
				l, obs := newTask(t, d.name, Options{Contact: ContactRNE})
				noise := rng.New(2, "actions")
				act := make([]float64, l.spec.ActDim)
				if err := l.Reset(obs, rng.New(1, "env")); err != nil {
					t.Error(err)
					return
				}
				for range 60 {
					for i := range act {
						act[i] = noise.Uniform(-1, 1)
					}
					r, err := l.Step(obs, act)
					if err != nil {
						t.Error(err)
						return
					}
					if returns[k] += r.Reward; r.Done() {
						break
					}
				}
			})
		}
		wg.Wait()
		for _, r := range returns {
			if r != returns[0] {
				t.Errorf("%s: parallel episodes return %v", d.name, returns)
				break
			}
		}
	}
}

// FuzzRestoreState: whatever the bytes, the task survives.
func FuzzRestoreState(f *testing.F) {
	l, obs := newTask(f, "Hopper-v3", Options{})
	if err := l.Reset(obs, rng.New(1, "env")); err != nil {
		f.Fatal(err)
	}
	good := l.AppendState(nil)
	f.Add(good)
	f.Add(good[:30])
	f.Add([]byte("TASK1 Hopper-v3 legacy zero\n"))
	act := make([]float64, 3)
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := l.RestoreState(good); err != nil {
			t.Fatal(err)
		}
		if err := l.RestoreState(b); err != nil {
			if !slices.Equal(l.AppendState(nil), good) {
				t.Fatalf("a refused state changed the task: %v", err)
			}
			return
		}
		if _, err := l.Step(obs, act); err != nil && !errors.Is(err, env.ErrDiverged) && !errors.Is(err, env.ErrNeedsReset) {
			t.Fatal(err)
		}
	})
}

// BenchmarkStep counts environment steps of random actions, resets included.
func BenchmarkStep(b *testing.B) {
	for _, d := range locomotions() {
		b.Run(d.name, func(b *testing.B) {
			l, obs := newTask(b, d.name, Options{})
			r := rng.New(1, "env")
			act := make([]float64, l.spec.ActDim)
			if err := l.Reset(obs, r); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				for i := range act {
					act[i] = r.Uniform(-1, 1)
				}
				res, err := l.Step(obs, act)
				if res.Done() {
					err = l.Reset(obs, r)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
		})
	}
}
