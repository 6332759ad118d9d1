package render

import "math"

// Form is the form of a Solid.
type Form int

// The forms.
const (
	Box       Form = iota // half sizes along its axes
	Ellipsoid             // half axes
	Cylinder              // radius in Size.X, half height along its z in Size.Y
	Mesh                  // triangles
)

// Solid is a body that is no capsule. Its axes are the columns of Rot, which is
// written by rows.
type Solid struct {
	Form   Form
	Centre Vec // m
	Rot    [9]float64
	Size   Vec // m
	Faces  *Faces
	Color  Vec
}

// radius is that of a sphere around the centre that holds the solid.
func (s *Solid) radius() float64 {
	switch s.Form {
	case Ellipsoid:
		return max(s.Size.X, s.Size.Y, s.Size.Z)
	case Cylinder:
		return math.Hypot(s.Size.X, s.Size.Y)
	case Mesh:
		return s.Faces.radius
	}
	return math.Sqrt(s.Size.dot(s.Size))
}

// inward and outward turn a direction into the solid's axes and back.
func (s *Solid) inward(v Vec) Vec {
	r := &s.Rot
	return Vec{r[0]*v.X + r[3]*v.Y + r[6]*v.Z, r[1]*v.X + r[4]*v.Y + r[7]*v.Z, r[2]*v.X + r[5]*v.Y + r[8]*v.Z}
}

func (s *Solid) outward(v Vec) Vec {
	r := &s.Rot
	return Vec{r[0]*v.X + r[1]*v.Y + r[2]*v.Z, r[3]*v.X + r[4]*v.Y + r[5]*v.Z, r[6]*v.X + r[7]*v.Y + r[8]*v.Z}
}

// meet returns the distance at which a ray from p along the unit direction d
// enters the solid, and the direction of the surface there; +Inf if it misses.
func (s *Solid) meet(p, d Vec) (float64, Vec) {
	o, e := s.inward(p.sub(s.Centre)), s.inward(d)
	var t float64
	var n Vec
	switch s.Form {
	case Ellipsoid:
		t, n = meetEllipsoid(o, e, s.Size)
	case Cylinder:
		t, n = meetCylinder(o, e, s.Size.X, s.Size.Y)
	case Mesh:
		t, n = s.Faces.meet(o, e)
	default:
		t, n = meetBox(o, e, s.Size)
	}
	if t <= 1e-9 || math.IsInf(t, 1) {
		return math.Inf(1), Vec{}
	}
	return t, s.outward(n)
}

func meetBox(o, d, half Vec) (float64, Vec) {
	near, far := math.Inf(-1), math.Inf(1)
	var n Vec
	for i, a := range [3][3]float64{{o.X, d.X, half.X}, {o.Y, d.Y, half.Y}, {o.Z, d.Z, half.Z}} {
		if a[1] == 0 {
			if math.Abs(a[0]) > a[2] {
				return math.Inf(1), Vec{}
			}
			continue
		}
		lo, hi := (-a[2]-a[0])/a[1], (a[2]-a[0])/a[1]
		if lo > hi {
			lo, hi = hi, lo
		}
		if lo > near {
			near, n = lo, Vec{}
			*[3]*float64{&n.X, &n.Y, &n.Z}[i] = -math.Copysign(1, a[1])
		}
		far = min(far, hi)
	}
	if near > far {
		return math.Inf(1), Vec{}
	}
	return near, n
}

func meetEllipsoid(o, d, half Vec) (float64, Vec) {
	scale := func(v Vec) Vec { return Vec{v.X / half.X, v.Y / half.Y, v.Z / half.Z} }
	p, e := scale(o), scale(d)
	a, b, c := e.dot(e), p.dot(e), p.dot(p)-1
	h := b*b - a*c
	if h < 0 {
		return math.Inf(1), Vec{}
	}
	t := (-b - math.Sqrt(h)) / a
	return t, scale(p.add(e.mul(t))).unit()
}

func meetCylinder(o, d Vec, radius, half float64) (float64, Vec) {
	best, n := math.Inf(1), Vec{}
	if a := d.X*d.X + d.Y*d.Y; a > 0 {
		b, c := o.X*d.X+o.Y*d.Y, o.X*o.X+o.Y*o.Y-radius*radius
		if h := b*b - a*c; h >= 0 {
			t := (-b - math.Sqrt(h)) / a
			if z := o.Z + t*d.Z; t > 0 && math.Abs(z) <= half {
				best, n = t, Vec{(o.X + t*d.X) / radius, (o.Y + t*d.Y) / radius, 0}
			}
		}
	}
	if d.Z != 0 { // the lid on the ray's side
		side := -math.Copysign(1, d.Z)
		t := (side*half - o.Z) / d.Z
		if x, y := o.X+t*d.X, o.Y+t*d.Y; t > 0 && t < best && x*x+y*y <= radius*radius {
			best, n = t, Vec{0, 0, side}
		}
	}
	return best, n
}
