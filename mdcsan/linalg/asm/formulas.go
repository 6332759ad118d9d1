package main

// formulas writes the operations of neurons given as equations.
func formulas(s isa) {
	kernel := func(name, signature, doc string, arrays []string, prepare func() func(l lanes)) {
		begin(s, name, signature, doc)
		body := prepare()
		each(s, 4, arrays, param("n"), func(l lanes, _ int) { body(l) })
		end(s)
	}
	two, three := []string{"dst", "a", "b"}, []string{"dst", "a", "b", "c"}
	kernel("sub", "func(dst, a, b *float32, n int)", "sets dst = a − b.", two, func() func(lanes) {
		return func(l lanes) { l.store(s.sub(l.load("a"), l.load("b")), "dst") }
	})
	kernel("div", "func(dst, a, b *float32, n int)", "sets dst = a / b.", two, func() func(lanes) {
		return func(l lanes) { l.store(s.div(l.load("a"), l.load("b")), "dst") }
	})
	kernel("max", "func(dst, a, b *float32, n int)", "sets dst to the larger one.", two, func() func(lanes) {
		return func(l lanes) { l.store(s.max(l.load("a"), l.load("b")), "dst") }
	})
	kernel("min", "func(dst, a, b *float32, n int)", "sets dst to the smaller one.", two, func() func(lanes) {
		return func(l lanes) { l.store(s.min(l.load("a"), l.load("b")), "dst") }
	})
	kernel("affine", "func(dst, a *float32, s, t float32, n int)", "sets dst = s·a + t.", []string{"dst", "a"}, func() func(lanes) {
		k, t := s.paramVec("s"), s.paramVec("t")
		return func(l lanes) { l.store(s.fma(k, l.load("a"), s.copy(t)), "dst") }
	})
	kernel("scaleAdd", "func(dst, a *float32, s float32, b *float32, n int)", "sets dst = s·a + b.", two, func() func(lanes) {
		k := s.paramVec("s")
		return func(l lanes) { l.store(s.fma(k, l.load("a"), l.load("b")), "dst") }
	})
	kernel("mulAdd", "func(dst, a, b, c *float32, n int)", "sets dst = a·b + c.", three, func() func(lanes) {
		return func(l lanes) { l.store(s.fma(l.load("a"), l.load("b"), l.load("c")), "dst") }
	})
	kernel("mulSub", "func(dst, a, b, c *float32, n int)", "sets dst = c − a·b.", three, func() func(lanes) {
		return func(l lanes) { l.store(s.fnma(l.load("a"), l.load("b"), l.load("c")), "dst") }
	})
	kernel("choose", "func(dst, a, b, c *float32, n int)", "sets dst = b where a > 0, else c.", three, func() func(lanes) {
		zero := s.zero()
		return func(l lanes) {
			l.store(s.blend(s.compare(greater, l.load("a"), zero), l.load("b"), l.load("c")), "dst")
		}
	})
	kernel("window", "func(dst, a *float32, s, t float32, n int)", "sets dst = 1 where |a − s| < t, else 0.", []string{"dst", "a"}, func() func(lanes) {
		center, width := s.paramVec("s"), s.paramVec("t")
		one, abs := s.constant(1), s.constantBits(0x7fffffff)
		return func(l lanes) {
			d := s.and(s.sub(l.load("a"), center), abs)
			l.store(s.keep(s.compare(less, d, width), one), "dst")
		}
	})
}
