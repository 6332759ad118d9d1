package native

import (
	"fmt"
	"go/token"
	"go/types"
	"strings"

	"gomdcsan/kernel/golang/cell"
	"gomdcsan/kernel/golang/typetext"
)

// table writes a unit that hands over what a package exports. Generic functions
// and types have no value, and constants are written where they are used.
func (b *unitBuilder) table(pkg *types.Package) string {
	name := b.pkg(pkg.Path())
	value := cell.Alias("reflect") + ".ValueOf"
	var rows strings.Builder
	for _, n := range pkg.Scope().Names() {
		if !token.IsExported(n) {
			continue
		}
		row := ""
		switch o := pkg.Scope().Lookup(n).(type) {
		case *types.Func:
			if o.Signature().TypeParams().Len() == 0 {
				row = fmt.Sprintf("%s(%s.%s)", value, name, n)
			}
		case *types.Var:
			row = fmt.Sprintf("%s(&%s.%s).Elem()", value, name, n)
		case *types.TypeName:
			if !typetext.IsGeneric(o) && !typetext.IsConstraint(o.Type()) {
				row = fmt.Sprintf("%s((*%s.%s)(nil))", value, name, n)
			}
		}
		if row != "" {
			fmt.Fprintf(&rows, "%q: %s,\n", n, row)
		}
	}
	if rows.Len() == 0 {
		name = "_"
	}
	return fmt.Sprintf("package main\nimport %s %q\nimport %s \"reflect\"\nimport %s %q\nfunc Unitꞏ() *%s {\nu := %s\nu.Table = map[string]%s.Value{\n%s}\nreturn u\n}\nfunc main() {}\n",
		cell.Alias(RtPath), RtPath, cell.Alias("reflect"), name, pkg.Path(), b.rt("Unit"), b.rt("NewUnit()"), cell.Alias("reflect"), rows.String())
}
