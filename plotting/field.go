package plotting

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// arrows shows the directions of a vector field on a grid. All have the same
// length on paper, because slow and fast parts matter alike.
type arrows struct {
	x, y   Range
	nx, ny int
	field  func(x, y float64) (dx, dy float64)
	color  color.Color
}

func (a *arrows) Plot(c draw.Canvas, p *plot.Plot) {
	trX, trY := p.Transforms(&c)
	size := c.Size()
	perX := float64(size.X) / (p.X.Max - p.X.Min) // paper units per data unit
	perY := float64(size.Y) / (p.Y.Max - p.Y.Min)
	length := 0.62 * min(float64(size.X)/float64(a.nx), float64(size.Y)/float64(a.ny))
	var shafts, heads vg.Path // all arrows at once, which keeps files small
	for i := range a.nx {
		for j := range a.ny {
			x, y := a.x.at((float64(i)+0.5)/float64(a.nx)), a.y.at((float64(j)+0.5)/float64(a.ny))
			dx, dy := a.field(x, y)
			dx, dy = dx*perX, dy*perY
			norm := math.Hypot(dx, dy)
			if norm > 0 && isFinite(norm) {
				arrow(&shafts, &heads, vg.Point{X: trX(x), Y: trY(y)}, dx/norm*length, dy/norm*length)
			}
		}
	}
	if len(shafts) > 0 {
		c.SetLineStyle(draw.LineStyle{Color: a.color, Width: vg.Points(0.6)})
		c.Stroke(shafts)
		c.Fill(heads)
	}
}

// arrow appends an arrow centred at a point.
func arrow(shafts, heads *vg.Path, at vg.Point, dx, dy float64) {
	tip := vg.Point{X: at.X + vg.Length(dx/2), Y: at.Y + vg.Length(dy/2)}
	shafts.Move(vg.Point{X: at.X - vg.Length(dx/2), Y: at.Y - vg.Length(dy/2)})
	shafts.Line(tip)
	const head = 0.34 // of the arrow's length
	wing := func(side float64) vg.Point {
		return vg.Point{X: tip.X - vg.Length(head*(dx-side*0.55*dy)), Y: tip.Y - vg.Length(head*(dy+side*0.55*dx))}
	}
	heads.Move(tip)
	heads.Line(wing(1))
	heads.Line(wing(-1))
	heads.Close()
}

// zeroLine is the set of points where a function is zero, by marching squares.
type zeroLine struct {
	x, y  Range
	f     func(x, y float64) float64
	style draw.LineStyle
}

func (z *zeroLine) Plot(c draw.Canvas, p *plot.Plot) {
	const n = 160
	trX, trY := p.Transforms(&c)
	values := make([][]float64, n+1)
	for i := range values {
		values[i] = make([]float64, n+1)
		for j := range values[i] {
			values[i][j] = z.f(z.x.at(float64(i)/n), z.y.at(float64(j)/n))
		}
	}
	var segments [][2]vg.Point
	for i := range n {
		for j := range n {
			pts := z.crossings(values, i, j, n)
			for k := 0; k+1 < len(pts); k += 2 {
				segments = append(segments, [2]vg.Point{{X: trX(pts[k][0]), Y: trY(pts[k][1])}, {X: trX(pts[k+1][0]), Y: trY(pts[k+1][1])}})
			}
		}
	}
	for _, line := range join(segments) {
		c.StrokeLines(z.style, c.ClipLinesXY(line)...)
	}
}

// crossings returns the points on the edges of cell (i, j) where f changes its
// sign, walking around the cell.
func (z *zeroLine) crossings(values [][]float64, i, j, n int) [][2]float64 {
	corners := [5][2]int{{i, j}, {i + 1, j}, {i + 1, j + 1}, {i, j + 1}, {i, j}}
	var pts [][2]float64
	for k := range 4 {
		a, b := corners[k], corners[k+1]
		fa, fb := values[a[0]][a[1]], values[b[0]][b[1]]
		if !isFinite(fa) || !isFinite(fb) || (fa < 0) == (fb < 0) {
			continue
		}
		t := fa / (fa - fb)
		pts = append(pts, [2]float64{
			z.x.at((float64(a[0]) + t*float64(b[0]-a[0])) / float64(n)),
			z.y.at((float64(a[1]) + t*float64(b[1]-a[1])) / float64(n)),
		})
	}
	return pts
}

func (z *zeroLine) Thumbnail(c *draw.Canvas) {
	y := c.Center().Y
	c.StrokeLine2(z.style, c.Min.X, y, c.Max.X, y)
}

// join chains segments that share ends into lines, so that they are drawn
// without gaps.
func join(segments [][2]vg.Point) [][]vg.Point {
	type key struct{ x, y int64 }
	at := func(p vg.Point) key {
		return key{int64(math.Round(float64(p.X) * 1e4)), int64(math.Round(float64(p.Y) * 1e4))}
	}
	ends := map[key][]int{}
	for i, s := range segments {
		for _, p := range s {
			ends[at(p)] = append(ends[at(p)], i)
		}
	}
	used := make([]bool, len(segments))
	grow := func(line []vg.Point) []vg.Point {
		for {
			last, extended := line[len(line)-1], false
			for _, i := range ends[at(last)] {
				if used[i] {
					continue
				}
				used[i], extended = true, true
				next := segments[i][1]
				if at(next) == at(last) {
					next = segments[i][0]
				}
				line = append(line, next)
				break
			}
			if !extended {
				return line
			}
		}
	}
	var out [][]vg.Point
	for i, s := range segments {
		if used[i] {
			continue
		}
		used[i] = true
		line := grow([]vg.Point{s[0], s[1]})
		for a, b := 0, len(line)-1; a < b; a, b = a+1, b-1 {
			line[a], line[b] = line[b], line[a]
		}
		out = append(out, grow(line))
	}
	return out
}
