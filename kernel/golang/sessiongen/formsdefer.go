package sessiongen

// deferForms are Defer statements, and panics that they meet.
var deferForms = []Form{
	{Name: "defer", Headings: "Defer statements,Return statements", Text: `
func $f(n int) (out int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("recovered: %v", r)
			out *= 2
		}
	}()
	for i := range 3 {
		defer func(j int) { out += j * i }(i)
	}
	out = n
	if n > {lit} {
		var m map[int]int
		m[1] = n
	}
	defer fmt.Print("d", n, " ")
	return out + 1, nil
}
---
fmt.Println($f({int}))
fmt.Println($f({lit}))
func $g() (s string) {
	defer func() { s += fmt.Sprint(recover()) }()
	defer func() {
		defer func() { s += fmt.Sprint(recover(), "|") }()
		panic({string})
	}()
	panic({int})
}
---
fmt.Println($g())
value $f(2)`},
	{Name: "defer at the top of a cell", Headings: "Defer statements,Handling panics", Private: true, Text: `
def $x int := {int}
===
defer fmt.Println("last", $x)
defer func() {
	$x++
	fmt.Println("first", $x)
}()
$x += 10
fmt.Println("body", $x)
===
defer func() {
	fmt.Println("recovered:", recover())
}()
var p *struct{ n int }
if $x > 0 {
	fmt.Println(p.n)
}
===
fmt.Println($x)`},
	{Name: "panics pass through", Headings: "Defer statements,Statements", Text: `
type $E struct{ msg string }
func (e *$E) Error() string { return e.msg }
func $try(f func()) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case error:
			err = r
		default:
			err = &$E{fmt.Sprint("not an error: ", r)}
		}
	}()
	f()
	return
}
---
def $l []int := {ints}
fmt.Println($try(func() {}), $try(func() { panic(&$E{ {string} }) }), $try(func() { panic({int}) }), $try(func() { _ = $l[{lit}+5] }))
fmt.Println($try(func() { var x any = {string}; _ = x.(int) }), $try(func() { var f func(); f() }), $try(func() { panic(fmt.Errorf("w: %w", os.ErrExist)) }))
---
value $try(func() {
	defer func() { panic(fmt.Sprint("second after ", recover())) }()
	panic("first")
})`},
}
