package mdcsan

import (
	"fmt"
	"html"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/tasks"
	"gomdcsan/mdcsan/rng"
)

// Task is an environment that is easy to play with by hand. Training makes its
// own environments; a Task does not touch them.
type Task struct {
	Spec Spec
	env  env.Env
	r    *rng.Stream
}

// NewTask makes a task by its name, such as "Hopper-v3", with the paper's
// options.
func NewTask(name string) (*Task, error) {
	e, err := tasks.New(name, tasks.Options{})
	if err != nil {
		return nil, err
	}
	return TaskOf(e, 0), nil
}

// TaskOf wraps any environment; its episodes start from the given seed.
func TaskOf(e env.Env, seed uint64) *Task {
	return &Task{Spec: e.Spec(), env: e, r: rng.New(seed, "task")}
}

// Env returns the environment inside, for pictures and for poses.
func (t *Task) Env() env.Env { return t.env }

// Reset starts an episode and returns the first observation.
func (t *Task) Reset() ([]float64, error) {
	obs := make([]float64, t.Spec.ObsDim)
	err := t.env.Reset(obs, t.r)
	return obs, err
}

// Step applies an action and returns the next observation, the reward and
// whether the episode is over.
func (t *Task) Step(action []float64) (obs []float64, reward float64, done bool, err error) {
	if len(action) != t.Spec.ActDim {
		return nil, 0, false, fmt.Errorf("mdcsan: an action of %s has %d numbers, not %d", t.Spec.Name, t.Spec.ActDim, len(action))
	}
	obs = make([]float64, t.Spec.ObsDim)
	res, err := t.env.Step(obs, action)
	return obs, res.Reward, res.Done(), err
}

// RandomAction draws an action uniformly within its bounds.
func (t *Task) RandomAction() []float64 {
	a := make([]float64, t.Spec.ActDim)
	for i := range a {
		a[i] = t.r.Uniform(t.Spec.ActLow[i], t.Spec.ActHigh[i])
	}
	return a
}

// Close frees the simulation.
func (t *Task) Close() error { return t.env.Close() }

func (t *Task) String() string {
	s := t.Spec
	return fmt.Sprintf("%s: %d observations, %d actions in [%g, %g], %g s per step, at most %d steps per episode",
		s.Name, s.ObsDim, s.ActDim, s.ActLow[0], s.ActHigh[0], s.Dt, s.MaxSteps)
}

// MimeBundle describes the task.
func (t *Task) MimeBundle() map[string]any {
	return map[string]any{"text/plain": t.String(), "text/html": "<p>" + html.EscapeString(t.String()) + "</p>"}
}
