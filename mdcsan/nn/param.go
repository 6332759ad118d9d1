package nn

import (
	"fmt"
	"math"

	"gomdcsan/mdcsan/linalg"
	"gomdcsan/mdcsan/rng"
)

// Param is a tensor that learns, or that is fixed but belongs to a network.
type Param struct {
	Name  string // such as "W0", "enc_mean", "theta_v1"
	Shape []int  // as written to files: [out][in] for a weight

	// Value and Grad hold the elements. A weight is stored transposed
	// ([in][out] in memory), everything else in the order of Shape.
	Value, Grad []float32
	Transposed  bool
}

// NewParam returns a zero tensor stored in the order of shape.
func NewParam(name string, shape ...int) *Param {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return &Param{Name: name, Shape: shape, Value: linalg.Make(n), Grad: linalg.Make(n)}
}

// NewWeight returns a zero [out][in] tensor stored as [in][out].
func NewWeight(name string, out, in int) *Param {
	p := NewParam(name, out, in)
	p.Transposed = true
	return p
}

// Len returns the number of elements.
func (p *Param) Len() int { return len(p.Value) }

// InitUniform fills Value from U(-k, k) with k = 1/sqrt(fanIn).
func (p *Param) InitUniform(fanIn int, init *rng.Stream) {
	k := 1 / math.Sqrt(float64(fanIn))
	order(p, func(_, at int) { p.Value[at] = float32(init.Uniform(-k, k)) })
}

// AppendValue appends the elements in the order of Shape.
func (p *Param) AppendValue(dst []float32) []float32 { return appendOrdered(dst, p.Value, p) }

// AppendGrad appends the gradient in the order of Shape.
func (p *Param) AppendGrad(dst []float32) []float32 { return appendOrdered(dst, p.Grad, p) }

// SetValue copies src, given in the order of Shape.
func (p *Param) SetValue(src []float32) error {
	if len(src) != len(p.Value) {
		return fmt.Errorf("nn: set %s: got %d numbers, want %d (shape %v)", p.Name, len(src), len(p.Value), p.Shape)
	}
	order(p, func(i, at int) { p.Value[at] = src[i] })
	return nil
}

// order calls f(i, at) for each element: i in the order of Shape, at in memory.
func order(p *Param, f func(i, at int)) {
	if !p.Transposed {
		for i := range p.Value {
			f(i, i)
		}
		return
	}
	out, in := p.Shape[0], p.Shape[1]
	for o := range out {
		for i := range in {
			f(o*in+i, i*out+o)
		}
	}
}

func appendOrdered(dst, src []float32, p *Param) []float32 {
	base := len(dst)
	dst = append(dst, src...)
	order(p, func(i, at int) { dst[base+i] = src[at] })
	return dst
}

// Count returns the number of elements of all params.
func Count(params []*Param) int {
	n := 0
	for _, p := range params {
		n += p.Len()
	}
	return n
}

// Copy copies the values of src into dst, tensor by tensor. It panics when the
// two were not made from one configuration.
func Copy(dst, src []*Param) {
	match(dst, src)
	for i, p := range src {
		copy(dst[i].Value, p.Value)
	}
}

// Polyak moves dst towards src: dst += tau*(src - dst).
func Polyak(dst, src []*Param, tau float32) {
	match(dst, src)
	for i, p := range src {
		linalg.Polyak(dst[i].Value, p.Value, tau)
	}
}

func match(dst, src []*Param) {
	if len(dst) != len(src) {
		panic("nn: networks have different numbers of parameters")
	}
	for i, p := range src {
		if len(dst[i].Value) != len(p.Value) {
			panic(fmt.Sprintf("nn: parameter %s: %v does not match %v", p.Name, dst[i].Shape, p.Shape))
		}
	}
}

// CheckFinite returns an error that names the first parameter holding NaN or
// an infinity.
func CheckFinite(params []*Param) error {
	for _, p := range params {
		if linalg.Finite(p.Value) {
			continue
		}
		for i, v := range p.Value {
			if d := v - v; d != 0 {
				return fmt.Errorf("parameter %s (shape %v) is %v at element %d in memory", p.Name, p.Shape, v, i)
			}
		}
	}
	return nil
}
