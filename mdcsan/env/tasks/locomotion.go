package tasks

import (
	"fmt"
	"slices"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/internal/episode"
	"gomdcsan/mdcsan/env/mjcf"
	"gomdcsan/mdcsan/env/mujoco"
	"gomdcsan/mdcsan/rng"
)

// Locomotion is a walking robot: Ant, HalfCheetah, Walker2d or Hopper. It is
// an env.Snapshotter and an env.Poser.
type Locomotion struct {
	def  *definition
	opts Options
	spec env.Spec
	ep   episode.Episode
	sim  *mujoco.Sim

	start      []float64 // initial pose without noise
	qpos, qvel []float64 // scratch of Reset
	terms      Terms
}

var (
	_ env.Snapshotter = (*Locomotion)(nil)
	_ env.Poser       = (*Locomotion)(nil)
)

// Terms are the parts of the last step's reward (gym's info).
type Terms struct {
	Forward float64 // velocity along x, m/s
	Control float64 // control cost, not negative
	Contact float64 // contact cost, not negative
	Healthy float64
}

// Reward is the sum of the terms.
func (t Terms) Reward() float64 { return t.Forward + t.Healthy - (t.Control + t.Contact) }

func newLocomotion(d *definition, o Options) (*Locomotion, error) {
	o = o.withDefaults()
	model, err := loadModel(d.model(), o.Inertia)
	if err != nil {
		return nil, err
	}
	start, err := model.Array("qpos0")
	if err != nil {
		return nil, err
	}
	sim, err := model.NewSim()
	if err != nil {
		return nil, err
	}
	l := &Locomotion{def: d, opts: o, spec: d.spec(o), sim: sim, start: start}
	l.ep = episode.New(l.spec)
	l.qpos, l.qvel = make([]float64, len(start)), make([]float64, len(sim.QVel))
	return l, nil
}

// loadModel compiles a model so that contacts begin at the same distance in
// every MuJoCo.
func loadModel(table mjcf.Model, inertia mjcf.Inertia) (*mujoco.Model, error) {
	add, err := mujoco.MarginsAdd()
	if err != nil {
		return nil, err
	}
	if add {
		table.Margin /= 2
	}
	return mujoco.Load(table.XML(inertia))
}

// Spec describes the task.
func (l *Locomotion) Spec() env.Spec {
	s := l.spec
	s.ActLow, s.ActHigh = slices.Clone(s.ActLow), slices.Clone(s.ActHigh)
	return s
}

// Reset starts an episode near the initial pose: first all positions are
// drawn, then all velocities, as in gym.
func (l *Locomotion) Reset(obs []float64, r *rng.Stream) error {
	if err := l.ep.CheckReset(obs); err != nil {
		return err
	}
	noise := l.def.noise
	for i := range l.qpos {
		l.qpos[i] = l.start[i] + r.Uniform(-noise, noise)
	}
	for i := range l.qvel {
		if l.def.gaussian {
			l.qvel[i] = noise * r.NormFloat64()
		} else {
			l.qvel[i] = r.Uniform(-noise, noise)
		}
	}
	return l.resetTo(obs, l.qpos, l.qvel)
}

// resetTo starts an episode at a given state.
func (l *Locomotion) resetTo(obs, qpos, qvel []float64) error {
	if err := l.sim.Reset(qpos, qvel); err != nil {
		l.ep.Abort()
		return fmt.Errorf("%s: %w", l.def.name, err)
	}
	l.ep.Begin()
	l.terms = Terms{}
	l.observe(obs)
	return nil
}

// Step applies the action for frame_skip steps of the simulation.
func (l *Locomotion) Step(obs, action []float64) (env.Result, error) {
	if err := l.ep.CheckStep(obs, action); err != nil {
		return env.Result{}, err
	}
	terminated, err := l.advance(obs, action)
	if err != nil {
		l.ep.Abort()
		return env.Result{}, fmt.Errorf("%s: step %d: %w", l.def.name, l.ep.Steps(), err)
	}
	return env.Result{Reward: l.terms.Reward(), Terminated: terminated, Truncated: l.ep.Tick(terminated)}, nil
}

// advance is gym's step without its bookkeeping.
func (l *Locomotion) advance(obs, action []float64) (terminated bool, err error) {
	before := l.x()
	rne := l.def.forces && l.opts.Contact == ContactRNE
	if err := l.sim.Step(action, l.def.frameSkip, rne); err != nil {
		return false, err
	}
	l.terms = Terms{Forward: (l.x() - before) / l.spec.Dt, Healthy: l.def.healthyReward}
	for _, a := range action {
		l.terms.Control += a * a
	}
	l.terms.Control *= l.def.controlCost
	if rne {
		for _, f := range l.sim.CfrcExt {
			f = clip(f, 1)
			l.terms.Contact += f * f
		}
		l.terms.Contact *= l.def.contactCost
	}
	l.observe(obs)
	return !l.def.healthy(l.sim.QPos, l.sim.QVel), nil
}

// x is the coordinate whose speed is rewarded. Ant's is the torso body's place
// and lags qpos by the last Runge-Kutta stage.
func (l *Locomotion) x() float64 {
	if l.def.forces {
		return l.sim.XPos[3]
	}
	return l.sim.QPos[0]
}

func (l *Locomotion) observe(obs []float64) {
	pos := l.sim.QPos
	if !l.opts.Position {
		pos = pos[l.def.hidden:]
	}
	obs = obs[copy(obs, pos):]
	for i, v := range l.sim.QVel {
		obs[i] = clip(v, l.def.clip)
	}
	if !l.def.forces {
		return
	}
	obs = obs[len(l.sim.QVel):]
	clear(obs)
	if l.opts.Contact == ContactRNE {
		for i, f := range l.sim.CfrcExt {
			obs[i] = clip(f, 1)
		}
	}
}

// Terms returns the parts of the last step's reward.
func (l *Locomotion) Terms() Terms { return l.terms }

// AppendPose appends the positions (qpos) to dst, what a picture needs.
func (l *Locomotion) AppendPose(dst []float64) []float64 { return append(dst, l.sim.QPos...) }

// Close frees the simulation.
func (l *Locomotion) Close() error {
	l.sim.Close()
	return nil
}

func clip(x, limit float64) float64 { return max(-limit, min(limit, x)) }
