package render

import (
	"math"
	"slices"
)

// Faces are the triangles of a mesh, sorted so that a ray looks at few of them.
// They may be shared by scenes.
type Faces struct {
	triangles [][3]Vec
	nodes     []node
	radius    float64
}

// node is a box around some triangles: two further nodes, or a few triangles.
type node struct {
	low, high   Vec
	left, right int // nodes; left 0: a leaf
	from, to    int // triangles of a leaf
}

// leafSize is how many triangles are looked at one by one.
const leafSize = 6

// NewFaces takes triangles by their corners, in the mesh's own axes.
func NewFaces(triangles [][3]Vec) *Faces {
	f := &Faces{triangles: slices.Clone(triangles)}
	for _, t := range f.triangles {
		for _, c := range t {
			f.radius = max(f.radius, math.Sqrt(c.dot(c)))
		}
	}
	if len(triangles) > 0 {
		f.split(0, len(triangles))
	}
	return f
}

// split sorts the triangles from..to into nodes and returns the topmost one.
func (f *Faces) split(from, to int) int {
	n := node{from: from, to: to, low: f.triangles[from][0], high: f.triangles[from][0]}
	for _, t := range f.triangles[from:to] {
		for _, c := range t {
			n.low = Vec{min(n.low.X, c.X), min(n.low.Y, c.Y), min(n.low.Z, c.Z)}
			n.high = Vec{max(n.high.X, c.X), max(n.high.Y, c.Y), max(n.high.Z, c.Z)}
		}
	}
	i := len(f.nodes)
	f.nodes = append(f.nodes, n)
	if to-from <= leafSize {
		return i
	}
	wide := n.high.sub(n.low)
	along := func(t [3]Vec) float64 {
		c := t[0].add(t[1]).add(t[2])
		switch {
		case wide.X >= wide.Y && wide.X >= wide.Z:
			return c.X
		case wide.Y >= wide.Z:
			return c.Y
		}
		return c.Z
	}
	slices.SortStableFunc(f.triangles[from:to], func(a, b [3]Vec) int {
		switch x, y := along(a), along(b); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	mid := (from + to) / 2
	left, right := f.split(from, mid), f.split(mid, to)
	f.nodes[i].left, f.nodes[i].right = left, right
	return i
}

// meet returns the distance of the nearest triangle and its direction, towards
// the ray's origin.
func (f *Faces) meet(o, d Vec) (float64, Vec) {
	best, n := math.Inf(1), Vec{}
	var stack [64]int
	depth := 0
	if len(f.nodes) > 0 {
		depth = 1
	}
	for depth > 0 {
		depth--
		b := &f.nodes[stack[depth]]
		if !b.near(o, d, best) {
			continue
		}
		if b.left != 0 {
			stack[depth], stack[depth+1] = b.left, b.right
			depth += 2
			continue
		}
		for i := b.from; i < b.to; i++ {
			if t, m := meetTriangle(&f.triangles[i], o, d); t < best {
				best, n = t, m
			}
		}
	}
	return best, n
}

// near reports whether a ray enters the box before the distance best.
func (b *node) near(o, d Vec, best float64) bool {
	near, far := 0.0, best
	for _, a := range [3][4]float64{{o.X, d.X, b.low.X, b.high.X}, {o.Y, d.Y, b.low.Y, b.high.Y}, {o.Z, d.Z, b.low.Z, b.high.Z}} {
		if a[1] == 0 {
			if a[0] < a[2] || a[0] > a[3] {
				return false
			}
			continue
		}
		lo, hi := (a[2]-a[0])/a[1], (a[3]-a[0])/a[1]
		near, far = max(near, min(lo, hi)), min(far, max(lo, hi))
	}
	return near <= far
}

// meetTriangle is the test of Möller and Trumbore, for both sides.
func meetTriangle(t *[3]Vec, o, d Vec) (float64, Vec) {
	miss := math.Inf(1)
	a, b := t[1].sub(t[0]), t[2].sub(t[0])
	p := d.cross(b)
	det := a.dot(p)
	if det == 0 {
		return miss, Vec{}
	}
	s := o.sub(t[0])
	u := s.dot(p) / det
	q := s.cross(a)
	v := d.dot(q) / det
	dist := b.dot(q) / det
	if u < 0 || v < 0 || u+v > 1 || dist <= 1e-9 {
		return miss, Vec{}
	}
	n := a.cross(b).unit()
	if n.dot(d) > 0 {
		n = n.mul(-1)
	}
	return dist, n
}
