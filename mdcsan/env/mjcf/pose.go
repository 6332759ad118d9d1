package mjcf

import (
	"fmt"
	"math"
)

// Limb is a geom placed in the world: a capsule, or a sphere where A is B.
type Limb struct {
	A, B   V3      // m
	Radius float64 // m
	Color  V3
	Mass   float64 // kg, legacy inertia, not scaled to the total mass
}

// NQ is the number of generalised coordinates, the length of a pose.
func (m *Model) NQ() int { return count(&m.Root, 7) }

// NV is the number of velocities.
func (m *Model) NV() int { return count(&m.Root, 6) }

// count adds up the coordinates of the joints, a free one having so many.
func count(b *Body, free int) int {
	n := 0
	for i := range b.Joints {
		if b.Joints[i].Type == Free {
			n += free
		} else {
			n++
		}
	}
	for i := range b.Kids {
		n += count(&b.Kids[i], free)
	}
	return n
}

// Pose appends the geoms of the robot in the pose qpos to dst, in MuJoCo's
// order. This is MuJoCo's forward kinematics, so that recorded episodes can be
// looked at where MuJoCo is not installed.
func (m *Model) Pose(dst []Limb, qpos []float64) ([]Limb, error) {
	if want := m.NQ(); len(qpos) != want {
		return dst, fmt.Errorf("mjcf: a pose of %s has %d numbers, not %d", m.Name, want, len(qpos))
	}
	p := poser{limbs: dst, rest: qpos, density: m.Density}
	p.body(&m.Root, frame{q: quat{1, 0, 0, 0}})
	return p.limbs, nil
}

// Start is the initial pose, MuJoCo's qpos0.
func (m *Model) Start() []float64 { return start(nil, &m.Root) }

func start(dst []float64, b *Body) []float64 {
	for _, j := range b.Joints {
		if j.Type == Free {
			dst = append(dst, b.Pos[0], b.Pos[1], b.Pos[2], 1, 0, 0, 0)
		} else {
			dst = append(dst, j.Ref)
		}
	}
	for i := range b.Kids {
		dst = start(dst, &b.Kids[i])
	}
	return dst
}

// Centre is the centre of mass of posed limbs.
func Centre(limbs []Limb) V3 {
	var c V3
	total := 0.0
	for _, l := range limbs {
		total += l.Mass
		c = c.add(l.A, l.Mass/2).add(l.B, l.Mass/2)
	}
	return V3{c[0] / total, c[1] / total, c[2] / total}
}

type poser struct {
	limbs []Limb
	rest  []float64 // coordinates not used yet

	density float64
}

func (p *poser) next(n int) []float64 {
	x := p.rest[:n]
	p.rest = p.rest[n:]
	return x
}

func (p *poser) body(b *Body, parent frame) {
	f := frame{parent.point(b.Pos), parent.q}
	for i := range b.Joints {
		f = p.joint(&b.Joints[i], f)
	}
	for i := range b.Geoms {
		g := &b.Geoms[i]
		a, e := g.ends()
		mass, _, _ := g.moments(p.density)
		p.limbs = append(p.limbs, Limb{f.point(a), f.point(e), g.Radius, g.color(), mass})
	}
	for i := range b.Kids {
		p.body(&b.Kids[i], f)
	}
}

// joint moves the frame of a body along one of its joints.
func (p *poser) joint(j *Joint, f frame) frame {
	if j.Type == Free {
		x := p.next(7)
		return frame{V3{x[0], x[1], x[2]}, quat{x[3], x[4], x[5], x[6]}.unit()}
	}
	d := p.next(1)[0] - j.Ref
	axis := j.Axis
	n := axis.norm()
	axis = V3{axis[0] / n, axis[1] / n, axis[2] / n}
	if j.Type == Slide {
		f.p = f.p.add(f.q.turn(axis), d)
		return f
	}
	anchor := f.point(j.Pos)
	s, c := math.Sincos(d / 2)
	f.q = f.q.times(quat{c, s * axis[0], s * axis[1], s * axis[2]})
	f.p = anchor.add(f.q.turn(j.Pos), -1)
	return f
}

// frame is a body's place and orientation in the world.
type frame struct {
	p V3
	q quat
}

// point takes a point of the frame to the world.
func (f *frame) point(x V3) V3 { return f.p.add(f.q.turn(x), 1) }

// quat is a quaternion, the scalar first.
type quat [4]float64

func (q quat) unit() quat {
	n := math.Sqrt(q[0]*q[0] + q[1]*q[1] + q[2]*q[2] + q[3]*q[3])
	if n == 0 {
		return quat{1, 0, 0, 0}
	}
	return quat{q[0] / n, q[1] / n, q[2] / n, q[3] / n}
}

func (a quat) times(b quat) quat {
	return quat{
		a[0]*b[0] - a[1]*b[1] - a[2]*b[2] - a[3]*b[3],
		a[0]*b[1] + a[1]*b[0] + a[2]*b[3] - a[3]*b[2],
		a[0]*b[2] - a[1]*b[3] + a[2]*b[0] + a[3]*b[1],
		a[0]*b[3] + a[1]*b[2] - a[2]*b[1] + a[3]*b[0],
	}
}

// turn rotates a vector: x + 2 s (v x x) + 2 v x (v x x).
func (q quat) turn(x V3) V3 {
	v := V3{q[1], q[2], q[3]}
	t := cross(v, x)
	u := cross(v, t)
	return x.add(t, 2*q[0]).add(u, 2)
}

func cross(a, b V3) V3 {
	return V3{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
}

// orientation is the frame whose z is the geom's axis.
func (g *Geom) orientation() quat {
	switch g.Shape {
	case CapsuleAt:
		s, c := math.Sincos(g.Angle / 2)
		return quat{c, 0, s, 0}
	case Capsule:
		v := g.A.add(g.B, -1)
		n := v.norm()
		v = V3{v[0] / n, v[1] / n, v[2] / n}
		axis := V3{-v[1], v[0], 0}
		a := axis.norm()
		if a < 1e-15 {
			if v[2] < 0 {
				return quat{0, 1, 0, 0}
			}
			break
		}
		axis = V3{axis[0] / a, axis[1] / a, 0}
		s, c := math.Sincos(math.Atan2(a, v[2]) / 2)
		return quat{c, s * axis[0], s * axis[1], 0}
	}
	return quat{1, 0, 0, 0}
}
