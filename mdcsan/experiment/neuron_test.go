package experiment

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gomdcsan/mdcsan/equations"
)

const ownText = "dv = 0.5*(c - v)\nspike: v > vth\nreset: v = 0\n"

// neuronConfig is a run of a few updates.
func neuronConfig(neuron string) Config {
	c := QuickConfig("Pendulum-v1")
	c.Neuron, c.Hidden, c.CriticHidden = neuron, []int{16}, []int{16}
	c.Steps, c.StartSteps, c.UpdateAfter, c.EvalEvery, c.EvalEpisodes, c.Replay = 300, 100, 200, 150, 1, 1000
	return c
}

// TestEquationsWithoutTheirFile: a run stopped half way goes on without the file
// that its neuron came from, to the numbers it would have had.
func TestEquationsWithoutTheirFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "own.neuron")
	if err := os.WriteFile(file, []byte(ownText), 0o666); err != nil {
		t.Fatal(err)
	}
	train := func(r *Run, err error) *Run {
		t.Helper()
		if err == nil {
			err = r.Train(context.Background())
		}
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	c := neuronConfig(file)
	whole := train(New(c, Parts{}))
	if got := whole.Config.Name(); got != "Pendulum-v1 mdcsan pop own" {
		t.Errorf("the run is called %q", got)
	}
	c.Dir, c.Steps = filepath.Join(t.TempDir(), "run"), 150
	half := train(New(c, Parts{}))
	if err := half.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	rest := train(Resume(c.Dir, 300, Parts{}))
	defer rest.Close()
	if !strings.Contains(rest.Config.Neuron, "dv = 0.5*(c - v)") {
		t.Errorf("the manifest holds %q", rest.Config.Neuron)
	}
	_, want := whole.Curve()
	if _, got := rest.Curve(); !slices.Equal(got, want) {
		t.Errorf("resumed: %v, want %v", got, want)
	}
	a, err := LoadActor(c.Dir, Parts{})
	if err != nil {
		t.Fatal(err)
	}
	if s := a.String(); !strings.Contains(s, "kind own") || !strings.Contains(s, "dv = 0.5") {
		t.Errorf("the actor does not show its equations: %s", s)
	}
}

// TestExplosion: a state without bounds is named.
func TestExplosion(t *testing.T) {
	r, err := New(neuronConfig("v <- v^3*30 + 9 + c\nspike: v > vth"), Parts{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err = r.Train(context.Background()); err == nil || !strings.Contains(err.Error(), `its state "v" grew beyond all bounds`) {
		t.Errorf("%v", err)
	}
}

func TestNeuronSetting(t *testing.T) {
	for _, name := range equations.Names() {
		c := neuronConfig(name)
		if err := c.Validate(); err != nil {
			t.Error(err)
		}
		if full, err := c.WithEquations(); err != nil || full.Name() != c.Name() || !strings.HasSuffix(c.Name(), " "+name) {
			t.Errorf("%s: %q with its text, %q by its name (%v)", name, full.Name(), c.Name(), err)
		}
		if s := new(Config).Settings(); !slices.ContainsFunc(s, func(s Setting) bool { return s.Name == "neuron" && strings.Contains(s.Help, " "+name) }) {
			t.Errorf("the help of neuron does not name %s", name)
		}
	}
	for neuron, want := range map[string]string{
		"alfi": "must be one of dn,", "nowhere.neuron": "nowhere.neuron", "relu": "must be one of",
		"dv = c - w; spike: v > vth": `line 1, column 10: "w" is not known`,
	} {
		if err := neuronConfig(neuron).Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", neuron, err, want)
		}
	}
}
