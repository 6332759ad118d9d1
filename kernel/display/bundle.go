package display

import (
	"bytes"
	"fmt"
	"html"
	"image"
	"io"
	"maps"
	"reflect"
	"strings"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"

	"gomdcsan/kernel/engine"
	"gomdcsan/plotting"
)

// Bundle renders any value; see the package doc for how. It never panics: a
// method that does is reported in the value's place. Only what Show returns
// has an empty bundle: there is nothing more to show of it.
func Bundle(v any) (d engine.Display) {
	defer func() {
		if r := recover(); r != nil {
			d = failure(fmt.Errorf("display: showing a %T panicked: %v", v, r))
		}
	}()
	return described(portable(render(v)))
}

// described gives images without a description their text: what a page says
// where they cannot be seen.
func described(d engine.Display) engine.Display {
	text, _ := d.Data[mimeText].(string)
	for _, mime := range []string{mimePNG, mimeJPEG, mimeGIF, mimeSVG} {
		if _, shown := d.Data[mime]; !shown || text == "" {
			continue
		}
		about, _ := d.Metadata[mime].(map[string]any)
		if _, has := about["alt"]; has {
			continue
		}
		about = maps.Clone(about)
		if about == nil {
			about = map[string]any{}
		}
		about["alt"] = text
		d.Metadata = maps.Clone(d.Metadata)
		if d.Metadata == nil {
			d.Metadata = map[string]any{}
		}
		d.Metadata[mime] = about
	}
	return d
}

// render finds the way that suits a value.
func render(v any) engine.Display {
	switch v := v.(type) {
	case nil:
		return textual("<nil>")
	case *Handle: // shown already, with what it stands for
		return engine.Display{}
	case engine.Display:
		return v
	case *engine.Display:
		return *v
	case Value:
		return v.bundle
	}
	if nilPointer(v) {
		return textual(fmt.Sprintf("<nil> (%T)", v))
	}
	if d, ok := own(v); ok {
		return d
	}
	if d, ok := known(v); ok {
		return d
	}
	if d, ok := structural(v); ok {
		return d
	}
	if d, ok := table(v); ok {
		return d
	}
	return textual(text(v))
}

// portable puts formats into HTML that some readers of notebooks leave out:
// nbconvert knows no image/gif.
func portable(d engine.Display) engine.Display {
	for _, mime := range []string{mimeGIF, "image/webp"} {
		s, ok := d.Data[mime].(string)
		if !ok || d.Data[mimeHTML] != nil {
			continue
		}
		alt, _ := d.Data[mimeText].(string)
		d.Data = maps.Clone(d.Data)
		delete(d.Data, mime)
		d.Data[mimeHTML] = fmt.Sprintf(`<img alt="%s" src="data:%s;base64,%s">`, html.EscapeString(alt), mime, s)
	}
	return d
}

// BundleAll renders the values of a call that returns several, one below the
// other.
func BundleAll(values ...any) engine.Display {
	if len(values) == 1 {
		return Bundle(values[0])
	}
	var plain, rich strings.Builder
	isRich := false
	for i, v := range values {
		d := Bundle(v)
		if i > 0 {
			plain.WriteByte('\n')
		}
		s, _ := d.Data[mimeText].(string)
		plain.WriteString(s)
		h, more := asHTML(d)
		isRich = isRich || more
		fmt.Fprintf(&rich, "<div>%s</div>\n", h)
	}
	out := textual(plain.String())
	if isRich {
		out.Data[mimeHTML] = rich.String()
	}
	return out
}

func textual(s string) engine.Display {
	return engine.Display{Data: map[string]any{mimeText: s}}
}

func nilPointer(v any) bool {
	r := reflect.ValueOf(v)
	return r.Kind() == reflect.Pointer && r.IsNil()
}

// own asks the value's MimeBundle method, with or without metadata.
func own(v any) (engine.Display, bool) {
	fallback := func() string { return text(v) }
	switch v := v.(type) {
	case interface{ MimeBundle() map[string]any }:
		return normalise(v.MimeBundle(), nil, fallback), true
	case interface {
		MimeBundle() (map[string]any, map[string]any)
	}:
		data, meta := v.MimeBundle()
		return normalise(data, meta, fallback), true
	}
	return engine.Display{}, false
}

// known renders the types of other packages that a notebook meets.
func known(v any) (engine.Display, bool) {
	switch v := v.(type) {
	case *plotting.Figure:
		return figure(v), true
	case *plot.Plot:
		return figure(plotting.Single(v, 0, 0)), true
	case []*plot.Plot:
		if len(v) == 0 {
			return engine.Display{}, false
		}
		return figure(plotting.NewFigure(min(len(v), 2), v...)), true
	case [][]*plot.Plot:
		if len(v) == 0 {
			return engine.Display{}, false
		}
		return figure(&plotting.Figure{Rows: v}), true
	case image.Image:
		return picture(v), true
	case mat.Matrix:
		return matrix(v), true
	case []byte:
		if mime := sniff(v); mime != "" {
			return imageBytes(mime, v), true
		}
	case error:
		return textual(v.Error()), true
	}
	return engine.Display{}, false
}

// structural asks the methods that name a MIME type.
func structural(v any) (engine.Display, bool) {
	data := map[string]any{}
	if m, ok := v.(interface{ HTML() string }); ok {
		data[mimeHTML] = m.HTML()
	}
	if m, ok := v.(interface{ Markdown() string }); ok {
		data[mimeMarkdown] = m.Markdown()
	}
	if m, ok := v.(interface{ Latex() string }); ok {
		data[mimeLatex] = m.Latex()
	}
	if m, ok := v.(interface{ SVG() string }); ok {
		data[mimeSVG] = m.SVG()
	}
	if m, ok := v.(interface{ PNG() []byte }); ok {
		data[mimePNG] = m.PNG()
	}
	if m, ok := v.(interface{ JPEG() []byte }); ok {
		data[mimeJPEG] = m.JPEG()
	}
	if film := animation(v); film != nil {
		data[sniff(film)] = film
	}
	if len(data) == 0 {
		return engine.Display{}, false
	}
	return normalise(data, nil, func() string { return text(v) }), true
}

// Merge returns the values' renderings as one bundle of several MIME types, of
// which a front-end chooses the richest.
func Merge(values ...any) Value {
	out := engine.Display{Data: map[string]any{}, Metadata: map[string]any{}}
	for _, v := range values {
		d := Bundle(v)
		maps.Copy(out.Data, d.Data)
		maps.Copy(out.Metadata, d.Metadata)
	}
	return Value{out}
}

// maxAPNG is the size above which a film is shown as GIF, which has fewer
// colours.
const maxAPNG = 3 << 20

// animation encodes a value that writes itself as animated PNG or GIF.
func animation(v any) []byte {
	var b bytes.Buffer
	if m, ok := v.(interface{ APNG(io.Writer) error }); ok {
		if err := m.APNG(&b); err == nil && b.Len() <= maxAPNG {
			return b.Bytes()
		}
	}
	if m, ok := v.(interface{ GIF(io.Writer) error }); ok {
		var g bytes.Buffer
		if err := m.GIF(&g); err == nil {
			return g.Bytes()
		}
	}
	return b.Bytes()
}
