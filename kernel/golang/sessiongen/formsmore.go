package sessiongen

// acrossForms have values whose types are the same in several cells only if
// these are one program, and random statements.
var acrossForms = []Form{
	{Name: "random statements in a function", Headings: "Statements,Function declarations", Text: `
func $f(a, b int, s string) (l []int, m map[int]int, x float64, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("recovered: %v", r)
		}
	}()
	m = map[int]int{}
	{block}
	l = append(l, a, b, len(s))
	return
}
---
fmt.Println($f({int}%1000, {lit}, {string}))
fmt.Println($f({lit}, {int}%1000, "aé日"))
---
def $l []int, $m map[int]int, $x float64, $e error := $f(7, {lit}, "xyz")
value fmt.Sprint($l, $m, $x, $e)`},
	{Name: "random statements at the top", Headings: "Statements", Text: `
def $a int, $b int := {int}%1000, {lit}
---
{
	a, b, x, s, l, m := $a, $b, 0.5, {string}, []int{1, 2, 3}, map[int]int{1: {lit}}
	{block}
	$a, $b = a, b
	fmt.Println(a, b, x, s, l, m)
}
---
value $a ^ $b`},
	{Name: "random statements in a generic function", Headings: "Type parameter declarations,Statements", Text: `
func $f[T ~int, S ~[]T](t T, u S) (int, string, S) {
	a, b, x, s, l, m := int(t), len(u), 1.5, fmt.Sprint(t), []int{3, 2}, map[int]int{}
	{block}
	return a + len(m) + int(x), s, append(u, T(b), T(len(l)))
}
type $N int
---
fmt.Println($f({int}%100, []int{ {lit}}))
fmt.Println($f($N({lit}), []$N{1, {lit}}))`},
	{Name: "random statements in a method", Headings: "Method declarations,Statements", Text: `
type $T struct {
	a, b int
	l    []int
}
func (t *$T) Do(s string) (out string) {
	a, b, x, l, m := t.a, t.b, 2.5, t.l, map[int]int{t.a % 3: t.b}
	{block}
	t.a, t.b, t.l = a, b, l
	return fmt.Sprint(s, x, len(m))
}
---
def $t $T := $T{ {int}%100, {lit}, []int{5, 6, 7}}
fmt.Println($t.Do({string}), $t)
---
def $f func(string) string := $t.Do
fmt.Println($f("again"), $t.a)
value $t.b`},
	{Name: "types without names in several cells", Headings: "Struct types,Type assertions", Private: true, Text: `
def $a struct{ x int; Y string } := struct{ x int; Y string }{ {int}, {string}}
===
func $f(v struct{ x int; Y string }) (int, any) { return v.x, v }
===
def $n int, $b any := $f($a)
_, $ok := $b.(struct{ x int; Y string })
fmt.Println($n == $a.x, $ok, $b == any($a), $a == $b.(struct{ x int; Y string }))
===
type $T struct{ x int; Y string }
func $g(v any) string {
	switch v := v.(type) {
	case $T:
		return "T"
	case struct{ x int; Y string }:
		return "struct " + v.Y
	case []struct{ x int }, map[string]struct{ x int }:
		return "of them"
	}
	return "none"
}
===
fmt.Println($g($b), $g($T($a)), $g([]struct{ x int }{ {1}}), $g(struct{ x int64 }{2}), $g(map[string]struct{ x int }{}))
value $T($a)`},
	{Name: "interfaces without names in several cells", Headings: "Interface types,Implementing an interface", Private: true, Text: `
type $T struct{ n int }
func (t $T) get() int { return t.n }
func (t $T) Put(x int) $T { return $T{x} }
===
var $i interface{ get() int } = $T{ {int} }
===
func $f(x interface{ get() int }) (string, bool) {
	_, ok := x.(interface{ Put(int) $T })
	return fmt.Sprint(x.get()), ok
}
===
fmt.Println($f($i))
def $l []interface{ get() int } := []interface{ get() int }{$i, $T{2}}
_, $is := any($l).([]interface{ get() int })
fmt.Println($is, $l[1].get(), len($l))
===
def $g func(interface{ get() int }) (string, bool) := $f
fmt.Println($g($l[1]))
value $l[0].(interface{ Put(int) $T }).Put({lit}).n`},
	{Name: "a name of another kind", Headings: "Uniqueness of identifiers", Private: true, Text: `
{{const $x = 3|type $x int|func $x() int { return 3 }|def $x []int := []int{3}}}
===
{{const $x = "c"|func $x() string { return "f" }}}
===
type $x struct{ n int }
func (x $x) Twice() int { return 2 * x.n }
===
fmt.Println($x{ {int} }.Twice())
===
{{def $x int := {int}|def $x string := {string}}}
fmt.Println($x)`},
	{Name: "one of several constants again", Headings: "Iota,Constant declarations", Private: true, Text: `
const (
	$a = iota
	$b
	$c
)
===
const $b = {lit} * 10
===
fmt.Println($a, $b, $c)
===
func $f() int { return $a + $b + $c }
const $a = 1000
===
value $f()`},
	{Name: "a constant that types depend on", Headings: "Constant declarations,Array types", Private: true, Text: `
const $n = {lit}
type $A [$n]int
func $sum(a $A) (s int) {
	for i := range a {
		a[i] += i
		s += a[i]
	}
	return
}
===
fmt.Println($sum($A{}), len($A{}))
===
const $n = 10 + {lit}
===
fmt.Println($sum($A{}), len($A{}))
value $A{1}`},
	{Name: "a generic function again", Headings: "Type parameter declarations", Private: true, Text: `
func $f[T any](x T) string { return fmt.Sprintf("1 %v", x) }
func $g(n int) string { return $f(n) + $f("s") }
===
fmt.Println($g({int}))
===
func $f[T any](x T) string { return fmt.Sprintf("2 %T", x) }
===
fmt.Println($g({int}), $f({float64}))
===
func $f[T ~int | ~string](x ...T) string { return fmt.Sprint("3 ", len(x)) }
===
value $f(1, {int}) + $g(1)`},
	{Name: "an interface again", Headings: "Interface types", Private: true, Text: `
type $I interface{ A() int }
type $T struct{}
func ($T) A() int { return {lit} }
func ($T) B() string { return {string} }
func $f(i $I) int { return i.A() }
===
fmt.Println($f($T{}))
===
type $I interface { A() int; B() string }
===
func $g(i $I) string { return i.B() + fmt.Sprint($f(i)) }
fmt.Println($g($T{}), $f($T{}))
_, $ok := any($T{}).($I)
value $ok`},
	{Name: "an alias of another type again", Headings: "Alias declarations", Private: true, Text: `
type $A = {{int|int8|float64}}
func $f(x $A) $A { return x * 2 }
===
fmt.Println($f({lit}))
===
type $A = string
func $f(x $A) $A { return x + x }
===
fmt.Println($f({string}))
type $B = []$A
value $B{"x", {string}}`},
	{Name: "dot imports", Headings: "Qualified identifiers", Private: true, Text: `
import . "unicode/utf8"
===
fmt.Println(RuneLen('é'), RuneCountInString({string}), ValidString("\xff"), UTFMax)
func $f(s string) int { r, n := DecodeRuneInString(s); return int(r) + n }
===
value $f({string} + "x")`},
	{Name: "predeclared names of one's own", Headings: "Predeclared identifiers", Private: true, Text: `
===
{
	type error interface{ Oops() }
	var byte, true = {int}, false
	fmt.Println(byte, true, error(nil) == nil)
}
===
func $f(new int, error string) (nil int) { nil = new + len(error); return }
===
func() {
	copy := func(a, b int) int { return a - b }
	iota, panic := {int}, 3
	fmt.Println(copy(iota, panic), $f(1, {string}))
}()`},
	{Name: "functions named init and main", Headings: "Function declarations", Private: true, Text: `
def $n int := {int}
===
cell func init() { $n++; fmt.Println("init", $n) }
truth $n++
truth fmt.Println("init", $n)
===
fmt.Println($n)`},
	{Name: "iterators", Headings: "For range,Function types", Text: `
import $iter "iter"
func $evens(n int) $iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for i := 0; i < n; i += 2 {
			if !yield(i, strconv.Itoa(i*i)) {
				return
			}
		}
	}
}
func $filter[T any](s $iter.Seq[T], keep func(T) bool) $iter.Seq[T] {
	return func(yield func(T) bool) {
		for x := range s {
			if keep(x) && !yield(x) {
				return
			}
		}
	}
}
---
for i, s := range $evens({int}%20) {
	if i > 9 {
		break
	}
	fmt.Print(i, s, " ")
}
def $next func() (int, bool), $stop func() := $iter.Pull($filter(slices.Values([]int{1, 2, {lit}, 4, 6}), func(x int) bool { return x%2 == 0 }))
---
fmt.Println($next())
fmt.Println($next())
$stop()
fmt.Println($next())
for i := range $evens(6) {
	defer func() { fmt.Print("d", i, " ") }()
}
value slices.Collect($filter(maps.Keys(map[int]bool{ {lit}: true}), func(x int) bool { return x > 3 }))`},
	{Name: "embedding", Headings: "Embedded interfaces,Struct types,Selectors", Text: `
type $R interface{ Read() string }
type $A struct{ n int }
func (a $A) Read() string { return fmt.Sprint("A", a.n) }
func (a *$A) Inc() { a.n++ }
type $G[T any] struct{ v T }
func (g $G[T]) Val() T { return g.v }
func (g *$G[T]) Set(v T) { g.v = v }
---
type $B struct {
	$R
	*$G[string]
	n int
}
type $C struct {
	$B
	$A
}
func (c $C) Read() string { return "C" + c.$B.Read() }
---
def $c $C := $C{$B{$A{ {int}}, &$G[string]{ {string}}, 3}, $A{ {lit}}}
$c.Set("set")
$c.Inc()
fmt.Println($c.Read(), $c.Val(), $c.$A.n, $c.$B.n, $c.$A.Read(), $c.v)
var $r $R = &$c
$c.$R = $A{9}
fmt.Println($r.Read(), $R.Read($c), (*$C).Inc != nil)
func() {
	defer func() { fmt.Println(recover()) }()
	fmt.Println($B{}.Read())
}()
func() {
	defer func() { fmt.Println(recover()) }()
	fmt.Println($B{}.Val())
}()
value $C.Read($c)`},
	{Name: "copies", Headings: "Assignment statements,Array types,Calls", Text: `
type $T struct { a [3]int; m map[string]int; p *int }
func (t $T) With(i, x int) $T { t.a[i] = x; t.m["k"] += x; return t }
func $change(t $T, a [3]int, s []int) int { t.a[0], a[1], s[0] = 9, 9, 9; return t.a[0] + a[1] }
---
def $x $T := $T{a: [3]int{ {int}, 2, 3}, m: map[string]int{}}
def $y $T := $x
$y.a[0]++
def $l []$T := []$T{$x, $y.With(1, {lit})}
var $i any = $x
---
$x.a = [3]int{$x.a[2], $x.a[0], $x.a[1]}
fmt.Println($change($x, $x.a, $l[1].a[:]), $x.a, $y.a, $l[1].a, $i.($T).a, $x.m)
for i, t := range $l {
	t.a[0] = 100
	$l[i].a[2] += t.a[2]
}
def $mm map[string][3]int := map[string][3]int{"a": $x.a}
def $v [3]int := $mm["a"]
$v[0] = 55
def $pp *[3]int := &$l[0].a
def $w [3]int := *$pp
$w[1] = 77
fmt.Println($l[0].a, $mm, $v, $w, $l[0].a == *$pp)
value $y.With(2, 5).a`},
}
