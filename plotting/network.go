package plotting

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// NetworkLayer is a column of Network.
type NetworkLayer struct {
	Name string
	Size int    // neurons
	Kind string // a word under the size, such as "dynamic neurons"

	// Weight is the weight of a connection from the layer before; nil draws
	// all shown connections alike, None draws none.
	Weight func(from, to int) float64
	None   bool
}

// Network draws an architecture from its layers, left to right. Of a large
// layer some neurons stand for all; connections among those that are shown are
// blue when they excite and vermilion when they inhibit, strong ones darker.
func Network(title string, layers ...NetworkLayer) *plot.Plot {
	p := New(title)
	p.HideAxes()
	p.X.Min, p.X.Max = -0.5, float64(len(layers))-0.5
	p.Y.Min, p.Y.Max = -0.27, 1.05
	p.Add(&network{layers})
	return p
}

// networkShown is how many neurons of a layer are drawn at most.
const networkShown = 12

type network struct{ layers []NetworkLayer }

// shown lists a layer's drawn neurons, -1 for the gap, with their heights.
func (n *network) shown(i int) (index []int, y []float64) {
	index = ends(n.layers[i].Size, networkShown)
	y = make([]float64, len(index))
	for k := range index {
		y[k] = 0.5
		if len(index) > 1 {
			span := min(1, float64(len(index))/networkShown)
			y[k] = 0.5 + span*(0.5-float64(k)/float64(len(index)-1))
		}
	}
	return index, y
}

// ends lists the indices of n items of which at most limit are shown: those of
// both ends, with -1 between them.
func ends(n, limit int) []int {
	var out []int
	for i := range n {
		if n <= limit || i < limit/2 || i >= n-limit/2 {
			out = append(out, i)
		} else if out[len(out)-1] >= 0 {
			out = append(out, -1)
		}
	}
	return out
}

func (n *network) Plot(c draw.Canvas, p *plot.Plot) {
	trX, trY := p.Transforms(&c)
	for i := 1; i < len(n.layers); i++ {
		if !n.layers[i].None {
			n.connect(c, i, trX, trY)
		}
	}
	sty := p.Legend.TextStyle
	sty.XAlign, sty.YAlign = draw.XCenter, draw.YCenter
	for i, l := range n.layers {
		index, y := n.shown(i)
		m := newMarks(nil, nil, Colour(i), 3.2, draw.CircleGlyph{})
		m.edge = draw.LineStyle{Color: color.White, Width: vg.Points(0.8)}
		for k := range index {
			at := vg.Point{X: trX(float64(i)), Y: trY(y[k])}
			if index[k] < 0 {
				for d := -1; d <= 1; d++ {
					dot := draw.GlyphStyle{Color: midInk, Radius: vg.Points(0.8), Shape: draw.CircleGlyph{}}
					c.DrawGlyph(dot, vg.Point{X: at.X, Y: at.Y + vg.Points(3*float64(d))})
				}
				continue
			}
			m.glyph(c, at)
		}
		for k, text := range []string{l.Name, fmt.Sprint(l.Size), l.Kind} {
			line := sty
			line.Color = ink
			if k > 0 {
				line.Color = softInk
				line.Font.Size = vg.Points(7.5)
			}
			c.FillText(line, vg.Point{X: trX(float64(i)), Y: trY(-0.1) - vg.Points(10*float64(k))}, text)
		}
	}
}

// connect draws the connections into layer i, the weakest first.
func (n *network) connect(c draw.Canvas, i int, trX, trY func(float64) vg.Length) {
	from, yFrom := n.shown(i - 1)
	to, yTo := n.shown(i)
	weight := n.layers[i].Weight
	strongest := 0.0
	each := func(visit func(a, b int, w float64)) {
		for a := range from {
			for b := range to {
				if from[a] < 0 || to[b] < 0 {
					continue
				}
				w := 0.35
				if weight != nil {
					w = weight(from[a], to[b])
				}
				if isFinite(w) {
					visit(a, b, w)
				}
			}
		}
	}
	each(func(_, _ int, w float64) { strongest = math.Max(strongest, math.Abs(w)) })
	if strongest == 0 {
		return
	}
	const classes = 4 // of strength
	for class := range classes {
		each(func(a, b int, w float64) {
			s := math.Abs(w) / strongest
			if min(classes-1, int(s*classes)) != class {
				return
			}
			col := Colour(0)
			if w < 0 {
				col = Colour(1)
			}
			if weight == nil {
				col, s = midInk, 0.4
			}
			c.StrokeLine2(draw.LineStyle{Color: blend(col, 0.15+0.75*s), Width: vg.Points(0.3 + 0.7*s)},
				trX(float64(i-1)), trY(yFrom[a]), trX(float64(i)), trY(yTo[b]))
		})
	}
}
