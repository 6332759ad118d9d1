package eval

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"reflect"
	"strings"
	"sync"
	"testing"

	"gomdcsan/kernel/golang/rt"
	"gomdcsan/kernel/golang/rtype"
	"gomdcsan/kernel/symbols"
)

// program is a package whose functions are interpreted: the smallest Host.
type program struct {
	t     *testing.T
	pkg   *types.Package
	info  *types.Info
	fset  *token.FileSet
	decls map[types.Object]*ast.FuncDecl
	slots map[types.Object]reflect.Value
	ev    *Evaluator
	unit  *Unit
	alone bool // no compiled code will come
}

func newProgram(t *testing.T, source string) *program {
	t.Helper()
	if err := rtype.Supported(); err != nil {
		t.Skip(err)
	}
	p := &program{t: t, fset: token.NewFileSet(), decls: map[types.Object]*ast.FuncDecl{}, slots: map[types.Object]reflect.Value{}, ev: New(), alone: true}
	f, err := parser.ParseFile(p.fset, "cell[1]", "package main\n"+source, 0)
	if err != nil {
		t.Fatal(err)
	}
	p.info = &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Implicits: map[ast.Node]types.Object{}, Instances: map[*ast.Ident]types.Instance{},
	}
	importer := symbols.NewImporter(p.fset)
	if p.pkg, err = (&types.Config{Importer: importer}).Check("main", p.fset, []*ast.File{f}, p.info); err != nil {
		t.Fatal(err)
	}
	p.ev.Import(importer, p.fset)
	for _, d := range f.Decls {
		if d, ok := d.(*ast.FuncDecl); ok {
			p.decls[p.info.Defs[d.Name]] = d
		}
	}
	p.unit = p.ev.Unit(p, p.pkg)
	return p
}

func (p *program) Export(path, name string) *reflect.Value {
	for key, table := range symbols.Exports(path) {
		if v, ok := table[name]; ok && strings.HasPrefix(key, path+"/") {
			return &v
		}
	}
	return nil
}

func (p *program) Slot(o types.Object) reflect.Value { return p.slots[o] }
func (p *program) Made(*types.TypeName) reflect.Type { return nil }
func (p *program) Key(o *types.TypeName) string      { return o.Name() }
func (p *program) Body(f *types.Func) (*ast.FuncDecl, *types.Info) {
	return p.decls[f.Origin()], p.info
}
func (p *program) Shared(reflect.Type) bool { return p.alone }
func (p *program) Place(pos token.Pos) (cell string, line int) {
	return "cell[1]", p.fset.Position(pos).Line - 1
}

// function compiles a function and returns it, or why it is refused.
func (p *program) function(name string) (f reflect.Value, refused *Refusal) {
	refused = p.unit.Try(func() { f = p.unit.Func(p.pkg.Scope().Lookup(name).(*types.Func)) })
	return f, refused
}

func (p *program) call(name string, args ...any) []any {
	p.t.Helper()
	f, refused := p.function(name)
	if refused != nil {
		p.t.Fatalf("%s: %s", name, refused.Why)
	}
	var in []reflect.Value
	for _, a := range args {
		in = append(in, reflect.ValueOf(a))
	}
	var out []any
	for _, v := range f.Call(in) {
		out = append(out, v.Interface())
	}
	return out
}

// Functions are ordinary func values to compiled code, also from several
// goroutines at once.
func TestFunctionsAreCalledConcurrently(t *testing.T) {
	rt.Begin(func(*rt.Panic) {}, nil)
	p := newProgram(t, `
func fib(n int) int { if n < 2 { return n }; return fib(n-1) + fib(n-2) }
func counter() func() int { n := 0; return func() int { n++; return n } }`)
	f, refused := p.function("fib")
	if refused != nil {
		t.Fatal(refused)
	}
	fib := f.Interface().(func(int) int)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if got := fib(15); got != 610 {
				t.Errorf("fib(15) is %d", got)
			}
		})
	}
	wg.Wait()
	next := p.call("counter")[0].(func() int)
	other := p.call("counter")[0].(func() int)
	if a, b, c := next(), next(), other(); a != 1 || b != 2 || c != 1 {
		t.Errorf("counters give %d %d %d", a, b, c)
	}
}

// A type with methods implements interfaces of compiled packages, and an
// embedded error is promoted.
func TestTypesMeetCompiledInterfaces(t *testing.T) {
	rt.Begin(func(*rt.Panic) {}, nil)
	p := newProgram(t, `
import ("errors"; "fmt")
type Code int
func (c Code) String() string { return fmt.Sprint("code ", int(c)) }
func value() fmt.Stringer { return Code(7) }
type E struct { error; N int }
func (e E) Unwrap() error { return e.error }
func fail(cause error) error { return E{cause, 3} }
func plain() error { return errors.New("x") }`)
	v := p.call("value")[0]
	if got := fmt.Sprintf("%v %T %d", v, v, v); got != "code 7 main.Code 7" {
		t.Error(got)
	}
	cause := errors.New("the cause")
	err := p.call("fail", cause)[0].(error)
	if !errors.Is(err, cause) || err.Error() != "the cause" {
		t.Errorf("%v does not wrap its cause", err)
	}
}

// A panic leaves interpreted code as it came, and its place is noted.
func TestPanicsNoteTheirPlace(t *testing.T) {
	rt.Begin(func(*rt.Panic) {}, nil)
	p := newProgram(t, "func inner(s []int) int {\n\treturn s[3]\n}\nfunc outer() int { return inner(nil) }")
	f, _ := p.function("outer")
	defer func() {
		r := recover()
		if r == nil || fmt.Sprint(r) != "runtime error: index out of range [3] with length 0" {
			t.Errorf("panic %v", r)
		}
		places := Noted(r)
		if len(places) < 2 || places[0].Function != "inner" || places[0].Line != 2 || places[1].Function != "outer" {
			t.Errorf("places %v", places)
		}
	}()
	f.Call(nil)
}

// An interrupt unwinds what runs; deferred calls run, recover does not stop it.
func TestStop(t *testing.T) {
	rt.Begin(func(*rt.Panic) {}, nil)
	p := newProgram(t, `
func spin(ready chan bool, cleaned *bool) {
	defer func() { *cleaned = true; recover() }()
	ready <- true
	for { }
}`)
	f, refused := p.function("spin")
	if refused != nil {
		t.Fatal(refused)
	}
	ready, ended := make(chan bool), make(chan any)
	cleaned := false
	go func() {
		defer func() { ended <- recover() }()
		f.Call([]reflect.Value{reflect.ValueOf(ready), reflect.ValueOf(&cleaned)})
	}()
	<-ready
	rt.Stop()
	if r := <-ended; r != any(rt.Stopped) || !cleaned {
		t.Errorf("ended by %v, deferred call run: %v", r, cleaned)
	}
	rt.Begin(func(*rt.Panic) {}, nil)
}

// Endless recursion is a panic, not the end of the process.
func TestRecursionEnds(t *testing.T) {
	if testing.Short() { // as under the race detector, whose frames are larger
		t.Skip("300,000 frames")
	}
	rt.Begin(func(*rt.Panic) {}, nil)
	p := newProgram(t, "func f(n int) int { return f(n+1) + 1 }")
	f, _ := p.function("f")
	defer func() {
		if r := recover(); r != any(ErrStackOverflow) {
			t.Errorf("panic %v", r)
		}
	}()
	f.Call([]reflect.Value{reflect.ValueOf(0)})
}

// What would be another type to compiled code is refused where the difference
// could be seen, and only there.
func TestTypesThatCompiledCodeCannotTell(t *testing.T) {
	p := newProgram(t, `
import "fmt"
type P struct { X int }
func keeps() any { return []P{{1}} }
func asks(v any) bool { _, ok := v.([]P); return ok }
func prints() string { return fmt.Sprint([]P{{1}}) }
func named() any { return P{1} }
func local() int { return len([]P{{1}}) }`)
	p.alone = false
	for name, want := range map[string]bool{"keeps": true, "asks": true, "prints": false, "named": false, "local": false} {
		if _, refused := p.function(name); (refused != nil) != want {
			t.Errorf("%s is refused: %v", name, refused)
		}
	}
}

// The standard library's generic functions are interpreted from their source.
func TestLibraryGenerics(t *testing.T) {
	rt.Begin(func(*rt.Panic) {}, nil)
	p := newProgram(t, `
import ("cmp"; "slices")
type Run struct { Name string; Return float64 }
func sorted(xs []int) []int { ys := slices.Clone(xs); slices.SortFunc(ys, func(a, b int) int { return cmp.Compare(b, a) }); return ys }
func best(returns ...float64) float64 { return slices.MaxFunc(returns, cmp.Compare[float64]) }`)
	if got := fmt.Sprint(p.call("sorted", []int{2, 9, 4})...); got != "[9 4 2]" {
		t.Error(got)
	}
	if got := fmt.Sprint(p.call("best", 1.5, 7.25)...); got != "7.25" {
		t.Error(got)
	}
}
