package experiment

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"gomdcsan/mdcsan/checkpoint"
	"gomdcsan/mdcsan/env/tasks"
	"gomdcsan/mdcsan/foreign"
)

// ImportOptions say what the weights of PopSAN's public code do not.
type ImportOptions struct {
	Task       string // that the weights are for
	Normaliser string // file of the observations' mean and variance; "": observations are not normalised
	Steps      int    // T; 0: 5
}

// Import reads a policy from a file of another program: an .npz of export, a
// state_dict of the Python package's module, or one of PopSAN's PopSpikeActor
// (LIF neurons, deterministic population coding). No code of a file is run.
func Import(path string, o ImportOptions) (*Actor, error) {
	f, err := foreign.Read(path)
	if err != nil {
		return nil, err
	}
	ck, err := importFrom(f, o)
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", path, err)
	}
	c, spec, agent, err := PolicyFrom(ck, Parts{})
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", path, err)
	}
	return &Actor{Config: c, Spec: spec, agent: agent, critics: hasCritics(ck)}, nil
}

func importFrom(f *foreign.File, o ImportOptions) (*checkpoint.File, error) {
	text := f.Texts["settings"]
	if text == "" {
		text = f.Texts["_extra_state"] // of a state_dict
	}
	if text != "" {
		return importOwn(f, text)
	}
	for _, name := range f.Names() {
		if prefix, ok := strings.CutSuffix(name, "encoder.mean"); ok {
			return importPopSAN(f, prefix, o)
		}
	}
	return nil, fmt.Errorf("neither settings of an exported policy nor PopSAN's encoder.mean; it holds %s", strings.Join(f.Names(), ", "))
}

// importOwn takes what export wrote, as it is or from a state_dict of the
// Python module, whose names have dots.
func importOwn(f *foreign.File, text string) (*checkpoint.File, error) {
	var s settings
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	if s.Format != exportFormat || s.Version != exportVersion {
		return nil, fmt.Errorf("settings of format %q, version %d; this program reads %q, version %d", s.Format, s.Version, exportFormat, exportVersion)
	}
	ck := checkpoint.New()
	ck.SetJSON("config", s.Config)
	ck.SetJSON("spec", s.Spec)
	for name, a := range f.Arrays {
		setArray(ck, strings.ReplaceAll(name, ".", "/"), a)
	}
	return ck, nil
}

// setArray stores an array in the type that its name has in checkpoints.
func setArray(ck *checkpoint.File, name string, a foreign.Array) {
	part, isNormaliser := strings.CutPrefix(name, "normaliser/")
	switch {
	case isNormaliser && part == "count":
		n := make([]int64, len(a.Data))
		for i, x := range a.Data {
			n[i] = int64(x)
		}
		ck.SetInt64(name, n...)
	case isNormaliser && part != "shift" && part != "scale":
		ck.SetFloat64(name, a.Shape, a.Data)
	default:
		ck.SetFloat32(name, a.Shape, a.Float32())
	}
}

// popsan reads the arrays of a PopSpikeActor.
type popsan struct {
	f      *foreign.File
	prefix string
	ck     *checkpoint.File
	errs   []error
}

// array stores the array called from as an actor's tensor, without the axis drop
// of size 1 if there is one (-1: none). Its shape must be want, in which -1
// stands for any size. It returns the shape.
func (p *popsan) array(from, to string, drop int, want ...int) []int {
	a, ok := p.f.Arrays[p.prefix+from]
	fits := func(n, want int) bool { return n == want || want < 0 && n > 0 }
	if !ok || !slices.EqualFunc(a.Shape, want, fits) {
		p.errs = append(p.errs, fmt.Errorf("%s%s: shape %v, want %v (-1 is any)", p.prefix, from, a.Shape, want))
		return make([]int, len(want))
	}
	shape := slices.Clone(a.Shape)
	if drop >= 0 {
		shape = slices.Delete(shape, drop, drop+1)
	}
	p.ck.SetFloat32("actor/"+to, shape, a.Float32())
	return a.Shape
}

// importPopSAN takes a PopSpikeActor: what its public code has as constants are
// LIF neurons with decays 0.5 and 0.75, thresholds 0.5 and 0.999.
func importPopSAN(f *foreign.File, prefix string, o ImportOptions) (*checkpoint.File, error) {
	if o.Task == "" {
		return nil, errors.New("PopSAN's weights do not say which task they are for: name it (--task HalfCheetah-v3)")
	}
	c := DefaultConfig(o.Task)
	c.Actor, c.Coding, c.Normalise, c.Hidden = "lif", "pop+det", o.Normaliser != "", nil
	c.CurrentDecay, c.VoltageDecay, c.Threshold, c.DetThreshold = 0.5, 0.75, 0.5, 0.999
	if o.Steps > 0 {
		c.T = o.Steps
	}
	spec, err := tasks.LookupWith(o.Task, c.TaskOptions())
	if err != nil {
		return nil, err
	}
	p := &popsan{f: f, prefix: prefix, ck: checkpoint.New()}
	c.Population = p.array("encoder.mean", "enc_mean", 0, 1, spec.ObsDim, -1)[2]
	p.array("encoder.std", "enc_std", 0, 1, spec.ObsDim, c.Population)
	in := spec.ObsDim * c.Population
	for l := 0; f.Arrays[fmt.Sprintf("%ssnn.hidden_layers.%d.weight", prefix, l)].Shape != nil; l++ {
		in = p.layer(fmt.Sprintf("snn.hidden_layers.%d", l), l, -1, in)
		c.Hidden = append(c.Hidden, in)
	}
	c.OutputPopulation = p.array("decoder.decoder.weight", "dec_W", 1, spec.ActDim, 1, -1)[2]
	p.array("decoder.decoder.bias", "dec_b", -1, spec.ActDim)
	p.layer("snn.out_pop_layer", len(c.Hidden), spec.ActDim*c.OutputPopulation, in)
	p.errs = append(p.errs, importNormaliser(p.ck, o.Normaliser, spec.ObsDim))
	p.ck.SetJSON("config", c)
	p.ck.SetJSON("spec", spec)
	return p.ck, errors.Join(p.errs...)
}

// layer stores a linear layer's weight and bias, and returns its width.
func (p *popsan) layer(from string, l, out, in int) int {
	out = p.array(from+".weight", fmt.Sprintf("W%d", l), -1, out, in)[0]
	p.array(from+".bias", fmt.Sprintf("b%d", l), -1, out)
	return out
}

// The variance's floor in PopSAN's normaliser, float32's epsilon, and how many
// observations its statistics, which do not say, are taken to be of.
const (
	popsanFloor = 1.1920928955078125e-07
	popsanCount = 1_000_000
)

// importNormaliser takes mean and variance: PopSAN's pickle [mean, variance], or
// an .npz with arrays mean and var. Without a file nothing has been observed.
func importNormaliser(ck *checkpoint.File, path string, n int) error {
	if path == "" {
		zero := make([]float64, n)
		setNormaliser(ck, 0, zero, zero, slices.Repeat([]float64{1}, n))
		return nil
	}
	f, err := foreign.Read(path)
	if err != nil {
		return err
	}
	mean, ok := f.Arrays["mean"]
	variance := f.Arrays["var"]
	if !ok {
		mean, variance = f.Arrays["0"], f.Arrays["1"]
	}
	if len(mean.Data) != n || len(variance.Data) != n {
		return fmt.Errorf("%s: want mean and variance of %d numbers (arrays mean and var, or a pickle of both); it holds %s", path, n, strings.Join(f.Names(), ", "))
	}
	m2, scale := make([]float64, n), make([]float64, n)
	for i, v := range variance.Data {
		m2[i], scale[i] = v*popsanCount, 1/math.Sqrt(v+popsanFloor)
	}
	setNormaliser(ck, popsanCount, mean.Data, m2, scale)
	return nil
}

func setNormaliser(ck *checkpoint.File, count int64, mean, m2, scale []float64) {
	zero := make([]float64, len(mean))
	ck.SetInt64("normaliser/count", count, 0)
	for name, x := range map[string][]float64{"mean": mean, "m2": m2, "block_mean": zero, "block_m2": zero, "shift": mean, "scale": scale} {
		setArray(ck, "normaliser/"+name, foreign.Array{Shape: []int{len(x)}, Data: x})
	}
}
