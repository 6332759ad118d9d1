package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gomdcsan/mdcsan"
	"gomdcsan/plotting"
)

// Origin says what stands behind one line of a figure.
type Origin struct {
	Task, Kind string
	Seeds      string // such as "0, 1"; "none" where we have no run yet
	Steps      string // trained, and wanted where that is more
	Commit     string
}

// Provenance says which runs a figure of these kinds shows.
func Provenance(runs []*mdcsan.Results, kinds ...Kind) []Origin {
	var out []Origin
	for _, task := range Tasks() {
		for _, k := range kinds {
			out = append(out, originOf(task, k, k.Runs(task, runs)))
		}
	}
	return out
}

func originOf(task string, k Kind, mine []*mdcsan.Results) Origin {
	o := Origin{Task: task, Kind: k.Name, Seeds: "none"}
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
	if len(mine) == 0 {
		return o
	}
	o.Seeds, o.Commit = strings.Join(seeds, ", "), strings.Join(commits, ", ")
	o.Steps = thousands(high)
	if low < high {
		o.Steps = thousands(low) + " to " + o.Steps
	}
	if low < float64(want) {
		o.Steps += " of " + thousands(float64(want))
	}
	return o
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
}

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
	c := k.Curve(task, runs)
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
	for _, row := range plotting.PaperTable1() {
		cell := Cell{Task: row.Task, Actor: row.Actor, Paper: fmt.Sprintf("%.0f ± %.0f", row.Mean, row.Std)}
		for _, k := range Actors() {
			if k.Name != row.Actor {
				continue
			}
			c := k.Curve(row.Task, runs)
			if score, err := mdcsan.TableScore(c.Runs); err == nil {
				cell.Ours, cell.Seeds = score.String(), len(c.Runs)
				cell.Steps = originOf(row.Task, k, k.Runs(row.Task, runs)).Steps
			}
		}
		out = append(out, cell)
	}
	return out
}
