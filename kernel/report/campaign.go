package report

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gomdcsan/kernel/display"
	"gomdcsan/mdcsan"
)

// CampaignRow says how far one kind of a sweep's runs is.
type CampaignRow struct {
	Runs  string                  // what they are, such as "mdcsan pop dn, normalise false"
	Steps int                     // that each trains
	Done  map[string]CampaignCell // by task
}

// CampaignCell counts the runs of a row on one task.
type CampaignCell struct{ Done, Planned int }

// Campaign lays the results at hand beside what a sweep plans, kind by kind in
// the sweep's order. A planned run is done if there is a result of its settings
// and seed that is as long.
func Campaign(sweep *mdcsan.Sweep, results []*mdcsan.Results) ([]CampaignRow, error) {
	planned, err := sweep.Runs()
	if err != nil {
		return nil, err
	}
	var rows []CampaignRow
	for _, c := range planned {
		what := differsFromPaper(c)
		i := slices.IndexFunc(rows, func(r CampaignRow) bool { return r.Runs == what && r.Steps == c.Steps })
		if i < 0 {
			i = len(rows)
			rows = append(rows, CampaignRow{Runs: what, Steps: c.Steps, Done: map[string]CampaignCell{}})
		}
		cell := rows[i].Done[c.Task]
		cell.Planned++
		if slices.ContainsFunc(results, func(r *mdcsan.Results) bool { return isOf(r, c) }) {
			cell.Done++
		}
		rows[i].Done[c.Task] = cell
	}
	return rows, nil
}

// isOf reports whether a result is of a planned run, to its end.
func isOf(r *mdcsan.Results, c mdcsan.Config) bool {
	last := float64(c.Steps - c.Steps%c.EvalEvery)
	n := len(r.Steps)
	return n > 0 && r.Steps[n-1] >= last && r.Config().Seed == c.Seed && reflect.DeepEqual(r.Config().Essence(), c.Essence())
}

// differsFromPaper names an actor and the settings that are not the paper's.
func differsFromPaper(c mdcsan.Config) string {
	text := strings.TrimPrefix(c.Name(), c.Task+" ")
	def := mdcsan.DefaultConfig(c.Task).Essence()
	mine, paper := c.Essence(), def.Settings()
	for i, s := range mine.Settings() {
		if slices.Contains([]string{"task", "actor", "coding", "neuron"}, s.Name) || reflect.DeepEqual(s.Value.Interface(), paper[i].Value.Interface()) {
			continue
		}
		text += fmt.Sprintf(", %s %s", s.Name, s.Text())
	}
	return text
}

// CampaignTable is the rows as Markdown, for README and notebooks: runs done of
// those that are planned, task by task.
func CampaignTable(rows []CampaignRow) display.Markdown {
	var b strings.Builder
	fmt.Fprintf(&b, "| runs | steps | %s |\n|---|---|%s\n", strings.Join(Tasks(), " | "), strings.Repeat("---|", len(Tasks())))
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %s |", r.Runs, thousands(float64(r.Steps)))
		for _, task := range Tasks() {
			if cell := r.Done[task]; cell.Planned > 0 {
				fmt.Fprintf(&b, " %d of %d |", cell.Done, cell.Planned)
			} else {
				b.WriteString(" |")
			}
		}
		b.WriteString("\n")
	}
	return display.Markdown(b.String())
}
