package snn

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gomdcsan/mdcsan/nn"
	"gomdcsan/mdcsan/rng"
)

func TestNoAllocations(t *testing.T) {
	for _, c := range variants() {
		a, err := New(c, 1)
		if err != nil {
			t.Fatal(err)
		}
		const n = 7
		s := rng.New(1, "x")
		obs, act, dact := make([]float32, n*c.ObsDim), make([]float32, n*c.ActDim), make([]float32, n*c.ActDim)
		for i := range obs {
			obs[i] = float32(s.NormFloat64())
		}
		for name, f := range map[string]func(){
			"Act":      func() { a.Act(act, obs) },
			"ActBatch": func() { a.ActBatch(act, obs, n) },
			"Backward": func() { a.Forward(act, obs, n); a.Backward(dact) },
		} {
			for range 30 { // spikes, now many, now few, take both ways through a product
				f()
			}
			if got := testing.AllocsPerRun(5, f); got != 0 {
				t.Errorf("%s: %s allocates %v times, want 0", label(c), name, got)
			}
		}
	}
}

func TestValidate(t *testing.T) {
	nan := float32(math.NaN())
	for want, change := range map[string]func(c *Config){
		"ObsDim is 0":          func(c *Config) { c.ObsDim = 0 },
		"Hidden[1] is -2":      func(c *Config) { c.Hidden = []int{3, -2} },
		"T is 0":               func(c *Config) { c.T = 0 },
		"ActLimit is NaN":      func(c *Config) { c.ActLimit = nan },
		"CurrentDecay is 1,":   func(c *Config) { c.CurrentDecay = 1 },
		"VoltageDecay is 1.5":  func(c *Config) { c.VoltageDecay = 1.5 },
		"Window is 0":          func(c *Config) { c.Window = 0 },
		"Theta.S is +Inf":      func(c *Config) { c.Theta.S = float32(math.Inf(1)) },
		"MeanLow is 4":         func(c *Config) { c.MeanLow = 4 },
		`Coding is "poisson"`:  func(c *Config) { c.Coding = "poisson" },
		`Neuron is "DN"`:       func(c *Config) { c.Neuron = "DN" },
		`Surrogate is ""`:      func(c *Config) { c.Surrogate = "" },
		`ThetaMode is "layer"`: func(c *Config) { c.Neuron, c.ThetaMode = LIF, ThetaLayer },
		`Coding is "pop+det"`:  func(c *Config) { c.Neuron, c.Coding = ReLU, PopDet },
	} {
		c := Default(3, 2, 1)
		change(&c)
		if _, err := New(c, 1); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "want") {
			t.Errorf("error %v, want one that has %q and the range", err, want)
		}
	}
	c := Default(3, 2, 1)
	c.VoltageDecay = 1
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
}

func TestNaNObservation(t *testing.T) {
	c := Default(3, 2, 1)
	a, _ := New(c, 1)
	act := make([]float32, 4)
	a.ActBatch(act, []float32{0, 1, 2, 0, float32(math.NaN()), 0}, 2)
	if act[0] != act[0] || act[2] == act[2] || act[3] == act[3] {
		t.Errorf("actions %v, want two numbers and two NaN", act)
	}
}

// TestBatchIsSingles: a state's action does not depend on its neighbours.
func TestBatchIsSingles(t *testing.T) {
	for _, c := range variants() {
		if c.Coding != Pop && c.Coding != PopDet {
			continue // draws differ
		}
		p := newProblem(t, c, 3)
		all, one := make([]float32, p.n*c.ActDim), make([]float32, c.ActDim)
		obs := narrow(p.obs)
		p.actor.ActBatch(all, obs, p.n)
		for b := range p.n {
			p.actor.Act(one, obs[b*c.ObsDim:(b+1)*c.ObsDim])
			for i, v := range one {
				if d := math.Abs(float64(v - all[b*c.ActDim+i])); !(d < 1e-6) {
					t.Errorf("%s: state %d action %d: %v alone, %v in a batch", label(c), b, i, v, all[b*c.ActDim+i])
				}
			}
		}
	}
}

func TestClone(t *testing.T) {
	c := Default(3, 2, 1)
	c.TrainEncoder = false
	a, _ := New(c, 1)
	for _, p := range append(a.Params(), a.Fixed()...) {
		p.Value[0] += 0.25
	}
	b := a.Clone("target")
	for i, p := range append(b.Params(), b.Fixed()...) {
		q := append(a.Params(), a.Fixed()...)[i]
		if !slices.Equal(p.Value, q.Value) || &p.Value[0] == &q.Value[0] {
			t.Errorf("%s is not an independent copy", p.Name)
		}
	}
	if len(a.Fixed()) != 2+4*3 {
		t.Errorf("%d fixed tensors, want receptive fields and three layers' theta", len(a.Fixed()))
	}
}

// sign is an encoder of a user: one neuron per sign of a dimension.
type sign struct{ n int }

func (s sign) Shape() (steps, size int) { return 1, 2 * s.n }
func (s sign) Params() []*nn.Param      { return nil }
func (s sign) Encode(x, obs []float32, n int) {
	for i, v := range obs {
		x[2*i], x[2*i+1] = max(v, 0), max(-v, 0)
	}
}
func (s sign) Backward(_, _, _ []float32, _ int) {}

// perfect is a neuron of a user: it fires with its current's sign.
type perfect struct{}

func (perfect) Params() []*nn.Param { return nil }
func (perfect) Forward(a *Activity) {
	for i, c := range a.C {
		a.V[i], a.U[i] = c, 0
		a.O[i] = spike(c, 0)
	}
}
func (perfect) Backward(a *Activity) { copy(a.DC, a.DO) }

func TestOwnParts(t *testing.T) {
	c := Default(3, 2, 1)
	a, err := Build(c, Parts{
		Encoder: func(*rng.Stream) Encoder { return sign{3} },
		Neuron:  func(layer, size int) Neuron { return perfect{} },
	}, 1)
	if err != nil {
		t.Fatal(err)
	}
	act := make([]float32, 2)
	a.Forward(act, []float32{1, -2, 0.5}, 1)
	a.Backward([]float32{1, 1})
	if p := a.Params()[0]; p.Name != "W0" || p.Shape[1] != 6 || slices.Max(p.Grad) == 0 {
		t.Errorf("first parameter %s %v, want W0 with 6 inputs and a gradient", p.Name, p.Shape)
	}
	if b := a.Clone("target"); b.ParamCount() != a.ParamCount() {
		t.Error("the clone has other parts")
	}
	if r := a.Record([]float32{1, -2, 0.5}); len(r.Input[0]) != 6 || r.Operations().MACs < 6*256 {
		t.Errorf("recording of own parts: %d inputs, %v", len(r.Input[0]), r.Operations())
	}
}

func TestRecord(t *testing.T) {
	for _, c := range variants() {
		p := newProblem(t, c, 2)
		obs := narrow(p.obs)[:c.ObsDim]
		r := p.actor.Record(obs)
		if len(r.Input) != r.T || len(r.Layers) != len(c.LayerSizes()) || len(r.Rate) != c.ActDim {
			t.Fatalf("%s: shapes %d, %d, %d", label(c), len(r.Input), len(r.Layers), len(r.Rate))
		}
		last := r.Layers[len(r.Layers)-1]
		for m := range c.ActDim {
			s := float64(p.actor.dec.b.Value[m])
			for o, f := range r.Rate[m] {
				s += float64(f) * float64(p.actor.dec.w.Value[m*c.O+o])
				if d := f - last.Rate[m*c.O+o]; math.Abs(float64(d)) > 1e-6 {
					t.Errorf("%s: rate %v and mean of spikes %v differ", label(c), f, last.Rate[m*c.O+o])
				}
			}
			if want := float64(c.ActLimit) * math.Tanh(s); math.Abs(want-float64(r.Action[m])) > 1e-6 {
				t.Errorf("%s: action %v, want %v from the rates", label(c), r.Action[m], want)
			}
		}
		if hasU := last.U != nil; hasU != (c.Neuron == DN || c.Neuron == DNPrinted) {
			t.Errorf("%s: U recorded: %v", label(c), hasU)
		}
	}
}

// TestOperations counts a network small enough to count by hand.
func TestOperations(t *testing.T) {
	r := &Recording{
		T:     2,
		Input: [][]float32{{0.5, 0.2}, {0.5, 0.2}},
		Layers: []LayerRecord{
			{V: make([][]float32, 2), O: [][]float32{{1, 0, 1}, {0, 0, 1}}},
			{V: make([][]float32, 2), O: [][]float32{{1}, {0}}},
		},
		Rate: [][]float32{{0.5}},
	}
	got := r.Operations()
	want := Operations{SynOps: 3 * 1, MACs: 2*3 + 1, NeuronAdds: 3 * 8, NeuronMuls: 2 * 8, Spikes: 4}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if e := want.NanoJoules(); math.Abs(e-(34*0.9+23*3.7)/1000) > 1e-12 {
		t.Errorf("%v nJ", e)
	}
	r.Input = [][]float32{{1, 0}, {1, 1}}
	if got := r.Operations(); got.SynOps != 3*3+3 || got.MACs != 1 || got.Spikes != 7 {
		t.Errorf("spiking input: %+v", got)
	}
	if d := DeepOperations(11, 256, 256, 3); d.MACs != 11*256+256*256+256*3 {
		t.Errorf("DAN: %+v", d)
	}
}

func TestThetasRoundTrip(t *testing.T) {
	c := Default(3, 2, 1)
	c.ThetaMode = ThetaLayer
	a, _ := New(c, 1)
	a.Params()[4].Value[0] = -0.5 // theta_v of layer 0
	cloud := a.Thetas()
	if cloud[0].V != -0.5 || cloud[255].V != -0.5 || cloud[256].V != ThetaStar().V {
		t.Errorf("theta_v of neurons 0, 255, 256: %v %v %v", cloud[0].V, cloud[255].V, cloud[256].V)
	}
	var buf bytes.Buffer
	if err := WriteThetas(&buf, cloud); err != nil {
		t.Fatal(err)
	}
	back, err := ReadThetas(&buf)
	if err != nil || !slices.Equal(back, cloud) {
		t.Errorf("read back %d of %d points, error %v", len(back), len(cloud), err)
	}
}

func FuzzReadThetas(f *testing.F) {
	f.Add("neuron,layer,theta_v,theta_u,theta_r,theta_s\n0,1,1,2,3,4\n")
	f.Fuzz(func(t *testing.T, s string) {
		cloud, err := ReadThetas(strings.NewReader(s))
		if err == nil && len(cloud) > 0 {
			_, _, _ = Centres(cloud, 1, rng.New(1, "fuzz"))
		}
	})
}

func ExampleActor_Record() {
	actor, err := New(Default(11, 3, 1), 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	rec := actor.Record(make([]float32, 11))
	fmt.Println(rec.T, "steps,", len(rec.Layers), "layers,", len(rec.Layers[2].V[0]), "output neurons,", len(rec.Rate), "actions")
	// Output: 5 steps, 3 layers, 30 output neurons, 3 actions
}
