package plotting

import (
	"bytes"
	"fmt"
	"html"
	"image/color"
	"io"
	"os"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Sizes that figures default to, in centimetres. One column of a two-column
// page is 8.5 cm wide; the fonts of New are chosen to be read at that width.
const (
	ColumnWidth  = 8.5
	DefaultWidth = 13.5
	DefaultRatio = 0.62 // height over width of one panel
)

// ScreenDPI is the resolution of PNG figures: two pixels per CSS pixel, sharp
// on today's screens.
const ScreenDPI = 192

// Figure is a page of plots: rows of panels whose axes are aligned. The zero
// Width and Height choose a size that suits the number of panels.
type Figure struct {
	Rows          [][]*plot.Plot // nil panels stay empty
	Width, Height float64        // centimetres
}

// NewFigure lays plots out in rows of the given number of columns.
func NewFigure(columns int, plots ...*plot.Plot) *Figure {
	if columns < 1 {
		panic("plotting: NewFigure needs at least one column")
	}
	f := &Figure{}
	for len(plots) > 0 {
		row := make([]*plot.Plot, columns)
		n := copy(row, plots)
		f.Rows, plots = append(f.Rows, row), plots[n:]
	}
	return f
}

// Single is a figure of one plot; width and height in centimetres, 0 for the
// defaults.
func Single(p *plot.Plot, width, height float64) *Figure {
	return &Figure{Rows: [][]*plot.Plot{{p}}, Width: width, Height: height}
}

// Size returns the figure's size in centimetres.
func (f *Figure) Size() (width, height float64) {
	rows, cols := len(f.Rows), 1
	if rows > 0 {
		cols = max(1, len(f.Rows[0]))
	}
	width, height = f.Width, f.Height
	if width <= 0 {
		width = DefaultWidth
		if cols > 1 {
			width = min(9*float64(cols), 24)
		}
	}
	if height <= 0 {
		ratio := DefaultRatio
		if cols > 1 {
			ratio = 0.75
		}
		height = width / float64(cols) * ratio * float64(max(1, rows))
	}
	return width, height
}

// draw paints the figure on a canvas of its size.
func (f *Figure) draw(c draw.Canvas) {
	c.SetColor(color.White)
	c.Fill(c.Rectangle.Path())
	rows := len(f.Rows)
	if rows == 0 {
		return
	}
	cols := 0
	for _, r := range f.Rows {
		cols = max(cols, len(r))
	}
	if rows == 1 && cols == 1 {
		if p := f.Rows[0][0]; p != nil {
			p.Draw(draw.Crop(c, vg.Points(4), -vg.Points(6), vg.Points(3), -vg.Points(4)))
		}
		return
	}
	grid := make([][]*plot.Plot, rows)
	for i, r := range f.Rows {
		grid[i] = make([]*plot.Plot, cols)
		copy(grid[i], r)
	}
	pad := vg.Points(12)
	tiles := draw.Tiles{Rows: rows, Cols: cols, PadX: pad, PadY: pad,
		PadLeft: vg.Points(4), PadRight: vg.Points(8), PadTop: vg.Points(5), PadBottom: vg.Points(4)}
	for i, row := range plot.Align(grid, tiles, c) {
		for j, cell := range row {
			if grid[i][j] != nil {
				grid[i][j].Draw(cell)
			}
		}
	}
}

func (f *Figure) lengths() (w, h vg.Length) {
	width, height := f.Size()
	return vg.Length(width) * vg.Centimeter, vg.Length(height) * vg.Centimeter
}

// SVG returns the figure as an SVG document. Text stays text; readers without
// the Liberation fonts use Arial or Helvetica, which have the same widths.
func (f *Figure) SVG() string {
	w, h := f.lengths()
	c := &measured{Canvas: vgsvg.New(w, h)}
	f.draw(draw.New(c))
	var b bytes.Buffer
	c.WriteTo(&b) // a bytes.Buffer takes everything
	s := c.withLengths(b.String())
	if i := strings.Index(s, "<svg"); i > 0 {
		s = s[i:] // the XML declaration is not welcome inside HTML
	}
	// What a reader says who does not see it, and what a search finds.
	s = strings.Replace(s, "<svg ", `<svg role="img" aria-label="`+html.EscapeString(f.String())+`" `, 1)
	s = strings.ReplaceAll(s, "<image ", `<image preserveAspectRatio="none" `)
	s = strings.ReplaceAll(s, "data:image/jpg;base64,", "data:image/png;base64,")
	for family, fallback := range fontFallbacks {
		s = strings.ReplaceAll(s, "font-family:"+family+";", "font-family:'"+family+"',"+fallback+";")
	}
	return s
}

// measured notes how long each text of an SVG is, so that it is as long where
// the fonts are not: no label runs into another.
type measured struct {
	*vgsvg.Canvas
	lengths []vg.Length
}

func (c *measured) FillString(f font.Face, at vg.Point, text string) {
	c.lengths = append(c.lengths, f.Width(text))
	c.Canvas.FillString(f, at, text)
}

// withLengths gives the texts of a document, in their order, their lengths.
func (c *measured) withLengths(svg string) string {
	var b strings.Builder
	for _, length := range c.lengths {
		before, after, ok := strings.Cut(svg, "<text ")
		if !ok {
			break
		}
		b.WriteString(before + "<text ")
		if length > 0 {
			fmt.Fprintf(&b, `textLength="%.4g" lengthAdjust="spacingAndGlyphs" `, length.Points())
		}
		svg = after
	}
	return b.String() + svg
}

// fontFallbacks are the metric-compatible fonts of other systems.
var fontFallbacks = map[string]string{
	"Liberation Sans":  "Arial,Helvetica,sans-serif",
	"Liberation Serif": "'Times New Roman',Times,serif",
	"Liberation Mono":  "'Courier New',Courier,monospace",
}

// PDF returns the figure as a PDF document with its fonts embedded; its text can
// be searched.
func (f *Figure) PDF() []byte {
	c := newPDF(f.lengths())
	f.draw(draw.New(c))
	return c.bytes()
}

// Save writes the figure to a file whose name ends in .svg, .pdf or .png (at
// 300 dots per inch).
func (f *Figure) Save(path string) error {
	var data []byte
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".svg":
		data = []byte(`<?xml version="1.0"?>` + "\n" + f.SVG())
	case ".pdf":
		data = f.PDF()
	case ".png":
		data = encode(f.image(300))
	default:
		return fmt.Errorf("plotting: save %s: the ending %q is not one of .svg, .pdf, .png", path, ext)
	}
	if err := os.WriteFile(path, data, 0o666); err != nil {
		return fmt.Errorf("plotting: save figure: %w", err)
	}
	return nil
}

// Save writes one plot to a file; see Figure.Save.
func Save(p *plot.Plot, path string) error { return Single(p, 0, 0).Save(path) }

// String describes the figure where it cannot be drawn.
func (f *Figure) String() string {
	var b strings.Builder
	w, h := f.Size()
	fmt.Fprintf(&b, "figure, %.3g cm x %.3g cm", w, h)
	for _, row := range f.Rows {
		for _, p := range row {
			if p != nil {
				b.WriteString("\n  ")
				describe(&b, p)
			}
		}
	}
	return b.String()
}

// Describe returns a line about a plot: its title, axes and ranges.
func Describe(p *plot.Plot) string {
	var b strings.Builder
	describe(&b, p)
	return b.String()
}

func describe(w io.Writer, p *plot.Plot) {
	title := p.Title.Text
	if title == "" {
		title = "plot"
	}
	fmt.Fprintf(w, "%s: %s; %s", strings.ReplaceAll(title, "\n", " "), axis(&p.X, "x"), axis(&p.Y, "y"))
}

func axis(a *plot.Axis, name string) string {
	if a.Label.Text != "" {
		name = a.Label.Text
	}
	if a.Min > a.Max { // nothing was added
		return name
	}
	return fmt.Sprintf("%s %.4g to %.4g", name, a.Min, a.Max)
}
