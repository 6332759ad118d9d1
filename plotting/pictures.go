package plotting

import (
	"image"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Pictures lays images out in rows of the given number of columns, each with a
// title; "" for none.
func Pictures(columns int, titles []string, images ...image.Image) *Figure {
	panels := make([]*plot.Plot, len(images))
	for i, img := range images {
		title := ""
		if i < len(titles) {
			title = titles[i]
		}
		p := small(New(title))
		p.HideAxes()
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1, 0, 1
		p.Add(picture{img})
		panels[i] = p
	}
	f := NewFigure(columns, panels...)
	f.Width = min(24, 6*float64(columns))
	if len(images) > 0 {
		size := images[0].Bounds().Size()
		cell := f.Width / float64(columns)
		f.Height = (cell*float64(size.Y)/float64(max(1, size.X)) + 0.6) * float64(len(f.Rows))
	}
	return f
}

// picture is an image that fills the plot and keeps its proportions.
type picture struct{ image.Image }

func (m picture) Plot(c draw.Canvas, _ *plot.Plot) {
	size, room := m.Bounds().Size(), c.Size()
	if size.X == 0 || size.Y == 0 {
		return
	}
	w := min(room.X, room.Y*vg.Length(size.X)/vg.Length(size.Y))
	h := w * vg.Length(size.Y) / vg.Length(size.X)
	mid := c.Center()
	c.DrawImage(vg.Rectangle{Min: vg.Point{X: mid.X - w/2, Y: mid.Y - h/2}, Max: vg.Point{X: mid.X + w/2, Y: mid.Y + h/2}}, m.Image)
}
