package tasks_test

import (
	"context"
	"fmt"
	"strings"

	"gomdcsan/mdcsan/env/tasks"
	"gomdcsan/mdcsan/rng"
)

func Example() {
	e, err := tasks.New("Pendulum-v1", tasks.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer e.Close()
	s := e.Spec()
	obs, action := make([]float64, s.ObsDim), make([]float64, s.ActDim)
	if err := e.Reset(obs, rng.New(1, "env/0")); err != nil {
		fmt.Println(err)
		return
	}
	steps := 0
	for {
		res, err := e.Step(obs, action)
		if err != nil {
			fmt.Println(err)
			return
		}
		if steps++; res.Done() {
			fmt.Println(steps, "steps, truncated:", res.Truncated)
			return
		}
	}
	// Output: 200 steps, truncated: true
}

func ExampleLookup() {
	for _, name := range []string{"Hopper-v3", "Ant-v4", "Ant-v4?use_contact_forces=true", "Humanoid-v5", "Pendulum-v1"} {
		s, err := tasks.Lookup(name)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%-31s %3d observations, %d actions, %.3f s per step\n", s.Name, s.ObsDim, s.ActDim, s.Dt)
	}
	_, err := tasks.Lookup("HalfCheeta-v3")
	text, _, _ := strings.Cut(err.Error(), " There are")
	fmt.Println(text)
	_, err = tasks.Lookup("Swimmer-v4?ctrl_cost=0.1")
	fmt.Println(err)
	// Output:
	// Hopper-v3                        11 observations, 3 actions, 0.008 s per step
	// Ant-v4                           27 observations, 8 actions, 0.050 s per step
	// Ant-v4?use_contact_forces=true  111 observations, 8 actions, 0.050 s per step
	// Humanoid-v5                     348 observations, 17 actions, 0.015 s per step
	// Pendulum-v1                       3 observations, 1 actions, 0.050 s per step
	// unknown task "HalfCheeta-v3". Did you mean "HalfCheetah-v3"?
	// tasks: Swimmer-v4 has no option "ctrl_cost"; it has forward_reward_weight, ctrl_cost_weight, reset_noise_scale, exclude_current_positions_from_observation
}

func ExampleRecord() {
	e, err := tasks.New("Pendulum-v1", tasks.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer e.Close()
	film, err := tasks.Record(context.Background(), e, rng.New(1, "film"), 60, func(action, obs []float64) {
		action[0] = -2 * obs[1] // push back
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(film.Poses), "poses,", film.Duration()) // film.WriteFile("pendulum.gif")
	// Output: 61 poses, 3s
}
