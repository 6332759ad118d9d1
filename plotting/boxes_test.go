package plotting_test

import (
	"image"
	"image/color"
	"math"
	"testing"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"gomdcsan/plotting"
)

// surveyor is a canvas that notes where texts are and where colour is: all that
// is not white, grey or black is data or stands for it.
type surveyor struct {
	w, h   vg.Length
	stack  []place
	texts  []label
	colour []vg.Point
}

type place struct {
	at       vg.Point
	turn     float64
	coloured bool
}

type label struct {
	text string
	box  vg.Rectangle
}

func (s *surveyor) now() *place                        { return &s.stack[len(s.stack)-1] }
func (s *surveyor) Size() (w, h vg.Length)             { return s.w, s.h }
func (s *surveyor) SetLineWidth(vg.Length)             {}
func (s *surveyor) SetLineDash([]vg.Length, vg.Length) {}
func (s *surveyor) Push()                              { s.stack = append(s.stack, *s.now()) }
func (s *surveyor) Pop()                               { s.stack = s.stack[:len(s.stack)-1] }
func (s *surveyor) Rotate(a float64)                   { s.now().turn += a }
func (s *surveyor) Translate(p vg.Point)               { s.now().at = s.page(p) }
func (s *surveyor) Scale(x, y float64)                 { panic("no figure scales") }
func (s *surveyor) Stroke(p vg.Path)                   { s.mark(p) }
func (s *surveyor) Fill(p vg.Path)                     { s.mark(p) }
func (s *surveyor) DrawImage(r vg.Rectangle, _ image.Image) {
	s.along(vg.Point{X: r.Min.X, Y: r.Max.Y}, r.Max)
	s.along(r.Min, r.Max)
	s.along(r.Min, vg.Point{X: r.Max.X, Y: r.Min.Y})
}

func (s *surveyor) page(p vg.Point) vg.Point {
	sin, cos := math.Sincos(s.now().turn)
	x, y := vg.Length(cos)*p.X-vg.Length(sin)*p.Y, vg.Length(sin)*p.X+vg.Length(cos)*p.Y
	return s.now().at.Add(vg.Point{X: x, Y: y})
}

func (s *surveyor) SetColor(c color.Color) {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	s.now().coloured = max(n.R, n.G, n.B)-min(n.R, n.G, n.B) > 8
}

func (s *surveyor) mark(p vg.Path) {
	if !s.now().coloured {
		return
	}
	var last vg.Point
	for _, part := range p {
		if part.Type == vg.LineComp {
			s.along(last, part.Pos)
		}
		if part.Type == vg.ArcComp {
			s.along(part.Pos, part.Pos)
		}
		last = part.Pos
	}
}

// along notes points of a line, one for each point of length.
func (s *surveyor) along(a, b vg.Point) {
	d := b.Sub(a)
	n := math.Ceil(math.Hypot(float64(d.X), float64(d.Y))) + 1
	for i := 0.0; i <= n; i++ {
		s.colour = append(s.colour, s.page(a.Add(d.Scale(vg.Length(i/n)))))
	}
}

func (s *surveyor) FillString(f font.Face, at vg.Point, text string) {
	e := f.Extents()
	a := s.page(at.Add(vg.Point{Y: -0.6 * e.Descent}))
	b := s.page(at.Add(vg.Point{X: f.Width(text), Y: 0.8 * e.Ascent}))
	s.texts = append(s.texts, label{text, vg.Rectangle{Min: vg.Point{X: min(a.X, b.X), Y: min(a.Y, b.Y)}, Max: vg.Point{X: max(a.X, b.X), Y: max(a.Y, b.Y)}}})
}

func survey(f *plotting.Figure) *surveyor {
	w, h := f.Size()
	s := &surveyor{w: vg.Length(w) * vg.Centimeter, h: vg.Length(h) * vg.Centimeter, stack: make([]place, 1)}
	plotting.DrawOn(f, draw.New(s))
	return s
}

// faults lists texts that leave the page, cover each other or touch data.
func (s *surveyor) faults() []string {
	var out []string
	for i, l := range s.texts {
		b := l.box
		if b.Min.X < 0 || b.Min.Y < 0 || b.Max.X > s.w || b.Max.Y > s.h {
			out = append(out, l.text+" leaves the page")
		}
		for _, other := range s.texts[:i] {
			o := other.box
			const touch = 0.3 // points: pieces of one line stand against each other
			if b.Min.X < o.Max.X-touch && o.Min.X < b.Max.X-touch && b.Min.Y < o.Max.Y-touch && o.Min.Y < b.Max.Y-touch {
				out = append(out, l.text+" covers "+other.text)
			}
		}
		for _, p := range s.colour {
			if p.X > b.Min.X && p.X < b.Max.X && p.Y > b.Min.Y && p.Y < b.Max.Y {
				out = append(out, l.text+" touches data")
				break
			}
		}
	}
	return out
}

// TestNoTextIsInTheWay: in every figure, and with long names at any size.
func TestNoTextIsInTheWay(t *testing.T) {
	for file, example := range examples {
		example()
		for _, fault := range survey(drawn["testdata/"+file]).faults() {
			t.Errorf("%s: %s", file, fault)
		}
	}
	var long []plotting.Series
	for _, name := range []string{"MDC-SAN with learnt thresholds", "Pop-DAN at a learning rate of 0.0001", "DAN", "LIF-SAN, deterministic"} {
		steps, runs := training(4, 3, 50, 1000)
		long = append(long, plotting.Series{Name: name, Steps: steps, Runs: runs})
	}
	p := plotting.LearningCurves("Walker2d-v3", long...)
	for _, width := range []float64{8, 13.5, 24} {
		for _, fault := range survey(plotting.Single(p, width, 0)).faults() {
			t.Errorf("%v cm: %s", width, fault)
		}
		f := plotting.NewFigure(2, p, plotting.LearningCurves("Hopper-v3", long[:2]...), plotting.LearningCurves("Ant-v3", long[1:]...))
		f.Width = 2 * width
		for _, fault := range survey(f).faults() {
			t.Errorf("two of %v cm: %s", width, fault)
		}
	}
}

// TestSurvey: the test above finds what it is for.
func TestSurvey(t *testing.T) {
	p := plotting.Lines("t", "x", "y", plotting.Line{Name: "n", X: []float64{0, 1}, Y: []float64{0, 1}})
	p.Legend.Add("a name in gonum/plot's own legend, which lies on the data")
	p.Legend.Top, p.Legend.YOffs = true, vg.Points(-60)
	if len(survey(plotting.Single(p, 8, 5)).faults()) == 0 {
		t.Error("a legend over data is not found")
	}
	if p = plotting.New("a title that is much longer than the figure is wide, and so is cut"); len(survey(plotting.Single(p, 4, 3)).faults()) == 0 {
		t.Error("a title that is cut is not found")
	}
}
