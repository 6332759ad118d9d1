package plotting

import (
	"image/color"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Colour returns the i-th colour of the palette, which readers with any form
// of colour blindness tell apart (after Okabe and Ito).
func Colour(i int) color.NRGBA {
	palette := [...]color.NRGBA{
		{0x00, 0x72, 0xb2, 0xff}, // blue
		{0xd5, 0x5e, 0x00, 0xff}, // vermilion
		{0x00, 0x9e, 0x73, 0xff}, // green
		{0xcc, 0x79, 0xa7, 0xff}, // purple
		{0xe6, 0x9f, 0x00, 0xff}, // orange
		{0x56, 0xb4, 0xe9, 0xff}, // sky
		{0x5d, 0x5d, 0x5d, 0xff}, // grey
		{0x8c, 0x51, 0x0a, 0xff}, // brown
	}
	n := len(palette)
	return palette[(i%n+n)%n]
}

// The greys of everything that is not data.
var (
	ink      = color.NRGBA{0x22, 0x22, 0x22, 0xff} // titles
	softInk  = color.NRGBA{0x55, 0x55, 0x55, 0xff} // axes and their texts
	faintInk = color.NRGBA{0xe8, 0xe8, 0xe8, 0xff} // grid lines
	midInk   = color.NRGBA{0x9a, 0x9a, 0x9a, 0xff} // what stands behind
)

// faded returns c with the given opacity.
func faded(c color.NRGBA, opacity float64) color.NRGBA {
	c.A = uint8(math.Round(255 * opacity))
	return c
}

// blend mixes c with white; opaque, so that it prints and stacks well.
func blend(c color.NRGBA, share float64) color.NRGBA {
	mix := func(x uint8) uint8 { return uint8(math.Round(share*float64(x) + (1-share)*255)) }
	return color.NRGBA{mix(c.R), mix(c.G), mix(c.B), 0xff}
}

// New returns an empty plot in the style of this package: sans-serif, no
// frame, a light grid, ticks at round numbers, a white ground that stays
// legible on dark pages.
func New(title string) *plot.Plot {
	p := plot.New()
	k := &key{}
	h := &house{p.TextHandler, k}
	p.TextHandler, p.Title.TextStyle.Handler, p.Legend.TextStyle.Handler = h, h, h
	sans := func(size float64) font.Font {
		return font.Font{Typeface: "Liberation", Variant: "Sans", Size: vg.Points(size)}
	}
	p.Title.Text = title
	p.Title.TextStyle.Font = sans(10)
	p.Title.TextStyle.Color = ink
	p.Title.Padding = vg.Points(5)
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Label.TextStyle.Handler, a.Tick.Label.Handler = h, h
		a.Label.TextStyle.Font = sans(9)
		a.Label.TextStyle.Color = ink
		a.Label.Padding = vg.Points(3)
		a.Tick.Label.Font = sans(8)
		a.Tick.Label.Color = softInk
		a.Tick.Length = vg.Points(3)
		a.Tick.Width = vg.Points(0.5)
		a.Tick.Color = softInk
		a.Width = vg.Points(0.6)
		a.Color = softInk
		a.Padding = vg.Points(3)
		a.Tick.Marker = Ticks{}
	}
	p.Legend.TextStyle.Font = sans(8.5)
	p.Legend.TextStyle.Color = ink
	p.Legend.ThumbnailWidth = vg.Points(16)
	p.Legend.Padding = vg.Points(2)
	p.Legend.YPosition = draw.PosCenter
	p.Legend.XOffs, p.Legend.YOffs = vg.Points(-4), vg.Points(-2)
	p.Legend.Top = true
	p.Add(gridLines{}, k)
	return p
}

// small turns the title of a panel into a smaller one.
func small(p *plot.Plot) *plot.Plot {
	p.Title.TextStyle.Font.Size = vg.Points(9)
	return p
}

// Ticks marks an axis at round numbers. Its zero value marks about five.
type Ticks struct {
	Count   int  // about how many, 0 for 5
	Integer bool // whole numbers only
}

// Ticks returns the marks between min and max, implementing plot.Ticker.
func (t Ticks) Ticks(min, max float64) []plot.Tick {
	if !(max > min) || math.IsInf(max-min, 0) {
		return []plot.Tick{{Value: min, Label: tickLabel(min, 3)}}
	}
	n := t.Count
	if n <= 0 {
		n = 5
	}
	step := roundStep((max - min) / float64(n))
	if t.Integer {
		step = math.Max(1, math.Round(step))
	}
	unit, suffix := magnitude(math.Max(math.Abs(min), math.Abs(max)))
	if unit > 1 && step < unit/100 { // 1.002M would not be shorter
		unit, suffix = 1, ""
	}
	decimals := 0
	for s := step / unit; decimals < 8 && math.Abs(s-math.Round(s)) > 1e-6*math.Max(1, s); decimals++ {
		s *= 10
	}
	var ticks []plot.Tick
	for k := math.Ceil(min/step - 1e-9); k*step <= max+1e-9*step; k++ {
		v := k * step
		label := tickLabel(v/unit, decimals)
		if v != 0 {
			label += suffix
		}
		ticks = append(ticks, plot.Tick{Value: v, Label: label})
	}
	return ticks
}

// roundStep returns the number of the form 1, 2, 2.5 or 5 times a power of ten
// that is next to x from above.
func roundStep(x float64) float64 {
	base := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 2.5, 5, 10} {
		if m*base >= x*(1-1e-9) {
			return m * base
		}
	}
	return 10 * base
}

// magnitude returns the unit in which numbers up to x are written.
func magnitude(x float64) (unit float64, suffix string) {
	switch {
	case x >= 1e6:
		return 1e6, "M"
	case x >= 1e4:
		return 1e3, "k"
	}
	return 1, ""
}

func tickLabel(v float64, decimals int) string {
	if v == 0 {
		return "0"
	}
	if a := math.Abs(v); a < 1e-4 {
		return strconv.FormatFloat(v, 'g', 2, 64)
	}
	// A real minus sign is as wide as the digits.
	return strings.Replace(strconv.FormatFloat(v, 'f', decimals, 64), "-", "−", 1)
}

// gridLines draws light lines at the labelled ticks of the vertical axis, but
// for one that would cover the horizontal axis.
type gridLines struct{}

func (gridLines) Plot(c draw.Canvas, p *plot.Plot) {
	_, trY := p.Transforms(&c)
	style := draw.LineStyle{Color: faintInk, Width: vg.Points(0.6)}
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if y := trY(t.Value); t.Label != "" && y > c.Min.Y+vg.Points(0.5) && y <= c.Max.Y+vg.Points(0.1) {
			c.StrokeLine2(style, c.Min.X, y, c.Max.X, y)
		}
	}
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
