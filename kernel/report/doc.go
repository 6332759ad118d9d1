// Package report lays runs of one's own beside the paper: series, figures,
// tables and the page that `gomdcsan report` writes. The notebooks of the
// paper's figures use it, so that page and notebook show the same.
//
//	runs, err := report.Open("results")                    // stored results, or folders of runs
//	report.Figure(runs, report.Actors()...)                // Fig. 4: ours solid, the paper's dashed
//	report.Notes(runs, report.Actors()...)                 // which seeds, steps and commits, and by how much ours differ
//	report.Provenance(...), report.Distances(...)          // the same as tables
//	err = report.Write("page", runs)                       // everything as one page, with images
//
// A [Kind] is a line of a comparison, such as MDC-SAN in Fig. 4: it says which
// runs belong to it and what the paper calls them. Runs that differ from the
// paper's settings in anything else, such as a network of another size, belong
// to none: they would stand under a wrong name.
//
// Returns are sums of rewards without discount; steps are environment steps.
// The paper's curves are means over ten seeds, smoothed over 11 evaluations.
package report
