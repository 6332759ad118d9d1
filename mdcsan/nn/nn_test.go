package nn_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"gomdcsan/mdcsan/nn"
	"gomdcsan/mdcsan/rng"
)

// TestAdamAgainstFloat64 runs 2000 steps beside the textbook recursion in
// float64: a small bias of a decay would add up.
func TestAdamAgainstFloat64(t *testing.T) {
	const n, lr = 37, 1e-3
	p := nn.NewParam("w", n)
	opt, s := nn.NewAdam([]*nn.Param{p}, lr), rng.New(1, "adam")
	w, m, v := make([]float64, n), make([]float64, n), make([]float64, n)
	for step := 1; step <= 2000; step++ {
		for i := range n {
			g := float32(s.NormFloat64() + 0.3)
			p.Grad[i] = g
			m[i] = 0.9*m[i] + 0.1*float64(g)
			v[i] = 0.999*v[i] + 0.001*float64(g)*float64(g)
			mHat := m[i] / (1 - math.Pow(0.9, float64(step)))
			vHat := v[i] / (1 - math.Pow(0.999, float64(step)))
			w[i] -= lr * mHat / (math.Sqrt(vHat) + 1e-8)
		}
		opt.Step()
	}
	for i, want := range w {
		if d := math.Abs(float64(p.Value[i])-want) / math.Abs(want); d > 1e-5 {
			t.Errorf("element %d: %v, want %v (relative difference %.2g)", i, p.Value[i], want, d)
		}
	}
}

// TestAdamTinyGradients: eps stands outside the root, as in PyTorch.
func TestAdamTinyGradients(t *testing.T) {
	p := nn.NewParam("w", 1)
	p.Grad[0] = 1e-8
	nn.NewAdam([]*nn.Param{p}, 1).Step()
	if got := p.Value[0]; math.Abs(float64(got)+0.5) > 1e-5 {
		t.Errorf("step %v, want -1e-8/(1e-8+1e-8)", got)
	}
}

// TestInitUniform: weights and biases are U(-k, k), k = 1/sqrt(fan_in)
// (Kolmogorov-Smirnov, error rate 1e-4), and do not depend on the layout.
func TestInitUniform(t *testing.T) {
	d := nn.NewDense(0, 64, 50, rng.New(1, "init"))
	k := 1 / math.Sqrt(64)
	x := d.W.AppendValue(nil)
	slices.Sort(x)
	n, worst := float64(len(x)), 0.0
	for i, v := range x {
		f := (distuv.Uniform{Min: -k, Max: k}).CDF(float64(v))
		worst = max(worst, math.Abs(f-float64(i)/n), math.Abs(f-float64(i+1)/n))
	}
	if limit := math.Sqrt(-math.Log(1e-4/2) / 2 / n); worst > limit {
		t.Errorf("Kolmogorov-Smirnov distance %.4f, want at most %.4f", worst, limit)
	}
	for _, b := range d.B.Value {
		if math.Abs(float64(b)) > k {
			t.Errorf("bias %v beyond %v", b, k)
		}
	}
	again := nn.NewParam("plain", 50, 64)
	again.InitUniform(64, rng.New(1, "init"))
	if !slices.Equal(again.Value, d.W.AppendValue(nil)) {
		t.Error("the layout in memory changes the weights that a seed gives")
	}
}

func TestWeightLayout(t *testing.T) {
	p := nn.NewWeight("W0", 2, 3)
	in := []float32{1, 2, 3, 4, 5, 6} // [out][in]
	if err := p.SetValue(in); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(p.Value, []float32{1, 4, 2, 5, 3, 6}) || !slices.Equal(p.AppendValue(nil), in) {
		t.Errorf("memory %v, file %v", p.Value, p.AppendValue(nil))
	}
	x := nn.ParamTensor("actor/", p)
	if x.Name != "actor/W0" || !slices.Equal(x.AppendF32(nil), in) {
		t.Errorf("tensor %s %v", x.Name, x.AppendF32(nil))
	}
	if err := x.SetF32([]float32{6, 5, 4, 3, 2, 1}); err != nil || p.Value[1] != 3 {
		t.Errorf("error %v, memory %v", err, p.Value)
	}
	for _, err := range []error{p.SetValue(in[:5]), x.SetF32(in[:5])} {
		if err == nil || !strings.Contains(err.Error(), "W0") {
			t.Errorf("5 numbers for 2x3: error %v", err)
		}
	}
}

// TestMLPGradients compares with central differences. The network is small and
// its loss of order 1, so float32 differences are good to about 1e-3.
func TestMLPGradients(t *testing.T) {
	const n = 4
	m, s := nn.NewMLP([]int{3, 8, 7, 2}, rng.New(2, "init")), rng.New(2, "x")
	x, dy, dx := make([]float32, 3*n), make([]float32, 2*n), make([]float32, 3*n)
	for i := range x {
		x[i] = float32(s.NormFloat64())
	}
	for i := range dy {
		dy[i] = float32(s.NormFloat64())
	}
	loss := func() (l float64) {
		for i, y := range m.Forward(x, n) {
			l += float64(y) * float64(dy[i])
		}
		return l
	}
	difference := func(p *float32) float64 {
		const h = 4e-3
		old := *p
		*p = old + h
		up := loss()
		*p = old - h
		down := loss()
		*p = old
		return (up - down) / (2 * h)
	}
	loss()
	m.Backward(dx, dy, n)
	part := make([]float32, 2*n)
	m.BackwardInput(part, dy, n, 1, 3)
	for b := range n {
		if !slices.Equal(part[2*b:2*b+2], dx[3*b+1:3*b+3]) {
			t.Errorf("BackwardInput %v, Backward %v", part, dx)
		}
	}
	bad := 0
	check := func(name string, value, grad []float32) {
		for i := range value {
			if d := difference(&value[i]); math.Abs(d-float64(grad[i])) > 2e-3 {
				bad++
				t.Logf("%s[%d]: %v, differences %v", name, i, grad[i], d)
			}
		}
	}
	check("input", x, dx)
	for _, p := range m.Params() {
		check(p.Name, p.Value, slices.Clone(p.Grad))
	}
	if bad > 2 { // a rectifier's kink may lie within +-h
		t.Errorf("%d gradients differ from central differences", bad)
	}
}

func TestCopyPolyak(t *testing.T) {
	a, b := nn.NewMLP([]int{2, 3, 1}, rng.New(1, "a")), nn.NewMLP([]int{2, 3, 1}, rng.New(1, "b"))
	before := b.Params()[0].Value[0]
	nn.Polyak(b.Params(), a.Params(), 0.25)
	want := 0.75*before + 0.25*a.Params()[0].Value[0]
	if got := b.Params()[0].Value[0]; math.Abs(float64(got-want)) > 1e-7 {
		t.Errorf("Polyak: %v, want %v", got, want)
	}
	nn.Copy(b.Params(), a.Params())
	if !slices.Equal(b.Params()[2].Value, a.Params()[2].Value) {
		t.Error("Copy left a difference")
	}
	defer func() {
		if recover() == nil {
			t.Error("networks of different shapes were copied")
		}
	}()
	nn.Copy(nn.NewMLP([]int{2, 4, 1}, rng.New(1, "c")).Params(), a.Params())
}

func TestCheckFinite(t *testing.T) {
	m := nn.NewMLP([]int{2, 3, 1}, rng.New(1, "a"))
	if err := nn.CheckFinite(m.Params()); err != nil {
		t.Error(err)
	}
	m.Params()[3].Value[0] = float32(math.Inf(-1))
	if err := nn.CheckFinite(m.Params()); err == nil || !strings.Contains(err.Error(), "b1") || !strings.Contains(err.Error(), "-Inf") {
		t.Errorf("error %v, want one that names b1 and -Inf", err)
	}
}

func TestDeepActorRefuses(t *testing.T) {
	for want, f := range map[string]func() (*nn.DeepActor, error){
		"0 observations":   func() (*nn.DeepActor, error) { return nn.NewDeepActor(0, 1, nil, 1, 1) },
		"width -1":         func() (*nn.DeepActor, error) { return nn.NewDeepActor(1, 1, []int{-1}, 1, 1) },
		"action limit NaN": func() (*nn.DeepActor, error) { return nn.NewDeepActor(1, 1, nil, float32(math.NaN()), 1) },
	} {
		if _, err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

func ExampleDeepActor() {
	actor, err := nn.NewDeepActor(17, 6, []int{256, 256}, 1, 1) // HalfCheetah-v3
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(actor.ParamCount(), "parameters, first", actor.Params()[0].Name, actor.Params()[0].Shape)
	// Output: 71942 parameters, first W0 [256 17]
}
