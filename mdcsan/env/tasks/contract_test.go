package tasks_test

import (
	"testing"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/envtest"
	"gomdcsan/mdcsan/env/mjcf"
	"gomdcsan/mdcsan/env/mujoco"
	"gomdcsan/mdcsan/env/tasks"
)

func TestContract(t *testing.T) {
	variants := map[string]tasks.Options{
		"legacy": {},
		"exact":  {Inertia: mjcf.Exact, Contact: tasks.ContactRNE, Position: true},
	}
	for _, name := range tasks.Names() {
		for variant, o := range variants {
			t.Run(name+"/"+variant, func(t *testing.T) {
				if err := mujoco.Available(); err != nil && name != "Pendulum-v1" {
					t.Skip(err)
				}
				envtest.Run(t, func(maxSteps int) (env.Env, error) {
					o := o
					o.MaxSteps = maxSteps
					return tasks.New(name, o)
				})
			})
		}
	}
}
