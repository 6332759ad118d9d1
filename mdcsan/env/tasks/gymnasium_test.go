//go:build cgo && (linux || darwin)

package tasks

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gomdcsan/mdcsan/env/mujoco"
)

// gymRollout is a golden episode of Gymnasium.
type gymRollout struct {
	episodeStart
	MuJoCo     string    `json:"mujoco"`
	ActionLow  []float64 `json:"action_low"`
	ActionHigh []float64 `json:"action_high"`
	Steps      []gymStep `json:"steps"`
}

type gymStep struct {
	Action     []float64          `json:"action"`
	Qpos       []float64          `json:"qpos"`
	Qvel       []float64          `json:"qvel"`
	Obs        []float64          `json:"obs"`
	Reward     float64            `json:"reward"`
	Terminated bool               `json:"terminated"`
	Info       map[string]float64 `json:"info"`
}

// TestGoldenGymnasium replays episodes of Gymnasium on the MuJoCo that each
// was recorded with; files of another release are listed. The copies of the
// humanoids in testdata hold the first 20 steps of theirs.
func TestGoldenGymnasium(t *testing.T) {
	if err := mujoco.Available(); err != nil {
		t.Fatal(err)
	}
	others := compareGymnasium(t, filesOf(t, "gymnasium", "*.json.gz"), mujoco.Version())
	t.Logf("not compared, for they are of another release than MuJoCo %s: %s", mujoco.Version(), strings.Join(others, ", "))
}

// compareGymnasium replays the files of a release and returns the others.
func compareGymnasium(t *testing.T, paths []string, version string) (others []string) {
	compared := 0
	for _, path := range paths {
		var r gymRollout
		readGzip(t, path, &r)
		if r.MuJoCo != version {
			others = append(others, filepath.Base(path))
			continue
		}
		compared++
		t.Run(strings.TrimSuffix(filepath.Base(path), ".json.gz"), func(t *testing.T) {
			worst, err := r.replay()
			if err != nil {
				t.Error(err)
			}
			t.Logf("largest difference over %d steps %.2g", r.CompareUntil, worst)
		})
	}
	t.Logf("MuJoCo %s: %d files compared with those of %s", mujoco.Version(), compared, version)
	if recorded := map[string]bool{"3.1.6": true, "4.0.0": true}[version]; recorded && compared == 0 {
		t.Errorf("no file of MuJoCo %s was compared", version)
	}
	return others
}

// TestGymnasiumAgreement: MuJoCo 2.2.2, with which Gymnasium does not run,
// computes the same as 3.1.6, to 2e-10 in the copies of testdata.
func TestGymnasiumAgreement(t *testing.T) {
	if v := mujoco.Version(); v != goldenVersion && v != "" {
		t.Skip("for MuJoCo " + goldenVersion + ": TestGoldenGymnasium compares " + v)
	}
	paths, err := filepath.Glob(filepath.Join("testdata", "gymnasium", "*_mj3.1.6_*.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	compareGymnasium(t, paths, "3.1.6")
}

// replay plays a rollout and returns the largest difference and the first one
// beyond the tolerance.
func (r *gymRollout) replay() (worst float64, err error) {
	e, err := New(r.Task, Options{})
	if err != nil {
		return 0, err
	}
	defer e.Close()
	b := e.(*Robot)
	// Gymnasium states limits in float32.
	same := func(a, b float64) bool { return float32(a) == float32(b) }
	if b.spec.Dt != r.Dt || !slices.EqualFunc(b.spec.ActLow, r.ActionLow, same) || !slices.EqualFunc(b.spec.ActHigh, r.ActionHigh, same) {
		return 0, fmt.Errorf("dt %v, actions in %v to %v, want %v, %v, %v", b.spec.Dt, b.spec.ActLow, b.spec.ActHigh, r.Dt, r.ActionLow, r.ActionHigh)
	}
	check := func(step int, what string, got, want []float64) {
		if len(got) != len(want) && err == nil {
			err = fmt.Errorf("step %d: %d numbers of %s, want %d", step, len(got), what, len(want))
		}
		for i := 0; i < len(want) && i < len(got); i++ {
			d := math.Abs(got[i]-want[i]) / max(1, math.Abs(want[i]))
			if worst = max(worst, d); !(d <= rolloutTolerance) && err == nil {
				err = fmt.Errorf("step %d: %s[%d] = %.17g, want %.17g", step, what, i, got[i], want[i])
			}
		}
	}
	obs := make([]float64, b.spec.ObsDim)
	if !strings.HasPrefix(r.Task, "Pusher") { // whose init_qpos Gymnasium overwrites
		check(-1, "initial qpos", b.start, r.InitQpos)
	}
	if err := b.resetTo(obs, sum(r.InitQpos, r.OffsetQpos), sum(r.InitQvel, r.OffsetQvel)); err != nil {
		return 0, err
	}
	check(-1, "qpos", b.sim.QPos, r.Reset.Qpos)
	check(-1, "qvel", b.sim.QVel, r.Reset.Qvel)
	check(-1, "obs", obs, r.Reset.Obs)
	for k, s := range r.Steps[:r.CompareUntil] {
		reward, terminated, failed := b.advance(obs, s.Action)
		if failed != nil {
			return worst, fmt.Errorf("step %d: %w", k, failed)
		}
		check(k, "qpos", b.sim.QPos, s.Qpos)
		check(k, "qvel", b.sim.QVel, s.Qvel)
		check(k, "obs", obs, s.Obs)
		check(k, "reward", []float64{reward}, []float64{s.Reward})
		for _, term := range b.Terms() {
			if want, ok := s.Info[term.Name]; ok && !strings.HasSuffix(r.Task, "-v4") {
				check(k, term.Name, []float64{term.Value}, []float64{want})
			}
		}
		if terminated != s.Terminated && err == nil {
			err = fmt.Errorf("step %d: terminated %v, want %v", k, terminated, s.Terminated)
		}
	}
	return worst, err
}

// TestGoldenAltered: a file in which one number is wrong does not pass.
func TestGoldenAltered(t *testing.T) {
	for name, alter := range map[string]func(*gymRollout){
		"":            func(*gymRollout) {},
		"observation": func(r *gymRollout) { r.Steps[3].Obs[2] += 1e-8 },
		"reward":      func(r *gymRollout) { r.Steps[3].Reward += 1e-8 },
		"end":         func(r *gymRollout) { r.Steps[3].Terminated = true },
		"reset":       func(r *gymRollout) { r.Reset.Obs[0] += 1e-8 },
		"limit":       func(r *gymRollout) { r.ActionHigh[0] = 2 },
		"info":        func(r *gymRollout) { r.Steps[3].Info["reward_ctrl"] += 1e-8 },
	} {
		var r gymRollout
		readGzip(t, filepath.Join("testdata", "gymnasium", "reacher_v5_mj3.1.6_main.json.gz"), &r)
		alter(&r)
		if _, err := r.replay(); (err == nil) != (name == "") {
			t.Errorf("with an altered %q: %v", name, err)
		}
	}
}
