package sessiongen

// statementForms are those of the spec's section Statements, but for defer,
// loops and channels.
var statementForms = []Form{
	{Name: "terminating statements", Headings: "Terminating statements,Return statements", Text: `
func $f(n int) string {
	switch {
	case n < 2:
		return "small"
	case n == 2:
		panic("two")
	case n == 3:
		for {
			n++
			if n > 10 {
				return fmt.Sprint(n)
			}
		}
	case n == 4:
		goto end
	default:
		if n%2 == 0 {
			return "even"
		} else {
			return "odd"
		}
	}
end:
	{
		return "end"
	}
}
---
for i := range 7 {
	func() {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("panic:", r)
			}
		}()
		fmt.Println(i, $f(i))
	}()
}
value $f({{1|3|4|5|6}})`},
	{Name: "empty statements", Headings: "Empty statements,Labeled statements", Text: `
func $f() { ; ; }
---
; ;
{ ; }
if {bool} { ; } else { }
for i := 0; i < 2; i++ { }
$f(); ;
---
fmt.Println({int}) ; ;
value {string}`},
	{Name: "labels", Headings: "Labeled statements,Break statements,Continue statements,Goto statements", Text: `
def $n int, $log string := 0, ""
---
outer:
for i := 0; i < 4; i++ {
inner:
	for j := range 5 {
		switch {
		case j == {lit}%4:
			continue outer
		case i*j > {lit}:
			break outer
		case j == 2:
			break inner
		}
		$n += i*10 + j
	}
	$log += fmt.Sprint(i, ";")
}
fmt.Println($n, $log)
---
block:
switch {
case true:
	if $n > {lit} {
		break block
	}
	$log += "not left"
}
choose:
switch {
default:
	for {
		break choose
	}
}
value $log + fmt.Sprint($n)`},
	{Name: "goto", Headings: "Goto statements,Labeled statements", Text: `
===
def $i int := 0
===
again:
$i++
if $i < {lit} {
	goto again
}
fmt.Println($i)
===
func $f(n int) (out []int) {
loop:
	if n == 0 {
		goto done
	}
	out = append(out, n)
	n /= 2
	goto loop
done:
	return
}
---
if $i > 2 {
	goto end
}
$i = 100
end:
fmt.Println($i)
value $f({int})`, Private: true},
	{Name: "expression statements", Headings: "Expression statements", Text: `
def $l []int := {ints}
func $f() (int, error) { $l = append($l, {lit}); return len($l), nil }
---
$f()
(func() { $l[0]++ })()
copy($l, []int{ {int} })
fmt.Println($l)
(strings.NewReplacer)("a", "b")
slices.Reverse($l)
---
value $l`},
	{Name: "increments", Headings: "IncDec statements,Assignment statements", Text: `
type $T struct{ n int8; f float32; c complex64 }
def $t *$T := &$T{n: 126}
def $m map[string]uint8 := map[string]uint8{"a": 255}
def $a [3]int := [3]int{}
---
$t.n++
$t.n++
$t.f--
$t.c++
$m["a"]++
$m[{string}]--
$a[len($a)-1]++
(*$t).n--
fmt.Println(*$t, $m, $a)
---
def $i int, $calls int := 0, 0
func $idx() int { $calls++; return $calls % 3 }
$a[$idx()]++
$a[$idx()] += {int}
$a[$idx()] -= 1
value $a`},
	{Name: "assignments", Headings: "Assignment statements", Text: `
type $P struct{ x, y int; next *$P }
def $a int, $b int := {int}, {lit}
def $l []int := []int{1, 2, 3}
def $p *$P := &$P{x: 1, next: &$P{x: 2}}
---
$a, $b = $b, $a
$l[0], $l[1], $l[2] = $l[2], $l[0], $l[1]
def $i int := 0
$i, $l[$i] = 1, 77
fmt.Println($a, $b, $l, $i)
---
$p.next, $p = $p, $p.next
fmt.Println($p.x, $p.next == nil)
$l[0], $i = $i+5, 2
($a) = {int}
*(&$b) *= $a
_, $a = $b, $a&3
var $e any
$e, _ = {string}, {int}
fmt.Println($l, $i, $a, $b, $e)
value $a | $b`},
	{Name: "assignment operators", Headings: "Assignment statements,Arithmetic operators", Text: `
def $a int, $u uint16, $f float64, $s string, $c complex128 := {int}, uint16(500), {float64}, {string}, 1i
def $m map[string]string := map[string]string{}
---
$a += {int}
$a *= {lit}
$a -= {int}
$a /= {lit}
$a %= 50
$a <<= {uint8} % 5
$a |= {int}
$a &^= 5
$u *= $u
$u >>= 1
$u ^= uint16({uint8})
$f /= 4
$s += $s
$m["k"] += {string}
$m["k"] += "!"
$c *= $c + 1
---
fmt.Println($a, $u, $f, $s, $c, $m)
value $u`},
	{Name: "if", Headings: "If statements", Text: `
func $sign(x int) string {
	if y := x * 2; y > 20 {
		return "big"
	} else if z := y - 10; z > 0 {
		return fmt.Sprint("middle ", y, z)
	} else if !(x > 0) {
		return fmt.Sprint("none ", y, z)
	}
	return "small"
}
---
if v, err := strconv.Atoi({{"12"|"x"|""}}); err != nil {
	fmt.Println(err)
} else {
	fmt.Println(v, $sign(v))
}
---
if m := map[string]int{"a": {int}}; m["a"] > 5 && {bool} {
	fmt.Println("yes")
} else {
	fmt.Println("no")
}
value $sign({int}) + $sign({lit})`},
	{Name: "expression switches", Headings: "Switch statements,Expression switches,Fallthrough statements,Break statements", Text: `
func $f(n int, s string) (out string) {
	switch x := n % 7; x {
	case 0, 1:
		out += "a"
		fallthrough
	case 2:
		out += "b"
	default:
		out += "d"
		if x == 4 {
			break
		}
		fallthrough
	case 5:
		out += "5"
	case 6:
	}
	switch s {
	case "a", {string} + "!":
		out += "S"
	case "go":
		out += "G"
	}
	return
}
---
for i := range 8 {
	fmt.Print($f(i, {string}), " ")
}
---
def $t bool := {bool}
switch {
case {int} > 10:
	fmt.Println("ten")
	fallthrough
case $t, {bool}:
	fmt.Println("case")
default:
	fmt.Println("default")
}
switch v := any({int}); v {
case "x", nil, 1.5:
	fmt.Println("no")
case {int}, int8(3):
	fmt.Println("int")
}
switch x := {float64}; {
case x < 1:
	fmt.Println("<1")
}
switch f := func() int { fmt.Print("once "); return {lit} }; f() {
case 1, 2, 3:
	fmt.Println("low")
case 4:
default:
	fmt.Println("high")
}
value $f({int}, "go")`},
	{Name: "type switches", Headings: "Switch statements,Type switches", Text: `
type $E struct{ n int }
func (e $E) Error() string { return fmt.Sprint("E", e.n) }
type $F func() int
type $M = map[string]int
---
func $of(x any) string {
	switch y := x.(type) {
	case nil:
		return fmt.Sprint("nil ", y == nil)
	case int, int64:
		return fmt.Sprintf("%T %v", y, y)
	case string:
		return y + "s"
	case $M:
		return fmt.Sprint("map ", y["a"])
	case error:
		return "error " + y.Error()
	case func() int:
		return fmt.Sprint("func ", y())
	case *$E, []$E:
		return fmt.Sprintf("%T", y)
	case $F:
		return fmt.Sprint("F ", y())
	case chan<- int, interface{ Len() int }:
		return "odd"
	default:
		return fmt.Sprintf("other %T", y)
	}
}
---
for _, x := range []any{nil, {int}, int64(2), {string}, $M{"a": {lit}}, $E{ {int}}, &$E{2}, []$E(nil), $F(func() int { return {lit} }), func() int { return 8 }, [2]int{}, {bool}, make(chan<- int), &strings.Builder{}} {
	fmt.Print($of(x), "; ")
}
switch n := {lit}; any(n).(type) {
case int:
	fmt.Println("int", n)
}
switch x := any({{1|"a"|2.5}}); y := x.(type) {
case string, float64:
	fmt.Println(y)
default:
	fmt.Println(y, "default")
}
value $of($E{ {lit}})`},
}
