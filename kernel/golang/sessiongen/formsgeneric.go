package sessiongen

// genericForms have type parameters.
var genericForms = []Form{
	{Name: "generic functions", Headings: "Type parameter declarations,Type inference,Instantiations,Function declarations", Text: `
func $map[T, U any](list []T, f func(T) U) []U {
	out := make([]U, 0, len(list))
	for _, x := range list {
		out = append(out, f(x))
	}
	return out
}
func $fold[T, A any](list []T, a A, f func(A, T) A) A {
	for _, x := range list {
		a = f(a, x)
	}
	return a
}
---
def $s []string := $map([]int{ {int}, 2}, func(i int) string { return fmt.Sprint(i, {string}) })
fmt.Printf("%q %v\n", $s, $map($s, func(s string) int { return len(s) }))
---
value $fold([]float64{ {float64}, 2}, {int}, func(a int, x float64) int { return a + int(x) })`},
	{Name: "generic types", Headings: "Type parameter declarations,Instantiations,Method declarations", Text: `
type $Stack[T any] struct{ items []T }
func (s *$Stack[T]) Push(x ...T) { s.items = append(s.items, x...) }
func (s *$Stack[T]) Pop() (x T, ok bool) {
	if len(s.items) == 0 {
		return x, false
	}
	x = s.items[len(s.items)-1]
	s.items = s.items[:len(s.items)-1]
	return x, true
}
---
var $a $Stack[{{int|int}}]
$a.Push({int}, {lit})
---
def $b *$Stack[string] := &$Stack[string]{items: []string{ {string}}}
fmt.Println($a.Pop())
fmt.Println($b.Pop())
fmt.Println($b.Pop())
fmt.Printf("%T %T\n", $a, $b)
def $f func(...int) := $a.Push
$f({int})
value len($a.items)`},
	{Name: "generic lists and trees", Headings: "Type parameter declarations,Type constraints", Text: `
import $cmp "cmp"
type $Tree[K $cmp.Ordered, V any] struct {
	root *$node[K, V]
	n    int
}
type $node[K $cmp.Ordered, V any] struct {
	k           K
	v           V
	left, right *$node[K, V]
}
---
func (t *$Tree[K, V]) Put(k K, v V) {
	p := &t.root
	for *p != nil {
		switch c := $cmp.Compare(k, (*p).k); {
		case c < 0:
			p = &(*p).left
		case c > 0:
			p = &(*p).right
		default:
			(*p).v = v
			return
		}
	}
	*p = &$node[K, V]{k: k, v: v}
	t.n++
}
func (t *$Tree[K, V]) All() func(yield func(K, V) bool) {
	var walk func(n *$node[K, V], yield func(K, V) bool) bool
	walk = func(n *$node[K, V], yield func(K, V) bool) bool {
		return n == nil || walk(n.left, yield) && yield(n.k, n.v) && walk(n.right, yield)
	}
	return func(yield func(K, V) bool) { walk(t.root, yield) }
}
---
var $t $Tree[string, int]
for i, s := range []string{"m", {string}, "c", {string}, "x"} {
	$t.Put(s, i)
}
---
for k, v := range $t.All() {
	if k == "x" {
		break
	}
	fmt.Printf("%q=%d ", k, v)
}
value $t.n`},
	{Name: "inference", Headings: "Type inference,Type unification,Satisfying a type constraint", Text: `
type $Ints []int
func $scale[S ~[]E, E ~int | ~float64](s S, c E) S {
	r := make(S, len(s))
	for i, v := range s {
		r[i] = v * c
	}
	return r
}
func $keys[M ~map[K]V, K comparable, V any](m M) int { return len(m) }
func $ptr[T any, P interface { *T; Set(int) }](n int) T {
	var x T
	P(&x).Set(n)
	return x
}
type $C struct{ n int }
func (c *$C) Set(n int) { c.n = n }
---
def $x $Ints := $scale($Ints{ {int}, 2}, {lit})
fmt.Printf("%T %v %v\n", $x, $x, $scale([]float64{1, {float64}}, 2))
fmt.Println($keys(map[$C]bool{ {1}: true}), $ptr[$C]({int}))
def $f func([]float64, float64) []float64 := $scale[[]float64]
value $f([]float64{0.5}, {lit})`},
	{Name: "constraints with methods", Headings: "Type constraints,General interfaces,Type parameter declarations", Text: `
type $Shape interface {
	~struct{ w, h int } | ~[2]int
	Area() int
}
type $R struct{ w, h int }
func (r $R) Area() int { return r.w * r.h }
type $Q [2]int
func (q $Q) Area() int { return q[0] + q[1] }
---
func $total[T $Shape](list ...T) (n int) {
	for i := range list {
		n += list[i].Area()
	}
	return
}
func $conv[T, U ~int | ~int8 | ~float64](x T) U { return U(x) }
---
fmt.Println($total($R{ {int}, 2}, $R{1, 1}), $total[$Q](), $total($Q{ {lit}, {int}}))
fmt.Println($conv[int, float64]({int})/4, $conv[float64, int8](float64({int8})))
value $conv[int, int8]({lit})`},
	{Name: "type switches on type parameters", Headings: "Type switches,Type parameter declarations", Text: `
func $kind[T any](x T) string {
	switch y := any(x).(type) {
	case int, int8:
		return fmt.Sprintf("integer %v", y)
	case string:
		return "string " + y
	case []T:
		return "slice of it"
	case fmt.Stringer:
		return y.String()
	}
	return fmt.Sprintf("%T", x)
}
func $zero[T comparable](x T) bool {
	var z T
	return $kind(x) == $kind(z) && x == z
}
---
fmt.Println($kind({int}), $kind({string}), $kind({float64}), $kind([]int{1}), $kind(time.Second))
value $zero({int}) || $zero({string})`},
	{Name: "generic methods as values", Headings: "Method values,Method expressions,Instantiations", Text: `
type $Box[T any] struct{ v T }
func (b $Box[T]) Get() T { return b.v }
func (b *$Box[T]) Set(v T) { b.v = v }
---
def $b $Box[string] := $Box[string]{ {string}}
def $set func(string) := $b.Set
def $get func($Box[string]) string := $Box[string].Get
---
$set({string} + "2")
fmt.Println($b.Get(), $get($b), (*$Box[string]).Get(&$b))
def $n $Box[$Box[int]] := $Box[$Box[int]]{$Box[int]{ {int}}}
$n.v.Set($n.v.Get() + 1)
fmt.Printf("%v %T\n", $n, $n)
value $n.Get()`},
}
