package tasks

import (
	"errors"
	"math"
	"strconv"

	"gomdcsan/mdcsan/env/mujoco"
	"gomdcsan/mdcsan/rng"
)

// alongBody rewards the x of the body that the option main_body names, the
// first one if there is no such option. It lags qpos by the last Runge-Kutta
// stage.
func (p *plan) alongBody(k keywords) {
	var place []float64
	p.bind = func(r *Robot) (err error) {
		id := 1
		if w := k.find("main_body"); w != nil {
			if id, err = strconv.Atoi(w.text); err != nil {
				id, err = r.model.ID(mujoco.Body, w.text)
			}
		}
		if err == nil && (id < 0 || 3*id >= len(r.sim.XPos)) {
			err = errors.New("option main_body: the model has no body " + strconv.Itoa(id))
		}
		if err == nil {
			place = r.sim.XPos[3*id : 3*id+3]
		}
		return err
	}
	p.along = func(*Robot) float64 { return place[0] }
}

// reach rewards being near: weights of the distances between pairs of bodies,
// and of sum(a^2).
type reach struct {
	pairs   [][2]string
	names   []string // of the terms
	weights []float64
	control float64
}

func (c reach) apply(p *plan) {
	places := make([][2][]float64, len(c.pairs))
	p.bind = func(r *Robot) (err error) {
		for i, pair := range c.pairs {
			for j, body := range pair {
				place, failed := placeOf(r.model, r.sim, body)
				places[i][j], err = place, errors.Join(err, failed)
			}
		}
		return err
	}
	p.judge = func(r *Robot, action []float64) bool {
		for i, q := range places {
			r.add(c.names[i], -c.weights[i]*distance(q[0], q[1]))
		}
		r.add("reward_ctrl", -squares32(c.control, action))
		return false
	}
}

// inDisc draws a point of a box until it satisfies ok.
func inDisc(r *rng.Stream, xLow, xHigh, yLow, yHigh float64, ok func(radius float64) bool) (x, y float64) {
	for {
		x, y = r.Uniform(xLow, xHigh), r.Uniform(yLow, yHigh)
		if ok(math.Hypot(x, y)) {
			return x, y
		}
	}
}

// reacher brings a fingertip to a target. Version 4 rewards the state before
// the step and observes the height too, which is always 0.
func reacher(v int) gymTask {
	g := gymTask{model: fromFile("reacher", nil), sizes: sizes{nq: 4, nv: 4, nu: 2, bodies: 5}, limit: 1, timestep: 0.01, frameSkip: 2, maxSteps: 50}
	if v >= 5 {
		g.keys = keywords{num("reward_dist_weight", 1), num("reward_control_weight", 1)}
	}
	g.rules = func(k keywords, p *plan) {
		to := part{from: offset, body: "fingertip", minus: "target", hi: 3}
		if v >= 5 {
			to.hi = 2
		}
		p.parts = []part{{from: qpos, hi: 2, apply: math.Cos}, {from: qpos, hi: 2, apply: math.Sin}, {from: qpos, lo: 2}, {from: qvel, hi: 2}, to}
		p.noise = noise{pos: 0.1, vel: 0.005}
		p.place = func(qpos, qvel []float64, r *rng.Stream) {
			qpos[2], qpos[3] = inDisc(r, -0.2, 0.2, -0.2, 0.2, func(d float64) bool { return d < 0.2 })
			qvel[2], qvel[3] = 0, 0
		}
		p.early = v < 5
		reach{[][2]string{{"fingertip", "target"}}, []string{"reward_dist"},
			[]float64{k.num("reward_dist_weight", 1)}, k.num("reward_control_weight", 1)}.apply(p)
	}
	return g.named("Reacher", v)
}

// pusher brings an object to a goal. Version 4 rewards the state before the
// step.
func pusher(v int) gymTask {
	g := gymTask{model: fromFile("pusher", version{v}), sizes: sizes{nq: 11, nv: 11, nu: 7, bodies: 13}, limit: 2, timestep: 0.01, frameSkip: 5, maxSteps: 100}
	if v >= 5 {
		g.keys = keywords{num("reward_near_weight", 0.5), num("reward_dist_weight", 1), num("reward_control_weight", 0.1)}
	}
	g.rules = func(k keywords, p *plan) {
		p.parts = []part{{from: qpos, hi: 7}, {from: qvel, hi: 7}, {from: bodyPlace, body: "tips_arm"},
			{from: bodyPlace, body: "object"}, {from: bodyPlace, body: "goal"}}
		p.noise = noise{vel: 0.005}
		p.place = func(qpos, qvel []float64, r *rng.Stream) {
			qpos[7], qpos[8] = inDisc(r, -0.3, 0, -0.2, 0.2, func(d float64) bool { return d > 0.17 })
			clear(qpos[9:])
			clear(qvel[7:])
		}
		p.early = v < 5
		reach{[][2]string{{"object", "goal"}, {"object", "tips_arm"}}, []string{"reward_dist", "reward_near"},
			[]float64{k.num("reward_dist_weight", 1), k.num("reward_near_weight", 0.5)}, k.num("reward_control_weight", 0.1)}.apply(p)
	}
	return g.named("Pusher", v)
}

// human fills in what Humanoid and HumanoidStandup observe: version 4 all of
// it, version 5 without what is constant or belongs to the world.
func human(k keywords, p *plan, v int) {
	world, root := 0, 0 // bodies and degrees of freedom left out
	if v >= 5 {
		world, root = 1, 6
	}
	p.parts = []part{{from: qpos, lo: hidden(k, 2)}, {from: qvel}}
	for _, q := range []part{{from: cinert, lo: 10 * world}, {from: cvel, lo: 6 * world}, {from: qfrcActuator, lo: root}, {from: cfrcExt, lo: 6 * world}} {
		if k.on("include_"+string(q.from)+"_in_observation", true) {
			p.parts = append(p.parts, q)
		}
	}
	n := k.num("reset_noise_scale", 1e-2)
	p.noise = noise{pos: n, vel: n}
}

func humanKeys() keywords {
	return keywords{on("include_cinert_in_observation", true), on("include_cvel_in_observation", true),
		on("include_qfrc_actuator_in_observation", true), on("include_cfrc_ext_in_observation", true)}
}

// contactCost charges for all contact forces together, within an interval.
func contactCost(weight, low, high float64) func(*Robot) float64 {
	return func(r *Robot) float64 { return max(low, min(high, weight*squares(r.sim.CfrcExt))) }
}

// humanoid walks on two legs; what moves forward is its centre of mass.
func humanoid(v int) gymTask {
	g := gymTask{model: humanoidModel(false), sizes: sizes{nq: 24, nv: 23, nu: 17, bodies: 14}, limit: 0.4, timestep: 0.003, frameSkip: 5}
	g.keys = keywords{num("forward_reward_weight", 1.25), num("ctrl_cost_weight", 0.1), num("healthy_reward", 5), ends(),
		span("healthy_z_range", 1, 2), num("reset_noise_scale", 1e-2), exclude()}
	if v >= 5 {
		g.keys = append(append(g.keys, num("contact_cost_weight", 5e-7), span("contact_cost_range", math.Inf(-1), 10)), humanKeys()...)
	}
	g.rules = func(k keywords, p *plan) {
		human(k, p, v)
		zLow, zHigh := k.span("healthy_z_range")
		walk := gait{late: v >= 5, double: true, healthy: func(r *Robot) bool { return between(r.sim.QPos[2:3], zLow, zHigh) }}
		if v >= 5 {
			p.forces = true
			low, high := k.span("contact_cost_range")
			walk.contact = contactCost(k.num("contact_cost_weight", 0), low, high)
		}
		p.judge = walk.judge(k)
		p.alongCentre()
	}
	return g.named("Humanoid", v)
}

// alongCentre rewards the x of the robot's centre of mass.
func (p *plan) alongCentre() {
	p.extra = append(p.extra, mujoco.XIPos)
	var mass []float64
	total := 0.0
	p.bind = func(r *Robot) (err error) {
		mass, err = r.model.Array("body_mass")
		for _, m := range mass {
			total += m
		}
		return err
	}
	p.along = func(r *Robot) (x float64) {
		at := r.sim.Field(mujoco.XIPos)
		for i, m := range mass {
			x += m * at[3*i]
		}
		return x / total
	}
}

// humanoidStandup rewards height over the length of a simulation step, as if
// it had been reached within one.
func humanoidStandup(v int) gymTask {
	g := gymTask{model: humanoidModel(true), sizes: sizes{nq: 24, nv: 23, nu: 17, bodies: 14}, limit: 0.4, timestep: 0.003, frameSkip: 5}
	if v >= 5 {
		g.keys = append(keywords{num("ctrl_cost_weight", 0.1), num("impact_cost_weight", 0.5e-6), span("impact_cost_range", math.Inf(-1), 10),
			num("reset_noise_scale", 1e-2), exclude()}, humanKeys()...)
	}
	g.rules = func(k keywords, p *plan) {
		human(k, p, v)
		low, high := math.Inf(-1), 10.0
		if v >= 5 {
			low, high = k.span("impact_cost_range")
		}
		impact := contactCost(k.num("impact_cost_weight", 0.5e-6), low, high)
		control, timestep := k.num("ctrl_cost_weight", 0.1), g.timestep
		p.forces = true
		p.judge = func(r *Robot, action []float64) bool {
			r.add("reward_linup", r.sim.QPos[2]/timestep)
			r.add("reward_quadctrl", -control*squares(action))
			r.add("reward_impact", -impact(r))
			r.add("reward_alive", 1)
			return false
		}
	}
	return g.named("HumanoidStandup", v)
}
