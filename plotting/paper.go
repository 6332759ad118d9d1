package plotting

import (
	"embed"
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// The paper's curves and points, read off its vector figures.
//
//go:embed paper/*.csv
var paperFiles embed.FS

// Table1 is a row of the paper's Table 1: the maximum of the mean return over
// ten seeds, and the standard deviation over seeds there.
type Table1 struct {
	Task, Actor string
	Mean, Std   float64
}

// PaperTable1 returns the paper's Table 1.
func PaperTable1() []Table1 {
	return []Table1{
		{"Ant-v3", "DAN", 4671, 777}, {"HalfCheetah-v3", "DAN", 10020, 1696}, {"Walker2d-v3", "DAN", 4139, 429}, {"Hopper-v3", "DAN", 3396, 77},
		{"Ant-v3", "Pop-DAN", 5146, 669}, {"HalfCheetah-v3", "Pop-DAN", 10206, 1089}, {"Walker2d-v3", "Pop-DAN", 4361, 621}, {"Hopper-v3", "Pop-DAN", 3201, 957},
		{"Ant-v3", "MDC-SAN", 5628, 155}, {"HalfCheetah-v3", "MDC-SAN", 11657, 400}, {"Walker2d-v3", "MDC-SAN", 5566, 332}, {"Hopper-v3", "MDC-SAN", 3636, 146},
	}
}

// PaperCurve returns a curve of the paper's Figs. 4, 5 and 7, to stand behind
// one's own. Actors are DAN, Pop-DAN and MDC-SAN; codings Cpop, Cpop+Cdet,
// Cpop+Cuni, Cpop+Cpoi and Cpoi; neurons DN and LIF. For a task that is not in
// the paper the series is empty and nothing is drawn; another name panics.
func PaperCurve(task, name string) Series {
	figure, column := "fig4", name
	switch name {
	case "DAN", "Pop-DAN", "MDC-SAN":
	case "Cpop", "Cpop+Cdet", "Cpop+Cuni", "Cpop+Cpoi", "Cpoi":
		figure = "fig5"
	case "DN", "LIF":
		figure = "fig7"
	default:
		panic(fmt.Sprintf("plotting: the paper has no curve %q; it has DAN, Pop-DAN, MDC-SAN, Cpop, Cpop+Cdet, Cpop+Cuni, Cpop+Cpoi, Cpoi, DN, LIF", name))
	}
	task, _, _ = strings.Cut(task, "-")
	s := Series{Name: name + paperSuffix}
	for _, r := range paperCurves() {
		if r.figure == figure && r.task == task && r.series == column {
			s.Steps = append(s.Steps, r.step)
			s.Mean = append(s.Mean, r.mean)
			if !math.IsNaN(r.half) {
				s.HalfBand = append(s.HalfBand, r.half)
			}
		}
	}
	if len(s.Steps) == 0 {
		s.Name = ""
	}
	return s
}

// Cut returns the part of a series up to the given step, so that a short run
// is not lost at the left edge of the paper's million steps.
func (s Series) Cut(step float64) Series {
	n := 0
	for n < len(s.Steps) && s.Steps[n] <= step {
		n++
	}
	s.Steps = s.Steps[:n]
	s.Mean = s.Mean[:min(n, len(s.Mean))]
	s.HalfBand = s.HalfBand[:min(n, len(s.HalfBand))]
	s.Runs = slices.Clone(s.Runs)
	for i, r := range s.Runs {
		s.Runs[i] = r[:min(n, len(r))]
	}
	return s
}

// Theta is the paper's Fig. 6: the dynamic parameters that each of 592 neurons
// learnt on Ant, and the layer of each: 1, 2, and 3 for the output population.
type Theta struct {
	Layer      []int
	V, U, R, S []float64
}

// PaperTheta returns the points of the paper's Fig. 6.
func PaperTheta() Theta {
	var t Theta
	for _, r := range paperRecords("fig6_theta.csv") {
		layer := 3
		if r[1] != "out" {
			layer = int(parse(r[1]))
		}
		t.Layer = append(t.Layer, layer)
		t.V, t.U = append(t.V, parse(r[2])), append(t.U, parse(r[3]))
		t.R, t.S = append(t.R, parse(r[4])), append(t.S, parse(r[5]))
	}
	return t
}

// Trace8 is the paper's Fig. 8: 50 steps of a LIF and a dynamic neuron under
// one input. Where the figure hides a value it is NaN.
type Trace8 struct{ T, Input, LIF, DN, U []float64 }

// PaperTrace returns the traces of the paper's Fig. 8.
func PaperTrace() Trace8 {
	var t Trace8
	for _, r := range paperTable("fig8_trace.csv") {
		t.T, t.Input = append(t.T, r[0]), append(t.Input, r[1])
		t.LIF, t.DN, t.U = append(t.LIF, r[2]), append(t.DN, r[3]), append(t.U, r[4])
	}
	return t
}

// paperSuffix ends the names of the paper's curves.
const paperSuffix = " (paper)"

type paperPoint struct {
	figure, task, series string
	step, mean, half     float64
}

// paperCurves reads the curves of Figs. 4, 5 and 7 once.
var paperCurves = sync.OnceValue(func() []paperPoint {
	var out []paperPoint
	for _, r := range paperRecords("fig4_fig5_curves.csv") {
		out = append(out, paperPoint{r[0], r[1], r[2], parse(r[3]), parse(r[4]), parse(r[5])})
	}
	for _, r := range paperRecords("fig7_curves.csv") {
		out = append(out, paperPoint{"fig7", r[0], r[1], parse(r[2]), parse(r[3]), math.NaN()})
	}
	return out
})

// paperTable reads a file of numbers only.
func paperTable(name string) [][]float64 {
	var out [][]float64
	for _, r := range paperRecords(name) {
		row := make([]float64, len(r))
		for i, s := range r {
			row[i] = parse(s)
		}
		out = append(out, row)
	}
	return out
}

// paperRecords reads an embedded file without its header.
func paperRecords(name string) [][]string {
	f, err := paperFiles.Open("paper/" + name)
	if err != nil {
		panic("plotting: " + err.Error()) // the files are part of the package
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		panic("plotting: " + err.Error())
	}
	return records[1:]
}

func parse(s string) float64 {
	if s == "" {
		return math.NaN()
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic("plotting: " + err.Error())
	}
	return x
}
