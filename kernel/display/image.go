package display

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/draw"
	_ "image/gif" // so that Image and PNG read all three
	_ "image/jpeg"
	"image/png"
	"math"
	"os"
	"regexp"
	"strings"

	"gonum.org/v1/plot"

	"gomdcsan/kernel/engine"
	"gomdcsan/plotting"
)

// maxSVG is the size in bytes above which a figure is shown as PNG alone:
// front-ends draw large SVG slowly and notebooks grow.
const maxSVG = 512 << 10

// A figure on a screen has text as large as the page's, and takes the width
// that there is, up to figureWidth CSS pixels.
const (
	figureScale = 1.35
	figureWidth = 1200
)

// figure shows a figure as SVG and as PNG: notebooks that are not trusted, and
// many of their readers, show no SVG.
func figure(f *plotting.Figure) engine.Display {
	svg := f.SVG()
	if len(svg) > maxSVG {
		return sharpPNG(f)
	}
	d := figurePNG(f, f.PNG()) // smaller than it could be: the SVG is what is mostly seen
	w, h := onScreen(f)
	d.Data[mimeSVG] = svgSize.ReplaceAllString(svg, fmt.Sprintf(`${1}width="%d" height="%d" style="max-width:100%%;height:auto"`, w, h))
	d.Metadata[mimeSVG] = map[string]any{"alt": f.String()}
	return d
}

var svgSize = regexp.MustCompile(`^(<svg [^>]*?)width="[^"]*" height="[^"]*"`)

// onScreen is the size of a figure in CSS pixels.
func onScreen(f *plotting.Figure) (width, height int) {
	w, h := f.Size()
	width = min(figureWidth, int(w/2.54*96*figureScale))
	return width, int(float64(width) * h / w)
}

// sharpPNG has two pixels for each of the page's, as today's screens do.
func sharpPNG(f *plotting.Figure) engine.Display {
	width, _ := onScreen(f)
	cm, _ := f.Size()
	return figurePNG(f, f.PNGAt(int(math.Round(2*float64(width)/(cm/2.54)))))
}

func figurePNG(f *plotting.Figure, data []byte) engine.Display {
	d := imageBytes(mimePNG, data)
	d.Data[mimeText] = f.String()
	w, h := onScreen(f)
	// The description is what a page says where the figure cannot be seen.
	d.Metadata = map[string]any{mimePNG: map[string]any{"width": w, "height": h, "alt": f.String()}}
	return d
}

// PNG renders a plot, a figure or an image as PNG, at the resolution of
// screens. Bytes and the path of a file are taken as an image, too.
func PNG(v any) Value {
	switch v := v.(type) {
	case *plotting.Figure:
		return Value{sharpPNG(v)}
	case *plot.Plot:
		return Value{sharpPNG(plotting.Single(v, 0, 0))}
	case []*plot.Plot:
		return Value{sharpPNG(plotting.NewFigure(min(max(1, len(v)), 2), v...))}
	case [][]*plot.Plot:
		return Value{sharpPNG(&plotting.Figure{Rows: v})}
	case image.Image:
		return Value{picture(v)}
	case interface{ PNG() []byte }:
		return Value{imageBytes(mimePNG, v.PNG())}
	}
	d := Image(v).bundle
	if _, ok := d.Data[mimePNG]; ok {
		return Value{d}
	}
	for _, mime := range []string{mimeJPEG, mimeGIF} {
		if s, ok := d.Data[mime].(string); ok {
			raw, _ := base64.StdEncoding.DecodeString(s) // encoded by imageBytes
			img, _, err := image.Decode(bytes.NewReader(raw))
			if err != nil {
				return Value{failure(fmt.Errorf("display: PNG: %w", err))}
			}
			return Value{picture(img)}
		}
	}
	return Value{failure(fmt.Errorf("display: PNG: a %T is not a plot, an image, image bytes or a file's path", v))}
}

// Image shows an image.Image, the bytes of a PNG, JPEG, GIF, WebP or SVG image,
// or a file of one of these, named by its path.
func Image(v any) Value {
	switch v := v.(type) {
	case image.Image:
		return Value{picture(v)}
	case []byte:
		if mime := sniff(v); mime != "" {
			return Value{imageBytes(mime, v)}
		}
		return Value{failure(fmt.Errorf("display: Image: %d bytes that are not a PNG, JPEG, GIF, WebP or SVG image", len(v)))}
	case string:
		data, err := os.ReadFile(v)
		if err != nil {
			return Value{failure(fmt.Errorf("display: Image: %w", err))}
		}
		if mime := sniff(data); mime != "" {
			return Value{imageBytes(mime, data)}
		}
		return Value{failure(fmt.Errorf("display: Image: %s is not a PNG, JPEG, GIF, WebP or SVG image", v))}
	}
	return Value{Bundle(v)}
}

func picture(img image.Image) engine.Display {
	b := img.Bounds()
	if b.Empty() {
		return textual(fmt.Sprintf("empty image %v", b))
	}
	img = opaqueCopy(img)
	var buf bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.DefaultCompression}).Encode(&buf, img); err != nil {
		return failure(fmt.Errorf("display: encode image: %w", err))
	}
	return imageBytes(mimePNG, buf.Bytes())
}

// opaqueCopy converts colour models that PNG has no fast path for.
func opaqueCopy(img image.Image) image.Image {
	switch img.(type) {
	case *image.RGBA, *image.NRGBA, *image.Gray, *image.Gray16, *image.Paletted, *image.NRGBA64, *image.RGBA64:
		return img
	}
	out := image.NewNRGBA(img.Bounds())
	draw.Draw(out, out.Bounds(), image.NewUniform(color.Transparent), image.Point{}, draw.Src)
	draw.Draw(out, out.Bounds(), img, img.Bounds().Min, draw.Src)
	return out
}

func imageBytes(mime string, data []byte) engine.Display {
	d := engine.Display{Data: map[string]any{}}
	name := strings.ToUpper(strings.TrimSuffix(strings.TrimPrefix(mime, "image/"), "+xml"))
	d.Data[mimeText] = fmt.Sprintf("%s image, %d bytes", name, len(data))
	if mime == mimeSVG {
		d.Data[mime] = string(data)
		return d
	}
	d.Data[mime] = base64.StdEncoding.EncodeToString(data)
	if c, _, err := image.DecodeConfig(bytes.NewReader(data)); err == nil {
		d.Data[mimeText] = fmt.Sprintf("%s image, %d x %d pixels", name, c.Width, c.Height)
	}
	return d
}

// sniff tells an image's MIME type from its first bytes, "" for none.
func sniff(b []byte) string {
	head := func(s string) bool { return len(b) >= len(s) && string(b[:len(s)]) == s }
	switch {
	case head("\x89PNG\r\n\x1a\n"):
		return mimePNG
	case head("\xff\xd8\xff"):
		return mimeJPEG
	case head("GIF87a"), head("GIF89a"):
		return mimeGIF
	case head("RIFF") && len(b) > 12 && string(b[8:12]) == "WEBP":
		return "image/webp"
	}
	s := strings.TrimSpace(string(b[:min(len(b), 512)]))
	if strings.HasPrefix(s, "<svg") || strings.HasPrefix(s, "<?xml") && strings.Contains(s, "<svg") {
		return mimeSVG
	}
	return ""
}

// asHTML gives a bundle as an HTML fragment, and whether that is more than its
// text.
func asHTML(d engine.Display) (fragment string, rich bool) {
	if s, ok := d.Data[mimeHTML].(string); ok {
		return s, true
	}
	if s, ok := d.Data[mimeSVG].(string); ok {
		return s, true
	}
	for _, mime := range []string{mimePNG, mimeJPEG, mimeGIF, "image/webp"} {
		if s, ok := d.Data[mime].(string); ok {
			how := ""
			if m, ok := d.Metadata[mime].(map[string]any); ok {
				how = fmt.Sprintf(` width="%v" alt="%s"`, m["width"], html.EscapeString(fmt.Sprint(m["alt"])))
			}
			return fmt.Sprintf(`<img src="data:%s;base64,%s"%s>`, mime, s, how), true
		}
	}
	s, _ := d.Data[mimeText].(string)
	return `<pre style="margin:0">` + html.EscapeString(s) + "</pre>", false
}
