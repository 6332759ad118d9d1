package linalg

// The operations of neurons given as equations, elementwise; dst may be any of
// the operands.

// Sub sets dst[i] = a[i] − b[i].
func Sub(dst, a, b []float32) { best.sub(dst, a, b) }

func (m isa) sub(dst, a, b []float32) {
	checkLen("Sub", len(dst), len(a), len(b))
	switch m {
	case avx512:
		subAVX512(ptr(dst), ptr(a), ptr(b), len(a))
	case avx2:
		subAVX2(ptr(dst), ptr(a), ptr(b), len(a))
	default:
		for i, v := range a {
			dst[i] = v - b[i]
		}
	}
}

// Div sets dst[i] = a[i] / b[i].
func Div(dst, a, b []float32) { best.div(dst, a, b) }

func (m isa) div(dst, a, b []float32) {
	checkLen("Div", len(dst), len(a), len(b))
	switch m {
	case avx512:
		divAVX512(ptr(dst), ptr(a), ptr(b), len(a))
	case avx2:
		divAVX2(ptr(dst), ptr(a), ptr(b), len(a))
	default:
		for i, v := range a {
			dst[i] = v / b[i]
		}
	}
}

// Max sets dst[i] to the larger of a[i] and b[i], to b[i] if one is NaN.
func Max(dst, a, b []float32) { best.max(dst, a, b) }

func (m isa) max(dst, a, b []float32) {
	checkLen("Max", len(dst), len(a), len(b))
	switch m {
	case avx512:
		maxAVX512(ptr(dst), ptr(a), ptr(b), len(a))
	case avx2:
		maxAVX2(ptr(dst), ptr(a), ptr(b), len(a))
	default:
		for i, v := range a {
			dst[i] = larger(v, b[i])
		}
	}
}

// Min sets dst[i] to the smaller of a[i] and b[i], to b[i] if one is NaN.
func Min(dst, a, b []float32) { best.min(dst, a, b) }

func (m isa) min(dst, a, b []float32) {
	checkLen("Min", len(dst), len(a), len(b))
	switch m {
	case avx512:
		minAVX512(ptr(dst), ptr(a), ptr(b), len(a))
	case avx2:
		minAVX2(ptr(dst), ptr(a), ptr(b), len(a))
	default:
		for i, v := range a {
			dst[i] = smaller(v, b[i])
		}
	}
}

// Affine sets dst[i] = s·a[i] + t.
func Affine(dst, a []float32, s, t float32) { best.affine(dst, a, s, t) }

func (m isa) affine(dst, a []float32, s, t float32) {
	checkLen("Affine", len(dst), len(a))
	switch m {
	case avx512:
		affineAVX512(ptr(dst), ptr(a), s, t, len(a))
	case avx2:
		affineAVX2(ptr(dst), ptr(a), s, t, len(a))
	default:
		for i, v := range a {
			dst[i] = s*v + t
		}
	}
}

// ScaleAdd sets dst[i] = s·a[i] + b[i].
func ScaleAdd(dst, a []float32, s float32, b []float32) { best.scaleAdd(dst, a, s, b) }

func (m isa) scaleAdd(dst, a []float32, s float32, b []float32) {
	checkLen("ScaleAdd", len(dst), len(a), len(b))
	switch m {
	case avx512:
		scaleAddAVX512(ptr(dst), ptr(a), s, ptr(b), len(a))
	case avx2:
		scaleAddAVX2(ptr(dst), ptr(a), s, ptr(b), len(a))
	default:
		for i, v := range a {
			dst[i] = s*v + b[i]
		}
	}
}

// MulAdd sets dst[i] = a[i]·b[i] + c[i].
func MulAdd(dst, a, b, c []float32) { best.mulAdd(dst, a, b, c) }

func (m isa) mulAdd(dst, a, b, c []float32) {
	checkLen("MulAdd", len(dst), len(a), len(b), len(c))
	switch m {
	case avx512:
		mulAddAVX512(ptr(dst), ptr(a), ptr(b), ptr(c), len(a))
	case avx2:
		mulAddAVX2(ptr(dst), ptr(a), ptr(b), ptr(c), len(a))
	default:
		for i, v := range a {
			dst[i] = v*b[i] + c[i]
		}
	}
}

// MulSub sets dst[i] = c[i] − a[i]·b[i].
func MulSub(dst, a, b, c []float32) { best.mulSub(dst, a, b, c) }

func (m isa) mulSub(dst, a, b, c []float32) {
	checkLen("MulSub", len(dst), len(a), len(b), len(c))
	switch m {
	case avx512:
		mulSubAVX512(ptr(dst), ptr(a), ptr(b), ptr(c), len(a))
	case avx2:
		mulSubAVX2(ptr(dst), ptr(a), ptr(b), ptr(c), len(a))
	default:
		for i, v := range a {
			dst[i] = c[i] - v*b[i]
		}
	}
}

// Choose sets dst[i] = b[i] where a[i] > 0, else c[i].
func Choose(dst, a, b, c []float32) { best.choose(dst, a, b, c) }

func (m isa) choose(dst, a, b, c []float32) {
	checkLen("Choose", len(dst), len(a), len(b), len(c))
	switch m {
	case avx512:
		chooseAVX512(ptr(dst), ptr(a), ptr(b), ptr(c), len(a))
	case avx2:
		chooseAVX2(ptr(dst), ptr(a), ptr(b), ptr(c), len(a))
	default:
		for i, v := range a {
			dst[i] = choose(v, b[i], c[i])
		}
	}
}

// Window sets dst[i] = 1 where |a[i] − s| < t, else 0.
func Window(dst, a []float32, s, t float32) { best.window(dst, a, s, t) }

func (m isa) window(dst, a []float32, s, t float32) {
	checkLen("Window", len(dst), len(a))
	switch m {
	case avx512:
		windowAVX512(ptr(dst), ptr(a), s, t, len(a))
	case avx2:
		windowAVX2(ptr(dst), ptr(a), s, t, len(a))
	default:
		for i, v := range a {
			dst[i] = window(v, s, t)
		}
	}
}

// larger is VMAXPS: b if one is NaN.
func larger(a, b float32) float32 {
	if a > b {
		return a
	}
	return b
}

// smaller is VMINPS: b if one is NaN.
func smaller(a, b float32) float32 {
	if a < b {
		return a
	}
	return b
}

func choose(m, yes, no float32) float32 {
	if m > 0 {
		return yes
	}
	return no
}

func window(x, center, width float32) float32 {
	if d := x - center; -width < d && d < width {
		return 1
	}
	return 0
}
