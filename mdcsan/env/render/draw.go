package render

import (
	"image"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
)

// What a ray met, apart from objects, which are numbered from firstObject.
const (
	sky = iota
	floor
	firstObject
)

// shaded marks a point that the light does not reach.
const shaded = 1 << 15

// The sides of the square of samples of a pixel at an outline.
const samples = 4

// checks is the side of a square of the floor, m.
const checks = 0.5

// tracer draws one picture of one scene.
type tracer struct {
	view
	objects []object
	floor   bool
	shadow  box // of all objects
	width   int
	keys    []uint16 // per pixel: what its ray met
}

// Draw draws the scene into img, which it fills.
func (s *Scene) Draw(img *image.RGBA) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	t := &tracer{view: s.Camera.view(w, h), floor: s.Floor, width: w, keys: make([]uint16, w*h)}
	for _, c := range s.Capsules {
		t.objects = append(t.objects, prepare(c, &t.view))
	}
	for i := range s.Solids {
		t.objects = append(t.objects, prepareSolid(&s.Solids[i], &t.view))
	}
	for i, o := range t.objects {
		if i == 0 {
			t.shadow = o.shadow
		}
		t.shadow = t.shadow.union(o.shadow)
	}
	inRows(h, func(y int, near []int) { t.first(img, y, near) })
	inRows(h, func(y int, near []int) { t.second(img, y, near) })
}

// inRows calls f for every row, on all cores; near is scratch.
func inRows(rows int, f func(y int, near []int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			near := make([]int, 0, 64)
			for {
				y := int(next.Add(1)) - 1
				if y >= rows {
					return
				}
				f(y, near)
			}
		})
	}
	wg.Wait()
}

// around appends the objects whose outline touches the row.
func (t *tracer) around(near []int, y int) []int {
	for i := range t.objects {
		if o := &t.objects[i].outline; o.y0 <= float64(y+1) && float64(y) <= o.y1 {
			near = append(near, i)
		}
	}
	return near
}

// first casts a ray through the middle of every pixel of a row.
func (t *tracer) first(img *image.RGBA, y int, near []int) {
	near = t.around(near[:0], y)
	for x := range t.width {
		c, key := t.sample(float64(x)+0.5, float64(y)+0.5, near)
		t.keys[y*t.width+x] = key
		set(img, x, y, c)
	}
}

// second draws the pixels of a row anew whose neighbours show something else.
func (t *tracer) second(img *image.RGBA, y int, near []int) {
	near = t.around(near[:0], y)
	rows := len(t.keys) / t.width
	for x := range t.width {
		i := y*t.width + x
		k := t.keys[i]
		if (x == 0 || t.keys[i-1] == k) && (x == t.width-1 || t.keys[i+1] == k) &&
			(y == 0 || t.keys[i-t.width] == k) && (y == rows-1 || t.keys[i+t.width] == k) {
			continue
		}
		var sum Vec
		for j := range samples * samples {
			dx, dy := (float64(j%samples)+0.5)/samples, (float64(j/samples)+0.5)/samples
			c, _ := t.sample(float64(x)+dx, float64(y)+dy, near)
			sum = sum.add(c)
		}
		set(img, x, y, sum.mul(1.0/(samples*samples)))
	}
}

func set(img *image.RGBA, x, y int, c Vec) {
	p := c.rgba()
	i := img.PixOffset(x+img.Rect.Min.X, y+img.Rect.Min.Y)
	img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = p.R, p.G, p.B, p.A
}

// sample returns the colour at a point of the picture and what is there.
func (t *tracer) sample(x, y float64, near []int) (Vec, uint16) {
	ray := t.ray(x, y)
	d := ray.unit()
	dist, hit := math.Inf(1), -1
	for _, i := range near {
		o := &t.objects[i]
		if x < o.outline.x0 || x > o.outline.x1 {
			continue
		}
		if u := o.fromEye(d); u < dist {
			dist, hit = u, i
		}
	}
	if t.floor && d.Z < -1e-6 {
		if u := -t.eye.Z / d.Z; 0 < u && u < dist {
			return t.ground(ray, d, u)
		}
	}
	if hit >= 0 {
		return t.surface(hit, d, dist)
	}
	if t.floor {
		return heaven(d), sky
	}
	return Vec{1, 1, 1}, sky
}

// heaven is the colour of the sky in a direction.
func heaven(d Vec) Vec {
	return Vec{0.80, 0.86, 0.92}.mix(Vec{0.36, 0.53, 0.75}, max(0, min(1, 1.6*d.Z)))
}

// surface shades a point of an object: a diffuse and a small specular part.
func (t *tracer) surface(i int, d Vec, dist float64) (Vec, uint16) {
	o := &t.objects[i]
	p := t.eye.add(d.mul(dist))
	n := o.normal(p, d)
	key := uint16(firstObject + i)
	l := light()
	lit := max(0, n.dot(l))
	specular := 0.0
	if lit > 0 && t.floor && t.blocked(p.add(n.mul(1e-4)), l, i) {
		lit *= 0.3
		key |= shaded
	} else if lit > 0 {
		s := max(0, n.dot(l.sub(d).unit()))
		s *= s // to the power of 32
		s *= s
		s *= s
		s *= s
		specular = 0.22 * s * s
	}
	ambient := 0.42 + 0.10*n.Z // the sky is brighter than the floor
	return o.Color.mul(ambient + 0.62*lit).add(Vec{specular, specular, specular}), key
}

// blocked reports whether another object lies between a point and the light.
func (t *tracer) blocked(p, l Vec, self int) bool {
	for i := range t.objects {
		if i != self && !math.IsInf(t.objects[i].from(p, l), 1) {
			return true
		}
	}
	return false
}

// ground shades a point of the floor at distance dist.
func (t *tracer) ground(ray, d Vec, dist float64) (Vec, uint16) {
	p := t.eye.add(d.mul(dist))
	// How far the point moves by one pixel to the right and down.
	k := -t.eye.Z / ray.Z
	right, down := t.right.mul(k), t.down.sub(ray.mul(t.down.Z/ray.Z)).mul(k)
	wx, wy := math.Abs(right.X)+math.Abs(down.X), math.Abs(right.Y)+math.Abs(down.Y)
	dark := checker(p.X/checks, p.Y/checks, wx/checks, wy/checks)
	c := Vec{0.86, 0.88, 0.90}.mix(Vec{0.55, 0.60, 0.66}, dark)

	key := uint16(floor)
	if b := &t.shadow; b.x0 <= p.X && p.X <= b.x1 && b.y0 <= p.Y && p.Y <= b.y1 && t.inShadow(p) {
		c = c.mul(0.55)
		key |= shaded
	}
	fog := min(1, dist*dist/(26*26))
	if fog == 1 {
		key = sky
	}
	return c.mix(heaven(Vec{}), fog), key
}

func (t *tracer) inShadow(p Vec) bool {
	l := light()
	for i := range t.objects {
		o := &t.objects[i]
		if o.shadow.x0 <= p.X && p.X <= o.shadow.x1 && o.shadow.y0 <= p.Y && p.Y <= o.shadow.y1 &&
			!math.IsInf(o.from(p, l), 1) {
			return true
		}
	}
	return false
}

// checker is the part of a footprint of size wx by wy around (x, y) that lies
// on dark squares of side 1. The pattern is (1 - s(x)*s(y))/2 with a square
// wave s, whose mean over an interval is a difference of triangle waves.
func checker(x, y, wx, wy float64) float64 {
	return 0.5 - 0.5*wave(x, wx)*wave(y, wy)
}

// wave is the mean of the square wave of period 2 over an interval.
func wave(x, width float64) float64 {
	width = max(width, 1e-6)
	m := (triangle(x+width/2) - triangle(x-width/2)) / width
	return m
}

// triangle is the integral of the square wave that is +1 on [0, 1) and -1 on
// [1, 2).
func triangle(x float64) float64 {
	x -= 2 * math.Floor(x/2)
	if x > 1 {
		return 2 - x
	}
	return x
}
