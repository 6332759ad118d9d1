package eval

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"runtime"
	"sync"

	"gomdcsan/kernel/golang/stdsrc"
)

// A library holds the generic functions of the standard library, whose
// compiled code cannot be instantiated: their source, checked when it is
// needed.
type library struct {
	mu       sync.Mutex
	importer types.Importer
	fset     *token.FileSet
	bodies   map[string]map[string]*libraryBody
}

type libraryBody struct {
	decl *ast.FuncDecl
	info *types.Info
}

func newLibrary() *library { return &library{bodies: map[string]map[string]*libraryBody{}} }

// Import gives the importer that the session's checker uses: types must be the
// same objects.
func (ev *Evaluator) Import(i types.Importer, fset *token.FileSet) {
	ev.library.importer, ev.library.fset = i, fset
}

func (l *library) has(path string) bool { return stdsrc.Has(path) }

// body finds the source of a function or method.
func (l *library) body(f *types.Func) *libraryBody {
	if f.Pkg() == nil || !stdsrc.Has(f.Pkg().Path()) || l.importer == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	path := f.Pkg().Path()
	if l.bodies[path] == nil {
		l.bodies[path] = l.load(path)
	}
	f = f.Origin()
	name := f.Name()
	if r := f.Signature().Recv(); r != nil {
		name = recvName(r.Type()) + "." + name
	}
	return l.bodies[path][name]
}

// load parses and checks a package's source.
func (l *library) load(path string) map[string]*libraryBody {
	out := map[string]*libraryBody{}
	var files []*ast.File
	for name, text := range stdsrc.Files(path) {
		f, err := parser.ParseFile(l.fset, name, text, parser.SkipObjectResolution)
		if err != nil {
			return out
		}
		files = append(files, f)
	}
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Implicits: map[ast.Node]types.Object{}, Instances: map[*ast.Ident]types.Instance{},
	}
	conf := types.Config{Importer: l.importer, Sizes: types.SizesFor("gc", runtime.GOARCH), IgnoreFuncBodies: false, Error: func(error) {}}
	_, _ = conf.Check(path, l.fset, files, info) // what does not check is not there
	for _, file := range files {
		for _, d := range file.Decls {
			fd, ok := d.(*ast.FuncDecl)
			if !ok || fd.Body == nil {
				continue
			}
			o, ok := info.Defs[fd.Name].(*types.Func)
			if !ok {
				continue
			}
			name := o.Name()
			if r := o.Signature().Recv(); r != nil {
				name = recvName(r.Type()) + "." + name
			}
			out[name] = &libraryBody{fd, info}
		}
	}
	return out
}
