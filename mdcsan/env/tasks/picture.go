package tasks

import (
	"fmt"
	"image"
	"math"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/mjcf"
	"gomdcsan/mdcsan/env/pendulum"
	"gomdcsan/mdcsan/env/render"
)

// Frame is a picture of an environment as it stands, square, of size pixels.
func Frame(e env.Env, size int) (*image.RGBA, error) {
	p, ok := e.(env.Poser)
	if !ok {
		return nil, fmt.Errorf("tasks: %s has no picture: it is no env.Poser", e.Spec().Name)
	}
	return picture(e.Spec().Name, DesignOf(e), p.AppendPose(nil), size)
}

// DesignOf is the design of an environment that NewRobot made, or nil.
func DesignOf(e env.Env) *Design {
	if r, ok := e.(*Robot); ok {
		return r.design
	}
	return nil
}

// Picture draws a task in a given pose (AppendPose), square, of size pixels.
// Ant, HalfCheetah, Walker2d, Hopper and Pendulum-v1 need no MuJoCo for it.
// Drawn are spheres, capsules, ellipsoids, cylinders, boxes, meshes and a
// horizontal floor; not drawn are height fields, tilted planes, tendons, skins,
// textures and what MuJoCo's viewer hides (geoms of group 3 and above).
func Picture(name string, pose []float64, size int) (*image.RGBA, error) {
	return picture(name, nil, pose, size)
}

func picture(name string, d *Design, pose []float64, size int) (*image.RGBA, error) {
	s, err := newStage(name, d)
	if err != nil {
		return nil, err
	}
	scene, err := s.scene(pose)
	if err != nil {
		return nil, err
	}
	if size <= 0 || size > 1<<13 {
		return nil, fmt.Errorf("tasks: a picture of %d pixels", size)
	}
	return scene.Image(size, size), nil
}

// stage builds the scenes of a task.
type stage struct {
	look   *look       // of a model that MuJoCo poses
	model  *mjcf.Model // else; nil: pendulum
	offset mjcf.V3     // of the camera from the robot's centre of mass
	limbs  []mjcf.Limb // scratch
}

func newStage(name string, d *Design) (*stage, error) {
	k, err := find(name, Options{Robot: d})
	switch {
	case err != nil:
		return nil, err
	case k.start != nil:
		return &stage{}, nil
	case k.table == nil && k.load == nil:
		return nil, noPicture(name)
	case k.table == nil:
		return lookAt(k)
	}
	m := k.table()
	limbs, err := m.Pose(nil, m.Start())
	if err != nil {
		return nil, err
	}
	s := &stage{model: &m}
	centre := mjcf.Centre(limbs)
	for i := range s.offset {
		s.offset[i] = m.Root.Pos[i] + m.Camera[i] - centre[i]
	}
	return s, nil
}

func noPicture(name string) error {
	return fmt.Errorf("tasks: %s has no picture here; in Python the environment's render() draws it", name)
}

// lookAt is the stage of a model that MuJoCo poses.
func lookAt(k known) (*stage, error) {
	m, err := k.load()
	if err != nil {
		return nil, err
	}
	l, err := newLook(m)
	return &stage{look: l}, err
}

func (s *stage) scene(pose []float64) (*render.Scene, error) {
	for _, v := range pose {
		if math.IsNaN(v) || math.Abs(v) > 1e6 {
			return nil, fmt.Errorf("tasks: a pose with the number %v has no picture", v)
		}
	}
	if s.look != nil {
		return s.look.scene(pose)
	}
	if s.model == nil {
		return pendulumScene(pose)
	}
	limbs, err := s.model.Pose(s.limbs[:0], pose)
	if err != nil {
		return nil, err
	}
	s.limbs = limbs
	scene := &render.Scene{Floor: true}
	for _, l := range limbs {
		scene.Capsules = append(scene.Capsules, render.Capsule{A: vec(l.A), B: vec(l.B), Radius: l.Radius, Color: vec(l.Color)})
	}
	// MuJoCo's trackcom camera: it keeps its place against the centre of mass
	// and looks along y.
	c := mjcf.Centre(limbs)
	eye := render.Vec{X: c[0] + s.offset[0], Y: c[1] + s.offset[1], Z: c[2] + s.offset[2]}
	scene.Camera = render.Camera{Eye: eye, Target: render.Vec{X: eye.X, Y: eye.Y + 1, Z: eye.Z}}
	return scene, nil
}

func vec(v mjcf.V3) render.Vec { return render.Vec{X: v[0], Y: v[1], Z: v[2]} }

// pendulumScene draws the rod as gym does, upright at angle 0, and the torque
// as an arc around the axle.
func pendulumScene(pose []float64) (*render.Scene, error) {
	if len(pose) != 2 {
		return nil, fmt.Errorf("tasks: a pose of %s has 2 numbers (angle, torque), not %d", pendulum.Name, len(pose))
	}
	at := func(angle, radius float64) render.Vec {
		return render.Vec{X: -radius * math.Sin(angle), Z: radius * math.Cos(angle)}
	}
	s := &render.Scene{Camera: render.Camera{Eye: render.Vec{Y: -5}, FovY: 2 * math.Atan(1.4/5)}}
	s.Capsules = []render.Capsule{
		{B: at(pose[0], 1), Radius: 0.1, Color: render.Vec{X: 0.80, Y: 0.35, Z: 0.33}},
		{A: render.Vec{Y: -0.1}, B: render.Vec{Y: -0.12}, Radius: 0.05, Color: render.Vec{X: 0.15, Y: 0.15, Z: 0.15}},
	}
	front := func(p render.Vec) render.Vec { p.Y = -0.15; return p }
	const parts = 24
	sweep := pose[1] / pendulum.MaxTorque * 0.75 * math.Pi
	for i := range parts {
		if math.Abs(sweep) < 0.05 {
			break
		}
		a, b := sweep*float64(i)/parts, sweep*float64(i+1)/parts
		radius := 0.012 + 0.030*float64(i+1)/parts // thick where it points to
		s.Capsules = append(s.Capsules, render.Capsule{
			A: front(at(a, 0.45)), B: front(at(b, 0.45)), Radius: radius, Color: render.Vec{X: 0.25, Y: 0.42, Z: 0.62},
		})
	}
	return s, nil
}
