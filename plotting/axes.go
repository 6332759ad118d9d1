package plotting

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// LogX makes a plot's horizontal axis logarithmic; see LogY.
func LogX(p *plot.Plot) { logarithmic(&p.X) }

// LogY makes a plot's vertical axis logarithmic. Values that are not positive
// lie below it; an axis that would begin there spans four decades. Call it when
// the data are in the plot.
func LogY(p *plot.Plot) { logarithmic(&p.Y) }

func logarithmic(a *plot.Axis) {
	if !(a.Max > 0) {
		a.Min, a.Max = 0.1, 10
	}
	if !(a.Min > 0) {
		a.Min = a.Max / 1e4
	}
	a.Scale, a.Tick.Marker = logScale{}, LogTicks{}
}

// logScale is logarithmic, and sends what is not positive far below the axis.
type logScale struct{}

func (logScale) Normalize(min, max, x float64) float64 {
	if x <= 0 {
		return -1
	}
	return math.Log(x/min) / math.Log(max/min)
}

// LogTicks marks a logarithmic axis: powers of ten with labels, and the numbers
// between them; where it spans less than two decades, some of these are labelled.
type LogTicks struct{}

// Ticks returns the marks between min and max, both positive.
func (LogTicks) Ticks(min, max float64) []plot.Tick {
	if !(min > 0) || !(max > min) {
		return []plot.Tick{{Value: min, Label: tickLabel(min, 3)}}
	}
	narrow := max/min < 100
	plain := min >= 1e-3 && max < 1e5
	each := math.Ceil(math.Log10(max/min) / 7) // decades from label to label
	var ticks []plot.Tick
	for e := math.Floor(math.Log10(min)); math.Pow(10, e) <= max; e++ {
		for k := 1.0; k < 10; k++ {
			t := plot.Tick{Value: k * math.Pow(10, e)}
			if t.Value < min*(1-1e-9) || t.Value > max*(1+1e-9) {
				continue
			}
			if k == 1 && math.Mod(e, each) == 0 || narrow && (k == 2 || k == 5) {
				t.Label = powerLabel(k, e, plain)
			}
			ticks = append(ticks, t)
		}
	}
	return ticks
}

// powerLabel writes k times ten to the e, as a plain number or as a power.
func powerLabel(k, e float64, plain bool) string {
	if plain || e == 0 {
		return tickLabel(k*math.Pow(10, e), int(math.Max(0, -e)))
	}
	s := fmt.Sprintf("10^{%s}", strings.Replace(fmt.Sprint(e), "-", "−", 1))
	if k != 1 {
		s = fmt.Sprintf("%g·%s", k, s)
	}
	return s
}

// SecondAxis adds curves with a vertical axis of their own at the right. Their
// names in the legend end in "(right)"; colours go on after those of the others.
func SecondAxis(p *plot.Plot, label string, lines ...Line) {
	a := &secondAxis{label: label, low: math.Inf(1), high: math.Inf(-1)}
	k := keyOf(p)
	for _, l := range lines {
		n := min(len(l.X), len(l.Y))
		first := 0
		if k != nil {
			first = len(k.entries)
		}
		c := newCurve(l.X[:n], l.Y[:n], Colour(first), 1.4)
		_, _, low, high := dataRange(c.xs, c.ys)
		a.low, a.high, a.lines = min(a.low, low), max(a.high, high), append(a.lines, c)
		if k != nil && l.Name != "" {
			k.add(l.Name+" (right)", c)
		}
	}
	if !(a.high > a.low) {
		a.low, a.high = a.low-0.5, a.low+0.5
	}
	if !isFinite(a.low) {
		a.low, a.high = 0, 1
	}
	p.Add(a)
}

// secondAxis are curves on an axis of their own.
type secondAxis struct {
	label     string
	lines     []*curve
	low, high float64
}

// secondWidth is the room of the axis and its ticks, in points.
const secondWidth = 34

// GlyphBoxes reserves the axis' room.
func (a *secondAxis) GlyphBoxes(p *plot.Plot) []plot.GlyphBox {
	width := vg.Points(secondWidth) + p.Y.Label.TextStyle.Height(a.label)
	return []plot.GlyphBox{{X: 1, Y: 0.5, Rectangle: vg.Rectangle{Max: vg.Point{X: width}}}}
}

// DataRange leaves the left axis alone.
func (a *secondAxis) DataRange() (xmin, xmax, ymin, ymax float64) {
	xmin, xmax = math.Inf(1), math.Inf(-1)
	for _, l := range a.lines {
		low, high, _, _ := dataRange(l.xs, l.ys)
		xmin, xmax = min(xmin, low), max(xmax, high)
	}
	return xmin, xmax, math.Inf(1), math.Inf(-1)
}

func (a *secondAxis) Plot(c draw.Canvas, p *plot.Plot) {
	own := *p // the same horizontal axis
	own.Y.Min, own.Y.Max, own.Y.Scale = a.low, a.high, plot.LinearScale{}
	for _, l := range a.lines {
		l.Plot(c, &own)
	}
	_, trY := own.Transforms(&c)
	x := c.Max.X + vg.Points(4)
	axis := draw.LineStyle{Color: softInk, Width: vg.Points(0.6)}
	c.StrokeLine2(axis, x, c.Min.Y, x, c.Max.Y)
	sty := p.Y.Tick.Label
	sty.XAlign, sty.YAlign = draw.XLeft, draw.YCenter
	for _, t := range (Ticks{}).Ticks(a.low, a.high) {
		y := trY(t.Value)
		c.StrokeLine2(axis, x, y, x+vg.Points(3), y)
		c.FillText(sty, vg.Point{X: x + vg.Points(5), Y: y}, t.Label)
	}
	sty = p.Y.Label.TextStyle
	sty.Rotation, sty.XAlign, sty.YAlign = math.Pi/2, draw.XCenter, draw.YTop
	c.FillText(sty, vg.Point{X: c.Max.X + vg.Points(secondWidth), Y: c.Center().Y}, a.label)
}
