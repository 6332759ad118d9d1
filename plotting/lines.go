package plotting

import "gonum.org/v1/plot"

// Line is one curve of Lines.
type Line struct {
	Name string
	X, Y []float64
}

// Lines draws curves as they are: the plot for everything that has no call of
// its own here. LogX, LogY and SecondAxis change its axes.
func Lines(title, xLabel, yLabel string, lines ...Line) *plot.Plot {
	p := New(title)
	p.X.Label.Text, p.Y.Label.Text = xLabel, yLabel
	k := keyOf(p)
	for i, l := range lines {
		n := min(len(l.X), len(l.Y))
		c := newCurve(l.X[:n], l.Y[:n], Colour(i), 1.4)
		p.Add(c)
		k.add(l.Name, c)
	}
	return p
}
