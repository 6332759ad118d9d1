package report

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"

	"gomdcsan/mdcsan"
	"gomdcsan/mdcsan/experiment"
	"gomdcsan/mdcsan/rng"
	"gomdcsan/plotting"
)

// Option is one answer to a question that the paper leaves open.
type Option struct {
	Name string
	Set  func(*mdcsan.Config) // over the paper's settings; nil changes nothing
}

// Options are the answers that notebooks/campaign.toml tries, each alone,
// today's default first.
func Options() []Option {
	return []Option{
		{Name: "default: normalised observations, U starts at 0.08"},
		{Name: "raw observations", Set: func(c *mdcsan.Config) { c.Normalise = false }},
		{Name: "U starts at 0", Set: func(c *mdcsan.Config) { c.U0 = 0 }},
	}
}

// ChoiceSteps are the environment steps at which options are compared with the
// paper: the last is where the box filter of a run of 300,000 steps is whole.
func ChoiceSteps() []float64 { return []float64{100_000, 200_000, 250_000} }

// Choice says how far the curves of an option are from the paper's, and
// whether it is to replace the default.
//
// The distance is the mean over tasks and ChoiceSteps of
//
//	((ours - paper) / s)²
//
// with ours the smoothed mean over seeds, paper the published smoothed mean
// and s the paper's standard deviation over its ten seeds at that step. Its
// 95 percent interval is a bootstrap over seeds within each task. An option
// replaces the default if the interval of the difference between both, over
// the tasks that both have, lies below zero; what is not decided so stays.
// This rule was written down before the first run that it judges had ended.
type Choice struct {
	Option   string
	Runs     string // such as "Ant-v3 3, Hopper-v3 2"
	Distance string // with its interval; 1 is one of the paper's standard deviations
	Against  string // distance less the default's, on the tasks that both have
	Verdict  string
}

// bootstraps is how often seeds are drawn again.
const bootstraps = 4000

// Choices compares the options by the runs at hand, those that have reached
// the last of ChoiceSteps and half of the filter beyond it.
func Choices(runs []*mdcsan.Results) []Choice {
	options := Options()
	base := options[0].curves(runs)
	var out []Choice
	for i, o := range options {
		mine := o.curves(runs)
		c := Choice{Option: o.Name, Runs: mine.count(), Verdict: "not run"}
		if len(mine) > 0 {
			c.Distance = fmt.Sprintf("%.2f", mine.distance())
			if mine.drawable() {
				low, high := interval(mine.distance, mine)
				c.Distance += fmt.Sprintf(" (%.2f to %.2f)", low, high)
			}
			c.Verdict = "default"
		}
		if i > 0 && len(mine) > 0 {
			c.Against, c.Verdict = against(mine, base)
		}
		out = append(out, c)
	}
	return out
}

// curves holds, for each task, the smoothed return of every seed at
// ChoiceSteps: [task][seed][step].
type curves map[string][][]float64

// curves are those of the paper's MDC-SAN with this option.
func (o Option) curves(runs []*mdcsan.Results) curves {
	all := curves{}
	for _, task := range Tasks() {
		c := Actors()[0].config(task)
		if o.Set != nil {
			o.Set(&c)
		}
		for _, r := range runs {
			if !reflect.DeepEqual(r.Config().Essence(), c.Essence()) {
				continue
			}
			if at, ok := choiceReturns(r); ok {
				all[task] = append(all[task], at)
			}
		}
	}
	return all
}

// choiceReturns are a run's smoothed returns at ChoiceSteps, if it is long
// enough for a whole filter at the last.
func choiceReturns(r *mdcsan.Results) (at []float64, ok bool) {
	smooth := experiment.Smooth(r.Mean)
	for _, step := range ChoiceSteps() {
		i := slices.Index(r.Steps, step)
		if i < 0 || i+plotting.PaperSmoothing/2 >= len(smooth) {
			return nil, false
		}
		at = append(at, smooth[i])
	}
	return at, true
}

// tasks are those with a run, in the order of the paper's figures.
func (c curves) tasks() []string {
	return slices.DeleteFunc(Tasks(), func(task string) bool { return len(c[task]) == 0 })
}

func (c curves) count() string {
	var parts []string
	for _, task := range c.tasks() {
		parts = append(parts, fmt.Sprintf("%s %d", task, len(c[task])))
	}
	return strings.Join(parts, ", ")
}

// distance is what Choice defines.
func (c curves) distance() float64 {
	var squares []float64
	for _, task := range c.tasks() {
		paper := plotting.PaperCurve(task, "MDC-SAN")
		for k, step := range ChoiceSteps() {
			i := slices.Index(paper.Steps, step)
			seeds := make([]float64, len(c[task]))
			for j, at := range c[task] {
				seeds[j] = at[k]
			}
			z := (stat.Mean(seeds, nil) - paper.Mean[i]) / (2 * paper.HalfBand[i])
			squares = append(squares, z*z)
		}
	}
	return stat.Mean(squares, nil)
}

// on keeps the tasks that other has too.
func (c curves) on(other curves) curves {
	both := curves{}
	for _, task := range c.tasks() {
		if len(other[task]) > 0 {
			both[task] = c[task]
		}
	}
	return both
}

// against is the difference between an option's distance and the default's.
func against(mine, base curves) (difference, verdict string) {
	a, b := mine.on(base), base.on(mine)
	if len(a) == 0 {
		return "", "no task in common with the default"
	}
	between := func() float64 { return a.distance() - b.distance() }
	if len(a) < len(Tasks()) || a.fewest() < 3 || b.fewest() < 3 {
		return fmt.Sprintf("%+.2f on %d tasks", between(), len(a)), "not decided: fewer than three seeds on every task"
	}
	low, high := interval(between, a, b)
	difference = fmt.Sprintf("%+.2f (%+.2f to %+.2f) on %d tasks", between(), low, high, len(a))
	switch {
	case high < 0:
		return difference, "nearer to the paper: replaces the default"
	case low > 0:
		return difference, "farther from the paper"
	}
	return difference, "not decided: the default stays"
}

// drawable reports whether every task has seeds enough to be drawn again.
func (c curves) drawable() bool { return c.fewest() > 1 }

// fewest is the least number of seeds of a task.
func (c curves) fewest() int {
	n := math.MaxInt
	for _, seeds := range c {
		n = min(n, len(seeds))
	}
	return n
}

// interval is the middle 95 percent of metric when the seeds of each set of
// curves are drawn again. The curves are as before when it returns.
func interval(metric func() float64, sets ...curves) (low, high float64) {
	r := rng.New(0, "bootstrap")
	values := make([]float64, bootstraps)
	for i := range values {
		values[i] = redrawn(metric, r, sets)
	}
	slices.Sort(values)
	return stat.Quantile(0.025, stat.LinInterp, values, nil), stat.Quantile(0.975, stat.LinInterp, values, nil)
}

func redrawn(metric func() float64, r *rng.Stream, sets []curves) float64 {
	for _, c := range sets {
		for _, task := range c.tasks() {
			seeds, drawn := c[task], make([][]float64, len(c[task]))
			for j := range drawn {
				drawn[j] = seeds[r.IntN(len(seeds))]
			}
			defer func() { c[task] = seeds }()
			c[task] = drawn
		}
	}
	return metric()
}
