package plotting

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// key is a legend in rows above the data, where it can never cover any.
type key struct {
	names  []string
	thumbs []plot.Thumbnailer
}

// The key's measures, in points. Rows are laid out for the data area of a
// figure one column wide, so that a plot looks the same at every size.
const (
	keyWidth = 185
	keyRow   = 12
	keyThumb = 15
	keyGap   = 10 // between entries
)

func (k *key) add(name string, thumb plot.Thumbnailer) {
	if name != "" {
		k.names, k.thumbs = append(k.names, name), append(k.thumbs, thumb)
	}
}

// attach puts the key on a plot.
func (k *key) attach(p *plot.Plot) {
	if len(k.names) > 0 {
		p.Add(k)
	}
}

// rows splits the entries into rows and gives each entry's place in its row.
func (k *key) rows(p *plot.Plot) (rows [][]int, at []vg.Length) {
	x := vg.Length(0)
	for i, name := range k.names {
		w := vg.Points(keyThumb+4) + p.Legend.TextStyle.Width(name)
		if len(rows) == 0 || x+w > vg.Points(keyWidth) {
			rows, x = append(rows, nil), 0
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], i)
		at = append(at, x)
		x += w + vg.Points(keyGap)
	}
	return rows, at
}

// GlyphBoxes reserves the room above the data.
func (k *key) GlyphBoxes(p *plot.Plot) []plot.GlyphBox {
	rows, _ := k.rows(p)
	height := vg.Points(keyRow*float64(len(rows)) + 3)
	return []plot.GlyphBox{{X: 0.5, Y: 1, Rectangle: vg.Rectangle{Max: vg.Point{Y: height}}}}
}

func (k *key) Plot(c draw.Canvas, p *plot.Plot) {
	rows, at := k.rows(p)
	sty := p.Legend.TextStyle
	sty.XAlign, sty.YAlign = draw.XLeft, draw.YCenter
	for r, row := range rows {
		y := c.Max.Y + vg.Points(keyRow*(float64(len(rows)-r)-0.5)+4)
		for _, i := range row {
			x := c.Min.X + at[i]
			icon := draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
				Min: vg.Point{X: x, Y: y - vg.Points(keyRow/2)}, Max: vg.Point{X: x + vg.Points(keyThumb), Y: y + vg.Points(keyRow/2)}}}
			k.thumbs[i].Thumbnail(&icon)
			c.FillText(sty, vg.Point{X: x + vg.Points(keyThumb+4), Y: y}, k.names[i])
		}
	}
}
