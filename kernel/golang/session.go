package golang

import (
	"fmt"
	"go/token"
	"io"
	"log"
	"reflect"
	"slices"
	"sync"

	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/golang/assist"
	"gomdcsan/kernel/golang/cell"
	"gomdcsan/kernel/golang/interpret"
	"gomdcsan/kernel/golang/native"
	"gomdcsan/kernel/golang/patch"
	"gomdcsan/kernel/golang/toolchain"
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
// environment and the import table: completion reads them while a cell runs.
type session struct {
	mu      sync.Mutex
	checker *cell.Checker
	env     *cell.Environment
	imports map[string]string // by name

	tools        *toolchain.Toolchain
	native       *native.Compiler
	interpreters *interpret.Interpreters
	told         bool // that functions are interpreted
	history      history
	stderr       io.Writer
	program      string          // the file that the cells are, "" in a session
	source       *cell.Source    // checked last: what runs, or has run
	journal      engine.Journal  // what has run, for tracebacks and %save
	ran          map[string]int  // how many cells each engine has run
	step         cell.Step       // that the engine is in
	plant        func(cell.Step) // called at each step: tests plant faults by it
}

func newSession(o Options) *session {
	s := &session{ran: map[string]int{}, checker: cell.NewChecker(token.NewFileSet()), env: cell.NewEnvironment(), imports: preloadedNames(), stderr: o.Stderr, program: o.Program}
	s.tools = toolchain.New(o.toolchain())
	s.native = native.New(s.tools, o.Program, s.at)
	s.interpreters = interpret.New(s.checker, o.Stderr)
	return s
}

// preloadedNames are the names under which cells can use packages at once.
func preloadedNames() map[string]string {
	names := map[string]string{}
	for _, p := range symbols.Packages() {
		if slices.Contains(preloaded, p.Path) {
			names[p.Name] = p.Path
		}
	}
	return names
}

// compile makes a checked cell ready, by the one engine that its kind is for:
//
//	yaegi         statements that lowering has a rule for
//	package eval  other statements without loops and function literals
//	the compiler  all else: declarations of functions and types above all
//
// Without a toolchain, package eval takes the compiler's place.
func (s *session) compile(p *cell.Plan, force path) (*cell.Prepared, error) {
	declares := len(p.Fresh)+len(p.InitFuncs) > 0
	compiled := declares || p.Env.Pending() || p.AsksItsPlace(log.Flags()&(log.Lshortfile|log.Llongfile) != 0)
	if force == pathAuto && compiled && s.tools.Ready() {
		force = pathNative
	}
	if force == pathNative {
		return s.compileNative(p)
	}
	if !declares {
		s.at(cell.StepLower)
		if c, refused := s.interpreters.Statements(p, s.tools.Ready); refused == nil {
			return c, nil
		}
	}
	s.at(cell.StepEvaluate)
	shared := func(t reflect.Type) bool { return force == pathInterpret || patch.Linked(t) || !s.tools.Ready() }
	if force == pathInterpret || p.Brief() && !p.Rebuilt || !s.tools.Ready() {
		c, refused := s.interpreters.Evaluate(p, shared)
		if refused == nil {
			s.tell(p, force)
			return c, nil
		}
		if force == pathInterpret || !s.tools.Ready() {
			return nil, s.refused(p, refused)
		}
	}
	return s.compileNative(p)
}

func (s *session) compileNative(p *cell.Plan) (*cell.Prepared, error) {
	if !s.tools.Ready() {
		return nil, s.refused(p, &interpret.Refusal{Pos: p.Src.Start(), Why: "this cell is to be compiled"})
	}
	return s.native.Compile(p)
}

// tell says once that functions are interpreted since there is no compiler.
func (s *session) tell(p *cell.Plan, force path) {
	if force == pathInterpret || s.told || p.Brief() && len(p.Fresh) == 0 {
		return
	}
	s.told = true
	fmt.Fprintf(s.stderr, "note: functions are interpreted, which takes up to fifty times as long as compiled code: %s\n", s.tools.Missing())
}

// commit makes the cell's declarations and variables the session's.
func (s *session) commit(c *cell.Prepared) []cell.Note {
	s.mu.Lock()
	defer s.mu.Unlock()
	var notes []cell.Note
	s.env, notes = s.checker.Commit(c)
	s.imports = c.Plan.Imports
	if c.Engine != "" {
		s.ran[c.Engine]++
	}
	return notes
}

// read calls f with what the session knows, which does not change meanwhile.
func (s *session) read(f func(assist.View)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(assist.View{Checker: s.checker, Env: s.env, Imports: s.imports})
}
