package render

import (
	"math"
	"math/rand/v2"
	"testing"
)

// turn is a rotation matrix, by rows, about a random axis.
func turn(r *rand.Rand) [9]float64 {
	u := Vec{r.NormFloat64(), r.NormFloat64(), r.NormFloat64()}.unit()
	v := u.cross(Vec{r.NormFloat64(), r.NormFloat64(), r.NormFloat64()}).unit()
	w := u.cross(v)
	return [9]float64{u.X, v.X, w.X, u.Y, v.Y, w.Y, u.Z, v.Z, w.Z}
}

// inside reports whether a point of the solid's axes is in it.
func (s *Solid) inside(p Vec) bool {
	switch s.Form {
	case Ellipsoid:
		x, y, z := p.X/s.Size.X, p.Y/s.Size.Y, p.Z/s.Size.Z
		return x*x+y*y+z*z <= 1
	case Cylinder:
		return p.X*p.X+p.Y*p.Y <= s.Size.X*s.Size.X && math.Abs(p.Z) <= s.Size.Y
	}
	return math.Abs(p.X) <= s.Size.X && math.Abs(p.Y) <= s.Size.Y && math.Abs(p.Z) <= s.Size.Z
}

// boxFaces are the twelve triangles of a box.
func boxFaces(h Vec) *Faces {
	corner := func(i int) Vec {
		s := func(bit int) float64 { return float64(2*(i>>bit&1) - 1) }
		return Vec{s(0) * h.X, s(1) * h.Y, s(2) * h.Z}
	}
	var t [][3]Vec
	for _, q := range [][4]int{{0, 1, 3, 2}, {4, 5, 7, 6}, {0, 1, 5, 4}, {2, 3, 7, 6}, {0, 2, 6, 4}, {1, 3, 7, 5}} {
		t = append(t, [3]Vec{corner(q[0]), corner(q[1]), corner(q[2])}, [3]Vec{corner(q[0]), corner(q[2]), corner(q[3])})
	}
	return NewFaces(t)
}

// TestSolids walks along rays until they are inside a solid, and compares; the
// surface faces the ray.
func TestSolids(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	hits := map[Form]int{}
	for k := range 4000 {
		s := Solid{Form: Form(k % 4), Rot: turn(r), Size: Vec{0.1 + r.Float64(), 0.1 + r.Float64(), 0.1 + r.Float64()}}
		s.Centre = Vec{r.NormFloat64(), r.NormFloat64(), r.NormFloat64()}
		if s.Form == Mesh {
			s.Faces = boxFaces(s.Size)
		}
		eye := s.Centre.add(Vec{r.NormFloat64(), r.NormFloat64(), r.NormFloat64()}.unit().mul(4))
		d := s.Centre.add(Vec{r.NormFloat64(), r.NormFloat64(), r.NormFloat64()}.mul(0.4)).sub(eye).unit()
		got, n := s.meet(eye, d)
		want := math.Inf(1)
		for i := range 7000 {
			if u := float64(i) * 0.001; s.inside(s.inward(eye.add(d.mul(u)).sub(s.Centre))) {
				want = u
				break
			}
		}
		if math.IsInf(want, 1) {
			continue
		}
		hits[s.Form]++
		if math.Abs(got-want) > 0.0011 || n.dot(d) > 1e-12 || math.Abs(n.dot(n)-1) > 1e-9 {
			t.Fatalf("%+v: met at %v facing %v, want %v", s, got, n, want)
		}
	}
	for f := Box; f <= Mesh; f++ {
		if hits[f] < 200 {
			t.Errorf("form %d: %d hits", f, hits[f])
		}
	}
}

// TestSolidPicture: a red box covers the middle of its picture and casts a
// shadow beside it.
func TestSolidPicture(t *testing.T) {
	s := Scene{Floor: true, Camera: Camera{Eye: Vec{0, -4, 2}, Target: Vec{0, 0, 0.5}},
		Solids: []Solid{{Form: Box, Centre: Vec{0, 0, 0.5}, Rot: [9]float64{0: 1, 4: 1, 8: 1}, Size: Vec{0.5, 0.5, 0.5}, Color: Vec{1, 0, 0}}}}
	img := s.Image(100, 100)
	if c := img.RGBAAt(50, 50); c.R < 100 || c.G > 80 {
		t.Errorf("the middle is %v", c)
	}
	s.Solids = nil
	if without := s.Image(100, 100).RGBAAt(50, 50); int(without.R) > 2*int(without.G) {
		t.Errorf("without the box the middle is %v", without)
	}

}
