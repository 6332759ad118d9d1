package interpret

import (
	"fmt"
	"go/ast"
	"go/parser"
	"io"
	"reflect"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/traefik/yaegi/interp"

	"gomdcsan/kernel/golang/cell"
	"gomdcsan/kernel/golang/rt"
	"gomdcsan/kernel/symbols"
)

// kernelPath is the import path under which interpreted code finds the
// session: pointers to its variables, its functions and types, and helpers.
const kernelPath = "session"

// An interpreter runs lowered cells. It holds nothing of the session but names
// for it, so that it can be thrown away for a new one at any time: it never
// gives back what a cell took (2-12 KB).
type interpreter struct {
	yaegi   *interp.Interpreter
	cells   int
	aliases map[string]string
	known   map[string]bool // names made in kernelPath
	line    *atomic.Int64   // that runs
	foreign map[string]interp.Exports
	err     error
}

// cellsPerInterpreter bounds what old cells hold on to.
const cellsPerInterpreter = 150

func newInterpreter(stderr io.Writer, line *atomic.Int64, foreign map[string]interp.Exports) *interpreter {
	n := &interpreter{
		yaegi:   interp.New(interp.Options{Stdin: rt.Input(), Stdout: rt.Output(), Stderr: withoutTraces{stderr}, SourcecodeFilesystem: noFiles{}}),
		aliases: map[string]string{}, known: map[string]bool{}, line: line, foreign: foreign,
	}
	n.use(symbols.Exports("fmt")) // alone: what yaegi is given with it, it replaces (the environment, the logger)
	n.define("At", reflect.ValueOf(func(line int) {
		n.line.Store(int64(line))
		rt.Check()
	}))
	n.define("Show", reflect.ValueOf(rt.Show))
	n.define("Bool", reflect.ValueOf(func(b bool) bool { return b }))
	n.define("Exit", reflect.ValueOf(rt.Exit))
	n.define("Fatal", reflect.ValueOf(rt.Fatal))
	n.define("Fatalf", reflect.ValueOf(rt.Fatalf))
	n.define("Fatalln", reflect.ValueOf(rt.Fatalln))
	n.define("Zero", reflect.ValueOf(func(p any) { reflect.ValueOf(p).Elem().SetZero() }))
	n.define("Index", reflect.ValueOf(checkedIndex))
	n.define("Slice", reflect.ValueOf(checkedSlice))
	n.eval("import session " + strconv.Quote(kernelPath))
	return n
}

// checkedIndex panics as Go does for an index out of range.
func checkedIndex(i, n int) int {
	_ = make([]struct{}, n)[i]
	return i
}

// checkedSlice panics as Go does for bounds out of range.
func checkedSlice(lo, hi, length, capacity int) int {
	_ = make([]struct{}, length, capacity)[lo:hi]
	return lo
}

func (n *interpreter) fail(err error) {
	if n.err == nil && err != nil {
		n.err = err
	}
}

func (n *interpreter) use(e interp.Exports) { n.fail(n.yaegi.Use(e)) }

func (n *interpreter) eval(code string) (v reflect.Value) {
	defer func() {
		if r := recover(); r != nil {
			n.fail(fmt.Errorf("the interpreter: %v", r))
		}
	}()
	v, err := n.yaegi.Eval(code)
	n.fail(err)
	return v
}

// execute is eval for what has been parsed: Eval reads its source three times
// to find out what it is.
func (n *interpreter) execute(node ast.Node) (v reflect.Value) {
	if n.err != nil {
		return v
	}
	defer func() {
		if r := recover(); r != nil {
			n.fail(fmt.Errorf("the interpreter: %v", r))
		}
	}()
	p, err := n.yaegi.CompileAST(node)
	if err == nil {
		v, err = n.yaegi.Execute(p)
	}
	n.fail(err)
	return v
}

func (n *interpreter) define(name string, v reflect.Value) {
	n.known[name] = true
	n.use(interp.Exports{kernelPath + "/session": {name: v}})
}

func (n *interpreter) helper(name string) string { return "session." + name }

// alias returns the name of an imported package, importing it if need be.
func (n *interpreter) alias(path string) string {
	a, ok := n.aliases[path]
	if !ok {
		a = fmt.Sprintf("i%d", len(n.aliases))
		n.aliases[path] = a
		if t := n.foreign[path]; t != nil {
			n.use(t)
		} else if path != "fmt" {
			n.use(symbols.Exports(path))
		}
		n.eval("import " + a + " " + strconv.Quote(path))
	}
	return a
}

// typeSymbol names a compiled type of the session.
func (n *interpreter) typeSymbol(d *cell.Decl) string {
	name := "T" + d.Unit.ID + "_" + d.Names[0]
	if !n.known[name] {
		n.define(name, reflect.Zero(reflect.PointerTo(d.Unit.Types[d.Names[0]])))
	}
	return "session." + name
}

// funcSymbol names a function that calls what is in the slot.
func (n *interpreter) funcSymbol(s *cell.Slot) string {
	name := "F" + s.ID
	if !n.known[name] {
		f := s.Ptr.Elem()
		n.define(name, reflect.MakeFunc(f.Type(), func(args []reflect.Value) []reflect.Value {
			if f.Type().IsVariadic() {
				return f.CallSlice(args)
			}
			return f.Call(args)
		}))
	}
	return "session." + name
}

// pointerSymbol names a function that returns the slot's pointer.
func (n *interpreter) pointerSymbol(s *cell.Slot) string {
	name := "P" + s.ID
	if !n.known[name] {
		t := reflect.FuncOf(nil, []reflect.Type{s.Ptr.Type()}, false)
		n.define(name, reflect.MakeFunc(t, func([]reflect.Value) []reflect.Value { return []reflect.Value{s.Ptr} }))
	}
	return "session." + name
}

// compile makes a lowered cell callable.
func (n *interpreter) compile(l *lowering) (func(), error) {
	n.cells++
	name := fmt.Sprintf("cell%d", n.cells)
	var b strings.Builder
	fmt.Fprintf(&b, "package main\nfunc %s() {\n", name)
	for i, s := range l.order {
		fmt.Fprintf(&b, "p%d := %s()\n_ = p%d\n", i, n.pointerSymbol(s), i)
	}
	b.WriteString(l.out.String())
	b.WriteString("}\n")
	file, err := parser.ParseFile(n.yaegi.FileSet(), interp.DefaultSourceName, b.String(), parser.SkipObjectResolution)
	n.fail(err)
	n.execute(file)
	v := n.execute(&ast.BlockStmt{List: []ast.Stmt{&ast.ExprStmt{X: ast.NewIdent(name)}}})
	if n.err != nil {
		return nil, n.err
	}
	f, ok := v.Interface().(func())
	if !ok {
		return nil, fmt.Errorf("the interpreter: the cell became a %s", v.Type())
	}
	return f, nil
}

// withoutTraces leaves out the interpreter's own lines about a panic, whose
// positions are wrong: the engine says it better.
type withoutTraces struct{ w io.Writer }

func (t withoutTraces) Write(p []byte) (int, error) {
	if s := string(p); strings.Contains(s, ": panic: main.") || strings.Contains(s, ": panic: cell") {
		return len(p), nil
	}
	return t.w.Write(p)
}
