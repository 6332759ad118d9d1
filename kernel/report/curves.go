package report

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"

	"gomdcsan/mdcsan"
	"gomdcsan/plotting"
)

// PaperSteps is how long the paper trains.
const PaperSteps = 1_000_000

// Panel draws the learning curves of some kinds on a task: ours solid, the
// paper's dashed in the same colour, both smoothed as the paper does. The title
// says how many seeds are ours. The axis ends at the given step; 0 stands for where our longest run will end, or for
// the paper's million steps where there is none.
func Panel(task string, steps float64, runs []*mdcsan.Results, kinds ...Kind) *plot.Plot {
	if steps <= 0 {
		steps = horizon(task, runs, kinds)
	}
	var series []plotting.Series
	least, most := math.MaxInt, 0      // seeds
	drawn := map[string]bool{"": true} // of the paper's
	for i, k := range kinds {
		if !drawn[k.Paper] {
			drawn[k.Paper] = true
			paper := plotting.PaperCurve(task, k.Paper).Cut(steps)
			paper.Colour = i + 1
			ran := func(other Kind) bool { return other.Paper == k.Paper && len(other.Runs(task, runs)) > 0 }
			if j := slices.IndexFunc(kinds, ran); j >= 0 {
				paper.Colour, paper.Name = j+1, "" // the colour says it
			}
			series = append(series, paper)
		}
		if ours := k.Curve(task, runs).Cut(steps); len(ours.Runs) > 0 {
			least, most = min(least, len(ours.Runs)), max(most, len(ours.Runs))
			ours.Colour, ours.Name = i+1, k.Name
			series = append(series, ours)
		}
	}
	p := plotting.LearningCurves(task+seeds(least, most), series...)
	p.X.Min, p.X.Max = 0, steps
	return p
}

// seeds says how many runs the curves are means of.
func seeds(least, most int) string {
	switch {
	case most == 0:
		return ""
	case least == most:
		return fmt.Sprintf(" (%s)", plural(most, "seed"))
	}
	return fmt.Sprintf(" (%d to %d seeds)", least, most)
}

// horizon is where the axis ends.
func horizon(task string, runs []*mdcsan.Results, kinds []Kind) float64 {
	end := 0
	for _, k := range kinds {
		for _, r := range k.Runs(task, runs) {
			end = max(end, r.Config().Steps)
		}
	}
	if end == 0 {
		end = PaperSteps
	}
	return float64(end)
}

// Figure is a Panel for each of the paper's tasks.
func Figure(runs []*mdcsan.Results, kinds ...Kind) *plotting.Figure {
	var panels []*plot.Plot
	for _, task := range Tasks() {
		panels = append(panels, Panel(task, 0, runs, kinds...))
	}
	f := plotting.NewFigure(2, panels...)
	f.Width = 2 * plotting.ColumnWidth
	return f
}
