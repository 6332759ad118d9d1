package tasks

import (
	"math"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/mjcf"
	"gomdcsan/mdcsan/env/mujoco"
)

// gymTask is a task by Gymnasium's definition, version 4 or 5. A new one is an
// entry of gymTasks, with a function that says what is observed and rewarded.
type gymTask struct {
	name      string
	model     func() string     // MJCF
	table     func() mjcf.Model // of the models of package mjcf: pictures without MuJoCo
	sizes     sizes
	limit     float64 // actions are within [-limit, limit]
	timestep  float64 // s
	frameSkip int     // simulation steps per environment step
	maxSteps  int     // time limit in environment steps
	keys      keywords
	rules     func(k keywords, p *plan) // parts, noise, reward and end
}

// gymTasks are the tasks of Gymnasium 1.4.0 for MuJoCo. Figures: its
// documentation and sources.
func gymTasks() []gymTask {
	var list []gymTask
	for _, v := range []int{4, 5} {
		list = append(list, ant(v), halfCheetah(v), walker2d(v), hopper(v), swimmer(v), reacher(v), pusher(v),
			invertedPendulum(v), invertedDoublePendulum(v), humanoid(v), humanoidStandup(v))
	}
	return list
}

// named completes an entry: its name, and frame_skip, which version 5 can set.
func (g gymTask) named(name string, v int) gymTask {
	g.name = name + map[int]string{4: "-v4", 5: "-v5"}[v]
	if v >= 5 {
		g.keys = append(keywords{{name: "frame_skip", kind: count, value: [2]float64{float64(g.frameSkip)}}}, g.keys...)
	}
	if g.maxSteps == 0 {
		g.maxSteps = 1000
	}
	if g.model == nil {
		g.model = fromTable(g.table)
	}
	return g
}

// plan applies the options to a task.
func (g *gymTask) plan(fullName string, k keywords, o Options) plan {
	p := plan{sizes: g.sizes, frameSkip: int(k.num("frame_skip", float64(g.frameSkip)))}
	g.rules(k, &p)
	p.spec = env.Spec{
		Name: fullName, ObsDim: observed(p.parts, p.sizes), ActDim: g.sizes.nu,
		ActLow: make([]float64, g.sizes.nu), ActHigh: make([]float64, g.sizes.nu),
		MaxSteps: o.limit(g.maxSteps), Dt: float64(p.frameSkip) * g.timestep,
	}
	for i := range g.sizes.nu {
		p.spec.ActLow[i], p.spec.ActHigh[i] = -g.limit, g.limit
	}
	return p
}

// hidden is how many leading positions are not observed, of n.
func hidden(k keywords, n int) int {
	if k.on("exclude_current_positions_from_observation", true) {
		return n
	}
	return 0
}

// x0 is the first coordinate, x of most robots.
func x0(r *Robot) float64 { return r.sim.QPos[0] }

// gait rewards forward velocity and being healthy, and charges for control and
// contacts.
type gait struct {
	late    bool                   // healthy reward only while healthy (version 5)
	healthy func(r *Robot) bool    // nil: no such reward, and no end
	contact func(r *Robot) float64 // contact cost; nil: none
	double  bool                   // control cost in float64, of MuJoCo's copy of the action
}

func (g gait) judge(k keywords) func(*Robot, []float64) bool {
	forward, control := k.num("forward_reward_weight", 1), k.num("ctrl_cost_weight", 0)
	alive, ends := k.num("healthy_reward", 0), k.on("terminate_when_unhealthy", false)
	return func(r *Robot, action []float64) (terminated bool) {
		r.add("reward_forward", forward*r.velocity())
		if g.healthy != nil {
			healthy := g.healthy(r)
			terminated = ends && !healthy
			survive := alive
			if !healthy && (g.late || !ends) {
				survive = 0
			}
			r.add("reward_survive", survive)
		}
		if g.double {
			r.add("reward_ctrl", -control*squares(action))
		} else {
			r.add("reward_ctrl", -squares32(control, action))
		}
		if g.contact != nil {
			r.add("reward_contact", -g.contact(r))
		}
		return terminated
	}
}

func squares(x []float64) (sum float64) {
	for _, v := range x {
		sum += v * v
	}
	return sum
}

// squares32 is weight*sum(a^2) in float32, the type of Gymnasium's actions, in
// numpy's order of summation: its rewards carry that rounding, of 1e-8.
func squares32(weight float64, action []float64) float64 {
	var sum float32
	if len(action) < 8 {
		for _, a := range action {
			sum += float32(a) * float32(a)
		}
		return float64(float32(weight) * sum)
	}
	var lanes [8]float32
	whole := len(action) - len(action)%8
	for i, a := range action[:whole] {
		lanes[i%8] += float32(a) * float32(a)
	}
	sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))
	for _, a := range action[whole:] {
		sum += float32(a) * float32(a)
	}
	return float64(float32(weight) * sum)
}

func distance(a, b []float64) float64 {
	dx, dy, dz := a[0]-b[0], a[1]-b[1], a[2]-b[2]
	return math.Sqrt(dx*dx + dy*dy + dz*dz)
}

// The options that several tasks share.
func exclude() keyword { return on("exclude_current_positions_from_observation", true) }
func ends() keyword    { return on("terminate_when_unhealthy", true) }

// ant has four legs. Version 4 observes contact forces only if told to; version
// 5 does, without those of the world, and always charges for them.
func ant(v int) gymTask {
	g := gymTask{table: mjcf.Ant, sizes: sizes{nq: 15, nv: 14, nu: 8, bodies: 14}, limit: 1, timestep: 0.01, frameSkip: 5}
	g.keys = keywords{num("ctrl_cost_weight", 0.5), num("contact_cost_weight", 5e-4), num("healthy_reward", 1), ends(),
		span("healthy_z_range", 0.2, 1), span("contact_force_range", -1, 1), num("reset_noise_scale", 0.1), exclude()}
	if v >= 5 {
		g.keys = append(g.keys, num("forward_reward_weight", 1), keyword{name: "main_body", kind: name, text: "1"}, on("include_cfrc_ext_in_observation", true))
	} else {
		g.keys = append(g.keys, on("use_contact_forces", false))
	}
	g.rules = func(k keywords, p *plan) {
		zLow, zHigh := k.span("healthy_z_range")
		low, high := k.span("contact_force_range")
		p.parts = []part{{from: qpos, lo: hidden(k, 2)}, {from: qvel}}
		first := 0
		if v >= 5 {
			first = 6 // the world's forces are left out
		}
		if k.on("use_contact_forces", false) || k.on("include_cfrc_ext_in_observation", false) {
			p.parts = append(p.parts, part{from: cfrcExt, lo: first, clip: [2]float64{low, high}})
		}
		p.noise = noise{pos: k.num("reset_noise_scale", 0), vel: k.num("reset_noise_scale", 0), gaussian: true}
		p.alongBody(k)
		walk := gait{late: v >= 5, healthy: func(r *Robot) bool {
			z := r.sim.QPos[2]
			return within(r.sim.QPos, math.Inf(1)) && within(r.sim.QVel, math.Inf(1)) && zLow <= z && z <= zHigh
		}}
		if p.forces = v >= 5 || k.on("use_contact_forces", false); p.forces {
			cost := k.num("contact_cost_weight", 0)
			walk.contact = func(r *Robot) (sum float64) {
				for _, f := range r.sim.CfrcExt {
					f = max(low, min(high, f))
					sum += f * f
				}
				return cost * sum
			}
		}
		p.judge = walk.judge(k)
	}
	return g.named("Ant", v)
}

func halfCheetah(v int) gymTask {
	g := gymTask{table: mjcf.HalfCheetah, sizes: sizes{nq: 9, nv: 9, nu: 6, bodies: 8}, limit: 1, timestep: 0.01, frameSkip: 5}
	g.keys = keywords{num("forward_reward_weight", 1), num("ctrl_cost_weight", 0.1), num("reset_noise_scale", 0.1), exclude()}
	g.rules = func(k keywords, p *plan) {
		p.parts = []part{{from: qpos, lo: hidden(k, 1)}, {from: qvel}}
		p.noise = noise{pos: k.num("reset_noise_scale", 0), vel: k.num("reset_noise_scale", 0), gaussian: true}
		p.along, p.judge = x0, gait{}.judge(k)
	}
	return g.named("HalfCheetah", v)
}

// upright fills in what Walker2d and Hopper share: x, z and pitch lead the
// positions, velocities are clipped.
func upright(k keywords, p *plan, v int, more func(r *Robot) bool) {
	zLow, zHigh := k.span("healthy_z_range")
	low, high := k.span("healthy_angle_range")
	p.parts = []part{{from: qpos, lo: hidden(k, 1)}, {from: qvel, clip: [2]float64{-10, 10}}}
	p.noise = noise{pos: k.num("reset_noise_scale", 0), vel: k.num("reset_noise_scale", 0)}
	p.along = x0
	p.judge = gait{late: v >= 5, healthy: func(r *Robot) bool {
		z, pitch := r.sim.QPos[1], r.sim.QPos[2]
		return zLow < z && z < zHigh && low < pitch && pitch < high && (more == nil || more(r))
	}}.judge(k)
}

// walker2d has feet of different friction in version 4.
func walker2d(v int) gymTask {
	g := gymTask{table: mjcf.Walker2d, sizes: sizes{nq: 9, nv: 9, nu: 6, bodies: 8}, limit: 1, timestep: 0.002, frameSkip: 4}
	if v >= 5 {
		g.table = walkerV5
	}
	g.keys = keywords{num("forward_reward_weight", 1), num("ctrl_cost_weight", 1e-3), num("healthy_reward", 1), ends(),
		span("healthy_z_range", 0.8, 2), span("healthy_angle_range", -1, 1), num("reset_noise_scale", 5e-3), exclude()}
	g.rules = func(k keywords, p *plan) { upright(k, p, v, nil) }
	return g.named("Walker2d", v)
}

func hopper(v int) gymTask {
	g := gymTask{table: mjcf.Hopper, sizes: sizes{nq: 6, nv: 6, nu: 3, bodies: 5}, limit: 1, timestep: 0.002, frameSkip: 4}
	g.keys = keywords{num("forward_reward_weight", 1), num("ctrl_cost_weight", 1e-3), num("healthy_reward", 1), ends(),
		span("healthy_state_range", -100, 100), span("healthy_z_range", 0.7, math.Inf(1)), span("healthy_angle_range", -0.2, 0.2),
		num("reset_noise_scale", 5e-3), exclude()}
	g.rules = func(k keywords, p *plan) {
		low, high := k.span("healthy_state_range")
		upright(k, p, v, func(r *Robot) bool { return between(r.sim.QPos[2:], low, high) && between(r.sim.QVel, low, high) })
	}
	return g.named("Hopper", v)
}

// between reports whether every low < x < high; NaN is not.
func between(x []float64, low, high float64) bool {
	for _, v := range x {
		if !(low < v && v < high) {
			return false
		}
	}
	return true
}

func swimmer(v int) gymTask {
	g := gymTask{model: fromFile("swimmer", nil), sizes: sizes{nq: 5, nv: 5, nu: 2, bodies: 4}, limit: 1, timestep: 0.01, frameSkip: 4}
	g.keys = keywords{num("forward_reward_weight", 1), num("ctrl_cost_weight", 1e-4), num("reset_noise_scale", 0.1), exclude()}
	g.rules = func(k keywords, p *plan) {
		p.parts = []part{{from: qpos, lo: hidden(k, 2)}, {from: qvel}}
		p.noise = noise{pos: k.num("reset_noise_scale", 0), vel: k.num("reset_noise_scale", 0)}
		p.along, p.judge = x0, gait{}.judge(k)
	}
	return g.named("Swimmer", v)
}

func invertedPendulum(v int) gymTask {
	g := gymTask{model: fromFile("inverted_pendulum", nil), sizes: sizes{nq: 2, nv: 2, nu: 1, bodies: 3}, limit: 3, timestep: 0.02, frameSkip: 2}
	if v >= 5 {
		g.keys = keywords{num("reset_noise_scale", 0.01)}
	}
	g.rules = func(k keywords, p *plan) {
		n := k.num("reset_noise_scale", 0.01)
		p.parts, p.noise = []part{{from: qpos}, {from: qvel}}, noise{pos: n, vel: n}
		p.judge = func(r *Robot, _ []float64) bool {
			terminated := !(math.Abs(r.sim.QPos[1]) <= 0.2)
			survive := 1.0
			if v >= 5 && terminated {
				survive = 0
			}
			r.add("reward_survive", survive)
			return terminated
		}
	}
	return g.named("InvertedPendulum", v)
}

// invertedDoublePendulum observes the constraints' forces: version 5 only the
// cart's. Version 4 pays for being alive also in the step that ends it.
func invertedDoublePendulum(v int) gymTask {
	g := gymTask{model: fromFile("inverted_double_pendulum", nil), sizes: sizes{nq: 3, nv: 3, nu: 1, bodies: 4}, limit: 1, timestep: 0.01, frameSkip: 5}
	forces := part{from: qfrcConstraint, clip: [2]float64{-10, 10}}
	if v >= 5 {
		g.keys = keywords{num("healthy_reward", 10), num("reset_noise_scale", 0.1)}
		forces.hi = 1
	}
	g.rules = func(k keywords, p *plan) {
		n, alive := k.num("reset_noise_scale", 0.1), k.num("healthy_reward", 10)
		p.noise = noise{pos: n, vel: n, gaussian: true}
		p.parts = []part{{from: qpos, hi: 1}, {from: qpos, lo: 1, apply: math.Sin}, {from: qpos, lo: 1, apply: math.Cos},
			{from: qvel, clip: [2]float64{-10, 10}}, forces}
		p.extra = []mujoco.Field{mujoco.SiteXPos}
		p.judge = func(r *Robot, _ []float64) bool {
			tip := r.sim.Field(mujoco.SiteXPos)
			x, y, v1, v2 := tip[0], tip[2], r.sim.QVel[1], r.sim.QVel[2]
			terminated := !(y > 1)
			survive := alive
			if v >= 5 && terminated {
				survive = 0
			}
			r.add("reward_survive", survive)
			r.add("distance_penalty", -(0.01*x*x + (y-2)*(y-2)))
			r.add("velocity_penalty", -(1e-3*v1*v1 + 5e-3*v2*v2))
			return terminated
		}
	}
	return g.named("InvertedDoublePendulum", v)
}
