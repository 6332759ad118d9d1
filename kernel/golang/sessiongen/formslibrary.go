package sessiongen

// libraryForms have the library call what cells declare, and declarations that
// outlive what they were made of.
var libraryForms = []Form{
	{Name: "an interface of the library embedded", Headings: "Embedded interfaces,Implementing an interface", Text: `
type $L []int
func (l $L) Len() int { return len(l) }
func (l $L) Less(i, j int) bool { return l[i] < l[j] }
func (l $L) Swap(i, j int) { l[i], l[j] = l[j], l[i] }
type $Rev struct{ sort.Interface }
func (r $Rev) Less(i, j int) bool { return r.Interface.Less(j, i) }
---
def $l $L := $L{3, {int}, {lit}, 7}
sort.Sort($Rev{$l})
fmt.Println($l, sort.IsSorted($l), sort.IsSorted($Rev{$l}))
sort.Sort(sort.Reverse($Rev{$l}))
fmt.Println($l, $Rev{$l}.Len())`},
	{Name: "readers and writers", Headings: "Implementing an interface,Method declarations", Text: `
import $io "io"
import $bufio "bufio"
type $R struct {
	text string
	n    int
}
func (r *$R) Read(p []byte) (int, error) {
	if r.text == "" {
		return 0, $io.EOF
	}
	n := copy(p, r.text[:min(r.n, len(r.text))])
	r.text = r.text[n:]
	return n, nil
}
type $W struct{ parts []string }
func (w *$W) Write(p []byte) (int, error) { w.parts = append(w.parts, string(p)); return len(p), nil }
---
def $b []byte, $e error := $io.ReadAll(&$R{ {string} + "abcdef", 2})
fmt.Printf("%q %v\n", $b, $e)
def $s *$bufio.Scanner := $bufio.NewScanner(&$R{"one two\nthree", {lit}})
for $s.Scan() {
	fmt.Printf("%q ", $s.Text())
}
---
def $w *$W := &$W{}
fmt.Fprintf($w, "%d-%s", {int}, {string})
$io.Copy($w, $io.TeeReader(strings.NewReader("tee"), $w))
$io.WriteString($w, "x")
fmt.Printf("%q\n", $w.parts)
value len($w.parts)`},
	{Name: "methods that encoding/json calls", Headings: "Struct types,Method declarations", Text: `
import $json "encoding/json"
type $C int
func (c $C) MarshalText() ([]byte, error) { return []byte(fmt.Sprintf("c%d", int(c))), nil }
func (c *$C) UnmarshalText(b []byte) error { n, err := strconv.Atoi(string(b[1:])); *c = $C(n); return err }
type $T struct {
	Name  string            ` + "`json:\"name,omitempty\"`" + `
	List  []$C              ` + "`json:\"list\"`" + `
	Inner *$T               ` + "`json:\",omitempty\"`" + `
	Map   map[string]any
	skip  int
	$E
}
type $E struct{ Extra float64 }
---
def $b []byte, $e error := $json.Marshal($T{Name: {string}, List: []$C{1, {lit}}, Inner: &$T{}, Map: map[string]any{"k": {bool}, "n": nil}, skip: 3, $E: $E{0.5}})
fmt.Println(string($b), $e)
---
var $v $T
fmt.Println($json.Unmarshal($b, &$v), $v.List, $v.Inner != nil, $v.Map, $v.Extra)
fmt.Println($json.Unmarshal([]byte("{\"list\": [\"zz\"]}"), &$v) != nil, $json.Unmarshal([]byte("[1, 2]"), &[]$C{}) != nil)
value $v.List[1]`},
	{Name: "heaps, lists and errors", Headings: "Implementing an interface,Type assertions", Text: `
import $heap "container/heap"
type $H []int
func (h $H) Len() int { return len(h) }
func (h $H) Less(i, j int) bool { return h[i] < h[j] }
func (h $H) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *$H) Push(x any) { *h = append(*h, x.(int)) }
func (h *$H) Pop() any { o := *h; x := o[len(o)-1]; *h = o[:len(o)-1]; return x }
type $Err struct{ code int }
func (e $Err) Error() string { return "err " + strconv.Itoa(e.code) }
func (e $Err) Is(target error) bool { return target == os.ErrExist && e.code > 3 }
---
def $h *$H := &$H{5, {int}, 3}
$heap.Init($h)
$heap.Push($h, {lit})
for $h.Len() > 1 {
	fmt.Print($heap.Pop($h), " ")
}
var $e error = fmt.Errorf("a: %w, b: %w", $Err{ {lit}}, os.ErrClosed)
---
var $t $Err
fmt.Println(errors.Is($e, os.ErrExist), errors.As($e, &$t), $t.code, errors.Is($e, os.ErrClosed), errors.Join($e, $t))
value (*$h)[0]`},
	{Name: "methods that fmt looks for", Headings: "Method declarations", Text: `
type $F struct{ n int }
func (f $F) Format(s fmt.State, verb rune) { w, ok := s.Width(); fmt.Fprintf(s, "%c:%d:%d:%t:%t", verb, f.n, w, ok, s.Flag('+')) }
type $G struct{ n int }
func (g $G) GoString() string { return fmt.Sprintf("G(%d)", g.n) }
type $P struct{ n int }
func (p *$P) String() string { return fmt.Sprint("P", p.n) }
type $X struct{ n int }
func (x $X) String() string { if x.n > 5 { panic("large") }; return "X" }
---
fmt.Printf("%v %+8d %s|%#v %v|%v %v %s\n", $F{ {int}}, $F{1}, []$F{ {2}}, $G{ {lit}}, $G{2}, &$P{3}, $P{4}, []*$P{nil})
fmt.Println($X{1}, $X{9}, []any{$X{2}, &$X{3}})
var $p *$X
fmt.Println($p, map[$G]$F{ {1}: {2}}, [2]$P{})
value $X{ {lit}}.n`},
	{Name: "a struct without a name that has methods", Headings: "Struct types", Text: `
type $T struct{ n int }
func (t $T) String() string { return fmt.Sprint("T", t.n) }
---
def $s struct{ $T; m int } := struct{ $T; m int }{$T{ {int}}, 2}
fmt.Println($s.String(), $s.n)
---
fmt.Println($s, any($s) == any(struct{ $T; m int }{$T{1}, 2}))`},
	{Name: "local types", Headings: "Type definitions,Type declarations,Declarations and scope", Text: `
func $f(n int) any {
	type T struct{ n int }
	type L []T
	if n > 3 {
		type T struct{ s string }
		return T{strconv.Itoa(n)}
	}
	return L{T{n}, {2}}
}
func $g(n int) any {
	type T struct{ n int }
	return T{n}
}
func $h[P any](x P) any {
	type T struct{ x P }
	return T{x}
}
---
fmt.Printf("%v %T %v %T %T\n", $f(1), $f(1), $f({lit}), $f(9), $g({int}))
fmt.Println($f(5) == $g(5), $g(1) == $g(1), $f(5) == $f(5), $h(1) == $h(1), $h(1) == $h(int8(1)))
---
type $T struct{ n int }
func() {
	type T = $T
	type U T
	x := any(U{ {lit}})
	_, is := x.($T)
	fmt.Println(is, any(T{1}) == any($T{1}), x)
}()`},
	{Name: "deferred methods", Headings: "Defer statements,Method values", Text: `
type $T struct{ n int }
func (t $T) Say(s string) { fmt.Print(s, t.n, " ") }
func (t *$T) Tell(s string) { fmt.Print(s, t.n, " ") }
type $S interface{ Say(string) }
func $f() (n int) {
	t := $T{ {lit}}
	var s $S = t
	defer t.Say("v")
	defer t.Tell("p")
	defer s.Say("i")
	defer $T.Say(t, "e")
	defer func(f func(string)) { f("m") }(t.Say)
	for i := range 2 {
		defer func() { n += i + t.n }()
	}
	t.n, s = 9, $T{8}
	return t.n
}
---
fmt.Println($f())
def $t $T := $T{ {int}}
defer $t.Say("top")
defer $t.Tell("top")
$t.n = 1`},
	{Name: "recover and what it gives", Headings: "Defer statements", Text: `
import $rt "runtime"
func $try(f func()) (s string) {
	defer func() {
		r := recover()
		err, ok := r.($rt.Error)
		s = fmt.Sprint(r, ok)
		if e, is := r.(*$rt.TypeAssertionError); is {
			s += " assertion " + e.Error()
		} else if ok {
			s += " " + err.Error()
		}
		s += fmt.Sprint(recover() == nil)
	}()
	f()
	return "none"
}
func $helper() any { return recover() }
---
fmt.Println($try(func() {}), $try(func() { var x any = {int}; _ = x.(string) }), $try(func() { _ = []int{}[{lit}] }))
fmt.Println($try(func() { defer func() { fmt.Print($helper() == nil, " ") }(); panic({string}) }))
fmt.Println($try(func() { defer $helper(); panic(1) }), $try(func() { defer func() { func() { recover() }() }(); panic(2) }))
---
fmt.Println($try(func() { defer panic("second"); panic("first") }), $try(func() { var m map[string]int; m[{string}]++ }))
func() {
	defer fmt.Println("unwinds")
	defer func() { fmt.Println("got", recover()) }()
	$try(nil)
	panic(fmt.Sprint($try(func() { panic(nil) })))
}()`},
	{Name: "a panic between definitions", Headings: "Short variable declarations,Variable declarations", Private: true, Text: `
func $bad(n int) int { return []int{1, 2}[n] }
===
def $a int := {int}
def $b string, $c int := "b", $bad(5)
def $d int := 4
===
fmt.Println($a, $b, $c, $d)
def $c int := $bad(1)
$b += "after"
===
fmt.Println($a, $b, $c, $d)`},
	{Name: "a function keeps its package", Headings: "Qualified identifiers,Declarations and scope", Private: true, Text: `
import "path"
===
func $f(s string) string { return path.Base(s) + fmt.Sprint(sort.SearchStrings([]string{"b"}, s)) }
def $g func(string) string := func(s string) string { return path.Dir(s) }
===
def path string := "mine/x"
fmt.Println($f(path), $g(path))
===
func sort(n int) int { return n * 2 }
fmt.Println(sort({int}), $f("a/b"))
===
import "sort"
value fmt.Sprint(sort.SearchInts([]int{1, 5}, {lit}), path, $f("q"))`},
	{Name: "old variables after a cell of types runs again", Headings: "Type definitions", Private: true, Text: `
===
type $T struct{ n int; next *$T }
type $I interface{ Get() int }
func (t $T) Get() int { return t.n }
===
def $t $T := $T{ {int}, &$T{n: 2}}
var $i $I = $t
def $l []$T := []$T{$t}
===
cell type $U struct{ $T }
truth type $U struct{ $T }
fmt.Println($U{$t}.Get(), $i.Get(), $l[0].next.n)
===
func (t $T) Twice() int { return t.Get() * 2 }
===
$t.n++
$l = append($l, $t)
fmt.Println($t.Twice(), $l[1].n, $i.Get(), $U{$t}.Twice())
value $t.next.n`},
	{Name: "maps and pointers shown", Headings: "Map types,Pointer types", Text: `
type $T struct{ A int; b string }
def $m map[string]int := map[string]int{"b": {int}, "a": 0}
def $n map[int]bool := map[int]bool{3: {bool}, -1: true, 20: false}
---
value struct{ M map[string]int }{$m}
---
value struct{ N map[int]bool }{$n}
---
value &$T{ {int}, {string}}
---
value [2]any{nil, {string}}`},
	{Name: "nil of everything", Headings: "Pointer types,Map types,Channel types,Function types", Text: `
type $T struct{ n int }
func (t *$T) Len() int { if t == nil { return -1 }; return t.n }
var $p *$T
var $m map[string]int
var $s []int
var $c chan int
var $f func()
var $i interface{ Len() int }
---
fmt.Println($p.Len(), $m["x"], len($m), len($s), cap($s), len($c), $f == nil, $i == nil, append($s, $s...) == nil)
$i = $p
fmt.Println($i == nil, $i.Len(), $i.(*$T) == nil)
for range $m {
}
for range $s {
}
delete($m, "x")
copy($s, []int{1})
select {
case <-$c:
default:
	fmt.Println("default", {int})
}
---
$s = append($s, {lit})
$m = map[string]int{ {string}: 1}
fmt.Printf("%v %v %v %t\n", $p, $s, $m, $f == nil)
value $i.Len()`},
}
