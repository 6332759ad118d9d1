package render

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/soniakeys/quant/median"

	"gomdcsan/mdcsan/checkpoint"
)

// Film is a sequence of pictures of one size.
type Film struct {
	Frames []*image.RGBA
	Delay  time.Duration // between frames
}

// check reports what cannot be encoded.
func (f *Film) check() error {
	if len(f.Frames) == 0 {
		return errors.New("render: a film without frames")
	}
	for i, m := range f.Frames {
		if m.Rect.Dx() != f.Frames[0].Rect.Dx() || m.Rect.Dy() != f.Frames[0].Rect.Dy() {
			return fmt.Errorf("render: frame %d of a film is %v, the first is %v", i, m.Rect.Size(), f.Frames[0].Rect.Size())
		}
	}
	return nil
}

// GIF writes the film as an animated GIF that repeats: 256 colours chosen for
// the film, delays in hundredths of a second.
func (f *Film) GIF(w io.Writer) error {
	if err := f.check(); err != nil {
		return err
	}
	p := newPalette(f.Frames)
	g := gif.GIF{Image: make([]*image.Paletted, len(f.Frames)), Delay: make([]int, len(f.Frames))}
	inRows(len(f.Frames), func(i int, _ []int) { g.Image[i] = p.apply(f.Frames[i]) })
	const unit = 10 * time.Millisecond
	for i := range g.Delay { // rounded so that the whole film keeps its time
		g.Delay[i] = int((time.Duration(i+1)*f.Delay+unit/2)/unit) - int((time.Duration(i)*f.Delay+unit/2)/unit)
	}
	if err := gif.EncodeAll(w, &g); err != nil {
		return fmt.Errorf("render: write GIF: %w", err)
	}
	return nil
}

// WriteFile writes the film as .gif, or as .apng or .png (animated PNG).
func (f *Film) WriteFile(path string) error {
	encode := map[string]func(io.Writer) error{".gif": f.GIF, ".apng": f.APNG, ".png": f.APNG}[strings.ToLower(filepath.Ext(path))]
	if encode == nil {
		return fmt.Errorf("render: %s: a film is written as .gif, .apng or .png", path)
	}
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		return err
	}
	if err := checkpoint.WriteOutput(path, b.Bytes()); err != nil {
		return fmt.Errorf("render: %w", err)
	}
	return nil
}

// palette maps colours of 5 bits a channel to the nearest of 256.
type palette struct {
	colors color.Palette
	index  [1 << 15]uint8
}

// newPalette chooses the colours by median cut over some frames of a film.
func newPalette(frames []*image.RGBA) *palette {
	const most = 6
	n := min(most, len(frames))
	size := frames[0].Rect.Size()
	half := image.Pt((size.X+1)/2, (size.Y+1)/2) // every second pixel is enough
	sheet := image.NewRGBA(image.Rect(0, 0, half.X, half.Y*n))
	for k := range n {
		m := frames[k*(len(frames)-1)/max(1, n-1)]
		for y := range half.Y {
			to, from := sheet.Pix[(k*half.Y+y)*sheet.Stride:], m.Pix[2*y*m.Stride:]
			for x := range half.X {
				copy(to[4*x:4*x+4], from[8*x:8*x+4])
			}
		}
	}
	p := &palette{colors: median.Quantizer(256).Quantize(make(color.Palette, 0, 256), sheet)}
	var rgb [][3]int
	for _, c := range p.colors {
		r, g, b, _ := c.RGBA()
		rgb = append(rgb, [3]int{int(r >> 8), int(g >> 8), int(b >> 8)})
	}
	for i := range p.index {
		r, g, b := i>>10<<3|4, i>>5&31<<3|4, i&31<<3|4
		nearest := 1 << 30
		for j, c := range rgb {
			dr, dg, db := r-c[0], g-c[1], b-c[2]
			if d := 3*dr*dr + 4*dg*dg + 2*db*db; d < nearest {
				nearest, p.index[i] = d, uint8(j)
			}
		}
	}
	return p
}

// apply reduces a frame to the palette, with a fixed 4x4 pattern of noise
// instead of bands where colours run into each other.
func (p *palette) apply(m *image.RGBA) *image.Paletted {
	pattern := [16]int{0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5}
	size := m.Rect.Size()
	out := image.NewPaletted(image.Rectangle{Max: size}, p.colors)
	for y := range size.Y {
		row := m.Pix[y*m.Stride:]
		for x := range size.X {
			d := pattern[y&3<<2|x&3]/2 - 4
			q := func(v uint8) int { return max(0, min(255, int(v)+d)) >> 3 }
			out.Pix[y*out.Stride+x] = p.index[q(row[4*x])<<10|q(row[4*x+1])<<5|q(row[4*x+2])]
		}
	}
	return out
}
