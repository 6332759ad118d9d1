package snn

import "fmt"

// Energy of one 32-bit floating-point operation in a 45 nm process, in
// picojoules: Horowitz, "Computing's energy problem (and what we can do about
// it)", ISSCC 2014, Fig. 1.1.9: an addition 0.9, a multiplication 3.7. Memory
// traffic, which costs more than either, is not counted.
const (
	AddPJ = 0.9
	MulPJ = 3.7
)

// Operations counts the arithmetic of one action.
type Operations struct {
	// Synaptic operations: additions of one weight caused by one spike.
	SynOps int
	// Multiply-accumulates: weights times analogue values (an analogue input,
	// a rate in the decoder, all weights of a deep network).
	MACs int
	// Additions and multiplications inside the neurons, biases included.
	NeuronAdds, NeuronMuls int
	// Spikes fired, input spikes included.
	Spikes int
}

// NanoJoules returns the energy estimate of the counted operations.
func (o Operations) NanoJoules() float64 {
	adds := float64(o.SynOps + o.MACs + o.NeuronAdds)
	return (adds*AddPJ + float64(o.MACs+o.NeuronMuls)*MulPJ) / 1000
}

// String returns the counts and the estimate on one line.
func (o Operations) String() string {
	return fmt.Sprintf("%d synaptic operations, %d multiply-accumulates, %d spikes: %.1f nJ",
		o.SynOps, o.MACs, o.Spikes, o.NanoJoules())
}

// MeanOperations is the mean of several counts, to whole numbers.
func MeanOperations(all ...Operations) Operations {
	var sum Operations
	n := max(len(all), 1)
	for _, o := range all {
		sum.SynOps += o.SynOps
		sum.MACs += o.MACs
		sum.NeuronAdds += o.NeuronAdds
		sum.NeuronMuls += o.NeuronMuls
		sum.Spikes += o.Spikes
	}
	half := n / 2
	return Operations{(sum.SynOps + half) / n, (sum.MACs + half) / n, (sum.NeuronAdds + half) / n, (sum.NeuronMuls + half) / n, (sum.Spikes + half) / n}
}

// DeepOperations counts one action of a perceptron of the given layer sizes,
// such as DAN's N, 256, 256, M: one multiply-accumulate per weight.
func DeepOperations(sizes ...int) Operations {
	var o Operations
	for l := 1; l < len(sizes); l++ {
		o.MACs += sizes[l-1] * sizes[l]
		o.NeuronAdds += sizes[l]
	}
	return o
}

// Operations counts what the recorded action took. A constant analogue input
// is weighted once, not at every step, as the program does it.
func (r *Recording) Operations() Operations {
	var o Operations
	below := r.Input
	if r.constantInput() {
		below = below[:1]
	}
	for _, l := range r.Layers {
		fan := len(l.O[0])
		for _, x := range below {
			if spikes, binary := countSpikes(x); binary {
				o.Spikes += spikes
				o.SynOps += spikes * fan
			} else {
				o.MACs += len(x) * fan
			}
		}
		o.addNeurons(l, r.T*fan)
		below = l.O
	}
	for _, x := range below {
		if spikes, binary := countSpikes(x); binary {
			o.Spikes += spikes
		}
	}
	for _, f := range r.Rate {
		o.MACs += len(f)
	}
	return o
}

// addNeurons counts n neuron updates. Additions and multiplications per
// update, by the forms in the package documentation; a reset, which is a
// selection, is not counted.
func (o *Operations) addNeurons(l LayerRecord, n int) {
	switch {
	case l.V == nil: // rectifier: the bias
		o.NeuronAdds += n
	case l.U == nil: // C: decay, input, bias; V: decay, current
		o.NeuronAdds += 3 * n
		o.NeuronMuls += 2 * n
	default: // C: decay, input, bias; V = v^2 - u + C; U += theta_v (theta_u v - u)
		o.NeuronAdds += 6 * n
		o.NeuronMuls += 4 * n
	}
}

func (r *Recording) constantInput() bool {
	for _, x := range r.Input[1:] {
		for i := range x {
			if x[i] != r.Input[0][i] {
				return false
			}
		}
	}
	_, binary := countSpikes(r.Input[0])
	return !binary
}

// countSpikes returns the number of ones, and whether all else is zero.
func countSpikes(x []float32) (int, bool) {
	n := 0
	for _, v := range x {
		switch v {
		case 0:
		case 1:
			n++
		default:
			return 0, false
		}
	}
	return n, true
}
