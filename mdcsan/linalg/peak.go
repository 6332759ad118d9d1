package linalg

// Peak runs nothing but fused multiplications and additions on operands that
// lie in the first-level cache: its rate is the practical peak of a core.
type Peak struct {
	a, b, c []float32
	k       int
	w       Workspace
}

// NewPeak returns a Peak for this processor.
func NewPeak() *Peak {
	const k = 192
	m, n := best.tile(), best.panel()
	return &Peak{a: make([]float32, m*k), b: make([]float32, k*n), c: make([]float32, m*n), k: k}
}

// Run does Flops operations.
func (p *Peak) Run() {
	m, n := best.tile(), best.panel()
	if best == portable {
		p.w.Gemm(false, false, m, n, p.k, p.a, p.k, p.b, n, 0, p.c, n)
		return
	}
	strip{k: p.k, a: &p.a[0], rowA: 4 * p.k, colA: 4, b: &p.b[0], rowB: 4 * n,
		init: &zeroRow[0], c: &p.c[0], rowC: 4 * n}.run(best, m)
}

// Flops returns the operations of one Run.
func (p *Peak) Flops() float64 { return 2 * float64(best.tile()*best.panel()*p.k) }
