package plotting

import (
	"image"
	"image/color"
	stddraw "image/draw"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// RateMap draws firing rates as a heat map: rates[row][column], such as layers
// or states by neurons. Dark is silent, bright fires at every step; NaN is
// grey.
func RateMap(title, xLabel, yLabel string, rates [][]float64) *plot.Plot {
	p := HeatMap(title, xLabel, yLabel, rates, Range{0, 1})
	ScaleLabel(p, "spikes per step")
	return p
}

// HeatMap draws values[row][column] as colours over a range, row 0 at the
// bottom, with a scale at the right; an empty range takes that of the values.
// Where the range holds values of both signs zero is white, the negative blue,
// the positive red, the darker the further from it. NaN is grey.
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
	keyOf(p).scale = h
	p.Add(h)
	p.X.Min, p.X.Max = -0.5, math.Max(1, float64(cols))-0.5
	p.Y.Min, p.Y.Max = -0.5, math.Max(1, float64(len(values)))-0.5
	return p
}

// ScaleLabel names the scale of a HeatMap, with its unit.
func ScaleLabel(p *plot.Plot, label string) {
	if k := keyOf(p); k != nil && k.scale != nil {
		k.scale.label = label
	}
}

type heat struct {
	values [][]float64
	cols   int
	scale  Range
	label  string // of the scale
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
	w, t := max(1, pixels/max(3, h.cols)), max(1, pixels/rows)
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

// scaleWidth is the room of the scale, in points.
const scaleWidth = 40

// GlyphBoxes reserves the room of the scale at the right.
func (h *heat) GlyphBoxes(p *plot.Plot) []plot.GlyphBox {
	width := vg.Points(scaleWidth)
	if h.label != "" {
		width += p.Y.Label.TextStyle.Height(h.label)
	}
	return []plot.GlyphBox{{X: 1, Y: 0.5, Rectangle: vg.Rectangle{Max: vg.Point{X: width}}}}
}

func (h *heat) legend(c draw.Canvas, p *plot.Plot) {
	const n = 128
	ramp := &heat{values: make([][]float64, n), cols: 1, scale: h.scale}
	for i := range n {
		ramp.values[i] = []float64{h.scale.at((float64(i) + 0.5) / n)}
	}
	x0, x1 := c.Max.X+vg.Points(7), c.Max.X+vg.Points(15)
	c.DrawImage(vg.Rectangle{Min: vg.Point{X: x0, Y: c.Min.Y}, Max: vg.Point{X: x1, Y: c.Max.Y}}, ramp.image())
	sty := p.X.Tick.Label
	sty.XAlign, sty.YAlign = draw.XLeft, draw.YCenter
	for _, t := range (Ticks{Count: 4}).Ticks(h.scale.Min, h.scale.Max) {
		y := c.Min.Y + (c.Max.Y-c.Min.Y)*vg.Length((t.Value-h.scale.Min)/(h.scale.Max-h.scale.Min))
		c.FillText(sty, vg.Point{X: x1 + vg.Points(3), Y: y}, t.Label)
	}
	if h.label != "" {
		sty = p.Y.Label.TextStyle
		sty.Rotation, sty.XAlign, sty.YAlign = math.Pi/2, draw.XCenter, draw.YTop
		c.FillText(sty, vg.Point{X: c.Max.X + vg.Points(scaleWidth), Y: c.Center().Y}, h.label)
	}
}

// color maps a value to its colour, as HeatMap says.
func (h *heat) color(v float64) color.Color {
	if h.scale.Min < 0 && h.scale.Max > 0 {
		if !isFinite(v) {
			return midInk
		}
		far := max(-h.scale.Min, h.scale.Max)
		return ramp(diverging, 0.5+0.5*v/far)
	}
	if !isFinite(v) {
		return faintInk
	}
	return ramp(viridis, (v-h.scale.Min)/(h.scale.Max-h.scale.Min))
}

// viridis grows evenly in lightness; diverging goes from blue by white to red
// (ColorBrewer's RdBu, turned), which readers with colour blindness tell apart.
var (
	viridis = []color.NRGBA{{68, 1, 84, 255}, {71, 44, 122, 255}, {59, 81, 139, 255}, {44, 113, 142, 255}, {33, 144, 141, 255},
		{39, 173, 129, 255}, {92, 200, 99, 255}, {170, 220, 50, 255}, {253, 231, 37, 255}}
	diverging = []color.NRGBA{{5, 48, 97, 255}, {33, 102, 172, 255}, {67, 147, 195, 255}, {146, 197, 222, 255}, {255, 255, 255, 255},
		{244, 165, 130, 255}, {214, 96, 77, 255}, {178, 24, 43, 255}, {103, 0, 31, 255}}
)

// ramp mixes the colours next to the place t, 0 to 1, along stops.
func ramp(stops []color.NRGBA, t float64) color.NRGBA {
	t = min(1, max(0, t)) * float64(len(stops)-1)
	k := min(int(t), len(stops)-2)
	t -= float64(k)
	mix := func(a, b uint8) uint8 { return uint8(math.Round((1-t)*float64(a) + t*float64(b))) }
	a, b := stops[k], stops[k+1]
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
}
