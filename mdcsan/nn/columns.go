package nn

import (
	"math"
	"slices"

	"gomdcsan/mdcsan/linalg"
)

// Columns says which columns of a batch vary. The others hold the same number
// in every row (84 of Ant's 111 observations are always zero): their part of
// a product is one vector for the whole batch. In a few rows, of which every
// column may look the same, only zeros count. The zero value is ready.
type Columns struct {
	n      int
	runs   []Span // varying columns, in order
	fixed  []Span // the others
	differ []uint32
}

// Span is the columns Lo to Hi-1.
type Span struct{ Lo, Hi int }

// minGap is the least number of constant columns worth their own treatment.
const minGap = 8

// fewRows is the number of rows below which a column is constant only if it is
// zero.
const fewRows = 8

// Find looks at the rows×n matrix x.
func (c *Columns) Find(x []float32, rows, n int) {
	c.n, c.runs, c.fixed = n, c.runs[:0], c.fixed[:0]
	if rows == 0 {
		c.runs = append(c.runs, Span{0, n})
		return
	}
	if cap(c.differ) < n {
		c.differ = make([]uint32, n)
		c.runs, c.fixed = make([]Span, 0, n/minGap+2), make([]Span, 0, n/minGap+2)
	}
	c.differ = c.differ[:n]
	linalg.Differ(c.differ, x, rows, n)
	if rows < fewRows {
		for j := range n {
			c.differ[j] |= math.Float32bits(x[j])
		}
	}
	end := 0 // of the last run
	for j := 0; j < n; {
		if c.differ[j] == 0 {
			j++
			continue
		}
		lo := j
		for j < n && c.differ[j] != 0 {
			j++
		}
		if lo-end < minGap { // too small a gap: it goes with the run
			lo = end
			if k := len(c.runs); k > 0 {
				lo = c.runs[k-1].Lo
				c.runs = c.runs[:k-1]
			}
		}
		c.runs = append(c.runs, Span{lo, j})
		end = j
	}
	c.complete(minGap)
}

// complete fills in what lies between the runs; a short end joins the last.
func (c *Columns) complete(gap int) {
	at := 0
	for _, r := range c.runs {
		if r.Lo > at {
			c.fixed = append(c.fixed, Span{at, r.Lo})
		}
		at = r.Hi
	}
	if k := len(c.runs); k > 0 && c.n-at < gap {
		c.runs[k-1].Hi, at = c.n, c.n
	}
	if at < c.n {
		c.fixed = append(c.fixed, Span{at, c.n})
	}
}

// Scale sets c to from with every column standing for j of them.
func (c *Columns) Scale(from *Columns, j int) {
	c.n = from.n * j
	c.runs, c.fixed = c.runs[:0], c.fixed[:0]
	for _, r := range from.runs {
		c.runs = append(c.runs, Span{r.Lo * j, r.Hi * j})
	}
	for _, r := range from.fixed {
		c.fixed = append(c.fixed, Span{r.Lo * j, r.Hi * j})
	}
}

// Varying returns the ranges of columns that may vary.
func (c *Columns) Varying() []Span { return c.runs }

// Constant returns the ranges of columns that do not.
func (c *Columns) Constant() []Span { return c.fixed }

// ForwardColumns is Forward for an x whose columns c describes.
func (d *Dense) ForwardColumns(y, x []float32, n int, c *Columns) {
	base := d.Base(x, c)
	if len(c.runs) == 0 {
		for i := range n {
			copy(y[i*d.Out:(i+1)*d.Out], base)
		}
	}
	for i, r := range c.runs {
		w := d.W.Value[r.Lo*d.Out:]
		if i == 0 {
			d.ws.GemmBias(false, false, n, d.Out, r.Hi-r.Lo, x[r.Lo:], d.In, w, d.Out, base, y, d.Out)
		} else {
			d.ws.Gemm(false, false, n, d.Out, r.Hi-r.Lo, x[r.Lo:], d.In, w, d.Out, 1, y, d.Out)
		}
	}
}

// base is the part of a product that is the same in every row, and what it was
// computed of while the weights were held.
type base struct {
	y     []float32 // bias and constant columns, [Out]
	held  bool      // the weights do not change
	fixed []Span    // empty: y is not to be used again
	x     []float32 // of the columns fixed, one after another
}

// Hold says whether the parameters stay as they are from now on: then what the
// constant columns add to a product is computed once, which is half the work
// of a single state of Ant. Whoever changes a parameter says Hold(false) first.
func (d *Dense) Hold(on bool) {
	d.base.held = on
	if !on {
		d.base.fixed = d.base.fixed[:0]
	}
}

// Base returns the bias and what the constant columns of x add to it, [Out].
func (d *Dense) Base(x []float32, c *Columns) []float32 {
	b := &d.base
	if b.held && b.holds(x, c) {
		return b.y
	}
	b.y = append(b.y[:0], d.B.Value...)
	for _, r := range c.fixed {
		d.ws.Gemm(false, false, 1, d.Out, r.Hi-r.Lo, x[r.Lo:], d.In, d.W.Value[r.Lo*d.Out:], d.Out, 1, b.y, d.Out)
	}
	if b.held {
		b.fixed, b.x = append(b.fixed[:0], c.fixed...), b.x[:0]
		for _, r := range c.fixed {
			b.x = append(b.x, x[r.Lo:r.Hi]...)
		}
	}
	return b.y
}

// holds reports whether y is the base of x.
func (b *base) holds(x []float32, c *Columns) bool {
	if len(b.fixed) == 0 || !slices.Equal(b.fixed, c.fixed) {
		return false
	}
	at := 0
	for _, r := range b.fixed {
		if !linalg.Same(b.x[at:at+r.Hi-r.Lo], x[r.Lo:r.Hi]) {
			return false
		}
		at += r.Hi - r.Lo
	}
	return true
}

// BackwardColumns is Backward for an x whose columns c describes. In dx, where
// a column does not vary, row 0 receives the sum over the batch and the other
// rows are left as they are.
func (d *Dense) BackwardColumns(dx, dy, x []float32, n int, c *Columns) {
	linalg.SumRows(d.B.Grad, 0, dy, n, d.Out)
	for _, r := range c.fixed {
		for k := r.Lo; k < r.Hi; k++ {
			row := d.W.Grad[k*d.Out : (k+1)*d.Out]
			linalg.Scale(row, x[k], d.B.Grad)
			if dx != nil {
				dx[k] = linalg.Dot(d.W.Value[k*d.Out:(k+1)*d.Out], d.B.Grad)
			}
		}
	}
	for _, r := range c.runs {
		k := r.Hi - r.Lo
		d.ws.Gemm(true, false, k, d.Out, n, x[r.Lo:], d.In, dy, d.Out, 0, d.W.Grad[r.Lo*d.Out:], d.Out)
		if dx != nil {
			d.ws.Gemm(false, true, n, k, d.Out, dy, d.Out, d.W.Value[r.Lo*d.Out:], d.Out, 0, dx[r.Lo:], d.In)
		}
	}
}
