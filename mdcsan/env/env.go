// Package env states what a reinforcement-learning task is.
//
// An Env follows gym's contract (v0.21): Reset starts an episode, Step applies
// one action for one environment step. Observations and actions are float64
// because physics is; networks and the replay buffer convert to float32.
// An Env belongs to one goroutine at a time.
//
// The physics tasks are in env/tasks (MuJoCo), the embedded
// pure-Go one in env/pendulum, those of Gymnasium in env/gym. Beside them: env/envtest, the contract as a test
// that any environment can run; env/batch, which steps several at once;
// env/render, pictures and films; env/mjcf, the robots as tables; env/mujoco,
// the physics library.
package env

import (
	"errors"

	"gomdcsan/mdcsan/rng"
)

// Env is one instance of a task.
type Env interface {
	Spec() Spec

	// Reset starts an episode, drawing its initial state from r, and writes
	// the first observation into obs (length Spec().ObsDim).
	Reset(obs []float64, r *rng.Stream) error

	// Step applies action (length Spec().ActDim; not modified, not clipped for
	// the reward) and writes the next observation into obs. A non-finite
	// action is refused with an error and changes nothing. After an error that
	// wraps ErrDiverged, or at an episode's end, the next call must be Reset.
	Step(obs, action []float64) (Result, error)

	Close() error
}

// Snapshotter is an Env whose whole state can be saved and restored, so that
// an interrupted run goes on to the same bits.
type Snapshotter interface {
	Env
	AppendState(dst []byte) []byte
	RestoreState(state []byte) error
}

// Poser is an Env that can be looked at: AppendPose appends the numbers that
// its picture needs (package env/tasks draws them), enough to film an episode
// later and elsewhere.
type Poser interface {
	Env
	AppendPose(dst []float64) []float64
}

// Vector is an Env of which several instances step faster together than one by
// one, as those do that share a process. Evaluations use it.
type Vector interface {
	Env

	// Another makes one more instance of the task, which is the caller's to close.
	Another() (Env, error)

	// StepTogether steps envs[i] for every i in which as Step does, reading act[i]
	// and writing obs[i], res[i] and errs[i].
	StepTogether(envs []Env, which []int, obs, act [][]float64, res []Result, errs []error)
}

// Spec describes a task.
type Spec struct {
	Name            string    // gym's name, such as "Hopper-v3"
	ObsDim, ActDim  int       // numbers in an observation, in an action
	ActLow, ActHigh []float64 // action bounds per dimension
	MaxSteps        int       // time limit in environment steps; 0 is none
	Dt              float64   // seconds per environment step
}

// Result is the outcome of a step.
type Result struct {
	Reward     float64
	Terminated bool // the state is terminal: no value beyond it
	Truncated  bool // the time limit ended the episode: stored as not terminal
}

// Done reports whether the episode is over.
func (r Result) Done() bool { return r.Terminated || r.Truncated }

// Errors that callers test for with errors.Is.
var (
	ErrDiverged    = errors.New("simulation diverged")
	ErrLost        = errors.New("the task's process is lost") // only a new instance helps
	ErrUnavailable = errors.New("task not available")
	ErrUnknownTask = errors.New("unknown task")
	ErrNeedsReset  = errors.New("call Reset first")
	ErrBadAction   = errors.New("action refused")
)
