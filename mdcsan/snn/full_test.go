package snn_test

import (
	"path/filepath"
	"testing"

	"gomdcsan/mdcsan/nn"
	"gomdcsan/mdcsan/rng"
	"gomdcsan/mdcsan/snn/snntest"
)

// TestGoldenFullSize: actors and critics of the paper's sizes, at which alone
// the large tiles of the kernels run.
func TestGoldenFullSize(t *testing.T) {
	for _, file := range snntest.Files(t, "full") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			var f snntest.Full
			snntest.Read(t, file, &f)
			if f.Kind == "critic" {
				fullCritic(t, &f)
			} else {
				fullActor(t, &f)
			}
		})
	}
}

func fullActor(t *testing.T, f *snntest.Full) {
	net, _ := f.Config.Build(t, f.Params(), nil)
	x, grad := f.Inputs()
	out := make([]float32, len(f.Output))
	net.Forward(out, x, len(f.Rows))
	net.Backward(grad)
	f.Check(t, out, net.Params())
}

func fullCritic(t *testing.T, f *snntest.Full) {
	net := nn.NewMLP(append([]int{f.Config.N}, f.Config.Layers...), rng.New(1, "golden"))
	snntest.Set(t, net.Params(), f.Params())
	x, grad := f.Inputs()
	out := net.Forward(x, len(f.Rows))
	net.Backward(nil, grad, len(f.Rows))
	f.Check(t, out, net.Params())
}
