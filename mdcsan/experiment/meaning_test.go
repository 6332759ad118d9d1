package experiment

import (
	"slices"
	"testing"
)

// TestSweepLeavesOutWhatMeansNothing: settings that change nothing for an actor
// make no second run of it.
func TestSweepLeavesOutWhatMeansNothing(t *testing.T) {
	for _, c := range []struct {
		grid map[string]any
		want int
	}{
		{map[string]any{"actor": []string{"dan"}, "t": []int{3, 5}, "theta": [][]float64{{1, 2, 3, 4}, {0, 0, 0, 0}}, "population": []int{5, 10}}, 1},
		{map[string]any{"actor": []string{"popdan"}, "t": []int{3, 5}, "population": []int{5, 10}}, 2},
		{map[string]any{"actor": []string{"lif"}, "t": []int{3, 5}, "u0": []float64{0, 0.08}}, 2},
		{map[string]any{"actor": []string{"mdcsan"}, "t": []int{3, 5}, "u0": []float64{0, 0.08}, "voltage_decay": []float64{0.5, 0.75}}, 4},
		{map[string]any{"actor": []string{"mdcsan"}, "neuron": []string{"dn", "dn-printed"}, "u0": []float64{0, 0.08}}, 3},
	} {
		c.grid["task"] = []string{"Hopper-v3"}
		s := Sweep{Grids: []map[string]any{c.grid}}
		runs, err := s.Runs()
		if err != nil || len(runs) != c.want {
			t.Errorf("%v: %d runs, %v, want %d", c.grid, len(runs), err, c.want)
		}
	}
}

// TestEssenceKeepsWhatCounts: every setting that counts sets groups apart.
func TestEssenceKeepsWhatCounts(t *testing.T) {
	base := DefaultConfig("Hopper-v3")
	if names := base.meaningless(); !slices.Equal(names, []string{"voltage_decay", "det_threshold"}) {
		t.Errorf("of MDC-SAN %v mean nothing", names)
	}
	for _, change := range []func(*Config){
		func(c *Config) { c.T = 4 }, func(c *Config) { c.U0 = 0 }, func(c *Config) { c.Normalise = false },
		func(c *Config) { c.Coding = "pop+det" }, func(c *Config) { c.Gamma = 0.9 }, func(c *Config) { c.Theta = []float64{0, 0, 0, 0} },
	} {
		c := base
		change(&c)
		if same := len(differences(c.Essence(), base.Essence())) == 0; same {
			t.Errorf("%+v is taken for the default", c)
		}
	}
	c := base
	c.Seed, c.Steps, c.VoltageDecay, c.Threads = 7, 5, 0.1, 3
	if text := differences(c.Essence(), base.Essence()); text != "" {
		t.Error(text)
	}
}
