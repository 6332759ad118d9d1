package snn_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"gomdcsan/mdcsan/snn"
	"gomdcsan/mdcsan/snn/snntest"
)

// twin returns the equations of a golden file's neuron, "" if it has none.
func twin(c snntest.Config) string {
	du := map[string]string{"dn": "tv*(tu*v - u)", "dn-printed": "tv*v - tu*u"}[c.Neuron]
	switch {
	case du != "":
		return fmt.Sprintf("dv = v^2 - v - u + c\ndu = %s\nspike: v > vth\nreset: v = tr, u = u + ts\n"+
			"theta: tv = -0.172, tu = 0.529, tr = 0.021, ts = 0.132\nstart: u = %v", du, c.U0)
	case c.Neuron == "lif":
		return fmt.Sprintf("v <- %v*v + c\nspike: v > vth\nreset: v = 0", c.VoltageDecay)
	case c.Neuron == "if":
		return "v <- v + c\nspike: v > vth\nreset: v = 0"
	}
	return ""
}

// renamed gives theta_v0 the name theta_tv0, that of the equations.
func renamed(from snntest.Params) snntest.Params {
	to := snntest.Params{}
	for name, v := range from {
		if rest, ok := strings.CutPrefix(name, "theta_"); ok {
			name = "theta_t" + rest
		}
		to[name] = v
	}
	return to
}

// TestGoldenTwins: the built-in neurons' golden files hold for their equations.
func TestGoldenTwins(t *testing.T) {
	tried := map[string]int{}
	for _, file := range snntest.Files(t, "actor") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			var g goldenActor
			snntest.Read(t, file, &g)
			text := twin(g.Config)
			if text == "" {
				return
			}
			tried[g.Config.Neuron]++
			c := g.Config.SNN(t, g.Params)
			c.Neuron = snn.NeuronKind(text)
			a, err := snn.New(c, 1)
			if err != nil {
				t.Fatal(err)
			}
			params := renamed(g.Params)
			if c.ThetaMode == snn.ThetaFixed {
				maps.DeleteFunc(params, func(name string, _ snntest.Tensor) bool { return strings.HasPrefix(name, "theta_") })
			}
			snntest.Set(t, a.Params(), params)
			if len(g.Fixed) > 0 {
				snntest.Set(t, a.Fixed(), renamed(g.Fixed))
			}
			g.Grads = renamed(g.Grads)
			g.check(t, a)
			g.checkTrace(t, a)
		})
	}
	if tried["dn"] == 0 || tried["dn-printed"] == 0 || tried["lif"] == 0 {
		t.Errorf("only %v were tried", tried)
	}
}
