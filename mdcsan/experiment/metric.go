package experiment

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
)

// Score is a cell of the paper's Table 1.
type Score struct {
	Mean, Std float64 // over seeds, Std of the population
	At        int     // index of the evaluation
	Seeds     int     // how many; one has no spread
}

func (s Score) String() string {
	if s.Seeds == 1 {
		return fmt.Sprintf("%.0f", s.Mean)
	}
	return fmt.Sprintf("%.0f ± %.0f", s.Mean, s.Std)
}

// PaperScore is the metric of Table 1: over the evaluations of all seeds
// (curves[seed][evaluation], not smoothed), the maximum of the mean over
// seeds, with the population standard deviation over seeds there. Curves of
// runs that still go on are cut to the shortest.
func PaperScore(curves [][]float64) (Score, error) {
	n, err := shortest(curves)
	if err != nil {
		return Score{}, err
	}
	best := Score{Mean: math.Inf(-1)}
	at := make([]float64, len(curves))
	for i := range n {
		for k, c := range curves {
			at[k] = c[i]
		}
		if mean := stat.Mean(at, nil); mean > best.Mean {
			best = Score{Mean: mean, Std: stat.PopStdDev(at, nil), At: i, Seeds: len(curves)}
		}
	}
	return best, nil
}

// Smooth is the paper's box filter of 11 points, truncated at the ends.
func Smooth(curve []float64) []float64 {
	const reach = 5
	out := make([]float64, len(curve))
	for i := range curve {
		out[i] = stat.Mean(curve[max(0, i-reach):min(len(curve), i+reach+1)], nil)
	}
	return out
}

// PaperBand returns what Figs. 4, 5 and 7 draw of the seeds' curves: the mean
// of the smoothed curves and half their population standard deviation.
func PaperBand(curves [][]float64) (mean, half []float64, err error) {
	n, err := shortest(curves)
	if err != nil {
		return nil, nil, err
	}
	smooth := make([][]float64, len(curves))
	for k, c := range curves {
		smooth[k] = Smooth(c)
	}
	at := make([]float64, len(curves))
	for i := range n {
		for k := range smooth {
			at[k] = smooth[k][i]
		}
		mean = append(mean, stat.Mean(at, nil))
		half = append(half, stat.PopStdDev(at, nil)/2)
	}
	return mean, half, nil
}

func shortest(curves [][]float64) (int, error) {
	if len(curves) == 0 {
		return 0, fmt.Errorf("experiment: no curves")
	}
	n := len(curves[0])
	for _, c := range curves {
		n = min(n, len(c))
	}
	if n == 0 {
		return 0, fmt.Errorf("experiment: a curve has no evaluations yet")
	}
	return n, nil
}
