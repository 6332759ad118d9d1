package plotting

import (
	"fmt"
	"image/color"
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
	k := keyOf(p)
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

func (h *histogram) Thumbnail(c *draw.Canvas) { patch{blend(h.color, 0.75)}.Thumbnail(c) }

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
	k := keyOf(p)
	for i, c := range clouds {
		addCloud(p, c, Colour(i))
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
			name := "centre"
			if len(centres) > 1 {
				name = "centres"
			}
			k.add(name, s)
		}
	}
	return p
}

func (h *histogram) DataRange() (xmin, xmax, ymin, ymax float64) {
	for _, y := range h.ys {
		ymax = max(ymax, y)
	}
	return 0, 1, 0, ymax
}
