package nn

import (
	"fmt"

	"gomdcsan/mdcsan/rng"
)

// Tensor names one piece of state that a checkpoint keeps. It is a view of
// live storage: read it to save, write it to restore. Exactly one of
// F32, F64, I64 and Stream is set.
type Tensor struct {
	Name  string // unique within an agent, such as "actor/W0" or "adam/q1/v/b2"
	Shape []int

	F32    []float32 // for a weight stored [in][out]: use AppendF32 and SetF32
	F64    []float64
	I64    []int64
	Stream *rng.Stream

	param *Param // the layout of F32, when it may be transposed
}

// ParamTensor returns the value of p as a Tensor called prefix + p.Name.
func ParamTensor(prefix string, p *Param) Tensor {
	return Tensor{Name: prefix + p.Name, Shape: p.Shape, F32: p.Value, param: p}
}

// momentTensor is data laid out as p's value is.
func momentTensor(name string, p *Param, data []float32) Tensor {
	return Tensor{Name: name, Shape: p.Shape, F32: data, param: p}
}

// AppendF32 appends the float32 elements in the order of Shape.
func (t *Tensor) AppendF32(dst []float32) []float32 {
	if t.param == nil {
		return append(dst, t.F32...)
	}
	return appendOrdered(dst, t.F32, t.param)
}

// SetF32 restores the float32 elements from src, in the order of Shape.
func (t *Tensor) SetF32(src []float32) error {
	if len(src) != len(t.F32) {
		return fmt.Errorf("nn: restore %s: got %d numbers, want %d (shape %v)", t.Name, len(src), len(t.F32), t.Shape)
	}
	if t.param == nil {
		copy(t.F32, src)
		return nil
	}
	order(t.param, func(i, at int) { t.F32[at] = src[i] })
	return nil
}
