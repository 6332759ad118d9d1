package sessiongen

// operatorForms are those of the spec's section Expressions from Operators on.
var operatorForms = []Form{
	{Name: "precedence", Headings: "Operators,Operator precedence,Arithmetic operators", Text: `
def $a int, $b int, $c int := {int}, {int}, {lit}
---
fmt.Println($a+$b*$c, $a-$b-$c, $a*$b%$c, $a&$b|$c, $a|$b&^$c+1, $a<<1+$b>>2, -$a*$b, ^$a&$b, $a/$c*$c+$a%$c == $a)
fmt.Println($a < $b && $b < $c || $a == $c, !({bool}) == ($a > $b), +$a - -$b, $a*2 == $b+1 != {bool})
value $a ^ $b &^ $c << 2 - 1`},
	{Name: "integer operators", Headings: "Arithmetic operators,Integer operators", Text: `
var $a {{int|int8|int64|int32|int16}} = -{lit} * 7
var $b {{uint8|uint32|uint64|uint16|uint}} = {lit} * 23
---
fmt.Println($a/3, $a%3, $a/-3, $a%-3, $a>>1, $a<<3, ^$a, -$a, $a&^5, $a%2)
fmt.Println($b/3, $b%3, $b>>{uint8}, $b<<9, ^$b, -$b, $b&^5, $b^0x55, 1<<$b>>$b)
---
$a &= 0x3c
$a |= 1
$a ^= -1
$a <<= {lit}
$b >>= {lit}
$b %= 7
$b &^= 2
fmt.Println($a, $b)
func() {
	defer func() { fmt.Println(recover()) }()
	fmt.Println($a % ($a - $a))
}()
value $a / 5`},
	{Name: "shifts", Headings: "Integer operators,Constant expressions", Text: `
def $s uint := uint({uint8}) % 70
def $n int := {lit}
---
def $i int = 1 << 3
var $j int32 = 1 << $n
def $k uint64 = uint64(1 << $s)
var $w int64 = 1.0 << 3
var $u uint8 = 255
---
fmt.Println($i, $j, $k, $w, $u<<$n, $u>>$n, int8(-128)>>$n, -5>>$s, 1<<$s == 0, uint32(1)<<$s, $u<<1>>1, $u<<$s>>$s)
def $x []byte = make([]byte, 1<<$n>>1)
fmt.Println(len($x), []int{1, 2, 3}[1<<$n&1], int64(1)<<62>>$s, 'a'<<$n)
func() {
	defer func() { fmt.Println(recover()) }()
	fmt.Println(1 << ($n - 20))
}()
value uint16(1)<<$s | 1`},
	{Name: "overflow", Headings: "Integer overflow", Text: `
def $a int8 := int8(127 - {lit}%2)
def $b uint8 := uint8(250 + {lit}%5)
var $c int64 = math.MinInt64
var $d uint32 = 1 << 31
---
$a += {lit}
$b *= {lit}
fmt.Println($a, $b, $c-1, -$c, $c/-1, $c%-1, $d*2, $d<<1, $a*$a, $b+$b, int8($b), uint8($a), -$d)
---
$a--
$b++
value $a - $a*{lit} - 100`},
	{Name: "floating point", Headings: "Floating point operators", Text: `
def $x float64, $y float32 := {float64}, {float32}
var $z float64 = 0
---
fmt.Println($x/3, $y/3, $x*$x-1, $y*$y+$y, -$z, 1/$z, -1/$z, math.IsNaN($z/$z), $z == -$z, 0.1+0.2, $x+0.1+0.2)
fmt.Println(float32($x*1e10), int64($x)*2, ($z+1e308)*10, float32(0.1)*float32($x), float64(float32($x)) == $x)
def $n float64 = math.NaN()
---
fmt.Println($n == $n, $n != $n, $n < 1, !($n < 1), max(1, $n), min($n, $x) != 1, min(0, -$z))
$x -= .5
$y *= 1.5
value $y`},
	{Name: "complex numbers", Headings: "Arithmetic operators,Numeric types", Text: `
def $a complex128 := complex({float64}, {float64}) + 2i
def $b complex64 = complex64(3 - {lit}i)
---
fmt.Println($a*$a, $a/(1+1i), real($a), imag($b), -$b, $a == complex(real($a), imag($a)), $b*$b, $a != 0)
const $c = 2i * {lit}i
$a += 1
$b *= 2
fmt.Println($a, $b, $c, real($c), complex(1, 2), complex128($b)+$a)
fmt.Printf("%T %T %T %.2f\n", $a, real($b), $c, $a)
value $b - 1i`},
	{Name: "string concatenation", Headings: "String concatenation,String types", Text: `
def $s string := {string}
type $S string
---
$s += "x" + $s
for range 3 {
	$s = $s + "é"[:2]
}
fmt.Println($s, $S($s)+"typed", "a"+"b"+{string}, len($s+$s), $s+"" == $s)
fmt.Printf("%T %q\n", $S("a")+$S($s), $s+string([]byte{0xff}))
value $S($s) + "!"`},
	{Name: "comparisons", Headings: "Comparison operators", Text: `
type $T struct { a int; s string; f float64; x any }
def $v $T := $T{ {int}, {string}, 1, {lit}}
def $p *$T, $q *$T := &$v, &$T{}
---
*$q = $v
fmt.Println($p == $q, *$p == *$q, $v == $T{x: 1}, [2]$T{} == [2]$T{}, any($p) == any(&$v), any($v) == any(*$q))
fmt.Println("a" < {string}, {float64} >= 1, {bool} == {bool}, 'a' <= {rune}, {complex128} == 1i, (func())(nil) == nil)
---
def $c chan int, $d <-chan int := make(chan int), (<-chan int)(nil)
$d = $c
var $e error
fmt.Println($d == $c, $c == nil, $e == nil, $e != error(nil), struct{ a int }{1} == struct{ a int }{ {lit} })
$q.x = []int{1}
func() {
	defer func() { fmt.Println(recover()) }()
	fmt.Println(*$q == *$p)
	$p.x = []int{1}
	fmt.Println(*$q == *$p)
}()
type $L struct { a int; l []int }
func() {
	defer func() { fmt.Println(recover()) }()
	fmt.Println(any($L{}) == any($L{}))
}()
value interface{}($v.a) == interface{}({int})`},
	{Name: "logic", Headings: "Logical operators,Order of evaluation", Text: `
def $log string := ""
func $t(s string, b bool) bool { $log += s; return b }
---
fmt.Println($t("a", {bool}) && $t("b", {bool}) || $t("c", true) && !$t("d", false), $log)
if $t("e", {bool}) || $t("f", {bool}) && $t("g", {bool}) {
	$log += "!"
}
---
def $b bool := !!$t("h", {bool}) != $t("i", {bool})
value $log + fmt.Sprint($b)`},
	{Name: "addresses", Headings: "Address operators,Composite literals", Text: `
type $T struct{ a [3]int; in struct{ n int } }
def $t $T := $T{}
def $l []$T := make([]$T, 2)
---
def $p *int := &$t.a[1]
def $q *int := &$l[1].in.n
*$p, *$q = {int}, {lit}
def $r *[3]int := &$t.a
---
$r[2] = *$p + 1
fmt.Println($t, $l, *&$t.a == *$r, &$t.a[0] == &$r[0], (&$t).in.n, *&$l[1].in.n, (*$r)[1:])
def $s *struct{ x, y int } := &struct{ x, y int }{ {int}, 2}
$s.x, $s.y = $s.y, $s.x
fmt.Println(*$s, **&$s, *&(*$s).x)
func() {
	defer func() { fmt.Println(recover()) }()
	var n *$T
	fmt.Println(&n.a[0] == nil)
}()
value *$p`},
	{Name: "conversions between numbers", Headings: "Conversions", Text: `
type $I int8
type $F float32
def $a int := {int}*{int} + 300
def $f float64 := {float64} + 0.75
---
fmt.Println(int8($a), uint8($a), $I($a), uint16(-$a), $F($f), int($f), int(-$f), uint32($f), float32($a)/3, int64(uint32(1<<31)))
fmt.Println($F($I(5)), complex64(complex($f, 1)), uint64(int8(-$a%5)), int32(uint8($a)), rune('a'), byte('b'), uintptr(7))
---
type $P *int
def $p $P := $P(&$a)
type $X struct{ a int "tag" }
type $Y struct{ a int }
fmt.Println(*$p, $Y($X{ {lit}}), (*$Y)(&$X{2}).a, (func(int) int)(nil) == nil, (<-chan int)(make(chan int)) != nil)
value $I($F(3) + {lit})`},
	{Name: "conversions of strings", Headings: "Conversions to and from a string type", Text: `
type $B []byte
type $R []rune
type $S string
def $s string := {string} + "aé日"
---
def $b []byte := []byte($s)
def $r []rune := []rune($s)
$b[0], $r[0] = '*', 'Ω'
fmt.Println($b, $r, string($b), string($r), $s, len($s), len($r), string(rune({rune})), string(rune(-1)))
---
fmt.Println($S($b), string($B($s[1:])), $R("x日"), []byte($S("yz")), string($R{0x65e5, 'b'}), string([]byte{0xff, 'a'}) == "\xffa")
for i, c := range []byte("é" + {string}) {
	fmt.Print(i, c, " ")
}
fmt.Printf("%q %v\n", []rune("\xffa"), append([]byte("p"), $s...))
value $S(rune(0x4e16)) + $S($r)`},
	{Name: "conversions of slices to arrays", Headings: "Conversions from slice to array or array pointer", Text: `
def $s []int := []int{ {int}, 2, 3}
type $A [2]int
---
def $a [2]int := [2]int($s)
def $p *[3]int := (*[3]int)($s)
$p[0] = {lit}
$s[1] = {int}
fmt.Println($a, *$p, $A($s), [0]int($s), (*[0]int)(nil) == nil, (*$A)($s)[1])
---
func() {
	defer func() { fmt.Println(recover()) }()
	fmt.Println([{{2|4}}]int($s))
	fmt.Println((*[5]int)($s))
}()
value [1]int($s[2:])`},
	{Name: "order of evaluation", Headings: "Order of evaluation,Assignment statements", Text: `
def $n int := 0
func $f(s string) int { $n++; fmt.Print(s, $n, " "); return $n }
def $a []int := make([]int, 8)
---
$a[$f("i")], $a[$f("j")] = $f("x")*10, $f("y")
fmt.Println($a)
$a[$f("k")%8] += $f("l") + $f("m")*$f("n")
fmt.Println($a, []int{$f("o"), $f("p")}, map[int]int{$f("q"): $f("r")}[9])
---
def $m map[string][]int := map[string][]int{"a": {1}}
func $g(p *int, v int) (int, string) { *p = v; return $f("g"), fmt.Sprint(v) }
$a[0], $m["a"][0] = $m["a"][0], $f("s")
fmt.Println($a[0], $m)
fmt.Println($g(&$n, {lit}))
def $x int, $y int := 1, 2
$x, $y = $y, $x+$y
value $x*100 + $y + $f("v")`},
	{Name: "order of calls in literals", Headings: "Order of evaluation,Composite literals", Text: `
def $ok bool := true
func $g() int { $ok = !$ok; return {lit} }
type $T struct{ a bool; n int; b bool }
---
fmt.Println([]any{$ok, $g(), $ok}...)
fmt.Println($T{$ok, $g(), $ok}, [3]any{$ok, $g(), $ok})
def $x bool, $y int, $z bool := $ok, $g(), $ok
---
value fmt.Sprint($x, $y, $z)`},
}
