package golang

import (
	"errors"
	"fmt"
	"go/types"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/golang/cell"
	"gomdcsan/kernel/golang/magic"
	"gomdcsan/kernel/golang/rt"
	"gomdcsan/kernel/golang/toolchain"
	"gomdcsan/kernel/symbols"
)

// foreign brings in the packages that a cell imports and this program does not
// have: they are compiled, their types go to the checker, and what they export
// to a table for the interpreter, so that statements stay instant.
func (e *Engine) foreign(r *running, src *cell.Source) *engine.Error {
	s := e.session
	for _, spec := range src.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		known := !s.unknown(path)
		switch {
		case err != nil || path == "C":
			continue
		case slices.Contains(strings.Split(path, "/"), "internal") && (!known || s.tools.BroughtIn(path)):
			err = errors.New("use of an internal package is not allowed")
		case known && s.tools.BroughtIn(path):
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
			return s.compileErrors(src, nil, []types.Error{{Fset: s.checker.Fset, Pos: spec.Path.Pos(), Msg: msg}})
		}
	}
	return nil
}

func (s *session) unknown(path string) bool {
	_, err := s.checker.Importer.Import(path)
	var unknown *symbols.UnknownPackageError
	return errors.As(err, &unknown)
}

// bring fetches, compiles and loads a package. A path that names nothing to
// fetch is left to the checker's error.
func (e *Engine) bring(r *running, path string) error {
	s, n := e.session, e.session.tools
	first, _, _ := strings.Cut(path, "/")
	if !n.Ready() {
		if strings.Contains(first, ".") {
			return fmt.Errorf("it is not in this kernel, and %s", n.Missing())
		}
		return nil
	}
	if !n.Modules.Provides(path) {
		return nil
	}
	line := e.progressLine(r)
	begun := time.Now()
	list, err := n.Modules.Fetch(path, line)
	if err == nil && list[len(list)-1].Name == "main" {
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
	if last := list[len(list)-1]; last.Version != "" && last.Version != toolchain.LocalVersion {
		what += " " + last.Version
	}
	line(fmt.Sprintf("%s is ready (%.1f s)", what, time.Since(begun).Seconds()))
	return nil
}

// tellChanged says which packages in folders are not what they were when they
// were imported.
func (e *Engine) tellChanged() {
	if paths := e.session.tools.Modules.Changed(); len(paths) > 0 {
		fmt.Fprintf(e.options.Stderr, "note: %s changed since it was imported, and a process can have one version of a package: restart the kernel to have the new one\n", strings.Join(paths, ", "))
	}
}

// require is the magic that says where packages are to come from.
func (e *Engine) require(r *running, arg string) *engine.Error {
	arg = magic.Home(arg)
	n := e.session.tools
	if !n.Ready() {
		return asError(errors.New("modules cannot be fetched: " + n.Missing()))
	}
	if arg == "" {
		added := n.Modules.Added()
		if len(added) == 0 {
			added = []string{"no modules besides those of gomdcsan"}
		}
		fmt.Fprintln(e.options.Stdout, strings.Join(added, "\n"))
		return nil
	}
	line := e.progressLine(r)
	err := n.Modules.Require(arg, line)
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
func (s *session) addForeign(path string, list []toolchain.Package) error {
	for _, l := range list {
		if !s.unknown(l.Path) || l.Standard && l.Path != path {
			continue
		}
		if err := s.addTypes(l); err != nil {
			return err
		}
	}
	s.tools.Add(list)
	s.tools.Modules.Remember(list)
	pkg, err := s.checker.Importer.Import(path)
	if err != nil {
		return err
	}
	table, err := s.native.Exports(pkg)
	if err != nil {
		return err
	}
	s.interpreters.AddPackage(path, pkg.Name(), table)
	return nil
}

func (s *session) addTypes(l toolchain.Package) error {
	f, err := os.Open(l.Export)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = s.checker.Importer.Add(l.Path, f)
	return err
}
