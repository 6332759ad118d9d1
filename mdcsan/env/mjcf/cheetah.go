package mjcf

// HalfCheetah is the model of HalfCheetah-v2 to v4: a planar runner with six
// driven joints, its masses scaled to 14 kg in all.
func HalfCheetah() Model {
	const r = 0.046
	back := cheetahLimb("bthigh", V3{-0.5, 0, 0}, -0.52, 1.05, 6, 240, V3{0.1, 0, -0.13}, -3.8, 0.145,
		cheetahLimb("bshin", V3{0.16, 0, -0.25}, -0.785, 0.785, 4.5, 180, V3{-0.14, 0, -0.07}, -2.03, 0.15,
			cheetahLimb("bfoot", V3{-0.28, 0, -0.14}, -0.4, 0.785, 3, 120, V3{0.03, 0, -0.097}, -0.27, 0.094)))
	front := cheetahLimb("fthigh", V3{0.5, 0, 0}, -1, 0.7, 4.5, 180, V3{-0.07, 0, -0.12}, 0.52, 0.133,
		cheetahLimb("fshin", V3{-0.14, 0, -0.24}, -1.2, 0.87, 3, 120, V3{0.065, 0, -0.09}, -0.6, 0.106,
			cheetahLimb("ffoot", V3{0.13, 0, -0.18}, -0.5, 0.5, 1.5, 60, V3{0.045, 0, -0.07}, -0.6, 0.07)))
	return Model{
		Name: "half_cheetah", Timestep: 0.01, Density: 1000, TotalMass: 14,
		Friction: V3{0.4, 0.1, 0.1}, Condim: 3,
		Contact: Solver{"0.02 1", "0 0.8 0.01"}, Limit: Solver{"0.02 1", "0 0.8 0.03"},
		Floor: V3{40, 40, 40}, Camera: V3{0, -3, 0.3},
		Root: Body{
			Name: "torso", Pos: V3{0, 0, 0.7}, Joints: planarRoot(0, 0),
			Geoms: []Geom{
				{Name: "torso", A: V3{-0.5, 0, 0}, B: V3{0.5, 0, 0}, Radius: r},
				{Name: "head", Shape: CapsuleAt, A: V3{0.6, 0, 0.1}, Angle: 0.87, Half: 0.15, Radius: r},
			},
			Kids: []Body{back, front},
		},
		Motors: []Motor{{"bthigh", 120}, {"bshin", 90}, {"bfoot", 60}, {"fthigh", 120}, {"fshin", 60}, {"ffoot", 30}},
	}
}

// cheetahLimb is a body with one capsule on a sprung hinge about y.
func cheetahLimb(name string, pos V3, lo, hi, damping, stiffness float64, centre V3, angle, half float64, kids ...Body) Body {
	return Body{
		Name: name, Pos: pos,
		Joints: []Joint{{Name: name, Type: Hinge, Axis: V3{0, 1, 0}, Lo: lo, Hi: hi, Damping: damping, Armature: 0.1, Stiffness: stiffness}},
		Geoms:  []Geom{{Name: name, Shape: CapsuleAt, A: centre, Angle: angle, Half: half, Radius: 0.046}},
		Kids:   kids,
	}
}

// planarRoot holds a body of height z in the x-z plane.
func planarRoot(z, ref float64) []Joint {
	return []Joint{
		{Name: "rootx", Type: Slide, Pos: V3{0, 0, -z}, Axis: V3{1, 0, 0}},
		{Name: "rootz", Type: Slide, Pos: V3{0, 0, -z}, Axis: V3{0, 0, 1}, Ref: ref},
		{Name: "rooty", Type: Hinge, Axis: V3{0, 1, 0}},
	}
}
