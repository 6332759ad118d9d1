package plotting

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"maps"
	"slices"

	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// PNG returns the figure as a PNG image at ScreenDPI, with a palette where that
// cannot be told from all colours: notebooks stay small.
func (f *Figure) PNG() []byte { return f.PNGAt(ScreenDPI) }

// PNGAt is PNG with so many dots per inch.
func (f *Figure) PNGAt(dpi int) []byte { return encode(paletted(f.image(dpi))) }

func (f *Figure) image(dpi int) image.Image {
	w, h := f.lengths()
	c := vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(dpi))
	f.draw(draw.New(c))
	return c.Image()
}

func encode(img image.Image) []byte {
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, img); err != nil {
		panic("plotting: encode PNG: " + err.Error()) // a buffer takes everything
	}
	return b.Bytes()
}

const (
	// paletteExact colours, the most frequent, keep their values: areas are
	// larger than their edges, so that only the shades of edges move.
	paletteExact = 96
	// paletteError is how far, of 255, one may be moved in any channel, and
	// paletteShare the part of all pixels that may be moved by more than
	// paletteNear: colours that are data, as in a map, are kept.
	paletteError = 32
	paletteNear  = 6
	paletteShare = 0.02
)

// paletted gives an image a palette of 256 colours, if all of its own are near
// one of these.
func paletted(img image.Image) image.Image {
	rgba, ok := img.(*image.RGBA)
	if !ok {
		return img
	}
	colours, count := byFrequency(rgba)
	var palette color.Palette
	nearest, apart := make([]uint8, len(colours)), make([]int, len(colours))
	for worst := 0; len(palette) < 256 && (len(palette) == 0 || apart[worst] > 0); {
		c := colours[worst] // the colour that is served worst
		if len(palette) < min(paletteExact, len(colours)) {
			c = colours[len(palette)]
		}
		for i, q := range colours {
			if d := between(c, q); len(palette) == 0 || d < apart[i] {
				apart[i], nearest[i] = d, uint8(len(palette))
			}
		}
		palette = append(palette, c)
		worst = slices.Index(apart, slices.Max(apart))
	}
	moved := 0
	for i, c := range colours {
		if apart[i] > paletteNear {
			moved += count[c]
		}
	}
	if slices.Max(apart) > paletteError || float64(moved) > paletteShare*float64(len(rgba.Pix)/4) {
		return img
	}
	index := make(map[color.RGBA]uint8, len(colours))
	for i, c := range colours {
		index[c] = nearest[i]
	}
	out := image.NewPaletted(rgba.Rect, palette)
	for i := range out.Pix {
		out.Pix[i] = index[pixel(rgba.Pix, i)]
	}
	return out
}

// byFrequency lists an image's colours, the most frequent first, and counts
// their pixels.
func byFrequency(img *image.RGBA) (colours []color.RGBA, count map[color.RGBA]int) {
	count = map[color.RGBA]int{}
	for i := range len(img.Pix) / 4 {
		count[pixel(img.Pix, i)]++
	}
	colours = slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		if n := count[b] - count[a]; n != 0 {
			return n
		}
		return slices.Compare([]uint8{a.R, a.G, a.B, a.A}, []uint8{b.R, b.G, b.B, b.A}) // the same bytes each time
	})
	return colours, count
}

func pixel(pix []uint8, i int) color.RGBA {
	return color.RGBA{pix[4*i], pix[4*i+1], pix[4*i+2], pix[4*i+3]}
}

// between is the greatest difference in a channel.
func between(a, b color.RGBA) int {
	d := func(x, y uint8) int { return int(max(x, y) - min(x, y)) }
	return max(d(a.R, b.R), d(a.G, b.G), d(a.B, b.B), d(a.A, b.A))
}
