package display

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"

	"gomdcsan/kernel/engine"
	"gomdcsan/plotting"
)

// recorder is a Host that keeps the events.
type recorder struct {
	mu     sync.Mutex
	events []engine.Event
	ctx    context.Context
}

func (r *recorder) Emit(e engine.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}
func (r *recorder) Context() context.Context { return r.ctx }
func (r *recorder) Input(prompt string, password bool) (string, error) {
	return "answer to " + prompt, nil
}

func record(t *testing.T) *recorder {
	r := &recorder{ctx: t.Context()}
	t.Cleanup(Attach(r))
	return r
}

type point struct {
	X, Y   float64
	hidden int
}

type selfMade struct{}

func (selfMade) MimeBundle() map[string]any {
	return map[string]any{"text/html": "<i>me</i>", "image/png": []byte("\x89PNG"), "application/json": map[string]int{"a": 1}}
}

type withMethods struct{}

func (withMethods) HTML() string { return "<u>u</u>" }
func (withMethods) PNG() []byte  { return []byte{1, 2} }

type panics struct{}

func (*panics) HTML() string { panic("no") }

// named has a text of its own; a slice of it is a table all the same.
type named struct{ N int }

func (n *named) String() string { return "named" }

type celsius float64

func (c celsius) String() string { return number(float64(c)) + " °C" }

func TestBundleText(t *testing.T) {
	x := 3
	long := make([]float64, 1e6)
	for _, c := range []struct {
		v    any
		want string
	}{
		{nil, "<nil>"}, {42, "42"}, {"a", `"a"`}, {"𝐚é日本", `"𝐚é日本"`}, {"two\nlines", "two\nlines"}, {0.1, "0.1"}, {true, "true"},
		{[]int{1, 2}, "[1 2]"}, {point{1, 2, 3}, "{X:1 Y:2 hidden:3}"}, {&point{1, 2, 3}, "&{X:1 Y:2 hidden:3}"},
		{errors.New("boom"), "boom"}, {(*point)(nil), "<nil> (*display.point)"}, {celsius(3), "3 °C"},
		{[]celsius{1, 2}, "[1 °C 2 °C]"}, {map[bool]string{true: "b", false: "a"}, `map[false:"a" true:"b"]`},
		{map[int]string{2: "b", 1: "a"}, "   value\n1  a\n2  b\n(2 entries)"}, {[]string{}, "[]"},
		{struct{ P *int }{nil}, "{P:<nil>}"}, {[]any{1, "s", nil}, `[1 "s" <nil>]`}, {time.Second, "1s"},
		{long, "[" + strings.Repeat("0 ", 20) + "…" + strings.Repeat(" 0", 20) + "] (1000000 elements)"},
		{[]string{"a b", "c"}, `["a b" "c"]`}, {[]byte("abc"), `[]byte("abc")`}, {[]byte{0, 255}, "[0 255]"},
		{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), "2026-01-02 03:04:05 +0000 UTC"}, {func(int) {}, "func(int)"},
	} {
		if got := Bundle(c.v).Data["text/plain"]; got != c.want {
			t.Errorf("text of %T: %q, want %q", c.v, got, c.want)
		}
	}
	if s := Bundle(&x).Data["text/plain"].(string); s != "&3" {
		t.Errorf("pointer to int: %q", s)
	}
}

func TestBundleRich(t *testing.T) {
	p := plot.New()
	p.Title.Text = "a < b"
	img := image.NewYCbCr(image.Rect(0, 0, 3, 2), image.YCbCrSubsampleRatio420)
	for _, c := range []struct {
		v          any
		mime, part string
	}{
		{p, "image/svg+xml", "<svg"}, {p, "text/plain", "a < b"},
		{PNG(p), "image/png", "iVBOR"}, {[]*plot.Plot{p, p, p}, "image/svg+xml", "<svg"},
		{plotting.Single(p, 8, 5), "text/plain", "8 cm x 5 cm"},
		{img, "image/png", "iVBOR"}, {img, "text/plain", "3 x 2"},
		{mat.NewDense(2, 2, []float64{1, 2, 3, 4}), "text/html", "<td style=\"text-align:right\">4</td>"},
		{mat.NewDense(2, 2, []float64{1, 2, 3, 4}), "text/plain", "   0  1\n0  1  2\n1  3  4\n(2 × 2 matrix)"},
		{mat.NewVecDense(100, nil), "text/plain", "vector of length 100"}, {mat.NewDense(100, 100, nil), "text/html", "⋱"},
		{[]point{{1, 2, 3}}, "text/html", "<th style=\"text-align:right\">X</th>"}, {[]*point{{1, 2, 3}, nil}, "text/plain", "0  1  2"},
		{[]map[string]float64{{"b": 1}, {"a": 2}}, "text/plain", "   a  b\n0     1\n1  2\n"},
		{map[string]int{"<k>": 1}, "text/html", "&lt;k&gt;"}, {[][]float64{{1, 2}, {3}}, "text/plain", "1  3"},
		{selfMade{}, "text/html", "<i>me</i>"}, {selfMade{}, "image/png", base64.StdEncoding.EncodeToString([]byte("\x89PNG"))},
		{withMethods{}, "text/html", "<u>u</u>"}, {withMethods{}, "image/png", "AQI="},
		{HTML("<b>bold</b>"), "text/html", "<b>bold</b>"}, {HTML("<b>bold</b>"), "text/plain", "bold"},
		{Markdown("*m*"), "text/markdown", "*m*"}, {Latex("$x$"), "text/latex", "$x$"},
		{Latex(`\dot V`), "text/latex", `$\displaystyle \dot V$`}, {Latex(`\begin{align}a\end{align}`), "text/latex", `\begin{align}a\end{align}`},
		{[]*named{{3}}, "text/html", "<th style=\"text-align:right\">N</th>"}, {[]time.Time{{}}, "text/plain", "[0001-01-01"}, {SVG("<svg/>"), "image/svg+xml", "<svg/>"},
		{[]byte("\x89PNG\r\n\x1a\nrest"), "image/png", "iVBOR"}, {Image("no/such.png"), "text/plain", "no such file"},
		{&panics{}, "text/plain", "panicked: no"}, {JSON(make(chan int)), "text/plain", "JSON of a chan int"},
		{Merge(Markdown("m"), HTML("h")), "text/markdown", "m"},
	} {
		d := Bundle(c.v)
		got, _ := d.Data[c.mime].(string)
		if !strings.Contains(got, c.part) {
			t.Errorf("%T: %s is %.300q, want it to contain %q", c.v, c.mime, got, c.part)
		}
		if _, ok := d.Data["text/plain"].(string); !ok {
			t.Errorf("%T: no text/plain", c.v)
		}
		if _, err := json.Marshal(d); err != nil {
			t.Errorf("%T: %v", c.v, err)
		}
	}
}

func TestSameBytes(t *testing.T) {
	draw := func() string {
		p := plotting.Single(plot.New(), 0, 0)
		return string(p.PNG()) + p.SVG()
	}
	if first, second := draw(), draw(); first != second {
		t.Error("the same plot gives other bytes")
	}
}

// A figure is there as SVG and as PNG, of the same size on the screen, with the
// description that readers need who do not see it; SVG that is large is left out.
func TestFigureIsSVGAndPNG(t *testing.T) {
	f := plotting.Single(plotting.Lines("a < b", "x in s", "y", plotting.Line{X: []float64{0, 1}, Y: []float64{0, 1}}), 10, 5)
	d := Bundle(f)
	svg, _ := d.Data[mimeSVG].(string)
	png := d.Metadata[mimePNG].(map[string]any)
	size := fmt.Sprintf(`width="%v" height="%v" style="max-width:100%%;height:auto" viewBox=`, png["width"], png["height"])
	if !strings.Contains(svg[:400], size) || !strings.Contains(svg[:400], `aria-label="figure, 10 cm x 5 cm`) || !strings.Contains(svg[:400], "a &lt; b: x in s 0 to 1") {
		t.Errorf("SVG starts with %.400s", svg)
	}
	if raw, err := base64.StdEncoding.DecodeString(d.Data[mimePNG].(string)); err != nil || sniff(raw) != mimePNG {
		t.Errorf("PNG: %v", err)
	}
	for _, mime := range []string{mimePNG, mimeSVG} {
		if alt := d.Metadata[mime].(map[string]any)["alt"]; alt != f.String() {
			t.Errorf("%s has the description %q", mime, alt)
		}
	}
	x := make([]float64, 100000)
	d = Bundle(plotting.Lines("large", "", "", plotting.Line{X: x, Y: x}))
	if _, ok := d.Data[mimeSVG]; ok || d.Data[mimePNG] == nil {
		t.Errorf("a large figure: %d bytes of SVG", len(fmt.Sprint(d.Data[mimeSVG])))
	}
}

func TestLargeFigureIsPNG(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 2, 2))
	img.Set(0, 0, color.White)
	d := PNG(plot.New()).bundle
	if m := d.Metadata["image/png"].(map[string]any); m["width"].(int) < 600 || m["width"].(int) > 800 {
		t.Errorf("PNG is shown %v CSS pixels wide", m["width"])
	}
	if PNG(img).String() != "PNG image, 2 x 2 pixels" {
		t.Error(PNG(img).String())
	}
}

func TestShowAndUpdate(t *testing.T) {
	r := record(t)
	h := Show("a", 1)
	h.Update("b", 2, 3)
	if len(r.events) != 4 {
		t.Fatalf("%d events", len(r.events))
	}
	for i, want := range []string{`"a"`, "1", `"b"`, "2\n3"} {
		e := r.events[i]
		kind := engine.Show
		if i > 1 {
			kind = engine.Update
		}
		if e.Kind != kind || e.Display.Data["text/plain"] != want || e.DisplayID != h.ids[i%2] {
			t.Errorf("event %d: %+v %+v", i, e, e.Display)
		}
	}
	if d := Bundle(h); len(d.Data) != 0 {
		t.Errorf("a handle as a cell's last value shows %v", d.Data)
	}
	if h.ids[0] == h.ids[1] {
		t.Error("one ID for two displays")
	}
}

func TestLiveDrawsAFewTimesASecond(t *testing.T) {
	r := record(t)
	n := 0
	clock := time.Unix(0, 0)
	f := &Figure{draw: func() any { n++; return n }, now: func() time.Time { return clock }}
	f.paint()
	for range 1000 { // ten seconds
		clock = clock.Add(10 * time.Millisecond)
		f.Redraw()
	}
	f.Redraw()
	f.Close()
	if n < 35 || n > 43 {
		t.Errorf("drawn %d times in 10 s", n)
	}
	if last := r.events[len(r.events)-1]; last.Kind != engine.Update || last.DisplayID != r.events[0].DisplayID {
		t.Errorf("last event %+v", last)
	}
	before := n
	f.Close()
	if n != before {
		t.Error("Close draws what was drawn already")
	}
}

func TestHostAnswers(t *testing.T) {
	r := record(t)
	if s, err := Input("name? "); s != "answer to name? " || err != nil {
		t.Error(s, err)
	}
	if Context() != r.ctx {
		t.Error("not the host's context")
	}
	ClearOutput(true)
	if e := r.events[0]; e.Kind != engine.Clear || !e.Wait {
		t.Errorf("%+v", e)
	}
}

// film writes itself in two formats, of which the first may be too large.
type film struct{ large bool }

func (f film) APNG(w io.Writer) error {
	w.Write([]byte("\x89PNG\r\n\x1a\n"))
	if f.large {
		w.Write(make([]byte, maxAPNG))
	}
	return nil
}

func (film) GIF(w io.Writer) error {
	_, err := w.Write([]byte("GIF89a"))
	return err
}

func TestFilm(t *testing.T) {
	if d := Bundle(film{}); d.Data["image/png"] == nil || d.Data["text/html"] != nil {
		t.Errorf("small: shown as %v", d.Data)
	}
	d := Bundle(film{large: true}) // nbconvert has no image/gif
	if s, _ := d.Data["text/html"].(string); !strings.HasPrefix(s, `<img alt="`) || !strings.Contains(s, "data:image/gif;base64,R0lG") || len(d.Data) != 2 {
		t.Errorf("large: shown as %v", d.Data)
	}
}

// TestImagesAreDescribed: every image has a description for where it cannot be
// seen.
func TestImagesAreDescribed(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 4, 4))
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]any{"image": img, "PNG bytes": Image(b.Bytes()), "as PNG": PNG(img), "plot": plotting.New("a plot")} {
		d := Bundle(v)
		about, _ := d.Metadata["image/png"].(map[string]any)
		if _, shown := d.Data["image/png"]; !shown || about["alt"] == nil || about["alt"] == "" {
			t.Errorf("%s: no description in %v", name, d.Metadata)
		}
	}
}
