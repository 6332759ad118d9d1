package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"gonum.org/v1/plot"

	"gomdcsan/mdcsan"
	"gomdcsan/mdcsan/experiment"
	"gomdcsan/mdcsan/experiment/stats"
	"gomdcsan/plotting"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{"table": table}).Parse(pageText))

// section is a part of the page: a figure, tables or both.
type section struct {
	ID, Title, Text string
	Figure          *plotting.Figure
	Tables          []titled
}

type titled struct {
	Title string
	Rows  any // a slice of structs
}

// SVG is the figure for the page.
func (s section) SVG() template.HTML {
	if s.Figure == nil {
		return ""
	}
	return template.HTML(s.Figure.SVG()) // our own drawing; its texts are escaped there
}

// Write makes index.html in a folder, which needs nothing else to be looked
// at, and each figure as SVG, PDF and PNG in the folder's figures. It replaces
// what an earlier report left there, and nothing else.
func Write(dir string, runs []*mdcsan.Results) error {
	out, err := experiment.OpenOutput(dir)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	all := sections(runs)
	files := map[string]*plotting.Figure{}
	for _, s := range all {
		if s.Figure == nil {
			continue
		}
		for _, ext := range []string{".svg", ".pdf", ".png"} {
			files[filepath.Join("figures", s.ID+ext)] = s.Figure
		}
	}
	const index = "index.html"
	if err := out.Claim(append(slices.Collect(maps.Keys(files)), index)...); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	for name, figure := range files {
		if err := figure.Save(out.Path(name)); err != nil {
			return err
		}
	}
	var b strings.Builder
	if err := page.Execute(&b, map[string]any{"Sections": all, "Runs": plural(len(runs), "run")}); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := out.Write(index, []byte(b.String())); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

func sections(runs []*mdcsan.Results) []section {
	curves := func(id, title, text string, kinds []Kind) section {
		if missing := Missing(runs, kinds...); missing != "" {
			text += " No run of ours yet: " + missing + "."
		}
		return section{ID: id, Title: title, Text: text, Figure: Figure(runs, kinds...), Tables: []titled{
			{"How far ours are from the paper's, smoothed, at the same step", Distances(runs, kinds...)},
			{"What stands behind the curves", Provenance(runs, kinds...)}}}
	}
	out := []section{
		{ID: "table1", Title: "Table 1: the maximum of the mean return",
			Text:   "The maximum over evaluations of the unsmoothed mean over seeds, ± the population standard deviation over seeds there. The paper's is of ten seeds and 1,000,000 steps; ours is of the seeds and steps that stand beside it.",
			Tables: []titled{{"", Table1(runs)}}},
		curves("fig4", "Fig. 4: DAN, Pop-DAN and MDC-SAN", lines, Actors()),
		curves("fig5", "Fig. 5: input codings", lines+" The paper has no curves of the rate codings Cuni and Cdet.", Codings()),
		curves("fig7", "Fig. 7: dynamic neurons against LIF", lines, Neurons()),
	}
	if kinds := append(Actors(), Neurons()[1]); len(Summaries(runs, kinds...)) > 0 {
		out = append(out, section{ID: "statistics", Title: "Statistics",
			Text:   "Each run's best return as a share of the paper's MDC-SAN in Table 1. The profile shows which share of runs exceeds each score. IQM is the mean of the middle half of all runs; its interval says how far it may move if the seeds were drawn again, and is too narrow with fewer than about five seeds. The last column is the probability that a run of MDC-SAN beats one of that kind.",
			Figure: plotting.Single(Profiles(runs, kinds...), 0, 0), Tables: []titled{{"", Summaries(runs, kinds...)}}})
	}
	if others := Others(runs); len(others) > 0 {
		out = append(out, section{ID: "others", Title: "Other runs: other settings, or other tasks",
			Text:   fmt.Sprintf("%s of %d stand under none of the figures above, since the paper has no such curve. Listed with the settings that are not the paper's.", plural(len(others), "run"), len(runs)),
			Figure: OtherFigure(others), Tables: []titled{{"", OtherRows(others)}}})
	}
	return out
}

const lines = "Solid: our runs. Dashed in the same colour: the paper's, a mean over ten seeds with half a standard deviation each side. Both pass a box filter of 11 evaluations."

// Profiles draws the performance profile of some kinds over the paper's tasks:
// for each score the share of runs above it. Scores are shares of the paper's
// MDC-SAN.
func Profiles(runs []*mdcsan.Results, kinds ...Kind) *plot.Plot {
	var thresholds []float64
	for x := 0.0; x <= 1.2; x += 0.005 {
		thresholds = append(thresholds, x)
	}
	var profiles []plotting.Line
	for _, k := range kinds {
		l := plotting.Line{X: thresholds}
		if _, scores := Scores(runs, k); len(scores) > 0 {
			l.Name, l.Y = k.Name, stats.Profile(scores, thresholds)
		}
		profiles = append(profiles, l) // an empty one keeps the colours in place
	}
	p := plotting.Lines("Performance profiles", "best return / the paper's MDC-SAN", "share of runs above", profiles...)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1.2, 0, 1.02
	return p
}

// table is a slice of structs as an HTML table; numbers that are not there are
// empty cells.
func table(rows any) template.HTML {
	v := reflect.ValueOf(rows)
	if v.Len() == 0 {
		return "<p>No run yet.</p>"
	}
	var b strings.Builder
	t := v.Type().Elem()
	b.WriteString("<table><thead><tr>")
	for i := range t.NumField() {
		if !t.Field(i).IsExported() {
			continue
		}
		fmt.Fprintf(&b, "<th>%s</th>", template.HTMLEscapeString(t.Field(i).Name))
	}
	b.WriteString("</tr></thead><tbody>")
	for i := range v.Len() {
		b.WriteString("<tr>")
		for k := range t.NumField() {
			cell := v.Index(i).Field(k)
			if !cell.CanInterface() {
				continue
			}
			text, class := fmt.Sprint(cell.Interface()), ""
			if cell.CanFloat() || cell.CanInt() {
				class = ` class="number"`
			}
			if text == "NaN" {
				text = ""
			}
			fmt.Fprintf(&b, "<td%s>%s</td>", class, template.HTMLEscapeString(text))
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</tbody></table>")
	return template.HTML(b.String())
}
