// Package tasks makes the environments of the paper by gym's names: Ant-v3,
// HalfCheetah-v3, Walker2d-v3 and Hopper-v3 on MuJoCo, and Pendulum-v1 in Go.
//
//	e, err := tasks.New("Hopper-v3", tasks.Options{})
//	obs := make([]float64, e.Spec().ObsDim)
//	err = e.Reset(obs, rng.New(seed, "env/0"))
//	res, err := e.Step(obs, action)
//
// New needs a build with MuJoCo for the first four (package mujoco); Names and
// Lookup work in every build.
//
// # What a step does (gym 0.15 to 0.21, version 3)
//
//	               Ant        HalfCheetah  Walker2d    Hopper
//	observation    111        17           17          11
//	action         8          6            6           3      in [-1, 1]
//	dt             0.05 s     0.05 s       0.008 s     0.008 s
//	control cost   0.5        0.1          0.001       0.001
//	healthy reward 1          -            1           1
//
// reward = dx/dt + healthy - cost*sum(a^2), the action not clipped. The
// observation is positions without the plane coordinates, then velocities
// (Walker2d and Hopper: clipped to [-10, 10]), then for Ant the 84 contact
// forces. An episode terminates when Ant's torso leaves 0.2 <= z <= 1, when
// Walker2d leaves 0.8 < z < 2 or |pitch| < 1, when Hopper leaves 0.7 < z,
// |pitch| < 0.2 or |state| < 100; HalfCheetah never. All are truncated after
// 1000 steps.
//
// # Where we had to choose
//
// Inertia: legacy, as in the MuJoCo of the paper's time (package mjcf); exact
// is what MuJoCo computes since 2.1.1. Contact forces of Ant: zero, as gym
// gave with every MuJoCo since 2.0, so that its contact cost is zero too; rne
// computes them.
//
// The state in which a step diverges (NaN, or beyond 1e10) has no number to go
// on from: Step returns an error that wraps env.ErrDiverged. gym's MuJoCo
// raised an exception there.
package tasks
