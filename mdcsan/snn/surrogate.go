package snn

import "math"

// surrogate evaluates eq. 9 and its smooth relatives on whole layers.
type surrogate struct {
	kind Surrogate
	vth  float32
	w    float32
}

// slope writes z(V) into dst.
func (s surrogate) slope(dst, v []float32) {
	v = v[:len(dst)]
	switch s.kind {
	case Triangle:
		for i := range dst {
			dst[i] = max(0, 1-abs(v[i]-s.vth)/(2*s.w))
		}
	case Sigmoid:
		for i := range dst {
			// s(1-s) is even; with exp of a negative number nothing cancels.
			e := float32(math.Exp(float64(-2 * abs(v[i]-s.vth) / s.w)))
			dst[i] = 4 * e / ((1 + e) * (1 + e))
		}
	case Arctan:
		for i := range dst {
			x := math.Pi / 2 / s.w * (v[i] - s.vth)
			dst[i] = 1 / (1 + x*x)
		}
	default:
		for i := range dst {
			dst[i] = 0
			if abs(v[i]-s.vth) < s.w {
				dst[i] = 1
			}
		}
	}
}

func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }
