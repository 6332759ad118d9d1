package mdcsan_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"gomdcsan/mdcsan"
)

func ExampleTrain() {
	cfg := mdcsan.QuickConfig("Pendulum-v1")
	cfg.Hidden, cfg.CriticHidden = []int{32}, []int{32} // small, for a quick example
	cfg.Steps, cfg.EvalEvery, cfg.EvalEpisodes = 400, 200, 2

	run, err := mdcsan.Train(context.Background(), cfg, func(p mdcsan.Progress) {
		if p.Kind == "evaluation" {
			fmt.Println("evaluated after", p.Step, "steps")
		}
	})
	if err != nil {
		log.Fatal(err)
	}
	defer run.Close()
	steps, returns := run.Curve()
	fmt.Println(steps, len(returns))
	// Output:
	// evaluated after 200 steps
	// evaluated after 400 steps
	// [200 400] 2
}

func ExampleNewActor() {
	actor, err := mdcsan.NewActor(mdcsan.DefaultConfig("Ant-v3"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(actor)
	rec, err := actor.Record(make([]float64, actor.Spec.ObsDim))
	if err != nil {
		log.Fatal(err)
	}
	for i, layer := range rec.Layers {
		fmt.Println("layer", i, "has", len(layer.V[0]), "neurons, recorded over", len(layer.V), "steps")
	}
	// Output:
	// Actor mdcsan for Ant-v3
	//   observation, action  111 numbers, 8 numbers in [-1, 1]
	//   input                coding pop, 1110 neurons
	//   layers               [256 256 80] neurons of kind dn
	//   time steps           5
	//   theta                [-0.172 0.529 0.021 0.132], fixed
	//   decoder              10 neurons per action, tanh
	//   parameters           373076
	// layer 0 has 256 neurons, recorded over 5 steps
	// layer 1 has 256 neurons, recorded over 5 steps
	// layer 2 has 80 neurons, recorded over 5 steps
}

func ExampleLoad() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	actor, err := mdcsan.NewActor(mdcsan.DefaultConfig("Pendulum-v1"))
	if err != nil {
		log.Fatal(err)
	}
	path := filepath.Join(dir, "pendulum.ckpt")
	if err := actor.Save(path); err != nil {
		log.Fatal(err)
	}
	same, err := mdcsan.Load(path)
	if err != nil {
		log.Fatal(err)
	}
	obs := []float64{1, 0, 0.5}
	fmt.Println(same.Act(obs)[0] == actor.Act(obs)[0])
	// Output: true
}
