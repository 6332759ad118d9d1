package plotting

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Floats converts what networks compute to what is plotted.
func Floats(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

// Trace is the membrane potential of one neuron over time.
type Trace struct {
	Name   string
	V      []float64 // at steps 1, 2, ... or at the times T
	T      []float64 // nil for 1, 2, ...
	Spikes []bool    // whether the neuron fired at each time; nil to leave out
	Dots   bool      // grey dots behind the lines: somebody else's result
}

// Potentials draws membrane potentials, spikes as bars above them, and the
// firing threshold (NaN or 0 for none).
func Potentials(title string, threshold float64, traces ...Trace) *plot.Plot {
	p := New(title)
	p.X.Label.Text, p.Y.Label.Text = "time step", "membrane potential V"
	p.X.Tick.Marker = Ticks{Count: 8, Integer: true}
	k := keyOf(p)
	if threshold != 0 && isFinite(threshold) {
		r := newRule(threshold, false, Colour(6))
		p.Add(r)
		k.add("threshold", r)
	}
	for _, t := range traces {
		if t.Dots {
			m := newMarks(t.times(), t.V, midInk, 2.6, draw.CircleGlyph{})
			p.Add(m)
			k.add(t.Name, m)
		}
	}
	traces = slices.DeleteFunc(slices.Clone(traces), func(t Trace) bool { return t.Dots })
	var lines []*curve
	for i, t := range traces {
		l := newCurve(t.times(), t.V, Colour(i), 1.3)
		lines = append(lines, l)
		p.Add(l)
		if len(t.V) <= 30 { // single steps are worth seeing
			p.Add(newMarks(l.xs, l.ys, Colour(i), 1.8, draw.CircleGlyph{}))
		}
		k.add(t.Name, l)
	}
	low, high := p.Y.Min, p.Y.Max
	if !(high > low) {
		low, high = low-0.5, low+0.5
	}
	row := 0.06 * (high - low)
	rows := 0
	for i, t := range traces {
		if t.Spikes == nil {
			continue
		}
		s := &spikeBars{color: Colour(i), height: row * 0.7}
		for j, x := range lines[i].xs {
			if j < len(t.Spikes) && t.Spikes[j] {
				s.xs, s.ys = append(s.xs, x), append(s.ys, high+row*(1.2+float64(rows)))
			}
		}
		p.Add(s)
		rows++
	}
	if rows > 0 {
		p.Y.Max = high + row*(1.4+float64(rows))
	}
	return p
}

func (t *Trace) times() []float64 {
	if t.T != nil {
		return t.T
	}
	xs := make([]float64, len(t.V))
	for i := range xs {
		xs[i] = float64(i + 1)
	}
	return xs
}

// spikeBars are short upright lines.
type spikeBars struct {
	xs, ys []float64 // the middle of each
	height float64
	color  color.Color
	width  float64 // points, 0 for 1.3
}

func (s *spikeBars) Plot(c draw.Canvas, p *plot.Plot) {
	trX, trY := p.Transforms(&c)
	width := s.width
	if width == 0 {
		width = 1.3
	}
	style := draw.LineStyle{Color: s.color, Width: vg.Points(width)}
	for i := range s.xs {
		x := trX(s.xs[i])
		c.StrokeLines(style, c.ClipLinesXY([]vg.Point{{X: x, Y: trY(s.ys[i] - s.height/2)}, {X: x, Y: trY(s.ys[i] + s.height/2)}})...)
	}
}

func (s *spikeBars) DataRange() (xmin, xmax, ymin, ymax float64) { return dataRange(s.xs, s.ys) }

func (s *spikeBars) Thumbnail(c *draw.Canvas) {
	m := c.Center()
	c.StrokeLine2(draw.LineStyle{Color: s.color, Width: vg.Points(1.3)}, m.X, c.Min.Y, m.X, c.Max.Y)
}

// Layer is a named group of neurons for Raster.
type Layer struct {
	Name   string
	Spikes [][]bool // [neuron][time step]
}

// Raster draws the spikes of layers of neurons, one row for each neuron, the
// first layer at the bottom.
func Raster(title string, layers ...Layer) *plot.Plot {
	p := New(title)
	p.X.Label.Text, p.Y.Label.Text = "time step", "neuron"
	p.X.Tick.Marker = Ticks{Count: 8, Integer: true}
	p.Y.Tick.Marker = Ticks{Integer: true}
	p.Y.Padding = 0
	k := keyOf(p)
	steps, base := 0, 0
	for _, l := range layers {
		for _, row := range l.Spikes {
			steps = max(steps, len(row))
		}
	}
	for i, l := range layers {
		s := &rasterRows{color: Colour(i), base: base, spikes: l.Spikes, steps: steps}
		p.Add(s)
		if l.Name != "" {
			k.add(l.Name, s)
		}
		base += len(l.Spikes)
	}
	p.X.Min, p.X.Max = 0.5, float64(steps)+0.5
	p.Y.Min, p.Y.Max = 0, math.Max(1, float64(base))
	return p
}

type rasterRows struct {
	color       color.NRGBA
	base, steps int
	spikes      [][]bool
}

// Plot fills a cell for each spike; with few neurons cells keep a gap between
// rows.
func (r *rasterRows) Plot(c draw.Canvas, p *plot.Plot) {
	trX, trY := p.Transforms(&c)
	half := 0.32
	if r.steps > 60 {
		half = 0.45
	}
	gap := 0.1
	if p.Y.Max > 120 {
		gap = 0
	}
	var path vg.Path
	for i, row := range r.spikes {
		for t, fired := range row {
			if !fired {
				continue
			}
			x0, x1 := trX(float64(t+1)-half), trX(float64(t+1)+half)
			y0, y1 := trY(float64(r.base+i)+gap), trY(float64(r.base+i+1)-gap)
			path.Move(vg.Point{X: x0, Y: y0})
			path.Line(vg.Point{X: x1, Y: y0})
			path.Line(vg.Point{X: x1, Y: y1})
			path.Line(vg.Point{X: x0, Y: y1})
			path.Close()
		}
	}
	if len(path) > 0 {
		c.SetColor(r.color)
		c.Fill(path)
	}
}

func (r *rasterRows) Thumbnail(c *draw.Canvas) { patch{blend(r.color, 0.75)}.Thumbnail(c) }

// ReceptiveFields draws the Gaussian fields of one state dimension's
// population (eq. 1): the activation of each neuron over the state.
func ReceptiveFields(title string, mean, std []float64, state Range) *plot.Plot {
	p := New(title)
	p.X.Label.Text, p.Y.Label.Text = "state", "activation"
	p.X.Padding, p.Y.Padding = 0, 0
	const n = 150 // smooth to the eye, and a grid of dimensions stays a small file
	for j := range min(len(mean), len(std)) {
		xs, ys, zero := make([]float64, n+1), make([]float64, n+1), make([]float64, n+1)
		for i := range xs {
			xs[i] = state.at(float64(i) / n)
			d := xs[i] - mean[j]
			ys[i] = math.Exp(-d * d / (2 * std[j] * std[j]))
		}
		c := spectrum(j, len(mean))
		p.Add(&band{xs: xs, low: zero, high: ys, color: faded(c, 0.10)}, newCurve(xs, ys, c, 1.1))
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = state.Min, state.Max, 0, 1.05
	return p
}

// ReceptiveFieldGrid draws the fields of several state dimensions, [dimension]
// [neuron], each in a panel with its name; without one, "state 1" and so on.
func ReceptiveFieldGrid(names []string, mean, std [][]float64, state Range) *Figure {
	var panels []*plot.Plot
	columns := 4
	if len(mean) < 4 {
		columns = max(1, len(mean))
	}
	for i := range mean {
		name := fmt.Sprintf("state %d", i+1)
		if i < len(names) {
			name = names[i]
		}
		p := small(ReceptiveFields(name, mean[i], std[i], state))
		if i%columns != 0 {
			p.Y.Label.Text = ""
		}
		if i+columns < len(mean) {
			p.X.Label.Text = ""
		}
		p.X.Tick.Marker, p.Y.Tick.Marker = Ticks{Count: 4}, Ticks{Count: 2}
		panels = append(panels, p)
	}
	f := NewFigure(columns, panels...)
	f.Width = min(24, 6*float64(columns)+1)
	f.Height = 3.6*float64(len(f.Rows)) + 0.6
	return f
}

// spectrum orders n colours along the neurons of a population, from blue by
// green to vermilion; told apart in greyscale by their neighbours' fields.
func spectrum(i, n int) color.NRGBA {
	t := 0.0
	if n > 1 {
		t = float64(i) / float64(n-1)
	}
	return ramp([]color.NRGBA{Colour(0), Colour(5), Colour(2), Colour(4), Colour(1)}, t)
}
