package report

import (
	"strings"
	"testing"

	"gomdcsan/mdcsan"
	"gomdcsan/plotting"
)

// shifted is a run of 300,000 steps at a constant return that is z of the
// paper's standard deviations above the paper's mean at 200,000 steps.
func shifted(task string, seed uint64, z float64, set func(*mdcsan.Config)) *mdcsan.Results {
	paper := plotting.PaperCurve(task, "MDC-SAN")
	r := fake(task, "mdcsan", seed, make([]float64, 30)...)
	for i := range r.Mean {
		r.Mean[i] = paper.Mean[i] + z*2*paper.HalfBand[i]
	}
	if set != nil {
		set(&r.Manifest.Config)
	}
	return r
}

func TestChoices(t *testing.T) {
	var runs []*mdcsan.Results
	raw := Options()[1].Set
	for _, task := range Tasks() {
		for seed := range uint64(3) {
			runs = append(runs, shifted(task, seed, 2+0.1*float64(seed), nil), shifted(task, seed, 0.1*float64(seed), raw))
		}
	}
	got := Choices(runs)
	if got[0].Verdict != "default" || !strings.HasPrefix(got[1].Verdict, "nearer") || got[2].Verdict != "not run" {
		t.Errorf("%+v", got)
	}
	// The same the other way round, and with a task missing.
	for _, r := range runs {
		r.Manifest.Config.Normalise = !r.Manifest.Config.Normalise
	}
	if got := Choices(runs); got[1].Verdict != "farther from the paper" {
		t.Errorf("%+v", got[1])
	}
	if got := Choices(runs[6:]); !strings.HasPrefix(got[1].Verdict, "not decided: fewer") {
		t.Errorf("%+v", got[1])
	}
	// The distance of a curve that is two deviations off everywhere is near 4:
	// smoothing moves it a little where the paper's curve bends.
	if d := Options()[1].curves(runs).distance(); d < 3.5 || d > 5.5 {
		t.Errorf("distance %v", d)
	}
	if short := fake("Hopper-v3", "mdcsan", 0, constant(25, 1)...); len(Options()[0].curves([]*mdcsan.Results{short})) != 0 {
		t.Error("a run of 250,000 steps, whose filter is cut there, was counted")
	}
}
