package tasks_test

import (
	"context"
	"fmt"

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
	for _, name := range tasks.Names() {
		s, err := tasks.Lookup(name)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%-15s %3d observations, %d actions, %.3f s per step\n", s.Name, s.ObsDim, s.ActDim, s.Dt)
	}
	_, err := tasks.Lookup("HalfCheeta-v3")
	fmt.Println(err)
	// Output:
	// Ant-v3          111 observations, 8 actions, 0.050 s per step
	// HalfCheetah-v3   17 observations, 6 actions, 0.050 s per step
	// Walker2d-v3      17 observations, 6 actions, 0.008 s per step
	// Hopper-v3        11 observations, 3 actions, 0.008 s per step
	// Pendulum-v1       3 observations, 1 actions, 0.050 s per step
	// unknown task "HalfCheeta-v3". Did you mean "HalfCheetah-v3"? There are Ant-v3, HalfCheetah-v3, Walker2d-v3, Hopper-v3, Pendulum-v1
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
