package sessiongen

import (
	"fmt"
	"strings"
)

// exprTypes are those of which expr makes expressions.
var exprTypes = []string{"int", "int8", "int64", "uint8", "uint32", "uint64", "float32", "float64", "complex128", "string", "bool", "rune", "ints"}

// expr returns an expression of a type, without effects, that neither panics
// nor overflows as a constant. It has brackets where others need them.
func (g *generator) expr(typ string, depth int) string {
	if depth <= 0 || g.r.IntN(5) == 0 {
		return g.leaf(typ)
	}
	if list := g.funcs[typ]; len(list) > 0 && g.r.IntN(5) == 0 {
		f := list[g.r.IntN(len(list))]
		return fmt.Sprintf("%s(%s)", f.name, g.expr(f.param, depth-1))
	}
	sub := func(t string) string { return g.expr(t, depth-1) }
	v := g.variable
	switch typ {
	case "string":
		return g.one(
			func() string { return "(" + v("string") + " + " + sub("string") + ")" },
			func() string { return "strings.ToUpper(" + sub("string") + ")" },
			func() string { return "strings.Repeat(" + sub("string") + ", 2)[:0]" },
			func() string { return "strconv.Itoa(" + sub("int") + ")" },
			func() string { return "fmt.Sprint(" + sub("float64") + ", " + sub("bool") + ")" },
			func() string { return "string(rune('a' + " + v("int") + "&15))" },
			func() string { s := v("string"); return s + "[min(1, len(" + s + ")):]" },
		)
	case "bool":
		t := []string{"int", "uint8", "float64", "string"}[g.r.IntN(4)]
		return g.one(
			func() string { return "(" + v(t) + " " + g.pick("==", "!=", "<", "<=", ">", ">=") + " " + sub(t) + ")" },
			func() string { return "(" + v("bool") + " " + g.pick("&&", "||", "==", "!=") + " " + sub("bool") + ")" },
			func() string { return "(!" + sub("bool") + ")" },
		)
	case "complex128":
		return g.one(
			func() string { return "complex(" + v("float64") + ", " + sub("float64") + ")" },
			func() string {
				return "(" + v("complex128") + " " + g.pick("+", "-", "*") + " " + sub("complex128") + ")"
			},
		)
	case "float32", "float64":
		return g.one(
			func() string { return "(" + v(typ) + " " + g.pick("+", "-", "*") + " " + sub(typ) + ")" },
			func() string { return typ + "(" + sub("int") + ")" },
			func() string { return typ + "(math.Sqrt(math.Abs(" + sub("float64") + ")))" },
			func() string { return typ + "(real(" + v("complex128") + "))" },
			func() string { return "max(" + v(typ) + ", " + sub(typ) + ")" },
		)
	case "ints":
		return g.one(
			func() string { return "append(" + g.ints() + ", " + sub("int") + ")" },
			func() string { return "[]int{" + sub("int") + ", 2: " + sub("int") + "}" },
		)
	}
	return g.integer(typ, sub)
}

// integer returns an expression of an integer type.
func (g *generator) integer(typ string, sub func(string) string) string {
	v := g.variable
	return g.one(
		func() string {
			return "(" + v(typ) + " " + g.pick("+", "-", "*", "&", "|", "^", "&^") + " " + sub(typ) + ")"
		},
		func() string { return "(" + v(typ) + " " + g.pick("/", "%") + " " + g.literal("lit") + ")" },
		func() string { return "(" + v(typ) + " " + g.pick("<<", ">>") + " (" + v("uint8") + " % 9))" },
		func() string { return g.pick("-", "^") + v(typ) },
		func() string { return typ + "(" + v(g.pick("int", "int8", "uint32", "rune")) + ")" },
		func() string { return typ + "(len(" + sub("string") + "))" },
		func() string { return "min(" + v(typ) + ", " + sub(typ) + ")" },
		func() string { return typ + "(" + g.ints() + "[0])" },
	)
}

// ints is a slice that has elements.
func (g *generator) ints() string {
	return g.pick("[]int{"+g.variable("int")+", 3}", "append([]int(nil), "+g.literal("int")+", 4)")
}

func (g *generator) one(list ...func() string) string { return list[g.r.IntN(len(list))]() }
func (g *generator) pick(list ...string) string       { return list[g.r.IntN(len(list))] }

// leaf is a variable or a literal.
func (g *generator) leaf(typ string) string {
	if typ == "ints" {
		return g.ints()
	}
	if len(g.env[typ]) > 0 && g.r.IntN(3) > 0 {
		return g.variable(typ)
	}
	return g.literal(typ)
}

// literal has exactly the type, so that it can define a variable.
func (g *generator) literal(typ string) string {
	n := g.r.IntN(20)
	switch typ {
	case "lit":
		return fmt.Sprint(1 + n%9)
	case "int":
		return fmt.Sprint(n)
	case "string":
		return fmt.Sprintf("%q", []string{"", "a", "go", "é", "日本", "x\ty", "cell"}[n%7])
	case "bool":
		return fmt.Sprint(n%2 == 0)
	case "float64":
		return []string{"0.5", "1.25", "3.0", "1e3", "2.5e-3", "0x1p-2", "100.0"}[n%7]
	case "complex128":
		return fmt.Sprintf("%di", n)
	case "rune":
		return []string{"'a'", "'é'", "'世'", `'\n'`, `'\u00ff'`}[n%5]
	}
	return fmt.Sprintf("%s(%d)", typ, n)
}

// variable returns one of the type, which it defines if there is none.
func (g *generator) variable(typ string) string {
	list := g.env[typ]
	if len(list) == 0 || len(list) < 3 && g.r.IntN(4) == 0 {
		g.names++
		name := fmt.Sprintf("%s%d", strings.ToLower(typ[:1]), 10+g.names)
		if g.cell.closed {
			g.begin()
		}
		g.variables("def", name+" "+typ+" := "+g.literal(typ))
		g.env[typ] = append(g.env[typ], name)
		return name
	}
	return list[g.r.IntN(len(list))]
}
