package nn

import (
	"math"

	"gomdcsan/mdcsan/linalg"
)

// Squash is the last step of every actor, limit * tanh(x).
type Squash struct {
	Limit float32
	x, dx []float32 // of the last Forward; scratch
}

// Forward writes limit * tanh(x); x must stay untouched until Backward.
func (s *Squash) Forward(dst, x []float32) {
	s.x = x
	linalg.Tanh(dst, x)
	linalg.Scale(dst, s.Limit, dst)
}

// Backward returns dL/dx for dL/dy, valid until the next call.
//
// The slope 1 - tanh² is computed as 4e/(1+e)² with e = exp(-2|x|), which keeps
// its precision where tanh is saturated: 1-y*y in float32 has lost half of its
// digits at |x| = 4 and is zero from 9 on, and Adam would blow the error up to
// a full step.
func (s *Squash) Backward(dy []float32) []float32 {
	s.dx = Grow(s.dx, len(s.x))
	for i, x := range s.x {
		s.dx[i] = -2 * float32(math.Abs(float64(x)))
	}
	linalg.Exp(s.dx, s.dx)
	for i, e := range s.dx {
		s.dx[i] = dy[i] * s.Limit * 4 * e / ((1 + e) * (1 + e))
	}
	return s.dx
}
