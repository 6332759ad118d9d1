package golang

import (
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/traefik/yaegi/interp"

	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/golang/rt"
	"gomdcsan/kernel/symbols"
)

// foreign brings in the packages that a cell imports and this program does not
// have: they are compiled, their types go to the checker, and what they export
// to a table for the interpreter, so that statements stay instant.
func (e *Engine) foreign(r *running, src *source) *engine.Error {
	s := e.session
	for _, spec := range src.imports {
		path, err := strconv.Unquote(spec.Path.Value)
		known := !s.unknown(path)
		switch {
		case err != nil || path == "C":
			continue
		case slices.Contains(strings.Split(path, "/"), "internal") && (!known || s.native.broughtIn(path)):
			err = errors.New("use of an internal package is not allowed")
		case known && s.native.broughtIn(path):
			e.tellChanged()
			continue
		case known:
			continue
		default:
			err = e.bring(r, path)
		}
		if errors.Is(err, rt.Stopped) {
			return interrupted(nil)
		}
		if err != nil {
			msg := fmt.Sprintf("could not import %s: %s", path, err)
			return s.compileErrors(src, []types.Error{{Fset: s.checker.fset, Pos: spec.Path.Pos(), Msg: msg}})
		}
	}
	return nil
}

func (s *session) unknown(path string) bool {
	_, err := s.checker.importer.Import(path)
	var unknown *symbols.UnknownPackageError
	return errors.As(err, &unknown)
}

// bring fetches, compiles and loads a package. A path that names nothing to
// fetch is left to the checker's error.
func (e *Engine) bring(r *running, path string) error {
	s, n := e.session, e.session.native
	first, _, _ := strings.Cut(path, "/")
	if !n.ready() {
		if strings.Contains(first, ".") {
			return fmt.Errorf("it is not in this kernel, and %s", n.missing())
		}
		return nil
	}
	if !n.modules.provides(path) {
		return nil
	}
	line := e.progressLine(r)
	begun := time.Now()
	list, err := n.modules.fetch(path, line)
	if err == nil && list[len(list)-1].name == "main" {
		err = errors.New("it is a program, not a package to import")
	}
	if err == nil {
		err = s.addForeign(path, list)
	}
	if err != nil {
		line(path + ": not imported")
		return err
	}
	what := path
	if last := list[len(list)-1]; last.version != "" && last.version != localVersion {
		what += " " + last.version
	}
	line(fmt.Sprintf("%s is ready (%.1f s)", what, time.Since(begun).Seconds()))
	return nil
}

// tellChanged says which packages in folders are not what they were when they
// were imported.
func (e *Engine) tellChanged() {
	if paths := e.session.native.modules.changed(); len(paths) > 0 {
		fmt.Fprintf(e.options.Stderr, "note: %s changed since it was imported, and a process can have one version of a package: restart the kernel to have the new one\n", strings.Join(paths, ", "))
	}
}

// require is the magic that says where packages are to come from.
func (e *Engine) require(r *running, arg string) *engine.Error {
	n := e.session.native
	if !n.ready() {
		return asError(errors.New("modules cannot be fetched: " + n.missing()))
	}
	if arg == "" {
		added := n.modules.added()
		if len(added) == 0 {
			added = []string{"no modules besides those of gomdcsan"}
		}
		fmt.Fprintln(e.options.Stdout, strings.Join(added, "\n"))
		return nil
	}
	line := e.progressLine(r)
	err := n.modules.require(arg, line)
	switch {
	case errors.Is(err, rt.Stopped):
		return interrupted(nil)
	case err != nil:
		return asError(fmt.Errorf("%s: %w", arg, err))
	}
	e.tellChanged()
	line(arg + " is required: import its packages")
	return nil
}

// progressLine returns what shows a line in the cell's output that takes the
// place of the one before.
func (e *Engine) progressLine(r *running) func(string) {
	id, kind := fmt.Sprintf("progress-%s-%d", r.cell.ID, time.Now().UnixNano()), engine.Show
	return func(text string) {
		e.sink.Emit(engine.Event{Kind: kind, Cell: r.cell.ID, DisplayID: id,
			Display: &engine.Display{Data: map[string]any{"text/plain": text}, Metadata: map[string]any{}}})
		kind = engine.Update
	}
}

// addForeign makes a package known to checker, compiler and interpreter, those
// that it imports to checker and compiler.
func (s *session) addForeign(path string, list []listed) error {
	for _, l := range list {
		if !s.unknown(l.path) || l.standard && l.path != path {
			continue
		}
		if err := s.addTypes(l); err != nil {
			return err
		}
	}
	s.native.add(list)
	s.native.modules.remember(list)
	pkg, err := s.checker.importer.Import(path)
	if err != nil {
		return err
	}
	b := s.newBuilder(nil, nil)
	_, ru, err := s.native.build(b.table(pkg), b)
	if err != nil {
		return err
	}
	s.tables[path] = ru.Table
	s.foreignTables[path] = interp.Exports{path + "/" + pkg.Name(): ru.Table}
	return nil
}

func (s *session) addTypes(l listed) error {
	f, err := os.Open(l.export)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = s.checker.importer.Add(l.path, f)
	return err
}

// table writes a unit that hands over what a package exports. Generic functions
// and types have no value, and constants are written where they are used.
func (b *unitBuilder) table(pkg *types.Package) string {
	name := b.pkg(pkg.Path())
	value := alias("reflect") + ".ValueOf"
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
			if !isGeneric(o) && !isConstraint(o.Type()) {
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
		alias(rtPath), rtPath, alias("reflect"), name, pkg.Path(), b.rt("Unit"), b.rt("NewUnit()"), alias("reflect"), rows.String())
}

func isGeneric(t *types.TypeName) bool {
	switch x := t.Type().(type) {
	case *types.Named:
		return x.TypeParams().Len() > 0
	case *types.Alias:
		return x.TypeParams().Len() > 0
	}
	return false
}

// export returns where a package is compiled to, "" if it is not (yet).
func (n *native) export(path string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if file := n.exports[path]; file != "" {
		return file
	}
	return n.foreign[path]
}

// broughtIn reports whether a package came in by a cell's import.
func (n *native) broughtIn(path string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.foreign[path] != "" && n.exports[path] == ""
}

// add remembers packages that a cell brought in.
func (n *native) add(list []listed) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, l := range list {
		n.foreign[l.path] = l.export
	}
}

// foreignIDs are what a unit depends on beside this program's packages: all
// that cells brought in, if it imports any of it.
func (n *native) foreignIDs(imports map[string]string) []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, path := range imports {
		if n.foreign[path] != "" && n.exports[path] == "" {
			return slices.Sorted(maps.Values(n.foreign))
		}
	}
	return nil
}
