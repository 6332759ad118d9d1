package tasks

import (
	"fmt"
	"math"
	"slices"

	"gomdcsan/mdcsan/env/mujoco"
)

// source names numbers of the simulation, as mjData does.
type source string

const (
	qpos           source = "qpos"
	qvel           source = "qvel"
	cinert         source = "cinert"
	cvel           source = "cvel"
	qfrcActuator   source = "qfrc_actuator"
	qfrcConstraint source = "qfrc_constraint"
	cfrcExt        source = "cfrc_ext"
	sensors        source = "sensordata"
	bodyPlace      source = "body"   // world coordinates of a body
	offset         source = "offset" // from one body to another: body - minus
)

// fields are the sources that MuJoCo is asked for; the others are always there.
func fields() map[source]mujoco.Field {
	return map[source]mujoco.Field{
		cinert: mujoco.CInert, cvel: mujoco.CVel, qfrcActuator: mujoco.QFrcActuator,
		qfrcConstraint: mujoco.QFrcConstraint, sensors: mujoco.SensorData,
	}
}

// part is a stretch of the observation.
type part struct {
	from        source
	lo, hi      int                   // which numbers; hi 0: to the last one
	body, minus string                // of bodyPlace and offset
	clip        [2]float64            // limits; both 0: none
	apply       func(float64) float64 // such as math.Sin; nil: as it is
}

// sizes of a model, the world counted as a body.
type sizes struct{ nq, nv, nu, bodies, sensors int }

// length is how many numbers a source has.
func (s sizes) length(from source) int {
	switch from {
	case qpos:
		return s.nq
	case qvel, qfrcActuator, qfrcConstraint:
		return s.nv
	case cinert:
		return 10 * s.bodies
	case cvel, cfrcExt:
		return 6 * s.bodies
	case sensors:
		return s.sensors
	}
	return 3 // a place in the world
}

// span returns the numbers that the part takes of its source.
func (p part) span(s sizes) (lo, hi int) {
	if p.hi == 0 {
		return p.lo, s.length(p.from)
	}
	return p.lo, p.hi
}

// observed is how many numbers parts are together.
func observed(parts []part, s sizes) int {
	n := 0
	for _, p := range parts {
		lo, hi := p.span(s)
		n += hi - lo
	}
	return n
}

// wants lists the fields that parts need.
func wants(parts []part) []mujoco.Field {
	var list []mujoco.Field
	for _, p := range parts {
		if f, ok := fields()[p.from]; ok && !slices.Contains(list, f) {
			list = append(list, f)
		}
	}
	return list
}

// view is a part bound to a simulation.
type view struct {
	values, minus []float64
	low, high     float64
	apply         func(float64) float64
}

// bind looks the part up in a simulation.
func (p part) bind(m *mujoco.Model, s *mujoco.Sim, n sizes) (view, error) {
	v := view{low: p.clip[0], high: p.clip[1], apply: p.apply}
	if p.clip == [2]float64{} {
		v.low, v.high = math.Inf(-1), math.Inf(1)
	}
	var err error
	switch p.from {
	case qpos:
		v.values = s.QPos
	case qvel:
		v.values = s.QVel
	case cfrcExt:
		v.values = s.CfrcExt
	case bodyPlace, offset:
		v.values, err = placeOf(m, s, p.body)
		if err == nil && p.from == offset {
			v.minus, err = placeOf(m, s, p.minus)
		}
	default:
		v.values = s.Field(fields()[p.from])
	}
	lo, hi := p.span(n)
	if err == nil && (lo < 0 || hi > len(v.values) || lo >= hi) {
		err = fmt.Errorf("%s has the numbers 0 to %d, not %d to %d", p.from, len(v.values)-1, lo, hi-1)
	}
	if err != nil {
		return v, err
	}
	v.values = v.values[lo:hi]
	if v.minus != nil {
		v.minus = v.minus[lo:hi]
	}
	return v, nil
}

// placeOf is where a simulation keeps the world coordinates of a body.
func placeOf(m *mujoco.Model, s *mujoco.Sim, body string) ([]float64, error) {
	id, err := m.ID(mujoco.Body, body)
	if err != nil {
		return nil, err
	}
	return s.XPos[3*id : 3*id+3], nil
}

// write puts the part into obs and returns the rest.
func (v *view) write(obs []float64) []float64 {
	for i, x := range v.values {
		if v.minus != nil {
			x -= v.minus[i]
		}
		if v.apply != nil {
			x = v.apply(x)
		}
		obs[i] = max(v.low, min(v.high, x))
	}
	return obs[len(v.values):]
}
