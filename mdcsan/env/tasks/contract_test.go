package tasks_test

import (
	"strings"
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
	names := append(tasks.Names(), "Ant-v4?use_contact_forces=true", "Ant-v5?frame_skip=3&main_body=torso", "Humanoid-v5?include_cinert_in_observation=false")
	for _, name := range names {
		for variant, o := range variants {
			if !strings.HasSuffix(name, "-v3") && variant == "exact" {
				o = tasks.Options{Position: true}
			}
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
