package golang

import (
	"fmt"
	"go/ast"
	"go/scanner"
	"go/token"
	"go/types"
	"io"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/traefik/yaegi/interp"

	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/golang/eval"
	"gomdcsan/kernel/symbols"
)

// preloaded are the packages that cells can use without an import line. A name
// that the session defines hides one.
var preloaded = []string{
	"fmt", "math", "math/rand/v2", "os", "strings", "strconv", "sort", "slices", "maps", "errors", "time", "sync", "context", "log", "flag", "bytes",
	"gomdcsan/mdcsan", "gomdcsan/plotting", "gomdcsan/kernel/display",
	"gonum.org/v1/gonum/mat", "gonum.org/v1/gonum/stat", "gonum.org/v1/gonum/floats",
	"gonum.org/v1/plot", "gonum.org/v1/plot/plotter", "gonum.org/v1/plot/vg",
}

// session is what the cells of one engine have built up. Its mutex guards the
// world and the import table: completion reads them while a cell runs.
type session struct {
	mu      sync.Mutex
	checker *checker
	world   *world
	imports map[string]string // by name

	interp        *interpreter
	native        *native
	evaluator     *eval.Evaluator
	told          bool // that functions are interpreted
	history       history
	tables        map[string]map[string]reflect.Value
	foreignTables map[string]interp.Exports // of packages that cells brought in
	stderr        io.Writer
	line          atomic.Int64 // that an interpreted cell runs
	slots         int
	version       int
	program       string         // the file that the cells are, "" in a session
	source        *source        // checked last: what runs, or has run
	journal       engine.Journal // what has run, for tracebacks and %save
	step          step           // that the engine is in
	plant         func(step)     // called at each step: tests plant faults by it
}

func newSession(stderr io.Writer) *session {
	fset := token.NewFileSet()
	s := &session{
		checker: &checker{fset: fset, importer: symbols.NewImporter(fset)},
		world:   newWorld(), imports: map[string]string{}, tables: map[string]map[string]reflect.Value{},
		stderr:        stderr,
		evaluator:     eval.New(),
		foreignTables: map[string]interp.Exports{},
	}
	s.evaluator.Import(s.checker.importer, fset)
	for _, p := range symbols.Packages() {
		for _, path := range preloaded {
			if p.Path == path {
				s.imports[p.Name] = path
			}
		}
	}
	return s
}

// interpreter returns one that is not too full.
func (s *session) interpreter() *interpreter {
	if s.interp == nil || s.interp.cells >= cellsPerInterpreter || s.interp.err != nil {
		s.interp = newInterpreter(s.stderr, &s.line, s.foreignTables)
	}
	return s.interp
}

// compiled is a cell that is ready to run.
type compiled struct {
	plan        *plan
	made        map[types.Object]*slot
	run         func()
	traced      bool   // a panic's stack names its lines
	mustCompile bool   // values that it makes would not be the same to compiled code
	why         string // it is compiled and not interpreted

	changes   []change
	functions []assignment
}

// compile makes a checked cell ready, interpreted if the gate lets it through,
// and else by the Go compiler.
func (s *session) compile(p *plan, force path) (*compiled, error) {
	s.version++
	c := &compiled{plan: p, made: map[types.Object]*slot{}}
	if force == pathAuto && p.world.pending() && s.native.ready() {
		force = pathNative
	}
	if force == pathAuto && p.brief() && s.evaluate(c) {
		return c, nil
	}
	if force == pathAuto && c.mustCompile {
		force = pathNative
	}
	if force != pathNative {
		refused := s.interpret(c)
		if refused == nil {
			return c, nil
		}
		c.why = refused.why
		if force == pathInterpret || !s.native.ready() {
			c.made = map[types.Object]*slot{}
			if refused = s.evaluateUnit(c); refused != nil {
				return nil, s.refused(p, refused)
			}
			s.tell(force)
			return c, nil
		}
	}
	if !s.native.ready() {
		return nil, s.refused(p, &refusal{p.src.start(), "this cell is to be compiled"})
	}
	c.made = map[types.Object]*slot{}
	if err := s.compileUnit(c); err != nil {
		return nil, err
	}
	return c, nil
}

// tell says once that functions are interpreted since there is no compiler.
func (s *session) tell(force path) {
	if force == pathInterpret || s.told {
		return
	}
	s.told = true
	fmt.Fprintf(s.stderr, "note: functions are interpreted, which takes up to fifty times as long as compiled code: %s\n", s.native.missing())
}

// evaluate makes a cell of statements ready by package eval, and reports
// whether that has a rule for all that is in it; if not, nothing has changed.
func (s *session) evaluate(c *compiled) bool {
	if len(c.plan.fresh) > 0 || c.plan.slow || c.plan.world.pending() {
		return false
	}
	made := c.made
	c.made = map[types.Object]*slot{}
	if s.evaluateUnit(c) == nil {
		return true
	}
	c.made = made
	return false
}

// brief reports whether nothing in a cell can run often enough for compiled
// code to make up for the time of compiling: it has neither loops nor function
// literals.
func (p *plan) brief() bool {
	brief := true
	for _, s := range p.src.statements() {
		ast.Inspect(s, func(n ast.Node) bool {
			switch n.(type) {
			case *ast.ForStmt, *ast.RangeStmt, *ast.FuncLit, *ast.LabeledStmt:
				brief = false
			}
			return brief
		})
	}
	return brief && len(p.starts) == 0
}

// interpret makes a cell ready for the interpreter.
func (s *session) interpret(c *compiled) *refusal {
	s.at(stepLower)
	p := c.plan
	for _, v := range p.vars {
		if sl := s.kept(p, v); sl != nil {
			c.made[v] = sl
			continue
		}
		t := s.reflectType(p, v.Type())
		if t == nil {
			return &refusal{v.Pos(), "a variable of type " + v.Type().String()}
		}
		c.made[v] = &slot{id: s.newSlotID(v.Name()), ptr: reflect.New(t)}
	}
	n := s.interpreter()
	l, refused := s.lower(p, c.made)
	if refused != nil {
		return refused
	}
	if s.evaluate(c) { // in a third of the time
		return nil
	}
	if c.mustCompile {
		return &refusal{p.src.start(), "a value in an interface whose type is made for this cell"}
	}
	run, err := n.compile(l)
	if err != nil {
		s.interp = nil // it may have half of the cell
		return &refusal{token.NoPos, err.Error()}
	}
	c.run = run
	return nil
}

// kept returns the slot that a redefined variable keeps: its type is the same.
func (s *session) kept(p *plan, v *types.Var) *slot {
	old := s.world.vars[v.Name()]
	if old == nil || old.slot == nil {
		return nil
	}
	if p.world == s.world && types.Identical(old.typ, v.Type()) || s.typeKey(s.world, old.typ) == s.typeKey(p, v.Type()) {
		return old.slot
	}
	return nil
}

// declarations are those of a world, or of a world and a cell.
type declarations interface{ decl(name string) *decl }

// typeKey writes a type so that it can be compared across worlds.
func (s *session) typeKey(names declarations, t types.Type) string {
	tw := typeWriter{
		name: func(n *types.TypeName) string {
			if d := names.decl(n.Name()); sessionType(n) && d != nil {
				return fmt.Sprintf("%s#%d", n.Name(), d.version)
			}
			return n.Pkg().Path() + "." + n.Name()
		},
		field: func(f *types.Var) string { return f.Id() },
		meth:  func(f *types.Func) string { return f.Id() },
	}
	text, _ := tw.text(t)
	return text
}

// commit makes the cell's declarations and variables the session's.
func (s *session) commit(c *compiled) (misfits []misfit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := c.plan
	w := p.world
	if !p.slow {
		for _, d := range p.fresh {
			w.add(d)
			w.remember(p.info, d.node)
		}
	}
	for _, d := range p.fresh {
		p.canonicalImports(d)
	}
	for _, ch := range c.changes {
		ch.decl.unit, ch.decl.slot = ch.unit, ch.slot
	}
	misfits = append(p.hidden, p.misfits...)
	replaced := map[string]bool{}
	for _, v := range p.vars {
		name := v.Name()
		old := w.vars[name]
		inScope := w.pkg.Scope().Lookup(name)
		switch {
		case old != nil && old.slot == c.made[v]:
			continue
		case inScope == nil:
			w.pkg.Scope().Insert(types.NewVar(v.Pos(), w.pkg, name, v.Type()))
		case inScope != v && !types.Identical(inScope.Type(), v.Type()) || w.names[name] != nil:
			replaced[name] = true
		}
		w.vars[name] = &variable{name: name, typ: v.Type(), slot: c.made[v], cell: p.src.count}
	}
	if len(replaced) > 0 {
		vars := w.vars
		w = w.without(replaced)
		for n := range replaced {
			w.vars[n] = vars[n]
		}
		_, more, _ := s.checker.build(w, nil)
		misfits = append(misfits, more...)
		w.outdate(replaced)
	}
	for _, f := range c.functions {
		f.slot.ptr.Elem().Set(f.value)
	}
	s.world = w
	for n := range p.names {
		delete(p.imports, n)
	}
	s.imports = p.imports
	return misfits
}

// refersTo reports whether anyone may ask where something in a cell stands,
// now that it has run: it declared what the session still knows by this place,
// or made a function that lives on.
func (s *session) refersTo(p *plan) bool {
	if len(p.fresh) > 0 {
		return true
	}
	for _, v := range p.vars {
		if o := s.world.pkg.Scope().Lookup(v.Name()); o == nil || p.src.offset(o.Pos()) >= 0 {
			return true
		}
	}
	makes := false
	if len(p.vars) > 0 && p.src.body != nil {
		ast.Inspect(p.src.body, func(n ast.Node) bool {
			_, isFunc := n.(*ast.FuncLit)
			makes = makes || isFunc
			return !makes
		})
	}
	return makes
}

// outdate marks the functions that refer to names which are another variable
// now: what they were compiled to still refers to the old one.
func (w *world) outdate(names map[string]bool) {
	for _, d := range w.decls {
		ast.Inspect(d.node, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && names[id.Name] {
				if o := w.info.Uses[id]; o != nil && o.Parent() == w.pkg.Scope() {
					d.unit = nil
				}
			}
			return d.unit != nil
		})
	}
}

// pending reports whether functions wait to be compiled again.
func (w *world) pending() bool {
	for _, d := range w.decls {
		if d.unit == nil && (d.kind == funcDecl || d.kind == methodDecl) {
			return true
		}
	}
	return false
}

// remember copies what is known of a declaration's nodes.
func (w *world) remember(info *types.Info, n ast.Node) {
	if info == w.info {
		return
	}
	ast.Inspect(n, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.Ident:
			if o, ok := info.Defs[x]; ok {
				w.info.Defs[x] = o
			}
			if o, ok := info.Uses[x]; ok {
				w.info.Uses[x] = o
			}
			if i, ok := info.Instances[x]; ok {
				w.info.Instances[x] = i
			}
		case *ast.SelectorExpr:
			if sel, ok := info.Selections[x]; ok {
				w.info.Selections[x] = sel
			}
		}
		if e, ok := n.(ast.Expr); ok {
			if tv, ok := info.Types[e]; ok {
				w.info.Types[e] = tv
			}
		}
		if n != nil {
			if o, ok := info.Implicits[n]; ok {
				w.info.Implicits[n] = o
			}
		}
		return true
	})
}

// canonicalImports renames the packages that a declaration names to aliases
// that no later cell can shadow.
func (p *plan) canonicalImports(d *decl) {
	d.imports = map[string]string{}
	ast.Inspect(d.node, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		switch o := p.info.Uses[id].(type) {
		case *types.PkgName:
			path := o.Imported().Path()
			id.Name = alias(path)
			d.imports[id.Name] = path
		case nil:
		default:
			if o.Pkg() != nil && o.Pkg().Path() != "main" && p.imports["."+o.Pkg().Path()] != "" {
				d.imports["."+o.Pkg().Path()] = o.Pkg().Path()
			}
		}
		return true
	})
}

// compileErrors are what the checker says of a cell, as the user sees it.
func (s *session) compileErrors(src *source, errs []types.Error) *engine.Error {
	e := &engine.Error{Name: "compile error"}
	const most = 10
	shown := 0
	for i, err := range errs {
		if strings.HasPrefix(err.Msg, "\t") && i > 0 { // belongs to the one before
			p := s.checker.fset.Position(err.Pos)
			e.Traceback = append(e.Traceback, fmt.Sprintf("    %s: %s", p, err.Msg[1:]))
			continue
		}
		if shown++; shown > most {
			e.Traceback = append(e.Traceback, fmt.Sprintf("and %d more errors", len(errs)-i))
			break
		}
		s.addError(e, src, s.checker.fset.Position(err.Pos), err.Msg+missingImport(err.Msg))
	}
	return e
}

// missingImport says which packages of the standard library an undefined name
// may mean.
func missingImport(msg string) string {
	name, ok := strings.CutPrefix(msg, "undefined: ")
	if !ok {
		return ""
	}
	var lines []string
	for _, p := range symbols.Packages() {
		if p.Name == name && !strings.Contains(p.Path, "internal/") {
			lines = append(lines, "import "+strconv.Quote(p.Path))
		}
	}
	if len(lines) == 0 {
		return ""
	}
	return " (" + strings.Join(lines, " or ") + ")"
}

func (s *session) syntaxErrors(src *source, list scanner.ErrorList) *engine.Error {
	e := &engine.Error{Name: "syntax error"}
	for i, err := range list {
		if i == 10 {
			e.Traceback = append(e.Traceback, fmt.Sprintf("and %d more errors", len(list)-i))
			break
		}
		s.addError(e, src, err.Pos, err.Msg)
	}
	return e
}

// addError adds a message with its line of source, underlined.
func (s *session) addError(e *engine.Error, src *source, p token.Position, msg string) {
	msg = shortened(msg)
	line := fmt.Sprintf("%s: %s", p, msg)
	if e.Value == "" {
		e.Value = line
	} else {
		e.Value += "\n" + line
	}
	e.Traceback = append(e.Traceback, bold(red(p.String()+":"))+" "+bold(msg))
	text, known := src.lineOf(p.Filename, p.Line)
	if !known {
		text, known = s.lineOf(p.Filename, p.Line)
	}
	if known {
		e.Traceback = append(e.Traceback, underlined(text, p.Column)...)
	}
}

// underlined shows a line of source, or the part of a long one, with a mark
// below a column.
func underlined(line string, col int) []string {
	line, col = excerpt(line, col)
	text := strings.ReplaceAll(line, "\t", "    ")
	if col < 1 || col > len(line)+1 {
		return []string{"    " + text}
	}
	pad := strings.ReplaceAll(line[:col-1], "\t", "    ")
	n := 1
	for col-1+n < len(line) && isWord(line[col-1]) && isWord(line[col-1+n]) {
		n++
	}
	return []string{"    " + text, "    " + strings.Repeat(" ", len([]rune(pad))) + red(strings.Repeat("^", n))}
}

// excerpt cuts a long line to what is around a column.
func excerpt(line string, col int) (string, int) {
	const before, width = 100, 200
	if len(line) <= width || col < 1 || col > len(line)+1 {
		return line[:min(len(line), width)], col
	}
	from := max(0, col-1-before)
	line = line[from:min(from+width, len(line))]
	if from == 0 {
		return strings.ToValidUTF8(line, ""), col
	}
	return "..." + strings.ToValidUTF8(line, " "), col - from + len("...")
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func red(s string) string  { return "\x1b[31m" + s + "\x1b[0m" }
func bold(s string) string { return "\x1b[1m" + s + "\x1b[0m" }

// refused says what the interpreter will not do, and what to do instead.
func (s *session) refused(p *plan, r *refusal) *engine.Error {
	e := &engine.Error{Name: "not interpreted"}
	s.addError(e, p.src, s.checker.fset.Position(r.pos), r.why+", and "+s.native.missing())
	return e
}
