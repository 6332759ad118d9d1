package experiment

import "slices"

// meaningless names the settings that change nothing for the actor of c, such
// as the time steps of a DAN: runs that differ only in them are one run.
func (c Config) meaningless() []string {
	spiking := []string{"coding", "neuron", "learn", "theta", "u0", "surrogate", "window", "t", "det_threshold", "current_decay", "voltage_decay", "threshold"}
	dynamic := []string{"learn", "theta", "u0"}
	var names []string
	switch c.Actor {
	case "dan":
		return append(spiking, "population", "population_std", "mean_low", "mean_high", "frozen_encoder", "output_population")
	case "popdan":
		return spiking
	case "lif":
		names = append([]string{"neuron"}, dynamic...)
	case "mdcsan":
		switch c.Neuron {
		case "dn":
			names = []string{"voltage_decay"}
		case "dn-printed":
			names = []string{"voltage_decay", "u0"}
		case "lif":
			names = dynamic
		case "if":
			names = append([]string{"voltage_decay"}, dynamic...)
		}
	}
	if !slices.Contains([]string{"pop+det", "det"}, c.coding()) {
		names = append(names, "det_threshold")
	}
	return names
}

// Meaningful gives every setting that means nothing to the actor its default,
// and none where it is a name: two configurations of one run are then equal.
func (c Config) Meaningful() Config {
	def := DefaultConfig(c.Task)
	def.Coding, def.Neuron = "", ""
	defaults, names := def.Settings(), c.meaningless()
	for i, s := range c.Settings() {
		if slices.Contains(names, s.Name) {
			s.Value.Set(defaults[i].Value)
		}
	}
	return c
}

// Essence is Meaningful without the seed, the length and what is kept: what
// sets one group of runs apart from another.
func (c Config) Essence() Config {
	c = c.Meaningful()
	c.Seed, c.Dir, c.Steps, c.CheckpointEvery, c.Threads, c.TensorBoard = 0, "", 0, 0, 0, false
	return c
}
