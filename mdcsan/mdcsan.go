// Package mdcsan trains and studies the multiscale dynamic coding improved
// spiking actor network (MDC-SAN) on continuous control, from notebooks,
// scripts and programs. It gathers the names that most sessions need; the
// packages below it hold the parts.
//
//	cfg := mdcsan.QuickConfig("Pendulum-v1") // DefaultConfig has the paper's settings
//	run, err := mdcsan.Train(ctx, cfg)       // returns what there is, also when interrupted
//	steps, returns := run.Curve()
//	random, err := mdcsan.Random(ctx, cfg, 10)
//
//	actor := run.Actor()                     // or run.BestActor(), mdcsan.Load(path)
//	action := actor.Act(obs)                 // no noise
//	rec, err := actor.Record(obs)            // currents, potentials, spikes over T
//	mean, std, err := actor.ReceptiveFields()
//	err = actor.Save("hopper.ckpt")
//
// # What is compared with what
//
// An experiment is a [Config]: the task, the actor (mdcsan, lif, popdan, dan),
// its coding and neuron, TD3 and its schedule, and a seed. One configuration
// and one seed give the same numbers on the same machine, bit for bit. With
// Config.Dir the run is kept in a folder:
//
//	manifest.json    configuration, commit, versions, machine
//	progress.csv     a row per evaluation
//	evaluations.csv  a row per evaluation episode
//	episodes.csv     a row per training episode
//	timing.csv       the same evaluations by the clock
//	best.ckpt        the policy of the best evaluation
//	latest.ckpt, replay-*.log   everything, for Resume
//
// A run that was killed at any moment goes on with [Resume] to the results
// that it would have had.
//
// # Units and shapes
//
// Observations and actions of a [Task] are []float64 of Spec.ObsDim and
// Spec.ActDim numbers in the task's units. Returns are sums of rewards without
// discount. Receptive fields and recordings are in units of the observation
// as the network sees it: z-scores, if Config.Normalise is on.
//
// # Many runs
//
// A [Sweep] runs every combination of some settings, several side by side,
// without blocking: work, err := sweep.Start(ctx), then work, work.Stop(),
// work.Wait(). [OpenRuns] and [Groups] collect what any runs have written.
//
// # Your own parts
//
// A robot is an MJCF file with TOML beside it, Config.Task = "mjcf:robot.xml", or
// a [Design] in a cell. [TrainWith] takes a task (env.Env), an actor (td3.Learner), an encoder
// (snn.Encoder) or a neuron (snn.Neuron) of your own.
//
// Long calls take a context and stop at the next step when it is cancelled.
// No value here may be used by two goroutines at once; several runs side by
// side are fine.
package mdcsan

import (
	"context"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/mujoco"
	"gomdcsan/mdcsan/env/tasks"
	"gomdcsan/mdcsan/experiment"
	"gomdcsan/mdcsan/frame"
	"gomdcsan/mdcsan/snn"
)

// The types that a session meets, under short names.
type (
	Config     = experiment.Config
	Run        = experiment.Run
	Actor      = experiment.Actor
	Parts      = experiment.Parts
	Progress   = experiment.Progress
	Observer   = experiment.Observer
	Evaluation = experiment.Evaluation
	Trajectory = experiment.Trajectory
	Results    = experiment.Results
	Score      = experiment.Score
	Group      = experiment.Group
	Sweep      = experiment.Sweep
	SweepRun   = experiment.SweepRun
	Recording  = snn.Recording
	Spec       = env.Spec
	Design     = tasks.Design // a robot of your own
	Robot      = tasks.Robot
)

// NewRobot makes the environment of a robot of your own, for Parts.NewEnv.
func NewRobot(d Design) (*Robot, error) { return tasks.NewRobot(d, 0) }

// Tasks lists the names of the tasks.
func Tasks() []string { return tasks.Names() }

// StateNames names the numbers of a task's observation, with units.
func StateNames(task string) []string { return tasks.StateNames(task) }

// HasMuJoCo reports whether MuJoCo is there, which all tasks but Pendulum-v1
// need: in this build, and on this machine.
func HasMuJoCo() bool { return mujoco.Available() == nil }

// DefaultConfig returns the paper's settings for a task.
func DefaultConfig(task string) Config { return experiment.DefaultConfig(task) }

// QuickConfig returns settings that show learning within minutes.
func QuickConfig(task string) Config { return experiment.QuickConfig(task) }

// Train trains a run from its beginning. The run is returned also with an
// error, such as an interrupt: run.Train(ctx) then goes on.
func Train(ctx context.Context, cfg Config, observers ...Observer) (*Run, error) {
	return TrainWith(ctx, cfg, Parts{}, observers...)
}

// TrainWith is Train with parts of your own.
func TrainWith(ctx context.Context, cfg Config, parts Parts, observers ...Observer) (*Run, error) {
	run, err := experiment.New(cfg, parts)
	if err != nil {
		return nil, err
	}
	return run, run.Train(ctx, observers...)
}

// Resume goes on with the run in a folder until its last step.
func Resume(ctx context.Context, dir string, observers ...Observer) (*Run, error) {
	return ResumeWith(ctx, dir, Parts{}, observers...)
}

// ResumeWith is Resume for a run with parts of your own.
func ResumeWith(ctx context.Context, dir string, parts Parts, observers ...Observer) (*Run, error) {
	run, err := experiment.Resume(dir, 0, parts)
	if err != nil {
		return nil, err
	}
	return run, run.Train(ctx, observers...)
}

// NewActor builds the untrained actor that cfg describes. It needs no MuJoCo.
func NewActor(cfg Config) (*Actor, error) {
	spec, err := tasks.LookupWith(cfg.Task, cfg.TaskOptions())
	if err != nil {
		return nil, err
	}
	return experiment.NewActor(cfg, spec, Parts{})
}

// Load reads an actor from a file that Save wrote, from a checkpoint or, given
// a run's folder, the best one of that run.
func Load(path string) (*Actor, error) { return LoadWith(path, Parts{}) }

// LoadWith is Load for an actor with parts of your own.
func LoadWith(path string, parts Parts) (*Actor, error) { return experiment.LoadActor(path, parts) }

// Import reads an actor from a file of PyTorch or NumPy: an .npz of
// Actor.SaveNPZ, or a state_dict of the Python package or of PopSAN's public code
// (whose task and normaliser options name).
func Import(path string, options experiment.ImportOptions) (*Actor, error) {
	return experiment.Import(path, options)
}

// Evaluate runs noise-free episodes of an actor, all of them side by side.
func Evaluate(ctx context.Context, actor *Actor, episodes int) (*Evaluation, error) {
	return actor.Evaluate(ctx, episodes, actor.Config.Seed)
}

// Random runs episodes of uniformly random actions in the task of cfg: what
// an actor must beat.
func Random(ctx context.Context, cfg Config, episodes int) (*Evaluation, error) {
	return experiment.EvaluateRandom(ctx, cfg, episodes)
}

// OpenRun reads the results in a run's folder, also while it goes on.
func OpenRun(dir string) (*Results, error) { return experiment.ReadResults(dir) }

// OpenRuns reads the results of all runs in and below some folders.
func OpenRuns(folders ...string) ([]*Results, error) { return experiment.ReadRuns(folders...) }

// Table lists results as a frame.Frame: a row for each run with its task,
// actor, the settings in which the runs differ, seed, steps, last and best
// mean return.
func Table(results []*Results) *frame.Frame { return experiment.Table(results) }

// Groups sorts results by their settings: runs that differ only in the seed
// are one group, whose fields are what plotting.Series takes.
func Groups(results []*Results) []Group { return experiment.Groups(results) }

// TableScore is the metric of the paper's Table 1 over the seeds' curves:
// the maximum of the mean over seeds, with the population standard deviation
// over seeds there.
func TableScore(curves [][]float64) (Score, error) { return experiment.PaperScore(curves) }
