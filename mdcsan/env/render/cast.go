package render

import "math"

// object is a capsule or a solid prepared for rays from one eye.
type object struct {
	Capsule        // of a solid: the sphere around it
	solid   *Solid // nil: a capsule
	eye     Vec
	axis    Vec     // B - A
	axis2   float64 // its square
	ea      Vec     // eye - A
	eaAxis  float64
	c       float64 // constant term of the cylinder's equation
	outline box     // in the picture
	shadow  box     // on the floor, m
}

// prepareSolid is prepare for a solid.
func prepareSolid(s *Solid, v *view) object {
	o := prepare(Capsule{A: s.Centre, B: s.Centre, Radius: s.radius(), Color: s.Color}, v)
	o.solid = s
	return o
}

func prepare(c Capsule, v *view) object {
	o := object{Capsule: c, eye: v.eye, axis: c.B.sub(c.A), ea: v.eye.sub(c.A), outline: v.outline(&c)}
	o.axis2 = o.axis.dot(o.axis)
	o.eaAxis = o.ea.dot(o.axis)
	o.c = o.axis2*o.ea.dot(o.ea) - o.eaAxis*o.eaAxis - c.Radius*c.Radius*o.axis2
	l := light()
	end := func(p Vec) box { // of the shadow of an end's sphere
		x, y := p.X-l.X*p.Z/l.Z, p.Y-l.Y*p.Z/l.Z
		r := c.Radius / l.Z // the light's slope lengthens it at most so
		return box{x - r, y - r, x + r, y + r}
	}
	o.shadow = end(c.A).union(end(c.B))
	return o
}

// light is the direction towards the light, of length 1.
func light() Vec { return Vec{0.2598, -0.3711, 0.8915} }

// fromEye returns the distance along the unit direction d at which a ray from
// the eye meets the object, or +Inf.
func (o *object) fromEye(d Vec) float64 {
	if o.solid != nil {
		t, _ := o.solid.meet(o.eye, d)
		return t
	}
	return o.meet(o.ea, d, o.eaAxis, o.c)
}

// from is fromEye for any origin.
func (o *object) from(p, d Vec) float64 {
	if o.solid != nil {
		t, _ := o.solid.meet(p, d)
		return t
	}
	ea := p.sub(o.A)
	eaAxis := ea.dot(o.axis)
	return o.meet(ea, d, eaAxis, o.axis2*ea.dot(ea)-eaAxis*eaAxis-o.Radius*o.Radius*o.axis2)
}

// meet intersects a ray with the cylinder and, beyond its ends, with the
// nearer sphere. ea is the ray's origin against A.
func (o *object) meet(ea, d Vec, eaAxis, c float64) float64 {
	oc := ea
	if o.axis2 > 0 {
		along := o.axis.dot(d)
		a := o.axis2 - along*along
		b := o.axis2*d.dot(ea) - eaAxis*along
		h := b*b - a*c
		if h < 0 {
			return math.Inf(1)
		}
		if a > 1e-12*o.axis2 {
			t := (-b - math.Sqrt(h)) / a
			y := eaAxis + t*along
			if 0 < y && y < o.axis2 {
				return positive(t)
			}
			if y >= o.axis2 {
				oc = ea.sub(o.axis)
			}
		} else if along < 0 { // along the axis, towards A: B's sphere comes first
			oc = ea.sub(o.axis)
		}
	}
	b := d.dot(oc)
	h := b*b - (oc.dot(oc) - o.Radius*o.Radius)
	if h < 0 {
		return math.Inf(1)
	}
	return positive(-b - math.Sqrt(h))
}

func positive(t float64) float64 {
	if t > 1e-9 {
		return t
	}
	return math.Inf(1)
}

// normal is the surface's direction at a point of it that a ray along d met.
func (o *object) normal(p, d Vec) Vec {
	if o.solid != nil {
		back := 0.01 * o.Radius
		if _, n := o.solid.meet(p.sub(d.mul(back)), d); n != (Vec{}) {
			return n
		}
		return d.mul(-1)
	}
	pa := p.sub(o.A)
	if o.axis2 > 0 {
		h := max(0, min(1, pa.dot(o.axis)/o.axis2))
		pa = pa.sub(o.axis.mul(h))
	}
	return pa.mul(1 / o.Radius)
}
