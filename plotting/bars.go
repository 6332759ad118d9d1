package plotting

import (
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Group is one colour of Bars: a value for each category.
type Group struct {
	Name   string
	Values []float64 // one for each category; NaN leaves it out

	// Low and High are the ends of the intervals, such as a confidence
	// interval; nil for none.
	Low, High []float64

	// Points are single results, such as seeds, drawn over the bars.
	Points [][]float64 // [category][result]
}

// Bars draws a bar for each category and group, with intervals and the single
// results where given.
func Bars(title, yLabel string, categories []string, groups ...Group) *plot.Plot {
	p := New(title)
	p.Y.Label.Text = yLabel
	p.X.Tick.Marker = names(categories)
	p.X.Tick.Length, p.X.Tick.Width = vg.Points(4), 0 // distance only
	p.X.Padding = 0
	p.X.Min, p.X.Max = -0.6, float64(len(categories))-0.4
	p.Y.Min, p.Y.Max = 0, 0
	k := keyOf(p)
	shown := 0 // groups of which there is nothing to draw take no room
	for _, group := range groups {
		if group.any() {
			shown++
		}
	}
	index, single := 0, false
	for g, group := range groups {
		if !group.any() {
			continue
		}
		b := &bars{group: group, color: Colour(g), index: index, of: shown}
		index++
		p.Add(b)
		if shown > 1 {
			k.add(group.Name, b)
		}
		single = single || slices.ContainsFunc(group.Points, anyFinite)
	}
	if single {
		k.add("single results", newMarks(nil, nil, softInk, 1.7, draw.CircleGlyph{}))
	}
	return p
}

// any reports whether there is something to draw.
func (g *Group) any() bool { return anyFinite(g.Values) || slices.ContainsFunc(g.Points, anyFinite) }

func anyFinite(x []float64) bool { return slices.ContainsFunc(x, isFinite) }

// names are ticks at 0, 1, 2, ... with the given labels.
type names []string

func (n names) Ticks(min, max float64) []plot.Tick {
	ticks := make([]plot.Tick, len(n))
	for i, s := range n {
		ticks[i] = plot.Tick{Value: float64(i), Label: s}
	}
	return ticks
}

type bars struct {
	group     Group
	color     color.NRGBA
	index, of int
}

// span is the left and right edge of a category's bar.
func (b *bars) span(category int) (left, right float64) {
	const share = 0.8 // of a category's width
	w := share / float64(b.of)
	left = float64(category) - share/2 + float64(b.index)*w
	return left + 0.04*w, left + 0.96*w
}

func (b *bars) Plot(c draw.Canvas, p *plot.Plot) {
	trX, trY := p.Transforms(&c)
	for i, v := range b.group.Values {
		if !isFinite(v) {
			continue
		}
		left, right := b.span(i)
		c.FillPolygon(blend(b.color, 0.75), c.ClipPolygonXY([]vg.Point{
			{X: trX(left), Y: trY(0)}, {X: trX(left), Y: trY(v)}, {X: trX(right), Y: trY(v)}, {X: trX(right), Y: trY(0)}}))
	}
	for i := range max(len(b.group.Values), len(b.group.Points)) {
		left, right := b.span(i)
		mid := trX((left + right) / 2)
		if low, high, ok := b.ends(i); ok {
			style := draw.LineStyle{Color: ink, Width: vg.Points(0.9)}
			c.StrokeLine2(style, mid, trY(low), mid, trY(high))
			for _, y := range []float64{low, high} {
				c.StrokeLine2(style, mid-vg.Points(2.5), trY(y), mid+vg.Points(2.5), trY(y))
			}
		}
		if i < len(b.group.Points) {
			b.points(c, b.group.Points[i], trX, trY, left, right)
		}
	}
}

// points draws single results side by side within a bar.
func (b *bars) points(c draw.Canvas, ys []float64, trX, trY func(float64) vg.Length, left, right float64) {
	for k, y := range ys {
		if isFinite(y) {
			x := left + (right-left)*(float64(k)+1)/(float64(len(ys))+1)
			m := newMarks(nil, nil, b.color, 1.7, draw.CircleGlyph{})
			m.edge = draw.LineStyle{Color: color.White, Width: vg.Points(0.6)}
			m.glyph(c, vg.Point{X: trX(x), Y: trY(y)})
		}
	}
}

func (b *bars) ends(i int) (low, high float64, ok bool) {
	if i >= len(b.group.Low) || i >= len(b.group.High) {
		return 0, 0, false
	}
	low, high = b.group.Low[i], b.group.High[i]
	return low, high, isFinite(low) && isFinite(high)
}

func (b *bars) DataRange() (xmin, xmax, ymin, ymax float64) {
	include := func(y float64) {
		if isFinite(y) {
			ymin, ymax = min(ymin, y), max(ymax, y)
		}
	}
	for i, v := range b.group.Values {
		include(v)
		if low, high, ok := b.ends(i); ok {
			include(low)
			include(high)
		}
	}
	for _, ys := range b.group.Points {
		for _, y := range ys {
			include(y)
		}
	}
	const headroom = 1.05
	return -0.5, float64(len(b.group.Values)) - 0.5, headroom * ymin, headroom * ymax
}

// Thumbnail is a bar, or a dot where there are only single results.
func (b *bars) Thumbnail(c *draw.Canvas) {
	if anyFinite(b.group.Values) {
		patch{blend(b.color, 0.75)}.Thumbnail(c)
	} else {
		newMarks(nil, nil, b.color, 1.7, draw.CircleGlyph{}).Thumbnail(c)
	}
}

// patch stands for an area of one colour in a legend.
type patch struct{ color color.Color }

func (t patch) Thumbnail(c *draw.Canvas) {
	r, mid := vg.Points(3.5), c.Center()
	c.FillPolygon(t.color, []vg.Point{{X: mid.X - r, Y: mid.Y - r}, {X: mid.X - r, Y: mid.Y + r},
		{X: mid.X + r, Y: mid.Y + r}, {X: mid.X + r, Y: mid.Y - r}})
}
