// Package render draws spheres, capsules, boxes, cylinders, ellipsoids, meshes
// and a checkered floor by casting rays, in Go alone: no screen, no GPU, no library. It makes the still pictures and
// the films of the tasks; package tasks builds the scenes.
//
//	s := render.Scene{Capsules: caps, Floor: true, Camera: cam}
//	img := s.Image(480, 480)
//	film := render.Film{Frames: frames, Delay: 33 * time.Millisecond}
//	err := film.WriteFile("hopper.gif") // or .apng, .png
//
// # Units
//
// Metres, z up; the floor is z = 0. Colours are red, green, blue in [0, 1] as
// a screen shows them.
//
// # Method
//
// One ray through every pixel, on all cores, against only those objects whose
// outline covers the pixel. The checks of the floor are averaged over the
// pixel's footprint in closed form; pixels at an outline or the edge of a
// shadow are sampled 16 times. The result does not depend on the number of
// cores.
//
// A Scene may be drawn by several goroutines at once as long as nobody changes
// it.
package render

import (
	"image"
	"image/color"
	"math"
)

// Vec is a point, a direction or a colour.
type Vec struct{ X, Y, Z float64 }

// Capsule is a rod with round ends, or a sphere where A is B.
type Capsule struct {
	A, B   Vec     // ends of the axis, m
	Radius float64 // m
	Color  Vec
}

// Camera looks from Eye to Target; the picture's vertical is z.
type Camera struct {
	Eye, Target Vec     // m
	FovY        float64 // vertical field of view, rad; 0: 45 degrees, as MuJoCo's
}

// Scene is what a picture shows.
type Scene struct {
	Capsules []Capsule
	Solids   []Solid
	Floor    bool // a checkered floor, shadows and a sky; else a white ground
	Camera   Camera
}

func (a Vec) add(b Vec) Vec            { return Vec{a.X + b.X, a.Y + b.Y, a.Z + b.Z} }
func (a Vec) sub(b Vec) Vec            { return Vec{a.X - b.X, a.Y - b.Y, a.Z - b.Z} }
func (a Vec) mul(s float64) Vec        { return Vec{a.X * s, a.Y * s, a.Z * s} }
func (a Vec) dot(b Vec) float64        { return a.X*b.X + a.Y*b.Y + a.Z*b.Z }
func (a Vec) cross(b Vec) Vec          { return Vec{a.Y*b.Z - a.Z*b.Y, a.Z*b.X - a.X*b.Z, a.X*b.Y - a.Y*b.X} }
func (a Vec) unit() Vec                { return a.mul(1 / math.Sqrt(a.dot(a))) }
func (a Vec) mix(b Vec, f float64) Vec { return a.mul(1 - f).add(b.mul(f)) }

// rgba rounds a colour to bytes.
func (a Vec) rgba() color.RGBA {
	q := func(v float64) uint8 { return uint8(255*max(0, min(1, v)) + 0.5) }
	return color.RGBA{q(a.X), q(a.Y), q(a.Z), 255}
}

// Image draws the scene.
func (s *Scene) Image(width, height int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	s.Draw(img)
	return img
}

// view is the camera as three axes; the pixel in column x and row y looks
// along forward + right*(x-cx) + down*(y-cy).
type view struct {
	eye, forward, right, down Vec // right and down per pixel
	cx, cy                    float64
}

func (c *Camera) view(width, height int) view {
	fov := c.FovY
	if fov == 0 {
		fov = math.Pi / 4
	}
	f := c.Target.sub(c.Eye).unit()
	r := f.cross(Vec{0, 0, 1})
	if r.dot(r) < 1e-12 { // straight up or down
		r = Vec{1, 0, 0}
	}
	r = r.unit()
	step := 2 * math.Tan(fov/2) / float64(height)
	return view{
		eye: c.Eye, forward: f, right: r.mul(step), down: f.cross(r).mul(step),
		cx: float64(width) / 2, cy: float64(height) / 2,
	}
}

// ray is the direction through a point of the picture, not normalised.
func (v *view) ray(x, y float64) Vec {
	return v.forward.add(v.right.mul(x - v.cx)).add(v.down.mul(y - v.cy))
}

// box is a rectangle of the picture, in pixels.
type box struct{ x0, y0, x1, y1 float64 }

func (b box) union(c box) box {
	return box{min(b.x0, c.x0), min(b.y0, c.y0), max(b.x1, c.x1), max(b.y1, c.y1)}
}

// outline bounds a capsule in the picture: the hull of its two end spheres.
func (v *view) outline(c *Capsule) box {
	return v.sphere(c.A, c.Radius).union(v.sphere(c.B, c.Radius))
}

// sphere bounds a sphere in the picture; one around the eye covers all of it.
func (v *view) sphere(p Vec, r float64) box {
	step := math.Sqrt(v.right.dot(v.right))
	d := p.sub(v.eye)
	depth := d.dot(v.forward)
	if depth <= r*1.01 {
		if depth < -r {
			return box{1, 1, -1, -1}
		}
		inf := math.Inf(1)
		return box{-inf, -inf, inf, inf}
	}
	lo := func(x float64) float64 { return min((x-r)/(depth-r), (x-r)/(depth+r)) }
	x, y := d.dot(v.right)/step, d.dot(v.down)/step
	return box{
		v.cx + lo(x)/step, v.cy + lo(y)/step,
		v.cx - lo(-x)/step, v.cy - lo(-y)/step,
	}
}
