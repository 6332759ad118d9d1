package sessiongen

// loopForms are For statements.
var loopForms = []Form{
	{Name: "loops with a condition", Headings: "For statements,For condition", Text: `
def $n int, $sum int := {int}%50 + 60, 0
---
for $n > {lit} {
	$n = $n/2 - 1
	$sum += $n
}
fmt.Println($n, $sum)
for {
	if $n++; $n > 30 {
		break
	} else if $n%3 != 0 {
		continue
	}
	$sum++
}
value $sum`},
	{Name: "loops with a clause", Headings: "For statements,For clause", Text: `
var $fs []func() int
for i, j := 0, {lit}; i < j; i, j = i+1, j-1 {
	if i == 2 {
		continue
	}
	$fs = append($fs, func() int { i += 100; return i*1000 + j })
}
---
for _, f := range $fs {
	fmt.Print(f(), " ", f(), " ")
}
for i := 0; i < 6; {
	i += 2
	fmt.Print(i, ";")
}
def $k int := 0
for ; $k < {lit}; $k++ {
}
for i := 0; ; i++ {
	i++
	if i > {lit} {
		fmt.Println(i, $k)
		break
	}
}
value len($fs)`},
	{Name: "range over integers", Headings: "For range", Text: `
type $N {{int8|uint16|int}}
def $n int := {lit}
---
for i := range $n {
	fmt.Print(i, " ")
	$n = 100
}
for i := range $N({lit}) {
	fmt.Printf("%T:%v ", i, i)
}
for range 2 {
	$n++
}
for range -{lit} {
	fmt.Print("never")
}
for i := range uint8(3) {
	i *= 2
	fmt.Print(i, ",")
}
const $c = 3
for $n = range $c {
}
fmt.Println($n)
value $n`},
	{Name: "range over slices and arrays", Headings: "For range,Array types,Slice types", Text: `
def $l []int := []int{ {int}, {lit}, 3}
def $a [3]string := [3]string{ {string}, "b"}
---
for i, x := range $l {
	$l = append($l, x*2)
	$l[2] += i
}
fmt.Println($l)
for i, s := range $a {
	$a[2] = "changed"
	fmt.Printf("%d%q ", i, s)
}
for i := range &$a {
	$a[i] += "!"
}
for i, s := range $a[:] {
	$a[2] = "again"
	fmt.Print(i, s, " ")
}
---
var $i int
var $x int
for $i, $x = range $l {
	if $x > {int} {
		break
	}
}
fmt.Println($a, $i, $x)
var $p *[2]int
for i := range $p {
	fmt.Print(i)
}
for _, v := range []func(int) int{func(n int) int { return n + 1 }, func(n int) int { return n * n }} {
	fmt.Print(" ", v({lit}))
}
fmt.Println()
value $l[$i]`},
	{Name: "range over strings", Headings: "For range,String types", Text: `
def $s string := "aé\xff日" + {string}
---
for i, r := range $s {
	fmt.Printf("%d:%q:%T ", i, r, r)
}
for i := range "日本" {
	fmt.Print(i)
}
for _, b := range []byte($s[:2]) {
	fmt.Print(" ", b)
}
def $n int := 0
for range $s {
	$n++
}
fmt.Println()
value $n`},
	{Name: "range over maps", Headings: "For range,Map types", Text: `
def $m map[string]int := map[string]int{"a": {int}, "b": 2, fmt.Sprint({string}): {lit}}
---
def $sum int, $keys []string := 0, []string{}
for k, v := range $m {
	$sum += v
	$keys = append($keys, k)
	delete($m, k)
}
sort.Strings($keys)
fmt.Printf("%d %q %d\n", $sum, $keys, len($m))
---
for k := range map[[2]int]bool{ {1, {lit}}: true} {
	fmt.Println(k, k[1])
}
for range (map[int]int)(nil) {
	fmt.Println("never")
}
value $sum`},
	{Name: "range over functions", Headings: "For range,Function types", Text: `
func $count(n int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		defer fmt.Print("end ")
		for i := range n {
			if !yield(i * i) {
				fmt.Print("stopped ")
				return
			}
		}
	}
}
type $Seq[K, V any] func(yield func(K, V) bool)
func $zip[T any](a []T) $Seq[int, T] {
	return func(yield func(int, T) bool) {
		for i := len(a) - 1; i >= 0; i-- {
			if !yield(i, a[i]) {
				return
			}
		}
	}
}
---
func $find(x int) int {
	for i := range $count(10) {
		for j := range $count(3) {
			if i+j > x {
				return i*100 + j
			}
			if j > i {
				break
			}
		}
	}
	return -1
}
---
for i := range $count({lit}) {
	if i == 4 {
		continue
	}
	if i > 20 {
		break
	}
	fmt.Print(i, " ")
}
outer:
for i, s := range $zip([]string{ {string}, "b", "c"}) {
	for range func(yield func() bool) { for yield() { } } {
		if i == {{0|1}} {
			break outer
		}
		fmt.Print(i, s, ";")
		continue outer
	}
}
fmt.Println($find({int}))
---
for k, v := range maps.All(map[string]int{"k": {int}}) {
	defer fmt.Println("deferred", k, v)
}
value slices.Collect(slices.Values([]int{ {int}, 2}))`},
	{Name: "loop variables", Headings: "For statements,For clause,For range", Text: `
var $ps []*int
---
for i := 0; i < 3; i++ {
	$ps = append($ps, &i)
	i := i * 10
	$ps = append($ps, &i)
}
for _, x := range []int{ {int}, 7} {
	$ps = append($ps, &x)
	x++
}
for i := range 2 {
	defer func() { fmt.Println("i", i) }()
}
---
for _, p := range $ps {
	*p++
	fmt.Print(*p, " ")
}
value *$ps[0] + *$ps[len($ps)-1]`},
}
