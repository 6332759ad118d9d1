package mjcf

// The world heights of hopper and walker in their initial pose, m.
const (
	torsoZ = 1.25 // frame of the torso
	hipZ   = 1.05 // thigh joint and frame
	shinZ  = 0.35 // frame of the leg, its middle
	footZ  = 0.1  // ankle
)

// foot is the capsule at the end of a leg.
type foot struct {
	heel, toe float64 // world x of its ends, m
	frame     float64 // world x of its frame, m
	slide     float64 // sliding friction
}

// Hopper is the model of Hopper-v2 to v4: one leg of three driven joints. Its
// limbs collide with each other.
func Hopper() Model {
	leg := uprightLeg("", foot{-0.13, 0.26, 0.13, 2}, 1, 1, brown)
	return upright(Model{
		Name: "hopper", Friction: V3{1, 0.005, 0.0001}, Margin: 0.001, Condim: 1, SelfCollide: true,
		Contact: Solver{"0.02 1", "0.8 0.8 0.01"}, Floor: V3{20, 20, 0.125},
		Motors: []Motor{{"thigh_joint", 200}, {"leg_joint", 200}, {"foot_joint", 200}},
	}, leg)
}

// Walker2d is the model of Walker2d-v2 to v4: two legs side by side in one
// plane, the left foot with more friction than the right one.
func Walker2d() Model {
	m := Model{Name: "walker2d", Friction: V3{0.7, 0.1, 0.1}, Condim: 3, Floor: V3{40, 40, 40}}
	for _, side := range []string{"", "_left"} {
		for _, joint := range []string{"thigh", "leg", "foot"} {
			m.Motors = append(m.Motors, Motor{joint + side + "_joint", 100})
		}
	}
	right := uprightLeg("", foot{0, 0.2, 0.2, 0.9}, 0.01, 0.1, brown)
	left := uprightLeg("_left", foot{0, 0.2, 0.2, 1.9}, 0.01, 0.1, V3{0.7, 0.3, 0.6})
	return upright(m, right, left)
}

// upright puts a torso on legs.
func upright(m Model, legs ...Body) Model {
	m.RK4, m.Timestep, m.Density = true, 0.002, 1000
	m.Camera = V3{0, -3, 1 - torsoZ}
	m.Root = Body{
		Name: "torso", Pos: V3{0, 0, torsoZ}, Joints: planarRoot(torsoZ, torsoZ),
		Geoms: []Geom{{Name: "torso_geom", A: V3{0, 0, 0.2}, B: V3{0, 0, -0.2}, Radius: 0.05, Slide: 0.9}},
		Kids:  legs,
	}
	return m
}

// uprightLeg is thigh, leg and foot.
func uprightLeg(side string, f foot, armature, damping float64, color V3) Body {
	joint := func(name string, pos V3, lo, hi float64) []Joint {
		return []Joint{{Name: name + side + "_joint", Type: Hinge, Pos: pos, Axis: V3{0, -1, 0}, Lo: deg(lo), Hi: deg(hi), Damping: damping, Armature: armature}}
	}
	geom := func(name string, a, b V3, r, slide float64) []Geom {
		return []Geom{{Name: name + side + "_geom", A: a, B: b, Radius: r, Slide: slide, Color: color}}
	}
	sole := Body{
		Name: "foot" + side, Pos: V3{f.frame, 0, -shinZ},
		Joints: joint("foot", V3{-f.frame, 0, footZ}, -45, 45),
		Geoms:  geom("foot", V3{f.heel - f.frame, 0, footZ}, V3{f.toe - f.frame, 0, footZ}, 0.06, f.slide),
	}
	shin := Body{
		Name: "leg" + side, Pos: V3{0, 0, shinZ - hipZ},
		Joints: joint("leg", V3{0, 0, 0.25}, -150, 0),
		Geoms:  geom("leg", V3{0, 0, 0.25}, V3{0, 0, -0.25}, 0.04, 0.9),
		Kids:   []Body{sole},
	}
	return Body{
		Name: "thigh" + side, Pos: V3{0, 0, hipZ - torsoZ},
		Joints: joint("thigh", V3{}, -150, 0),
		Geoms:  geom("thigh", V3{}, V3{0, 0, -0.45}, 0.05, 0.9),
		Kids:   []Body{shin},
	}
}
