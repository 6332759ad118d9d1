package plotting

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// TrainingRun is one run as it goes: its training episodes and evaluations.
type TrainingRun struct {
	Name string

	EpisodeSteps, EpisodeReturns []float64 // at the end of each training episode, with exploration noise

	Steps, Mean, Std []float64 // the evaluations; Std over their episodes, nil for none
}

// Reference is a level to compare with, such as a random policy's return.
type Reference struct {
	Name  string
	Value float64
}

// TrainingCurves draws runs as they go, without smoothing: a dot for each
// training episode, a line with a band of one standard deviation over episodes
// for the evaluations, and dashed reference levels. steps is where the axis
// ends; 0 lets it follow the data.
func TrainingCurves(title string, steps float64, runs []TrainingRun, levels ...Reference) *plot.Plot {
	p := New(title)
	p.X.Label.Text, p.Y.Label.Text = "environment steps", "return"
	p.X.Min, p.X.Max = 0, math.Max(steps, 1)
	k := keyOf(p)
	for i, r := range runs {
		c := Colour(i)
		if len(r.EpisodeSteps) > 0 {
			dots := newMarks(r.EpisodeSteps, r.EpisodeReturns, blend(c, 0.4), 1.3, draw.CircleGlyph{})
			p.Add(dots)
			if len(runs) == 1 {
				k.add("training episodes", dots)
			}
		}
	}
	for i, r := range runs {
		c := Colour(i)
		n := min(len(r.Steps), len(r.Mean))
		if len(r.Std) >= n && n > 1 {
			low, high := make([]float64, n), make([]float64, n)
			for j := range n {
				low[j], high[j] = r.Mean[j]-r.Std[j], r.Mean[j]+r.Std[j]
			}
			p.Add(&band{xs: r.Steps[:n], low: low, high: high, color: faded(c, 0.2)})
		}
		if n > 0 {
			l := newCurve(r.Steps[:n], r.Mean[:n], c, 1.5)
			m := newMarks(r.Steps[:n], r.Mean[:n], c, 2, draw.CircleGlyph{})
			m.edge = draw.LineStyle{Color: color.White, Width: vg.Points(0.7)}
			p.Add(l, m)
			k.add(or(r.Name, "evaluation"), l)
		}
	}
	for i, ref := range levels {
		if isFinite(ref.Value) {
			l := newRule(ref.Value, false, Colour(6+i))
			p.Add(l)
			k.add(ref.Name, l)
		}
	}
	return p
}
