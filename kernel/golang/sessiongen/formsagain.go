package sessiongen

// againForms declare names again, run cells again and shadow imports.
var againForms = []Form{
	{Name: "a variable of another type", Headings: "Uniqueness of identifiers,Short variable declarations", Private: true, Text: `
def $x int := {int}
def $y int := $x + 1
===
def $x string := {string}
===
$x += fmt.Sprint($y)
fmt.Println($x, $y)
===
def $x []int := []int{$y, {int}}
fmt.Println($x, len($x))
value $x[0]`},
	{Name: "a variable of the same type", Headings: "Variable declarations", Private: true, Text: `
def $x int := {int}
def $p *int := &$x
def $f func() int := func() int { return $x }
func $g() int { return $x * 2 }
===
def $x int = {lit}
fmt.Println(*$p, $f(), $g())
===
def $x int, $z int := 4, {int}
*$p += 1
value $x + $g()`},
	{Name: "a function of another signature", Headings: "Function declarations,Uniqueness of identifiers", Private: true, Text: `
func $f(x int) int { return x + 1 }
===
fmt.Println($f({int}))
===
func $f(s string, n int) string { return strings.Repeat(s, n) }
===
fmt.Println($f({string}, {lit}))
===
func $f() {}
$f()`},
	{Name: "a function that others call", Headings: "Function declarations,Calls", Private: true, Text: `
cell func $f(x int) int { return x + 1 }
truth var $fn = func(x int) int { return x + 1 }
truth func $f(x int) int { return $fn(x) }
func $g(x int) int { return $f(x) * 2 }
===
def $h func(int) int := $g
fmt.Println($h(1), $f(2))
===
cell func $f(x int) int { return x - 7 }
truth $fn = func(x int) int { return x - 7 }
===
value $h({int}) + $g(2)`},
	{Name: "a method again", Headings: "Method declarations", Private: true, Text: `
type $T struct{ n int }
cell func (t $T) Get() int { return t.n }
truth var $m = func(t $T) int { return t.n }
truth func (t $T) Get() int { return $m(t) }
type $I interface{ Get() int }
===
def $t $T := $T{ {int} }
var $i $I = $t
fmt.Println($t.Get(), $i.Get())
===
cell func (t $T) Get() int { return t.n * 10 }
truth $m = func(t $T) int { return t.n * 10 }
===
fmt.Println($t.Get(), $i.Get())`},
	{Name: "a constant again", Headings: "Constant declarations", Private: true, Text: `
const $c = {lit}
func $f() string { return fmt.Sprint($c, "!") }
===
fmt.Println($c, $f())
===
const $c = 40 + {lit}
===
fmt.Println($c, $f())
===
const $c = {{"text"|'x'|2.5}}
fmt.Println($c)`},
	{Name: "a type again", Headings: "Type definitions,Uniqueness of identifiers", Private: true, Text: `
type $T struct{ a int }
func $f(x int) $T { return $T{x} }
===
fmt.Printf("%v %T\n", $f({int}), $f(1))
===
type $T struct{ a int; b string }
func $f(x int) $T { return $T{x, {string}} }
===
fmt.Printf("%+v %v\n", $f({int}), $f(1) == $T{1, "x"})
===
type $T {{int|float64}}
func $f() {}
var $x $T = {lit}
value $x * 2`},
	{Name: "a type again below others", Headings: "Type definitions", Private: true, Text: `
type $A struct{ x int }
type $B struct{ $A; more []$A }
func (b $B) Sum() (s int) {
	for _, a := range b.more {
		s += a.x
	}
	return s + b.x
}
===
fmt.Println($B{$A{ {int}}, []$A{ {2}, {3}}}.Sum())
===
type $A struct{ y string; x int }
===
fmt.Println($B{$A{"y", {int}}, []$A{ {"z", 3}}}.Sum())
value $B{}`},
	{Name: "a cell of declarations again", Headings: "Method declarations,Type definitions", Private: true, Text: `
===
type $T struct{ n int }
func (t *$T) Inc() int { t.n++; return t.n }
const $c = {lit}
===
def $t $T := $T{$c}
fmt.Println($t.Inc())
===
def $u $T := $T{ {int} }
fmt.Println($u.Inc(), $c)
value $u`},
	{Name: "a loop again", Headings: "For statements,Assignment statements", Text: `
def $n int := 0
===
for i := range {lit} {
	$n += i
}
fmt.Println($n)
===
$n *= 2
value $n`},
	{Name: "an import over a variable", Headings: "Qualified identifiers,Declarations and scope", Private: true, Text: `
===
def path string := {string}
fmt.Println(path + "!")
===
import "path"
fmt.Println(path.Join("a", {string}, "../b"))
===
def path int := {int}
value path`},
	{Name: "a variable over a preloaded package", Headings: "Qualified identifiers", Private: true, Text: `
===
fmt.Println(errors.New({string}))
===
def errors []string := []string{ {string}, "e"}
===
fmt.Println(len(errors), errors)
===
import "errors"
fmt.Println(errors.Is(errors.New("a"), nil))`},
	{Name: "imports with names", Headings: "Qualified identifiers,Operands", Text: `
import $u "unicode"
import $j "encoding/{{hex|base64}}"
---
fmt.Println($u.IsUpper('É'), $u.ToLower('Ö'), $u.MaxRune)
_ = $j.NewEncoder
---
func $f(s string) string { return strings.Map($u.ToUpper, s) }
---
value $f({string})`},
	{Name: "values shown before", Headings: "Expression statements", Private: true, Text: `
var $v {{int8|uint16|float32}} = {lit}
===
value $v
===
def $x string := {string}
===
cell fmt.Printf("%T %v\n", _, _)
truth fmt.Printf("%T %v\n", $v, $v)
`},
	{Name: "a panic keeps what was done", Headings: "Expression statements,Statements", Private: true, Text: `
===
def $x int := {int}
def $l []int := []int{1, 2}
===
$x += 5
$l[0] = $x
$l[{{2|3}}+len({string})] = 1
$x = 0
===
fmt.Println($x, $l)
def $e error := fmt.Errorf("no %d: %w", $x, os.ErrNotExist)
===
defer fmt.Println("deferred", $x)
panic($e)
===
value errors.Is($e, os.ErrNotExist)`},
	{Name: "panics", Headings: "Statements,Index expressions", Private: true, Text: `
type $E struct{ code int }
func (e $E) Error() string { return fmt.Sprint("E", e.code) }
type $S string
type $N int
def $i int := 1 + {lit}
def $u uint8 := {uint8}
def $x any := any({{$i|$u|nil|$E{1}|$S("s")}})
def $z int := 0
===
{{panic($i)|panic({string})|panic($E{ {int} })|panic(&$E{3})|panic($S({string}))|panic($N({int}))|panic($u)|panic(1.5)|panic({bool})|panic(errors.New({string}))|panic(fmt.Sprint($x))}}
===
{{_ = [3]int{}[$i+2]|_ = {ints}[:2][$i:1]|_ = "text"[$u+200]|_ = make([]int, -$i)|_ = $i / $z|_ = $x.(string)|_ = $x.(fmt.Stringer)|_ = $x.(*$E)|_ = $x.($N)}}
===
{{{ var m map[string]int; m[{string}] = 1 }|{ var p *$E; p.code++ }|_ = [4]int([]int{$i})|{ var c chan int; close(c) }|{ var f func(); f() }|_ = $u % uint8($z)|c := make(chan int); close(c); close(c)|_ = 1 << -$i|_ = []int{1, 2, 3}[$z:$i+2]|panic(nil)|_ = "日本"[$i:$z]|_ = (&[2]int{})[:][:1:$i+1]|_ = map[any]int{ []int{$i}: 1}|{ var e error; _ = e.Error() }|_ = *(*int)(nil)|{ var x, y any = []int{1}, []int{2}; _ = x == y } }}
===
fmt.Println({int})`},
}
