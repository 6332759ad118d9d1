package display

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"gomdcsan/kernel/engine"
)

// The MIME types that front-ends know.
const (
	mimeText     = "text/plain"
	mimeHTML     = "text/html"
	mimeMarkdown = "text/markdown"
	mimeLatex    = "text/latex"
	mimeJSON     = "application/json"
	mimeSVG      = "image/svg+xml"
	mimePNG      = "image/png"
	mimeJPEG     = "image/jpeg"
	mimeGIF      = "image/gif"
	mimePDF      = "application/pdf"
)

// HTML is shown as HTML: display.HTML("<b>bold</b>").
type HTML string

// MimeBundle renders h; its text is h without tags.
func (h HTML) MimeBundle() map[string]any {
	return map[string]any{mimeHTML: string(h), mimeText: stripTags(string(h))}
}

// Markdown is shown as formatted text.
type Markdown string

// MimeBundle renders m.
func (m Markdown) MimeBundle() map[string]any {
	return map[string]any{mimeMarkdown: string(m), mimeText: string(m)}
}

// Latex is shown as a formula: display.Latex(`\dot V = V^2 - V - U + I`). Text
// with formulas in it has them between dollar signs.
type Latex string

// MimeBundle renders l.
func (l Latex) MimeBundle() map[string]any {
	s := string(l)
	marked := func(mark string) bool { return strings.Contains(s, mark) }
	if !slices.ContainsFunc([]string{"$", `\(`, `\[`, `\begin{`}, marked) { // front-ends look for these
		s = `$\displaystyle ` + s + `$`
	}
	return map[string]any{mimeLatex: s, mimeText: string(l)}
}

// SVG is shown as a vector image.
type SVG string

// MimeBundle renders s.
func (s SVG) MimeBundle() map[string]any {
	return map[string]any{mimeSVG: string(s), mimeText: fmt.Sprintf("SVG image, %d bytes", len(s))}
}

// Value is something rendered already, as JSON, PNG and Image return it.
type Value struct{ bundle engine.Display }

// MimeBundle returns the rendering.
func (v Value) MimeBundle() map[string]any { return v.bundle.Data }

// String returns its text.
func (v Value) String() string {
	s, _ := v.bundle.Data[mimeText].(string)
	return s
}

// JSON shows v as a tree to unfold.
func JSON(v any) Value {
	b, err := json.Marshal(v)
	if err != nil {
		return Value{failure(fmt.Errorf("display: JSON of a %T: %w", v, err))}
	}
	indented, _ := json.MarshalIndent(v, "", "  ") // marshalled a line above
	return Value{engine.Display{Data: map[string]any{mimeJSON: json.RawMessage(b), mimeText: string(indented)}}}
}

// normalise brings what a MimeBundle method returned to the form of
// engine.Display: text as string, binary data as base64, JSON as it is.
func normalise(data map[string]any, meta map[string]any, text func() string) engine.Display {
	out := make(map[string]any, len(data)+1)
	for mime, v := range data {
		switch v := v.(type) {
		case nil:
		case []byte:
			if isText(mime) {
				out[mime] = string(v)
			} else {
				out[mime] = base64.StdEncoding.EncodeToString(v)
			}
		case string:
			if !isText(mime) && !isJSON(mime) && !isBase64(v) {
				v = base64.StdEncoding.EncodeToString([]byte(v))
			}
			out[mime] = v
		case fmt.Stringer:
			out[mime] = v.String()
		default:
			out[mime] = v
		}
	}
	if _, ok := out[mimeText].(string); !ok {
		out[mimeText] = text()
	}
	return engine.Display{Data: out, Metadata: maps.Clone(meta)}
}

func isText(mime string) bool {
	return strings.HasPrefix(mime, "text/") || mime == mimeSVG || strings.HasSuffix(mime, "+xml") ||
		mime == "application/javascript"
}

func isJSON(mime string) bool { return mime == mimeJSON || strings.HasSuffix(mime, "+json") }

func isBase64(s string) bool {
	_, err := base64.StdEncoding.DecodeString(s)
	return err == nil
}

// stripTags gives the words of an HTML fragment, for terminals.
func stripTags(s string) string {
	var b strings.Builder
	depth := 0
	for _, r := range s {
		switch {
		case r == '<':
			depth++
		case r == '>' && depth > 0:
			depth--
		case depth == 0:
			b.WriteRune(r)
		}
	}
	return strings.TrimSpace(b.String())
}

// failure renders an error.
func failure(err error) engine.Display {
	return engine.Display{Data: map[string]any{mimeText: err.Error()}}
}

// clip shortens s to at most n bytes without cutting a rune.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return fmt.Sprintf("%s… (%d bytes in all)", s[:n], len(s))
}
