// Package tasks makes environments by gym's names: the paper's Ant-v3,
// HalfCheetah-v3, Walker2d-v3 and Hopper-v3; versions 4 and 5 of these and of
// Swimmer, Reacher, Pusher, InvertedPendulum, InvertedDoublePendulum, Humanoid
// and HumanoidStandup, by Gymnasium's definitions; Pendulum-v1, in Go.
//
//	e, err := tasks.New("Hopper-v3", tasks.Options{})
//	obs := make([]float64, e.Spec().ObsDim)
//	err = e.Reset(obs, rng.New(seed, "env/0"))
//	res, err := e.Step(obs, action)
//
// All but Pendulum-v1 need MuJoCo (package mujoco); Names and Lookup work in
// every build.
//
// # Version 3 (gym 0.15 to 0.21)
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
// Where we had to choose: inertia legacy, as in the MuJoCo of the paper's time
// (package mjcf); exact is what MuJoCo computes since 2.1.1. Contact forces of
// Ant zero, as gym gave with every MuJoCo since 2.0, so that its contact cost is
// zero too; rne computes them.
//
// # Versions 4 and 5 (Gymnasium 1.4.0)
//
// The table gymTasks holds what they are; recorded episodes of Gymnasium hold
// it to 1e-9. Keyword options of Gymnasium follow the name:
//
//	Ant-v4?use_contact_forces=true&healthy_z_range=0.3,1
//
// They are part of the name everywhere: in a config, a manifest, a film. Rewards
// carry the rounding of Gymnasium's float32 actions. uph_cost_weight of
// HumanoidStandup-v5, which Gymnasium reads and does not use, and xml_file are
// refused. The models are those of Gymnasium's files on the MuJoCo in use:
// in late releases of 3 and in 4 a contact begins at the sum of two margins, no
// longer at the larger one, and so it does for versions 4 and 5 of Ant, Hopper, Pusher
// and the humanoids, as in Gymnasium. Version 3 halves its margins there, so
// that its contacts begin where they did with the paper's MuJoCo.
//
// # Divergence
//
// The state in which a step diverges (NaN, or beyond 1e10) has no number to go
// on from: Step returns an error that wraps env.ErrDiverged. gym's MuJoCo
// raised an exception there.
package tasks
