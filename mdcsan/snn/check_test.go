package snn

import (
	"strings"
	"testing"

	"gomdcsan/mdcsan/nn"
	"gomdcsan/mdcsan/rng"
)

// TestBuiltInParts: every neuron and encoder keeps the contract that users'
// own are held to.
func TestBuiltInParts(t *testing.T) {
	for _, c := range variants() {
		if c.Neuron != ReLU {
			if err := CheckNeuron(func(l, n int) Neuron { return newNeuron(c, l, n, nil) }, 5); err != nil {
				t.Errorf("%s: %v", label(c), err)
			}
		}
		if err := CheckEncoder(func(s *rng.Stream) Encoder { return newEncoder(c, s) }, c.ObsDim, c.T); err != nil {
			t.Errorf("%s: %v", label(c), err)
		}
	}
}

// faulty is a LIF neuron with one fault.
type faulty struct {
	leaky
	fault string
	calls float32
	p     *nn.Param
}

func (f *faulty) Params() []*nn.Param { return []*nn.Param{f.p} }

func (f *faulty) Forward(a *Activity) {
	f.leaky.Forward(a)
	n := a.B * a.N
	switch f.fault {
	case "start anew":
		f.calls++
		a.V[0] += f.calls
	case "change of C":
		a.O[0] += a.C[len(a.C)-1]
	case "other states":
		a.O[a.N] = a.C[0]
	case "written everywhere":
		clear(a.V[:n])
		copy(a.V[n:], spoilt(len(a.V)-n))
	}
}

func (f *faulty) Backward(a *Activity) {
	f.leaky.Backward(a)
	if f.fault != "unwritten" {
		f.p.Grad[0] = 1
	}
	switch f.fault {
	case "later step":
		a.DC[len(a.DC)-1] = 1
	case "not linear":
		for i, v := range a.DC {
			a.DC[i] = v * v
		}
	}
}

func TestCheckNeuronFindsFaults(t *testing.T) {
	for _, fault := range []string{"start anew", "change of C", "other states", "written everywhere", "unwritten", "later step", "not linear"} {
		err := CheckNeuron(func(_, n int) Neuron {
			return &faulty{leaky: leaky{surrogate: surrogate{Rectangular, 0.5, 0.5}, decay: 0.75}, fault: fault, p: nn.NewParam("p", 1)}
		}, 4)
		if err == nil || !strings.Contains(err.Error(), fault) {
			t.Errorf("fault %q: error %v", fault, err)
		}
	}
}

// faultyEncoder is a population with one fault.
type faultyEncoder struct {
	*Population
	fault string
	calls *float32 // shared by all encoders of a test: outside the stream
}

func (f faultyEncoder) Shape() (steps, size int) {
	if f.fault == "Shape" {
		return 2, 3
	}
	return f.Population.Shape()
}

func (f faultyEncoder) Encode(x, obs []float32, n int) {
	f.Population.Encode(x, obs, n)
	switch f.fault {
	case "unwritten or":
		copy(x, spoilt(1))
	case "from the stream":
		*f.calls++
		x[0] = *f.calls
	}
}

func (f faultyEncoder) Backward(dx, x, obs []float32, n int) {
	switch f.fault {
	case "Grad unwritten":
	case "central differences":
		f.Population.Backward(dx, x, obs, n)
		f.Mean.Grad[1] *= 1.2
	default:
		f.Population.Backward(dx, x, obs, n)
	}
}

func TestCheckEncoderFindsFaults(t *testing.T) {
	c := variants()[0]
	for _, fault := range []string{"Shape", "unwritten or", "from the stream", "Grad unwritten", "central differences"} {
		calls := new(float32)
		err := CheckEncoder(func(*rng.Stream) Encoder { return faultyEncoder{NewPopulation(c), fault, calls} }, c.ObsDim, c.T)
		if err == nil || !strings.Contains(err.Error(), fault) {
			t.Errorf("fault %q: error %v", fault, err)
		}
	}
}
