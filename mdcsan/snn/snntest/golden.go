// Package snntest reads the golden files that hold networks computed in
// float64 by an automatic-differentiation framework, and builds the networks
// that they describe.
//
// The files are those of the folder that the environment variable GOLDEN_DIR
// names (sub-folders actor, td3), or the caller's testdata. A setting that is
// unknown fails the test: nothing is skipped. The files np_KIND_SEED.json come
// from a second implementation, reference.py in this folder, which makes as many
// random ones as are wanted.
//
// Agreement is measured tensor by tensor: the largest absolute difference over
// the largest absolute value of the expected tensor. (Element by element, a
// float32 sum that nearly cancels has no relative accuracy to speak of.) For a
// gradient the divisor is at least a tenth of the largest gradient of the file:
// a theta's gradient adds up terms of that size, which may cancel as a whole.
package snntest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gomdcsan/mdcsan/nn"
	"gomdcsan/mdcsan/snn"
)

// Tolerance is the agreement asked for: float32's rounding (6e-8) through the
// few hundred operations that lead to a gradient.
const Tolerance = 1e-5

// Files returns the golden files of a kind (actor, td3), at least one.
func Files(t *testing.T, kind string) []string {
	t.Helper()
	dir := "testdata"
	if d := os.Getenv("GOLDEN_DIR"); d != "" {
		dir = d
	}
	files, err := filepath.Glob(filepath.Join(dir, kind, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files in %s (%v)", filepath.Join(dir, kind), err)
	}
	return files
}

// Read decodes a golden file into v.
func Read(t *testing.T, file string, v any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// Tensor is a nested list of numbers, flattened in row-major order.
type Tensor []float64

// UnmarshalJSON flattens lists of any depth; a bare number is one element.
func (x *Tensor) UnmarshalJSON(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	for dec.More() {
		tok, err := dec.Token()
		if err != nil {
			return err
		}
		switch v := tok.(type) {
		case float64:
			*x = append(*x, v)
		case json.Delim:
		default:
			return fmt.Errorf("golden: %v is no number", v)
		}
		for !dec.More() { // closing brackets
			if _, err := dec.Token(); err != nil {
				return nil // end of data
			}
		}
	}
	return nil
}

// F32 returns the elements in float32.
func (x Tensor) F32() []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

// Params are tensors by name.
type Params map[string]Tensor

// Config is the "config" of a golden file.
type Config struct {
	N, J, M, O, T int
	Layers        []int `json:"layers"`
	Neuron        string
	Encoder       string
	U0            float32
	CurrentDecay  float32 `json:"current_decay"`
	VoltageDecay  float32 `json:"voltage_decay"`
	Vth           float32
	Window        float32
	ActLimit      float32       `json:"act_limit"`
	DetThreshold  float32       `json:"det_threshold"`
	Surrogate     snn.Surrogate // rectangular when left out
	CriticLayers  []int         `json:"critic_layers"`
}

// UnmarshalJSON refuses settings that it does not know.
func (c *Config) UnmarshalJSON(data []byte) error {
	type plain Config
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	return dec.Decode((*plain)(c))
}

// Network is what both kinds of actor offer to a golden test.
type Network interface {
	Params() []*nn.Param
	Act(dst, obs []float32)
	ActBatch(dst, obs []float32, n int)
	Forward(dst, obs []float32, n int)
	Backward(dact []float32)
}

// Build returns the network that c describes, with the given parameters, and
// an independent second one. Tensors of fixed are set but do not learn.
func (c Config) Build(t *testing.T, params, fixed Params) (net, second Network) {
	t.Helper()
	if _, pop := params["enc_mean"]; !pop && c.Neuron == string(snn.ReLU) {
		return c.deep(t, params)
	}
	cfg := c.SNN(t, params)
	a, err := snn.New(cfg, 1)
	if err != nil {
		t.Fatal(err)
	}
	Set(t, a.Params(), params)
	if len(fixed) > 0 {
		Set(t, a.Fixed(), fixed)
	}
	return a, a.Clone("second")
}

// BuildFixed is Build with a theta that does not learn, and whose values may
// still differ from neuron to neuron; nil if the network has no theta.
func (c Config) BuildFixed(t *testing.T, params Params) Network {
	t.Helper()
	learnt, theta := Params{}, Params{}
	for name, v := range params {
		if strings.HasPrefix(name, "theta_") {
			theta[name] = v
		} else {
			learnt[name] = v
		}
	}
	if len(theta) == 0 {
		return nil
	}
	net, _ := c.Build(t, learnt, theta)
	return net
}

// SNN returns the spiking network's configuration.
func (c Config) SNN(t *testing.T, params Params) snn.Config {
	t.Helper()
	last := len(c.Layers) - 1
	if c.Layers[last] != c.M*c.O {
		t.Fatalf("last of layers %v is not M*O = %d", c.Layers, c.M*c.O)
	}
	cfg := snn.Default(c.N, c.M, c.ActLimit)
	cfg.J, cfg.O, cfg.T, cfg.Hidden = c.J, c.O, c.T, c.Layers[:last]
	cfg.Coding, cfg.Neuron = snn.Coding(c.Encoder), snn.NeuronKind(c.Neuron)
	cfg.U0, cfg.CurrentDecay, cfg.VoltageDecay = c.U0, c.CurrentDecay, c.VoltageDecay
	cfg.Vth, cfg.Window, cfg.DetThreshold = c.Vth, c.Window, c.DetThreshold
	if c.Surrogate != "" {
		cfg.Surrogate = c.Surrogate
	}
	if th, ok := params["theta_v0"]; ok {
		cfg.ThetaMode = snn.ThetaNeuron
		if len(th) == 1 && c.Layers[0] != 1 {
			cfg.ThetaMode = snn.ThetaLayer
		}
	}
	_, cfg.TrainEncoder = params["enc_mean"]
	return cfg
}

func (c Config) deep(t *testing.T, params Params) (net, second Network) {
	t.Helper()
	// The widths are those of the biases: "layers" may or may not count the output.
	var hidden []int
	for l := 0; params[fmt.Sprintf("b%d", l+1)] != nil; l++ {
		hidden = append(hidden, len(params[fmt.Sprintf("b%d", l)]))
	}
	a, err := nn.NewDeepActor(c.N, c.M, hidden, c.ActLimit, 1)
	if err != nil {
		t.Fatal(err)
	}
	Set(t, a.Params(), params)
	return a, a.Clone("second")
}

// Set copies every tensor of from into the parameter of its name; the two sets
// of names must be the same.
func Set(t *testing.T, to []*nn.Param, from Params) {
	t.Helper()
	if len(to) != len(from) {
		t.Fatalf("the network has %d parameters, the file %d", len(to), len(from))
	}
	for _, p := range to {
		v, ok := from[p.Name]
		if !ok {
			t.Fatalf("the file has no %s", p.Name)
		}
		if err := p.SetValue(v.F32()); err != nil {
			t.Fatal(err)
		}
	}
}

// CompareParams checks the values of every parameter.
func CompareParams(t *testing.T, what string, got []*nn.Param, want Params) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d tensors, want %d", what, len(got), len(want))
	}
	for _, p := range got {
		Compare(t, what+" "+p.Name, p.AppendValue(nil), want[p.Name])
	}
}

// CompareGrads checks the gradients of every parameter.
func CompareGrads(t *testing.T, got []*nn.Param, want Params) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("gradients: %d tensors, want %d", len(got), len(want))
	}
	largest := 0.0
	for _, w := range want {
		largest = max(largest, w.largest())
	}
	for _, p := range got {
		compare(t, "gradient of "+p.Name, p.AppendGrad(nil), want[p.Name], 0.1*largest)
	}
}

func (x Tensor) largest() (m float64) {
	for _, v := range x {
		m = max(m, math.Abs(v))
	}
	return m
}

// Compare checks that got agrees with want to Tolerance.
func Compare(t *testing.T, what string, got []float32, want Tensor) {
	t.Helper()
	compare(t, what, got, want, 0)
}

func compare(t *testing.T, what string, got []float32, want Tensor, least float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d numbers, want %d", what, len(got), len(want))
		return
	}
	worst, scale, at := 0.0, max(want.largest(), least), 0
	for i, w := range want {
		if d := math.Abs(float64(got[i]) - w); !(d <= worst) {
			worst, at = d, i
		}
	}
	if !(worst <= Tolerance*scale) {
		t.Errorf("%s: element %d is %v, want %v (difference %.2g of %.4g)", what, at, got[at], want[at], worst/scale, scale)
	}
}
