package sessiongen

// interfaceForms are those of the spec's section Interface types.
var interfaceForms = []Form{
	{Name: "basic interface", Headings: "Interface types,Basic interfaces,Implementing an interface", Text: `
type $I interface {
	Area() float64
	Name() string
}
---
type $A struct{ w, h float64 }
func (a $A) Area() float64 { return a.w * a.h }
func (a $A) Name() string { return "a" }
type $B float64
func (b *$B) Area() float64 { return float64(*b) }
func (b *$B) Name() string { return {string} }
---
def $b $B := $B({float64})
def $l []$I := []$I{$A{ {float64}, 2}, &$b}
$b++
for _, x := range $l {
	fmt.Println(x.Name(), x.Area())
}
---
var $n $I
fmt.Println($n == nil, $l[1] == $I(&$b), $l[0] == $I($A{}))
_, $ok := any($b).($I)
fmt.Println($ok)
value $l[0].Area()`},
	{Name: "embedded interface", Headings: "Interface types,Embedded interfaces,Type assertions", Text: `
type $R interface{ Read() string }
type $W interface{ Write(s string) int }
---
type $RW interface {
	$R
	$W
	fmt.Stringer
}
type $T struct{ text []string }
func (t *$T) Read() string { return strings.Join(t.text, "/") }
func (t *$T) Write(s string) int { t.text = append(t.text, s); return len(t.text) }
func (t *$T) String() string { return "T:" + t.Read() }
---
var $x $RW = &$T{}
fmt.Println($x.Write({string}), $x.Write("q"), $x.Read(), $x)
---
var $r $R = $x
def $w $W, $ok bool := $r.($W)
fmt.Println($w.Write({string}), $ok, $r)
_, $is := $r.(interface{ Close() })
fmt.Println($is)
value $r.(*$T)`},
	{Name: "general interface", Headings: "Interface types,General interfaces,Type constraints,Satisfying a type constraint", Text: `
type $Num interface {
	~int | ~int8 | ~float64
}
type $Named interface {
	$Num
	Name() string
}
---
type $Deg float64
func (d $Deg) Name() string { return fmt.Sprint("deg ", float64(d)) }
---
func $sum[T $Num](list ...T) (s T) {
	for _, x := range list {
		s += x
	}
	return
}
func $tell[T $Named](x T) string { return x.Name() + fmt.Sprint(x*2) }
---
fmt.Println($sum({int}, 2, {int}), $sum[float64](), $sum($Deg({float64}), 1), $sum(int8(100), 100))
value $tell($Deg({lit}))`},
	{Name: "empty interface", Headings: "Interface types,Comparison operators", Text: `
type $T struct{ a int; b any }
---
def $l []any := []any{ {int}, {string}, nil, $T{1, {bool}}, {float64}, [2]int{1}, {uint8}}
---
def $x any = $l[3]
fmt.Println($x == any($T{1, true}), $l[0] == any({int}), $l[2] == nil, $l[5] == any([2]int{1, 0}))
for _, v := range $l {
	fmt.Printf("%T ", v)
}
---
fmt.Println(any(int64(1)) == any(1), any($l[6]) == {uint8})
func() {
	defer func() { fmt.Println(recover()) }()
	fmt.Println(any($l) == any($l))
}()
value $l[2]`},
	{Name: "methods of interfaces as values", Headings: "Method values,Method expressions,Interface types", Text: `
type $I interface{ Do(x int) int }
type $A struct{ k int }
func (a $A) Do(x int) int { return a.k * x }
type $P struct{ n int }
func (p *$P) Do(x int) int { p.n += x; return p.n }
---
var $i $I = $A{ {int} }
def $f func(int) int := $i.Do
$i = &$P{ {lit} }
def $g func(int) int := $i.Do
---
fmt.Println($f(2), $g({int}), $g(1), $I.Do($i, 3), (*$P).Do(&$P{1}, 2), (*$A).Do(&$A{3}, 4))
def $h func($A, int) int := $A.Do
fmt.Printf("%T %d\n", $h, $h($A{2}, {int}))
value $g(1)`, Private: true},
	{Name: "interface with a method of its own type", Headings: "Implementing an interface,General interfaces,Type parameter declarations", Text: `
type $Eq[T any] interface{ Equal(T) bool }
type $N int
func (a $N) Equal(b $N) bool { return a%10 == b%10 }
---
func $index[T $Eq[T]](list []T, x T) int {
	for i, y := range list {
		if y.Equal(x) {
			return i
		}
	}
	return -1
}
---
value $index([]$N{ {lit}, 12, $N({int})}, 2)`},
}
