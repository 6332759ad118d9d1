// Package pendulum is gym's Pendulum-v1 in Go: swing a rod up and hold it.
// It needs no library and always works, so tests, examples and machines
// without MuJoCo use it.
//
//	e := pendulum.New()
//	obs := make([]float64, 3)
//	err := e.Reset(obs, rng.New(seed, "env/0"))
//	res, err := e.Step(obs, []float64{torque})
//
// Observation (3): cos(theta), sin(theta), dtheta/dt in rad/s within [-8, 8];
// theta is 0 upright. Action (1): torque in N m, clipped to [-2, 2]. Reward:
// -(theta^2 + 0.1 thetadot^2 + 0.001 u^2) of the state before the step, with
// theta taken in [-pi, pi) and u clipped. The episode never terminates; the
// time limit is 200 steps of 0.05 s.
//
// The one difference from gym: gym rounds the observation to float32, this
// package leaves it in float64.
package pendulum

import (
	"encoding/binary"
	"fmt"
	"math"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/internal/episode"
	"gomdcsan/mdcsan/rng"
)

// The constants of gym's Pendulum-v1.
const (
	Name      = "Pendulum-v1"
	MaxSpeed  = 8.0  // rad/s
	MaxTorque = 2.0  // N m
	Dt        = 0.05 // s
	MaxSteps  = 200
	gravity   = 10.0 // m/s^2
	mass      = 1.0  // kg
	length    = 1.0  // m
)

// stateTag opens a saved state: format and version.
const stateTag = "PEND1"

// Pendulum implements env.Snapshotter and env.Poser.
type Pendulum struct {
	ep           episode.Episode
	theta, speed float64 // rad, rad/s
	torque       float64 // of the last step, N m, for pictures
}

var (
	_ env.Snapshotter = (*Pendulum)(nil)
	_ env.Poser       = (*Pendulum)(nil)
)

// Spec describes Pendulum-v1.
func Spec() env.Spec {
	return env.Spec{
		Name: Name, ObsDim: 3, ActDim: 1,
		ActLow: []float64{-MaxTorque}, ActHigh: []float64{MaxTorque},
		MaxSteps: MaxSteps, Dt: Dt,
	}
}

// New returns a pendulum with gym's time limit.
func New() *Pendulum { return NewLimit(MaxSteps) }

// NewLimit returns a pendulum whose episodes last maxSteps; 0 is no limit.
func NewLimit(maxSteps int) *Pendulum {
	s := Spec()
	s.MaxSteps = maxSteps
	return &Pendulum{ep: episode.New(s)}
}

// Spec describes this instance.
func (p *Pendulum) Spec() env.Spec {
	s := Spec()
	s.MaxSteps = p.ep.Limit()
	return s
}

// Reset draws theta from U(-pi, pi) and the speed from U(-1, 1).
func (p *Pendulum) Reset(obs []float64, r *rng.Stream) error {
	if err := p.ep.CheckReset(obs); err != nil {
		return err
	}
	p.theta = r.Uniform(-math.Pi, math.Pi)
	p.speed = r.Uniform(-1, 1)
	p.torque = 0
	p.ep.Begin()
	p.observe(obs)
	return nil
}

// Step applies the torque for 0.05 s.
func (p *Pendulum) Step(obs, action []float64) (env.Result, error) {
	if err := p.ep.CheckStep(obs, action); err != nil {
		return env.Result{}, err
	}
	u := clip(action[0], MaxTorque)
	angle := wrap(p.theta)
	cost := angle*angle + 0.1*(p.speed*p.speed) + 0.001*(u*u)

	acc := 3*gravity/(2*length)*math.Sin(p.theta) + 3/(mass*length*length)*u
	p.speed = clip(p.speed+acc*Dt, MaxSpeed)
	p.theta += p.speed * Dt
	p.torque = u
	p.observe(obs)
	return env.Result{Reward: -cost, Truncated: p.ep.Tick(false)}, nil
}

// Close does nothing.
func (p *Pendulum) Close() error { return nil }

func (p *Pendulum) observe(obs []float64) {
	obs[0], obs[1], obs[2] = math.Cos(p.theta), math.Sin(p.theta), p.speed
}

// AppendPose appends what a picture needs: theta and the last torque.
func (p *Pendulum) AppendPose(dst []float64) []float64 {
	return append(dst, p.theta, p.torque)
}

// AppendState appends the whole state to dst.
func (p *Pendulum) AppendState(dst []byte) []byte {
	dst = append(dst, stateTag...)
	dst = p.ep.AppendState(dst)
	for _, v := range [...]float64{p.theta, p.speed, p.torque} {
		dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(v))
	}
	return dst
}

// RestoreState goes back to a state that AppendState appended; after an error
// the pendulum is as it was before.
func (p *Pendulum) RestoreState(state []byte) error {
	const want = len(stateTag) + episode.StateSize + 3*8
	if len(state) != want || string(state[:len(stateTag)]) != stateTag {
		return fmt.Errorf("%s: restore: %d bytes are no saved state of this task (want %d that begin with %q)", Name, len(state), want, stateTag)
	}
	ep, rest, err := p.ep.ParseState(state[len(stateTag):])
	if err != nil {
		return fmt.Errorf("%s: restore: %w", Name, err)
	}
	var v [3]float64
	for i := range v {
		v[i] = math.Float64frombits(binary.LittleEndian.Uint64(rest[8*i:]))
		if math.IsNaN(v[i]) || math.IsInf(v[i], 0) {
			return fmt.Errorf("%s: restore: number %d of the state is %v", Name, i, v[i])
		}
	}
	p.ep = ep
	p.theta, p.speed, p.torque = v[0], v[1], v[2]
	return nil
}

func clip(x, limit float64) float64 { return math.Max(-limit, math.Min(limit, x)) }

// wrap takes an angle to [-pi, pi) with Python's floor modulo.
func wrap(x float64) float64 {
	y := math.Mod(x+math.Pi, 2*math.Pi)
	if y < 0 {
		y += 2 * math.Pi
	}
	return y - math.Pi
}
