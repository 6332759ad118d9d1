package snntest

import (
	"math"
	"testing"

	"gomdcsan/mdcsan/nn"
)

// Full is a golden file of a network of the paper's sizes: 256-256-10M, J = 10,
// T = 5, a batch of 100. Only there do the large tiles of the matrix kernels
// run. Its parameters and inputs are computed from their names, and of its
// gradients samples are kept, so that a file has some ten kilobytes;
// `reference.py full` makes them.
type Full struct {
	Kind   string // dn, lif, popdan or critic
	Config Config
	Rows   []int // of the observations that Between("obs", ...) gives
	Output Tensor
	Grads  map[string]Sampled // of sum(Between("grad", ...) * output)
}

// Sampled is what is kept of a tensor: elements here and there, and its
// products with eight random vectors of signs, which no wrong element escapes.
type Sampled struct {
	Largest, Norm      float64
	Elements, Products []float64
}

// Stream returns n numbers in [0, 1), element i from the name and i alone.
func Stream(name string, n int) []float64 {
	h := uint64(14695981039346656037) // FNV-1a
	for _, b := range []byte(name) {
		h = (h ^ uint64(b)) * 1099511628211
	}
	out := make([]float64, n)
	for i := range out { // SplitMix64
		z := h + uint64(i+1)*0x9E3779B97F4A7C15
		z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
		z = (z ^ z>>27) * 0x94D049BB133111EB
		out[i] = float64((z^z>>31)>>11) / (1 << 53)
	}
	return out
}

// Between returns n float32 numbers from low to high.
func Between(name string, low, high float64, n int) Tensor {
	x := Tensor(Stream(name, n))
	for i := range x {
		x[i] = float64(float32(low + (high-low)*x[i]))
	}
	return x
}

// Inputs returns the batch [n][N] and the gradient of the output.
func (f *Full) Inputs() (x, grad []float32) {
	n := f.Config.N
	all := Between("obs", -2, 2, 600*n).F32()
	for _, row := range f.Rows {
		x = append(x, all[row*n:(row+1)*n]...)
	}
	return x, Between("grad", -1, 1, len(f.Output)).F32()
}

// Params returns the network's parameters.
func (f *Full) Params() Params {
	c, p, size := f.Config, Params{}, f.Config.N
	if f.Kind != "critic" {
		centres := Between("enc_mean", -0.1, 0.1, c.N*c.J)
		for i := range centres {
			centres[i] = float64(float32(-3 + 6*float64(i%c.J)/float64(c.J-1) + centres[i]))
		}
		p["enc_mean"], p["enc_std"] = centres, Between("enc_std", 0.35, 0.45, c.N*c.J)
		p["dec_W"], p["dec_b"] = Between("dec_W", -0.3, 0.3, c.M*c.O), Between("dec_b", -0.3, 0.3, c.M)
		size *= c.J
	}
	scale := 2.0 // enough drive for every layer to fire
	if c.Neuron == "relu" {
		scale = 1
	}
	for l, n := range c.Layers {
		bound := scale / math.Sqrt(float64(size))
		w, b := layerNames(l)
		p[w], p[b] = Between(w, -bound, bound, n*size), Between(b, -bound, bound, n)
		size = n
	}
	return p
}

func layerNames(l int) (w, b string) { return "W" + string(rune('0'+l)), "b" + string(rune('0'+l)) }

// Check compares outputs and gradients with the file.
func (f *Full) Check(t *testing.T, output []float32, params []*nn.Param) {
	t.Helper()
	Compare(t, "output", output, f.Output)
	if len(params) != len(f.Grads) {
		t.Errorf("%d gradients, the file has %d", len(params), len(f.Grads))
	}
	for _, p := range params {
		f.Grads[p.Name].check(t, p.Name, p.AppendGrad(nil))
	}
}

func (s Sampled) check(t *testing.T, name string, x []float32) {
	t.Helper()
	for i, u := range Stream(name+" at", len(s.Elements)) {
		at := int(u * float64(len(x)))
		if d := math.Abs(float64(x[at]) - s.Elements[i]); !(d <= Tolerance*s.Largest) {
			t.Errorf("gradient of %s: element %d is %v, want %v (%.2g of the largest)", name, at, x[at], s.Elements[i], d/s.Largest)
			return
		}
	}
	for k, want := range s.Products {
		got := 0.0
		for i, u := range Stream(name+" signs "+string(rune('0'+k)), len(x)) {
			if u < 0.5 {
				got -= float64(x[i])
			} else {
				got += float64(x[i])
			}
		}
		if d := math.Abs(got - want); !(d <= Tolerance*s.Norm) {
			t.Errorf("gradient of %s: product %d with signs is %v, want %v (%.2g of the norm): an element is wrong", name, k, got, want, d/s.Norm)
			return
		}
	}
}
