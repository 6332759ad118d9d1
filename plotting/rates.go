package plotting

import (
	"fmt"
	"image"
	"image/color"
	stddraw "image/draw"
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Rates are the firing rates of a layer's neurons, in spikes per step (0 to 1).
type Rates struct {
	Name  string
	Rates []float64
}

// RateHistogram draws how many neurons of each layer fire at which rate. With
// T steps rates are multiples of 1/T: bins is then T + 1, one for each count.
func RateHistogram(title string, bins int, layers ...Rates) *plot.Plot {
	if bins < 2 {
		panic("plotting: RateHistogram needs at least two bins")
	}
	p := New(title)
	p.X.Label.Text, p.Y.Label.Text = "firing rate (spikes per step)", "share of neurons"
	p.Y.Min = 0
	p.X.Tick.Length = 0
	if bins == 6 || bins == 11 { // the counts of 5 or 10 steps deserve a tick each
		p.X.Tick.Marker = Ticks{Count: bins}
	}
	w := 1 / float64(bins-1)
	var k key
	for i, l := range layers {
		counts := make([]float64, bins)
		finite := 0.0
		mean := 0.0
		for _, r := range l.Rates {
			if isFinite(r) {
				counts[int(math.Round(min(1, max(0, r))/w))]++
				finite++
				mean += r
			}
		}
		h := &histogram{color: Colour(i), width: w, index: i, of: len(layers)}
		for _, n := range counts {
			h.ys = append(h.ys, n/math.Max(1, finite))
		}
		p.Add(h)
		k.add(fmt.Sprintf("%s, mean %.2f", or(l.Name, "layer"), mean/math.Max(1, finite)), h)
	}
	p.X.Min, p.X.Max = -w/2, 1+w/2
	k.attach(p)
	return p
}

type histogram struct {
	ys        []float64
	width     float64
	color     color.NRGBA
	index, of int
}

func (h *histogram) Plot(c draw.Canvas, p *plot.Plot) {
	trX, trY := p.Transforms(&c)
	for k, y := range h.ys {
		share := 0.86 * h.width / float64(h.of)
		left := float64(k)*h.width - 0.43*h.width + float64(h.index)*share
		x0, x1, y0, y1 := trX(left), trX(left+0.94*share), trY(0), trY(y)
		c.FillPolygon(blend(h.color, 0.8), c.ClipPolygonXY([]vg.Point{{X: x0, Y: y0}, {X: x0, Y: y1}, {X: x1, Y: y1}, {X: x1, Y: y0}}))
	}
}

func (h *histogram) Thumbnail(c *draw.Canvas) { (&bars{color: h.color}).Thumbnail(c) }

// RateMap draws firing rates as a heat map: rates[row][column], such as layers
// or states by neurons. Dark is silent, bright fires at every step; NaN is
// grey.
func RateMap(title, xLabel, yLabel string, rates [][]float64) *plot.Plot {
	return HeatMap(title, xLabel, yLabel, rates, Range{0, 1})
}

// HeatMap draws values[row][column] as colours over a range, row 0 at the
// bottom, with a scale at the right; an empty range takes that of the values.
func HeatMap(title, xLabel, yLabel string, values [][]float64, scale Range) *plot.Plot {
	p := New(title)
	p.X.Label.Text, p.Y.Label.Text = xLabel, yLabel
	p.X.Tick.Marker, p.Y.Tick.Marker = Ticks{Integer: true}, Ticks{Integer: true}
	p.X.Padding, p.Y.Padding = 0, 0
	cols := 0
	low, high := math.Inf(1), math.Inf(-1)
	for _, row := range values {
		cols = max(cols, len(row))
		for _, v := range row {
			if isFinite(v) {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	if scale.Max > scale.Min {
		low, high = scale.Min, scale.Max
	}
	if !(high > low) {
		low, high = low-0.5, low+0.5
	}
	if !isFinite(low) {
		low, high = 0, 1
	}
	h := &heat{values: values, cols: cols, scale: Range{low, high}}
	p.Add(h)
	p.X.Min, p.X.Max = -0.5, math.Max(1, float64(cols))-0.5
	p.Y.Min, p.Y.Max = -0.5, math.Max(1, float64(len(values)))-0.5
	return p
}

type heat struct {
	values [][]float64
	cols   int
	scale  Range
}

func (h *heat) Plot(c draw.Canvas, p *plot.Plot) {
	h.legend(c, p)
	if len(h.values)*h.cols > 0 {
		c.DrawImage(c.Rectangle, h.image())
	}
}

// image draws the cells as blocks of pixels, so large that scaling them to the
// paper keeps their edges.
func (h *heat) image() image.Image {
	const pixels = 900 // about, each way
	rows := len(h.values)
	w, t := max(1, pixels/h.cols), max(1, pixels/rows)
	img := image.NewNRGBA(image.Rect(0, 0, w*h.cols, t*rows))
	for i := range rows {
		for j := range h.cols {
			v := math.NaN()
			if j < len(h.values[i]) {
				v = h.values[i][j]
			}
			cell := image.Rect(j*w, (rows-1-i)*t, (j+1)*w, (rows-i)*t)
			stddraw.Draw(img, cell, image.NewUniform(h.color(v)), image.Point{}, stddraw.Src)
		}
	}
	return img
}

// GlyphBoxes reserves the room of the scale at the right.
func (h *heat) GlyphBoxes(*plot.Plot) []plot.GlyphBox {
	return []plot.GlyphBox{{X: 1, Y: 0.5, Rectangle: vg.Rectangle{Max: vg.Point{X: vg.Points(38)}}}}
}

func (h *heat) legend(c draw.Canvas, p *plot.Plot) {
	const n = 64
	x0, x1 := c.Max.X+vg.Points(7), c.Max.X+vg.Points(15)
	height := c.Max.Y - c.Min.Y
	for k := range n {
		y0, y1 := height*vg.Length(k)/n, height*vg.Length(min(float64(k)+1.1, n))/n
		c.SetColor(h.color(h.scale.at((float64(k) + 0.5) / n)))
		c.Fill(vg.Rectangle{Min: vg.Point{X: x0, Y: c.Min.Y + y0}, Max: vg.Point{X: x1, Y: c.Min.Y + y1}}.Path())
	}
	sty := p.X.Tick.Label
	sty.XAlign, sty.YAlign = draw.XLeft, draw.YCenter
	for _, t := range (Ticks{Count: 4}).Ticks(h.scale.Min, h.scale.Max) {
		y := c.Min.Y + height*vg.Length((t.Value-h.scale.Min)/(h.scale.Max-h.scale.Min))
		c.FillText(sty, vg.Point{X: x1 + vg.Points(3), Y: y}, t.Label)
	}
}

// color maps a value to the viridis colours, which grow evenly in lightness.
func (h *heat) color(v float64) color.Color {
	if !isFinite(v) {
		return faintInk
	}
	stops := [...]color.NRGBA{{68, 1, 84, 255}, {71, 44, 122, 255}, {59, 81, 139, 255}, {44, 113, 142, 255}, {33, 144, 141, 255},
		{39, 173, 129, 255}, {92, 200, 99, 255}, {170, 220, 50, 255}, {253, 231, 37, 255}}
	t := min(1, max(0, (v-h.scale.Min)/(h.scale.Max-h.scale.Min))) * float64(len(stops)-1)
	k := min(int(t), len(stops)-2)
	t -= float64(k)
	mix := func(a, b uint8) uint8 { return uint8(math.Round((1-t)*float64(a) + t*float64(b))) }
	a, b := stops[k], stops[k+1]
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
}

// Cloud is a set of points for Clouds, drawn in one colour.
type Cloud struct {
	Name string
	X, Y []float64
}

// Clouds draws clouds of parameters, as the paper's Fig. 6: points, and a star
// at each centre (k-means' centres; the mean of all points when none is given).
func Clouds(title, xLabel, yLabel string, centres [][2]float64, clouds ...Cloud) *plot.Plot {
	p := New(title)
	p.X.Label.Text, p.Y.Label.Text = xLabel, yLabel
	var xs, ys []float64
	var k key
	for i, c := range clouds {
		m := newMarks(c.X, c.Y, faded(Colour(i), 0.55), 1.5, draw.CircleGlyph{})
		p.Add(m)
		if c.Name != "" {
			solid := newMarks(nil, nil, Colour(i), 2, draw.CircleGlyph{})
			k.add(c.Name, solid)
		}
		for j := range min(len(c.X), len(c.Y)) {
			if isFinite(c.X[j]) && isFinite(c.Y[j]) {
				xs, ys = append(xs, c.X[j]), append(ys, c.Y[j])
			}
		}
	}
	if centres == nil && len(xs) > 0 {
		centres = [][2]float64{{stat.Mean(xs, nil), stat.Mean(ys, nil)}}
	}
	for i, q := range centres {
		s := newMarks([]float64{q[0]}, []float64{q[1]}, color.NRGBA{0xe3, 0x1a, 0x1c, 0xff}, 6, star{})
		s.edge = draw.LineStyle{Color: color.White, Width: vg.Points(1.2)}
		p.Add(s)
		if i == 0 {
			name := fmt.Sprintf("centre (%s, %s)", tickLabel(q[0], 3), tickLabel(q[1], 3))
			if len(centres) > 1 {
				name = "centres"
			}
			k.add(name, s)
		}
	}
	k.attach(p)
	return p
}

func (h *histogram) DataRange() (xmin, xmax, ymin, ymax float64) {
	for _, y := range h.ys {
		ymax = max(ymax, y)
	}
	return 0, 1, 0, ymax
}
