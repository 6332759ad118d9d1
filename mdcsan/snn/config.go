package snn

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Coding is how an observation becomes the network's input (Fig. 5).
type Coding string

// The codings. "C" in the paper's names is left out: Cpop+Cuni is "pop+uni".
// Comparing with a uniform number and drawing with a probability are one thing:
// with the same seed, runs of PopUni and PopPoi are the same to the last bit, and
// so are those of Uni and Poi.
const (
	Pop    Coding = "pop"     // eq. 1: the Gaussian activations themselves, at every step
	PopUni Coding = "pop+uni" // eq. 2: a spike where the activation exceeds a fresh uniform number
	PopPoi Coding = "pop+poi" // eq. 3, R = 1: a spike drawn with the activation as its probability
	PopDet Coding = "pop+det" // eqs. 4, 5: the activation charges an integrate-and-fire neuron
	Uni    Coding = "uni"     // one receptive field per dimension (mean 0), then eq. 2
	Poi    Coding = "poi"     // one receptive field per dimension (mean 0), then eq. 3
	Det    Coding = "det"     // one receptive field per dimension (mean 0), then eqs. 4, 5
)

// Codings lists all codings.
func Codings() []Coding { return []Coding{Pop, PopUni, PopPoi, PopDet, Uni, Poi, Det} }

// population reports whether the coding has J receptive fields a dimension.
func (c Coding) population() bool { return strings.HasPrefix(string(c), "pop") }

// NeuronKind names the neuron of the network's layers: one of the built-in ones
// below, one of the library of equations (equations.Names), or the text of
// equations itself, see package equations.
type NeuronKind string

// The neurons. ReLU makes the network analogue: the paper's Pop-DAN.
const (
	DN        NeuronKind = "dn"         // dU = theta_v (theta_u V - U): reproduces Fig. 8
	DNPrinted NeuronKind = "dn-printed" // dU = theta_v V - theta_u U: eq. 8 as printed
	LIF       NeuronKind = "lif"        // leaky integrate and fire
	IF        NeuronKind = "if"         // integrate and fire: LIF without the leak
	ReLU      NeuronKind = "relu"       // no spikes, one pass; last layer linear
)

// NeuronKinds lists the built-in neurons.
func NeuronKinds() []NeuronKind { return []NeuronKind{DN, DNPrinted, LIF, IF, ReLU} }

// Surrogate is the pseudo-gradient z(V) that stands in for the derivative of a
// spike (eq. 9). With x = V - V_th and window w, each has the height 1 at
// x = 0 and the area 2w.
type Surrogate string

// The surrogates. At w = 0.5 sigmoid and arctan equal those of SpikingJelly's
// defaults (alpha 4 and 2).
const (
	Rectangular Surrogate = "rectangular" // 1 where |x| < w, else 0 (the paper's)
	Triangle    Surrogate = "triangle"    // max(0, 1 - |x| / 2w)
	Sigmoid     Surrogate = "sigmoid"     // 4 s (1 - s), s = 1 / (1 + exp(-2x/w))
	Arctan      Surrogate = "arctan"      // 1 / (1 + (pi x / 2w)^2)
)

// Surrogates lists all surrogates.
func Surrogates() []Surrogate { return []Surrogate{Rectangular, Triangle, Sigmoid, Arctan} }

// ThetaMode says how the dynamic parameters of DNs are held.
type ThetaMode string

// The modes. The paper learns one theta per neuron on Ant-v3 and then fixes
// their mean for all tasks.
const (
	ThetaFixed  ThetaMode = "fixed"  // Config.Theta for every neuron, not trained
	ThetaLayer  ThetaMode = "layer"  // one trained theta per layer
	ThetaNeuron ThetaMode = "neuron" // one trained theta per neuron
)

// ThetaModes lists all modes.
func ThetaModes() []ThetaMode { return []ThetaMode{ThetaFixed, ThetaLayer, ThetaNeuron} }

// Theta holds the four dynamic parameters of a DN (eq. 8).
type Theta struct {
	V float32 // theta_v: conductivity of V
	U float32 // theta_u: conductivity of U
	R float32 // theta_r: membrane potential after a spike
	S float32 // theta_s: jump of U at a spike
}

// ThetaStar returns the centre that the paper fixes for all tasks.
func ThetaStar() Theta { return Theta{V: -0.172, U: 0.529, R: 0.021, S: 0.132} }

// ThetaStart returns the values at which learning starts in the run of Fig. 6.
func ThetaStart() Theta { return Theta{V: 0.02, U: 0.2, R: 0, S: 0.08} }

// Config describes a spiking actor as an experiment is described.
type Config struct {
	ObsDim   int     // N, numbers in an observation
	ActDim   int     // M, numbers in an action
	ActLimit float32 // actions lie in (-ActLimit, ActLimit)

	Coding       Coding  // how an observation becomes input
	J            int     // receptive fields per dimension; the codings without population use 1
	MeanLow      float32 // first receptive field's centre, in units of the (normalised) observation
	MeanHigh     float32 // last receptive field's centre
	Std          float32 // sigma of every receptive field at the start (eq. 1)
	TrainEncoder bool    // means and standard deviations learn with the weights
	DetThreshold float32 // threshold of det coding's pseudo voltage; the paper prints 1, its code's kin use 0.999

	Neuron       NeuronKind // neuron of all layers
	Hidden       []int      // widths of the hidden layers; the output layer has M*O neurons
	O            int        // output neurons per action dimension
	T            int        // steps of simulation per action
	CurrentDecay float32    // d_c of Algorithm 1, per step, 0 <= d_c < 1
	VoltageDecay float32    // LIF: share of V that stays, per step, 0 <= d_v <= 1
	Vth          float32    // firing threshold: a spike where V > Vth
	Window       float32    // w of eq. 9, > 0
	Surrogate    Surrogate  // shape of the pseudo-gradient
	Theta        Theta      // dynamic parameters of DNs: fixed, or where learning starts
	ThetaMode    ThetaMode  // fixed, layer or neuron
	U0           float32    // U of a DN at the first step: 0.08 for dn, 0 for dn-printed
}

// Default returns the paper's MDC-SAN for a task of obsDim observations and
// actDim actions within +-actLimit.
func Default(obsDim, actDim int, actLimit float32) Config {
	return Config{
		ObsDim: obsDim, ActDim: actDim, ActLimit: actLimit,
		Coding: Pop, J: 10, MeanLow: -3, MeanHigh: 3, Std: float32(math.Sqrt(0.15)),
		TrainEncoder: true, DetThreshold: 0.999,
		Neuron: DN, Hidden: []int{256, 256}, O: 10, T: 5,
		CurrentDecay: 0.5, VoltageDecay: 0.75, Vth: 0.5, Window: 0.5,
		Surrogate: Rectangular, Theta: ThetaStar(), ThetaMode: ThetaFixed, U0: 0.08,
	}
}

// WithNeuron returns c with another neuron and the start of U that goes with it.
func (c Config) WithNeuron(kind NeuronKind) Config {
	c.Neuron, c.U0 = kind, 0
	if kind == DN {
		c.U0 = 0.08
	}
	return c
}

// InputSize returns the number of input neurons.
func (c Config) InputSize() int {
	if c.Coding.population() {
		return c.ObsDim * c.J
	}
	return c.ObsDim
}

// LayerSizes returns the widths of all layers, the output layer M*O included.
func (c Config) LayerSizes() []int {
	return append(slices.Clone(c.Hidden), c.ActDim*c.O)
}

// Validate returns an error that names the first field out of its range.
func (c Config) Validate() error {
	ints := []struct {
		name  string
		value int
	}{{"ObsDim", c.ObsDim}, {"ActDim", c.ActDim}, {"J", c.J}, {"O", c.O}, {"T", c.T}}
	for l, h := range c.Hidden {
		ints = append(ints, struct {
			name  string
			value int
		}{fmt.Sprintf("Hidden[%d]", l), h})
	}
	for _, f := range ints {
		if f.value < 1 {
			return fmt.Errorf("snn: %s is %d, want at least 1", f.name, f.value)
		}
	}
	if err := c.validateRanges(); err != nil {
		return err
	}
	return c.validateNames()
}

func (c Config) validateRanges() error {
	inf := float32(math.Inf(1))
	floats := []struct {
		name      string
		value     float32
		low, high float32
		open      bool // low itself is refused
		want      string
	}{
		{"ActLimit", c.ActLimit, 0, inf, true, "a positive number"},
		{"Std", c.Std, 0, inf, true, "a positive number"},
		{"DetThreshold", c.DetThreshold, 0, inf, true, "a positive number"},
		{"CurrentDecay", c.CurrentDecay, 0, 1, false, "0 to below 1"},
		{"VoltageDecay", c.VoltageDecay, 0, math.Nextafter32(1, 2), false, "0 to 1"},
		{"Vth", c.Vth, -inf, inf, true, "a number"},
		{"Window", c.Window, 0, inf, true, "a positive number"},
		{"Theta.V", c.Theta.V, -inf, inf, true, "a number"},
		{"Theta.U", c.Theta.U, -inf, inf, true, "a number"},
		{"Theta.R", c.Theta.R, -inf, inf, true, "a number"},
		{"Theta.S", c.Theta.S, -inf, inf, true, "a number"},
		{"U0", c.U0, -inf, inf, true, "a number"},
		{"MeanLow", c.MeanLow, -inf, inf, true, "a number"},
		{"MeanHigh", c.MeanHigh, -inf, inf, true, "a number"},
	}
	for _, f := range floats {
		if !(f.value >= f.low && f.value < f.high) || f.open && f.value == f.low {
			return fmt.Errorf("snn: %s is %v, want %s", f.name, f.value, f.want)
		}
	}
	if c.MeanLow > c.MeanHigh {
		return fmt.Errorf("snn: MeanLow is %v, want at most MeanHigh, which is %v", c.MeanLow, c.MeanHigh)
	}
	return nil
}

func (c Config) validateNames() error {
	if !slices.Contains(Codings(), c.Coding) {
		return fmt.Errorf("snn: Coding is %q, want one of %q", c.Coding, Codings())
	}
	own, err := c.Neuron.Equations()
	if err != nil {
		return err
	}
	if !slices.Contains(Surrogates(), c.Surrogate) {
		return fmt.Errorf("snn: Surrogate is %q, want one of %q", c.Surrogate, Surrogates())
	}
	if !slices.Contains(ThetaModes(), c.ThetaMode) {
		return fmt.Errorf("snn: ThetaMode is %q, want one of %q", c.ThetaMode, ThetaModes())
	}
	if c.Neuron == ReLU && c.Coding != Pop {
		return fmt.Errorf("snn: Coding is %q, want %q: the analogue network (Neuron %q) has no time for spikes", c.Coding, Pop, ReLU)
	}
	if c.ThetaMode != ThetaFixed && c.Neuron != DN && c.Neuron != DNPrinted && (own == nil || len(own.Params()) == 0) {
		return fmt.Errorf("snn: ThetaMode is %q, want %q: neuron %q has no theta", c.ThetaMode, ThetaFixed, c.Neuron)
	}
	return nil
}
