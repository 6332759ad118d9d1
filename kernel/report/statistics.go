package report

import (
	"fmt"

	"gomdcsan/mdcsan"
	"gomdcsan/mdcsan/experiment/stats"
	"gomdcsan/mdcsan/rng"
	"gomdcsan/plotting"
)

// Summary is a kind over all of the paper's tasks on which it has runs, each
// run's best return as a share of the paper's MDC-SAN in Table 1.
type Summary struct {
	Kind        string
	Tasks, Runs int
	IQM         string // interquartile mean with its 95 percent bootstrap interval
	Mean        string
	Beats       string // probability that a run of the first kind beats one of this, on the tasks that both have
}

// Summaries are the statistics of rliable over some kinds. With one or two
// seeds the intervals say little; see the notes in package stats.
func Summaries(runs []*mdcsan.Results, kinds ...Kind) []Summary {
	var out []Summary
	for i, k := range kinds {
		tasks, scores := Scores(runs, k)
		if len(scores) == 0 {
			continue
		}
		s := Summary{Kind: k.Name, Tasks: len(tasks)}
		for _, r := range scores {
			s.Runs += len(r)
		}
		s.IQM = fmt.Sprintf("%.3f", stats.IQM(scores))
		if s.Runs > s.Tasks { // one run a task has no interval
			low, high := stats.Interval(scores, stats.IQM, 0.95, 2000, rng.New(0, "bootstrap"))
			s.IQM += fmt.Sprintf(" (%.3f to %.3f)", low, high)
		}
		s.Mean = fmt.Sprintf("%.3f", stats.Mean(scores))
		if i > 0 {
			s.Beats = beats(runs, kinds[0], k)
		}
		out = append(out, s)
	}
	return out
}

// beats is the probability of improvement of a over b.
func beats(runs []*mdcsan.Results, a, b Kind) string {
	var as, bs [][]float64
	for _, task := range Tasks() {
		mine, _ := a.Comparable(task, runs)
		theirs, _ := b.Comparable(task, runs)
		x, y := best(mine), best(theirs)
		if len(x) > 0 && len(y) > 0 {
			as, bs = append(as, x), append(bs, y)
		}
	}
	if len(as) == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", stats.Improvement(as, bs))
}

// Scores returns the best return of every run of a kind, [task][run], as a
// share of the paper's MDC-SAN in Table 1, and the tasks.
func Scores(runs []*mdcsan.Results, k Kind) (tasks []string, scores [][]float64) {
	for _, task := range Tasks() {
		long, _ := k.Comparable(task, runs)
		mine := best(long)
		if len(mine) == 0 {
			continue
		}
		for i := range mine {
			mine[i] /= paperBest(task)
		}
		tasks, scores = append(tasks, task), append(scores, mine)
	}
	return tasks, scores
}

func paperBest(task string) float64 {
	for _, row := range plotting.PaperTable1() {
		if row.Task == task && row.Actor == "MDC-SAN" {
			return row.Mean
		}
	}
	panic("report: no such task in Table 1: " + task)
}

func best(runs []*mdcsan.Results) []float64 {
	var out []float64
	for _, r := range runs {
		top, _ := r.Best()
		out = append(out, top)
	}
	return out
}
