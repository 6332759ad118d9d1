package plotting

import (
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
)

// LegendPosition is where the legend of a plot stands, always outside of its
// data.
type LegendPosition int

// The positions of Legend.
const (
	LegendAbove LegendPosition = iota // in rows above the data: where calls put it
	LegendRight                       // in a column at the right
	LegendNone
)

// Legend moves a plot's legend. Its font and colour are those of p.Legend.
// Panels of a figure whose
// legends agree share one.
func Legend(p *plot.Plot, at LegendPosition) {
	if k := keyOf(p); k != nil {
		k.position = at
	}
}

// key is a legend beside the data, where it can never cover any.
type key struct {
	entries  []entry
	position LegendPosition
	scale    *heat // whose label ScaleLabel sets

	// Set by the figure while it draws:
	hidden bool      // one legend stands for several panels
	width  vg.Length // of the rows, 0 for keyWidth
	least  int       // rows to leave room for, so that panels beside each other align
}

// entry is a line of a key; the thumb of a remark is nil.
type entry struct {
	name  string
	thumb plot.Thumbnailer
}

// The key's measures, in points. Without a figure rows are laid out for the data
// area of a figure one column wide.
const (
	keyWidth = 185
	keyRow   = 12
	keyThumb = 15
	keyGap   = 10 // between entries
)

// add appends an entry, unless there is one of the same name and look.
func (k *key) add(name string, thumb plot.Thumbnailer) {
	e := entry{name, thumb}
	if name != "" && !slices.ContainsFunc(k.entries, e.equal) {
		k.entries = append(k.entries, e)
	}
}

// remark appends a line of words.
func (k *key) remark(text string) { k.add(text, nil) }

func (e entry) equal(other entry) bool { return e.name == other.name && e.look() == other.look() }

// look describes what the thumb draws.
func (e entry) look() string {
	if e.thumb == nil {
		return ""
	}
	var r recorder.Canvas
	c := draw.NewCanvas(&r, vg.Points(keyThumb), vg.Points(keyRow))
	e.thumb.Thumbnail(&c)
	s := ""
	for _, a := range r.Actions {
		s += a.Call()
	}
	return s
}

// length is an entry's, without the gap after it.
func (e entry) length(sty draw.TextStyle) vg.Length {
	if e.thumb == nil {
		return sty.Width(e.name)
	}
	return vg.Points(keyThumb+4) + sty.Width(e.name)
}

func (e entry) draw(c draw.Canvas, sty draw.TextStyle, x, y vg.Length) {
	sty.XAlign, sty.YAlign = draw.XLeft, draw.YCenter
	if e.thumb != nil {
		icon := draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
			Min: vg.Point{X: x, Y: y - vg.Points(keyRow/2)}, Max: vg.Point{X: x + vg.Points(keyThumb), Y: y + vg.Points(keyRow/2)}}}
		e.thumb.Thumbnail(&icon)
		x += vg.Points(keyThumb + 4)
	}
	c.FillText(sty, vg.Point{X: x, Y: y}, e.name)
}

// rows splits the entries into rows of at most the key's width.
func (k *key) rows(sty draw.TextStyle) (rows [][]entry) {
	width, x := k.width, vg.Length(0)
	if width == 0 {
		width = vg.Points(keyWidth)
	}
	for _, e := range k.entries {
		if len(rows) == 0 || x+e.length(sty) > width {
			rows, x = append(rows, nil), 0
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], e)
		x += e.length(sty) + vg.Points(keyGap)
	}
	return rows
}

// height is the room of n rows.
func height(n int) vg.Length {
	if n == 0 {
		return 0
	}
	return vg.Points(keyRow*float64(n) + 3)
}

// GlyphBoxes reserves the room beside the data.
func (k *key) GlyphBoxes(p *plot.Plot) []plot.GlyphBox {
	sty := p.Legend.TextStyle
	switch {
	case k.hidden || k.position == LegendNone:
		return nil
	case k.position == LegendRight && len(k.entries) > 0:
		width := vg.Length(0)
		for _, e := range k.entries {
			width = max(width, e.length(sty))
		}
		return []plot.GlyphBox{{X: 1, Y: 0.5, Rectangle: vg.Rectangle{Max: vg.Point{X: width + vg.Points(keyGap)}}}}
	}
	if n := max(k.least, len(k.rows(sty))); n > 0 {
		return []plot.GlyphBox{{X: 0.5, Y: 1, Rectangle: vg.Rectangle{Max: vg.Point{Y: height(n)}}}}
	}
	return nil
}

func (k *key) Plot(c draw.Canvas, p *plot.Plot) {
	switch {
	case k.hidden || k.position == LegendNone:
	case k.position == LegendRight:
		for i, e := range k.entries {
			e.draw(c, p.Legend.TextStyle, c.Max.X+vg.Points(keyGap), c.Max.Y-vg.Points(keyRow*(float64(i)+0.5)))
		}
	default:
		k.drawRows(c, p.Legend.TextStyle, vg.Point{X: c.Min.X, Y: c.Max.Y + vg.Points(4)})
	}
}

// drawRows draws the key with its lower left corner at a point.
func (k *key) drawRows(c draw.Canvas, sty draw.TextStyle, at vg.Point) {
	rows := k.rows(sty)
	for r, row := range rows {
		x, y := at.X, at.Y+vg.Points(keyRow*(float64(len(rows)-r)-0.5))
		for _, e := range row {
			e.draw(c, sty, x, y)
			x += e.length(sty) + vg.Points(keyGap)
		}
	}
}

// shared merges the keys of panels into one, nil where that would not be true
// of all: where a name stands for different looks, or where panels have nothing
// in common.
func shared(keys []*key) *key {
	if len(keys) < 2 {
		return nil
	}
	all, looks := &key{}, map[string]string{}
	for i, k := range keys {
		common := i == 0
		for _, e := range k.entries {
			look, known := looks[e.name]
			if known && look != e.look() {
				return nil
			}
			common = common || known && e.thumb != nil
			looks[e.name] = e.look()
		}
		if !common {
			return nil
		}
		for _, e := range k.entries {
			all.add(e.name, e.thumb)
		}
	}
	if dashed := looks[paperEntry]; dashed != "" { // says it of all that have a line of their own
		all.entries = slices.DeleteFunc(all.entries, func(e entry) bool {
			name, is := strings.CutSuffix(e.name, paperSuffix)
			return is && looks[name] != ""
		})
	}
	slices.SortStableFunc(all.entries, func(a, b entry) int { return rank(a) - rank(b) })
	return all
}

// rank puts lines before what explains them, and remarks last.
func rank(e entry) int {
	switch _, area := e.thumb.(patch); {
	case e.thumb == nil:
		return 3
	case area:
		return 2
	case e.name == paperEntry || e.name == fewerEntry:
		return 1
	}
	return 0
}
