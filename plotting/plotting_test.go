package plotting

import (
	"bytes"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
)

func TestSmoothIsTruncatedBox(t *testing.T) {
	x := make([]float64, 20)
	for i := range x {
		x[i] = float64(i)
	}
	got := Smooth(x, 11)
	for i, want := range map[int]float64{0: 2.5, 3: 4, 5: 5, 10: 10, 19: 16.5} {
		if math.Abs(got[i]-want) > 1e-12 {
			t.Errorf("smoothed[%d] = %v, want %v", i, got[i], want)
		}
	}
	gap := Smooth([]float64{1, math.NaN(), 3}, 3)
	if gap[0] != 1 || gap[1] != 2 || gap[2] != 3 {
		t.Errorf("with a gap: %v", gap)
	}
	if all := Smooth([]float64{math.NaN()}, 3); !math.IsNaN(all[0]) {
		t.Errorf("nothing finite: %v", all)
	}
}

func TestCurveBands(t *testing.T) {
	runs := [][]float64{{1, 2, 3}, {3, 6}, {5, 10, math.NaN()}}
	for _, c := range []struct {
		band            Interval
		mean, low, high []float64
	}{
		{HalfStd, []float64{3, 6, 3}, []float64{3 - 0.5*math.Sqrt(8./3), 6 - 0.5*math.Sqrt(32./3), 3}, []float64{3 + 0.5*math.Sqrt(8./3), 6 + 0.5*math.Sqrt(32./3), 3}},
		{MinMax, []float64{3, 6, 3}, []float64{1, 2, 3}, []float64{5, 10, 3}},
		{NoBand, []float64{3, 6, 3}, []float64{3, 6, 3}, []float64{3, 6, 3}},
	} {
		s := Series{Runs: runs, Smooth: 1, Band: c.band}
		mean, low, high := s.Curve()
		for _, p := range [][2][]float64{{mean, c.mean}, {low, c.low}, {high, c.high}} {
			for i := range p[1] {
				if math.Abs(p[0][i]-p[1][i]) > 1e-12 {
					t.Errorf("band %d: %v, want %v", c.band, p[0], p[1])
				}
			}
		}
	}
}

// TestWindow: by itself the filter shrinks to the data, and the legend says its
// width: three evaluations stay as they are.
func TestWindow(t *testing.T) {
	for n, want := range map[int]int{1: 1, 3: 1, 20: 1, 27: 3, 50: 5, 100: 11, 400: 11} {
		s := Series{Runs: [][]float64{make([]float64, n)}}
		if got := s.window(); got != want {
			t.Errorf("%d evaluations: a window of %d, want %d", n, got, want)
		}
	}
	short := Series{Name: "s", Steps: []float64{1, 2, 3}, Runs: [][]float64{{1, 5, 2}}}
	if mean, _, _ := short.Curve(); mean[1] != 5 {
		t.Errorf("three evaluations became %v", mean)
	}
	short.Smooth = 3
	if svg := Single(LearningCurves("t", short), 0, 0).SVG(); !strings.Contains(svg, "smoothed over 3 evaluations") {
		t.Error("the legend does not say the filter's width")
	}
}

// TestLegendEntries: names once, the paper's dashes and the band explained, and
// what has ended drawn without a band.
func TestLegendEntries(t *testing.T) {
	steps := []float64{1, 2, 3}
	own := Series{Name: "DAN", Steps: steps, Runs: [][]float64{{1, 2, 3}, {2, 3}}, Smooth: 1}
	paper := Series{Name: "DAN (paper)", Steps: steps, Mean: []float64{1, 2, 3}, HalfBand: []float64{1, 1, 1}}
	other := paper
	other.Name = "Pop-DAN (paper)"
	var got []string
	for _, e := range keyOf(LearningCurves("t", own, paper, other, other)).entries {
		got = append(got, e.name)
	}
	if want := []string{"DAN", "Pop-DAN (paper)", "the paper", "± ½ s.d. over seeds", "fewer seeds"}; strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("entries %q, want %q", got, want)
	}
}

// TestOneLegend: panels with the same entries share one, others keep theirs, in
// rows that leave the same room.
func TestOneLegend(t *testing.T) {
	line := func(names ...string) *plot.Plot {
		var lines []Line
		for _, n := range names {
			lines = append(lines, Line{Name: n, X: []float64{0, 1}, Y: []float64{0, 1}})
		}
		return Lines("t", "", "", lines...)
	}
	count := func(plots ...*plot.Plot) int { return strings.Count(NewFigure(2, plots...).SVG(), ">first<") }
	if n := count(line("first", "second"), line("first")); n != 1 {
		t.Errorf("the shared entry is there %d times", n)
	}
	if n := count(line("first", "second"), line("other", "first")); n != 2 {
		t.Errorf("entries of different colours: %d", n)
	}
	paper := Series{Name: "DAN (paper)", Steps: []float64{1, 2}, Mean: []float64{1, 2}}
	own := Series{Name: "DAN", Steps: []float64{1, 2}, Runs: [][]float64{{1, 2}}}
	both := Series{Name: "LIF", Steps: []float64{1}, Runs: [][]float64{{1}}, Colour: 2}
	ours, theirs := LearningCurves("a", own, paper, both), LearningCurves("b", paper, both)
	if svg := NewFigure(2, ours, theirs).SVG(); strings.Count(svg, ">the paper<") != 1 || strings.Contains(svg, ">DAN (paper)<") {
		t.Error("the paper's curve of a name that is there has an entry of its own")
	}
	p := line("first")
	Legend(p, LegendNone)
	if n := count(p); n != 0 {
		t.Errorf("LegendNone: %d", n)
	}
}

// TestBarsOfPoints: a group of single results alone has its dots and its entry,
// one of nothing takes no room, and the axis goes above the highest bar.
func TestBarsOfPoints(t *testing.T) {
	nan := math.NaN()
	p := Bars("t", "y", []string{"a"}, Group{Name: "bar", Values: []float64{10}}, Group{Name: "nothing", Values: []float64{nan}},
		Group{Name: "dots", Points: [][]float64{{3, 4}}})
	svg := Single(p, 0, 0).SVG()
	if strings.Contains(svg, "nothing") || !strings.Contains(svg, ">dots<") || p.Y.Max <= 10 {
		t.Errorf("axis to %v", p.Y.Max)
	}
	green := strings.Count(svg, "fill:#009E73")
	if green != 3 { // two dots and the legend's
		t.Errorf("%d dots", green)
	}
}

// TestDiverging: zero is white whatever the range, NaN is not.
func TestDiverging(t *testing.T) {
	h := &heat{scale: Range{-1, 3}}
	if c := h.color(0); c != (color.NRGBA{255, 255, 255, 255}) {
		t.Errorf("zero is %v", c)
	}
	if a, b := h.color(-1), h.color(3); a == b || h.color(math.NaN()) == h.color(0) {
		t.Errorf("-1 is %v, 3 is %v, NaN %v", a, b, h.color(math.NaN()))
	}
}

// TestScripts: lowered and raised pieces, and what only looks like them.
func TestScripts(t *testing.T) {
	for line, want := range map[string]string{"θ_{v}": "θ|v-", "10^{−3} s": "10|−3+| s", "actor_rate": "actor_rate", "a_{b": "a_{b", "x_y_{z}": "x_y|z-"} {
		var got []string
		for _, p := range parts(line, font.Font{Size: 10}) {
			s := p.text
			if p.shift < 0 {
				s += "-"
			}
			if p.shift > 0 {
				s += "+"
			}
			got = append(got, s)
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%s: %q, want %s", line, got, want)
		}
	}
}

func TestLogAxes(t *testing.T) {
	var labels []string
	for _, tick := range (LogTicks{}).Ticks(1, 1e6) {
		if tick.Label != "" {
			labels = append(labels, tick.Label)
		}
	}
	if got := strings.Join(labels, " "); got != "1 10^{1} 10^{2} 10^{3} 10^{4} 10^{5} 10^{6}" {
		t.Error(got)
	}
	p := Lines("t", "", "", Line{X: []float64{1, 2, 3}, Y: []float64{-1, 0, 100}})
	LogY(p)
	if p.Y.Min != 0.01 || len(Single(p, 0, 0).PNG()) == 0 {
		t.Errorf("an axis over values that are not positive begins at %v", p.Y.Min)
	}
}

// The percentile interval of the mean of many values is close to the normal
// one: mean ± 1.96 sd/sqrt(n); 2,000 samples leave about 5 percent of its width.
func TestBootstrap(t *testing.T) {
	run := make([][]float64, 100)
	for i := range run {
		run[i] = []float64{float64(i)}
	}
	s := Series{Runs: run, Smooth: 1, Band: Bootstrap95}
	_, low, high := s.Curve()
	half := 1.96 * math.Sqrt((100*100-1)/12.) / 10
	if math.Abs(low[0]-(49.5-half)) > 0.6 || math.Abs(high[0]-(49.5+half)) > 0.6 {
		t.Errorf("interval %v to %v, want 49.5 ± %v", low[0], high[0], half)
	}
}

func TestPaperData(t *testing.T) {
	c := PaperCurve("HalfCheetah-v3", "MDC-SAN")
	if len(c.Steps) != 100 || c.Steps[0] != 10000 || c.Mean[99] < 11000 || len(c.HalfBand) != 100 {
		t.Errorf("curve: %d points, last %v", len(c.Steps), c.Mean)
	}
	if c := c.Cut(200000); len(c.Steps) != 20 || len(c.Mean) != 20 {
		t.Errorf("cut to %d", len(c.Steps))
	}
	for _, name := range []string{"DAN", "Pop-DAN", "Cpop", "Cpoi", "Cpop+Cuni", "Cpop+Cpoi", "Cpop+Cdet", "DN", "LIF"} {
		for _, task := range []string{"Ant-v3", "HalfCheetah-v3", "Walker2d-v3", "Hopper-v3"} {
			if c := PaperCurve(task, name); len(c.Steps) != 100 {
				t.Errorf("%s %s: %d points", task, name, len(c.Steps))
			}
		}
	}
	if c := PaperCurve("Pendulum-v1", "DAN"); len(c.Steps) != 0 || c.Name != "" {
		t.Errorf("a curve for Pendulum-v1: %+v", c)
	}
	th := PaperTheta()
	mean := func(x []float64) float64 {
		s := 0.0
		for _, v := range x {
			s += v
		}
		return s / float64(len(x))
	}
	for i, c := range []struct {
		x    []float64
		want float64
	}{{th.V, -0.172}, {th.U, 0.529}, {th.R, 0.021}, {th.S, 0.132}} {
		if len(c.x) != 592 || math.Abs(mean(c.x)-c.want) > 6e-4 {
			t.Errorf("theta %d: %d points, mean %.4f, want %v", i, len(c.x), mean(c.x), c.want)
		}
	}
	if tr := PaperTrace(); len(tr.T) != 50 || tr.DN[2] != 0.795 || !math.IsNaN(tr.LIF[9]) {
		t.Errorf("trace: %d steps, %v", len(tr.T), tr.DN)
	}
}

func TestEquilibria(t *testing.T) {
	got := Equilibria(func(v float64) float64 { return v*v - v + 0.09 }, Range{-1, 2}) // zeros 0.1 and 0.9
	if len(got) != 2 || math.Abs(got[0].At-0.1) > 1e-9 || !got[0].Stable || math.Abs(got[1].At-0.9) > 1e-9 || got[1].Stable {
		t.Errorf("%+v", got)
	}
	if got := Equilibria(func(v float64) float64 { return v*v - v + 0.3 }, Range{-1, 2}); len(got) != 0 {
		t.Errorf("I - U > 1/4: %+v", got)
	}
	p := Plane{Field: func(v, u float64) (float64, float64) { return -v + u, -u - v*v }, V: Range{-2, 2}, U: Range{-2, 2}}
	eq := p.Equilibria() // (0,0) is stable, (-1,-1) a saddle
	if len(eq) != 2 || math.Abs(eq[0].V+1) > 1e-9 || eq[0].Stable || math.Abs(eq[1].V) > 1e-9 || !eq[1].Stable {
		t.Errorf("%+v", eq)
	}
}

// TestEquilibriaKinds classifies linear fields, whose eigenvalues are known.
func TestEquilibriaKinds(t *testing.T) {
	for want, m := range map[string][4]float64{ // eigenvalues
		"stable node at (0, 0)":                            {-0.5, 0, 0, -0.2},
		"unstable node at (0, 0)":                          {0.5, 0, 0, 0.2},
		"saddle at (0, 0)":                                 {0.5, 0, 0, -0.2},
		"stable focus at (0, 0)":                           {-0.2, 0.3, -0.3, -0.2}, // -0.2 ± 0.3i
		"unstable focus at (0, 0)":                         {0.2, 0.3, -0.3, 0.2},
		"centre at (0, 0)":                                 {0, 1, -1, 0},
		"stable focus at (0, 0), but not under steps of 1": {-0.1, 1, -1, -0.1}, // |0.9 ± i| > 1
		"stable node at (0, 0), but not under steps of 1":  {-2.5, 0, 0, -0.5},
	} {
		p := Plane{Field: func(v, u float64) (float64, float64) { return m[0]*v + m[1]*u, m[2]*v + m[3]*u }, V: Range{-1, 1}, U: Range{-1, 1}}
		eq := p.Equilibria()
		if len(eq) != 1 {
			t.Errorf("%s: %v", want, eq)
			continue
		}
		eq[0].V, eq[0].U = math.Abs(math.Round(eq[0].V*1e6)), math.Abs(math.Round(eq[0].U*1e6)) // no -0
		if got := eq[0].String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		min, max float64
		want     string
	}{
		{0, 1e6, "0 0.2M 0.4M 0.6M 0.8M 1.0M"}, {0, 20000, "0 5k 10k 15k 20k"}, {-0.25, 0.75, "−0.2 0 0.2 0.4 0.6"},
		{0, 3600, "0 1000 2000 3000"}, {99, 101, "99.0 99.5 100.0 100.5 101.0"}, {0, 1e-6, "0 2e-07 4e-07 6e-07 8e-07 1e-06"},
	} {
		var labels []string
		for _, tick := range (Ticks{}).Ticks(c.min, c.max) {
			labels = append(labels, tick.Label)
		}
		if got := strings.Join(labels, " "); got != c.want {
			t.Errorf("%v to %v: %s, want %s", c.min, c.max, got, c.want)
		}
	}
	if n := len((Ticks{}).Ticks(5, 5)); n != 1 {
		t.Errorf("an empty range has %d ticks", n)
	}
}

// Nothing to draw, or nothing finite, still gives a picture.
func TestNothingFinite(t *testing.T) {
	nan := math.NaN()
	for i, p := range []*plot.Plot{
		LearningCurves("none"), LearningCurves("nan", Series{Name: "x", Steps: []float64{1, 2}, Runs: [][]float64{{nan, nan}}}),
		LearningCurves("one", Series{Name: "x", Steps: []float64{1}, Runs: [][]float64{{3}}}),
		TrainingCurves("none", 0, nil), TrainingCurves("nan", 10, []TrainingRun{{EpisodeSteps: []float64{1}, EpisodeReturns: []float64{nan}, Steps: []float64{1, 2}, Mean: []float64{nan, nan}, Std: []float64{nan, nan}}}, Reference{"nan", nan}),
		Network("none"), Network("nan", NetworkLayer{Size: 1}, NetworkLayer{Size: 40, Weight: func(int, int) float64 { return nan }}), Lines("none", "", ""), Lines("nan", "", "", Line{Name: "x", X: []float64{1, 2}, Y: []float64{nan}}),
		Bars("none", "y", nil), Bars("nan", "y", []string{"a"}, Group{Values: []float64{nan}}),
		Potentials("none", 0.5), Potentials("nan", nan, Trace{V: []float64{nan, 1, nan}, Spikes: []bool{true, true, true}}), Raster("none"),
		ReceptiveFields("none", nil, nil, Range{-1, 1}), RateHistogram("none", 2), RateHistogram("nan", 2, Rates{Rates: []float64{nan}}),
		RateMap("none", "", "", nil), HeatMap("nan", "", "", [][]float64{{nan}}, Range{}), Clouds("none", "", "", nil, Cloud{}),
		Scatter("none", "", ""), Histogram("none", "", 0), Histogram("nan", "", 0, Sample{Values: []float64{nan}}), Histogram("one", "", 0, Sample{Values: []float64{3}}),
		Box("none", ""), Box("nan", "", Sample{Values: []float64{nan}}), Box("one", "", Sample{Values: []float64{3}}),
		FlowPlot(Flow{F: func(float64) float64 { return nan }, X: Range{0, 1}, Y: Range{0, 1}}),
		PhasePlane(Plane{Field: func(_, _ float64) (float64, float64) { return nan, nan }, V: Range{0, 1}, U: Range{0, 1}}),
	} {
		f := Single(p, 0, 0)
		if len(f.PNG()) == 0 || strings.Contains(f.SVG(), "NaN") || strings.Contains(f.SVG(), "Inf") {
			t.Errorf("plot %d (%s): SVG with NaN or Inf", i, p.Title.Text)
		}
	}
}

func TestSave(t *testing.T) {
	dir := t.TempDir()
	f := Single(New("a & b"), 8, 5)
	for ext, magic := range map[string]string{".svg": "<?xml", ".pdf": "%PDF", ".png": "\x89PNG"} {
		path := filepath.Join(dir, "f"+ext)
		var before []byte
		for range 2 {
			if err := f.Save(path); err != nil {
				t.Fatal(err)
			}
			b, err := os.ReadFile(path)
			if err != nil || !bytes.HasPrefix(b, []byte(magic)) {
				t.Errorf("%s: %.10q %v", ext, b, err)
			}
			if before != nil && !bytes.Equal(b, before) {
				t.Errorf("%s: the same figure gives other bytes", ext)
			}
			before = b
		}
	}
	if !bytes.Contains(f.PDF(), []byte("CreationDate (D:20000101000000)")) {
		t.Error("PDF holds the time of day")
	}
	if err := f.Save(filepath.Join(dir, "f.jpg")); err == nil || !strings.Contains(err.Error(), ".svg, .pdf, .png") {
		t.Errorf("unknown ending: %v", err)
	}
	if s := f.SVG(); !strings.Contains(s, "'Liberation Sans',Arial") || !strings.HasPrefix(s, "<svg") {
		t.Errorf("SVG starts %.200s", s)
	}
	// The title is as long as its own font makes it, whatever font is there.
	if s := f.SVG(); strings.Count(s, "<text ") == 0 || strings.Count(s, "<text ") != strings.Count(s, "textLength=") {
		t.Errorf("%d texts, %d lengths", strings.Count(s, "<text "), strings.Count(s, "textLength="))
	}
}

// Where runs have ended the mean of the others is another line: it may jump.
func TestCurvesOfUnevenRuns(t *testing.T) {
	lines := func(runs ...[]float64) int {
		p := LearningCurves("t", Series{Name: "s", Steps: []float64{1, 2, 3, 4}, Runs: runs, Band: NoBand})
		return strings.Count(Single(p, 0, 0).SVG(), "stroke:#0072B2")
	}
	long, short := []float64{1, 2, 3, 4}, []float64{5, 6}
	if even, uneven := lines(long, long), lines(long, short); uneven != even+1 {
		t.Errorf("%d lines of uneven runs, %d of even ones", uneven, even)
	}
}
