package plotting

import "gonum.org/v1/plot/vg/draw"

// DrawOn lets tests look at what a figure draws.
func DrawOn(f *Figure, c draw.Canvas) { f.draw(c) }
