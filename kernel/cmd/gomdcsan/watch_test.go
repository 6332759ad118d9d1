package main

import (
	"math"
	"testing"
)

// A curve with returns that are no numbers is shown as far as it has any.
func TestSparklineOfInfiniteReturns(t *testing.T) {
	for _, c := range []struct {
		y    []float64
		want string
	}{
		{[]float64{0, 1}, "▁█"},
		{[]float64{0, math.Inf(1)}, "▁?"},
		{[]float64{math.Inf(-1), 0, 1}, "?▁█"},
		{[]float64{math.NaN(), 0}, "?▁"},
	} {
		if got := sparkline(c.y, 24); got != c.want {
			t.Errorf("%v: %s, want %s", c.y, got, c.want)
		}
	}
}
