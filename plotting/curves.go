package plotting

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Interval says what the band around a mean curve is.
type Interval int

// The bands of LearningCurves.
const (
	HalfStd     Interval = iota // half a standard deviation each side, as the paper draws it
	Std                         // one standard deviation each side
	Bootstrap95                 // 95 percent bootstrap interval of the mean over seeds
	MinMax                      // from the worst to the best seed
	NoBand
)

// Series is one curve of LearningCurves: the returns of several runs.
type Series struct {
	Name  string
	Steps []float64   // environment steps of the evaluations
	Runs  [][]float64 // [seed][evaluation] returns; a run may be shorter than Steps

	// Smooth is the width of the box filter over evaluations that each run
	// passes before the mean is taken; 1 is none. 0 is the paper's 11, or as
	// many as a ninth of the evaluations, an odd number: a short run keeps its
	// shape. The legend says the width.
	Smooth int
	Band   Interval

	// Mean and HalfBand are a curve given already, smoothed: the paper's. They
	// stand behind the others, dashed. Runs is empty then.
	Mean, HalfBand []float64

	// Colour counts in the palette from 1; 0 takes the series' place.
	Colour int
}

// PaperSmoothing is the width of the box filter of the paper's curves.
const PaperSmoothing = 11

// LearningCurves draws returns over environment steps: for each series the
// mean over seeds of the smoothed runs, with a band as far as all runs go. Where
// some of the runs have ended the line is thin, and apart: there the mean is that
// of the others. The legend says what is smoothed, the band and the dashes.
//
// A given curve named "X (paper)" beside a series "X" has its colour.
func LearningCurves(title string, series ...Series) *plot.Plot {
	p := New(title)
	p.X.Label.Text = "environment steps"
	p.Y.Label.Text = "average return"
	lines := make([]*curve, len(series))
	for i := range series {
		lines[i] = series[i].draw(p, paletteIndex(series, i))
	}
	for _, l := range lines {
		if l != nil {
			p.Add(l)
		}
	}
	explain(keyOf(p), series, lines)
	if p.X.Min > 0 && p.X.Min < 0.1*p.X.Max {
		p.X.Min = 0
	}
	return p
}

// given reports whether a series is a curve, not runs.
func (s *Series) given() bool { return len(s.Runs) == 0 }

// twin is the place of the series of which a given curve is the paper's, -1 for
// none.
func twin(series []Series, i int) int {
	name, ok := strings.CutSuffix(series[i].Name, paperSuffix)
	if !ok {
		return -1
	}
	return slices.IndexFunc(series, func(s Series) bool { return !s.given() && s.Name == name })
}

// paletteIndex is the colour of the i-th series; a given curve's name has one.
func paletteIndex(series []Series, i int) int {
	if series[i].Colour > 0 {
		return series[i].Colour - 1
	}
	if j := twin(series, i); series[i].given() && j >= 0 {
		return paletteIndex(series, j)
	}
	same := func(s Series) bool { return s.given() && s.Name == series[i].Name }
	if series[i].given() && series[i].Name != "" {
		return slices.IndexFunc(series, same)
	}
	return i
}

// draw adds the band and the thin end of a series to a plot and returns its
// line, nil if it has no points.
func (s *Series) draw(p *plot.Plot, index int) *curve {
	mean, low, high := s.Curve()
	n := min(len(mean), len(s.Steps))
	if n == 0 {
		return nil
	}
	colour, opacity, width := Colour(index), 0.22, 1.4
	if s.given() {
		opacity, width = 0.10, 1
	}
	whole := min(s.shortest(), n)
	if s.banded() {
		p.Add(&band{xs: s.Steps[:whole], low: low[:whole], high: high[:whole], color: faded(colour, opacity)})
	}
	line := newCurve(s.Steps[:whole], mean[:whole], colour, width)
	if s.given() {
		line.style.Dashes = dashes()
	}
	if whole < n {
		p.Add(newCurve(s.Steps[whole:n], mean[whole:n], colour, width/3))
	}
	return line
}

// What explains lines in the legend.
const (
	paperEntry = "the paper"
	fewerEntry = "fewer seeds"
)

func dashes() []vg.Length { return []vg.Length{vg.Points(4), vg.Points(2.5)} }

func (s *Series) banded() bool {
	return s.Band != NoBand && (len(s.HalfBand) > 0 && s.given() || len(s.Runs) > 1)
}

// explain fills the legend: the names, and what dashes, bands and the filter are.
func explain(k *key, series []Series, lines []*curve) {
	own := slices.ContainsFunc(series, func(s Series) bool { return !s.given() })
	var windows []string
	var ends bool
	for i, l := range lines {
		s := &series[i]
		if l == nil {
			continue
		}
		if !s.given() || twin(series, i) < 0 {
			k.add(s.Name, l)
		}
		if s.given() {
			continue
		}
		if w := fmt.Sprint(s.window()); w != "1" && !slices.Contains(windows, w) {
			windows = append(windows, w)
		}
		ends = ends || s.shortest() < min(len(s.Steps), s.longest())
	}
	for i, l := range lines {
		if l == nil {
			continue
		}
		if series[i].given() && own && (series[i].Name == "" || twin(series, i) >= 0) {
			k.add(paperEntry, &curve{style: draw.LineStyle{Color: softInk, Width: vg.Points(1), Dashes: dashes()}})
		}
	}
	for i := range series {
		if lines[i] != nil && series[i].banded() {
			k.add(series[i].Band.String(), patch{faded(softInk, 0.22)})
		}
	}
	if ends {
		k.add(fewerEntry, newCurve(nil, nil, softInk, 0.45))
	}
	if len(windows) > 0 {
		k.remark("smoothed over " + strings.Join(windows, " and ") + " evaluations")
	}
}

// String says what the band shows, as legends do.
func (i Interval) String() string {
	switch i {
	case HalfStd:
		return "± ½ s.d. over seeds"
	case Std:
		return "± 1 s.d. over seeds"
	case Bootstrap95:
		return "95% bootstrap of the mean"
	case MinMax:
		return "worst to best seed"
	}
	return "no band"
}

// window is the width of the series' filter.
func (s *Series) window() int {
	if s.Smooth > 0 {
		return s.Smooth
	}
	n := min(PaperSmoothing, s.longest()/9)
	return max(1, n-(1-n%2))
}

// longest is how many evaluations any run has.
func (s *Series) longest() int {
	n := 0
	for _, r := range s.Runs {
		n = max(n, len(r))
	}
	return n
}

// shortest is how many evaluations all runs have.
func (s *Series) shortest() int {
	n := len(s.Mean)
	for i, r := range s.Runs {
		if i == 0 || len(r) < n {
			n = len(r)
		}
	}
	return n
}

// Curve returns the series' mean over seeds and the band's edges, one value
// for each evaluation that any run has.
func (s *Series) Curve() (mean, low, high []float64) {
	if len(s.Runs) == 0 {
		mean = s.Mean
		low, high = slices.Clone(mean), slices.Clone(mean)
		for i := range min(len(mean), len(s.HalfBand)) {
			low[i], high[i] = mean[i]-s.HalfBand[i], mean[i]+s.HalfBand[i]
		}
		return mean, low, high
	}
	smoothed := make([][]float64, len(s.Runs))
	for i, r := range s.Runs {
		smoothed[i] = Smooth(r, s.window())
	}
	boot := rand.New(rand.NewPCG(1, 95)) // fixed: the same runs give the same band
	for t := range s.longest() {
		var at []float64
		for _, r := range smoothed {
			if t < len(r) && isFinite(r[t]) {
				at = append(at, r[t])
			}
		}
		m, lo, hi := interval(at, s.Band, boot)
		mean, low, high = append(mean, m), append(low, lo), append(high, hi)
	}
	return mean, low, high
}

// interval returns the mean of x and the ends of the band around it.
func interval(x []float64, kind Interval, boot *rand.Rand) (mean, low, high float64) {
	if len(x) == 0 {
		nan := math.NaN()
		return nan, nan, nan
	}
	mean = stat.Mean(x, nil)
	switch kind {
	case HalfStd, Std:
		sd := stat.PopStdDev(x, nil)
		if kind == HalfStd {
			sd /= 2
		}
		return mean, mean - sd, mean + sd
	case Bootstrap95:
		low, high = bootstrap(x, boot)
		return mean, low, high
	case MinMax:
		return mean, slices.Min(x), slices.Max(x)
	}
	return mean, mean, mean
}

// bootstrap returns the 95 percent percentile interval of the mean of x.
func bootstrap(x []float64, r *rand.Rand) (low, high float64) {
	const samples = 2000
	means := make([]float64, samples)
	for i := range means {
		sum := 0.0
		for range x {
			sum += x[r.IntN(len(x))]
		}
		means[i] = sum / float64(len(x))
	}
	slices.Sort(means)
	return stat.Quantile(0.025, stat.LinInterp, means, nil), stat.Quantile(0.975, stat.LinInterp, means, nil)
}

// Smooth passes x through a box filter of the given odd width, which is
// truncated at the ends; values that are not finite are left out.
func Smooth(x []float64, width int) []float64 {
	half := width / 2
	out := make([]float64, len(x))
	for i := range x {
		sum, n := 0.0, 0
		for _, v := range x[max(0, i-half):min(len(x), i+half+1)] {
			if isFinite(v) {
				sum, n = sum+v, n+1
			}
		}
		out[i] = math.NaN()
		if n > 0 {
			out[i] = sum / float64(n)
		}
	}
	return out
}
