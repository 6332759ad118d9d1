package snn

import "sort"

// Potential returns the membrane potential V of a neuron over the T steps, as
// plots take it. Layers and neurons count from 0.
func (r *Recording) Potential(layer, neuron int) []float64 { return column(r.Layers[layer].V, neuron) }

// Current returns the synaptic current C of a neuron over the T steps.
func (r *Recording) Current(layer, neuron int) []float64 { return column(r.Layers[layer].C, neuron) }

// Resistance returns the variable U of a dynamic neuron over the T steps.
func (r *Recording) Resistance(layer, neuron int) []float64 { return column(r.Layers[layer].U, neuron) }

// Spikes tells at which of the T steps a neuron fired.
func (r *Recording) Spikes(layer, neuron int) []bool {
	out := make([]bool, len(r.Layers[layer].O))
	for t, row := range r.Layers[layer].O {
		out[t] = row[neuron] > 0
	}
	return out
}

// Raster returns the spikes of a layer, [neuron][step].
func (r *Recording) Raster(layer int) [][]bool {
	out := make([][]bool, len(r.Layers[layer].Rate))
	for i := range out {
		out[i] = r.Spikes(layer, i)
	}
	return out
}

// Rates returns the firing rates of a layer, in spikes per step.
func (r *Recording) Rates(layer int) []float64 {
	out := make([]float64, len(r.Layers[layer].Rate))
	for i, x := range r.Layers[layer].Rate {
		out[i] = float64(x)
	}
	return out
}

// ByRate lists a layer's neurons from the most to the least active.
func (r *Recording) ByRate(layer int) []int {
	rate := r.Layers[layer].Rate
	order := make([]int, len(rate))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return rate[order[a]] > rate[order[b]] })
	return order
}

func column(rows [][]float32, i int) []float64 {
	out := make([]float64, len(rows))
	for t, row := range rows {
		out[t] = float64(row[i])
	}
	return out
}
