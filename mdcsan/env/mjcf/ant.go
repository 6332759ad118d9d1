package mjcf

// Ant is the model of Ant-v2 to v4: a torso on a free joint and four legs of
// two driven joints. Its initial pose has all ankles outside their ranges, and
// gym starts from there.
func Ant() Model {
	m := Model{
		Name: "ant", RK4: true, Timestep: 0.01, Density: 5,
		Friction: V3{1, 0.5, 0.5}, Margin: 0.01, Condim: 3,
		Floor: V3{40, 40, 40}, Camera: V3{0, -3, 0.3},
		Root: Body{
			Name: "torso", Pos: V3{0, 0, 0.75},
			Joints: []Joint{{Name: "root", Type: Free, Margin: 0.01}},
			Geoms:  []Geom{{Name: "torso_geom", Shape: Sphere, Radius: 0.25}},
			Kids: []Body{
				antLeg("front_left_leg", "1", 1, 1, V3{-1, 1, 0}, 30, 70),
				antLeg("front_right_leg", "2", -1, 1, V3{1, 1, 0}, -70, -30),
				antLeg("back_leg", "3", -1, -1, V3{-1, 1, 0}, -70, -30),
				antLeg("right_back_leg", "4", 1, -1, V3{1, 1, 0}, 30, 70),
			},
		},
	}
	for _, id := range []string{"4", "1", "2", "3"} {
		m.Motors = append(m.Motors, Motor{"hip_" + id, 150}, Motor{"ankle_" + id, 150})
	}
	return m
}

// antLeg is a leg towards (sx, sy); the ankle's range is in degrees.
func antLeg(name, id string, sx, sy float64, ankleAxis V3, lo, hi float64) Body {
	const r = 0.08
	p := V3{0.2 * sx, 0.2 * sy, 0}
	joint := func(name string, axis V3, lo, hi float64) []Joint {
		return []Joint{{Name: name + id, Type: Hinge, Axis: axis, Lo: deg(lo), Hi: deg(hi), Damping: 1, Armature: 1}}
	}
	shin := Body{
		Name: "shin_" + id, Pos: p, Joints: joint("ankle_", ankleAxis, lo, hi),
		Geoms: []Geom{{Name: "ankle_" + id + "_geom", B: V3{0.4 * sx, 0.4 * sy, 0}, Radius: r}},
	}
	thigh := Body{
		Name: "aux_" + id, Pos: p, Joints: joint("hip_", V3{0, 0, 1}, -30, 30),
		Geoms: []Geom{{Name: "leg_" + id + "_geom", B: p, Radius: r}},
		Kids:  []Body{shin},
	}
	return Body{
		Name: name, Geoms: []Geom{{Name: "aux_" + id + "_geom", B: p, Radius: r}},
		Kids: []Body{thigh},
	}
}
