package cell

import (
	"go/ast"
	"go/types"
	"strconv"
)

// ImportsOf adds the cell's imports to the plan's.
func (p *Plan) ImportsOf(c *Checker) (errs []types.Error) {
	for _, spec := range p.Src.Imports {
		if e := p.importSpec(c, spec); e != nil {
			errs = append(errs, *e)
		}
	}
	return errs
}

func (p *Plan) importSpec(c *Checker, spec *ast.ImportSpec) *types.Error {
	path, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return &types.Error{Fset: c.Fset, Pos: spec.Path.Pos(), Msg: "invalid import path " + spec.Path.Value}
	}
	if path == "C" {
		return &types.Error{Fset: c.Fset, Pos: spec.Path.Pos(), Msg: `cells cannot import "C": put the cgo code into a local module, and bring that in by %require ./DIR`}
	}
	pkg, err := c.Importer.Import(path)
	if err != nil {
		return &types.Error{Fset: c.Fset, Pos: spec.Path.Pos(), Msg: "could not import " + path + " (" + err.Error() + ")"}
	}
	name := pkg.Name()
	if spec.Name != nil {
		name = spec.Name.Name
	}
	switch name {
	case "_":
	case ".":
		p.Imports["."+path] = path
	default:
		p.Imports[name] = path
	}
	return nil
}

// hide takes what the session has under the name of a package that the cell
// imports out of its scope.
func (p *Plan) hide(c *Checker, w *Environment, redeclared map[string]bool) {
	again := map[string]bool{}
	p.defined(func(id *ast.Ident) { again[id.Name] = true })
	for _, spec := range p.Src.Imports {
		name, path := c.importName(spec)
		if w.Names[name] == nil && w.Vars[name] == nil {
			continue
		}
		redeclared[name] = true
		if !again[name] {
			p.hidden = append(p.hidden, Note{name, "is the package from here on, not what a cell has declared", types.Error{Pos: spec.Pos(), Msg: "import " + strconv.Quote(path)}})
		}
	}
}

// importName returns the name that an import has in the cell, "" if it has
// none, and its path.
func (c *Checker) importName(spec *ast.ImportSpec) (name, path string) {
	path, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return "", ""
	}
	if spec.Name != nil {
		return spec.Name.Name, path
	}
	if pkg, err := c.Importer.Import(path); err == nil {
		return pkg.Name(), path
	}
	return "", path
}
