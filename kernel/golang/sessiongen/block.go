package sessiongen

import (
	"fmt"
	"strings"
)

// block returns random statements about the variables a, b, x, s, l and m that
// the form around them has. They end, and panic only where they recover.
func (g *generator) block(depth int) string {
	var out []string
	for range 2 + g.r.IntN(4) {
		out = append(out, g.blockStatement(depth))
	}
	return strings.Join(out, "\n")
}

func (g *generator) blockStatement(depth int) string {
	if depth <= 0 || g.r.IntN(3) == 0 {
		return g.blockAssignment()
	}
	inner := func() string { return g.block(depth - 1) }
	n := 1 + g.r.IntN(4)
	return g.one(
		func() string { return fmt.Sprintf("if %s {\n%s\n} else {\n%s\n}", g.blockBool(), inner(), inner()) },
		func() string { return fmt.Sprintf("if %s {\n%s\n}", g.blockBool(), inner()) },
		func() string {
			return fmt.Sprintf("for i := 0; i < %d; i++ {\nif %s {\n%s\n}\n%s\na += i\n}", n, g.blockBool(), g.pick("break", "continue", "b++"), inner())
		},
		func() string {
			return fmt.Sprintf("for i, v := range l[:min(len(l), %d)] {\n%s\nb += i * v\n}", n, inner())
		},
		func() string {
			return fmt.Sprintf("switch %s {\ncase 0:\n%s\n%s\ncase 1, 2:\n%s\ndefault:\n%s\n}", g.blockInt()+"&3", inner(), g.pick("fallthrough", "break", "a--"), inner(), inner())
		},
		func() string {
			return fmt.Sprintf("func() {\ndefer func() { recover(); b++ }()\n%s\n_ = l[%s]\n}()", inner(), g.blockInt())
		},
		func() string {
			return fmt.Sprintf("{\na, s := %s, %q\n%s\nb, _ = a, s\n}", g.blockInt(), g.pick("u", "é", ""), inner())
		},
		func() string { return fmt.Sprintf("for range %d {\n%s\n}", n%3, inner()) },
		func() string {
			return fmt.Sprintf("func(a int, more ...int) {\n%s\nb += a + len(more)\n}(%s, l...)", inner(), g.blockInt())
		},
		func() string {
			return fmt.Sprintf("for i, r := range s {\na += i * int(r)\nif i > 3 {\nbreak\n}\n%s\n}", inner())
		},
		func() string {
			return fmt.Sprintf("switch v := any(%s).(type) {\ncase int:\nb ^= v\ncase string:\na += len(v)\ndefault:\n%s\n}", g.pick("a", "s", "x", "l", "m[a]"), inner())
		},
	)
}

// blockAssignment changes one of the variables, or two.
func (g *generator) blockAssignment() string {
	return g.one(
		func() string { return "a = " + g.blockInt() },
		func() string { return "b " + g.pick("+=", "-=", "*=", "^=", "|=", "&=", "&^=") + " " + g.blockInt() },
		func() string { return "a, b = b, " + g.blockInt() },
		func() string { return "x = x/2 + float64(" + g.blockInt() + "%100)" },
		func() string {
			return "s = (s + " + g.pick(`"q"`, "strconv.Itoa(a%10)", "s[:len(s)/2]", `"é"[1:]`) + ")[len(s)/8:]"
		},
		func() string { return "l = append(l[:len(l)/2+len(l)%2], " + g.blockInt() + ", b)" },
		func() string {
			return "if len(l) > 0 {\nl[uint(a)%uint(len(l))] " + g.pick("=", "+=", "-=") + " " + g.blockInt() + "\n}"
		},
		func() string { return "m[" + g.blockInt() + "%5] " + g.pick("=", "+=", "|=") + " " + g.blockInt() },
		func() string { return "delete(m, a%5)" },
		func() string { return "a" + g.pick("++", "--") },
		func() string { return "m[a%3], b = b, m[b%3]" },
		func() string { return "{\nf := func(n int) int { a += n; return a }\nb = f(b) - a + f(1)\n}" },
		func() string { return "{\np := &" + g.pick("a", "b") + "\n*p = *p*3 + 1\n}" },
		func() string {
			return "{\nt := struct{ u, v int }{a, b}\nw := t\nw.u, t.v = t.v, w.u\na, b = w.u+t.u, t.v-w.v\n}"
		},
		func() string {
			return "{\nk := [3]int{a, b, len(s)}\nj := k\nj[uint(b)%3]++\nif j != k {\na = j[0] - k[2]\n}\n}"
		},
	)
}

func (g *generator) blockInt() string {
	return g.one(
		func() string { return "a" }, func() string { return "b" }, func() string { return g.literal("int") },
		func() string { return "(a " + g.pick("+", "-", "*", "^", "&", "|") + " b)" },
		func() string { return "(b >> 1)" }, func() string { return "(a % " + g.literal("lit") + ")" },
		func() string { return "len(l)" }, func() string { return "m[a%4]" }, func() string { return "int(x)" },
		func() string { return "len(s)" }, func() string { return "int(int8(a))" }, func() string { return "int(uint16(b<<3))" },
		func() string { return "min(a, b)" }, func() string { return "max(b, len(m), 3)" },
	)
}

func (g *generator) blockBool() string {
	return g.one(
		func() string { return g.blockInt() + g.pick(" < ", " >= ", " == ", " != ") + g.blockInt() },
		func() string { return "a%2 == 0 && b > " + g.blockInt() }, func() string { return "x > 1.5 || s < \"b\"" },
		func() string { return "!(len(l) > 2)" }, func() string { return "s != \"\" && s[0] > 'e'" },
	)
}
