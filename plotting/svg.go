package plotting

import (
	"bytes"
	"fmt"
	"html"
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

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

// measured notes how its texts are set, so that they are set alike where the
// fonts are not, or are spaced otherwise: no label runs into another.
type measured struct {
	*vgsvg.Canvas
	texts []measuredText
}

type measuredText struct {
	x     vg.Length
	face  font.Face
	parts []placedText
}

func (c *measured) FillString(f font.Face, at vg.Point, text string) {
	c.texts = append(c.texts, measuredText{at.X, f, kerned(f, text)})
	c.Canvas.FillString(f, at, text)
}

// withLengths gives the texts of a document, in their order, their lengths, and
// the places of what is moved closer to what stands before.
func (c *measured) withLengths(svg string) string {
	var b strings.Builder
	for _, t := range c.texts {
		before, after, _ := strings.Cut(svg, "<text ")
		tag, after, ok := strings.Cut(after, ">")
		_, after, _ = strings.Cut(after, "</text>")
		if !ok {
			break
		}
		b.WriteString(before + "<text ")
		if len(t.parts) == 1 {
			b.WriteString(t.length(0) + tag + ">" + html.EscapeString(t.parts[0].text))
		} else {
			b.WriteString(tag + ">")
			for i, p := range t.parts {
				fmt.Fprintf(&b, `<tspan x="%.5g" %s>%s</tspan>`, (t.x + p.at).Points(), t.length(i), html.EscapeString(p.text))
			}
		}
		b.WriteString("</text>")
		svg = after
	}
	return b.String() + svg
}

// length is the attribute that holds a part to its length.
func (t *measuredText) length(i int) string {
	w := t.face.Width(t.parts[i].text)
	if w <= 0 {
		return ""
	}
	return fmt.Sprintf(`textLength="%.4g" lengthAdjust="spacingAndGlyphs" `, w.Points())
}

// fontFallbacks are the metric-compatible fonts of other systems.
var fontFallbacks = map[string]string{
	"Liberation Sans":  "Arial,Helvetica,sans-serif",
	"Liberation Serif": "'Times New Roman',Times,serif",
	"Liberation Mono":  "'Courier New',Courier,monospace",
}
