package plotting

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// curve is a line that is interrupted where a value is not finite.
type curve struct {
	xs, ys []float64
	style  draw.LineStyle
	step   bool // constant between points
}

func newCurve(xs, ys []float64, c color.NRGBA, width float64) *curve {
	return &curve{xs: xs, ys: ys, style: draw.LineStyle{Color: c, Width: vg.Points(width)}}
}

func (l *curve) Plot(c draw.Canvas, p *plot.Plot) {
	trX, trY := p.Transforms(&c)
	for _, run := range runs(l.xs, l.ys) {
		pts := make([]vg.Point, 0, run[1]-run[0])
		for i := run[0]; i < run[1]; i++ {
			if l.step && len(pts) > 0 {
				pts = append(pts, vg.Point{X: trX(l.xs[i]), Y: pts[len(pts)-1].Y})
			}
			pts = append(pts, vg.Point{X: trX(l.xs[i]), Y: trY(l.ys[i])})
		}
		if len(pts) == 1 { // a lone point would not show as a line
			r := max(l.style.Width, vg.Points(1.5))
			c.DrawGlyph(draw.GlyphStyle{Color: l.style.Color, Radius: r, Shape: draw.CircleGlyph{}}, pts[0])
			continue
		}
		c.StrokeLines(l.style, c.ClipLinesXY(pts)...)
	}
}

func (l *curve) DataRange() (xmin, xmax, ymin, ymax float64) { return dataRange(l.xs, l.ys) }

func (l *curve) Thumbnail(c *draw.Canvas) {
	y := c.Center().Y
	c.StrokeLine2(l.style, c.Min.X, y, c.Max.X, y)
}

// band is the area between two lines.
type band struct {
	xs, low, high []float64
	color         color.Color
}

func (b *band) Plot(c draw.Canvas, p *plot.Plot) {
	trX, trY := p.Transforms(&c)
	width := make([]float64, len(b.xs))
	for i := range width {
		width[i] = b.high[i] - b.low[i]
	}
	for _, run := range runs(b.xs, width) {
		pts := make([]vg.Point, 0, 2*(run[1]-run[0]))
		for i := run[0]; i < run[1]; i++ {
			pts = append(pts, vg.Point{X: trX(b.xs[i]), Y: trY(b.low[i])})
		}
		for i := run[1] - 1; i >= run[0]; i-- {
			pts = append(pts, vg.Point{X: trX(b.xs[i]), Y: trY(b.high[i])})
		}
		c.FillPolygon(b.color, c.ClipPolygonXY(pts))
	}
}

func (b *band) DataRange() (xmin, xmax, ymin, ymax float64) {
	xmin, xmax, ymin, _ = dataRange(b.xs, b.low)
	_, _, _, ymax = dataRange(b.xs, b.high)
	return
}

// marks are symbols at points.
type marks struct {
	xs, ys []float64
	style  draw.GlyphStyle
	edge   draw.LineStyle // around circles, to set them off
}

func newMarks(xs, ys []float64, c color.NRGBA, radius float64, shape draw.GlyphDrawer) *marks {
	return &marks{xs: xs, ys: ys, style: draw.GlyphStyle{Color: c, Radius: vg.Points(radius), Shape: shape}}
}

func (m *marks) Plot(c draw.Canvas, p *plot.Plot) {
	trX, trY := p.Transforms(&c)
	for i := range m.xs {
		pt := vg.Point{X: trX(m.xs[i]), Y: trY(m.ys[i])}
		if isFinite(m.xs[i]) && isFinite(m.ys[i]) && c.Contains(pt) {
			m.glyph(c, pt)
		}
	}
}

func (m *marks) glyph(c draw.Canvas, pt vg.Point) {
	if m.edge.Width > 0 {
		wide := m.style
		wide.Radius += m.edge.Width
		wide.Color = m.edge.Color
		c.DrawGlyph(wide, pt)
	}
	c.DrawGlyph(m.style, pt)
}

func (m *marks) DataRange() (xmin, xmax, ymin, ymax float64) { return dataRange(m.xs, m.ys) }

func (m *marks) Thumbnail(c *draw.Canvas) { m.glyph(*c, c.Center()) }

// rule is a straight line across the plot, level or upright.
type rule struct {
	at      float64
	upright bool
	style   draw.LineStyle
}

// newRule is a dashed line; its value is included in the plot's range.
func newRule(at float64, upright bool, c color.NRGBA) *rule {
	return &rule{at: at, upright: upright, style: draw.LineStyle{Color: c, Width: vg.Points(0.8),
		Dashes: []vg.Length{vg.Points(4), vg.Points(3)}}}
}

func (r *rule) Plot(c draw.Canvas, p *plot.Plot) {
	trX, trY := p.Transforms(&c)
	if r.upright {
		if x := trX(r.at); c.ContainsX(x) {
			c.StrokeLine2(r.style, x, c.Min.Y, x, c.Max.Y)
		}
		return
	}
	if y := trY(r.at); c.ContainsY(y) {
		c.StrokeLine2(r.style, c.Min.X, y, c.Max.X, y)
	}
}

func (r *rule) DataRange() (xmin, xmax, ymin, ymax float64) {
	none := math.Inf(1)
	if r.upright {
		return r.at, r.at, none, -none
	}
	return none, -none, r.at, r.at
}

func (r *rule) Thumbnail(c *draw.Canvas) {
	y := c.Center().Y
	c.StrokeLine2(r.style, c.Min.X, y, c.Max.X, y)
}

// star is a five-pointed star, as the paper marks centres.
type star struct{}

func (star) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, pt vg.Point) {
	var path vg.Path
	for i := range 10 {
		r := float64(sty.Radius)
		if i%2 == 1 {
			r *= 0.42
		}
		a := math.Pi/2 + float64(i)*math.Pi/5
		q := vg.Point{X: pt.X + vg.Length(r*math.Cos(a)), Y: pt.Y + vg.Length(r*math.Sin(a))}
		if i == 0 {
			path.Move(q)
		} else {
			path.Line(q)
		}
	}
	path.Close()
	c.SetColor(sty.Color)
	c.Fill(path)
}

// runs lists the half-open index ranges in which both coordinates are finite.
func runs(xs, ys []float64) [][2]int {
	var out [][2]int
	start := -1
	for i := range xs {
		ok := isFinite(xs[i]) && isFinite(ys[i])
		if ok && start < 0 {
			start = i
		}
		if !ok && start >= 0 {
			out, start = append(out, [2]int{start, i}), -1
		}
	}
	if start >= 0 {
		out = append(out, [2]int{start, len(xs)})
	}
	return out
}

// dataRange is the range of the finite points, empty (+Inf, -Inf) for none.
func dataRange(xs, ys []float64) (xmin, xmax, ymin, ymax float64) {
	xmin, ymin = math.Inf(1), math.Inf(1)
	xmax, ymax = math.Inf(-1), math.Inf(-1)
	for i := range xs {
		if isFinite(xs[i]) && isFinite(ys[i]) {
			xmin, xmax = min(xmin, xs[i]), max(xmax, xs[i])
			ymin, ymax = min(ymin, ys[i]), max(ymax, ys[i])
		}
	}
	return
}
