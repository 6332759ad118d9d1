package equations

// operands are the registers that an instruction reads.
func (x *instr) operands() []*int {
	switch x.code {
	case doAdd, doSub, doMul, doDiv, doMax, doMin, doScaleAdd, doPow:
		return []*int{&x.a, &x.b}
	case doMulAdd, doMulSub, doChoose:
		return []*int{&x.a, &x.b, &x.c}
	}
	return []*int{&x.a}
}

// assign lets values that are not needed at the same time share a register. A
// copy to a result is saved where its value can be computed there at once.
func (e *emitter) assign(out []int) []instr {
	keep := e.kept(out)
	code := e.direct(keep, out)
	last := map[int]int{}
	for i := range code {
		for _, r := range code[i].operands() {
			last[*r] = i
		}
	}
	var free []int
	place := map[int]int{}
	for i := range code {
		x := &code[i]
		for _, r := range x.operands() {
			virtual := *r
			if keep[virtual] {
				continue
			}
			*r = place[virtual]
			if last[virtual] == i {
				free = append(free, place[virtual])
				last[virtual] = -1
			}
		}
		if keep[x.dst] {
			continue
		}
		virtual := x.dst
		if len(free) == 0 {
			x.dst = e.register()
		} else {
			x.dst, free = free[len(free)-1], free[:len(free)-1]
		}
		place[virtual] = x.dst
		if _, read := last[virtual]; !read {
			free = append(free, x.dst)
		}
	}
	return code
}

// kept are registers whose values outlive the program.
func (e *emitter) kept(out []int) map[int]bool {
	keep := map[int]bool{}
	for _, r := range e.inputs {
		keep[r] = true
	}
	for _, r := range e.fixed {
		keep[r] = true
	}
	for i := range e.steady {
		keep[e.steady[i].dst] = true
	}
	for _, r := range out {
		keep[r] = true
	}
	return keep
}

// direct computes a result in its register instead of copying it there.
func (e *emitter) direct(keep map[int]bool, out []int) []instr {
	body, copies := e.code[:len(e.code)-len(out)], e.code[len(e.code)-len(out):]
	to := map[int]int{}
	var rest []instr
	for _, x := range copies {
		if _, taken := to[x.a]; taken || keep[x.a] {
			rest = append(rest, x)
			continue
		}
		to[x.a] = x.dst
	}
	code := append(body[:len(body):len(body)], rest...)
	for i := range code {
		if d, ok := to[code[i].dst]; ok {
			code[i].dst = d
		}
		for _, r := range code[i].operands() {
			if d, ok := to[*r]; ok {
				*r = d
			}
		}
	}
	return code
}
