// Package mjcf holds the four locomotion models of gym (Ant, HalfCheetah,
// Walker2d, Hopper; versions 2 to 4) as Go tables, writes them as MuJoCo XML,
// and poses them without MuJoCo.
//
//	m := mjcf.Hopper()
//	xml := m.XML(mjcf.Legacy)          // for mujoco.Load
//	caps := m.Pose(nil, qpos)          // world capsules, for pictures
//
// # Units and conventions
//
// Metres, kilograms, seconds, radians; z is up. A capsule is given by its two
// end points, or by centre, angle about +y and half length, in the frame of
// its body. Everything not named is MuJoCo's default.
//
// # Inertia
//
// MuJoCo up to 2.1.0 (the paper's time) took a capsule's mass and inertia from
// a cylinder lengthened by half a radius at both ends; since 2.1.1 they are
// exact. With h the half length of the cylinder, r the radius, d the density
// and H = 2h + r,
//
//	legacy: m = d pi r^2 H
//	        I_perp = m (3 r^2 + H^2) / 12, I_axis = m r^2 / 2
//	exact:  m = d pi r^2 (2h + 4r/3), sphere halves by the parallel-axis theorem
//
// Legacy is the default of the tasks, as it is what the paper's results stand
// on; it makes bodies up to 7 percent lighter. The models with exact inertia
// equal the originals of gym in every physical array of the compiled model.
//
// All functions return new values: a Model may be changed before it is
// written, and is safe for concurrent use as long as nobody does.
package mjcf

import "math"

// Inertia says how capsules get their mass and inertia.
type Inertia string

// The two ways of MuJoCo's history. The zero value "" means Legacy.
const (
	Legacy Inertia = "legacy" // MuJoCo <= 2.1.0
	Exact  Inertia = "exact"  // MuJoCo >= 2.1.1
)

// V3 is a vector or a point, x y z.
type V3 [3]float64

// Model is one robot on a floor.
type Model struct {
	Name        string
	RK4         bool    // integrator Runge-Kutta 4; else semi-implicit Euler
	Timestep    float64 // s
	Density     float64 // of every geom, kg/m^3
	TotalMass   float64 // kg, all masses scaled to it; 0: not scaled
	Friction    V3      // slide, spin, roll of every geom, the floor included
	Margin      float64 // contact margin of every geom, m
	Condim      int     // contact dimension of the limbs; the floor's is 3
	SelfCollide bool    // limbs collide with limbs
	Contact     Solver  // of every geom
	Limit       Solver  // of every joint limit
	Floor       V3      // half sizes x, y and grid step
	Camera      V3      // of the tracking camera, relative to the torso, m
	Root        Body
	Motors      []Motor
}

// Solver is a softness of constraints; empty strings mean MuJoCo's defaults.
type Solver struct{ Ref, Imp string }

// Body is a rigid body and what hangs on it.
type Body struct {
	Name   string
	Pos    V3 // in the parent's frame, m
	Joints []Joint
	Geoms  []Geom
	Kids   []Body
}

// JointType is how a body may move against its parent.
type JointType string

// The joints that the models use.
const (
	Free  JointType = "free"
	Slide JointType = "slide"
	Hinge JointType = "hinge"
)

// Joint connects a body with its parent.
type Joint struct {
	Name      string
	Type      JointType
	Pos, Axis V3      // in the body's frame; Axis need not be normalised
	Lo, Hi    float64 // rad or m; equal: not limited
	Ref       float64 // coordinate of the initial pose
	Damping   float64 // N m s/rad
	Armature  float64 // kg m^2
	Stiffness float64 // N m/rad
	Margin    float64 // of a free joint; has no effect
}

// Shape is a geom's form.
type Shape int

// The shapes that the models use.
const (
	Capsule   Shape = iota // from A to B
	CapsuleAt              // centre A, axis z turned by Angle about +y, half length Half
	Sphere                 // centre A
)

// Geom is a shape that collides and has mass.
type Geom struct {
	Name        string
	Shape       Shape
	A, B        V3      // m, in the body's frame
	Radius      float64 // m
	Angle, Half float64 // of CapsuleAt: rad, m
	Slide       float64 // sliding friction; 0: the model's
	Color       V3      // red, green, blue within [0, 1]; zero: the models' brown
}

// Motor drives a joint with gear times the action, the action within [-1, 1].
type Motor struct {
	Joint string
	Gear  float64 // N m
}

var brown = V3{0.8, 0.6, 0.4}

func deg(x float64) float64 { return x * math.Pi / 180 }

// ends returns the end points of the shape's axis.
func (g *Geom) ends() (a, b V3) {
	if g.Shape == CapsuleAt {
		u := V3{math.Sin(g.Angle), 0, math.Cos(g.Angle)}
		return g.A.add(u, g.Half), g.A.add(u, -g.Half)
	}
	if g.Shape == Sphere {
		return g.A, g.A
	}
	return g.A, g.B
}

func (g *Geom) color() V3 {
	if g.Color == (V3{}) {
		return brown
	}
	return g.Color
}

// add returns a + s*b.
func (a V3) add(b V3, s float64) V3 {
	return V3{a[0] + s*b[0], a[1] + s*b[1], a[2] + s*b[2]}
}

func (a V3) dot(b V3) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }
func (a V3) norm() float64    { return math.Sqrt(a.dot(a)) }
