package tasks

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gomdcsan/mdcsan/env/mujoco"
)

// measure is a number of the state.
type measure func(r *Robot) float64

// judge fills in the reward and the end of a design's plan.
func (d *Design) judge(m *mujoco.Model, r *Rules, p *plan) error {
	if d.Reward != nil {
		p.extra = append(p.extra, mujoco.SensorData)
		p.judge = func(r *Robot, action []float64) bool {
			reward, terminated := d.Reward(r, action)
			r.add("reward", reward)
			return terminated
		}
		return nil
	}
	var inside []measure // 1 inside, 0 outside
	for i, e := range r.End {
		q, err := e.measure(m, p)
		if err == nil && !(e.Range[0] < e.Range[1]) {
			err = fmt.Errorf("range %v is none", e.Range)
		}
		if err != nil {
			return d.wrong(d.line("[[end]]", i), fmt.Errorf("end %d: %w", i+1, err))
		}
		inside = append(inside, func(r *Robot) float64 {
			if v := q(r); e.Range[0] <= v && v <= e.Range[1] {
				return 1
			}
			return 0
		})
	}
	healthy := func(r *Robot) float64 {
		for _, in := range inside {
			if in(r) == 0 {
				return 0
			}
		}
		return 1
	}
	names, terms := []string{}, []func(*Robot, []float64) float64{}
	for i, w := range r.Reward {
		term, err := w.term(m, p, healthy)
		if err != nil {
			return d.wrong(d.line("[[reward]]", i), fmt.Errorf("reward %d, term %q: %w", i+1, w.Term, err))
		}
		weight := w.Weight
		names = append(names, w.Term)
		terms = append(terms, func(r *Robot, a []float64) float64 { return weight * term(r, a) })
	}
	p.judge = func(r *Robot, action []float64) bool {
		for i, t := range terms {
			r.add(names[i], t(r, action))
		}
		return healthy(r) == 0
	}
	return nil
}

// term looks a term of the reward up in a model.
func (w RewardRule) term(m *mujoco.Model, p *plan, healthy measure) (func(*Robot, []float64) float64, error) {
	state := func(f measure, err error) (func(*Robot, []float64) float64, error) {
		return func(r *Robot, _ []float64) float64 { return f(r) }, err
	}
	if w.Weight == 0 {
		return nil, errors.New("it has no weight")
	}
	switch w.Term {
	case "control":
		return func(_ *Robot, a []float64) float64 { return squares(a) }, nil
	case "alive":
		return state(func(*Robot) float64 { return 1 }, nil)
	case "healthy":
		return state(healthy, nil)
	case "position", "sensor":
		return state(w.measure(m, p))
	case "velocity":
		f, err := w.measure(m, p)
		if err != nil {
			return nil, err
		}
		k := len(p.tracked)
		p.tracked = append(p.tracked, f)
		return state(func(r *Robot) float64 { return (f(r) - r.marks[k]) / r.spec.Dt }, nil)
	case "distance":
		if len(w.Bodies) != 2 {
			return nil, errors.New(`it wants two bodies, as in bodies = ["tip", "target"]`)
		}
		a, err := m.ID(mujoco.Body, w.Bodies[0])
		b, err2 := m.ID(mujoco.Body, w.Bodies[1])
		return state(func(r *Robot) float64 { return distance(r.sim.XPos[3*a:3*a+3], r.sim.XPos[3*b:3*b+3]) }, errors.Join(err, err2))
	}
	return nil, errors.New("there are velocity, control, healthy, alive, distance, sensor and position")
}

// measure looks a quantity up in a model.
func (q Quantity) measure(m *mujoco.Model, p *plan) (measure, error) {
	switch {
	case q.Body != "":
		id, err := m.ID(mujoco.Body, q.Body)
		axis := strings.Index("xyz", q.Axis)
		if err == nil && (axis < 0 || len(q.Axis) > 1) {
			err = fmt.Errorf("axis %q: want x, y or z", q.Axis)
		}
		return func(r *Robot) float64 { return r.sim.XPos[3*id+axis] }, err
	case q.Joint != "":
		at, _, err := jointAt(m, q.Joint)
		return func(r *Robot) float64 { return r.sim.QPos[at] }, err
	case q.Sensor != "":
		lo, hi, err := sensorAt(m, q.Sensor)
		p.extra = append(p.extra, mujoco.SensorData)
		return func(r *Robot) (sum float64) {
			for _, v := range r.sim.Field(mujoco.SensorData)[lo:hi] {
				sum += v
			}
			return sum
		}, err
	}
	return nil, errors.New("it wants a body, a joint or a sensor")
}

// sensorAt is where the outputs of a sensor are.
func sensorAt(m *mujoco.Model, name string) (lo, hi int, err error) {
	id, err := m.ID(mujoco.Sensor, name)
	if err != nil {
		return 0, 0, err
	}
	at, err := m.Array("sensor_adr")
	dim, err2 := m.Array("sensor_dim")
	if err := errors.Join(err, err2); err != nil {
		return 0, 0, err
	}
	return int(at[id]), int(at[id] + dim[id]), nil
}

// QPos and QVel are the positions and velocities as MuJoCo orders them, for a
// Reward function; they must not be changed.
func (r *Robot) QPos() []float64 { return r.sim.QPos }

// QVel are the velocities.
func (r *Robot) QVel() []float64 { return r.sim.QVel }

// Body is the place of a body in the world, x, y and z in m. A name that the
// model does not have panics.
func (r *Robot) Body(name string) []float64 {
	id, ok := r.bodies[name]
	if !ok {
		_, err := r.model.ID(mujoco.Body, name)
		panic(err.Error())
	}
	return r.sim.XPos[3*id : 3*id+3]
}

// Distance is that between two bodies, m.
func (r *Robot) Distance(a, b string) float64 { return distance(r.Body(a), r.Body(b)) }

// Sensor are the outputs of a sensor. A name that the model does not have
// panics.
func (r *Robot) Sensor(name string) []float64 {
	s, ok := r.outputs[name]
	if !ok {
		_, err := r.model.ID(mujoco.Sensor, name)
		panic(err.Error())
	}
	return r.sim.Field(mujoco.SensorData)[s[0]:s[1]]
}

// index remembers where bodies and sensors are.
func (r *Robot) index() error {
	r.bodies, r.outputs = map[string]int{}, map[string][2]int{}
	for _, name := range r.model.Names(mujoco.Body) {
		id, err := r.model.ID(mujoco.Body, name)
		if err != nil {
			return err
		}
		r.bodies[name] = id
	}
	if !slices.Contains(r.extra, mujoco.SensorData) {
		return nil
	}
	for _, name := range r.model.Names(mujoco.Sensor) {
		lo, hi, err := sensorAt(r.model, name)
		if err != nil {
			return err
		}
		r.outputs[name] = [2]int{lo, hi}
	}
	return nil
}
