//go:build cgo && (linux || darwin)

package mujoco

import (
	"errors"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"gomdcsan/mdcsan/env"
)

// A ball on a motor: one slide joint, one actuator.
const slider = `<mujoco><option timestep="0.01"/><worldbody>
  <geom type="plane" size="1 1 1"/>
  <body pos="0 0 1"><joint name="z" type="slide" axis="0 0 1"/><geom type="sphere" size="0.1"/></body>
</worldbody><actuator><motor joint="z"/></actuator></mujoco>`

func newSim(t testing.TB) *Sim {
	t.Helper()
	m, err := Load(slider)
	if err != nil {
		t.Fatal(err)
	}
	s, err := m.NewSim()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func reset(t testing.TB, s *Sim) {
	t.Helper()
	if err := s.Reset([]float64{0}, []float64{0}); err != nil {
		t.Fatal(err)
	}
}

func TestLoadErrors(t *testing.T) {
	for what, c := range map[string]struct{ xml, want string }{
		"no XML":        {"hopper", "XML"},
		"bad element":   {"<mujoco><worldbody><leg/></worldbody></mujoco>", "leg"},
		"massless body": {"<mujoco><worldbody><body><joint type='hinge'/></body></worldbody></mujoco>", "mass"},
		"empty":         {"", ""},
	} {
		_, err := Load(c.xml)
		if !errors.Is(err, ErrSim) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one that speaks of %q", what, err, c.want)
		}
	}
}

// A library that is not there, or is another one, is an error that names it.
func TestOpenErrors(t *testing.T) {
	for name, want := range map[string]string{"libmujoco.so.0.0.0": "no such file", "libm.so.6": "no mj_"} {
		if _, err := open([]string{name}); err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(strings.ToLower(err.Error()), want) {
			t.Errorf("%s: error %v, want one with %q", name, err, want)
		}
	}
	err := missing(errors.New("gone"))
	for _, want := range []string{"gone", "apt-get install", "pip install", Variable, "Pendulum-v1"} {
		if !errors.Is(err, env.ErrUnavailable) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

func TestFreeFall(t *testing.T) {
	s := newSim(t)
	reset(t, s)
	if err := s.Step([]float64{0}, 10, false); err != nil {
		t.Fatal(err)
	}
	// Semi-implicit Euler: x = -g dt^2 n(n+1)/2.
	if want := -9.81 * 1e-4 * 55; math.Abs(s.QPos[0]-want) > 1e-12 {
		t.Errorf("fell to %v, want %v", s.QPos[0], want)
	}
	if z := s.XPos[5]; math.Abs(z-(1+s.QPos[0])) > 0.02 {
		t.Errorf("the body is at z = %v", z)
	}
}

func TestRefusals(t *testing.T) {
	s := newSim(t)
	if err := s.Step([]float64{0}, 1, false); !errors.Is(err, env.ErrNeedsReset) {
		t.Errorf("Step before Reset: %v", err)
	}
	reset(t, s)
	before := slices.Clone(s.io)
	nan := math.NaN()
	for what, call := range map[string]func() error{
		"NaN control":     func() error { return s.Step([]float64{nan}, 1, false) },
		"infinite":        func() error { return s.Step([]float64{math.Inf(-1)}, 1, false) },
		"no control":      func() error { return s.Step(nil, 1, false) },
		"two controls":    func() error { return s.Step([]float64{0, 0}, 1, false) },
		"NaN position":    func() error { return s.Reset([]float64{nan}, []float64{0}) },
		"NaN velocity":    func() error { return s.Reset([]float64{0}, []float64{nan}) },
		"no position":     func() error { return s.Reset(nil, []float64{0}) },
		"garbage state":   func() error { return s.RestoreState([]byte("garbage")) },
		"unknown array":   func() error { _, err := s.m.Array("body_colour"); return err },
		"array of length": func() error { _, err := s.m.Array(""); return err },
	} {
		if err := call(); err == nil {
			t.Errorf("%s: accepted", what)
		}
	}
	bad := s.AppendState(nil)
	for i := range 8 {
		bad[len(bad)-8+i] = 0xff // the last number is NaN
	}
	if err := s.RestoreState(bad); err == nil {
		t.Error("a state with NaN: accepted")
	}
	old := s.AppendState(nil)
	old[len(stateTag)+1]++ // another version of MuJoCo
	if err := s.RestoreState(old); err == nil || !strings.Contains(err.Error(), "saved with MuJoCo") {
		t.Errorf("a state of another MuJoCo: %v", err)
	}
	if !slices.Equal(before, s.io) {
		t.Error("a refused call changed the simulation")
	}
	if err := s.Step([]float64{1}, 1, false); err != nil {
		t.Errorf("after the refusals: %v", err)
	}
}

// TestDiverged: MuJoCo resets a state that is NaN or beyond 1e10 and goes on;
// here the step fails, and so does all until a Reset.
func TestDiverged(t *testing.T) {
	for _, speed := range []float64{1e11, -1e11, 1e300} {
		s := newSim(t)
		if err := s.Reset([]float64{0}, []float64{speed}); err != nil {
			t.Fatal(err)
		}
		if err := s.Step([]float64{0}, 1, false); !errors.Is(err, env.ErrDiverged) {
			t.Errorf("velocity %v: %v, want a divergence", speed, err)
		}
		if s.QVel[0] != speed {
			t.Errorf("velocity %v: the state read back is %v, not that before the step", speed, s.QVel[0])
		}
		if err := s.Step([]float64{0}, 1, false); !errors.Is(err, env.ErrNeedsReset) || !errors.Is(err, env.ErrDiverged) {
			t.Errorf("after divergence: %v", err)
		}
		reset(t, s)
		if err := s.Step([]float64{0}, 1, false); err != nil {
			t.Errorf("after Reset: %v", err)
		}
	}
}

// TestErrorInside provokes MuJoCo's error handler, which by default exits the
// process, in many goroutines at once.
func TestErrorInside(t *testing.T) {
	s := newSim(t)
	reset(t, s)
	var sims []*Sim
	for range 8 {
		x, err := s.m.NewSim()
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		reset(t, x)
		sims = append(sims, x)
	}
	old := s.m.setIntegrator(99)
	var wg sync.WaitGroup
	for _, x := range sims {
		wg.Go(func() {
			for range 100 {
				x.bad = nil
				if err := x.Step([]float64{0}, 1, true); !errors.Is(err, ErrSim) || !strings.Contains(err.Error(), "ntegrator") {
					t.Errorf("error %v, want one of MuJoCo about the integrator", err)
					return
				}
			}
		})
	}
	wg.Wait()
	s.m.setIntegrator(old)
	if err := sims[0].Step([]float64{0}, 1, false); !errors.Is(err, env.ErrNeedsReset) {
		t.Errorf("after an error inside: %v", err)
	}
	reset(t, sims[0])
	if err := sims[0].Step([]float64{0}, 1, false); err != nil {
		t.Errorf("after Reset: %v", err)
	}
	if _, err := os.Stat("MUJOCO_LOG.TXT"); err == nil {
		t.Error("MuJoCo wrote its log file")
	}
}

func TestClosed(t *testing.T) {
	s := newSim(t)
	reset(t, s)
	state := s.AppendState(nil)
	s.Close()
	s.Close()
	for what, err := range map[string]error{
		"Step":    s.Step([]float64{0}, 1, false),
		"Reset":   s.Reset([]float64{0}, []float64{0}),
		"Restore": s.RestoreState(state),
	} {
		if !errors.Is(err, errClosed) {
			t.Errorf("%s after Close: %v", what, err)
		}
	}
	if len(s.AppendState(nil)) != len(state) {
		t.Error("AppendState after Close has another length")
	}
}

// TestParallel steps simulations of one model in many goroutines: they end in
// the same bits, and the race detector has something to look at.
func TestParallel(t *testing.T) {
	m := newSim(t).m
	ends := make([]float64, 8)
	var wg sync.WaitGroup
	for k := range ends {
		wg.Go(func() {
			s, err := m.NewSim()
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			reset(t, s)
			for i := range 300 {
				if err := s.Step([]float64{math.Sin(float64(i))}, 3, true); err != nil {
					t.Error(err)
					return
				}
			}
			ends[k] = s.QPos[0]
		})
	}
	wg.Wait()
	for _, x := range ends {
		if x != ends[0] {
			t.Fatalf("parallel simulations end apart: %v", ends)
		}
	}
}

func TestVersionString(t *testing.T) {
	for v, want := range map[int]string{2002002: "2.2.2", 3001006: "3.1.6", 3017000: "3.17.0"} {
		if got := versionString(v); got != want {
			t.Errorf("%d is %s, want %s", v, got, want)
		}
	}
}

// FuzzRestoreState: whatever the bytes, the simulation survives, and a refused
// state leaves it as it was.
func FuzzRestoreState(f *testing.F) {
	s := newSim(f)
	reset(f, s)
	good := s.AppendState(nil)
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add(append(slices.Clone(good[:stateHead]), slices.Repeat([]byte{0x7f}, len(good)-stateHead)...))
	f.Add([]byte(stateTag))
	f.Add(append(slices.Clone(good[:stateHead]), slices.Repeat([]byte{0xff}, len(good)-stateHead)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := s.RestoreState(good); err != nil {
			t.Fatal(err)
		}
		if err := s.RestoreState(b); err != nil {
			if again := s.AppendState(nil); !slices.Equal(again, good) {
				t.Fatalf("a refused state changed the simulation: %v", err)
			}
			return
		}
		err := s.Step([]float64{0}, 2, true)
		if err != nil && !errors.Is(err, env.ErrDiverged) && !errors.Is(err, env.ErrNeedsReset) && !errors.Is(err, ErrSim) {
			t.Fatalf("step after restore: %v", err)
		}
		if err == nil && !finite(s.io) {
			t.Fatalf("a step wrote %v without an error", s.io)
		}
	})
}
