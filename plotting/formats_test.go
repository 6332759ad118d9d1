package plotting_test

import (
	"bytes"
	"image"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gomdcsan/plotting"
)

// needsReaders skips where the programs that read SVG and PDF are missing.
func needsReaders(t *testing.T) {
	t.Helper()
	for _, name := range []string{"rsvg-convert", "pdftocairo", "pdftotext"} {
		if _, err := exec.LookPath(name); err != nil {
			if slices.Contains(strings.Split(os.Getenv("GOMDCSAN_REQUIRE"), ","), "figures") {
				t.Fatalf("%s is required: %v", name, err)
			}
			t.Skipf("%s is not installed (Debian: librsvg2-bin, poppler-utils)", name)
		}
	}
}

// reading lets a program make a PNG of a document.
func reading(t *testing.T, document []byte, ext string) image.Image {
	t.Helper()
	in, out := filepath.Join(t.TempDir(), "figure"+ext), filepath.Join(t.TempDir(), "figure")
	if err := os.WriteFile(in, document, 0o666); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("pdftocairo", "-r", "192", "-png", "-singlefile", in, out)
	if ext == ".svg" {
		c = exec.Command("rsvg-convert", "-z", "2", "-o", out+".png", in)
	}
	if b, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", c.Args, err, b)
	}
	b, err := os.ReadFile(out + ".png")
	if err != nil {
		t.Fatal(err)
	}
	return decoded(t, b)
}

func decoded(t *testing.T, b []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// blurRadius, in pixels of 192 to the inch, evens out what readers do to edges:
// hinting moves glyphs by half a pixel.
const blurRadius = 2

// apart is the greatest difference between two images in any colour after a
// blur, 0 to 1, and where it is.
func apart(a, b image.Image) (worst float64, at image.Point) {
	size := a.Bounds().Size()
	if d := size.Sub(b.Bounds().Size()); d.X < -2 || d.X > 2 || d.Y < -2 || d.Y > 2 {
		return 1, size
	}
	w, h := min(size.X, b.Bounds().Dx()), min(size.Y, b.Bounds().Dy())
	for channel := range 3 {
		diff := sums(a, b, channel, w, h)
		for y := blurRadius; y < h-blurRadius; y++ {
			for x := blurRadius; x < w-blurRadius; x++ {
				x0, x1, y0, y1 := x-blurRadius, x+blurRadius+1, y-blurRadius, y+blurRadius+1
				s := diff[y1*(w+1)+x1] - diff[y0*(w+1)+x1] - diff[y1*(w+1)+x0] + diff[y0*(w+1)+x0]
				if d := math.Abs(s) / ((2*blurRadius + 1) * (2*blurRadius + 1)); d > worst {
					worst, at = d, image.Pt(x, y)
				}
			}
		}
	}
	return worst, at
}

// sums is the summed-area table of a - b in one channel.
func sums(a, b image.Image, channel, w, h int) []float64 {
	s := make([]float64, (w+1)*(h+1))
	value := func(img image.Image, x, y int) float64 {
		r, g, b, _ := img.At(img.Bounds().Min.X+x, img.Bounds().Min.Y+y).RGBA()
		return float64([]uint32{r, g, b}[channel]) / 0xffff
	}
	for y := range h {
		row := 0.0
		for x := range w {
			row += value(a, x, y) - value(b, x, y)
			s[(y+1)*(w+1)+x+1] = s[y*(w+1)+x+1] + row
		}
	}
	return s
}

// TestFormatsAgree: what readers make of SVG and PDF is what the PNG shows.
func TestFormatsAgree(t *testing.T) {
	needsReaders(t)
	for file, example := range examples {
		t.Run(file, func(t *testing.T) {
			example()
			f := drawn["testdata/"+file]
			want := decoded(t, f.PNG())
			for ext, document := range map[string][]byte{".svg": []byte(f.SVG()), ".pdf": f.PDF()} {
				got := reading(t, document, ext)
				if d, at := apart(want, got); d > formatTolerance {
					t.Errorf("%s differs from the PNG by %.2f at %v", ext, d, at)
				}
			}
		})
	}
}

// formatTolerance lies above what hinting does (0.2 at most; 0.25 where a reader
// kerns two digits otherwise) and below what TestApart finds.
const formatTolerance = 0.27

// TestApart: what a reader would notice is more than the tolerance: a minus
// sign that is missing, an accent, an image upside down.
func TestApart(t *testing.T) {
	line := func(y float64) plotting.Line { return plotting.Line{X: []float64{0, 1}, Y: []float64{y, 2}} }
	rows, turned := [][]float64{{0, 1}, {1, 1}}, [][]float64{{1, 1}, {0, 1}}
	for name, pair := range map[string][2]*plotting.Figure{
		"minus":       {plotting.Single(plotting.Lines("−1", "", "", line(0)), 0, 0), plotting.Single(plotting.Lines(" 1", "", "", line(0)), 0, 0)},
		"accent":      {plotting.Single(plotting.Lines("é", "", "", line(0)), 0, 0), plotting.Single(plotting.Lines("e", "", "", line(0)), 0, 0)},
		"upside down": {plotting.Single(plotting.RateMap("", "", "", rows), 0, 0), plotting.Single(plotting.RateMap("", "", "", turned), 0, 0)},
	} {
		if d, _ := apart(decoded(t, pair[0].PNG()), decoded(t, pair[1].PNG())); d < formatTolerance {
			t.Errorf("%s: only %.3f apart", name, d)
		}
	}
}

// TestPDFText: text in PDF can be searched and copied, whatever its script.
func TestPDFText(t *testing.T) {
	needsReaders(t)
	p := plotting.Lines("−½ Größe, naïve Δθ·μ ≤ π", "Zeit in µs", "θ of Łódź", plotting.Line{Name: "Tables AV", X: []float64{-1, 1}, Y: []float64{-1, 1}})
	c := exec.Command("pdftotext", "-layout", "-", "-")
	c.Stdin = bytes.NewReader(plotting.Single(p, 0, 0).PDF())
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"−½ Größe, naïve Δθ·μ ≤ π", "Zeit in µs", "θ of Łódź", "Tables AV", "−1.0", "−0.5"} {
		if !bytes.Contains(out, []byte(want)) {
			t.Errorf("%q is not found in\n%s", want, out)
		}
	}
}
