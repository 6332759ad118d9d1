package sessiongen

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Session is a list of cells. The seed says which.
type Session struct {
	Seed  int
	Cells []*Cell
	Forms []string // whose templates it is made of, by name
}

// Cell is the text of one, and what the truth needs to know of it.
type Cell struct {
	Code    string
	imports []string
	decls   []string // of types, constants, functions and methods
	vars    []variable
	body    []string // the statements, as the program has them
	value   string   // the last expression
	refused string   // what the compiler is to refuse; there is nothing else then
	again   int      // this cell is that one once more, if not -1
	lines   []string // of Code
	closed  bool     // nothing follows its value
}

type variable struct{ name, typ string }

// Result is what a cell did: its values as they are shown, or the message of
// its panic, or that of the compiler.
type Result struct {
	Output, Value, Panic, Refused string
	Failed                        bool // it panics, or is refused
}

// Sessions makes those of the seeds first to first+n-1.
func Sessions(first, n int) []*Session {
	out := make([]*Session, n)
	for i := range out {
		out[i] = New(first + i)
	}
	return out
}

// New makes the session of a seed, of two to six cells, or a few more
// where its forms need them. It has a form whose
// turn it is, so that consecutive seeds have all of them, and others by chance.
func New(seed int) *Session {
	g := &generator{
		r:   rand.New(rand.NewPCG(uint64(seed), 14)),
		s:   &Session{Seed: seed},
		env: map[string][]string{}, funcs: map[string][]function{},
	}
	g.begin()
	all := Forms()
	turn := all[seed%len(all)]
	g.most = maxCells - turn.cells()
	for i, f := range []Form{all[g.r.IntN(len(all))], turn, all[g.r.IntN(len(all))], all[g.r.IntN(len(all))]} {
		if i == 1 {
			g.most = maxCells
		}
		if i == 1 || len(g.s.Cells)+f.cells() <= g.most {
			g.use(f)
		}
	}
	g.finish()
	return g.s
}

const minCells, maxCells = 2, 6

// Forms are all of them, in the order of the spec.
func Forms() []Form {
	var out []Form
	for _, list := range [][]Form{typeForms, interfaceForms, declarationForms, againForms, genericForms, expressionForms, operatorForms, callForms, constantForms, statementForms, deferForms, loopForms, channelForms, acrossForms, libraryForms} {
		out = append(out, list...)
	}
	return out
}

// Form is a template for what headings of the spec name.
type Form struct {
	Name     string
	Headings string // separated by commas
	Text     string
	Private  bool // its variables are not for other forms, its cells not to run again
}

// cells returns how many cells a form needs at least.
func (f Form) cells() int {
	return strings.Count(f.Text, "\n===") + strings.Count(f.Text, "\nagain") + 2*strings.Count(f.Text, "\nrefuse")
}

// generator makes a session.
type generator struct {
	r     *rand.Rand
	s     *Session
	cell  *Cell
	names int
	most  int                   // cells, for now
	env   map[string][]string   // names of variables by type
	funcs map[string][]function // by result
	again []bool                // which cells may run again
}

type function struct{ name, param string }

// begin starts a cell, unless the last one is empty.
func (g *generator) begin() {
	if g.cell != nil && len(g.cell.lines) == 0 {
		return
	}
	g.cell = &Cell{again: -1}
	g.s.Cells = append(g.s.Cells, g.cell)
	g.again = append(g.again, true)
}

// cut begins a new cell at random.
func (g *generator) cut() {
	if g.cell.closed || len(g.s.Cells) < g.most && g.r.IntN(2) == 0 {
		g.begin()
	}
}

// finish ends the session: with a value, sometimes with a cell that runs again.
func (g *generator) finish() {
	if g.cell.closed || len(g.s.Cells) < minCells {
		g.begin()
	}
	if g.r.IntN(2) == 0 {
		g.show(g.expr([]string{"int", "string", "float64", "bool"}[g.r.IntN(4)], 2))
	}
	if len(g.cell.lines) == 0 {
		g.statement("fmt.Println(" + g.expr("int", 2) + ")")
	}
	if i := g.r.IntN(len(g.s.Cells)); g.again[i] && len(g.s.Cells) < maxCells && g.r.IntN(3) == 0 {
		g.rerun(i)
	}
	for _, c := range g.s.Cells {
		if c.again < 0 {
			c.Code = strings.Join(c.lines, "\n")
		} else {
			c.Code = g.s.Cells[c.again].Code
		}
	}
}

// rerun runs cell i once more.
func (g *generator) rerun(i int) {
	g.begin()
	g.cell.again, g.cell.lines, g.cell.closed = i, []string{"again"}, true
}

// String is the session with its cells parted by lines of dashes.
func (s *Session) String() string {
	var parts []string
	for _, c := range s.Cells {
		parts = append(parts, c.Code)
	}
	return fmt.Sprintf("seed %d, %s\n%s", s.Seed, strings.Join(s.Forms, ", "), strings.Join(parts, "\n---\n"))
}
