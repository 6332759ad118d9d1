package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gomdcsan/kernel/display"
	"gomdcsan/mdcsan"
	"gomdcsan/plotting"
)

// Origin says what stands behind one line of a figure.
type Origin struct {
	Task, Kind string
	Seeds      string // such as "0, 1"
	Steps      string // trained, and wanted where that is more
	Commit     string
	Note       string // what should not be averaged without saying so; mostly empty
}

// Provenance says which runs a figure of these kinds shows.
func Provenance(runs []*mdcsan.Results, kinds ...Kind) []Origin {
	var out []Origin
	for _, task := range Tasks() {
		for _, k := range kinds {
			if mine := k.Runs(task, runs); len(mine) > 0 {
				out = append(out, originOf(task, k, mine))
			}
		}
	}
	return out
}

// Missing lists the kinds of which we have no run yet, task by task; "" if
// there are none. Of kinds that stand for the same curve of the paper one is
// enough.
func Missing(runs []*mdcsan.Results, kinds ...Kind) string {
	var tasks []string
	for _, task := range Tasks() {
		var names []string
		for i, k := range kinds {
			alike := func(other Kind) bool {
				return other.Name == k.Name || k.Paper != "" && other.Paper == k.Paper
			}
			ran := func(other Kind) bool { return alike(other) && len(other.Runs(task, runs)) > 0 }
			if !slices.ContainsFunc(kinds[:i], alike) && !slices.ContainsFunc(kinds, ran) {
				names = append(names, k.Name)
			}
		}
		if len(names) > 0 {
			tasks = append(tasks, fmt.Sprintf("%s (%s)", task, strings.Join(names, ", ")))
		}
	}
	return strings.Join(tasks, "; ")
}

// Notes says in words, for a notebook, what Provenance, Distances and Missing
// say in tables.
func Notes(runs []*mdcsan.Results, kinds ...Kind) display.Markdown {
	var b strings.Builder
	distances := Distances(runs, kinds...)
	for _, o := range Provenance(runs, kinds...) {
		fmt.Fprintf(&b, "- **%s, %s**: seed %s, %s steps, commit %s. ", o.Task, o.Kind, o.Seeds, o.Steps, o.Commit)
		if o.Note != "" {
			fmt.Fprintf(&b, "%s. ", o.Note)
		}
		i := slices.IndexFunc(distances, func(d Distance) bool { return d.Task == o.Task && d.Kind == o.Kind })
		switch {
		case i < 0:
			fmt.Fprintf(&b, "Fewer than %d evaluations: too short to compare smoothed.\n", plotting.PaperSmoothing)
		case math.IsNaN(distances[i].Paper):
			fmt.Fprintf(&b, "Smoothed at step %s: %.0f; the paper has no such curve.\n", distances[i].Step, distances[i].Ours)
		default:
			d := distances[i]
			fmt.Fprintf(&b, "Smoothed at step %s: ours %.0f, the paper's %.0f (%+.0f %%).\n", d.Step, d.Ours, d.Paper, d.Percent)
		}
	}
	if missing := Missing(runs, kinds...); missing != "" {
		fmt.Fprintf(&b, "\nNo run of ours yet: %s.\n", missing)
	}
	return display.Markdown(b.String())
}

func originOf(task string, k Kind, mine []*mdcsan.Results) Origin {
	o := Origin{Task: task, Kind: k.Name}
	var seeds, commits []string
	low, high, want := math.Inf(1), 0.0, 0
	for _, r := range mine {
		seeds = append(seeds, fmt.Sprint(r.Config().Seed))
		last := r.Steps[len(r.Steps)-1]
		low, high, want = min(low, last), max(high, last), max(want, r.Config().Steps)
		for _, s := range r.Manifest.Sessions {
			if c := short(s.Commit); !slices.Contains(commits, c) {
				commits = append(commits, c)
			}
		}
	}
	o.Seeds, o.Commit, o.Note = strings.Join(seeds, ", "), strings.Join(commits, ", "), mixed(mine, len(commits))
	o.Steps = thousands(high)
	if low < high {
		o.Steps = thousands(low) + " to " + o.Steps
	}
	if low < float64(want) {
		o.Steps += " of " + thousands(float64(want))
	}
	return o
}

// mixed says that runs of different results versions stand together: see
// "Results changed" in CHANGELOG.md.
func mixed(runs []*mdcsan.Results, commits int) string {
	var versions []int
	for _, r := range runs {
		versions = append(versions, r.Manifest.ResultsVersions()...)
	}
	slices.Sort(versions)
	versions = slices.Compact(versions)
	var names []string
	for _, v := range versions {
		if v == 0 {
			names = append(names, "before 5")
		} else {
			names = append(names, fmt.Sprint(v))
		}
	}
	switch {
	case len(versions) > 1:
		return "Averaged over results versions " + strings.Join(names, " and ") + " (CHANGELOG, Results changed)"
	case commits > 1 && len(versions) == 1 && versions[0] == 0:
		return "Of several commits before results version 5, which may differ in last bits"
	}
	return ""
}

// thousands writes 300000 as 300,000.
func thousands(x float64) string {
	s := fmt.Sprintf("%.0f", x)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Distance is how far our curve is from the paper's.
type Distance struct {
	Task, Kind string
	Seeds      int
	Step       string  // where both are compared: our last evaluation whose box filter is whole
	Ours       float64 // smoothed mean returns there
	Paper      float64 // NaN where the paper has none
	Percent    float64 // (ours - paper) / paper
	each       []float64
}

// Each lists the smoothed returns of every seed there.
func (d Distance) Each() []float64 { return d.each }

// Distances compares the smoothed means of ours and the paper's, kind by kind,
// at the last step that every seed's smoothed curve reaches. Kinds with fewer
// evaluations than the filter is wide are left out.
func Distances(runs []*mdcsan.Results, kinds ...Kind) []Distance {
	var out []Distance
	for _, task := range Tasks() {
		for _, k := range kinds {
			if d, ok := distance(task, k, runs); ok {
				out = append(out, d)
			}
		}
	}
	return out
}

func distance(task string, k Kind, runs []*mdcsan.Results) (Distance, bool) {
	long, _ := k.Comparable(task, runs)
	c := k.curveOf(long)
	n := len(c.Steps)
	for _, r := range c.Runs {
		n = min(n, len(r))
	}
	if len(c.Runs) == 0 || n < plotting.PaperSmoothing {
		return Distance{}, false
	}
	at := n - 1 - plotting.PaperSmoothing/2
	mean, _, _ := c.Curve()
	d := Distance{Task: task, Kind: k.Name, Seeds: len(c.Runs), Step: thousands(c.Steps[at]), Ours: round(mean[at]), Paper: math.NaN(), Percent: math.NaN()}
	for _, r := range c.Runs {
		d.each = append(d.each, round(plotting.Smooth(r, plotting.PaperSmoothing)[at]))
	}
	if k.Paper != "" {
		paper := plotting.PaperCurve(task, k.Paper)
		if i := slices.Index(paper.Steps, c.Steps[at]); i >= 0 {
			d.Paper = round(paper.Mean[i])
			d.Percent = round(100 * (mean[at] - paper.Mean[i]) / math.Abs(paper.Mean[i]))
		}
	}
	return d, true
}

func round(x float64) float64 { return math.Round(x) }

// Cell is a cell of Table 1: ours, with what it is a number of, beside the
// paper's.
type Cell struct {
	Task, Actor string
	Ours        string // maximum of the mean curve ± std over seeds; "" without a run
	Seeds       int
	Steps       string
	Paper       string // after 1,000,000 steps, ten seeds
}

// Table1 is the paper's Table 1 with ours beside it. Ours are of as many steps
// as were trained: with fewer than the paper's million they must be lower.
func Table1(runs []*mdcsan.Results) []Cell {
	var out []Cell
	for _, task := range Tasks() {
		for _, k := range Actors() {
			cell := Cell{Task: task, Actor: k.Name, Paper: k.published(task)}
			mine, short := k.Comparable(task, runs)
			if score, err := mdcsan.TableScore(k.curveOf(mine).Runs); err == nil {
				cell.Ours, cell.Seeds, cell.Steps = score.String(), len(mine), originOf(task, k, mine).Steps
				if len(short) > 0 {
					cell.Steps += "; left out: " + strings.Join(short, ", ")
				}
			}
			out = append(out, cell)
		}
	}
	return out
}

// published is what the paper's Table 1 has of a kind on a task.
func (k Kind) published(task string) string {
	for _, row := range plotting.PaperTable1() {
		if row.Task == task && row.Actor == k.Paper {
			return fmt.Sprintf("%.0f ± %.0f", row.Mean, row.Std)
		}
	}
	return ""
}
