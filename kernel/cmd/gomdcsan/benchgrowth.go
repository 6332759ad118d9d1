package main

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"gomdcsan/mdcsan/bench"
	"gomdcsan/plotting"
)

// saveGrowth draws how an update's time grows, a panel for each quantity.
func saveGrowth(path, title string, growth []bench.Growth) error {
	var panels []*plot.Plot
	for _, g := range growth {
		p := plotting.New(title)
		title = ""
		p.X.Label.Text, p.Y.Label.Text = g.Quantity, "one update, ms"
		p.Y.Min = 0
		points := make(plotter.XYs, len(g.Values))
		for i, v := range g.Values {
			points[i] = plotter.XY{X: float64(v), Y: g.Ms[i]}
		}
		line, dots, err := plotter.NewLinePoints(points)
		if err != nil {
			return fmt.Errorf("bench: figure: %w", err)
		}
		line.Color, dots.Color = plotting.Colour(0), plotting.Colour(0)
		p.Add(line, dots)
		panels = append(panels, p)
	}
	return plotting.NewFigure(3, panels...).Save(path)
}
