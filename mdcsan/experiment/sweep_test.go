package experiment

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gomdcsan/mdcsan/checkpoint"
)

const sweepText = `
dir = "%DIR%"
parallel = 2
[settings]
task = "Pendulum-v1"
hidden = [8]
critic_hidden = [8]
population = 3
batch = 8
steps = 450
start_steps = 100
update_after = 50
eval_every = 150
eval_episodes = 1
[[grid]]
coding = ["pop", "pop+det"]
t = [2, 3]
seed = [0, 1]
[[grid]]
actor = ["dan"]
coding = ["pop", "uni"]
`

func sweepIn(t *testing.T, dir, text string) *Sweep {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s.toml")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "%DIR%", dir)), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := ReadSweep(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSweepExpands(t *testing.T) {
	runs, err := sweepIn(t, "d", sweepText).Runs()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range runs {
		names = append(names, c.Dir)
		if c.Steps != 450 || c.Task != "Pendulum-v1" || !slices.Equal(c.Hidden, []int{8}) {
			t.Errorf("%s: %+v", c.Dir, c)
		}
	}
	// A DAN has no coding: its two combinations are one run.
	want := []string{
		"d/Pendulum-v1-mdcsan-pop-dn-t2-seed0", "d/Pendulum-v1-mdcsan-pop-dn-t3-seed0",
		"d/Pendulum-v1-mdcsan-pop+det-dn-t2-seed0", "d/Pendulum-v1-mdcsan-pop+det-dn-t3-seed0",
		"d/Pendulum-v1-mdcsan-pop-dn-t2-seed1", "d/Pendulum-v1-mdcsan-pop-dn-t3-seed1",
		"d/Pendulum-v1-mdcsan-pop+det-dn-t2-seed1", "d/Pendulum-v1-mdcsan-pop+det-dn-t3-seed1",
		"d/Pendulum-v1-dan-seed0",
	}
	slices.Sort(names)
	slices.Sort(want)
	if !slices.Equal(names, want) {
		t.Errorf("%q", names)
	}
	for text, says := range map[string]string{
		"dir = 'd'\n":                      "nothing to run",
		"[[grid]]\ntask=['Ant-v3']\nt=[0]": "t = 0: must be in 1",
	} {
		if _, err := sweepIn(t, "d", text).Runs(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestSweepNamesItsMistakes(t *testing.T) {
	_, err := ParseSweep([]byte("[[grid]]\ntask=['Ant-v3']\ncodign=['pop']"))
	if err == nil || !strings.Contains(err.Error(), `no such setting: "codign" in line 3 (did you mean "coding"?)`) {
		t.Error(err)
	}
	s := Sweep{Grids: []map[string]any{{"task": []string{"Ant-v3"}, "codign": []string{"pop"}}}}
	if _, err := s.Runs(); err == nil || !strings.Contains(err.Error(), `no such setting: "codign"`) {
		t.Error(err)
	}
}

// A grid may be written in Go as well.
func TestSweepFromGo(t *testing.T) {
	s := Sweep{Dir: "d", Settings: map[string]any{"task": "Pendulum-v1"}, Grids: []map[string]any{{
		"coding": []string{"pop", "uni"}, "seed": []int{3, 4}, "hidden": [][]int{{8}, {16, 16}}, "theta": []float64{1, 2, 3, 4},
	}}}
	runs, err := s.Runs()
	if err != nil || len(runs) != 8 {
		t.Fatalf("%d runs, %v", len(runs), err)
	}
	for _, c := range runs {
		if c.Theta[2] != 3 || c.Seed < 3 || c.Hidden[0] != 8*len(c.Hidden) {
			t.Errorf("%+v", c)
		}
	}
}

// A sweep that is stopped and started again gives what each run gives alone,
// does nothing twice, and does not stop for a run that fails.
func TestSweepRuns(t *testing.T) {
	s := sweepIn(t, t.TempDir(), sweepText)
	s.Grids = s.Grids[:1]
	broken := filepath.Join(s.Dir, "Pendulum-v1-mdcsan-pop-dn-t2-seed1")
	w, err := s.Start(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
	w.Stop()
	if err := w.Wait(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(broken, latestName), []byte("x"), 0o644); err == nil { // it had begun
		if w, err = s.Start(context.Background()); err == nil {
			err = w.Wait()
		}
		if !errors.Is(err, checkpoint.ErrForeign) || !strings.Contains(err.Error(), broken) {
			t.Errorf("a damaged run was taken for a new one: %v", err)
		}
		os.RemoveAll(broken)
	}
	os.WriteFile(broken, nil, 0o644) // a file where a folder should be
	if w, err = s.Start(context.Background()); err == nil {
		err = w.Wait()
	}
	if err == nil || !strings.Contains(err.Error(), broken) {
		t.Errorf("the failed run: %v", err)
	}
	os.Remove(broken)
	if w, err = s.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := w.Wait(); err != nil {
		t.Fatal(err)
	}
	results, err := w.Results()
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range results {
		if state := w.State(i); state.State != "done" || r == nil || !r.Done() {
			t.Errorf("%v", state)
			continue
		}
		alone := w.Runs[i]
		alone.Dir = t.TempDir()
		train(t, alone)
		compare(t, r.Dir, filesOf(t, r.Dir), filesOf(t, alone.Dir))
	}
	all, err := ReadRuns(s.Dir)
	if err != nil {
		t.Fatal(err)
	}
	groups := Groups(all)
	if len(groups) != 4 {
		t.Errorf("%d groups of %d runs", len(groups), len(all))
	}
	for _, g := range groups {
		if len(g.Runs) != 2 || len(g.Steps) != 3 || !strings.HasPrefix(g.Name, "pop") || !strings.Contains(g.Name, " t ") {
			t.Errorf("%+v", g)
		}
	}
	s.Settings["gamma"] = 0.5
	if _, err := s.Start(context.Background()); err == nil || !strings.Contains(err.Error(), "gamma is 0.99 there and 0.5 here") {
		t.Errorf("other settings in the same folders: %v", err)
	}
}
