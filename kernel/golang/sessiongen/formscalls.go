package sessiongen

// callForms are calls, of functions and of built-in functions.
var callForms = []Form{
	{Name: "calls", Headings: "Calls", Text: `
func $two(x int) (int, string) { return x, {string} }
func $take(n int, s string) string { return fmt.Sprint(n, "/", s) }
type $T struct{ f func(int) int }
---
def $t $T := $T{func(x int) int { return x * {lit} }}
fmt.Println($take($two({int})), $t.f({int}), []func(int) int{$t.f}[0](2), func() int { return {int} }())
def $m map[string]func() string := map[string]func() string{"a": func() string { return {string} }}
---
fmt.Println($m["a"](), (*$T).call(&$t, 3))
func (t *$T) call(n int) int { return t.f(n) + 1 }
func() {
	defer func() { fmt.Println(recover()) }()
	fmt.Println($m["none"]())
}()
value $two({int})`},
	{Name: "variadic calls", Headings: "Passing arguments to ... parameters,Calls", Text: `
func $sum(label string, xs ...int) string {
	n := 0
	for i := range xs {
		n += xs[i]
		xs[i] = 0
	}
	return fmt.Sprint(label, n, xs == nil, len(xs))
}
func $any(xs ...any) int { return len(xs) }
func $strs() (string, int, int) { return "m", {int}, {lit} }
---
def $l []int := []int{ {int}, 2, 3}
fmt.Println($sum("a"), $sum({string}, {int}, {lit}), $sum("s", $l...), $l, $sum("n", nil...), $sum($strs()))
---
def $f func(...any) int := $any
fmt.Println($any(), $any(nil), $any(nil, nil), $any([]any{1, 2, 3}...), $any([]any{1, 2}), $f($l), fmt.Sprint([]any{ {int}, {string}}...))
type $V func(...string) string
value $V(func(s ...string) string { return strings.Join(s, "+") })({string}, "b")`},
	{Name: "append, copy, clear, delete, len and cap", Headings: "Calls,Slice types", Text: `
def $a []int := append([]int(nil), {int}, {lit})
def $b []byte := append([]byte("x"), {string}...)
---
fmt.Println(copy($b, "日本"), $b, copy($a, []int{7, 8, 9}), $a, len([3]int{}), cap(make([]int, 2, {lit}+1)), append($a[:1:1], 5), $a)
def $m map[int][]int := make(map[int][]int, 3)
for i := range 4 {
	$m[i%2] = append($m[i%2], i*{lit})
}
---
delete($m, 7)
delete($m, 0)
fmt.Println($m, len($m))
clear($a)
clear($m)
fmt.Println($a, $m, len("日本"), append([]int{1}, $a[1:]...), append([]any{}, $a, nil))
value append($a, make([]int, 2)...)`},
	{Name: "min and max", Headings: "Calls,Operators", Text: `
def $a int, $f float64, $s string := {int}, {float64}, {string}
---
fmt.Println(min($a, 5, {int}), max($f, 2, 1.5), min($s, "m"), max("a", $s, "b"), min(3, 2.5), max('a', 1), max($f, -0.0))
const $c = max(1, {lit}, 2.0)
---
fmt.Printf("%T %T %T %v\n", min(1, 2.0), max($a, 2), min(1, 'a'), $c)
value min($a, $c)`},
	{Name: "new and make", Headings: "Calls,Pointer types", Text: `
type $T struct{ n int; m map[string]int }
def $p *$T := new($T)
def $i *int := new(int)
---
$p.n, $p.m = {int}, make(map[string]int)
$p.m[{string}]++
*$i += {lit}
def $s [][]int := make([][]int, {lit})
for i := range $s {
	$s[i] = make([]int, i, 2*i+1)
}
---
fmt.Println(*$p, *$i, $s, cap($s[0]), new(*int) != nil, *new(bool), len(make(chan int, 3)))
value len($s)`},
	{Name: "library calls back", Headings: "Calls,Function literals", Text: `
type $P struct{ name string; age int }
def $l []$P := []$P{ {{string}, 3}, {"b", {int}}, {"a", 7}, {"c", {lit}}}
---
sort.Slice($l, func(i, j int) bool { return $l[i].age < $l[j].age })
fmt.Println($l)
slices.SortFunc($l, func(a, b $P) int { return strings.Compare(a.name, b.name) })
---
type $By []$P
func (b $By) Len() int { return len(b) }
func (b $By) Less(i, j int) bool { return b[i].age > b[j].age }
func (b $By) Swap(i, j int) { b[i], b[j] = b[j], b[i] }
sort.Stable($By($l))
fmt.Println($l, slices.IndexFunc($l, func(p $P) bool { return p.name == "c" }), strings.Map(func(r rune) rune { return r + 1 }, {string}))
value slices.MaxFunc($l, func(a, b $P) int { return a.age - b.age }).age`},
	{Name: "methods that fmt calls", Headings: "Method declarations,Calls", Text: `
type $T struct{ n int }
func (t $T) String() string { return fmt.Sprintf("<%d>", t.n) }
type $E struct{ code int; err error }
func (e *$E) Error() string { return fmt.Sprint("E", e.code, ": ", e.err) }
func (e *$E) Unwrap() error { return e.err }
---
var $e error = &$E{ {int}, fmt.Errorf("in %v: %w", $T{ {lit}}, os.ErrClosed)}
fmt.Println($T{1}, &$T{2}, []$T{ {3}, { {int}}}, map[string]$T{"k": {4}}, struct{ T $T }{$T{5}}, $e)
---
var $t *$E
fmt.Println(errors.As($e, &$t), $t.code, errors.Is($e, os.ErrClosed), errors.Unwrap($e))
fmt.Printf("%v %+v %d %s %T\n", $T{6}, $T{7}, $T{8}, $T{9}, $e)
value $e`},
}
