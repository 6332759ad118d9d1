//go:build cgo && (linux || darwin)

package tasks

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gomdcsan/mdcsan/env/mjcf"
	"gomdcsan/mdcsan/env/mujoco"
)

// The golden numbers are those of the original gym models on MuJoCo 2.2.2,
// read from $GOLDEN_DIR/mujoco or from the copies in testdata.
const goldenVersion = "2.2.2"

// rolloutTolerance is per number, relative above 1. Rollouts are compared up
// to the step that the file names: there a disturbance of 1e-15 is still
// below 1e-9.
const rolloutTolerance = 1e-9

func goldenFiles(t *testing.T, pattern string) []string {
	t.Helper()
	if v := mujoco.Version(); v != goldenVersion {
		t.Skipf("the golden numbers are of MuJoCo %s, this is %s (TestAgreement measures the difference)", goldenVersion, v)
	}
	return filesOf(t, "mujoco", pattern)
}

// filesOf lists the files of a folder of $GOLDEN_DIR or of testdata.
func filesOf(t *testing.T, folder, pattern string) []string {
	t.Helper()
	dir := "testdata"
	if d := os.Getenv("GOLDEN_DIR"); d != "" {
		dir = d
	}
	files, err := filepath.Glob(filepath.Join(dir, folder, pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files %s in %s (%v)", pattern, filepath.Join(dir, folder), err)
	}
	return files
}

// episodeStart is what a golden episode of either kind starts from, and how many
// of its steps are compared.
type episodeStart struct {
	Task         string    `json:"task"`
	Dt           float64   `json:"dt"`
	InitQpos     []float64 `json:"init_qpos"`
	InitQvel     []float64 `json:"init_qvel"`
	OffsetQpos   []float64 `json:"offset_qpos"`
	OffsetQvel   []float64 `json:"offset_qvel"`
	CompareUntil int       `json:"compare_until"`
	Reset        struct {
		Qpos []float64 `json:"qpos"`
		Qvel []float64 `json:"qvel"`
		Obs  []float64 `json:"obs"`
	} `json:"reset"`
}

// rollout is a golden episode.
type rollout struct {
	episodeStart
	Inertia string        `json:"inertia"`
	Steps   []rolloutStep `json:"steps"`
}

type rolloutStep struct {
	Action     []float64 `json:"action"`
	Qpos       []float64 `json:"qpos"`
	Qvel       []float64 `json:"qvel"`
	Obs        []float64 `json:"obs"`
	Reward     float64   `json:"reward"`
	Forward    float64   `json:"reward_forward"`
	Control    float64   `json:"reward_ctrl"` // negative
	Survive    float64   `json:"reward_survive"`
	Terminated bool      `json:"terminated"`
	TorsoXY    []float64 `json:"torso_xy"`
	Cfrc       []float64 `json:"cfrc_clipped"`
	RewardRNE  float64   `json:"reward_rne"`
}

func readRollout(t *testing.T, path string) *rollout {
	t.Helper()
	var r rollout
	readGzip(t, path, &r)
	return &r
}

// readGzip reads a compressed JSON file.
func readGzip(t *testing.T, path string, into any) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err == nil {
		err = json.NewDecoder(z).Decode(into)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func TestGoldenRollouts(t *testing.T) {
	for _, path := range goldenFiles(t, "*.json.gz") {
		r := readRollout(t, path)
		t.Run(strings.TrimSuffix(filepath.Base(path), ".json.gz"), func(t *testing.T) {
			variants := []Options{{}, {Position: true}}
			if r.Task == "Ant-v3" {
				variants = append(variants, Options{Contact: ContactRNE})
			}
			for _, o := range variants {
				o.Inertia = mjcf.Inertia(r.Inertia)
				worst, err := replay(r, o, r.CompareUntil, rolloutTolerance)
				if err != nil {
					t.Errorf("%+v: %v", o, err)
				}
				t.Logf("%+v: largest difference over %d steps %.2g", o, r.CompareUntil, worst)
			}
		})
	}
}

// replay plays a rollout and compares every number up to the step until; it
// returns the largest difference seen and an error at the first beyond tol.
func replay(r *rollout, o Options, until int, tol float64) (worst float64, err error) {
	e, err := New(r.Task, o)
	if err != nil {
		return 0, err
	}
	defer e.Close()
	l := e.(*Locomotion)
	if l.spec.Dt != r.Dt {
		return 0, fmt.Errorf("dt %v, want %v", l.spec.Dt, r.Dt)
	}
	if !slices.Equal(l.start, r.InitQpos) {
		return 0, fmt.Errorf("initial pose %v, want %v", l.start, r.InitQpos)
	}
	check := func(step int, what string, got, want []float64) {
		if len(got) != len(want) && err == nil {
			err = fmt.Errorf("step %d: %d numbers of %s, want %d", step, len(got), what, len(want))
			return
		}
		for i := range want {
			d := math.Abs(got[i]-want[i]) / max(1, math.Abs(want[i]))
			if worst = max(worst, d); !(d <= tol) && err == nil {
				err = fmt.Errorf("step %d: %s[%d] = %.17g, want %.17g", step, what, i, got[i], want[i])
			}
		}
	}
	obs := make([]float64, l.spec.ObsDim)
	if err := l.resetTo(obs, sum(r.InitQpos, r.OffsetQpos), sum(r.InitQvel, r.OffsetQvel)); err != nil {
		return 0, err
	}
	check(-1, "qpos", l.sim.QPos, r.Reset.Qpos)
	check(-1, "qvel", l.sim.QVel, r.Reset.Qvel)
	check(-1, "obs", obs, r.obs(o, l.def.hidden, r.Reset.Qpos, r.Reset.Obs, nil))
	for k, s := range r.Steps[:until] {
		terminated, failed := l.advance(obs, s.Action)
		if failed != nil {
			return worst, fmt.Errorf("step %d: %w", k, failed)
		}
		reward := s.Reward
		if o.Contact == ContactRNE {
			reward = s.RewardRNE
		}
		tm := l.terms
		check(k, "qpos", l.sim.QPos, s.Qpos)
		check(k, "qvel", l.sim.QVel, s.Qvel)
		check(k, "obs", obs, r.obs(o, l.def.hidden, s.Qpos, s.Obs, s.Cfrc))
		check(k, "reward, forward, control, healthy", []float64{tm.Reward(), tm.Forward, -tm.Control, tm.Healthy},
			[]float64{reward, s.Forward, s.Control, s.Survive})
		if len(s.TorsoXY) > 0 {
			check(k, "torso", l.sim.XPos[3:5], s.TorsoXY)
		}
		if terminated != s.Terminated && err == nil {
			err = fmt.Errorf("step %d: terminated %v, want %v", k, terminated, s.Terminated)
		}
		if err != nil {
			return worst, err
		}
	}
	return worst, err
}

// obs is the observation that the options ask for, made of the stored one.
func (r *rollout) obs(o Options, hidden int, qpos, obs, cfrc []float64) []float64 {
	want := slices.Clone(obs)
	if o.Contact == ContactRNE && cfrc != nil {
		want = append(want[:len(want)-len(cfrc)], cfrc...)
	}
	if o.Position {
		want = slices.Concat(qpos[:hidden], want)
	}
	return want
}

func sum(a, b []float64) []float64 {
	s := slices.Clone(a)
	for i := range s {
		s[i] += b[i]
	}
	return s
}

// TestGoldenModels compares the compiled models with gym's originals: integers
// equal, numbers to 1e-12 relative (the originals of hopper and walker are
// written in world coordinates, so that theirs carry a rounding more).
func TestGoldenModels(t *testing.T) {
	for _, path := range goldenFiles(t, "models/*.json") {
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		t.Run(name, func(t *testing.T) {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var want map[string]any
			if err := json.Unmarshal(b, &want); err != nil {
				t.Fatal(err)
			}
			inertia := mjcf.Inertia(want["inertia"].(string))
			delete(want, "inertia")
			m := loadNamed(t, strings.TrimSuffix(name, "_"+string(inertia)), inertia)
			for array, w := range want {
				if err := compareArray(m, array, w); err != nil {
					t.Error(err)
				}
			}
			t.Logf("%d arrays compared", len(want))
		})
	}
}

func loadNamed(t *testing.T, name string, inertia mjcf.Inertia) *mujoco.Model {
	t.Helper()
	for _, d := range locomotions() {
		if table := d.model(); table.Name == name {
			m, err := loadModel(table, inertia)
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
	}
	t.Fatalf("no model called %q", name)
	return nil
}

func compareArray(m *mujoco.Model, name string, want any) error {
	var w []float64
	switch want := want.(type) {
	case float64:
		w = []float64{want}
	case []any:
		for _, v := range want {
			w = append(w, v.(float64))
		}
	}
	got, err := m.Array(name)
	if err != nil {
		return err
	}
	if len(got) != len(w) {
		return fmt.Errorf("%s: %d numbers, want %d", name, len(got), len(w))
	}
	for i := range w {
		tol := 1e-12 * math.Abs(w[i])
		if w[i] == 0 {
			tol = 1e-15 // rounding around a number that is zero
		}
		if w[i] == math.Trunc(w[i]) && got[i] == math.Trunc(got[i]) {
			tol = 0
		}
		if !(math.Abs(got[i]-w[i]) <= tol) {
			return fmt.Errorf("%s[%d] = %.17g, want %.17g", name, i, got[i], w[i])
		}
	}
	return nil
}
