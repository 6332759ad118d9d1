package plotting_test

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"os"

	"gonum.org/v1/plot"

	"gomdcsan/plotting"
)

// save writes an example's figure at the resolution of screens, which keeps the
// golden images small; f.Save(path) is what a user would write.
func save(f *plotting.Figure, path string) {
	drawn[path] = f
	if err := os.WriteFile(path, f.PNG(), 0o666); err != nil {
		fmt.Println(err)
	}
}

// drawn are the figures of the examples that have run, for the tests.
var drawn = map[string]*plotting.Figure{}

// training makes runs that look like learning on Hopper.
func training(seed uint64, seeds, evaluations int, level float64) (steps []float64, runs [][]float64) {
	r := rand.New(rand.NewPCG(seed, 0))
	for i := range evaluations {
		steps = append(steps, float64(10000*(i+1)))
	}
	for range seeds {
		run, gain := make([]float64, evaluations), 0.8+0.4*r.Float64()
		for i := range run {
			run[i] = level*gain*(1-math.Exp(-steps[i]/250000)) + 0.08*level*r.NormFloat64()
		}
		runs = append(runs, run)
	}
	return steps, runs
}

// Two of one's own results before the paper's curve.
func ExampleLearningCurves() {
	steps, spiking := training(1, 5, 60, 3200)
	_, deep := training(2, 5, 60, 2700)
	spiking[0][20] = math.NaN() // a missing evaluation does no harm
	p := plotting.LearningCurves("Hopper-v3",
		plotting.Series{Name: "MDC-SAN", Steps: steps, Runs: spiking},
		plotting.Series{Name: "DAN", Steps: steps, Runs: deep, Band: plotting.Bootstrap95},
		plotting.PaperCurve("Hopper-v3", "MDC-SAN"))
	save(plotting.Single(p, plotting.ColumnWidth, 0), "testdata/curves.png")
	// Output:
}

// A run on its way.
func ExampleTrainingCurves() {
	r := rand.New(rand.NewPCG(9, 0))
	run := plotting.TrainingRun{Name: "MDC-SAN, evaluated"}
	for step := 200.0; step <= 14000; step += 200 {
		level := -1300 + 1150/(1+math.Exp(-(step-6000)/900))
		run.EpisodeSteps, run.EpisodeReturns = append(run.EpisodeSteps, step), append(run.EpisodeReturns, level+150*r.NormFloat64())
		if math.Mod(step, 2000) == 0 {
			run.Steps, run.Mean, run.Std = append(run.Steps, step), append(run.Mean, level+60), append(run.Std, 120)
		}
	}
	p := plotting.TrainingCurves("Pendulum-v1, seed 0", 20000, []plotting.TrainingRun{run}, plotting.Reference{Name: "random policy", Value: -1220})
	save(plotting.Single(p, plotting.ColumnWidth, 0), "testdata/training.png")
	// Output:
}

// The paper's Fig. 1, with weights made up.
func ExampleNetwork() {
	weight := func(from, to int) float64 { return math.Pow(math.Sin(float64(13*from+7*to*to)), 5) }
	p := plotting.Network("MDC-SAN for Hopper-v3", plotting.NetworkLayer{Name: "state", Size: 11},
		plotting.NetworkLayer{Name: "populations", Size: 110, Kind: "Gaussian fields", None: true},
		plotting.NetworkLayer{Name: "layer 1", Size: 256, Kind: "dynamic neurons", Weight: weight},
		plotting.NetworkLayer{Name: "output", Size: 30, Kind: "dynamic neurons", Weight: weight},
		plotting.NetworkLayer{Name: "action", Size: 3, Kind: "tanh"})
	save(plotting.Single(p, plotting.DefaultWidth, 7), "testdata/network.png")
	// Output:
}

// Anything over anything.
func ExampleLines() {
	var x, slope, gap []float64
	for v := -0.5; v <= 1.5; v += 0.01 {
		x = append(x, v)
		slope = append(slope, math.Exp(-8*(v-0.5)*(v-0.5)))
		gap = append(gap, 1-math.Abs(v-0.5))
		if math.Abs(v) < 0.1 {
			gap[len(gap)-1] = math.NaN()
		}
	}
	p := plotting.Lines("Pseudo-gradients", "membrane potential V", "z(V)", plotting.Line{Name: "smooth", X: x, Y: slope}, plotting.Line{Name: "triangle", X: x, Y: gap})
	save(plotting.Single(p, plotting.ColumnWidth, 0), "testdata/lines.png")
	// Output:
}

// The paper's Fig. 4.
func ExampleNewFigure() {
	var panels []*plot.Plot
	for _, task := range []string{"Ant-v3", "HalfCheetah-v3", "Walker2d-v3", "Hopper-v3"} {
		panels = append(panels, plotting.LearningCurves(task,
			plotting.PaperCurve(task, "MDC-SAN"), plotting.PaperCurve(task, "Pop-DAN"), plotting.PaperCurve(task, "DAN")))
	}
	f := plotting.NewFigure(2, panels...)
	f.Width = 2 * plotting.ColumnWidth
	save(f, "testdata/fig4.png")
	// Output:
}

func ExampleBars() {
	p := plotting.Bars("Table 1", "maximum of the mean return", []string{"Ant", "HalfCheetah", "Walker2d", "Hopper"},
		plotting.Group{Name: "MDC-SAN", Values: []float64{5628, 11657, 5566, 3636}, Low: []float64{5473, 11257, 5234, 3490}, High: []float64{5783, 12057, 5898, 3782}},
		plotting.Group{Name: "DAN", Values: []float64{4671, 10020, math.NaN(), 3396}, Points: [][]float64{{4100, 5200}, {9000, 10500, 10900}, nil, {3400, 3390}}})
	save(plotting.Single(p, plotting.ColumnWidth, 0), "testdata/bars.png")
	// Output:
}

// Two equilibria: an attractor and a repeller, above which the potential runs
// away and the neuron fires.
func ExampleFlowPlot() {
	p := plotting.FlowPlot(plotting.Flow{
		Title: "dV/dt = V² − V − U + I (eq. 7), I − U = 0.1",
		F:     func(v float64) float64 { return v*v - v + 0.1 },
		X:     plotting.Range{Max: 6}, Y: plotting.Range{Min: -0.6, Max: 1.2},
		From: []float64{-0.4, 0.3, 0.8, 0.95}, Threshold: 0.5,
	})
	save(plotting.Single(p, plotting.ColumnWidth, 6.5), "testdata/flow.png")
	// Output:
}

func ExamplePhasePlane() {
	p := plotting.PhasePlane(plotting.Plane{
		Title: "Dynamic neuron, θ*, I = 0.1",
		Field: func(v, u float64) (float64, float64) { return v*v - v - u + 0.1, -0.172 * (0.529*v - u) },
		V:     plotting.Range{Min: -0.6, Max: 1.6}, U: plotting.Range{Min: -0.4, Max: 0.8},
		From: [][2]float64{{0, 0.08}, {0.9, 0.3}, {-0.4, -0.2}}, Time: 8, Threshold: 0.5,
	})
	save(plotting.Single(p, plotting.ColumnWidth, 7), "testdata/plane.png")
	// Output:
}

// A dynamic neuron and a LIF neuron under constant weighted input 0.4.
func ExamplePotentials() {
	p := plotting.Potentials("Constant input", 0.5,
		plotting.Trace{Name: "DN", V: []float64{.32, .60864, .48767, .740366, .397794}, Spikes: []bool{false, true, false, true, false}},
		plotting.Trace{Name: "LIF", V: []float64{.4, .9, .7, .75, .775}, Spikes: []bool{false, true, true, true, true}})
	save(plotting.Single(p, plotting.ColumnWidth, 0), "testdata/potentials.png")
	// Output:
}

func spikes(seed uint64, neurons, steps int, rate float64) [][]bool {
	r := rand.New(rand.NewPCG(seed, 0))
	out := make([][]bool, neurons)
	for i := range out {
		out[i] = make([]bool, steps)
		for t := range out[i] {
			out[i][t] = r.Float64() < rate
		}
	}
	return out
}

func ExampleRaster() {
	p := plotting.Raster("Spikes of one action", plotting.Layer{Name: "layer 1", Spikes: spikes(1, 24, 40, 0.2)},
		plotting.Layer{Name: "layer 2", Spikes: spikes(2, 24, 40, 0.4)}, plotting.Layer{Name: "output", Spikes: spikes(3, 8, 40, 0.6)})
	save(plotting.Single(p, plotting.ColumnWidth, 7), "testdata/raster.png")
	// Output:
}

func fields() (mean, std []float64) {
	for j := range 10 {
		mean, std = append(mean, -3+6*float64(j)/9), append(std, math.Sqrt(0.15))
	}
	return mean, std
}

func ExampleReceptiveFields() {
	mean, std := fields()
	p := plotting.ReceptiveFields("Height of the torso", mean, std, plotting.Range{Min: -4, Max: 4})
	save(plotting.Single(p, plotting.ColumnWidth, 0), "testdata/fields.png")
	// Output:
}

func ExampleReceptiveFieldGrid() {
	mean, std := fields()
	var m, s [][]float64
	for range 6 {
		m, s = append(m, mean), append(s, std)
	}
	save(plotting.ReceptiveFieldGrid([]string{"height", "angle"}, m, s, plotting.Range{Min: -4, Max: 4}), "testdata/fieldgrid.png")
	// Output:
}

// The paper's Fig. 6 (a): parameters learnt on Ant and their centre.
func ExampleClouds() {
	t := plotting.PaperTheta()
	clouds := make([]plotting.Cloud, 3)
	for i, layer := range t.Layer {
		c := &clouds[layer-1]
		c.Name = []string{"layer 1", "layer 2", "output"}[layer-1]
		c.X, c.Y = append(c.X, t.V[i]), append(c.Y, t.U[i])
	}
	p := plotting.Clouds("Learnt on Ant-v3", "θ_{v}", "θ_{u}", nil, clouds...)
	save(plotting.Single(p, plotting.ColumnWidth, 7), "testdata/clouds.png")
	// Output:
}

func ExampleRateHistogram() {
	r := rand.New(rand.NewPCG(4, 0))
	layers := []plotting.Rates{{Name: "layer 1"}, {Name: "layer 2"}}
	for i := range layers {
		for range 256 {
			layers[i].Rates = append(layers[i].Rates, math.Round(5*math.Pow(r.Float64(), 2-float64(i)))/5)
		}
	}
	p := plotting.RateHistogram("Firing rates over T = 5 steps", 6, layers...)
	save(plotting.Single(p, plotting.ColumnWidth, 0), "testdata/rates.png")
	// Output:
}

func ExampleRateMap() {
	rates := make([][]float64, 16)
	for i := range rates {
		for j := range 48 {
			rates[i] = append(rates[i], 0.5+0.5*math.Sin(float64(i*j)/40))
		}
	}
	rates[3][7] = math.NaN()
	p := plotting.RateMap("Firing rates along an episode", "environment step", "neuron", rates)
	save(plotting.Single(p, plotting.ColumnWidth, 0), "testdata/map.png")
	// Output:
}

// Signed values: zero is white, whatever the range.
func ExampleHeatMap() {
	weights := make([][]float64, 12)
	for i := range weights {
		for j := range 30 {
			weights[i] = append(weights[i], 0.3*math.Sin(float64(i*i+3*j))*math.Exp(float64(j)/12)-0.4*float64(i)/12)
		}
	}
	p := plotting.HeatMap("Weights of layer 1, Δt = −1 ms", "input neuron", "neuron", weights, plotting.Range{})
	plotting.ScaleLabel(p, "weight W_{ij}")
	save(plotting.Single(p, plotting.ColumnWidth, 0), "testdata/heat.png")
	// Output:
}

func normal(seed uint64, n int, mean, std float64) []float64 {
	r := rand.New(rand.NewPCG(seed, 0))
	x := make([]float64, n)
	for i := range x {
		x[i] = mean + std*r.NormFloat64()
	}
	return x
}

func ExampleScatter() {
	x, y := normal(1, 200, 0, 1), normal(2, 200, 0, 0.4)
	for i := range y {
		y[i] += 0.6 * x[i]
	}
	p := plotting.Scatter("Rates of two layers", "layer 1 (z-score)", "layer 2 (z-score)",
		plotting.Cloud{Name: "DN", X: x, Y: y}, plotting.Cloud{Name: "LIF", X: y, Y: normal(3, 200, -1, 0.3)})
	save(plotting.Single(p, plotting.ColumnWidth, 0), "testdata/scatter.png")
	// Output:
}

func ExampleHistogram() {
	p := plotting.Histogram("Returns of 400 episodes", "return", 0,
		plotting.Sample{Name: "MDC-SAN", Values: normal(5, 400, 3200, 150)}, plotting.Sample{Name: "DAN", Values: normal(6, 400, 2800, 300)})
	save(plotting.Single(p, plotting.ColumnWidth, 0), "testdata/histogram.png")
	// Output:
}

func ExampleBox() {
	p := plotting.Box("Best returns of ten seeds", "return", plotting.Sample{Name: "MDC-SAN", Values: normal(7, 10, 3600, 150)},
		plotting.Sample{Name: "Pop-DAN", Values: normal(8, 10, 3200, 500)}, plotting.Sample{Name: "DAN", Values: normal(9, 10, 3400, 80)})
	save(plotting.Single(p, plotting.ColumnWidth, 0), "testdata/box.png")
	// Output:
}

func ExampleLogY() {
	var step, loss []float64
	for s := 100.0; s <= 1e6; s *= 1.1 {
		step, loss = append(step, s), append(loss, 40/math.Sqrt(s)+1e-6*s/100)
	}
	p := plotting.Lines("Loss of the critics", "update", "loss", plotting.Line{X: step, Y: loss})
	plotting.LogX(p)
	plotting.LogY(p)
	save(plotting.Single(p, plotting.ColumnWidth, 0), "testdata/log.png")
	// Output:
}

func ExampleSecondAxis() {
	var step, rate, energy []float64
	for s := 0.0; s <= 100; s++ {
		step, rate, energy = append(step, s), append(rate, 0.2+0.1*math.Sin(s/9)), append(energy, 900+5*s)
	}
	p := plotting.Lines("Along an episode", "environment step", "firing rate (spikes per step)", plotting.Line{Name: "rate", X: step, Y: rate})
	plotting.SecondAxis(p, "energy in nJ", plotting.Line{Name: "energy", X: step, Y: energy})
	save(plotting.Single(p, plotting.ColumnWidth, 0), "testdata/second.png")
	// Output:
}

func ExampleLegend() {
	steps, runs := training(3, 3, 40, 3000)
	p := plotting.LearningCurves("Hopper-v3", plotting.Series{Name: "MDC-SAN", Steps: steps, Runs: runs})
	plotting.Legend(p, plotting.LegendRight)
	save(plotting.Single(p, plotting.DefaultWidth, 0), "testdata/legend.png")
	// Output:
}

// Two pictures beside each other.
func ExamplePictures() {
	circle := image.NewGray(image.Rect(0, 0, 120, 90))
	for i := range circle.Pix {
		x, y := i%120-40, i/120-30
		circle.Pix[i] = uint8(min(255, math.Hypot(float64(x), float64(y))*4))
	}
	save(plotting.Pictures(2, []string{"Hopper-v3", "Ant-v3"}, circle, circle), "testdata/pictures.png")
	// Output:
}
