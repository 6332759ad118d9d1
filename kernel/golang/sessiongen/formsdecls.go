package sessiongen

// declarationForms are those of the spec's section Declarations and scope.
var declarationForms = []Form{
	{Name: "scopes", Headings: "Declarations and scope,Predeclared identifiers,Short variable declarations", Text: `
def $x int := {int}
---
if $x := {string}; len($x) < 50 {
	$x := len($x) + 1
	fmt.Println($x)
} else if y := {lit}; y > 0 {
	fmt.Println($x, y)
}
fmt.Println($x)
---
func $f(len int) (int, error) {
	true := len > 3
	if true {
		return len, nil
	}
	type int string
	nil := int("nil")
	return 0, errors.New(string(nil))
}
---
fmt.Println($f({lit}))
{
	$x, y := {float64}, $x
	fmt.Println($x, y)
}
value $x`},
	{Name: "predeclared names shadowed across cells", Headings: "Predeclared identifiers", Text: `
func $f(max, min int) int { return max - min }
def $a int := min(3, {int})
---
{
	cap, new := {int}, {string}
	any := cap + len(new)
	fmt.Println(cap, new, any)
}
---
fmt.Println($f(7, {int}), max($a, 2), cap([]int{1}))
value $f($a, {lit})`},
	{Name: "label scopes", Headings: "Label scopes,Labeled statements", Text: `
func $f(n int) (s string) {
L:
	for i := 0; i < n; i++ {
		L := i
		func() {
		L:
			for {
				break L
			}
		}()
		switch {
		case L == 1:
			continue L
		case L == 3:
			break L
		}
		s += fmt.Sprint(L)
	}
	return
}
---
value $f({lit})`},
	{Name: "blank", Headings: "Blank identifier", Text: `
var _ = {int}
type _ struct{ x int }
func _() { fmt.Println("never") }
const _ = {lit}
---
def $f func(int, string) (int, string) := func(a int, _ string) (_ int, s string) { s = {string}; return a, s }
def _ int, $s string := $f({int}, "")
---
for _ = range 2 {
	fmt.Print({int}, " ")
}
_ = $s
fmt.Println($s)`, Private: true},
	{Name: "exported names", Headings: "Exported identifiers,Uniqueness of identifiers", Text: `
type $Δ struct{ Ä, ä, β_1 int }
func ($Δ) Größe() int { return {lit} }
---
def $π float64 := math.Pi
def $Π $Δ := $Δ{ {int}, 2, 3}
---
fmt.Printf("%+v %.3f %d\n", $Π, $π, $Π.Größe())
value $Π.ä + $Π.β_1`},
	{Name: "constants", Headings: "Constant declarations,Constant expressions", Text: `
const $a = {lit}
const $b, $c = "x" + {{"y"|"é"}}, 'a' + $a
const (
	$d float64 = 1 << 3 / 3.0
	$e
	$g = len($b) * $a
)
---
var $x int8 = $a
fmt.Println($a, $b, $c, $d, $e, $g, $x*$a, $a/2, $a/2.0, $a%4)
fmt.Printf("%T %T %T %T\n", $a, $b, $c, $d)
value {{$a|$b|$c|$d|$g}}`},
	{Name: "iota", Headings: "Iota,Constant declarations", Text: `
type $W {{int|uint8|float64|int64}}
const (
	$a $W = iota + {lit}
	$b
	_
	$c
	$d, $e = iota, -iota
	$f, _
	$g = "x"
	$h
	$i = 1 << iota
	$j
)
---
func (w $W) String() string { return fmt.Sprintf("W%v", {{int|float64}}(w)) }
---
fmt.Println($a, $b, $c, $d, $e, $f, $g, $h, $i, $j)
fmt.Printf("%T %T %v\n", $c, $j, []$W{$a, $b + $c})
value $c`},
	{Name: "aliases", Headings: "Alias declarations,Method declarations", Text: `
type $A {{struct{ X int }|struct{ X int; Y string }}}
---
type $B = $A
type $C = []$B
---
func (b $B) Get() int { return b.X }
func (b *$B) Inc(n int) { b.X += n }
type $D $B
---
def $v $B := $A{X: {int}}
$v.Inc({lit})
def $l $C := []$A{$v, {X: {int}}}
---
fmt.Println($v.Get(), $l[1].Get(), $v, $D($v).X)
fmt.Printf("%T %T %T\n", $v, $l, $D{})
def $e map[string]$C = map[string][]$A{ "k": $l}
fmt.Println($e)
value $l[0].Get()`},
	{Name: "alias of a predeclared type", Headings: "Alias declarations", Text: `
type $N = {{int|float64|uint8}}
---
type $M = map[string]$N
type $F = func($N) $N
---
func $use(m $M, f $F) (out $M) {
	out = $M{}
	for k, v := range m {
		out[k] = f(v)
	}
	return
}
---
fmt.Println($use($M{"a": {lit}, "b": 2}, func(n $N) $N { return n*n + 1 }))
value $N({lit}) / 2`},
	{Name: "generic alias", Headings: "Alias declarations,Instantiations", Text: `
type $P[K comparable, V any] struct {
	Key K
	Val V
}
func (p $P[K, V]) Show() string { return fmt.Sprint(p.Key, "->", p.Val) }
---
type $S[V any] = $P[string, V]
type $I = $S[int]
---
def $a $S[bool] := $S[bool]{ {string}, {bool}}
def $b $I := $I{"b", {int}}
---
fmt.Println($a.Show(), $b.Show(), $b == $P[string, int]{"b", 1})
fmt.Printf("%T %T\n", $a, $b)
type $L[T comparable] = []$P[T, T]
---
def $l $L[int] := $L[int]{ {1, {int}}, {3, 4}}
fmt.Println($l[0].Show(), len($l))
value $b.Val`},
	{Name: "types named after types", Headings: "Type declarations,Type definitions,Types", Text: `
type $A {{int|uint16|int32}}
func ($A) Hidden() {}
---
type $B $A
---
type $C struct{ $B; n $A }
type $D [2]$C
type $E map[$B]*$C
type $F func($A, ...$B) $D
---
def $x $D := $D{ { $B({lit}), 2}, {n: 3}}
var $f $F = func(a $A, b ...$B) $D { return $D{ {b[0], a}}}
---
fmt.Println($x, $x[0].$B, $f({lit}, 5, 6))
def $e $E := $E{1: &$x[1]}
$e[1].n++
fmt.Println($x[1], len($e), $B(3)+$x[0].$B)
_, $has := any($B(1)).(interface{ Hidden() })
fmt.Println($has)
value $x[0].$B`},
	{Name: "variables", Headings: "Variable declarations,Short variable declarations", Text: `
var $a int = {int}
var $b string
var $c []string
def $d float64, $e bool := {float64}, {bool}
---
$a, $b = $a+1, {string}
$c = append($c, $b)
fmt.Println($a, $b, $c, $d, $e)
===
var $b string
def $a int, $f string := {int}, "new"
fmt.Printf("%d %q %s\n", $a, $b, $f)
func $set(x int) { $a += x }
---
$set({lit})
value $a`},
	{Name: "functions", Headings: "Function declarations,Return statements,Terminating statements", Text: `
func $f(a, b int, c string) (q, r int, err error) {
	if b == 0 {
		err = fmt.Errorf("%s: division of %d by zero", c, a)
		return
	}
	return a / b, a % b, nil
}
func $fib(n int) int {
	if n < 2 {
		return n
	}
	return $fib(n-1) + $fib(n-2)
}
func $even(n int) bool {
	switch {
	case n <= 0:
		return true
	default:
		return $odd(n - 1)
	}
}
func $odd(n int) bool {
	for {
		if n <= 0 {
			return false
		}
		return $even(n - 1)
	}
}
---
fmt.Println($f({int}, {lit}, {string}))
fmt.Println($f({int}, {{0|1}}, "c"))
fmt.Println($fib({lit}), $even({lit}), $odd({lit}))
value $f({int}, 3, "v")`},
	{Name: "a function for others", Headings: "Function declarations", Text: `
func $f(x {{int|int}}) int { return (x {{+|-|*|^}} {int}) % 97 }
func $g(s string) string { return s + {string} }
offer $f int int
offer $g string string
---
fmt.Println($f({int}), $g({string}))
value $f($f({lit}))`},
	{Name: "methods", Headings: "Method declarations,Selectors,Method values,Method expressions", Text: `
type $T struct{ n int; log []string }
func (t $T) Plus(x int) $T { t.n += x; return t }
func (t *$T) Add(x int) *$T { t.n += x; t.log = append(t.log, strconv.Itoa(x)); return t }
func ($T) Const() int { return {lit} }
---
var $v $T
$v.Add({int}).Add(2)
def $p *$T := &$v
fmt.Println($p.Plus({int}).n, $v.n, (*$p).Add(1).log, $T{}.Const())
---
def $f func(int) *$T := $v.Add
def $g func($T, int) $T := $T.Plus
def $h func(*$T, int) *$T := (*$T).Add
$f(4)
fmt.Println($g($v, 1).n, $h($p, {lit}).n, $v.n)
---
func (t $T) Len() int { return len(t.log) }
---
fmt.Println($v.Len(), $T.Len($v), (*$T).Plus($p, 3).n)
value $v.n`},
	{Name: "initialisation order", Headings: "Variable declarations,Declarations and scope", Text: `
===
package var $a = $b + $f()
package var $b = $c * 2
package var $c, $d = {{3, "d"|4, "ee"}}
package func $f() int { return $c + len($d) }
package var _, $e = $g()
package func $g() (int, []string) { return $a, strings.Split($d+",x", ",") }
===
fmt.Println($a, $b, $c, $d, $e, $f())
$c = {int}
value $f()`, Private: true},
}
