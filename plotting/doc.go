// Package plotting draws the pictures of the field, one call each, from plain
// slices: learning curves, ablation bars, phase planes, membrane potentials
// with spikes, rasters, receptive fields, parameter clouds, firing rates; and for
// everything else Lines, Scatter, Histogram, Box and HeatMap in the same style.
//
//	p := plotting.LearningCurves("Hopper-v3",
//		plotting.Series{Name: "MDC-SAN", Steps: steps, Runs: runs})
//	plotting.Single(p, 0, 0).Save("curve.svg")
//
// Calls return a *plot.Plot of gonum.org/v1/plot, so that anything may be
// added or changed, or a Figure: panels with aligned axes that writes itself as
// SVG, PDF or PNG. Lengths are in centimetres.
//
// Text is plain, but for _{...} and ^{...}, which are lowered and raised: θ_{v},
// 10^{−3}. The legend stands outside of the data; panels of a figure whose
// legends agree share one. LogX, LogY, SecondAxis, Legend and ScaleLabel change
// a plot that is there.
//
// Values that are not finite are gaps, not errors. The same input gives the
// same bytes. Nothing here keeps state; a plot belongs to one goroutine.
package plotting
