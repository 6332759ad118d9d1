package td3_test

import (
	"cmp"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"gomdcsan/mdcsan/replay"
	"gomdcsan/mdcsan/snn/snntest"
	"gomdcsan/mdcsan/td3"
)

type goldenTD3 struct {
	Config snntest.Config
	Fixed  snntest.Params
	TD3    struct {
		Gamma, Tau  float64
		PolicyDelay int     `json:"policy_delay"`
		NoiseClip   float64 `json:"noise_clip"`
		ActLimit    float32 `json:"act_limit"`
		Adam        struct {
			Beta1, Beta2, Eps float64
			LRActor           float64 `json:"lr_actor"`
			LRCritic          float64 `json:"lr_critic"`
		}
	}
	Init  networks
	Steps []struct {
		Batch struct {
			Obs, Act, Rew, Obs2, Done, Noise snntest.Tensor
		}
		TargetQ         snntest.Tensor `json:"target_q"`
		LossQ1          float64        `json:"loss_q1"`
		LossQ2          float64        `json:"loss_q2"`
		LossActor       *float64       `json:"loss_actor"`
		Params, Targets networks
	}
}

type networks struct{ Actor, Q1, Q2 snntest.Params }

func TestGoldenTD3(t *testing.T) {
	for _, file := range snntest.Files(t, "td3") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			var g goldenTD3
			snntest.Read(t, file, &g)
			g.run(t)
		})
	}
}

func (g *goldenTD3) run(t *testing.T) {
	net, target := g.Config.Build(t, g.Init.Actor, g.Fixed)
	a, err := td3.New(g.config(t), net, target, 1)
	if err != nil {
		t.Fatal(err)
	}
	a.SetAdam(g.TD3.Adam.Beta1, g.TD3.Adam.Beta2, g.TD3.Adam.Eps)
	for i, p := range []snntest.Params{g.Init.Q1, g.Init.Q2} {
		snntest.Set(t, a.Critic(i).Params(), p)
		snntest.Set(t, a.CriticTarget(i).Params(), p)
	}
	for k, s := range g.Steps {
		b := replay.NewBatch(len(s.Batch.Rew), g.Config.N, g.Config.M)
		copy(b.Obs, s.Batch.Obs.F32())
		copy(b.Act, s.Batch.Act.F32())
		copy(b.Rew, s.Batch.Rew.F32())
		copy(b.Obs2, s.Batch.Obs2.F32())
		copy(b.Done, s.Batch.Done.F32())
		losses, err := a.UpdateWithNoise(b, s.Batch.Noise.F32())
		if err != nil {
			t.Fatal(err)
		}
		at := fmt.Sprintf("update %d: ", k)
		snntest.Compare(t, at+"target_q", a.TargetQ(), s.TargetQ)
		compareLoss(t, at+"loss_q1", losses.Q1, s.LossQ1, s.LossQ1)
		compareLoss(t, at+"loss_q2", losses.Q2, s.LossQ2, s.LossQ2)
		if s.LossActor != nil {
			// A mean of values of both signs: its rounding is that of the values.
			compareLoss(t, at+"loss_actor", losses.Actor, *s.LossActor, slices.MaxFunc(s.TargetQ, byMagnitude))
		} else if !math.IsNaN(losses.Actor) {
			t.Errorf("%sthe policy was updated, want not", at)
		}
		snntest.CompareParams(t, at+"actor", net.Params(), s.Params.Actor)
		snntest.CompareParams(t, at+"q1", a.Critic(0).Params(), s.Params.Q1)
		snntest.CompareParams(t, at+"q2", a.Critic(1).Params(), s.Params.Q2)
		snntest.CompareParams(t, at+"actor target", target.Params(), s.Targets.Actor)
		snntest.CompareParams(t, at+"q1 target", a.CriticTarget(0).Params(), s.Targets.Q1)
		snntest.CompareParams(t, at+"q2 target", a.CriticTarget(1).Params(), s.Targets.Q2)
		if t.Failed() {
			return
		}
	}
}

func (g *goldenTD3) config(t *testing.T) td3.Config {
	c := td3.Default(g.Config.N, g.Config.M, g.TD3.ActLimit)
	c.Normalise = false
	c.Gamma, c.Tau, c.PolicyDelay, c.NoiseClip = g.TD3.Gamma, g.TD3.Tau, g.TD3.PolicyDelay, g.TD3.NoiseClip
	c.ActorLR, c.CriticLR = g.TD3.Adam.LRActor, g.TD3.Adam.LRCritic
	c.CriticHidden = g.Config.CriticLayers
	return c
}

func byMagnitude(a, b float64) int { return cmp.Compare(math.Abs(a), math.Abs(b)) }

// compareLoss asks for Tolerance relative to the larger of want and scale.
func compareLoss(t *testing.T, what string, got, want, scale float64) {
	t.Helper()
	if !(math.Abs(got-want) <= snntest.Tolerance*max(math.Abs(want), math.Abs(scale))) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
