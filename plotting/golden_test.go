package plotting_test

import (
	"testing"

	"gonum.org/v1/plot/cmpimg"
)

// examples are the figures of the package by the files they write.
var examples = map[string]func(){
	"curves.png": ExampleLearningCurves, "fig4.png": ExampleNewFigure, "bars.png": ExampleBars,
	"flow.png": ExampleFlowPlot, "plane.png": ExamplePhasePlane, "potentials.png": ExamplePotentials,
	"raster.png": ExampleRaster, "fields.png": ExampleReceptiveFields, "fieldgrid.png": ExampleReceptiveFieldGrid,
	"clouds.png": ExampleClouds, "rates.png": ExampleRateHistogram, "map.png": ExampleRateMap,
	"training.png": ExampleTrainingCurves, "lines.png": ExampleLines, "network.png": ExampleNetwork,
	"heat.png": ExampleHeatMap, "scatter.png": ExampleScatter, "histogram.png": ExampleHistogram, "box.png": ExampleBox,
	"log.png": ExampleLogY, "second.png": ExampleSecondAxis, "legend.png": ExampleLegend, "pictures.png": ExamplePictures,
}

// TestGoldenImages draws every Example and compares it with the image kept in
// testdata; -regen draws them anew.
func TestGoldenImages(t *testing.T) {
	for file, example := range examples {
		// Processors with fused multiply-add round a few edge pixels otherwise.
		t.Run(file, func(t *testing.T) { cmpimg.CheckPlotApprox(example, t, 0.02, file) })
	}
}
