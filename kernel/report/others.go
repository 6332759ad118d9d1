package report

import (
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/plot"

	"gomdcsan/kernel/display"
	"gomdcsan/mdcsan"
	"gomdcsan/plotting"
)

// Others returns the runs that stand under none of the paper's figures: they
// are of other settings or of other tasks than the paper's.
func Others(runs []*mdcsan.Results) []*mdcsan.Results {
	var others []*mdcsan.Results
	kinds := slices.Concat(Actors(), Codings(), Neurons())
	for _, r := range runs {
		one := []*mdcsan.Results{r}
		task := r.Config().Task
		inPaper := slices.Contains(Tasks(), task) && slices.ContainsFunc(kinds, func(k Kind) bool { return len(k.Runs(task, one)) > 0 })
		if !inPaper {
			others = append(others, r)
		}
	}
	return others
}

// Other is a row about runs that differ in nothing but their seeds.
type Other struct {
	Task  string
	Run   string // the actor, and the settings that are not the paper's
	Seeds string
	Steps string // of the shortest and the longest run
	Last  string // mean return of the last evaluation
	Best  string // maximum of the mean curve ± std over seeds
}

// OtherRows lists runs by task and settings.
func OtherRows(runs []*mdcsan.Results) []Other {
	var out []Other
	for _, g := range otherGroups(runs) {
		row := Other{Task: g[0].Config().Task, Run: differsFromPaper(g[0].Config())}
		var seeds []string
		var curves [][]float64
		least, most, last := g[0].Config().Steps, 0, 0.0
		for _, r := range g {
			seeds = append(seeds, fmt.Sprint(r.Config().Seed))
			if n := len(r.Steps); n > 0 {
				least, most = min(least, int(r.Steps[n-1])), max(most, int(r.Steps[n-1]))
				last += r.Mean[n-1] / float64(len(g))
				curves = append(curves, r.Mean)
			} else {
				least = 0
			}
		}
		row.Seeds, row.Steps = strings.Join(seeds, ", "), thousands(float64(most))
		if least < most {
			row.Steps = thousands(float64(least)) + " to " + row.Steps
		}
		if score, err := mdcsan.TableScore(curves); err == nil {
			row.Last, row.Best = fmt.Sprintf("%.0f", last), score.String()
		}
		out = append(out, row)
	}
	return out
}

// otherGroups sorts runs by task and settings, in the order of first appearance,
// a task's together; seeds ascend.
func otherGroups(runs []*mdcsan.Results) [][]*mdcsan.Results {
	groups := map[string][]*mdcsan.Results{}
	var names, tasks []string
	for _, r := range runs {
		task := r.Config().Task
		name := task + "\n" + differsFromPaper(r.Config())
		if groups[name] == nil {
			names = append(names, name)
		}
		if !slices.Contains(tasks, task) {
			tasks = append(tasks, task)
		}
		groups[name] = append(groups[name], r)
	}
	var out [][]*mdcsan.Results
	for _, task := range tasks {
		for _, name := range names {
			if g := groups[name]; g[0].Config().Task == task {
				slices.SortFunc(g, func(a, b *mdcsan.Results) int { return int(a.Config().Seed) - int(b.Config().Seed) })
				out = append(out, g)
			}
		}
	}
	return out
}

// OtherFigure draws a panel of learning curves for each task of the runs, nil
// if there is nothing to draw.
func OtherFigure(runs []*mdcsan.Results) *plotting.Figure {
	var panels []*plot.Plot
	var series []plotting.Series
	groups := otherGroups(runs)
	for i, g := range groups {
		task := g[0].Config().Task
		s := Kind{Name: differsFromPaper(g[0].Config())}.curveOf(g)
		if len(s.Steps) > 0 {
			s.Colour = len(series) + 1
			series = append(series, s)
		}
		if i == len(groups)-1 || groups[i+1][0].Config().Task != task {
			if len(series) > 0 {
				panels = append(panels, plotting.LearningCurves(task, series...))
			}
			series = nil
		}
	}
	if len(panels) == 0 {
		return nil
	}
	f := plotting.NewFigure(min(2, len(panels)), panels...)
	f.Width = 2 * plotting.ColumnWidth
	return f
}

// FieldTasks are those on which the field reports spiking actors since 2024,
// and Swimmer.
func FieldTasks() []string {
	return []string{"InvertedDoublePendulum-v4", "Ant-v4", "HalfCheetah-v4", "Hopper-v4", "Walker2d-v4", "Swimmer-v4"}
}

// fieldResults are maximum average returns after 1,000,000 steps with TD3, as
// CaRe-BN (ICLR 2026, arXiv 2509.23791) quotes them, of five seeds each.
var fieldResults = map[string][]int{ // ANN, PopSAN, MDC-SAN as rerun there, with a sign error in U
	"InvertedDoublePendulum-v4": {7503, 9351, 9350}, "Ant-v4": {4770, 4590, 4800}, "HalfCheetah-v4": {10857, 9594, 9147},
	"Hopper-v4": {3410, 2772, 3446}, "Walker2d-v4": {4340, 3307, 3964},
}

// FieldTable lays our runs on today's tasks beside what the field has published
// of a million steps, as Markdown: ours as "best ± std over seeds (seeds)".
func FieldTable(runs []*mdcsan.Results) display.Markdown {
	var b strings.Builder
	b.WriteString("| task | steps | MDC-SAN | LIF-SAN | DAN | published after 1,000,000: ANN | PopSAN | MDC-SAN |\n|---|---|---|---|---|---|---|---|\n")
	for _, task := range FieldTasks() {
		var cells []string
		steps := 0.0
		for _, k := range []Kind{Actors()[0], Neurons()[1], Actors()[2]} {
			mine := k.fieldRuns(task, runs)
			score, err := mdcsan.TableScore(k.curveOf(mine).Runs)
			if err != nil {
				cells = append(cells, "")
				continue
			}
			for _, r := range mine {
				steps = max(steps, r.Steps[len(r.Steps)-1])
			}
			cells = append(cells, fmt.Sprintf("%s (%d)", score, len(mine)))
		}
		for i := range 3 {
			if published := fieldResults[task]; published != nil {
				cells = append(cells, fmt.Sprint(published[i]))
			} else {
				cells = append(cells, "")
			}
		}
		length := ""
		if steps > 0 {
			length = thousands(steps)
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", task, length, strings.Join(cells, " | "))
	}
	return display.Markdown(b.String())
}

// fieldRuns are a kind's finished runs on one of today's tasks.
func (k Kind) fieldRuns(task string, runs []*mdcsan.Results) []*mdcsan.Results {
	done, _ := k.Comparable(task, slices.DeleteFunc(slices.Clone(runs), func(r *mdcsan.Results) bool { return !r.Done() }))
	return done
}
