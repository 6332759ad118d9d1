package sessiongen

// typeForms are those of the spec's section Types, but for interfaces.
var typeForms = []Form{
	{Name: "bool", Headings: "Boolean types,Logical operators", Text: `
type $B bool
---
def $b $B := $B({bool})
def $c bool := bool($b) && {bool} || !{bool}
---
fmt.Printf("%v %T %v\n", $b, $b, $c != {bool})
value $b || $B({bool})`},
	{Name: "numbers", Headings: "Numeric types,Conversions", Text: `
def $a int8 := {int8}
def $b uint32 := {uint32}
def $c int64 = {int64}
---
$a = $a {{+|-|*}} {int8}
$b {{+|-|*|^|&|<<|>>}}= uint32({uint8}%32)
fmt.Println(int64($a)+$c, uint16($b), int8($c), uint8($a), float32($b), {float32})
---
def $d float64 := float64({int}) / 8
fmt.Println(int($d), uint8(int($d)), int64(float32({int})), uintptr({uint8}))
value {{$a|$b|$c|$d}}`},
	{Name: "integers at their limits", Headings: "Numeric types,Integer overflow", Text: `
def $a int64 := int64(math.Max{{Int64|Int64 - 1|Int32}})
def $b int32 := int32(math.Min{{Int32|Int16|Int8}})
def $c uint64 := uint64(math.MaxUint{{64|32}})
---
$a++
$b -= {lit}
$c += 2
---
fmt.Println($a, $b, -$b, $c, $a/-1, $b*$b, $c*$c, $a>>1, $c>>63, ^$c)
value int16($a) + int16($b)`},
	{Name: "strings", Headings: "String types,Index expressions", Text: `
def $s string := {string} + "日x" + {string}
---
fmt.Println(len($s), $s[0], $s[len($s)-1:], $s[:1] == string($s[0]), $s < {string})
for i, r := range $s {
	fmt.Print(i, ":", r, " ")
}
fmt.Printf("%q\n", $s)
---
value $s[{int8}&0]`},
	{Name: "arrays", Headings: "Array types,Index expressions,Composite literals", Text: `
type $A [3]int
---
def $a [4]int := [...]int{ {int}, 3: {int}, 1: {int}}
def $b $A := $A{1, {int}}
---
def $c [4]int := $a
$c[{uint8}%4]++
$b[2] = len($a)
fmt.Println($a == $c, $a, $c, $b, len($b))
for i, x := range &$c {
	$c[3] = {lit}
	fmt.Print(i, x, ";")
}
for i, x := range $c {
	$c[3] = 77
	fmt.Print(i, x, ";")
}
fmt.Println($b == $A{1})
value $b`},
	{Name: "arrays of arrays", Headings: "Array types", Text: `
def $m [2][3]string := [2][3]string{ { {string}, "b"}, 1: {2: {string}}}
---
$m[0][1], $m[1][1] = $m[1][2], {string}
def $p *[2][3]string := &$m
$p[1][0] = "p"
for i := range $p {
	fmt.Printf("%q %d ", $p[i], len($p[i]))
}
fmt.Println($m == [2][3]string{})
value $m`},
	{Name: "slices", Headings: "Slice types,Slice expressions", Text: `
def $s []int := {ints}
def $t []int := make([]int, 2, 8)
---
$t = append($t, $s...)
def $u []int := $t[1:3:4]
$u = append($u, {int})
$u = append($u, {int})
$u[0] = {lit}
---
fmt.Println($s, $t, $u, len($u), cap($t[2:]), cap($t[:1:2]), $s == nil, []int(nil) == nil)
clear($t)
fmt.Println(copy($t[1:], []int{1, 2, 3}), $t)
value $t[:3:5]`},
	{Name: "structs", Headings: "Struct types,Selectors", Text: `
type $S struct {
	X, Y int
	Z    string ` + "`json:\"z\"`" + `
	_    bool
	in   struct{ a, b float64 }
}
---
def $v $S := $S{X: {int}, Z: {string}}
def $w $S := $v
$w.in.a = {float64}
$w.Y += {int}
---
def $p *$S := &$w
$p.X, $p.Z = $p.Y, $p.Z+"!"
fmt.Println($v, $w.X == (*$p).X, $p.in, $v == $w, $w == *$p)
fmt.Printf("%+v %T\n", $v, $p.in)
value $w.Z`},
	{Name: "embedded structs", Headings: "Struct types,Selectors", Text: `
type $A struct{ X, Y int }
func (a $A) Sum() int { return a.X + a.Y }
func (a *$A) Set(x int) { a.X = x }
---
type $B struct {
	$A
	Y string
}
type $C struct {
	*$B
	N int
}
---
def $c $C := $C{&$B{$A{ {int}, 2}, {string}}, {int}}
$c.Set({int})
$c.$A.Y++
---
fmt.Println($c.X, $c.Y, $c.$A.Y, $c.Sum(), $c.$B.Sum(), *$c.$B)
def $f func() int := $c.Sum
$c.Set({lit})
fmt.Println($f(), $c.Sum(), $C.Sum($c))
value $c.$A`},
	{Name: "recursive types", Headings: "Struct types,Type definitions,Pointer types", Text: `
type $T struct {
	next *$U
	n    int
}
type $U struct {
	back []$T
	m    map[string]*$T
	f    func($U) *$T
}
---
def $t $T := $T{&$U{back: []$T{ {n: {int}} }}, {int}}
---
$t.next.m = map[string]*$T{ {string}: &$t}
$t.next.f = func(u $U) *$T { return &u.back[0] }
---
fmt.Println($t.next.back[0].n, $t.next.f(*$t.next).n, len($t.next.m), $t.next.back[0].next == nil)
for k, x := range $t.next.m {
	fmt.Println(k, x.n, x == &$t)
}
value $t.n`},
	{Name: "pointers", Headings: "Pointer types,Address operators", Text: `
def $x int := {int}
def $p *int := &$x
---
*$p += {int}
def $q **int := &$p
**$q *= 2
---
fmt.Println($x, *$p == $x, $p == *$q, $p != nil)
def $y *[]string := &[]string{ {string}, "b"}
(*$y)[0] += "c"
*&$x = {int}
fmt.Println($x, *$y, *new(string) == "", *new({int}))
---
$p = nil
fmt.Println($p == nil, **$q)`, Private: true},
	{Name: "functions as values", Headings: "Function types,Function literals", Text: `
type $F func(int) int
func (f $F) Twice(x int) int { return f(f(x)) }
---
var $f $F = func(x int) int { return x + {int} }
def $g func(a, b int, more ...string) (sum int, text string) := func(a, b int, more ...string) (sum int, text string) {
	sum = a - b
	text = fmt.Sprint(len(more), more)
	return
}
---
fmt.Println($f.Twice({int}), $F(func(x int) int { return -x }).Twice({lit}))
fmt.Println($g({int}, {int}, {string}, "z"))
fmt.Println($g(1, {int}))
fmt.Printf("%T %T %v\n", $f, $g, $F(nil) == nil)
value $g({lit}, 2)`},
	{Name: "closures", Headings: "Function literals,Variable declarations", Text: `
func $counter(from int) (next func() int, reset func()) {
	n := from
	return func() int { n++; return n }, func() { n = from }
}
---
def $n func() int, $r func() := $counter({int})
$n()
fmt.Println($n(), $n())
$r()
---
var $fs []func() int
for i := 0; i < 3; i++ {
	$fs = append($fs, func() int { i += 10; return i })
}
for _, f := range $fs {
	fmt.Print(f(), f(), " ")
}
fmt.Println($n())
value $n()`},
	{Name: "maps", Headings: "Map types,Index expressions,Composite literals", Text: `
type $K struct{ a int; b string }
---
def $m map[$K][]int := map[$K][]int{ {1, {string}}: { {int}, 2}, {2, "x"}: nil}
---
$m[$K{3, "y"}] = append($m[$K{3, "y"}], {int})
$m[$K{3, "y"}][0]++
def $v []int, $ok bool := $m[$K{2, "x"}]
fmt.Println(len($m), $v == nil, $ok, $m[$K{9, ""}] == nil)
delete($m, $K{2, "x"})
_, $ok = $m[$K{2, "x"}]
fmt.Println($m, $ok)
---
clear($m)
value len($m)`},
	{Name: "maps of basic types", Headings: "Map types,For range", Text: `
def $m map[string]int := map[string]int{"b": {int}, "a": {int}, {{"c"|"d"}}: 1}
---
$m["b"]++
$m["z"] += {lit}
$m["a"] <<= 1
for _, k := range slices.Sorted(maps.Keys($m)) {
	fmt.Print(k, "=", $m[k], " ")
}
fmt.Println()
---
def $f map[float64]string := map[float64]string{ math.NaN(): "n", 0.5: {string}}
$f[math.NaN()] = "m"
fmt.Println(len($f), $f[0.5], $f[math.NaN()] == "", $m)
value $m["none"]`},
	{Name: "channels", Headings: "Channel types,Send statements,Receive operator", Text: `
def $c chan int := make(chan int, 3)
var $in chan<- int = $c
var $out <-chan int = $c
---
$in <- {int}
$c <- {int}
fmt.Println(len($c), cap($out), <-$out)
---
close($c)
def $v int, $ok bool := <-$out
fmt.Println($v, $ok)
$v, $ok = <-$c
fmt.Println($v, $ok, len($c))
fmt.Printf("%T %T\n", $in, $out)
value <-$c`, Private: true},
}
