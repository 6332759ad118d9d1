package tasks

import (
	"math"

	"gomdcsan/mdcsan/env/pendulum"
)

// StartPose is a task's pose at the start of an episode, without its noise, as
// Picture takes it. It needs no MuJoCo.
func StartPose(name string) ([]float64, error) {
	if name == pendulum.Name {
		return []float64{math.Pi, 0}, nil // hanging, no torque
	}
	d, err := find(name)
	if err != nil {
		return nil, err
	}
	m := d.model()
	return m.Start(), nil
}
