package bench

import (
	"strconv"

	"gomdcsan/mdcsan/nn"
	"gomdcsan/mdcsan/snn"
)

// trainedRates are the firing rates (spikes per neuron and step) of the layers
// of an MDC-SAN trained for 18,000 steps on HalfCheetah-v3, seed 0, averaged
// over 400 steps of an episode. A fresh network hardly fires (0.04, 0.002 and
// 0), and products of spikes cost by the spike: measured fresh, an update
// would look faster than training is.
var trainedRates = [...]float64{0.33, 0.43, 0.50}

// excite scales the weights of each layer until it fires as in training.
func excite(a *snn.Actor, obs []float32, dim int) {
	for l, want := range trainedRates {
		w := param(a, "W"+strconv.Itoa(l))
		start := append([]float32(nil), w.Value...)
		lo, hi := float32(0), float32(64)
		for range 12 {
			mid := (lo + hi) / 2
			for i, x := range start {
				w.Value[i] = mid * x
			}
			if rate(a, obs, dim, l) < want {
				lo = mid
			} else {
				hi = mid
			}
		}
	}
}

// rate is layer l's mean firing rate over a few observations.
func rate(a *snn.Actor, obs []float32, dim, l int) float64 {
	const states = 10
	var sum float64
	for b := range states {
		rates := a.Record(obs[b*dim : (b+1)*dim]).Rates(l)
		for _, r := range rates {
			sum += r / float64(len(rates)*states)
		}
	}
	return sum
}

func param(a *snn.Actor, name string) *nn.Param {
	for _, p := range a.Params() {
		if p.Name == name {
			return p
		}
	}
	panic("bench: the actor has no " + name)
}
