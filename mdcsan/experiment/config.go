package experiment

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"gomdcsan/mdcsan/env/gym"
	"gomdcsan/mdcsan/env/tasks"
)

// Config is everything that decides the numbers of a run. Its TOML names are
// the keys of a config file and, with dashes, the flags of `gomdcsan train`.
//
// Equation numbers are those of the MDC-SAN paper.
type Config struct {
	// The task.
	Task    string `toml:"task" json:"task" help:"task: the paper's Hopper-v3, Walker2d-v3, HalfCheetah-v3, Ant-v3; Gymnasium's -v4 and -v5 of these and of Swimmer, Reacher, Pusher, InvertedPendulum, InvertedDoublePendulum, Humanoid, HumanoidStandup, with options as in Ant-v4?use_contact_forces=true; or Pendulum-v1; mjcf:robot.xml is a model of your own with a robot.toml beside it; gym:ID, such as gym:MountainCarContinuous-v0 or gym:module:Name-v1, is one of an installed Gymnasium"`
	Inertia string `toml:"inertia" json:"inertia" help:"body inertia: legacy (capsules as MuJoCo computed them up to 2.1.0, as in the paper; tasks of version 3 only) or exact"`
	Contact string `toml:"contact" json:"contact" help:"Ant-v3's contact forces: zero (as gym with MuJoCo >= 2.0 gives them) or rne"`
	Seed    uint64 `toml:"seed" json:"seed" help:"seed of all random streams"`
	Init    string `toml:"init" json:"init,omitempty" help:"policy to start from, of the same settings of the actor: a file, or a run's folder; it may be an imported one"`

	// The actor.
	Actor     string    `toml:"actor" json:"actor" help:"actor: mdcsan, lif, popdan or dan"`
	Coding    string    `toml:"coding" json:"coding" help:"input coding: pop (the paper's Cpop), pop+uni, pop+poi, pop+det, uni, poi or det"`
	Neuron    string    `toml:"neuron" json:"neuron" help:"neuron of the actor mdcsan: dn, dn-printed, lif, if; as equations alif, clif, dn-clamped, dn-eq, dn-printed-eq, dn-sign, eif, if-eq, if-soft, izhikevich, lif-eq, plif, resonate, ternary; a file such as own.neuron; or the text of equations"`
	Learn     string    `toml:"learn" json:"learn" help:"dynamic parameters of the neurons: fixed, layer (learnt per layer) or neuron (learnt per neuron; the paper starts at theta 0.02,0.2,0,0.08)"`
	Theta     []float64 `toml:"theta" json:"theta" help:"(theta_v, theta_u, theta_r, theta_s), the fixed or initial dynamic parameters (eq. 8, 9)"`
	U0        float64   `toml:"u0" json:"u0" help:"U of the neuron dn at the first time step (dn-printed starts at 0)"`
	Surrogate string    `toml:"surrogate" json:"surrogate" help:"pseudo-gradient of a spike: rectangular, triangle, sigmoid or arctan"`
	Window    float64   `toml:"window" json:"window" help:"half width of the surrogate around the threshold"`
	T         int       `toml:"t" json:"t" help:"time steps of the spiking network per environment step"`

	Hidden           []int   `toml:"hidden" json:"hidden" help:"sizes of the hidden layers"`
	Population       int     `toml:"population" json:"population" help:"J, encoder neurons per state dimension"`
	PopulationStd    float64 `toml:"population_std" json:"population_std" help:"initial standard deviation of the receptive fields; 0: as wide against their distance as the paper's, for other mean_low and mean_high"`
	MeanLow          float64 `toml:"mean_low" json:"mean_low" help:"centre of the first receptive field, in units of the (normalised) observation"`
	MeanHigh         float64 `toml:"mean_high" json:"mean_high" help:"centre of the last receptive field"`
	DetThreshold     float64 `toml:"det_threshold" json:"det_threshold" help:"threshold of the coding det (the paper prints 1, related code uses 0.999)"`
	FrozenEncoder    bool    `toml:"frozen_encoder" json:"frozen_encoder" help:"keep the receptive fields as they start"`
	OutputPopulation int     `toml:"output_population" json:"output_population" help:"O, output neurons per action dimension"`
	CurrentDecay     float64 `toml:"current_decay" json:"current_decay" help:"decay of the synaptic current per time step"`
	VoltageDecay     float64 `toml:"voltage_decay" json:"voltage_decay" help:"decay of the membrane potential per time step (lif)"`
	Threshold        float64 `toml:"threshold" json:"threshold" help:"firing threshold of the membrane potential"`

	// TD3.
	ActorRate        float64 `toml:"actor_rate" json:"actor_rate" help:"learning rate of the actor; 0 is the paper's: 1e-4 for spiking actors, 1e-3 for deep ones"`
	CriticRate       float64 `toml:"critic_rate" json:"critic_rate" help:"learning rate of the critics"`
	CriticHidden     []int   `toml:"critic_hidden" json:"critic_hidden" help:"sizes of the critics' hidden layers"`
	Batch            int     `toml:"batch" json:"batch" help:"transitions per update"`
	Replay           int     `toml:"replay" json:"replay" help:"capacity of the replay buffer in transitions"`
	Gamma            float64 `toml:"gamma" json:"gamma" help:"discount factor"`
	Tau              float64 `toml:"tau" json:"tau" help:"share of the new weights in a Polyak average of the targets"`
	ExplorationNoise float64 `toml:"exploration_noise" json:"exploration_noise" help:"standard deviation of the exploration noise, in action limits"`
	TargetNoise      float64 `toml:"target_noise" json:"target_noise" help:"standard deviation of the target policy's noise, in action limits"`
	NoiseClip        float64 `toml:"noise_clip" json:"noise_clip" help:"clip of the target policy's noise, in action limits"`
	PolicyDelay      int     `toml:"policy_delay" json:"policy_delay" help:"critic updates per actor update"`
	Normalise        bool    `toml:"normalise" json:"normalise" help:"feed running z-scores of the observations, clipped to +-3, to actor and critics"`

	// The schedule, in environment steps.
	Steps       int `toml:"steps" json:"steps" help:"environment steps to train"`
	StartSteps  int `toml:"start_steps" json:"start_steps" help:"first steps with uniformly random actions"`
	UpdateAfter int `toml:"update_after" json:"update_after" help:"steps before the first update"`
	UpdateEvery int `toml:"update_every" json:"update_every" help:"every so many steps, as many updates follow in a block"`

	// Evaluation.
	EvalEvery    int `toml:"eval_every" json:"eval_every" help:"steps between evaluations"`
	EvalEpisodes int `toml:"eval_episodes" json:"eval_episodes" help:"noise-free episodes per evaluation"`

	// What is kept, and how fast. None of these changes a number.
	CheckpointEvery int    `toml:"checkpoint_every" json:"checkpoint_every" help:"steps between checkpoints; 0: after each evaluation"`
	Threads         int    `toml:"threads" json:"-" help:"threads that train; 0: as many as cores are idle, at most 4, and 1 inside a sweep"`
	TensorBoard     bool   `toml:"tensorboard" json:"tensorboard" help:"also write TensorBoard event files"`
	Dir             string `toml:"-" json:"-"` // the run's folder; empty keeps everything in memory

	// Robot is the model of a task "mjcf:FILE", read from FILE when the run
	// begins; the manifest and the policies keep it, so that FILE may go.
	Robot *tasks.Design `toml:"-" json:"robot,omitempty"`
}

// ThetaStar are the dynamic parameters that the paper found on Ant (Fig. 6)
// and uses everywhere: theta_v, theta_u, theta_r, theta_s.
func ThetaStar() []float64 { return []float64{-0.172, 0.529, 0.021, 0.132} }

// DefaultConfig returns the paper's settings for a task. Pendulum-v1 is not in
// the paper; it is there to try things, so that its networks are smaller, its
// actor learns ten times faster, and a run takes 10,000 steps with an update
// after each from step 200 on: half a minute on one core. Tasks that the paper
// does not have keep its settings but for the lengths in taskDefaults.
func DefaultConfig(task string) Config {
	c := Config{
		Task: task, Inertia: "legacy", Contact: "zero",

		Actor: "mdcsan", Coding: "pop", Neuron: "dn", Learn: "fixed", Theta: ThetaStar(), U0: 0.08,
		Surrogate: "rectangular", Window: 0.5, T: 5,
		Hidden: []int{256, 256}, Population: 10, PopulationStd: math.Sqrt(0.15), OutputPopulation: 10,
		MeanLow: -3, MeanHigh: 3, DetThreshold: 0.999,
		CurrentDecay: 0.5, VoltageDecay: 0.75, Threshold: 0.5,

		CriticRate: 1e-3, CriticHidden: []int{256, 256}, Batch: 100, Replay: 1_000_000,
		Gamma: 0.99, Tau: 0.005, ExplorationNoise: 0.1, TargetNoise: 0.2, NoiseClip: 0.5, PolicyDelay: 2,
		Normalise: true,

		Steps: 1_000_000, StartSteps: 10_000, UpdateAfter: 1_000, UpdateEvery: 50,
		EvalEvery: 10_000, EvalEpisodes: 10,
	}
	if !strings.HasSuffix(task, "-v3") && !isPendulum(task) {
		c.Inertia = "exact"
	}
	name, _, _ := strings.Cut(task, "-v")
	for _, kind := range []string{tasks.Own, gym.Prefix} {
		if strings.HasPrefix(task, kind) {
			name, c.Inertia = kind, "exact"
		}
	}
	if d, ok := taskDefaults()[name]; ok {
		c.Steps, c.StartSteps, c.EvalEvery, c.Population = d.steps, d.startSteps, d.evalEvery, d.population
	}
	if isPendulum(task) {
		c.Hidden, c.CriticHidden, c.ActorRate = []int{64, 64}, []int{128, 128}, 1e-3
		c.Steps, c.StartSteps, c.UpdateAfter, c.UpdateEvery, c.EvalEvery = 10_000, 500, 200, 1, 1_000
	}
	return c
}

// lengths are the training defaults of a task that the paper does not have.
type lengths struct{ steps, startSteps, evalEvery, population int }

// taskDefaults are our choices where the paper has none: short runs for tasks
// that are solved soon, and for the humanoids, which learn late and have 348 or
// 376 observations, four encoder neurons for each in place of ten, so that the
// first layer stays of the size of Ant-v3's. Observations are z-scores there
// too, so that the receptive fields keep their range of -3 to 3.
func taskDefaults() map[string]lengths {
	return map[string]lengths{
		"InvertedPendulum":       {50_000, 1_000, 1_000, 10},
		"InvertedDoublePendulum": {300_000, 10_000, 10_000, 10},
		"Reacher":                {200_000, 5_000, 5_000, 10},
		"Pusher":                 {500_000, 10_000, 10_000, 10},
		"mjcf:":                  {200_000, 5_000, 5_000, 10},
		"gym:":                   {200_000, 5_000, 5_000, 10},
		"Humanoid":               {3_000_000, 10_000, 20_000, 4},
		"HumanoidStandup":        {3_000_000, 10_000, 20_000, 4},
	}
}

// QuickConfig returns settings that show learning within minutes on one core:
// 20,000 steps in which the random phase, 10,000 steps
// in the paper, takes 1,000 and an evaluation follows every 2,000 steps. All
// else is as in DefaultConfig, and Pendulum-v1 wholly so; the numbers are not
// comparable with the paper's.
func QuickConfig(task string) Config {
	c := DefaultConfig(task)
	if !isPendulum(task) {
		c.Steps, c.StartSteps, c.EvalEvery, c.EvalEpisodes = 20_000, 1_000, 2_000, 5
	}
	return c
}

func isPendulum(task string) bool { return strings.HasPrefix(task, "Pendulum") }

// Spiking reports whether the actor spikes.
func (c Config) Spiking() bool { return c.Actor == "mdcsan" || c.Actor == "lif" }

// actorRate resolves the default of ActorRate.
func (c Config) actorRate() float64 {
	switch {
	case c.ActorRate != 0:
		return c.ActorRate
	case c.Spiking():
		return 1e-4
	}
	return 1e-3
}

// populationStd resolves 0: the paper's 0.15 of the variance belongs to centres
// from -3 to 3, and grows with their distance.
func (c Config) populationStd() float64 {
	if c.PopulationStd == 0 {
		return math.Sqrt(0.15) * (c.MeanHigh - c.MeanLow) / 6
	}
	return c.PopulationStd
}

// checkpointEvery resolves the default of CheckpointEvery.
func (c Config) checkpointEvery() int {
	if c.CheckpointEvery == 0 {
		return c.EvalEvery
	}
	return c.CheckpointEvery
}

// Name is a short description such as "Hopper-v3 mdcsan pop dn".
func (c Config) Name() string {
	parts := []string{c.Task, c.Actor}
	if c.Spiking() {
		parts = append(parts, c.Coding)
	}
	if c.Actor == "mdcsan" {
		parts = append(parts, c.neuronName())
	}
	return strings.Join(parts, " ")
}

// coding translates the paper's names: Cpop+Cuni is pop+uni.
func (c Config) coding() string { return strings.ReplaceAll(c.Coding, "C", "") }

// UnmarshalJSON reads a configuration; what it does not mention, such as a
// setting that did not exist when it was written, has its task's default.
func (c *Config) UnmarshalJSON(data []byte) error {
	var task struct {
		Task string `json:"task"`
	}
	if err := json.Unmarshal(data, &task); err != nil {
		return err
	}
	type plain Config // without this method
	p := plain(DefaultConfig(task.Task))
	p.Dir = c.Dir
	if err := json.Unmarshal(data, &p); err != nil {
		return err
	}
	*c = Config(p)
	return nil
}

// Slug names the run's folder: what sets it apart from its neighbours.
func (c Config) Slug() string {
	return fmt.Sprintf("%s-seed%d", c.folder(), c.Seed)
}

// folder is Name as part of a path: a task's options and file lose what shells
// and file systems read otherwise.
func (c Config) folder() string {
	return strings.NewReplacer(" ", "-", "?", "-", "&", "-", "=", "", ",", "_", "/", "_", "\\", "_", ":", "-", "(", "", ")", "").Replace(c.Name())
}
