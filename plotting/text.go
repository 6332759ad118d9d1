package plotting

import (
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// house is the text handler of New's plots: plain text in which _{...} is
// lowered and ^{...} raised, as in θ_{v} or 10^{−3}. It also leads from a plot
// to its key, which a figure may draw once for several panels.
type house struct {
	text.Handler
	key *key
}

// keyOf returns the key of a plot that New has made, nil for others.
func keyOf(p *plot.Plot) *key {
	if h, ok := p.TextHandler.(*house); ok {
		return h.key
	}
	return nil
}

// The size and shift of lowered and raised text, in font sizes.
const (
	scriptSize = 0.72
	lowered    = -0.18
	raised     = 0.38
)

// part is a piece of a line in one size and height.
type part struct {
	text  string
	font  font.Font
	shift vg.Length
}

// parts splits a line at its lowered and raised pieces.
func parts(line string, f font.Font) []part {
	var out []part
	plain := func(s string) {
		if s != "" {
			out = append(out, part{s, f, 0})
		}
	}
	for line != "" {
		i := strings.IndexAny(line, "_^")
		for i >= 0 && (!strings.HasPrefix(line[i+1:], "{") || !strings.Contains(line[i:], "}")) {
			next := strings.IndexAny(line[i+1:], "_^")
			if next < 0 {
				i = -1
				break
			}
			i += 1 + next
		}
		if i < 0 {
			plain(line)
			break
		}
		plain(line[:i])
		shift := lowered
		if line[i] == '^' {
			shift = raised
		}
		small := f
		small.Size *= scriptSize
		script, rest, _ := strings.Cut(line[i+2:], "}")
		out = append(out, part{script, small, vg.Length(shift) * f.Size})
		line = rest
	}
	return out
}

// Box measures a line; its height is that of plain text, so that lines with and
// without lowered pieces stand alike.
func (h *house) Box(line string, f font.Font) (width, height, depth vg.Length) {
	_, height, depth = h.Handler.Box("", f)
	for _, p := range parts(line, f) {
		w, _, _ := h.Handler.Box(p.text, p.font)
		width += w
	}
	return width, height, depth
}

// Draw writes text piece by piece; see text.Plain, whose placing this is.
func (h *house) Draw(c vg.Canvas, txt string, sty text.Style, at vg.Point) {
	if !strings.ContainsAny(txt, "_^") {
		h.Handler.Draw(c, txt, sty, at)
		return
	}
	c.Push()
	defer c.Pop()
	c.Translate(at)
	c.Rotate(sty.Rotation)
	c.SetColor(sty.Color)
	lines := h.Lines(txt)
	top := sty.Height(txt)*vg.Length(sty.YAlign) - h.Extents(sty.Font).Ascent
	for i, line := range lines {
		width, _, _ := h.Box(line, sty.Font)
		x, y := vg.Length(sty.XAlign)*width, top+vg.Length(len(lines)-i)*sty.Font.Size
		for _, p := range parts(line, sty.Font) {
			face := h.Cache().Lookup(p.font, p.font.Size)
			c.FillString(face, vg.Point{X: x, Y: y + p.shift}, p.text)
			x += face.Width(p.text)
		}
	}
}
