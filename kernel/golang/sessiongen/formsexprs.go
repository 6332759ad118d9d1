package sessiongen

// expressionForms are those of the spec's section Expressions, up to calls.
var expressionForms = []Form{
	{Name: "operands", Headings: "Expressions,Operands,Primary expressions,Qualified identifiers", Text: `
fmt.Println(0b1011, 0o17, 017, 0x_F+1_000, 'a', '\x41', '\u65e5', '\'', 1e2, .5, 0x1.8p1, 2i, 0b1i, "\t\"é\xff", ` + "`raw\\n`" + `)
---
def $x float64 := (math.Pi + {float64})
fmt.Println((($x)), (strings.Fields)(" a b ")[1], []int{1, 2, 3}[1:][0], struct{ a int }{ {int} }.a, (&[2]int{5, {int}})[1])
value (func() string { return {string} })()`},
	{Name: "composite literals", Headings: "Composite literals", Text: `
type $P struct{ x, y int }
type $L []$P
---
def $a $L := $L{ {1, {int}}, {y: 2}, 4: {}}
def $m map[string]*$P := map[string]*$P{"a": { {int}, 1}, {{"b"|"c"}}: {}}
def $k map[$P][]string := map[$P][]string{ {1, 2}: {"p", {string}}, {}: nil}
---
const $i = 2
def $r [6]string := [...]string{$i: "two", "three", $i*2 + 1: {string}, 0: "z"}
fmt.Println($a, *$m["a"], $k[$P{1, 2}], len($r))
fmt.Printf("%q\n", $r)
def $v []rune := []rune{'a': 1, 'b', 'c': 2}
fmt.Println(len($v), $v['b'], [][]int{ {1}, {}, {2, {int}}}, [2]*$P{1: {3, {int}}}[1].y)
value struct { A int; B []bool }{ {int}, []bool{true, {bool}} }`},
	{Name: "selectors", Headings: "Selectors,Struct types", Text: `
type $A struct{ v int }
func (a $A) Get() int { return a.v }
type $B struct{ *$A; v string }
type $C struct{ $B; x, y *$C }
---
def $c $C := $C{$B: $B{&$A{ {int}}, {string}}}
def $p **$C := new(*$C)
*$p = &$c
---
fmt.Println((*$p).Get(), (*$p).$A.v, $c.v, (**$p).$B.v, $c.x == nil)
$c.x = &$C{$B: $B{$A: $c.$A}}
$c.x.$A.v++
fmt.Println($c.Get(), $c.x.Get())
func() {
	defer func() { fmt.Println(recover()) }()
	fmt.Println($c.y.$B.v)
}()
value $c.x.Get() + {lit}`},
	{Name: "index expressions", Headings: "Index expressions", Text: `
func $set[T any, S ~[]T](s S, i int, x T) T { old := s[i]; s[i] = x; return old }
---
def $a [5]int := [5]int{ {int}, 1, 2, 3, 4}
var $i uint8 = 3
$a[$i], $a[$a[1]] = $a[len($a)-1], {int}
---
fmt.Println($a, "text"[$i], (&$a)[$i-1], $set($a[:], 2, {lit}), $a, map[int8]string{3: {string}}[int8($i)])
func() {
	defer func() { fmt.Println(recover()) }()
	$a[int($i)+{lit}+1] = 9
}()
func() {
	defer func() { fmt.Println(recover()) }()
	fmt.Println("go"[-int($i)])
}()
value $a[1]`},
	{Name: "slice expressions", Headings: "Slice expressions", Text: `
def $a [6]int := [6]int{ {int}, 1, 2, 3, 4, 5}
def $s []int := $a[1:4]
---
def $t []int := $s[1:2:3]
$t = append($t, {int})
$t = append($t, {int})
$t[0] = 77
fmt.Println($a, $s, $t, len($s[:5]), cap($s), "text日"[1:5], (&$a)[4:], $s[3:])
---
for i := range 4 {
	func() {
		defer func() { fmt.Println(recover()) }()
		fmt.Println($s[i:{lit}], $a[:i:i], "日"[i:])
	}()
}
value $s[:cap($s)]`},
	{Name: "type assertions", Headings: "Type assertions", Text: `
type $T struct{ n int }
func (t $T) String() string { return fmt.Sprint("T", t.n) }
type $S interface{ String() string }
---
def $l []any := []any{ {int}, {string}, $T{ {lit}}, &$T{2}, error(nil), []int(nil), time.Duration(3)}
---
for _, x := range $l {
	n, ok := x.(int)
	s, is := x.($S)
	t, _ := x.(*$T)
	fmt.Println(n, ok, s, is, t != nil)
}
func() {
	defer func() { fmt.Println(recover()) }()
	fmt.Println($l[{{0|1|3|4|5|6}}].($T))
}()
func() {
	defer func() { fmt.Println(recover()) }()
	fmt.Println($l[{{0|1|4|5}}].($S).String(), "called")
}()
value $l[2].($S)`},
	{Name: "function literals", Headings: "Function literals,Calls", Text: `
def $n int := {int}
def $f func(...int) func() int := func(xs ...int) func() int {
	for _, x := range xs {
		$n += x
	}
	return func() int {
		defer func() { $n++ }()
		return $n * 2
	}
}
---
fmt.Println($f()(), $n, $f(1, {lit})(), $n)
def $g func() func() int = func() func() int { k := 0; return func() int { k += $n; return k } }
def $h func() int := $g()
---
fmt.Println($h(), $h(), $g()())
var $rec func(int) int
$rec = func(n int) int { if n <= 1 { return 1 }; return n * $rec(n-1) }
value $rec({lit})`},
	{Name: "method expressions", Headings: "Method expressions,Method values", Text: `
type $T struct{ a int }
func (t $T) Mv(n int, more ...string) string { t.a += n; return fmt.Sprint(t.a, len(more)) }
func (t *$T) Mp(f float64) float64 { t.a++; return f * float64(t.a) }
type $E struct{ *$T; s []int }
---
def $t $T := $T{ {int} }
fmt.Println($T.Mv($t, 1), (*$T).Mv(&$t, 2, "x", {string}), (*$T).Mp(&$t, {float64}), $t)
def $e $E := $E{$T: &$t}
fmt.Println($E.Mv($e, 3, []string{"a", "b"}...), $E.Mp($e, 0.5), $t)
---
def $f func($T, int, ...string) string := $T.Mv
def $v func(float64) float64 := $e.Mp
$t.a = {int}
fmt.Println($f($t, {lit}), $v(1), $t.a)
fmt.Printf("%T %T\n", $T.Mv, (*$T).Mp)
func() {
	defer func() { fmt.Println(recover()) }()
	var nobody *$E
	g := nobody.Mp
	fmt.Println(g(1))
}()
value $t.Mv({lit})`},
	{Name: "instantiations", Headings: "Instantiations,Type inference", Text: `
func $pair[A, B any](a A, b B) string { return fmt.Sprintf("%T:%v %T:%v", a, a, b, b) }
type $Vec[T ~int | ~float64] [2]T
func (v $Vec[T]) Dot(w $Vec[T]) T { return v[0]*w[0] + v[1]*w[1] }
---
fmt.Println($pair({int}, {string}), $pair[float64](1, 'x'), $pair[int8, any](3, nil), $pair(2, 2.5))
def $f func(int, []string) string := $pair[int, []string]
var $g func(string, bool) string = $pair
---
fmt.Println($f({int}, nil), $g({string}, {bool}))
type $IV = $Vec[int]
value $IV{ {int}, 2}.Dot($Vec[int]{3, {int}})`},
}
