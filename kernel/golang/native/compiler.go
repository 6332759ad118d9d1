package native

import (
	"fmt"
	"go/types"
	"maps"
	"reflect"
	"slices"
	"strings"

	"gomdcsan/kernel/golang/cell"
	"gomdcsan/kernel/golang/toolchain"
)

// Compiler runs cells as compiled code: it writes them as units, has these
// compiled, and loads them.
type Compiler struct {
	tools   *toolchain.Toolchain
	Loaded  map[string]*loadedUnit // by id
	program string                 // the file that the cells are, "" in a session
	at      func(cell.Step)        // told what is being done
}

func New(tools *toolchain.Toolchain, program string, at func(cell.Step)) *Compiler {
	return &Compiler{tools: tools, Loaded: map[string]*loadedUnit{}, program: program, at: at}
}

// Compile makes a cell ready with the Go compiler, and with it what of the
// session is not compiled or no longer up to date.
func (n *Compiler) Compile(p *cell.Plan) (*cell.Prepared, error) {
	n.at(cell.StepEmit)
	c := p.Prepare(true)
	if c.Waits() {
		return c, nil
	}
	b := newBuilder(c, n.program)
	for _, d := range c.ToMake {
		b.declare(d)
	}
	if p.Runs() {
		b.cell()
	}
	fresh := c.SlotTypes()
	for _, sl := range slices.SortedFunc(maps.Keys(fresh), func(x, y *cell.Slot) int { return strings.Compare(x.ID, y.ID) }) {
		b.fresh[sl] = true
		b.pointer(sl, fresh[sl])
	}
	text, err := b.source()
	if err != nil {
		return nil, fmt.Errorf("this cell cannot be compiled: %w has no name outside its package", err)
	}
	n.at(cell.StepCompile)
	u, err := n.build(text, b)
	if err != nil {
		return nil, err
	}
	n.at(cell.StepLoad)
	c.Engine, c.Traced = "compiler", true
	return c, n.connect(c, b, u)
}

// Exports loads a unit that hands over what a package exports.
func (n *Compiler) Exports(pkg *types.Package) (map[string]reflect.Value, error) {
	b := newBuilder(&cell.Prepared{}, n.program)
	u, err := n.build(b.table(pkg), b)
	if err != nil {
		return nil, err
	}
	return u.handed.Table, nil
}
