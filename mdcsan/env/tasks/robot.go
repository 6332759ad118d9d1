package tasks

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/internal/episode"
	"gomdcsan/mdcsan/env/mujoco"
	"gomdcsan/mdcsan/rng"
)

// Robot is a task on any MuJoCo model: those of Gymnasium, versions 4 and 5,
// and those of an MJCF file. It is an env.Snapshotter and an env.Poser.
type Robot struct {
	plan
	ep    episode.Episode
	model *mujoco.Model
	sim   *mujoco.Sim
	views []view

	start      []float64 // initial pose without noise
	qpos, qvel []float64 // scratch of Reset
	mark       float64   // plan.along before the step
	marks      []float64 // plan.tracked before the step
	terms      []Term

	design  *Design // of a model of the user's own; else nil
	bodies  map[string]int
	outputs map[string][2]int // of sensors, within SensorData
}

var (
	_ env.Snapshotter = (*Robot)(nil)
	_ env.Poser       = (*Robot)(nil)
)

// Term is a part of a reward, by the name that Gymnasium gives it in info.
type Term struct {
	Name  string
	Value float64
}

// plan is all that makes a task of a model, its options applied.
type plan struct {
	spec      env.Spec
	sizes     sizes
	frameSkip int
	parts     []part
	forces    bool // the reward needs the contact forces
	extra     []mujoco.Field
	noise     noise
	place     func(qpos, qvel []float64, r *rng.Stream) // after the noise; nil: nothing
	normalise bool                                      // quaternions at a reset, as Gymnasium does not

	bind func(*Robot) error // looks up what the reward needs; nil: nothing

	// along is a coordinate whose change over a step is rewarded; nil: none.
	along   func(*Robot) float64
	tracked []measure // further ones, of a design

	// judge adds the terms of the reward of a step and says whether the state is
	// terminal. Early, it sees the state before the step, as Gymnasium's Reacher
	// and Pusher of version 4 do.
	judge func(r *Robot, action []float64) (terminated bool)
	early bool
}

// noise is what a reset adds to the initial state.
type noise struct {
	pos, vel float64 // U(-pos, pos), U(-vel, vel)
	gaussian bool    // velocities vel*N(0, 1)
}

// newRobot makes the environment of a plan on its compiled model.
func newRobot(p plan, m *mujoco.Model) (*Robot, error) {
	fields := wants(p.parts)
	for _, f := range p.extra {
		if !slices.Contains(fields, f) {
			fields = append(fields, f)
		}
	}
	for _, q := range p.parts {
		p.forces = p.forces || q.from == cfrcExt
	}
	start, err := m.Array("qpos0")
	if err != nil {
		return nil, err
	}
	sim, err := m.NewSim(fields...)
	if err != nil {
		return nil, err
	}
	r := &Robot{plan: p, model: m, sim: sim, start: start, terms: make([]Term, 0, 16)}
	r.ep = episode.New(p.spec)
	r.qpos, r.qvel = make([]float64, len(start)), make([]float64, len(sim.QVel))
	r.marks = make([]float64, len(p.tracked))
	err = r.index()
	if p.bind != nil {
		err = errors.Join(err, p.bind(r))
	}
	for _, q := range p.parts {
		v, failed := q.bind(m, sim, p.sizes)
		err = errors.Join(err, failed)
		r.views = append(r.views, v)
	}
	if err != nil {
		sim.Close()
		return nil, err
	}
	return r, nil
}

// Spec describes the task.
func (r *Robot) Spec() env.Spec {
	s := r.spec
	s.ActLow, s.ActHigh = slices.Clone(s.ActLow), slices.Clone(s.ActHigh)
	return s
}

// Reset starts an episode near the initial pose: first all positions are
// drawn, then all velocities, then what the task places.
func (r *Robot) Reset(obs []float64, s *rng.Stream) error {
	if err := r.ep.CheckReset(obs); err != nil {
		return err
	}
	for i := range r.qpos {
		r.qpos[i] = r.start[i]
		if n := r.noise.pos; n > 0 {
			r.qpos[i] += s.Uniform(-n, n)
		}
	}
	for i := range r.qvel {
		switch n := r.noise.vel; {
		case n == 0:
			r.qvel[i] = 0
		case r.noise.gaussian:
			r.qvel[i] = n * s.NormFloat64()
		default:
			r.qvel[i] = s.Uniform(-n, n)
		}
	}
	if r.place != nil {
		r.place(r.qpos, r.qvel, s)
	}
	return r.resetTo(obs, r.qpos, r.qvel)
}

// resetTo starts an episode at a given state.
func (r *Robot) resetTo(obs, qpos, qvel []float64) error {
	reset := r.sim.ResetRaw
	if r.normalise {
		reset = r.sim.Reset
	}
	if err := reset(qpos, qvel); err != nil {
		r.ep.Abort()
		return fmt.Errorf("%s: %w", r.spec.Name, err)
	}
	r.ep.Begin()
	r.terms = r.terms[:0]
	r.observe(obs)
	return nil
}

// Step applies the action for frame_skip steps of the simulation.
func (r *Robot) Step(obs, action []float64) (env.Result, error) {
	if err := r.ep.CheckStep(obs, action); err != nil {
		return env.Result{}, err
	}
	reward, terminated, err := r.advance(obs, action)
	if err != nil {
		r.ep.Abort()
		return env.Result{}, fmt.Errorf("%s: step %d: %w", r.spec.Name, r.ep.Steps(), err)
	}
	return env.Result{Reward: reward, Terminated: terminated, Truncated: r.ep.Tick(terminated)}, nil
}

// advance is a step without its bookkeeping.
func (r *Robot) advance(obs, action []float64) (reward float64, terminated bool, err error) {
	r.terms = r.terms[:0]
	if r.early {
		terminated = r.judge(r, action)
	}
	if r.along != nil {
		r.mark = r.along(r)
	}
	for i, f := range r.tracked {
		r.marks[i] = f(r)
	}
	if err := r.sim.Step(action, r.frameSkip, r.forces); err != nil {
		return 0, false, err
	}
	if !r.early {
		terminated = r.judge(r, action)
	}
	for _, t := range r.terms {
		reward += t.Value
	}
	r.observe(obs)
	return reward, terminated, nil
}

// velocity is how fast the rewarded coordinate moved during the step.
func (r *Robot) velocity() float64 { return (r.along(r) - r.mark) / r.spec.Dt }

func (r *Robot) add(name string, value float64) { r.terms = append(r.terms, Term{name, value}) }

func (r *Robot) observe(obs []float64) {
	for i := range r.views {
		obs = r.views[i].write(obs)
	}
}

// Terms returns the parts of the last step's reward, which add up to it. The
// slice is overwritten by the next step.
func (r *Robot) Terms() []Term { return r.terms }

// AppendPose appends the positions (qpos) to dst, what a picture needs.
func (r *Robot) AppendPose(dst []float64) []float64 { return append(dst, r.sim.QPos...) }

// Close frees the simulation.
func (r *Robot) Close() error {
	r.sim.Close()
	return nil
}

// appendHeader opens a saved state: format, version and task with its options.
func (r *Robot) appendHeader(dst []byte) []byte { return fmt.Appendf(dst, "ROBOT1 %s\n", r.spec.Name) }

// AppendState appends the whole state to dst.
func (r *Robot) AppendState(dst []byte) []byte {
	dst = r.ep.AppendState(r.appendHeader(dst))
	return r.sim.AppendState(dst)
}

// RestoreState goes back to a state that AppendState appended; when it is
// refused nothing has changed. The terms of the last reward are not part of it.
func (r *Robot) RestoreState(state []byte) error {
	head := r.appendHeader(nil)
	rest, ok := bytes.CutPrefix(state, head)
	if !ok {
		return foreignState(r.spec.Name, state, head)
	}
	ep, rest, err := r.ep.ParseState(rest)
	if err == nil {
		err = r.sim.RestoreState(rest)
	}
	if err != nil {
		return fmt.Errorf("%s: restore: %w", r.spec.Name, err)
	}
	r.ep, r.terms = ep, r.terms[:0]
	return nil
}
