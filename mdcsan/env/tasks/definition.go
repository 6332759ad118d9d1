package tasks

import (
	"math"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/mjcf"
)

// maxSteps is the time limit of all four tasks.
const maxSteps = 1000

// forcesPerBody are the numbers of a contact force: torque, then force.
const forcesPerBody = 6

// definition is what makes a locomotion task of a model.
type definition struct {
	name      string
	model     func() mjcf.Model
	bodies    int // the world included
	frameSkip int // simulation steps per environment step
	hidden    int // leading positions that are not observed
	clip      float64
	forces    bool // observes contact forces; its velocity is the torso's (body, not joint)

	controlCost   float64 // times sum(a^2)
	contactCost   float64 // times sum(clipped contact forces^2)
	healthyReward float64 // every step, also the one that terminates
	healthy       func(qpos, qvel []float64) bool

	noise    float64 // of the initial positions: U(-noise, noise)
	gaussian bool    // initial velocities noise*N(0,1); else U(-noise, noise)
}

// locomotions are the tasks of the paper.
func locomotions() []definition {
	always := func(_, _ []float64) bool { return true }
	return []definition{
		{
			name: "Ant-v3", model: mjcf.Ant, bodies: 14, frameSkip: 5, hidden: 2, clip: math.Inf(1), forces: true,
			controlCost: 0.5, contactCost: 5e-4, healthyReward: 1, healthy: antHealthy, noise: 0.1, gaussian: true,
		},
		{
			name: "HalfCheetah-v3", model: mjcf.HalfCheetah, bodies: 8, frameSkip: 5, hidden: 1, clip: math.Inf(1),
			controlCost: 0.1, healthy: always, noise: 0.1, gaussian: true,
		},
		{
			name: "Walker2d-v3", model: mjcf.Walker2d, bodies: 8, frameSkip: 4, hidden: 1, clip: 10,
			controlCost: 0.001, healthyReward: 1, healthy: walkerHealthy, noise: 0.005,
		},
		{
			name: "Hopper-v3", model: mjcf.Hopper, bodies: 5, frameSkip: 4, hidden: 1, clip: 10,
			controlCost: 0.001, healthyReward: 1, healthy: hopperHealthy, noise: 0.005,
		},
	}
}

func antHealthy(qpos, qvel []float64) bool {
	z := qpos[2]
	return within(qpos, math.Inf(1)) && within(qvel, math.Inf(1)) && 0.2 <= z && z <= 1
}

func walkerHealthy(qpos, _ []float64) bool {
	z, pitch := qpos[1], qpos[2]
	return 0.8 < z && z < 2 && -1 < pitch && pitch < 1
}

func hopperHealthy(qpos, qvel []float64) bool {
	z, pitch := qpos[1], qpos[2]
	return within(qpos[2:], 100) && within(qvel, 100) && z > 0.7 && -0.2 < pitch && pitch < 0.2
}

// within reports whether every |x| < limit; NaN is not.
func within(x []float64, limit float64) bool {
	for _, v := range x {
		if !(-limit < v && v < limit) {
			return false
		}
	}
	return true
}

// spec describes the task with the options.
func (d *definition) spec(o Options) env.Spec {
	m := d.model()
	n := m.NQ() + m.NV() - d.hidden
	if o.Position {
		n += d.hidden
	}
	if d.forces {
		n += forcesPerBody * d.bodies
	}
	act := len(m.Motors)
	s := env.Spec{
		Name: d.name, ObsDim: n, ActDim: act,
		ActLow: make([]float64, act), ActHigh: make([]float64, act),
		MaxSteps: o.limit(maxSteps), Dt: float64(d.frameSkip) * m.Timestep,
	}
	for i := range act {
		s.ActLow[i], s.ActHigh[i] = -1, 1
	}
	return s
}
