package snn_test

import (
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"gomdcsan/mdcsan/snn"
	"gomdcsan/mdcsan/snn/snntest"
)

type goldenActor struct {
	Config     snntest.Config
	Batch      int
	Params     snntest.Params
	Fixed      snntest.Params
	Obs        snntest.Tensor
	GradAction snntest.Tensor `json:"grad_action"`
	Trace      []struct {
		T, Layer   int
		C, V, U, O snntest.Tensor
	}
	Rate, Action snntest.Tensor
	Grads        snntest.Params
}

func TestGoldenActor(t *testing.T) {
	for _, file := range snntest.Files(t, "actor") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			var g goldenActor
			snntest.Read(t, file, &g)
			net, _ := g.Config.Build(t, g.Params, g.Fixed)
			g.check(t, net)
			if a, ok := net.(*snn.Actor); ok {
				g.checkTrace(t, a)
			}
			// A theta that does not learn takes the fused way through a layer.
			if net := g.Config.BuildFixed(t, g.Params); net != nil {
				maps.DeleteFunc(g.Grads, func(name string, _ snntest.Tensor) bool { return strings.HasPrefix(name, "theta_") })
				g.check(t, net)
			}
		})
	}
}

func (g *goldenActor) check(t *testing.T, net snntest.Network) {
	t.Helper()
	obs, act := g.Obs.F32(), make([]float32, len(g.Action))
	net.Forward(act, obs, g.Batch)
	snntest.Compare(t, "action", act, g.Action)
	net.Backward(g.GradAction.F32())
	snntest.CompareGrads(t, net.Params(), g.Grads)
	for b := range g.Batch { // one state gives what the batch gives
		m := g.Config.M
		net.Act(act[b*m:], obs[b*g.Config.N:(b+1)*g.Config.N])
	}
	snntest.Compare(t, "single action", act, g.Action)
}

// checkTrace compares what Record shows with the file's trace, state by state.
func (g *goldenActor) checkTrace(t *testing.T, a *snn.Actor) {
	rate := g.Config.M * g.Config.O
	for b := range g.Batch {
		rec := a.Record(g.Obs.F32()[b*g.Config.N : (b+1)*g.Config.N])
		for _, tr := range g.Trace {
			l := rec.Layers[tr.Layer]
			n := g.Config.Layers[tr.Layer]
			lo, hi := b*n, (b+1)*n
			snntest.Compare(t, "C", l.C[tr.T], tr.C[lo:hi])
			snntest.Compare(t, "V", l.V[tr.T], tr.V[lo:hi])
			snntest.Compare(t, "O", l.O[tr.T], tr.O[lo:hi])
			if l.U != nil {
				snntest.Compare(t, "U", l.U[tr.T], tr.U[lo:hi])
			}
		}
		var got []float32
		for _, r := range rec.Rate {
			got = append(got, r...)
		}
		snntest.Compare(t, "rate", got, g.Rate[b*rate:(b+1)*rate])
		if t.Failed() {
			return
		}
	}
}
