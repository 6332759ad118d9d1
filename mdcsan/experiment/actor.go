package experiment

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"gomdcsan/mdcsan/checkpoint"
	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/tasks"
	"gomdcsan/mdcsan/nn"
	"gomdcsan/mdcsan/rng"
	"gomdcsan/mdcsan/snn"
	"gomdcsan/mdcsan/td3"
)

// Actor is a policy with what it needs to act in a task: its network and the
// statistics that normalise observations. It belongs to one goroutine.
type Actor struct {
	Config Config
	Spec   env.Spec
	Note   string // what was wrong with the file it was read from, mostly empty
	agent  *td3.Agent
	parts  Parts

	critics bool // of agent are trained ones
}

// NewActor builds the untrained actor that c describes.
func NewActor(c Config, spec env.Spec, p Parts) (*Actor, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c, err := c.WithEquations()
	if err != nil {
		return nil, err
	}
	agent, err := NewAgent(c, spec, p)
	if err != nil {
		return nil, err
	}
	return &Actor{Config: c, Spec: spec, agent: agent, parts: p}, nil
}

// LoadActor reads the policy of a policy file, of a checkpoint or, given a
// run's folder, the best one of that run.
func LoadActor(path string, p Parts) (*Actor, error) {
	ck, note, err := openPolicy(path)
	if err != nil {
		return nil, err
	}
	c, spec, agent, err := PolicyFrom(ck, p)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &Actor{Config: c, Spec: spec, Note: note, agent: agent, parts: p, critics: hasCritics(ck)}, nil
}

// Actor returns the run's policy as it is now; it changes as training goes on.
func (r *Run) Actor() *Actor {
	return &Actor{Config: r.Config, Spec: r.Spec, agent: r.Learner.(*td3.Agent), parts: r.parts, critics: true}
}

// BestActor returns a copy of the policy of the best evaluation.
func (r *Run) BestActor() (*Actor, error) {
	ck, err := r.best()
	if err != nil {
		return nil, err
	}
	c, spec, agent, err := PolicyFrom(ck, r.parts)
	if err != nil {
		return nil, err
	}
	return &Actor{Config: c, Spec: spec, agent: agent, parts: r.parts}, nil
}

// Agent returns the learner around the actor, critics included.
func (a *Actor) Agent() *td3.Agent { return a.agent }

// Act returns the action for an observation, without noise.
func (a *Actor) Act(obs []float64) []float64 {
	act := make([]float32, a.Spec.ActDim)
	a.agent.Act(act, a.float32s(obs))
	out := make([]float64, len(act))
	toFloat64(out, act)
	actionsOf(a.Spec).apply(out)
	keepWithin(a.Spec, out)
	return out
}

// ActBatch writes n actions [n][M] for n observations [n][N], row-major.
func (a *Actor) ActBatch(dst, obs []float32, n int) {
	actionsOf(a.Spec).of(a.agent).ActBatch(dst, obs, n)
}

func (a *Actor) float32s(obs []float64) []float32 {
	if len(obs) != a.Spec.ObsDim {
		panic(fmt.Sprintf("mdcsan: an observation of %s has %d numbers, not %d", a.Spec.Name, a.Spec.ObsDim, len(obs)))
	}
	o := make([]float32, len(obs))
	toFloat32(o, obs)
	return o
}

// ParamCount returns the number of numbers that learning changes.
func (a *Actor) ParamCount() int { return nn.Count(a.agent.Actor().Params()) }

// Network returns the spiking network (or Pop-DAN's); a DAN has none.
func (a *Actor) Network() (*snn.Actor, error) {
	if net, ok := a.agent.Actor().(*snn.Actor); ok {
		return net, nil
	}
	return nil, fmt.Errorf("mdcsan: the actor %s has no population encoder and no spiking layers", a.Config.Actor)
}

// Record runs the network on one observation and returns all that happened
// inside: inputs, currents, potentials, spikes and firing rates over T steps.
func (a *Actor) Record(obs []float64) (*snn.Recording, error) {
	net, err := a.Network()
	if err != nil {
		return nil, err
	}
	o := a.float32s(obs)
	if a.Config.Normalise {
		a.agent.Normaliser().Apply(o, o)
	}
	return net.Record(o), nil
}

// ReceptiveFields returns the means and standard deviations of the encoder's
// neurons, [N][J] each, in units of the (normalised) observation.
func (a *Actor) ReceptiveFields() (mean, std [][]float64, err error) {
	for _, t := range a.agent.Tensors() {
		switch t.Name {
		case "actor/enc_mean":
			mean = rows(t)
		case "actor/enc_std":
			std = rows(t)
		}
	}
	if mean == nil || std == nil {
		return nil, nil, fmt.Errorf("mdcsan: the actor %s has no receptive fields", a.Config.Actor)
	}
	return mean, std, nil
}

func rows(t nn.Tensor) [][]float64 {
	v := t.AppendF32(nil)
	out := make([][]float64, t.Shape[0])
	for i := range out {
		out[i] = make([]float64, t.Shape[1])
		toFloat64(out[i], v[i*t.Shape[1]:])
	}
	return out
}

// FiringRates returns the mean firing rate (spikes per time step, 0 to 1) of
// every neuron over some observations, such as Episode.Obs: [layer][neuron].
func (a *Actor) FiringRates(observations [][]float64) ([][]float64, error) {
	if len(observations) == 0 {
		return nil, errors.New("mdcsan: firing rates: no observations")
	}
	var out [][]float64
	for _, obs := range observations {
		rec, err := a.Record(obs)
		if err != nil {
			return nil, err
		}
		for l, layer := range rec.Layers {
			if l == len(out) {
				out = append(out, make([]float64, len(layer.Rate)))
			}
			for i, x := range layer.Rate {
				out[l][i] += float64(x) / float64(len(observations))
			}
		}
	}
	return out, nil
}

// Operations counts the arithmetic of an action: the mean over some
// observations, such as Trajectory.Obs. A DAN's does not depend on them.
func (a *Actor) Operations(observations [][]float64) (snn.Operations, error) {
	if a.Config.Actor == "dan" {
		return snn.DeepOperations(append(append([]int{a.Spec.ObsDim}, a.Config.Hidden...), a.Spec.ActDim)...), nil
	}
	var all []snn.Operations
	for _, obs := range observations {
		rec, err := a.Record(obs)
		if err != nil {
			return snn.Operations{}, err
		}
		all = append(all, rec.Operations())
	}
	return snn.MeanOperations(all...), nil
}

// On lets the policy act in another task, or under another inertia or contact
// setting than it was trained with. What is empty stays as it is or, with
// another task, is that task's. The task must have as many numbers in an
// observation and in an action.
func (a *Actor) On(task, inertia, contact string) error {
	c := a.Config
	if task != "" && task != c.Task {
		of := DefaultConfig(task)
		c.Task, c.Inertia, c.Contact = task, of.Inertia, of.Contact
	}
	c.Inertia, c.Contact = cmp.Or(inertia, c.Inertia), cmp.Or(contact, c.Contact)
	if err := c.Validate(); err != nil {
		return err
	}
	e, err := newEnv(c, a.parts)
	if err != nil {
		return err
	}
	defer e.Close()
	spec := e.Spec()
	if spec.ObsDim != a.Spec.ObsDim || spec.ActDim != a.Spec.ActDim {
		return fmt.Errorf("experiment: a policy of %s takes %d observations and gives %d actions; %s has %d and %d", a.Spec.Name, a.Spec.ObsDim, a.Spec.ActDim, spec.Name, spec.ObsDim, spec.ActDim)
	}
	a.Config, a.Spec = c, spec
	return nil
}

// Evaluate runs n noise-free episodes, all of them side by side. The same seed
// gives the same initial states.
func (a *Actor) Evaluate(ctx context.Context, n int, seed uint64) (*Evaluation, error) {
	newEnv := func() (env.Env, error) { return newEnv(a.Config, a.parts) }
	restore, err := borrowStreams(a.agent, seed, "evaluate")
	if err != nil {
		return nil, err
	}
	ev, err := Evaluate(ctx, newEnv, a, n, seed)
	return ev, errors.Join(err, restore())
}

// Reseed starts the random numbers of a stochastic coding anew.
func (a *Actor) Reseed(seed uint64) error {
	_, err := borrowStreams(a.agent, seed, "evaluate")
	return err
}

// File returns the policy as a checkpoint file, as Save writes it.
func (a *Actor) File() *checkpoint.File {
	return withParts(PolicyFile(a.Config, a.Spec, a.agent.Tensors()), a.parts)
}

// Save writes the policy to a file that LoadActor reads.
func (a *Actor) Save(path string) error { return WriteOutput(path, a.File().Marshal()) }

// Trajectory is one episode as it went: Obs has one row more than the others.
type Trajectory struct {
	Spec    env.Spec
	Obs     [][]float64 // [steps+1][N]
	Actions [][]float64 // [steps][M]
	Rewards []float64
	Poses   [][]float64 // [steps+1], what a picture needs; nil if the task has no poses
	Return  float64

	robot *tasks.Design // what the poses are of, if it is a model of one's own
}

// poser is a task that can tell its pose for pictures.
type poser interface {
	AppendPose(dst []float64) []float64
}

// Rollout runs one noise-free episode and keeps all of it.
func Rollout(ctx context.Context, e env.Env, act func(obs []float64) []float64, r *rng.Stream) (*Trajectory, error) {
	tr := &Trajectory{Spec: e.Spec(), robot: tasks.DesignOf(e)}
	obs := make([]float64, tr.Spec.ObsDim)
	keep := func() {
		tr.Obs = append(tr.Obs, append([]float64(nil), obs...))
		if p, ok := e.(poser); ok {
			tr.Poses = append(tr.Poses, p.AppendPose(nil))
		}
	}
	if err := e.Reset(obs, r); err != nil {
		return nil, err
	}
	keep()
	for {
		if err := ctx.Err(); err != nil {
			return tr, err
		}
		action := act(obs)
		res, err := e.Step(obs, action)
		if err != nil {
			return tr, err
		}
		tr.Actions, tr.Rewards = append(tr.Actions, action), append(tr.Rewards, res.Reward)
		tr.Return += res.Reward
		keep()
		if res.Done() {
			return tr, nil
		}
	}
}

// Film records a noise-free episode, from which pictures are drawn.
func (a *Actor) Film(ctx context.Context, seed uint64) (*tasks.Film, error) {
	tr, err := a.Rollout(ctx, seed)
	if err != nil {
		return nil, err
	}
	if len(tr.Poses) == 0 {
		return nil, fmt.Errorf("mdcsan: %s tells no poses (env.Poser), from which a film is drawn; a task of Gymnasium is drawn by its render() in Python", a.Spec.Name)
	}
	return tr.Film(), nil
}

// Film makes a film of the episode.
func (tr *Trajectory) Film() *tasks.Film {
	return &tasks.Film{Task: tr.Spec.Name, Robot: tr.robot, Dt: tr.Spec.Dt, Poses: tr.Poses, Return: tr.Return}
}

// Rollout runs one noise-free episode of the actor and keeps all of it.
func (a *Actor) Rollout(ctx context.Context, seed uint64) (*Trajectory, error) {
	e, err := newEnv(a.Config, a.parts)
	if err != nil {
		return nil, err
	}
	restore, err := borrowStreams(a.agent, seed, "evaluate")
	if err != nil {
		return nil, errors.Join(err, e.Close())
	}
	tr, err := Rollout(ctx, e, a.Act, rng.New(seed, "evaluate/0"))
	return tr, errors.Join(err, restore(), e.Close())
}
