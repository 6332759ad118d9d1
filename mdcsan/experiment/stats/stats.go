// Package stats compares results of few runs the way the field has come to
// expect (Agarwal et al., "Deep Reinforcement Learning at the Edge of the
// Statistical Precipice", NeurIPS 2021; Colas et al., "How Many Random Seeds?",
// 2018).
//
// Scores are [task][run]: for instance the final returns of ten seeds on four
// tasks. Tasks may have different numbers of runs. Returns of different tasks
// mean little side by side: normalise them first, with [Normalise].
//
//	iqm := stats.IQM(scores)                                  // robust mean
//	lo, hi := stats.Interval(scores, stats.IQM, 0.95, 2000, rng.New(0, "bootstrap"))
//	p := stats.Improvement(a, b)                              // P(a run of a beats one of b)
//	t, err := stats.Welch(a[0], b[0])                         // one task, two actors
//
// # What each says
//
// The mean is what the paper reports: easy to read, and moved by one lucky
// seed. The median ignores half of the runs. IQM, the mean of the middle half
// of all runs, is robust and needs fewer seeds than the median for an equally
// narrow interval. The interval of a stratified bootstrap says how far the
// number may move if the seeds were drawn again, with the tasks as they are;
// with fewer than about five seeds it is too narrow. A performance profile
// shows which share of runs exceeds each score. The probability of improvement
// says how often, not by how much, one actor beats another. Welch's test
// compares the means of one task without taking their variances for equal; a p
// value above 0.05 with few seeds says that there are few seeds.
//
// All functions leave their arguments untouched and are safe to call
// concurrently. They panic when there is no score.
package stats

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"gomdcsan/mdcsan/rng"
)

// Metric makes one number of scores [task][run].
type Metric = func(scores [][]float64) float64

// Mean is the mean over tasks of the mean over runs.
func Mean(scores [][]float64) float64 {
	return stat.Mean(overTasks(scores, func(runs []float64) float64 { return stat.Mean(runs, nil) }), nil)
}

// Median is the median over tasks of the mean over runs.
func Median(scores [][]float64) float64 {
	means := overTasks(scores, func(runs []float64) float64 { return stat.Mean(runs, nil) })
	slices.Sort(means)
	n := len(means)
	return (means[(n-1)/2] + means[n/2]) / 2
}

// IQM is the interquartile mean: the mean of the runs of all tasks that is
// left when the lowest and the highest quarter (rounded down) are cut off.
func IQM(scores [][]float64) float64 {
	all := slices.Concat(scores...)
	if len(all) == 0 {
		panic("stats: no scores")
	}
	slices.Sort(all)
	cut := len(all) / 4
	return stat.Mean(all[cut:len(all)-cut], nil)
}

// OptimalityGap is by how much runs miss the score target, those beyond it
// counting as there.
func OptimalityGap(scores [][]float64, target float64) float64 {
	return target - Mean(overRuns(scores, func(x float64) float64 { return min(x, target) }))
}

// Normalise maps low to 0 and high to 1 on each task: for instance the returns
// of random actions and of the paper.
func Normalise(scores [][]float64, low, high []float64) ([][]float64, error) {
	if len(low) != len(scores) || len(high) != len(scores) {
		return nil, fmt.Errorf("stats: %d tasks, but %d low and %d high scores", len(scores), len(low), len(high))
	}
	out := make([][]float64, len(scores))
	for k, runs := range scores {
		if low[k] == high[k] {
			return nil, fmt.Errorf("stats: task %d: low and high are both %v", k, low[k])
		}
		for _, x := range runs {
			out[k] = append(out[k], (x-low[k])/(high[k]-low[k]))
		}
	}
	return out, nil
}

// Interval is the stratified percentile bootstrap: runs are drawn again with
// replacement within each task, n times, and the bounds of the middle share
// (such as 0.95) of the metric are returned.
func Interval(scores [][]float64, metric Metric, share float64, n int, r *rng.Stream) (low, high float64) {
	drawn := make([][]float64, len(scores))
	for k := range scores {
		drawn[k] = make([]float64, len(scores[k]))
	}
	values := make([]float64, n)
	for i := range values {
		for k, runs := range scores {
			for j := range runs {
				drawn[k][j] = runs[r.IntN(len(runs))]
			}
		}
		values[i] = metric(drawn)
	}
	slices.Sort(values)
	tail := (1 - share) / 2
	return stat.Quantile(tail, stat.LinInterp, values, nil), stat.Quantile(1-tail, stat.LinInterp, values, nil)
}

// Profile is the performance profile: for each threshold the share of runs
// above it, the mean over tasks.
func Profile(scores [][]float64, thresholds []float64) []float64 {
	out := make([]float64, len(thresholds))
	for i, tau := range thresholds {
		out[i] = Mean(overRuns(scores, func(x float64) float64 {
			if x > tau {
				return 1
			}
			return 0
		}))
	}
	return out
}

// Improvement is the probability that a run of a beats one of b, ties counting
// half: the mean over tasks of the Mann-Whitney U statistic over its maximum.
func Improvement(a, b [][]float64) float64 {
	if len(a) != len(b) {
		panic("stats: improvement over other tasks")
	}
	k := -1
	return stat.Mean(overTasks(a, func(runs []float64) float64 {
		k++
		won := 0.0
		for _, x := range runs {
			for _, y := range b[k] {
				switch {
				case x > y:
					won++
				case x == y:
					won += 0.5
				}
			}
		}
		return won / float64(len(runs)*len(b[k]))
	}), nil)
}

// Test is the outcome of a test of two means.
type Test struct {
	Difference float64 // of the means, first minus second
	T, DF      float64 // statistic and degrees of freedom
	P          float64 // two-sided
}

func (t Test) String() string {
	return fmt.Sprintf("difference %.4g, t = %.2f, %.1f degrees of freedom, p = %.3g", t.Difference, t.T, t.DF, t.P)
}

// Welch tests whether two groups of runs have the same mean, their variances
// being unknown and different.
func Welch(a, b []float64) (Test, error) {
	if len(a) < 2 || len(b) < 2 {
		return Test{}, fmt.Errorf("stats: Welch's test needs two runs of each, got %d and %d", len(a), len(b))
	}
	ma, va := stat.MeanVariance(a, nil)
	mb, vb := stat.MeanVariance(b, nil)
	sa, sb := va/float64(len(a)), vb/float64(len(b))
	if sa+sb == 0 {
		return Test{}, errors.New("stats: Welch's test: all runs of each group are equal")
	}
	t := Test{Difference: ma - mb, T: (ma - mb) / math.Sqrt(sa+sb)}
	t.DF = (sa + sb) * (sa + sb) / (sa*sa/float64(len(a)-1) + sb*sb/float64(len(b)-1))
	t.P = 2 * distuv.StudentsT{Sigma: 1, Nu: t.DF}.Survival(math.Abs(t.T))
	return t, nil
}

func overTasks(scores [][]float64, f func(runs []float64) float64) []float64 {
	if len(scores) == 0 {
		panic("stats: no scores")
	}
	out := make([]float64, len(scores))
	for k, runs := range scores {
		if len(runs) == 0 {
			panic("stats: a task without scores")
		}
		out[k] = f(runs)
	}
	return out
}

func overRuns(scores [][]float64, f func(x float64) float64) [][]float64 {
	out := make([][]float64, len(scores))
	for k, runs := range scores {
		out[k] = make([]float64, len(runs))
		for i, x := range runs {
			out[k][i] = f(x)
		}
	}
	return out
}
