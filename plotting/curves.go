package plotting

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
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
	// passes before the mean is taken; 0 is the paper's 11, 1 is none.
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
// mean over seeds of the smoothed runs, with a band. Where some of the runs have
// ended the line is thin, and apart: there the mean is that of the others.
func LearningCurves(title string, series ...Series) *plot.Plot {
	p := New(title)
	p.X.Label.Text = "environment steps"
	p.Y.Label.Text = "average return"
	lines := make([]*curve, len(series))
	for i, s := range series {
		colour := Colour(i)
		if s.Colour > 0 {
			colour = Colour(s.Colour - 1)
		}
		mean, low, high := s.Curve()
		n := min(len(mean), len(s.Steps))
		if n == 0 {
			continue
		}
		steps := s.Steps[:n]
		given := len(s.Runs) == 0
		opacity, width := 0.22, 1.4
		if given {
			opacity, width = 0.10, 1
		}
		if s.Band != NoBand && (given || len(s.Runs) > 1) {
			p.Add(&band{xs: steps, low: low[:n], high: high[:n], color: faded(colour, opacity)})
		}
		whole := min(s.shortest(), n)
		lines[i] = newCurve(steps[:whole], mean[:whole], colour, width)
		if given {
			lines[i].style.Dashes = []vg.Length{vg.Points(4), vg.Points(2.5)}
		}
		if whole < n {
			p.Add(newCurve(steps[whole:], mean[whole:n], colour, width/3))
		}
	}
	var k key
	for i, l := range lines {
		if l != nil {
			p.Add(l)
			k.add(series[i].Name, l)
		}
	}
	if p.X.Min > 0 && p.X.Min < 0.1*p.X.Max {
		p.X.Min = 0
	}
	k.attach(p)
	return p
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
	width := s.Smooth
	if width <= 0 {
		width = PaperSmoothing
	}
	smoothed := make([][]float64, len(s.Runs))
	n := 0
	for i, r := range s.Runs {
		smoothed[i] = Smooth(r, width)
		n = max(n, len(r))
	}
	boot := rand.New(rand.NewPCG(1, 95)) // fixed: the same runs give the same band
	for t := range n {
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
