package cell

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/scanner"
	"go/token"
	"go/types"
	"strings"
)

// maxDepth bounds what stands within what in a cell. The checker and the
// compilers walk over it recursively, and write a type's text for each level.
const maxDepth = 2000

// tooDeep adds an error where a parsed cell is nested too deeply. Chains such
// as a + b + c lean to the left and may be longer.
func tooDeep(fset *token.FileSet, f *ast.File, errs *scanner.ErrorList) {
	depth, chain := 0, 0
	var open []ast.Node
	ast.Inspect(f, func(n ast.Node) bool {
		if n != nil {
			open = append(open, n)
			if isChain(n) {
				chain++
			} else {
				depth++
			}
			if depth > maxDepth || chain > 5*maxDepth {
				errs.Add(fset.Position(n.Pos()), fmt.Sprintf("this is nested more than %d deep", maxDepth))
				depth, chain = -1<<40, -1<<40
			}
			return depth >= 0
		}
		last := open[len(open)-1]
		open = open[:len(open)-1]
		if isChain(last) {
			chain--
		} else {
			depth--
		}
		return true
	})
}

// isChain reports whether a node is a link of a chain.
func isChain(n ast.Node) bool {
	switch n.(type) {
	case *ast.BinaryExpr, *ast.SelectorExpr, *ast.CallExpr:
		return true
	}
	return false
}

// maxArrayBytes bounds the arrays and list literals of a cell. A larger one
// would end the process when it is made, not the cell.
const maxArrayBytes = 1 << 36

// TooLarge returns the first place of a checked cell where an array or a list
// literal is beyond all memory.
func (p *Plan) TooLarge(sizes types.Sizes) []types.Error {
	var out []types.Error
	for e, tv := range p.Info.Types {
		n, elem := int64(0), types.Type(nil)
		switch t := types.Unalias(tv.Type).(type) {
		case *types.Array:
			n, elem = t.Len(), t.Elem()
		case *types.Slice:
			if lit, ok := e.(*ast.CompositeLit); ok {
				n, elem = p.lastKey(lit), t.Elem()
			}
		}
		if elem == nil {
			continue
		}
		if size := leastSize(sizes, elem); size < 0 || size > 0 && n > maxArrayBytes/size {
			err := types.Error{Pos: e.Pos(), Msg: fmt.Sprintf("%d elements of type %s do not fit into memory", n, elem)}
			if len(out) == 0 || err.Pos < out[0].Pos {
				out = []types.Error{err}
			}
		}
	}
	return out
}

// leastSize is the size of a type, or 1 for one that depends on a type
// parameter.
func leastSize(sizes types.Sizes, t types.Type) int64 {
	if parametric(t) {
		return 1
	}
	return sizes.Sizeof(t)
}

// parametric reports whether the size of a type depends on a type parameter.
func parametric(t types.Type) bool {
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		return true
	}
	switch u := t.Underlying().(type) {
	case *types.Array:
		return parametric(u.Elem())
	case *types.Struct:
		for f := range u.Fields() {
			if parametric(f.Type()) {
				return true
			}
		}
	}
	return false
}

// lastKey is the largest index that a list literal names.
func (p *Plan) lastKey(lit *ast.CompositeLit) (n int64) {
	for _, x := range lit.Elts {
		if kv, ok := x.(*ast.KeyValueExpr); ok {
			if v := p.Info.Types[kv.Key].Value; v != nil {
				i, _ := constant.Int64Val(constant.ToInt(v))
				n = max(n, i)
			}
		}
	}
	return n
}

// compilerDirectives returns a cell's text with its comments to the compiler
// (//go:noinline and the like) made plain comments of the same length: where
// they stand in a cell is not where they would stand in what is compiled. What
// a cell cannot have without them is an error.
func compilerDirectives(name, text string) (string, error) {
	if !strings.Contains(text, "//go:") {
		return text, nil
	}
	fset := token.NewFileSet()
	f := fset.AddFile(name, fset.Base(), len(text))
	var sc scanner.Scanner
	sc.Init(f, []byte(text), nil, scanner.ScanComments)
	out := []byte(text)
	var errs scanner.ErrorList
	for {
		p, t, lit := sc.Scan()
		if t == token.EOF {
			break
		}
		if t != token.COMMENT || !strings.HasPrefix(lit, "//go:") {
			continue
		}
		if why := refusedDirectives[strings.Fields(lit)[0]]; why != "" {
			errs.Add(f.Position(p), why)
		}
		out[f.Offset(p)+len("//go")] = ' '
	}
	return string(out), errs.Err()
}

var refusedDirectives = map[string]string{
	"//go:embed":    "//go:embed has no effect in a cell: read the file with os.ReadFile",
	"//go:linkname": "//go:linkname has no effect in a cell: it needs a package of its own, brought in by %require",
}
