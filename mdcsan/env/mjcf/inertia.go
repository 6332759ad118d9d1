package mjcf

import "math"

// mass is a rigid body's mass, its centre and its inertia about the centre, in
// the body's frame.
type mass struct {
	m float64
	c V3
	i [3][3]float64
}

// moments returns the legacy mass of a geom and its inertia across and along
// its axis.
func (g *Geom) moments(density float64) (m, across, along float64) {
	r2 := g.Radius * g.Radius
	if g.Shape == Sphere {
		m = density * 4 * math.Pi * r2 * g.Radius / 3
		return m, 2 * m * r2 / 5, 2 * m * r2 / 5
	}
	h := 2*g.Half + g.Radius
	if g.Shape == Capsule {
		h = g.A.add(g.B, -1).norm() + g.Radius
	}
	m = density * math.Pi * r2 * h
	return m, m * (3*r2 + h*h) / 12, m * r2 / 2
}

// legacy returns the mass of a geom in the body's frame.
func (g *Geom) legacy(density float64) mass {
	var o mass
	var across, along float64
	o.m, across, along = g.moments(density)
	a, b := g.ends()
	o.c = g.centre()
	u := a.add(b, -1)
	if n := u.norm(); n > 0 {
		u = V3{u[0] / n, u[1] / n, u[2] / n}
	}
	for i := range 3 {
		for j := range 3 {
			o.i[i][j] = (along - across) * u[i] * u[j]
		}
		o.i[i][i] += across
	}
	return o
}

func (g *Geom) centre() V3 {
	if g.Shape == Capsule {
		return V3{(g.A[0] + g.B[0]) / 2, (g.A[1] + g.B[1]) / 2, (g.A[2] + g.B[2]) / 2}
	}
	return g.A
}

// combine joins masses about their common centre.
func combine(parts []mass) mass {
	var o mass
	for _, p := range parts {
		o.m += p.m
		o.c = o.c.add(p.c, p.m)
	}
	for i := range o.c {
		o.c[i] /= o.m
	}
	for _, p := range parts {
		r := p.c.add(o.c, -1)
		rr := r.dot(r)
		for i := range 3 {
			for j := range 3 {
				o.i[i][j] += p.i[i][j] - p.m*r[i]*r[j]
			}
			o.i[i][i] += p.m * rr
		}
	}
	return o
}

// legacy returns the mass of a body, its children left out.
func (b *Body) legacy(density float64) mass {
	var parts []mass
	for i := range b.Geoms {
		parts = append(parts, b.Geoms[i].legacy(density))
	}
	return combine(parts)
}

// total returns the legacy mass of a body and its children.
func (b *Body) total(density float64) float64 {
	t := b.legacy(density).m
	for i := range b.Kids {
		t += b.Kids[i].total(density)
	}
	return t
}
