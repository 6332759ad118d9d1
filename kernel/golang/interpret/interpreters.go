package interpret

import (
	"go/token"
	"go/types"
	"io"
	"reflect"
	"sync/atomic"

	"gomdcsan/kernel/golang/cell"
	"gomdcsan/kernel/golang/eval"
)

// Interpreters run cells without the Go compiler: yaegi the statements that
// lowering has a rule for, package eval all else.
type Interpreters struct {
	Tables    *tables
	Yaegi     *interpreter // nil before it is needed
	evaluator *eval.Evaluator
	fset      *token.FileSet
	stderr    io.Writer
	Line      atomic.Int64 // that yaegi runs
}

func New(c *cell.Checker, stderr io.Writer) *Interpreters {
	n := &Interpreters{Tables: newTables(), evaluator: eval.New(), fset: c.Fset, stderr: stderr}
	n.evaluator.Import(c.Importer, c.Fset)
	return n
}

// Refusal says why an engine has no rule for a cell.
type Refusal struct {
	Pos token.Pos
	Why string
}

// Forget drops what yaegi may have half of.
func (n *Interpreters) Forget() { n.Yaegi = nil }

// AddPackage makes a package known that a cell brought in.
func (n *Interpreters) AddPackage(path, name string, exports map[string]reflect.Value) {
	n.Tables.add(path, name, exports)
}

// interpreter returns one that is not too full.
func (n *Interpreters) interpreter() *interpreter {
	if n.Yaegi == nil || n.Yaegi.cells >= cellsPerInterpreter || n.Yaegi.err != nil {
		n.Yaegi = newInterpreter(n.stderr, &n.Line, n.Tables.foreign)
	}
	return n.Yaegi
}

// Statements makes a cell ready for yaegi. Loops within loops are refused if
// they can be compiled.
func (n *Interpreters) Statements(p *cell.Plan, compiler func() bool) (*cell.Prepared, *Refusal) {
	c := &cell.Prepared{Plan: p, VarSlots: map[types.Object]*cell.Slot{}}
	for _, v := range p.Vars {
		if c.VarSlots[v] = p.Kept(v); c.VarSlots[v] != nil {
			continue
		}
		t := n.Tables.ReflectType(p, v.Type())
		if t == nil {
			return nil, &Refusal{v.Pos(), "a variable of type " + v.Type().String()}
		}
		c.VarSlots[v] = &cell.Slot{ID: p.Numbers.SlotID(v.Name()), Ptr: reflect.New(t)}
	}
	yaegi := n.interpreter()
	l, refused := n.lower(c, yaegi, compiler)
	if refused != nil {
		return nil, refused
	}
	run, err := yaegi.compile(l)
	if err != nil {
		n.Forget()
		return nil, &Refusal{p.Src.Start(), err.Error()}
	}
	c.Engine, c.Run = "yaegi", run
	return c, nil
}
