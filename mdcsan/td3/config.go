package td3

import (
	"fmt"
	"math"
)

// Config is TD3's setting for one task.
type Config struct {
	ObsDim   int     // N, numbers in an observation
	ActDim   int     // M, numbers in an action
	ActLimit float32 // actions lie in [-ActLimit, ActLimit]

	ActorLR      float64 // Adam's rate: 1e-4 for spiking actors, 1e-3 for DAN and Pop-DAN
	CriticLR     float64
	CriticHidden []int   // widths of the critics' rectified layers
	Gamma        float64 // reward discount factor
	Tau          float64 // soft target update factor
	PolicyDelay  int     // critic updates per update of actor and targets
	ExploreNoise float64 // standard deviation, in the action's units
	TargetNoise  float64 // standard deviation, in the action's units
	NoiseClip    float64 // bound of the target noise, in the action's units

	Normalise      bool    // observations as running z-scores, for actor and critics
	NormaliseEvery int     // stored observations between two refreshes of the statistics
	NormaliseClip  float32 // bound of a z-score
}

// Default returns the paper's setting for a spiking actor.
func Default(obsDim, actDim int, actLimit float32) Config {
	return Config{
		ObsDim: obsDim, ActDim: actDim, ActLimit: actLimit,
		ActorLR: 1e-4, CriticLR: 1e-3, CriticHidden: []int{256, 256},
		Gamma: 0.99, Tau: 0.005, PolicyDelay: 2,
		ExploreNoise: 0.1, TargetNoise: 0.2, NoiseClip: 0.5,
		Normalise: true, NormaliseEvery: 50, NormaliseClip: 3,
	}
}

// Validate returns an error that names the first field out of its range.
func (c Config) Validate() error {
	type intField struct {
		name  string
		value int
	}
	ints := []intField{{"ObsDim", c.ObsDim}, {"ActDim", c.ActDim}, {"PolicyDelay", c.PolicyDelay}, {"NormaliseEvery", c.NormaliseEvery}}
	for l, h := range c.CriticHidden {
		ints = append(ints, intField{fmt.Sprintf("CriticHidden[%d]", l), h})
	}
	for _, f := range ints {
		if f.value < 1 {
			return fmt.Errorf("td3: %s is %d, want at least 1", f.name, f.value)
		}
	}
	for _, f := range []struct {
		name      string
		value     float64
		high      float64
		above     bool // 0 itself is refused
		wantRange string
	}{
		{"ActLimit", float64(c.ActLimit), math.MaxFloat64, true, "a positive number"},
		{"ActorLR", c.ActorLR, math.MaxFloat64, true, "a positive number"},
		{"CriticLR", c.CriticLR, math.MaxFloat64, true, "a positive number"},
		{"Gamma", c.Gamma, 1, false, "0 to 1"},
		{"Tau", c.Tau, 1, true, "above 0, at most 1"},
		{"ExploreNoise", c.ExploreNoise, math.MaxFloat64, false, "at least 0"},
		{"TargetNoise", c.TargetNoise, math.MaxFloat64, false, "at least 0"},
		{"NoiseClip", c.NoiseClip, math.MaxFloat64, false, "at least 0"},
		{"NormaliseClip", float64(c.NormaliseClip), math.MaxFloat64, true, "a positive number"},
	} {
		if !(f.value >= 0 && f.value <= f.high) || f.above && f.value == 0 {
			return fmt.Errorf("td3: %s is %v, want %s", f.name, f.value, f.wantRange)
		}
	}
	return nil
}
