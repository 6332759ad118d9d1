package cell

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"gomdcsan/kernel/golang/typetext"
	"gomdcsan/kernel/symbols"
)

// Environment is the type-checked session: all that a cell can refer to. It is
// replaced, not changed, except that new names are added to it.
type Environment struct {
	Pkg   *types.Package
	info  *types.Info
	Decls []*Decl
	Names map[string]*Decl // by each declared name
	Vars  map[string]*Variable
	stale bool // pkg no longer agrees with decls and vars
}

// Checker checks cells against environments.
type Checker struct {
	Fset     *token.FileSet
	Importer *symbols.TypeImporter
	Numbers  *numbers
}

func NewChecker(fset *token.FileSet) *Checker {
	return &Checker{Fset: fset, Importer: symbols.NewImporter(fset), Numbers: &numbers{}}
}

func NewInfo() *types.Info {
	return &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Implicits: map[ast.Node]types.Object{}, Instances: map[*ast.Ident]types.Instance{},
	}
}

// GoSizes are the compiler's.
var GoSizes = types.SizesFor("gc", runtime.GOARCH)

// Files type-checks files as more of pkg and returns all errors.
func (c *Checker) Files(pkg *types.Package, info *types.Info, files []*ast.File) []types.Error {
	var errs []types.Error
	conf := types.Config{
		Importer:  c.Importer,
		GoVersion: "go1.26",
		Sizes:     GoSizes,
		Error:     func(err error) { errs = append(errs, err.(types.Error)) },
	}
	forgetFiles(pkg.Scope())
	_ = types.NewChecker(&conf, c.Fset, pkg, info).Files(files) // it returns the first of errs
	return errs
}

// forgetFiles drops the scopes of the files that were checked before. go/types
// keeps them below the package's for ever, with all objects of their bodies,
// 2 KB for each cell that ever ran; the package's scope is searched by name,
// never by way of its children.
func forgetFiles(scope *types.Scope) {
	if children := reflect.ValueOf(scope).Elem().FieldByName("children"); children.IsValid() {
		reflect.NewAt(children.Type(), children.Addr().UnsafePointer()).Elem().SetZero()
	}
}

func NewEnvironment() *Environment {
	return &Environment{Pkg: types.NewPackage("main", "main"), info: NewInfo(), Names: map[string]*Decl{}, Vars: map[string]*Variable{}}
}

// Without returns the environment's declarations and variables, as a new stale one,
// less those that are redeclared: names, and methods that are declared again.
func (w *Environment) Without(names map[string]bool) *Environment {
	n := NewEnvironment()
	n.stale = true
	for _, d := range w.Decls {
		again := 0
		for _, name := range d.Names {
			if names[name] {
				again++
			}
		}
		switch {
		case again == 0:
			copied := *d
			n.add(&copied)
		case again < len(d.Names):
			n.add(d.blanked(names))
		}
	}
	for name, v := range w.Vars {
		if !names[name] {
			n.Vars[name] = v
		}
	}
	return n
}

// Decl returns the declaration of a name.
func (w *Environment) Decl(name string) *Decl { return w.Names[name] }

func (w *Environment) add(d *Decl) {
	w.Decls = append(w.Decls, d)
	for _, n := range d.Names {
		if n != "_" {
			w.Names[n] = d
		}
	}
}

func FileOf(imports map[string]string, decls ...ast.Decl) *ast.File {
	f := &ast.File{Name: ast.NewIdent("main")}
	for _, alias := range slices.Sorted(maps.Keys(imports)) {
		name := alias
		if alias[0] == '.' {
			name = "."
		}
		spec := &ast.ImportSpec{Name: ast.NewIdent(name), Path: &ast.BasicLit{Kind: token.STRING, Value: strconv.Quote(imports[alias])}}
		f.Imports = append(f.Imports, spec)
		f.Decls = append(f.Decls, &ast.GenDecl{Tok: token.IMPORT, Specs: []ast.Spec{spec}})
	}
	f.Decls = append(f.Decls, decls...)
	if len(decls) > 0 {
		f.Package, f.FileStart, f.FileEnd = decls[0].Pos(), decls[0].Pos(), decls[len(decls)-1].End()
	}
	return f
}

// Alias is the import name of a path in the session's own files.
func Alias(path string) string {
	var b strings.Builder
	b.WriteString("pkgꞏ")
	for _, r := range path {
		switch {
		case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		default:
			b.WriteString("ꞏ" + strconv.FormatInt(int64(r), 36))
		}
	}
	return b.String()
}

// build checks a whole environment anew. Old declarations and variables that no
// longer fit are dropped and returned as notes; errors are those of fresh.
func (c *Checker) build(w *Environment, fresh []*Decl, extra ...*ast.File) (info *types.Info, notes []Note, errs []types.Error) {
	isFresh := map[*Decl]bool{}
	for _, d := range fresh {
		isFresh[d] = true
		w.add(d)
	}
	for {
		w.Pkg, w.info = types.NewPackage("main", "main"), NewInfo()
		files, owner := w.Files(c)
		files = append(files, extra...)
		all := c.Files(w.Pkg, w.info, files)
		errs = nil
		broken := map[any]types.Error{}
		for _, e := range all {
			o := owner(e.Pos)
			if d, ok := o.(*Decl); o == nil || ok && isFresh[d] {
				errs = append(errs, e)
			} else if _, seen := broken[o]; !seen {
				broken[o] = e
			}
		}
		if len(broken) == 0 {
			break
		}
		notes = append(notes, w.drop(broken)...)
	}
	w.stale = len(errs) > 0
	for n, v := range w.Vars {
		obj := w.Pkg.Scope().Lookup(n)
		if obj == nil {
			delete(w.Vars, n)
			continue
		}
		copied := *v
		copied.Typ = obj.Type()
		w.Vars[n] = &copied
	}
	return w.info, notes, errs
}

// Note is something of the session that no longer fits, what becomes of it,
// and why.
type Note struct {
	What, Fate string
	Err        types.Error
}

const gone = "no longer fits and is gone"

func (w *Environment) drop(broken map[any]types.Error) []Note {
	var out []Note
	keep := w.Decls
	w.Decls, w.Names = nil, map[string]*Decl{}
	for _, d := range keep {
		if e, bad := broken[d]; bad {
			out = append(out, Note{strings.Join(d.Names, ", "), gone, e})
			continue
		}
		w.add(d)
	}
	for _, n := range slices.Sorted(maps.Keys(w.Vars)) {
		if e, bad := broken[w.Vars[n]]; bad {
			out = append(out, Note{n, gone, e})
			delete(w.Vars, n)
		}
	}
	return out
}

// Files returns the environment as files to check, and whose a position is.
func (w *Environment) Files(c *Checker) ([]*ast.File, func(token.Pos) any) {
	type span struct {
		pos, end token.Pos
		who      any
	}
	var spans []span
	var out []*ast.File
	for _, d := range w.Decls {
		out = append(out, d.file())
		spans = append(spans, span{d.Node.Pos(), d.Node.End(), d})
	}
	for _, n := range slices.Sorted(maps.Keys(w.Vars)) {
		v := w.Vars[n]
		if !typetext.Mentions(v.Typ, SessionType) {
			w.Pkg.Scope().Insert(types.NewVar(token.NoPos, w.Pkg, n, v.Typ))
			continue
		}
		f, err := c.varFile(v)
		if err != nil {
			continue // it cannot be named; the variable is dropped by its use
		}
		out = append(out, f)
		spans = append(spans, span{f.Pos(), f.End(), v})
	}
	return out, func(p token.Pos) any {
		for _, s := range spans {
			if s.pos <= p && p <= s.end {
				return s.who
			}
		}
		return nil
	}
}

// SessionType reports whether a type is declared in a cell.
func SessionType(t *types.TypeName) bool { return t.Pkg() != nil && t.Pkg().Path() == "main" }

// varFile declares a variable whose type names types of the session.
func (c *Checker) varFile(v *Variable) (*ast.File, error) {
	imports := map[string]string{}
	tw := typetext.Writer{
		Name: func(t *types.TypeName) string {
			if SessionType(t) {
				return t.Name()
			}
			imports[Alias(t.Pkg().Path())] = t.Pkg().Path()
			return Alias(t.Pkg().Path()) + "." + t.Name()
		},
		Field:  func(f *types.Var) string { return f.Name() },
		Method: func(f *types.Func) string { return f.Name() },
	}
	text, err := tw.Text(v.Typ)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	b.WriteString("package main;")
	for _, a := range slices.Sorted(maps.Keys(imports)) {
		b.WriteString("import " + a + " " + strconv.Quote(imports[a]) + ";")
	}
	b.WriteString("var " + v.Name + " " + text)
	return parser.ParseFile(c.Fset, "session", b.String(), parser.SkipObjectResolution)
}

// signature of a function or method of the environment.
func (w *Environment) signature(d *Decl) *types.Signature { return w.Function(d).Signature() }

func (w *Environment) Function(d *Decl) *types.Func {
	if d.Kind == FuncDecl {
		return w.Pkg.Scope().Lookup(d.Names[0]).(*types.Func)
	}
	_, name, _ := strings.Cut(d.Names[0], ".")
	n := types.Unalias(w.Pkg.Scope().Lookup(d.recv).Type()).(*types.Named)
	for m := range n.Methods() {
		if m.Name() == name {
			return m
		}
	}
	panic("golang: method " + d.Names[0] + " has no type")
}
