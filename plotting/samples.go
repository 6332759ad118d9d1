package plotting

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Sample is a named set of values for Histogram and Box.
type Sample struct {
	Name   string
	Values []float64 // NaN and infinities are left out
}

// finite returns the sample's finite values in order.
func (s Sample) finite() []float64 {
	x := slices.DeleteFunc(slices.Clone(s.Values), func(v float64) bool { return !isFinite(v) })
	slices.Sort(x)
	return x
}

// Scatter draws clouds of points, a colour for each.
func Scatter(title, xLabel, yLabel string, clouds ...Cloud) *plot.Plot {
	p := New(title)
	p.X.Label.Text, p.Y.Label.Text = xLabel, yLabel
	for i, c := range clouds {
		addCloud(p, c, Colour(i))
	}
	return p
}

// addCloud draws a cloud and names it in the legend.
func addCloud(p *plot.Plot, c Cloud, colour color.NRGBA) {
	n := min(len(c.X), len(c.Y))
	p.Add(newMarks(c.X[:n], c.Y[:n], faded(colour, 0.55), 1.5, draw.CircleGlyph{}))
	keyOf(p).add(c.Name, newMarks(nil, nil, colour, 2, draw.CircleGlyph{}))
}

// Histogram draws how the values of samples are distributed, over the same bins
// of one width; the share of a sample's values in each. 0 bins chooses as many
// as suit the first sample (Freedman and Diaconis, 5 to 60).
func Histogram(title, xLabel string, bins int, samples ...Sample) *plot.Plot {
	p := New(title)
	p.X.Label.Text, p.Y.Label.Text = xLabel, "share of values"
	p.Y.Min = 0
	low, high := math.Inf(1), math.Inf(-1)
	for _, s := range samples {
		if x := s.finite(); len(x) > 0 {
			low, high = min(low, x[0]), max(high, x[len(x)-1])
			if bins <= 0 {
				bins = binsFor(x)
			}
		}
	}
	if !(high >= low) {
		return p
	}
	if high == low {
		low, high = low-0.5, high+0.5
	}
	bins = max(1, bins)
	width := (high - low) / float64(bins)
	for i, s := range samples {
		x := s.finite()
		if len(x) == 0 {
			continue
		}
		o := &outline{low: low, width: width, color: Colour(i), shares: make([]float64, bins)}
		for _, v := range x {
			o.shares[min(bins-1, int((v-low)/width))] += 1 / float64(len(x))
		}
		p.Add(o)
		if len(samples) > 1 {
			keyOf(p).add(s.Name, patch{faded(Colour(i), 0.5)})
		}
	}
	return p
}

// binsFor is the rule of Freedman and Diaconis for sorted values.
func binsFor(x []float64) int {
	iqr := stat.Quantile(0.75, stat.LinInterp, x, nil) - stat.Quantile(0.25, stat.LinInterp, x, nil)
	width := 2 * iqr / math.Cbrt(float64(len(x)))
	if width <= 0 {
		return 5
	}
	return int(min(60, max(5, math.Ceil((x[len(x)-1]-x[0])/width))))
}

// outline is a histogram as a translucent area with a line above it, so that
// several can lie over each other.
type outline struct {
	low, width float64
	shares     []float64
	color      color.NRGBA
}

func (o *outline) Plot(c draw.Canvas, p *plot.Plot) {
	trX, trY := p.Transforms(&c)
	pts := []vg.Point{{X: trX(o.low), Y: trY(0)}}
	for i, y := range o.shares {
		x := o.low + float64(i)*o.width
		pts = append(pts, vg.Point{X: trX(x), Y: trY(y)}, vg.Point{X: trX(x + o.width), Y: trY(y)})
	}
	pts = append(pts, vg.Point{X: pts[len(pts)-1].X, Y: trY(0)})
	c.FillPolygon(faded(o.color, 0.35), c.ClipPolygonXY(pts))
	c.StrokeLines(draw.LineStyle{Color: o.color, Width: vg.Points(0.9)}, c.ClipLinesXY(pts)...)
}

func (o *outline) DataRange() (xmin, xmax, ymin, ymax float64) {
	return o.low, o.low + float64(len(o.shares))*o.width, 0, 1.05 * slices.Max(o.shares)
}

// Box draws a box for each sample, from the lower to the upper quartile with a
// line at the median, whiskers to the last values within 1.5 times the box's
// height, and all values as points.
func Box(title, yLabel string, samples ...Sample) *plot.Plot {
	p := New(title)
	p.Y.Label.Text = yLabel
	var labels names
	for i, s := range samples {
		labels = append(labels, fmt.Sprintf("%s\nn = %d", s.Name, len(s.finite())))
		if x := s.finite(); len(x) > 0 {
			p.Add(&box{at: float64(i), sorted: x, color: Colour(i)})
		}
	}
	p.X.Tick.Marker = labels
	p.X.Tick.Length, p.X.Tick.Width = vg.Points(4), 0
	p.X.Min, p.X.Max = -0.6, math.Max(1, float64(len(samples)))-0.4
	return p
}

type box struct {
	at     float64
	sorted []float64
	color  color.NRGBA
}

func (b *box) Plot(c draw.Canvas, p *plot.Plot) {
	trX, trY := p.Transforms(&c)
	quartile := func(q float64) float64 { return stat.Quantile(q, stat.LinInterp, b.sorted, nil) }
	low, mid, high := quartile(0.25), quartile(0.5), quartile(0.75)
	reach := 1.5 * (high - low)
	first := b.sorted[slices.IndexFunc(b.sorted, func(v float64) bool { return v >= low-reach })]
	last := first
	for _, v := range b.sorted {
		if v <= high+reach {
			last = v
		}
	}
	left, x, right := trX(b.at-0.25), trX(b.at), trX(b.at+0.25)
	line := draw.LineStyle{Color: b.color, Width: vg.Points(1)}
	c.StrokeLine2(line, x, trY(first), x, trY(low))
	c.StrokeLine2(line, x, trY(high), x, trY(last))
	area := []vg.Point{{X: left, Y: trY(low)}, {X: right, Y: trY(low)}, {X: right, Y: trY(high)}, {X: left, Y: trY(high)}, {X: left, Y: trY(low)}}
	c.FillPolygon(blend(b.color, 0.3), area)
	c.StrokeLines(line, area)
	for i, v := range b.sorted { // the golden ratio spreads neighbours apart
		_, f := math.Modf(float64(i) * math.Phi)
		c.DrawGlyph(draw.GlyphStyle{Color: faded(b.color, 0.7), Radius: vg.Points(1.3), Shape: draw.CircleGlyph{}},
			vg.Point{X: trX(b.at + 0.36*(f-0.5)), Y: trY(v)})
	}
	line.Width = vg.Points(1.8)
	c.StrokeLine2(line, left, trY(mid), right, trY(mid))
}

func (b *box) DataRange() (xmin, xmax, ymin, ymax float64) {
	pad := 0.04 * (b.sorted[len(b.sorted)-1] - b.sorted[0])
	return b.at - 0.5, b.at + 0.5, b.sorted[0] - pad, b.sorted[len(b.sorted)-1] + pad
}
