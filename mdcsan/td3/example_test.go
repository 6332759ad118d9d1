package td3_test

import (
	"fmt"

	"gomdcsan/mdcsan/replay"
	"gomdcsan/mdcsan/rng"
	"gomdcsan/mdcsan/snn"
	"gomdcsan/mdcsan/td3"
)

// A point x' = x + a/2 with reward -x'^2 learns to go to 0: the whole of a
// training loop, without a task's machinery.
func Example() {
	const seed = 1
	c := snn.Default(1, 1, 1)
	c.Hidden = []int{32, 32}
	actor, err := snn.New(c, seed)
	if err != nil {
		fmt.Println(err)
		return
	}
	t := td3.Default(1, 1, 1)
	t.CriticHidden, t.ActorLR = []int{32, 32}, 1e-3
	agent, err := td3.New(t, actor, actor.Clone("target"), seed)
	if err != nil {
		fmt.Println(err)
		return
	}
	buf, batch := replay.New(10_000, 1, 1), replay.NewBatch(64, 1, 1)
	env, sample := rng.New(seed, "env"), rng.New(seed, "replay")
	obs, next, act := make([]float32, 1), make([]float32, 1), make([]float32, 1)
	for step := range 1200 {
		if step%10 == 0 { // a new episode
			obs[0] = float32(env.Uniform(-2, 2))
		}
		if step < 200 {
			act[0] = float32(env.Uniform(-1, 1))
		} else {
			agent.Explore(act, obs)
		}
		next[0] = obs[0] + act[0]/2
		if err := buf.Add(obs, act, -next[0]*next[0], next, false); err != nil {
			fmt.Println(err)
			return
		}
		agent.Observe(obs)
		copy(obs, next)
		if step >= 200 {
			if err := buf.Sample(batch, sample); err != nil {
				fmt.Println(err)
				return
			}
			if _, err := agent.Update(batch); err != nil {
				fmt.Println(err)
				return
			}
		}
	}
	for _, x := range []float32{-1.5, 1.5} {
		obs[0] = x
		agent.Act(act, obs)
		fmt.Println("from", x, "towards 0:", act[0]*x < 0)
	}
	// Output:
	// from -1.5 towards 0: true
	// from 1.5 towards 0: true
}
