package experiment

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/mjcf"
	"gomdcsan/mdcsan/env/tasks"
	"gomdcsan/mdcsan/nn"
	"gomdcsan/mdcsan/replay"
	"gomdcsan/mdcsan/snn"
	"gomdcsan/mdcsan/td3"
)

// Parts are the pieces of a run that a user may replace by his own; a nil
// field means the one that the Config names. A run with parts resumes only
// with the same parts.
type Parts struct {
	NewEnv func() (env.Env, error)
	Actor  func(env.Spec) (actor td3.Learner, target td3.Actor, err error) // a task of uneven bounds shows itself with bounds -1 to 1
	Net    snn.Parts                                                       // encoder or neuron within the actor that Config names

	oneCore bool // other runs are on the other cores
}

// names lists what the user brought.
func (p Parts) names() []string {
	var names []string
	for _, part := range []struct {
		name string
		own  bool
	}{{"task", p.NewEnv != nil}, {"actor", p.Actor != nil}, {"encoder", p.Net.Encoder != nil}, {"neuron", p.Net.Neuron != nil}} {
		if part.own {
			names = append(names, part.name)
		}
	}
	return names
}

// lacking reports parts that something was made with and p has not.
func lacking(made []string, p Parts, call string) error {
	var missing []string
	for _, name := range made {
		if !slices.Contains(p.names(), name) {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("made with a part of the user's own (%s), which is in no file: from a program or a notebook, %s takes it", strings.Join(missing, ", "), call)
}

// own reports whether part of the network is the user's.
func (p Parts) own() bool { return p.Actor != nil || p.Net.Encoder != nil || p.Net.Neuron != nil }

// evaluationWorkers is how many goroutines may step a run's environments at
// once. A user's own may share something: they are stepped one by one.
func (p Parts) evaluationWorkers() int {
	if p.oneCore || p.NewEnv != nil {
		return 1
	}
	return 0
}

// TaskOptions are the choices of Config that concern the task.
func (c Config) TaskOptions() tasks.Options {
	return tasks.Options{Inertia: mjcf.Inertia(c.Inertia), Contact: tasks.Contact(c.Contact), Robot: c.Robot}
}

// ActorConfig translates the settings of the spiking actors and of Pop-DAN.
func (c Config) ActorConfig(spec env.Spec) snn.Config {
	s := snn.Default(spec.ObsDim, spec.ActDim, float32(actionsOf(spec).limit))
	kind := snn.NeuronKind(c.Neuron)
	switch c.Actor {
	case "lif":
		kind = snn.LIF
	case "popdan":
		kind = snn.ReLU
	}
	s = s.WithNeuron(kind)
	if kind == snn.DN {
		s.U0 = float32(c.U0)
	}
	s.Coding, s.J, s.Std = snn.Coding(c.coding()), c.Population, float32(c.populationStd())
	s.MeanLow, s.MeanHigh, s.DetThreshold = float32(c.MeanLow), float32(c.MeanHigh), float32(c.DetThreshold)
	s.TrainEncoder = !c.FrozenEncoder
	s.Hidden, s.O, s.T = c.Hidden, c.OutputPopulation, c.T
	s.CurrentDecay, s.VoltageDecay, s.Vth = float32(c.CurrentDecay), float32(c.VoltageDecay), float32(c.Threshold)
	s.Window, s.Surrogate = float32(c.Window), snn.Surrogate(c.Surrogate)
	s.Theta = snn.Theta{V: float32(c.Theta[0]), U: float32(c.Theta[1]), R: float32(c.Theta[2]), S: float32(c.Theta[3])}
	s.ThetaMode = snn.ThetaMode(c.Learn)
	return s
}

// tdConfig translates the settings of TD3. Noise is given in action limits and
// handed on in the action's units.
func (c Config) tdConfig(spec env.Spec) td3.Config {
	limit := actionsOf(spec).limit
	t := td3.Default(spec.ObsDim, spec.ActDim, float32(limit))
	t.ActorLR, t.CriticLR, t.CriticHidden = c.actorRate(), c.CriticRate, c.CriticHidden
	t.Gamma, t.Tau, t.PolicyDelay = c.Gamma, c.Tau, c.PolicyDelay
	t.ExploreNoise, t.TargetNoise, t.NoiseClip = limit*c.ExplorationNoise, limit*c.TargetNoise, limit*c.NoiseClip
	t.Normalise = c.Normalise
	return t
}

// NewAgent builds the actor that c names, its critics and optimisers.
func NewAgent(c Config, spec env.Spec, p Parts) (*td3.Agent, error) {
	if p.Actor != nil {
		actor, target, err := p.Actor(actionsOf(spec).outputs(spec))
		if err != nil {
			return nil, fmt.Errorf("experiment: your actor: %w", err)
		}
		return td3.New(c.tdConfig(spec), actor, target, c.Seed)
	}
	if c.Actor == "dan" {
		actor, err := nn.NewDeepActor(spec.ObsDim, spec.ActDim, c.Hidden, float32(actionsOf(spec).limit), c.Seed)
		if err != nil {
			return nil, err
		}
		return td3.New(c.tdConfig(spec), actor, actor.Clone("target"), c.Seed)
	}
	actor, err := snn.Build(c.ActorConfig(spec), p.Net, c.Seed)
	if err != nil {
		return nil, err
	}
	return td3.New(c.tdConfig(spec), actor, actor.Clone("target"), c.Seed)
}

// newEnv makes an instance of the run's task.
func newEnv(c Config, p Parts) (env.Env, error) {
	if p.NewEnv != nil {
		e, err := p.NewEnv()
		if err == nil && e == nil {
			err = errors.New("experiment: NewEnv returned no task and no error")
		}
		return e, err
	}
	return tasks.New(c.Task, c.TaskOptions())
}

// New prepares a run from its first step. With Config.Dir it creates the run's
// folder, which must not hold a run yet. The caller closes the run.
func New(c Config, p Parts) (*Run, error) {
	if file, ok := strings.CutPrefix(c.Task, tasks.Own); ok && c.Robot == nil && p.NewEnv == nil {
		var err error
		if c.Robot, err = tasks.ReadDesign(file); err != nil {
			return nil, err
		}
	}
	r, err := build(c, p)
	if err != nil {
		return nil, err
	}
	r.buffer = replay.New(c.Replay, r.Spec.ObsDim, r.Spec.ActDim)
	if c.Init != "" {
		if err := r.startFrom(c.Init); err != nil {
			return nil, errors.Join(err, r.Close())
		}
	}
	if c.Dir != "" {
		if r.files, err = createFiles(r.Config, p, r.env); err != nil {
			return nil, errors.Join(err, r.Close())
		}
	}
	if c.Dir != "" && c.Init != "" { // a resume must not need the file again
		if err := r.Save(); err != nil {
			return nil, errors.Join(err, r.Close())
		}
	}
	return r, nil
}

// startFrom takes the policy of a file in place of fresh weights: the network,
// its target, the observations' statistics, and the critics if the file has
// them. Moments of the optimisers begin at zero.
func (r *Run) startFrom(path string) error {
	ck, _, err := openPolicy(path)
	if err != nil {
		return fmt.Errorf("experiment: init: %w", err)
	}
	for _, t := range r.Learner.Tensors() {
		from := strings.Replace(t.Name, "_target/", "/", 1)
		if t.Stream != nil || !isPolicy(from) && !(isCritic(from) && hasCritics(ck)) {
			continue
		}
		name := t.Name
		t.Name = from
		if err := takeTensor(ck, t); err != nil {
			return fmt.Errorf("experiment: init: %s of this run from %s: %w; settings of the actor must be those of the policy", name, path, err)
		}
	}
	return nil
}

// Resume takes up the run in a folder where its last checkpoint stands, or at
// its beginning if it was stopped before the first one. A number of steps
// above 0 takes the place of the configured one.
func Resume(dir string, steps int, p Parts) (*Run, error) {
	f, ck, err := openFiles(dir)
	if err != nil {
		return nil, err
	}
	c := f.manifest.Config
	if steps > 0 {
		c.Steps = steps
	}
	if err := lacking(f.manifest.Parts, p, "mdcsan.ResumeWith(ctx, dir, parts)"); err != nil {
		return nil, errors.Join(fmt.Errorf("experiment: the run in %s: %w", dir, err), f.close())
	}
	r, err := build(c, p)
	if err != nil {
		return nil, errors.Join(err, f.close())
	}
	r.files = f
	if ck == nil {
		r.buffer = replay.New(c.Replay, r.Spec.ObsDim, r.Spec.ActDim)
	} else if err = r.restore(ck); err == nil {
		r.buffer, err = f.replay.load(c.Replay, r.Spec.ObsDim, r.Spec.ActDim)
	}
	if err == nil {
		err = r.checkSteps()
	}
	if err == nil && ck != nil {
		err = r.takeBest(ck)
	}
	if err == nil {
		err = f.mend()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("experiment: resume %s: %w", dir, err), r.Close())
	}
	return r, nil
}

// build makes what a run consists of, but its files and its replay buffer.
func build(c Config, p Parts) (*Run, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c, err := c.WithEquations()
	if err != nil {
		return nil, err
	}
	e, err := newEnv(c, p)
	if err != nil {
		return nil, err
	}
	spec := e.Spec()
	if err := errors.Join(checkSpec(spec), c.checkMemory(spec)); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	agent, err := NewAgent(c, spec, p)
	if err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return &Run{
		Config: c, Spec: spec, Learner: agent, parts: p, env: e,
		eval:  &evaluator{make: func() (env.Env, error) { return newEnv(c, p) }, workers: p.evaluationWorkers(), other: e},
		bound: actionsOf(spec),
		batch: replay.NewBatch(c.Batch, spec.ObsDim, spec.ActDim),
		state: newState(c.Seed, spec), scratch: newScratch(spec),
	}, nil
}
