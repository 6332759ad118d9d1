package plotting

import (
	"image"
	"image/color"
	"testing"
)

// TestPaletted: the palette keeps areas exact and edges near; where colours are
// too many the image keeps them all.
func TestPaletted(t *testing.T) {
	few, many := image.NewRGBA(image.Rect(0, 0, 64, 64)), image.NewRGBA(image.Rect(0, 0, 64, 64))
	for i := range 64 * 64 {
		few.Set(i%64, i/64, color.RGBA{uint8(i % 17 * 15), 7, 9, 255})
		many.Set(i%64, i/64, color.RGBA{uint8(i * 7919 % 256), uint8(i * 104729 >> 4), uint8(i * 31), 255})
	}
	if got, ok := paletted(few).(*image.Paletted); !ok || got.At(5, 0) != few.At(5, 0) {
		t.Errorf("17 colours: %T, %v for %v", paletted(few), paletted(few).At(5, 0), few.At(5, 0))
	}
	if _, ok := paletted(many).(*image.RGBA); !ok {
		t.Errorf("4096 colours: %T", paletted(many))
	}
	f := Single(LearningCurves("t", PaperCurve("Ant-v3", "DAN"), PaperCurve("Ant-v3", "MDC-SAN")), 0, 0)
	exact := f.image(ScreenDPI)
	small, ok := paletted(exact).(*image.Paletted)
	if !ok {
		t.Fatal("curves have no palette")
	}
	for y := range exact.Bounds().Dy() {
		for x := range exact.Bounds().Dx() {
			if a, b := color.RGBAModel.Convert(exact.At(x, y)).(color.RGBA), color.RGBAModel.Convert(small.At(x, y)).(color.RGBA); between(a, b) > paletteError {
				t.Fatalf("(%d, %d): %v became %v", x, y, a, b)
			}
		}
	}
	if n, whole := len(encode(small)), len(encode(exact)); n > whole/2 {
		t.Errorf("%d bytes with a palette, %d without", n, whole)
	}
}
