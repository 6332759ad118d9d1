package stats

import (
	"fmt"
	"math"
	"testing"

	"gomdcsan/mdcsan/rng"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s = %v, want %v within %v", what, got, want, tolerance)
	}
}

// The three examples of Welch's test in the article "Welch's t-test" of
// Wikipedia (samples of Ruxton's kind), to the digits printed there.
func TestWelchPublished(t *testing.T) {
	for _, c := range []struct {
		a, b     []float64
		t, df, p float64
	}{
		{
			[]float64{27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4},
			[]float64{27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 20.5, 24.4},
			-2.46, 25.0, 0.021,
		},
		{
			[]float64{17.2, 20.9, 22.6, 18.1, 21.7, 21.4, 23.5, 24.2, 14.7, 21.8},
			[]float64{21.5, 22.8, 21.0, 23.0, 21.6, 23.6, 22.5, 20.7, 23.4, 21.8, 20.7, 21.7, 21.5, 22.5, 23.6, 21.5, 22.5, 23.5, 21.5, 21.8},
			-1.57, 9.9, 0.149,
		},
		{
			[]float64{19.8, 20.4, 19.6, 17.8, 18.5, 18.9, 18.3, 18.9, 19.5, 22.0},
			[]float64{28.2, 26.6, 20.1, 23.3, 25.2, 22.1, 17.7, 27.6, 20.6, 13.7, 23.2, 17.5, 20.6, 18.0, 23.9, 21.6, 24.3, 20.4, 24.0, 13.2},
			-2.22, 24.5, 0.036,
		},
	} {
		got, err := Welch(c.a, c.b)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "t", got.T, c.t, 0.005)
		near(t, "df", got.DF, c.df, 0.05)
		near(t, "p", got.P, c.p, 0.0005)
	}
	if _, err := Welch([]float64{1}, []float64{1, 2}); err == nil {
		t.Error("one run is enough for Welch's test")
	}
}

// By hand; IQM cuts as scipy.stats.trim_mean(x, 0.25) does, which rliable uses.
func TestAggregates(t *testing.T) {
	scores := [][]float64{{1, 2, 3, 4, 100}, {5, 6, 7, 8, -50}}
	near(t, "IQM", IQM(scores), (2+3+4+5+6+7)/6., 1e-12) // 10 runs: 2 cut at each end
	near(t, "mean", Mean(scores), (22+-4.8)/2, 1e-12)
	near(t, "median of one task", Median(scores[:1]), 22, 1e-12)
	near(t, "median of three tasks", Median([][]float64{{1}, {9}, {3}}), 3, 0)
	near(t, "gap", OptimalityGap([][]float64{{0.5, 2}, {1, 0}}, 1), 0.375, 1e-12)
	p := Profile([][]float64{{1, 2, 3, 4}, {2, 2}}, []float64{0, 1, 2, 9})
	if fmt.Sprint(p) != "[1 0.875 0.25 0]" {
		t.Errorf("profile %v", p)
	}
	n, err := Normalise([][]float64{{10, 20}, {0}}, []float64{10, -1}, []float64{30, 1})
	if err != nil || fmt.Sprint(n) != "[[0 0.5] [0.5]]" {
		t.Errorf("normalised %v %v", n, err)
	}
}

// Counted by hand: of six pairs 3 beats 2 and ties with 3, 4 beats both.
func TestImprovement(t *testing.T) {
	a, b := [][]float64{{3, 1, 4}}, [][]float64{{2, 3}}
	near(t, "improvement", Improvement(a, b), (1.5+0+2)/6, 1e-12)
	near(t, "the other way", Improvement(a, b)+Improvement(b, a), 1, 1e-12)
}

// The bootstrap interval covers the true mean as often as it promises: for 20
// runs of a normal distribution the percentile interval of nominal 95 percent
// covers about 93 (it is known to be a little too narrow). 400 trials have a
// standard error of 1.3 percent; outside 88 to 98 is a fault with certainty of
// more than 0.999.
func TestIntervalCovers(t *testing.T) {
	r := rng.New(1, "coverage")
	covered := 0
	const trials = 400
	for range trials {
		runs := make([]float64, 20)
		for i := range runs {
			runs[i] = r.NormFloat64()
		}
		lo, hi := Interval([][]float64{runs}, Mean, 0.95, 300, r)
		if lo <= 0 && 0 <= hi {
			covered++
		}
	}
	if share := float64(covered) / trials; share < 0.89 || share > 0.97 {
		t.Errorf("covers in %.1f %% of trials", 100*share)
	}
}

func ExampleInterval() {
	// Three seeds of two actors on two tasks, as shares of the paper's returns.
	ours := [][]float64{{0.9, 1.1, 1.0}, {0.7, 0.8, 1.2}}
	theirs := [][]float64{{0.6, 0.8, 0.9}, {0.9, 0.5, 0.6}}
	lo, hi := Interval(ours, IQM, 0.95, 2000, rng.New(0, "bootstrap"))
	fmt.Printf("IQM %.2f (%.2f to %.2f)\n", IQM(ours), lo, hi)
	fmt.Printf("better in %.0f %% of pairs\n", 100*Improvement(ours, theirs))
	// Output:
	// IQM 0.95 (0.82 to 1.10)
	// better in 86 % of pairs
}

// The examples in rliable's own tests (tests/rliable/metrics_test.py), there
// as [run][task], with the values that it gives them.
func TestRliablePublished(t *testing.T) {
	x := [][]float64{{1, 2, 1, 2}, {2, 2, 1, 1}}
	y := [][]float64{{1, 2, 3}, {1, 2, 3}}
	near(t, "median of x", Median(x), 1.5, 0)
	near(t, "mean of x", Mean(x), 1.5, 0)
	near(t, "IQM of x", IQM(x), 1.5, 0)
	near(t, "median of y", Median(y), 2, 0)
	near(t, "mean of y", Mean(y), 2, 0)
	near(t, "IQM of y", IQM(y), 2, 0)
	near(t, "probability of improvement", Improvement(x, y), 1.0/3, 1e-7)
}

// The example in the documentation of scipy.stats.mannwhitneyu: ages of men
// and women at a diagnosis, with U = 17 of 20 pairs; and of scipy.stats.
// trim_mean, the function behind rliable's IQM: trim_mean([1, 2, 3, 5], 0.25)
// is 2.5.
func TestScipyPublished(t *testing.T) {
	males, females := []float64{19, 22, 16, 29, 24}, []float64{20, 11, 17, 12}
	near(t, "U", Improvement([][]float64{males}, [][]float64{females})*20, 17, 1e-12)
	near(t, "trimmed mean", IQM([][]float64{{1, 2, 3, 5}}), 2.5, 0)
}
