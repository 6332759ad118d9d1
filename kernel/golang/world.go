package golang

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

	"gomdcsan/kernel/symbols"
)

// kind of a declaration.
type kind uint8

const (
	constDecl kind = iota
	typeDecl
	funcDecl
	methodDecl
)

// decl is one declaration of the session: a function, a method, a type, or a
// group of constants.
type decl struct {
	kind    kind
	names   []string // what it declares; "T.Scale" for a method
	recv    string   // a method's base type
	src     *source
	node    ast.Decl          // its PkgName identifiers are renamed to aliases once it is committed
	imports map[string]string // alias -> path
	generic bool              // a generic function or type, or a method of one

	unit    *unit  // where it is compiled, nil if it is not (yet)
	slot    *slot  // of a function or a method: what calls go through
	version int    // of a type: another one is another type
	key     string // of a function: its signature; of a type: its methods
}

// A slot holds the value of a variable or function of the session. Compiled
// and interpreted code both reach it through ptr.
type slot struct {
	id   string        // unique in the session, an identifier
	ptr  reflect.Value // *T
	from *slot         // it is to be this slot's memory, under a type that was compiled anew
}

// variable is a variable of the session.
type variable struct {
	name string
	typ  types.Type
	slot *slot
	cell int
}

// world is the type-checked session: all that a cell can refer to. It is
// replaced, not changed, except that new names are added to it.
type world struct {
	pkg   *types.Package
	info  *types.Info
	decls []*decl
	names map[string]*decl // by each declared name
	vars  map[string]*variable
	stale bool // pkg no longer agrees with decls and vars
}

// checker checks cells against worlds.
type checker struct {
	fset     *token.FileSet
	importer *symbols.TypeImporter
}

func newInfo() *types.Info {
	return &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Implicits: map[ast.Node]types.Object{}, Instances: map[*ast.Ident]types.Instance{},
	}
}

// goSizes are the compiler's.
var goSizes = types.SizesFor("gc", runtime.GOARCH)

// files type-checks files as more of pkg and returns all errors.
func (c *checker) files(pkg *types.Package, info *types.Info, files []*ast.File) []types.Error {
	var errs []types.Error
	conf := types.Config{
		Importer:  c.importer,
		GoVersion: "go1.26",
		Sizes:     goSizes,
		Error:     func(err error) { errs = append(errs, err.(types.Error)) },
	}
	forgetFiles(pkg.Scope())
	_ = types.NewChecker(&conf, c.fset, pkg, info).Files(files) // it returns the first of errs
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

func newWorld() *world {
	return &world{pkg: types.NewPackage("main", "main"), info: newInfo(), names: map[string]*decl{}, vars: map[string]*variable{}}
}

// without returns the world's declarations and variables, as a new stale world,
// less those that are redeclared: names, and methods that are declared again.
func (w *world) without(names map[string]bool) *world {
	n := newWorld()
	n.stale = true
	for _, d := range w.decls {
		again := 0
		for _, name := range d.names {
			if names[name] {
				again++
			}
		}
		switch {
		case again == 0:
			copied := *d
			n.add(&copied)
		case again < len(d.names):
			n.add(d.blanked(names))
		}
	}
	for name, v := range w.vars {
		if !names[name] {
			n.vars[name] = v
		}
	}
	return n
}

// decl returns the declaration of a name.
func (w *world) decl(name string) *decl { return w.names[name] }

func (w *world) add(d *decl) {
	w.decls = append(w.decls, d)
	for _, n := range d.names {
		if n != "_" {
			w.names[n] = d
		}
	}
}

// blanked is a group of constants less some names.
func (d *decl) blanked(names map[string]bool) *decl {
	out := *d
	out.names = slices.DeleteFunc(slices.Clone(d.names), func(n string) bool { return names[n] })
	g := *d.node.(*ast.GenDecl)
	g.Specs = slices.Clone(g.Specs)
	for i, s := range g.Specs {
		v := *s.(*ast.ValueSpec)
		v.Names = slices.Clone(v.Names)
		for j, id := range v.Names {
			if names[id.Name] {
				v.Names[j] = &ast.Ident{NamePos: id.NamePos, Name: "_"}
			}
		}
		g.Specs[i] = &v
	}
	out.node = &g
	return &out
}

// file makes a file of one declaration.
func (d *decl) file() *ast.File { return fileOf(d.imports, d.node) }

func fileOf(imports map[string]string, decls ...ast.Decl) *ast.File {
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

// alias is the import name of a path in the session's own files.
func alias(path string) string {
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

// build checks the whole world anew. Old declarations and variables that no
// longer fit are dropped and returned as notes; errors are those of fresh.
func (c *checker) build(w *world, fresh []*decl, extra ...*ast.File) (info *types.Info, misfits []misfit, errs []types.Error) {
	isFresh := map[*decl]bool{}
	for _, d := range fresh {
		isFresh[d] = true
		w.add(d)
	}
	for {
		w.pkg, w.info = types.NewPackage("main", "main"), newInfo()
		files, owner := w.files(c)
		files = append(files, extra...)
		all := c.files(w.pkg, w.info, files)
		errs = nil
		broken := map[any]types.Error{}
		for _, e := range all {
			o := owner(e.Pos)
			if d, ok := o.(*decl); o == nil || ok && isFresh[d] {
				errs = append(errs, e)
			} else if _, seen := broken[o]; !seen {
				broken[o] = e
			}
		}
		if len(broken) == 0 {
			break
		}
		misfits = append(misfits, w.drop(broken)...)
	}
	w.stale = len(errs) > 0
	for n, v := range w.vars {
		obj := w.pkg.Scope().Lookup(n)
		if obj == nil {
			delete(w.vars, n)
			continue
		}
		copied := *v
		copied.typ = obj.Type()
		w.vars[n] = &copied
	}
	return w.info, misfits, errs
}

// misfit is something of the session that no longer fits, what becomes of it,
// and why.
type misfit struct {
	what, fate string
	err        types.Error
}

const gone = "no longer fits and is gone"

func (w *world) drop(broken map[any]types.Error) []misfit {
	var out []misfit
	keep := w.decls
	w.decls, w.names = nil, map[string]*decl{}
	for _, d := range keep {
		if e, bad := broken[d]; bad {
			out = append(out, misfit{strings.Join(d.names, ", "), gone, e})
			continue
		}
		w.add(d)
	}
	for _, n := range slices.Sorted(maps.Keys(w.vars)) {
		if e, bad := broken[w.vars[n]]; bad {
			out = append(out, misfit{n, gone, e})
			delete(w.vars, n)
		}
	}
	return out
}

// files returns the world as files to check, and whose a position is.
func (w *world) files(c *checker) ([]*ast.File, func(token.Pos) any) {
	type span struct {
		pos, end token.Pos
		who      any
	}
	var spans []span
	var out []*ast.File
	for _, d := range w.decls {
		out = append(out, d.file())
		spans = append(spans, span{d.node.Pos(), d.node.End(), d})
	}
	for _, n := range slices.Sorted(maps.Keys(w.vars)) {
		v := w.vars[n]
		if !mentions(v.typ, sessionType) {
			w.pkg.Scope().Insert(types.NewVar(token.NoPos, w.pkg, n, v.typ))
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

// sessionType reports whether a type is declared in a cell.
func sessionType(t *types.TypeName) bool { return t.Pkg() != nil && t.Pkg().Path() == "main" }

// varFile declares a variable whose type names types of the session.
func (c *checker) varFile(v *variable) (*ast.File, error) {
	imports := map[string]string{}
	tw := typeWriter{
		name: func(t *types.TypeName) string {
			if sessionType(t) {
				return t.Name()
			}
			imports[alias(t.Pkg().Path())] = t.Pkg().Path()
			return alias(t.Pkg().Path()) + "." + t.Name()
		},
		field: func(f *types.Var) string { return f.Name() },
		meth:  func(f *types.Func) string { return f.Name() },
	}
	text, err := tw.text(v.typ)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	b.WriteString("package main;")
	for _, a := range slices.Sorted(maps.Keys(imports)) {
		b.WriteString("import " + a + " " + strconv.Quote(imports[a]) + ";")
	}
	b.WriteString("var " + v.name + " " + text)
	return parser.ParseFile(c.fset, "session", b.String(), parser.SkipObjectResolution)
}
