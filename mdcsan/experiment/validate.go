package experiment

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Validate reports every setting that cannot be used, each with its name, its
// value and what is allowed. Whether the task exists is known to the registry
// of tasks, which is asked when the run starts.
func (c Config) Validate() error {
	var v validator
	v.check(c.Task != "", "task", c.Task, "must name a task, such as Hopper-v3")
	v.oneOf("inertia", c.Inertia, "legacy", "exact")
	v.oneOf("contact", c.Contact, "zero", "rne")
	v.actor(c)
	v.td3(c)
	v.schedule(c)
	return errors.Join(v.errs...)
}

// Bounds far above anything useful.
const (
	maxLayer  = 1 << 14       // neurons
	maxSteps  = 1000          // of time, neurons per dimension, episodes
	maxBatch  = 100_000       // transitions
	maxReplay = 1_000_000_000 // transitions
)

type validator struct{ errs []error }

func (v *validator) check(ok bool, field string, value any, rule string) {
	if !ok {
		v.errs = append(v.errs, fmt.Errorf("config: %s = %v: %s", field, value, rule))
	}
}

func (v *validator) oneOf(field, value string, allowed ...string) {
	v.check(slices.Contains(allowed, value), field, fmt.Sprintf("%q", value), "must be one of "+strings.Join(allowed, ", "))
}

func (v *validator) atLeast(field string, value, low int) {
	v.check(value >= low, field, value, fmt.Sprintf("must be at least %d", low))
}

// within reports the interval unless ok.
func (v *validator) within(field string, value float64, interval string, ok bool) {
	v.check(ok && !math.IsNaN(value), field, value, "must be in "+interval)
}

// between refuses also what cannot be meant and would exhaust the memory.
func (v *validator) between(field string, value, low, high int) {
	v.check(low <= value && value <= high, field, value, fmt.Sprintf("must be in %d to %d", low, high))
}

func (v *validator) sizes(field string, sizes []int) {
	ok := len(sizes) > 0 && !slices.ContainsFunc(sizes, func(n int) bool { return n < 1 || n > maxLayer })
	v.check(ok, field, sizes, fmt.Sprintf("must hold at least one size, each in 1 to %d", maxLayer))
}

func (v *validator) actor(c Config) {
	v.oneOf("actor", c.Actor, "mdcsan", "lif", "popdan", "dan")
	v.oneOf("coding", c.coding(), "pop", "pop+uni", "pop+poi", "pop+det", "uni", "poi", "det")
	v.neuron(c)
	v.oneOf("learn", c.Learn, "fixed", "layer", "neuron")
	v.oneOf("surrogate", c.Surrogate, "rectangular", "triangle", "sigmoid", "arctan")
	finite := !slices.ContainsFunc(c.Theta, func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) })
	v.check(len(c.Theta) == 4 && finite, "theta", c.Theta, "must be four finite numbers")
	v.within("u0", c.U0, "(-inf, inf)", !math.IsInf(c.U0, 0))
	v.within("window", c.Window, "(0, inf)", c.Window > 0 && !math.IsInf(c.Window, 0))
	v.between("t", c.T, 1, maxSteps)
	v.sizes("hidden", c.Hidden)
	v.between("population", c.Population, 1, maxSteps)
	v.within("population_std", c.PopulationStd, "[0, inf)", finiteFrom0(c.PopulationStd))
	v.check(c.PopulationStd > 0 || c.MeanLow < c.MeanHigh, "population_std", c.PopulationStd, "must be above 0 where mean_low is mean_high")
	v.within("det_threshold", c.DetThreshold, "(0, inf)", c.DetThreshold > 0 && !math.IsInf(c.DetThreshold, 0))
	v.within("mean_low", c.MeanLow, "(-inf, mean_high]", c.MeanLow <= c.MeanHigh && !math.IsInf(c.MeanLow, 0))
	v.within("mean_high", c.MeanHigh, "[mean_low, inf)", c.MeanLow <= c.MeanHigh && !math.IsInf(c.MeanHigh, 0))
	v.between("output_population", c.OutputPopulation, 1, maxSteps)
	v.within("current_decay", c.CurrentDecay, "[0, 1)", c.CurrentDecay >= 0 && c.CurrentDecay < 1)
	v.within("voltage_decay", c.VoltageDecay, "[0, 1]", c.VoltageDecay >= 0 && c.VoltageDecay <= 1)
	v.within("threshold", c.Threshold, "(0, inf)", c.Threshold > 0 && !math.IsInf(c.Threshold, 0))
}

func (v *validator) td3(c Config) {
	v.within("actor_rate", c.ActorRate, "[0, 1]", c.ActorRate >= 0 && c.ActorRate <= 1)
	v.within("critic_rate", c.CriticRate, "(0, 1]", c.CriticRate > 0 && c.CriticRate <= 1)
	v.sizes("critic_hidden", c.CriticHidden)
	v.between("batch", c.Batch, 1, maxBatch)
	v.between("replay", c.Replay, c.Batch, maxReplay)
	v.within("gamma", c.Gamma, "[0, 1]", c.Gamma >= 0 && c.Gamma <= 1)
	v.within("tau", c.Tau, "(0, 1]", c.Tau > 0 && c.Tau <= 1)
	v.within("exploration_noise", c.ExplorationNoise, "[0, inf)", finiteFrom0(c.ExplorationNoise))
	v.within("target_noise", c.TargetNoise, "[0, inf)", finiteFrom0(c.TargetNoise))
	v.within("noise_clip", c.NoiseClip, "[0, inf)", finiteFrom0(c.NoiseClip))
	v.atLeast("policy_delay", c.PolicyDelay, 1)
}

func finiteFrom0(x float64) bool { return x >= 0 && !math.IsInf(x, 0) }

func (v *validator) schedule(c Config) {
	v.atLeast("steps", c.Steps, 1)
	v.atLeast("start_steps", c.StartSteps, 0)
	v.atLeast("update_after", c.UpdateAfter, 1)
	v.atLeast("update_every", c.UpdateEvery, 1)
	v.atLeast("eval_every", c.EvalEvery, 1)
	v.between("eval_episodes", c.EvalEpisodes, 1, maxSteps)
	v.atLeast("checkpoint_every", c.CheckpointEvery, 0)
	v.between("threads", c.Threads, 0, 64)
}
