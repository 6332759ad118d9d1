package plotting

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// pdfCanvas draws on a page of PDF. It stands in for gonum/plot's own, which
// writes text in a code page of 256 characters, images upside down and
// translucent colours darkened.
//
// The transformation is kept here, and what is written is in the page's
// coordinates: the page's graphics state never has to be put back.
type pdfCanvas struct {
	doc    *fpdf.Fpdf
	w, h   vg.Length
	state  pdfState
	stack  []pdfState
	fonts  map[string]bool
	images int
}

type pdfState struct {
	to    affine
	width vg.Length
	dash  []vg.Length
	shift vg.Length // of the dashes
	color color.Color
}

// affine maps (x, y) to (a x + c y + e, b x + d y + f), as PDF's cm does.
type affine struct{ a, b, c, d, e, f float64 }

func (m affine) at(x, y float64) (float64, float64) {
	return m.a*x + m.c*y + m.e, m.b*x + m.d*y + m.f
}

// then returns the transformation that applies n first.
func (m affine) then(n affine) affine {
	e, f := m.at(n.e, n.f)
	return affine{m.a*n.a + m.c*n.b, m.b*n.a + m.d*n.b, m.a*n.c + m.c*n.d, m.b*n.c + m.d*n.d, e, f}
}

// stretch is the factor of lengths.
func (m affine) stretch() float64 { return math.Sqrt(math.Abs(m.a*m.d - m.b*m.c)) }

func newPDF(w, h vg.Length) *pdfCanvas {
	c := &pdfCanvas{w: w, h: h, fonts: map[string]bool{}, state: pdfState{to: affine{a: 1, d: 1}}}
	c.doc = fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: w.Points(), Ht: h.Points()}})
	// The same figure gives the same bytes: no time of day, no order of a map.
	day := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	c.doc.SetCreationDate(day)
	c.doc.SetModificationDate(day)
	c.doc.SetCatalogSort(true)
	c.doc.SetMargins(0, 0, 0)
	c.doc.SetAutoPageBreak(false, 0)
	c.doc.AddPage()
	vg.Initialize(c)
	return c
}

// bytes ends the document.
func (c *pdfCanvas) bytes() []byte {
	var b bytes.Buffer
	if err := c.doc.Output(&b); err != nil {
		panic("plotting: write PDF: " + err.Error()) // a buffer takes everything; the calls below are right
	}
	return b.Bytes()
}

func (c *pdfCanvas) Size() (w, h vg.Length)         { return c.w, c.h }
func (c *pdfCanvas) SetLineWidth(w vg.Length)       { c.state.width = w }
func (c *pdfCanvas) SetColor(clr color.Color)       { c.state.color = clr }
func (c *pdfCanvas) Push()                          { c.stack = append(c.stack, c.state) }
func (c *pdfCanvas) Translate(p vg.Point)           { c.move(affine{1, 0, 0, 1, p.X.Points(), p.Y.Points()}) }
func (c *pdfCanvas) Scale(x, y float64)             { c.move(affine{a: x, d: y}) }
func (c *pdfCanvas) move(n affine)                  { c.state.to = c.state.to.then(n) }
func (c *pdfCanvas) page(p vg.Point) (x, y float64) { return c.point(p.X.Points(), p.Y.Points()) }

func (c *pdfCanvas) SetLineDash(dashes []vg.Length, shift vg.Length) {
	c.state.dash, c.state.shift = dashes, shift
}

func (c *pdfCanvas) Rotate(r float64) {
	sin, cos := math.Sincos(r)
	c.move(affine{cos, sin, -sin, cos, 0, 0})
}

func (c *pdfCanvas) Pop() {
	c.state = c.stack[len(c.stack)-1]
	c.stack = c.stack[:len(c.stack)-1]
}

// point gives a point as fpdf counts, downwards from the top.
func (c *pdfCanvas) point(x, y float64) (px, py float64) {
	px, py = c.state.to.at(x, y)
	return px, c.h.Points() - py
}

// ink sets the colour of what follows. Colours are not premultiplied in PDF.
func (c *pdfCanvas) ink() {
	clr := c.state.color
	if clr == nil {
		clr = color.Black
	}
	n := color.NRGBAModel.Convert(clr).(color.NRGBA)
	r, g, b := int(n.R), int(n.G), int(n.B)
	c.doc.SetFillColor(r, g, b)
	c.doc.SetDrawColor(r, g, b)
	c.doc.SetTextColor(r, g, b)
	c.doc.SetAlpha(float64(n.A)/255, "Normal")
}

func (c *pdfCanvas) Stroke(p vg.Path) {
	if c.state.width <= 0 {
		return
	}
	k := c.state.to.stretch()
	dashes := make([]float64, len(c.state.dash))
	for i, d := range c.state.dash {
		dashes[i] = d.Points() * k
	}
	c.doc.SetLineWidth(c.state.width.Points() * k)
	c.doc.SetDashPattern(dashes, c.state.shift.Points()*k)
	c.draw(p, "D")
}

func (c *pdfCanvas) Fill(p vg.Path) { c.draw(p, "F") }

func (c *pdfCanvas) draw(p vg.Path, style string) {
	c.ink()
	begun := false // a path may start with an arc
	for _, part := range p {
		x, y := c.page(part.Pos)
		switch part.Type {
		case vg.MoveComp:
			c.doc.MoveTo(x, y)
		case vg.LineComp:
			c.doc.LineTo(x, y)
		case vg.ArcComp:
			c.arc(part, begun)
		case vg.CurveComp:
			c.curve(part)
		case vg.CloseComp:
			c.doc.ClosePath()
		}
		begun = part.Type != vg.CloseComp
	}
	c.doc.DrawPath(style)
}

func (c *pdfCanvas) curve(part vg.PathComp) {
	x, y := c.page(part.Pos)
	x1, y1 := c.page(part.Control[0])
	if len(part.Control) == 1 {
		c.doc.CurveTo(x1, y1, x, y)
		return
	}
	x2, y2 := c.page(part.Control[1])
	c.doc.CurveBezierCubicTo(x1, y1, x2, y2, x, y)
}

// arc draws parts of at most a quarter of a circle each as Bézier curves.
func (c *pdfCanvas) arc(part vg.PathComp, begun bool) {
	r, mx, my := part.Radius.Points(), part.Pos.X.Points(), part.Pos.Y.Points()
	n := max(1, int(math.Ceil(math.Abs(part.Angle)/(math.Pi/2)-1e-9)))
	step := part.Angle / float64(n)
	k := 4.0 / 3 * math.Tan(step/4) // the length of the handles, in radii
	for i := range n {
		s0, c0 := math.Sincos(part.Start + float64(i)*step)
		s1, c1 := math.Sincos(part.Start + float64(i+1)*step)
		if x, y := c.point(mx+r*c0, my+r*s0); i == 0 && begun {
			c.doc.LineTo(x, y)
		} else if i == 0 {
			c.doc.MoveTo(x, y)
		}
		x1, y1 := c.point(mx+r*(c0-k*s0), my+r*(s0+k*c0))
		x2, y2 := c.point(mx+r*(c1+k*s1), my+r*(s1-k*c1))
		x, y := c.point(mx+r*c1, my+r*s1)
		c.doc.CurveBezierCubicTo(x1, y1, x2, y2, x, y)
	}
}

// placed runs draw with PDF's own origin at a point of the canvas, whose
// transformation holds.
func (c *pdfCanvas) placed(at vg.Point, draw func()) {
	m := c.state.to.then(affine{1, 0, 0, 1, at.X.Points(), at.Y.Points()})
	c.doc.TransformBegin()
	c.doc.Transform(fpdf.TransformMatrix{A: m.a, B: m.b, C: m.c, D: m.d, E: m.e, F: m.f})
	draw()
	c.doc.TransformEnd()
}

// FillString writes text in a subset of its font, with the table from glyphs
// to characters by which readers search and copy.
func (c *pdfCanvas) FillString(face font.Face, at vg.Point, text string) {
	if face.Font.Size == 0 || text == "" {
		return
	}
	name := face.Name()
	if !c.fonts[name] {
		var b bytes.Buffer
		if _, err := face.Face.WriteSourceTo(nil, &b); err != nil {
			panic(fmt.Sprintf("plotting: embed the font %s: %v", name, err))
		}
		c.doc.AddUTF8FontFromBytes(name, "", b.Bytes())
		c.fonts[name] = true
	}
	c.ink()
	c.doc.SetFont(name, "", face.Font.Size.Points())
	c.placed(at, func() {
		for _, part := range kerned(face, text) {
			c.doc.Text(part.at.Points(), c.h.Points(), part.text)
		}
	})
}

type placedText struct {
	at   vg.Length
	text string
}

// kerned splits text where the font moves a glyph closer to the one before it,
// as in "Ta", which the writer of PDF does not know of. No part begins with a
// space, which readers of SVG drop.
func kerned(face font.Face, text string) []placedText {
	parts := []placedText{{0, text}}
	begin, next := 0, vg.Length(0) // where the next glyph would stand
	for i, r := range text {
		alone := face.Width(string(r))
		start := face.Width(text[:i]+string(r)) - alone
		if i > 0 && r != ' ' && math.Abs(float64(start-next)) > 1e-3 {
			parts[len(parts)-1].text = text[begin:i]
			parts, begin, next = append(parts, placedText{start, text[i:]}), i, start
		}
		next += alone
	}
	return parts
}

func (c *pdfCanvas) DrawImage(rect vg.Rectangle, img image.Image) {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic("plotting: embed an image: " + err.Error())
	}
	c.images++
	name, kind := fmt.Sprint("image", c.images), fpdf.ImageOptions{ImageType: "png"}
	c.doc.RegisterImageOptionsReader(name, kind, &b)
	c.doc.SetAlpha(1, "Normal")
	size := rect.Size()
	w, h := size.X.Points(), size.Y.Points()
	c.placed(rect.Min, func() { c.doc.ImageOptions(name, 0, c.h.Points()-h, w, h, false, kind, 0, "") })
}
