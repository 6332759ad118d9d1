package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gomdcsan/mdcsan"
	"gomdcsan/mdcsan/experiment"
	"gomdcsan/plotting"
)

// fake makes the results of a run with these mean returns.
func fake(task, actor string, seed uint64, mean ...float64) *mdcsan.Results {
	c := mdcsan.DefaultConfig(task)
	c.Actor, c.Seed, c.Steps = actor, seed, 10_000*len(mean)
	r := &mdcsan.Results{Manifest: &experiment.Manifest{Config: c, Sessions: []experiment.Session{{Commit: "0123456789abcdef"}}}, Mean: mean}
	for i := range mean {
		r.Steps = append(r.Steps, float64(10_000*(i+1)))
	}
	return r
}

func constant(n int, x float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = x
	}
	return out
}

func TestKindsTakeTheirRunsOnly(t *testing.T) {
	dan := fake("Hopper-v3", "dan", 1, 10)
	dan.Manifest.Config.Coding = "uni" // without meaning for a DAN
	small := fake("Hopper-v3", "mdcsan", 0, 10)
	small.Manifest.Config.Hidden = []int{64, 64}
	det := fake("Hopper-v3", "mdcsan", 0, 10)
	det.Manifest.Config.Coding = "pop+det"
	runs := []*mdcsan.Results{fake("Hopper-v3", "mdcsan", 1, 10), fake("Hopper-v3", "mdcsan", 0, 10), dan, small, det, fake("Ant-v3", "mdcsan", 0, 10), fake("Hopper-v3", "lif", 0, 10)}
	for _, c := range []struct {
		kind Kind
		want int
	}{{Actors()[0], 2}, {Actors()[1], 0}, {Actors()[2], 1}, {Codings()[1], 1}, {Neurons()[0], 2}, {Neurons()[1], 1}} {
		if got := c.kind.Runs("Hopper-v3", runs); len(got) != c.want || c.want == 2 && got[0].Config().Seed != 0 {
			t.Errorf("%s: %d runs, want %d", c.kind.Name, len(got), c.want)
		}
	}
	// What Grid describes is what Runs takes.
	for _, k := range append(append(Actors(), Codings()...), Neurons()...) {
		s := mdcsan.Sweep{Grids: []map[string]any{k.Grid([]string{"Ant-v3"}, 2)}}
		planned, err := s.Runs()
		if err != nil || len(planned) != 2 {
			t.Fatalf("%s: %d runs, %v", k.Name, len(planned), err)
		}
		r := fake("Ant-v3", "mdcsan", 0, 1)
		r.Manifest.Config = planned[1]
		if len(k.Runs("Ant-v3", []*mdcsan.Results{r})) != 1 {
			t.Errorf("%s does not know its own run %+v", k.Name, planned[1])
		}
	}
}

func TestDistances(t *testing.T) {
	paper := plotting.PaperCurve("Hopper-v3", "MDC-SAN")
	half := make([]float64, 30)
	for i := range half {
		half[i] = paper.Mean[24] / 2 // box filters leave a constant as it is
	}
	got := Distances([]*mdcsan.Results{fake("Hopper-v3", "mdcsan", 0, half...), fake("Hopper-v3", "mdcsan", 1, half...), fake("Hopper-v3", "dan", 0, 1, 2)}, Actors()...)
	if len(got) != 1 || got[0].Step != "250,000" || got[0].Seeds != 2 || got[0].Percent != -50 {
		t.Errorf("%+v", got)
	}
}

func TestTable1AndOrigins(t *testing.T) {
	unfinished := fake("Hopper-v3", "mdcsan", 1, 500, 900)
	unfinished.Manifest.Config.Steps = 300_000
	runs := []*mdcsan.Results{fake("Hopper-v3", "mdcsan", 0, 100, 1100), unfinished}
	for _, c := range Table1(runs) {
		switch {
		case c.Task != "Hopper-v3" || c.Actor != "MDC-SAN":
			if c.Ours != "" {
				t.Errorf("%+v has no runs", c)
			}
		case c.Ours != "1000 ± 100" || c.Seeds != 2 || c.Paper != "3636 ± 146":
			t.Errorf("%+v", c)
		}
	}
	for _, o := range Provenance(runs, Actors()...) {
		if o.Task == "Hopper-v3" && o.Kind == "MDC-SAN" && (o.Seeds != "0, 1" || o.Steps != "20,000 of 300,000" || o.Commit != "0123456") {
			t.Errorf("%+v", o)
		}
	}
}

func TestNotes(t *testing.T) {
	got := string(Notes([]*mdcsan.Results{fake("Hopper-v3", "dan", 3, constant(20, 700)...), fake("Ant-v3", "dan", 0, 1)}, Actors()...))
	for _, want := range []string{"**Hopper-v3, DAN**: seed 3, 200,000 steps, commit 0123456. Smoothed at step 150,000: ours 700, the paper's ", "too short to compare", "No run of ours yet: Ant-v3 (MDC-SAN, Pop-DAN)"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestSummaries(t *testing.T) {
	runs := []*mdcsan.Results{fake("Hopper-v3", "mdcsan", 0, 3636), fake("Hopper-v3", "mdcsan", 1, 1818), fake("Hopper-v3", "dan", 0, 2727)}
	got := Summaries(runs, Actors()...)
	if len(got) != 2 || got[0].Mean != "0.750" || got[1].Kind != "DAN" || got[1].Beats != "0.50" {
		t.Errorf("%+v", got)
	}
}

// TestMixedResultsAreSaidSo: a mean over results of different versions says so.
func TestMixedResultsAreSaidSo(t *testing.T) {
	old, now := fake("Hopper-v3", "dan", 0, constant(20, 1)...), fake("Hopper-v3", "dan", 1, constant(20, 1)...)
	now.Manifest.Sessions = []experiment.Session{{Commit: "abc", Results: experiment.ResultsVersion}}
	for _, c := range []struct {
		runs []*mdcsan.Results
		want bool
	}{{[]*mdcsan.Results{old, now}, true}, {[]*mdcsan.Results{now}, false}, {[]*mdcsan.Results{old}, false}} {
		if said := strings.Contains(string(Notes(c.runs, Actors()...)), "results versions before 5 and"); said != c.want {
			t.Errorf("%d runs: %v, want %v", len(c.runs), said, c.want)
		}
	}
}

// TestShortSeedsAreNamed: a seed of one evaluation takes nothing from the mean
// of the others, and is named.
func TestShortSeedsAreNamed(t *testing.T) {
	runs := []*mdcsan.Results{fake("Hopper-v3", "dan", 0, constant(30, 2000)...), fake("Hopper-v3", "dan", 1, 5), fake("Hopper-v3", "dan", 2, constant(20, 1000)...)}
	for _, c := range Table1(runs) {
		if c.Task == "Hopper-v3" && c.Actor == "DAN" && (c.Ours != "1500 ± 500" || c.Seeds != 2 || !strings.HasSuffix(c.Steps, "left out: seed 1 (10,000 steps)")) {
			t.Errorf("%+v", c)
		}
	}
	if d := Distances(runs, Actors()...); len(d) != 1 || d[0].Seeds != 2 || d[0].Step != "150,000" {
		t.Errorf("%+v", d)
	}
	one := Summaries(runs[:1], Actors()[2])
	if len(one) != 1 || strings.Contains(one[0].IQM, "(") {
		t.Errorf("an interval of one run: %+v", one)
	}
}

// The page holds the figures and tables, and says what it does not have.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	if err := Write(dir, []*mdcsan.Results{fake("Hopper-v3", "dan", 3, constant(20, 700)...)}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for _, want := range []string{"<svg", "1 seed", "3396 ± 77", "<td>700</td>", "0123456", "No run of ours yet: Ant-v3 (MDC-SAN, Pop-DAN, DAN)", "150,000"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	for _, name := range []string{"fig4.pdf", "fig5.svg", "fig7.png", "statistics.pdf"} {
		if info, err := os.Stat(filepath.Join(dir, "figures", name)); err != nil || info.Size() < 1000 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOpenNothing(t *testing.T) {
	runs, err := Open(t.TempDir(), filepath.Join(t.TempDir(), "gone"))
	if err != nil || len(runs) != 0 {
		t.Errorf("%v, %v", runs, err)
	}
	if thousands(1234567) != "1,234,567" || thousands(100) != "100" {
		t.Error(thousands(1234567))
	}
}
