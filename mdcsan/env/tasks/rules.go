package tasks

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/mujoco"
	"gomdcsan/mdcsan/rng"
)

// Rules are what the TOML beside an MJCF file says. Names are those of the
// model.
//
//	frame_skip = 2             # simulation steps per environment step
//	max_steps = 100            # time limit; 0: none
//	observe = ["qpos[0:2]", "sin qpos[0:2]", "qvel", "body tip", "body tip - target", "sensordata"]
//	reset_position = 0.1       # U(-0.1, 0.1) on every position
//	reset_velocity = 0.005
//	reset_joints = { target_x = [-0.2, 0.2] }
//
//	[[reward]]                 # the reward is the sum of weight times term
//	term = "distance"          # between two bodies, m
//	bodies = ["tip", "target"]
//	weight = -1
//
//	[[end]]                    # terminal outside the range
//	body = "torso"
//	axis = "z"
//	range = [0.2, 1.0]
//
// Observed may be qpos, qvel, cinert, cvel, qfrc_actuator, qfrc_constraint,
// cfrc_ext, sensordata, each with [from:to], sin and cos of them, the place of a
// body, and the way from one body to another.
//
// Terms: "velocity" of a body along an axis (m/s, over the step), "control" (sum
// of the squared actions), "healthy" (1 while inside all end ranges), "alive"
// (1), "distance" between two bodies, "sensor" (sum of its outputs), "position"
// of a body along an axis or of a joint.
type Rules struct {
	FrameSkip     int                   `toml:"frame_skip"`
	MaxSteps      int                   `toml:"max_steps"`
	Observe       []string              `toml:"observe"`
	ResetPosition float64               `toml:"reset_position"`
	ResetVelocity float64               `toml:"reset_velocity"`
	ResetGaussian bool                  `toml:"reset_gaussian"` // velocities reset_velocity*N(0, 1)
	ResetJoints   map[string][2]float64 `toml:"reset_joints"`   // slides and hinges, drawn uniformly
	Reward        []RewardRule          `toml:"reward"`
	End           []EndRule             `toml:"end"`
}

// Quantity is a number of the state: a body's coordinate, a joint's position or
// a sensor's sum.
type Quantity struct {
	Body   string `toml:"body"`
	Axis   string `toml:"axis"` // x, y or z of Body; default x
	Joint  string `toml:"joint"`
	Sensor string `toml:"sensor"`
}

// RewardRule is a term of the reward.
type RewardRule struct {
	Term   string   `toml:"term"`
	Weight float64  `toml:"weight"`
	Bodies []string `toml:"bodies"` // of distance
	Quantity
}

// EndRule ends an episode when a quantity leaves a range, which is closed.
type EndRule struct {
	Range [2]float64 `toml:"range"`
	Quantity
}

// parseRules reads the TOML of a design.
func (d *Design) parseRules() (Rules, error) {
	r := Rules{FrameSkip: 1, MaxSteps: 1000}
	dec := toml.NewDecoder(bytes.NewReader([]byte(d.TOML))).DisallowUnknownFields()
	err := dec.Decode(&r)
	var strict *toml.StrictMissingError
	var decode *toml.DecodeError
	switch {
	case errors.As(err, &strict):
		line, _ := strict.Errors[0].Position()
		return r, d.wrong(line, fmt.Errorf("there is no setting %q", strings.Join(strict.Errors[0].Key(), ".")))
	case errors.As(err, &decode):
		line, _ := decode.Position()
		return r, d.wrong(line, errors.New(strings.TrimPrefix(decode.Error(), "toml: ")))
	case err != nil:
		return r, d.wrong(0, err)
	case r.FrameSkip < 1 || r.FrameSkip > 10_000:
		return r, d.wrong(d.line("frame_skip", 0), fmt.Errorf("frame_skip = %d: want 1 to 10000", r.FrameSkip))
	case r.MaxSteps < 0:
		return r, d.wrong(d.line("max_steps", 0), fmt.Errorf("max_steps = %d: want 0 (none) or more", r.MaxSteps))
	case !(r.ResetPosition >= 0 && r.ResetVelocity >= 0) || math.IsInf(r.ResetPosition+r.ResetVelocity, 0):
		return r, d.wrong(d.line("reset_", 0), errors.New("reset_position and reset_velocity must be finite and not negative"))
	case len(r.Observe) == 0:
		return r, d.wrong(0, errors.New(`nothing is observed: observe = ["qpos", "qvel"] would observe all positions and velocities`))
	case len(r.Reward) == 0 && d.Reward == nil:
		return r, d.wrong(0, errors.New("nothing is rewarded: it wants at least one [[reward]]"))
	}
	return r, nil
}

// tomlFile is the name of the TOML beside the XML.
func (d *Design) tomlFile() string { return strings.TrimSuffix(d.file(), ".xml") + ".toml" }

// wrong is an error in a line of the TOML; 0: in none.
func (d *Design) wrong(line int, err error) error {
	if line == 0 {
		return fmt.Errorf("tasks: %s: %w", d.tomlFile(), err)
	}
	return fmt.Errorf("tasks: %s, line %d: %w", d.tomlFile(), line, err)
}

// line is the number of the n-th line of the TOML that holds a text, or 0.
func (d *Design) line(text string, n int) int {
	number := 0
	for l := range strings.Lines(d.TOML) {
		number++
		if !strings.Contains(l, text) {
			continue
		}
		if n == 0 {
			return number
		}
		n--
	}
	return 0
}

// plan makes a task of the design on its compiled model.
func (d *Design) plan(m *mujoco.Model, o Options) (plan, error) {
	r, err := d.parseRules()
	if err != nil {
		return plan{}, err
	}
	p := plan{frameSkip: r.FrameSkip, noise: noise{pos: r.ResetPosition, vel: r.ResetVelocity, gaussian: r.ResetGaussian}, normalise: true}
	if p.sizes, err = sizesOf(m); err != nil {
		return p, err
	}
	for _, text := range r.Observe {
		q, err := parsePart(text)
		if err == nil {
			err = q.check(m, p.sizes)
		}
		if err != nil {
			return p, d.wrong(d.line(strconv.Quote(text), 0), fmt.Errorf("observe %q: %w", text, err))
		}
		p.parts = append(p.parts, q)
	}
	if p.place, err = d.placer(m, r); err != nil {
		return p, err
	}
	if err := d.judge(m, &r, &p); err != nil {
		return p, err
	}
	p.spec, err = d.spec(m, &p, r, o)
	return p, err
}

// sizesOf measures a model.
func sizesOf(m *mujoco.Model) (s sizes, err error) {
	for name, into := range map[string]*int{"nq": &s.nq, "nv": &s.nv, "nu": &s.nu, "nbody": &s.bodies} {
		v, failed := m.Array(name)
		if failed == nil {
			*into = int(v[0])
		}
		err = errors.Join(err, failed)
	}
	dims, failed := m.Array("sensor_dim")
	for _, n := range dims {
		s.sensors += int(n)
	}
	return s, errors.Join(err, failed)
}

// spec describes the task; actions have the limits of the actuators.
func (d *Design) spec(m *mujoco.Model, p *plan, r Rules, o Options) (env.Spec, error) {
	limits, err := m.Array("actuator_ctrlrange")
	limited, err2 := m.Array("actuator_ctrllimited")
	step, err3 := m.Array("timestep")
	if err := errors.Join(err, err2, err3); err != nil {
		return env.Spec{}, err
	}
	s := env.Spec{
		Name: d.name(), ObsDim: observed(p.parts, p.sizes), ActDim: p.sizes.nu,
		MaxSteps: o.limit(r.MaxSteps), Dt: float64(r.FrameSkip) * step[0],
	}
	if s.ActDim == 0 {
		return s, fmt.Errorf("tasks: %s: the model has no actuator, so that there is nothing to act with", d.file())
	}
	for i := range s.ActDim {
		if limited[i] == 0 || !(limits[2*i] < limits[2*i+1]) {
			return s, fmt.Errorf("tasks: %s: actuator %d has no limits: give it ctrllimited=\"true\" and a ctrlrange, such as \"-1 1\"", d.file(), i)
		}
		s.ActLow, s.ActHigh = append(s.ActLow, limits[2*i]), append(s.ActHigh, limits[2*i+1])
	}
	return s, nil
}

var partForm = regexp.MustCompile(`^(?:(sin|cos) )?([a-z_]+)(?:\[(\d*):(\d*)\])?$`)

// parsePart reads an entry of observe.
func parsePart(text string) (p part, err error) {
	if names, ok := strings.CutPrefix(text, "body "); ok {
		body, minus, two := strings.Cut(names, " - ")
		p = part{from: bodyPlace, body: strings.TrimSpace(body), minus: strings.TrimSpace(minus), hi: 3}
		if two {
			p.from = offset
		}
		return p, nil
	}
	f := partForm.FindStringSubmatch(text)
	known := []source{qpos, qvel, cinert, cvel, qfrcActuator, qfrcConstraint, cfrcExt, sensors}
	if f == nil || !slices.Contains(known, source(f[2])) {
		return p, fmt.Errorf(`want one of %v, perhaps with [from:to] behind and sin or cos before it, or "body NAME", or "body NAME - NAME"`, known)
	}
	p.from = source(f[2])
	p.apply = map[string]func(float64) float64{"sin": math.Sin, "cos": math.Cos}[f[1]]
	if f[3] != "" {
		p.lo, err = strconv.Atoi(f[3])
	}
	if f[4] != "" && err == nil {
		p.hi, err = strconv.Atoi(f[4])
	}
	return p, err
}

// check reports a part that a model does not have.
func (p part) check(m *mujoco.Model, s sizes) error {
	for _, body := range []string{p.body, p.minus} {
		if body != "" {
			if _, err := m.ID(mujoco.Body, body); err != nil {
				return err
			}
		}
	}
	if lo, hi := p.span(s); lo >= hi || hi > s.length(p.from) {
		return fmt.Errorf("the model has %d numbers of %s, [%d:%d] is none of them", s.length(p.from), p.from, lo, hi)
	}
	return nil
}

// placer draws the joints of reset_joints.
func (d *Design) placer(m *mujoco.Model, r Rules) (func(qpos, qvel []float64, s *rng.Stream), error) {
	type draw struct {
		qpos, qvel int
		low, high  float64
	}
	var draws []draw
	names := make([]string, 0, len(r.ResetJoints))
	for name := range r.ResetJoints {
		names = append(names, name)
	}
	slices.Sort(names) // the order of drawing
	for _, name := range names {
		q, v, err := jointAt(m, name)
		span := r.ResetJoints[name]
		if err == nil && !(span[0] <= span[1]) || math.IsInf(span[0], 0) || math.IsInf(span[1], 0) {
			err = fmt.Errorf("%v is no range", span)
		}
		if err != nil {
			return nil, d.wrong(d.line(name, 0), fmt.Errorf("reset_joints: %s: %w", name, err))
		}
		draws = append(draws, draw{q, v, span[0], span[1]})
	}
	if len(draws) == 0 {
		return nil, nil
	}
	return func(qpos, qvel []float64, s *rng.Stream) {
		for _, w := range draws {
			qpos[w.qpos], qvel[w.qvel] = s.Uniform(w.low, w.high), 0
		}
	}, nil
}

// jointAt is where the position and the velocity of a slide or hinge are.
func jointAt(m *mujoco.Model, name string) (qpos, qvel int, err error) {
	id, err := m.ID(mujoco.Joint, name)
	if err != nil {
		return 0, 0, err
	}
	at, err := m.Array("jnt_qposadr")
	vt, err2 := m.Array("jnt_dofadr")
	kind, err3 := m.Array("jnt_type")
	if err := errors.Join(err, err2, err3); err != nil {
		return 0, 0, err
	}
	if kind[id] < 2 { // free and ball
		return 0, 0, fmt.Errorf("the joint %s is neither slide nor hinge", name)
	}
	return int(at[id]), int(vt[id]), nil
}
