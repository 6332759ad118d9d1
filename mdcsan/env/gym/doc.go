// Package gym runs the environments of Gymnasium, in the Python that is active,
// as tasks of this program. Package env/tasks takes their names:
//
//	gym:MountainCarContinuous-v0
//	gym:Hopper-v5?frame_skip=2&healthy_reward=0.5     arguments of gymnasium.make
//	gym:my_robots:Arm-v1                              imports my_robots first
//
//	e, err := gym.New("gym:Hopper-v5", gym.Options{})
//	defer e.Close()
//
// The environment must have Box spaces, the action's with bounds, which may
// differ between dimensions. An observation of any shape becomes one row of
// float64; an action is converted to the type and shape of the action space. An
// environment that never ends an episode needs a time limit of its registration,
// or gym:ID?max_episode_steps=500.
//
// Python: the interpreter that GOMDCSAN_PYTHON names, else that of VIRTUAL_ENV
// or CONDA_PREFIX, else python3 on the PATH. It starts with the environment, in
// the current folder, and ends with its Close. What it prints goes into the
// errors. A Python that ends, or takes longer than Options.Timeout
// (GOMDCSAN_GYM_TIMEOUT, such as 10m; 2 minutes) for a start, a reset or a step,
// is an error that names it and its last lines; a run then resumes from its
// checkpoint.
//
// Seeds: each Reset draws one from its stream for env.reset(seed=...), so that
// an episode is the one of a plain Python loop with that seed, bit for bit.
// Terminated and truncated stay apart; a step that says both is terminated. An
// observation or a reward that is not finite is env.ErrDiverged.
//
// State: an environment whose unwrapped class has get_state() and
// set_state(state), where a state is bytes, a NumPy array, a dict of arrays or
// what JSON can say, and Gymnasium's own MuJoCo environments are
// env.Snapshotters: their runs go on to the same bits. All others cannot be
// restored: a resumed run begins a new episode there, and its numbers differ
// from those of a run that was not stopped.
//
// Several instances, as an evaluation steps them, live in one Python and are
// stepped by one message: see env.Vector. Instances that New made share nothing.
package gym
