package snn

import "testing"

func TestRecordingViews(t *testing.T) {
	r := &Recording{T: 2, Layers: []LayerRecord{{
		C: [][]float32{{1, 2}, {3, 4}}, V: [][]float32{{5, 6}, {7, 8}}, U: [][]float32{{9, 10}, {11, 12}},
		O: [][]float32{{0, 1}, {1, 1}}, Rate: []float32{0.5, 1},
	}}}
	for name, got := range map[string][]float64{"C": r.Current(0, 1), "V": r.Potential(0, 1), "U": r.Resistance(0, 1)} {
		want := map[string][]float64{"C": {2, 4}, "V": {6, 8}, "U": {10, 12}}[name]
		if got[0] != want[0] || got[1] != want[1] {
			t.Errorf("%s of neuron 1: %v, want %v", name, got, want)
		}
	}
	if s := r.Raster(0); s[0][0] || !s[0][1] || !s[1][0] || len(s) != 2 {
		t.Errorf("raster %v", s)
	}
	if o := r.ByRate(0); o[0] != 1 || o[1] != 0 {
		t.Errorf("by rate %v", o)
	}
	if x := r.Rates(0); x[0] != 0.5 || x[1] != 1 {
		t.Errorf("rates %v", x)
	}
}
