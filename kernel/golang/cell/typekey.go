package cell

import (
	"fmt"
	"go/types"
	"strings"

	"gomdcsan/kernel/golang/typetext"
)

// Declarations are those of an environment, or of one and a cell.
type Declarations interface{ Decl(name string) *Decl }

// TypeKey writes a type so that it can be compared across environments.
func TypeKey(names Declarations, t types.Type) string {
	tw := typetext.Writer{
		Name: func(n *types.TypeName) string {
			if d := names.Decl(n.Name()); SessionType(n) && d != nil {
				return fmt.Sprintf("%s#%d", n.Name(), d.Version)
			}
			return n.Pkg().Path() + "." + n.Name()
		},
		Field:  func(f *types.Var) string { return f.Id() },
		Method: func(f *types.Func) string { return f.Id() },
	}
	text, _ := tw.Text(t)
	return text
}

// layout describes what a type is in memory: the names of the session's types
// do not matter, what they stand for does.
func layout(t types.Type) string {
	open := map[*types.TypeName]bool{}
	var tw *typetext.Writer
	tw = &typetext.Writer{
		Name: func(n *types.TypeName) string {
			if !SessionType(n) {
				return n.Pkg().Path() + "." + n.Name()
			}
			if open[n] {
				return n.Name()
			}
			open[n] = true
			inner := *tw
			inner.B = strings.Builder{}
			inner.Write(n.Type().Underlying())
			return "(" + inner.B.String() + ")"
		},
		Field:  func(f *types.Var) string { return f.Name() },
		Method: func(f *types.Func) string { return f.Name() },
	}
	text, _ := tw.Text(t)
	return text
}
