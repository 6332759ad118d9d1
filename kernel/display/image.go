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
	"os"
	"strings"

	"gonum.org/v1/plot"

	"gomdcsan/kernel/engine"
	"gomdcsan/plotting"
)

// maxSVG is the size in bytes above which a figure is shown as PNG: front-ends
// draw large SVG slowly and notebooks grow.
const maxSVG = 1 << 20

func figure(f *plotting.Figure) engine.Display {
	svg := f.SVG()
	if len(svg) > maxSVG {
		return figurePNG(f)
	}
	return engine.Display{Data: map[string]any{mimeSVG: svg, mimeText: f.String()}}
}

func figurePNG(f *plotting.Figure) engine.Display {
	data := f.PNG()
	d := imageBytes(mimePNG, data)
	d.Data[mimeText] = f.String()
	if c, _, err := image.DecodeConfig(bytes.NewReader(data)); err == nil {
		d.Metadata = size(mimePNG, c.Width*96/plotting.ScreenDPI, c.Height*96/plotting.ScreenDPI)
		d.Metadata[mimePNG].(map[string]any)["alt"] = f.String() // what a page says where it cannot be seen
	}
	return d
}

// size is the metadata by which front-ends scale an image, in CSS pixels.
func size(mime string, width, height int) map[string]any {
	return map[string]any{mime: map[string]any{"width": width, "height": height}}
}

// PNG renders a plot, a figure or an image as PNG, at the resolution of
// screens. Bytes and the path of a file are taken as an image, too.
func PNG(v any) Value {
	switch v := v.(type) {
	case *plotting.Figure:
		return Value{figurePNG(v)}
	case *plot.Plot:
		return Value{figurePNG(plotting.Single(v, 0, 0))}
	case []*plot.Plot:
		return Value{figurePNG(plotting.NewFigure(min(max(1, len(v)), 2), v...))}
	case [][]*plot.Plot:
		return Value{figurePNG(&plotting.Figure{Rows: v})}
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
			width := ""
			if m, ok := d.Metadata[mime].(map[string]any); ok {
				width = fmt.Sprintf(` width="%v"`, m["width"])
			}
			return fmt.Sprintf(`<img src="data:%s;base64,%s"%s>`, mime, s, width), true
		}
	}
	s, _ := d.Data[mimeText].(string)
	return `<pre style="margin:0">` + html.EscapeString(s) + "</pre>", false
}
