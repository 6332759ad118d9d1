package sessiongen

// constantForms are constants at their limits, and what the compiler refuses.
var constantForms = []Form{
	{Name: "large constants", Headings: "Constant expressions,Constant declarations", Text: `
const $big = 1 << {{100|200|70}}
const $huge = $big * $big
---
fmt.Println($big>>60&1023, $huge/$big == $big, float64($big), $big/1e20, uint64($big>>64&15<<3), $big%1000)
const $f = 1.0 / 3
---
fmt.Println($f*3 == 1, float32($f), $f, int64(27/3.0), float64(len("abc"+"d"))*$f, 5/2*2.0, 5/2.0*2, 'a'*2, 1/3+1.0/3)
value float64($huge>>{{60|100}})`},
	{Name: "constants at their limits", Headings: "Constant expressions,Numeric types", Text: `
const $max = {{math.MaxInt64|math.MaxInt64 - 1|1<<63 - 1}}
const $min = -1 << 63
const $u uint64 = 1<<64 - 1
---
var $x int = $max
var $y int64 = $min
fmt.Println($x, $y, $u, uint64($max)+1, $x+1 == $min, int8(-1<<7), uint8(1<<8-1), math.MaxUint32, math.SmallestNonzeroFloat64)
---
fmt.Println(float32(math.MaxFloat32), float64(math.MaxFloat32)*2, $u>>63, ^uint8(0), ^int8(0), -$max-1, rune(0x10FFFF), math.MaxFloat64)
value {{$max|$min|$u|1<<62|-1<<63|'a'<<20|1e308|uint64(math.MaxUint64)|int8(-128)|0x7fffffffffffffff}}`},
	{Name: "typed constants", Headings: "Constant expressions,Constant declarations", Text: `
type $T {{int8|uint16|float32}}
const $a $T = {lit}
const $b = $a * 2
const $c, $d = $b == 4, "s" + string('x')
---
fmt.Println($a+$b, $c, $d, $a*2 == $b)
fmt.Printf("%T %T %T %T %T\n", $a, $b, $c, 'a'+1.0, 1<<3.0)
value $b - 1`, Private: true},
	{Name: "untyped defaults", Headings: "Constant expressions,Operands", Text: `
def $a int := 1
def $b float64 := 1.0
def $c rune := 'x'
def $d complex128 := 0i
---
def $l []any := []any{1, 2.0, 'c', "s", true, 1i, 1 + 2.0, 'a' + 1, 1 / 2, 1 / 2., 1 < 2, -5 >> 1, 7 &^ 2, "a" < "b", 'x' - 'a', 3i * 3i, real(2i), len("日")}
for _, x := range $l {
	fmt.Printf("%T:%v ", x, x)
}
---
fmt.Println($a/2, $b/2, $c/2, $d == 0, $a == 1.0, $b == 1, $d+1 == 1)
value {{1|2.5|'c'|"s"|true|2i|1+2.0|'a'+1|7/2|7/2.0|-7%3|1<2|"a"+"b"|1<<3|^0|+0x10|'\u00e9'|imag(3i)|len([3]int{})|(!false)}}`, Private: true},
	{Name: "constants that overflow", Headings: "Constant expressions,Integer overflow", Private: true, Text: `
refuse {{var _ int8 = 128|var _ uint8 = 256|var _ uint = -1|_ = int8(200)|var _ int = 1 << 63|var _ = uint8(255) + 1|_ = 5 / 0|_ = 1 % 0|_ = 1.0 / 0.0|var _ int = 1.5|_ = int(2.5)|var _ float32 = 1e39|_ = float64(1e400)|var _ int64 = math.MaxUint64|fmt.Println(1 << 64)|fmt.Println(math.MaxUint64)|_ = "a" + 1|_ = -uint8(1)|var _ rune = 1 << 31|_ = [2]int{1, 2, 3}|_ = [3]int{5: 1}|_ = "abc"[5]|_ = []int{1}[-1]|_ = int64(1) << 64 >> 64 == 1 << 64|_ = 1 << -1|_ = 1.5 << 1|const c uint8 = 300|_ = ^uint8(0) + 1|var _ int8 = -129|_ = uint32(-1)|_ = rune(0x80000000)|_ = math.MaxInt64 + 1 + int64(0)}}
===
fmt.Println({int})`},
	{Name: "mistakes of types", Headings: "Types,Expressions", Private: true, Text: `
refuse {{var _ string = 1|_ = 1 + "a"|var x int = nil; _ = x|_ = undefinedName|_ = []int{} == []int{}|var s struct{ a int }; _ = s.b|_ = fmt.Nothing|_ = len(5)|_ = *5|_ = &5|var x int; x()|_ = [...]int{1}[1:0]|var e error = 3; _ = e|_ = int("a")|_ = string(1.5)|type t struct{ t }|type i interface{ m() }; var _ i = 5|_ = map[[]int]string{}|_ = map[string]int{"a": 1, "a": 2}|var a [2]int; var b [3]int; _ = a == b|_ = struct{ a, a int }{}|x, y := 1; _, _ = x, y|var c <-chan int; c <- 1|var c chan<- int; <-c|_ = any(1).(undefinedType)|_ = 5.(int)|_ = append(1, 2)|_ = min(1, "a")|_ = new(5, 6)|_ = make(int)|_ = cap(map[int]int{})|_ = !1|_ = -"a"|_ = 1 && true|var p *int; p++|_ = complex(1, "a")|_ = "a" * 2|_ = [1]int{}[2]|delete([]int{}, 1)|clear(5)}}
===
fmt.Println({string})`},
	{Name: "mistakes of statements", Headings: "Statements,Declarations and scope", Private: true, Text: `
refuse {{1 + 2; _ = 3|len("a"); _ = 1|if 1 { }|for i := range 3.5 { _ = i }|switch 1 { case 1: case 1: }|switch { case 5: }|var x any; switch x.(type) { case int: case int: }|const c = fmt.Sprint()|var f = func() int { }; _ = f|func() int { for { break } }()|return 1, 2, 3|fallthrough; _ = 1|a, b := 1, 2, 3; _, _ = a, b|var x = y; var y = 1; _ = x|"a"[0] = 'b'|5 = 6|map[string]struct{ a int }{}["b"].a = 1|select { case 5: }|for a, b := range 5 { _, _ = a, b }|var x int; x, x := 1, 2; _ = x|func() { return 1 }()|func() (int, int) { return 1 }()|switch x := 5; x.(type) { }|type T[P any] struct{}; var _ T|var _ interface{ int }|recover = nil|len = 5|_++|_ = _}}
===
fmt.Println({bool})`},
	{Name: "mistakes of generic code", Headings: "Satisfying a type constraint,Type inference", Private: true, Text: `
type $N interface{ ~int | ~string }
func $f[T $N](a, b T) T { return a + b }
===
fmt.Println($f({int}, 2), $f({string}, "x"))
===
refuse {{_ = slices.Max([]any{1})|_ = slices.Index([]func(){}, nil)|_ = slices.Contains([]int{1}, "a")|var _ = slices.Sort[int]|_ = slices.Index[string]|_ = max[int](1)|type G[T comparable] struct{}; _ = G[[]int]{}|type G[K, V any] map[K]V|type G[T any] struct{}; _ = G[int, int]{}|type G[T ~string] T}}
===
fmt.Println($f({lit}, 1))`},
}
