package plotting

import (
	"fmt"
	"image/color"
	"io"
	"os"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
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
		height = width/float64(cols)*ratio*float64(max(1, rows)) + f.legendHeight(width)
	}
	return width, height
}

// legendHeight is what the rows of a single panel's legend after the first add
// to the height, in centimetres: the data keep their room.
func (f *Figure) legendHeight(width float64) float64 {
	if len(f.Rows) != 1 || len(f.Rows[0]) != 1 || f.Rows[0][0] == nil || keyOf(f.Rows[0][0]) == nil {
		return 0
	}
	p := f.Rows[0][0]
	k := *keyOf(p)
	if k.position != LegendAbove {
		return 0
	}
	k.width = rowWidth(vg.Length(width)*vg.Centimeter, 1)
	return float64(max(0, len(k.rows(p.Legend.TextStyle))-1)) * keyRow / float64(vg.Centimeter)
}

// rowWidth is the width of the rows of a panel's legend.
func rowWidth(figure vg.Length, columns int) vg.Length {
	const axis = 75 // about what stands beside the data
	return max(keyWidth, figure/vg.Length(columns)-axis)
}

// draw paints the figure on a canvas of its size.
func (f *Figure) draw(c draw.Canvas) {
	c.SetColor(color.White)
	c.Fill(c.Rectangle.Path())
	grid := f.grid()
	if len(grid) == 0 {
		return
	}
	c = draw.Crop(c, vg.Points(4), -vg.Points(8), vg.Points(4), -vg.Points(5))
	c, restore := f.legends(c, grid)
	defer restore()
	if len(grid) == 1 && len(grid[0]) == 1 {
		if p := grid[0][0]; p != nil {
			p.Draw(c)
		}
		return
	}
	tiles := draw.Tiles{Rows: len(grid), Cols: len(grid[0]), PadX: panelGap, PadY: panelGap}
	for i, row := range plot.Align(grid, tiles, c) {
		for j, cell := range row {
			if grid[i][j] != nil {
				grid[i][j].Draw(cell)
			}
		}
	}
}

// panelGap is the distance of panels.
const panelGap = vg.Length(12)

// grid is the figure's rows, all as long as the longest.
func (f *Figure) grid() [][]*plot.Plot {
	cols := 0
	for _, r := range f.Rows {
		cols = max(cols, len(r))
	}
	if cols == 0 {
		return nil
	}
	grid := make([][]*plot.Plot, len(f.Rows))
	for i, r := range f.Rows {
		grid[i] = make([]*plot.Plot, cols)
		copy(grid[i], r)
	}
	return grid
}

// legends draws one legend for all panels, where they have the same, or makes
// the panels of a row leave the same room for theirs. It returns what is left of
// the canvas.
func (f *Figure) legends(c draw.Canvas, grid [][]*plot.Plot) (rest draw.Canvas, restore func()) {
	var keys []*key
	var style *draw.TextStyle
	width := rowWidth(c.Size().X, len(grid[0]))
	for _, row := range grid {
		least, first := 0, len(keys)
		for _, p := range row {
			if p == nil || keyOf(p) == nil {
				continue
			}
			k := keyOf(p)
			k.width = width
			if len(k.entries) > 0 && k.position == LegendAbove {
				keys, style = append(keys, k), &p.Legend.TextStyle
				least = max(least, len(k.rows(*style)))
			}
		}
		for _, k := range keys[first:] {
			k.least = least
		}
	}
	if all := shared(keys); all != nil {
		for _, k := range keys {
			k.hidden = true
		}
		all.width = c.Size().X
		room := height(len(all.rows(*style))) + vg.Points(6)
		all.drawRows(c, *style, vg.Point{X: c.Min.X + vg.Points(6), Y: c.Max.Y - room + vg.Points(9)})
		c = draw.Crop(c, 0, 0, 0, -room)
	}
	return c, func() {
		for _, row := range grid {
			for _, p := range row {
				if p != nil && keyOf(p) != nil {
					k := keyOf(p)
					k.hidden, k.width, k.least = false, 0, 0
				}
			}
		}
	}
}

func (f *Figure) lengths() (w, h vg.Length) {
	width, height := f.Size()
	return vg.Length(width) * vg.Centimeter, vg.Length(height) * vg.Centimeter
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
