package extract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/doc"
	"go/printer"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/gcexportdata"

	"gomdcsan/kernel/symbols/internal/extract/entry"
)

// Types encodes the type information of a package in the indexed format of
// gcexportdata.Write, which the same module reads back whatever the compiler's
// own format is. Positions are left out: they would make every edit a change.
func Types(p *types.Package) ([]byte, error) {
	var b bytes.Buffer
	if err := gcexportdata.Write(&b, token.NewFileSet(), p); err != nil {
		return nil, fmt.Errorf("extract: types of %s: %w", p.Path(), err)
	}
	return b.Bytes(), nil
}

// Docs returns the documentation of a package as JSON: an object from name
// ("Println", "Dense.Mul", "Config.Seed", "" for the package) to entry.Doc.
func Docs(set *Set, p *Package) ([]byte, error) {
	pkg, err := doc.NewFromFiles(set.Fset, p.Files, p.Path, doc.PreserveAST)
	if err != nil {
		return nil, fmt.Errorf("extract: docs of %s: %w", p.Path, err)
	}
	d := docs{fset: set.Fset, types: p.Types, out: map[string]entry.Doc{}}
	d.out[""] = entry.Doc{Decl: "package " + p.Types.Name(), Text: pkg.Doc}
	d.values(pkg.Consts)
	d.values(pkg.Vars)
	d.funcs("", pkg.Funcs)
	for _, t := range pkg.Types {
		d.typ(t)
	}
	out, err := json.Marshal(d.out)
	if err != nil {
		return nil, fmt.Errorf("extract: docs of %s: %w", p.Path, err)
	}
	return out, nil
}

type docs struct {
	fset  *token.FileSet
	types *types.Package
	out   map[string]entry.Doc
}

func (d *docs) pos(p token.Pos) string {
	at := d.fset.Position(p)
	return fmt.Sprintf("%s:%d", at.Filename, at.Line)
}

// decl writes an object's declaration with short package names, and the
// value of a constant.
func (d *docs) decl(o types.Object) string {
	s := types.ObjectString(o, d.qualify)
	if c, ok := o.(*types.Const); ok {
		s += " = " + c.Val().String()
	}
	return s
}

func (d *docs) qualify(p *types.Package) string {
	if p == d.types {
		return ""
	}
	return p.Name()
}

// head prints a function's declaration as its source has it, without body.
func (d *docs) head(f *ast.FuncDecl) string {
	var b strings.Builder
	g := &ast.FuncDecl{Recv: f.Recv, Name: f.Name, Type: f.Type}
	if err := printer.Fprint(&b, d.fset, g); err != nil {
		return "func " + f.Name.Name
	}
	return b.String()
}

func (d *docs) values(vs []*doc.Value) {
	for _, v := range vs {
		for _, s := range v.Decl.Specs {
			spec := s.(*ast.ValueSpec)
			text := firstText(spec.Doc, spec.Comment)
			if text == "" {
				text = v.Doc
			}
			for _, id := range spec.Names {
				if o := d.types.Scope().Lookup(id.Name); o != nil && o.Exported() {
					d.out[id.Name] = entry.Doc{Decl: d.decl(o), Text: text, Pos: d.pos(id.Pos())}
				}
			}
		}
	}
}

func firstText(groups ...*ast.CommentGroup) string {
	for _, g := range groups {
		if t := g.Text(); t != "" {
			return t
		}
	}
	return ""
}

func (d *docs) funcs(typ string, fs []*doc.Func) {
	for _, f := range fs {
		if !token.IsExported(f.Name) {
			continue
		}
		name := f.Name
		if typ != "" {
			name = typ + "." + name
		}
		d.out[name] = entry.Doc{Decl: d.head(f.Decl), Text: f.Doc, Pos: d.pos(f.Decl.Name.Pos())}
	}
}

// method finds a field or method of a type.
func (d *docs) method(typ, name string) types.Object {
	tn := d.types.Scope().Lookup(typ)
	if tn == nil {
		return nil
	}
	o, _, _ := types.LookupFieldOrMethod(types.NewPointer(tn.Type()), true, d.types, name)
	if o == nil { // an interface has no methods through a pointer
		o, _, _ = types.LookupFieldOrMethod(tn.Type(), true, d.types, name)
	}
	return o
}

func (d *docs) typ(t *doc.Type) {
	d.values(t.Consts)
	d.values(t.Vars)
	d.funcs("", t.Funcs)
	if !token.IsExported(t.Name) {
		return
	}
	d.funcs(t.Name, t.Methods)
	for _, s := range t.Decl.Specs {
		spec, ok := s.(*ast.TypeSpec)
		if !ok || spec.Name.Name != t.Name {
			continue
		}
		text := firstText(spec.Doc)
		if text == "" {
			text = t.Doc
		}
		d.out[t.Name] = entry.Doc{Decl: d.typeDecl(spec), Text: text, Pos: d.pos(spec.Name.Pos())}
		d.members(t.Name, spec.Type)
	}
}

// typeDecl keeps the head of the declaration; the members have their entries.
func (d *docs) typeDecl(spec *ast.TypeSpec) string {
	o := d.types.Scope().Lookup(spec.Name.Name)
	if o == nil {
		return "type " + spec.Name.Name
	}
	s := d.decl(o)
	for _, kind := range []string{"struct", "interface"} {
		if i := strings.Index(s, " "+kind+"{"); i >= 0 {
			return s[:i] + " " + kind
		}
	}
	return s
}

// members documents the fields of a struct or the methods of an interface.
func (d *docs) members(typ string, expr ast.Expr) {
	var list *ast.FieldList
	switch e := expr.(type) {
	case *ast.StructType:
		list = e.Fields
	case *ast.InterfaceType:
		list = e.Methods
	default:
		return
	}
	for _, f := range list.List {
		for _, id := range f.Names {
			if !id.IsExported() {
				continue
			}
			if o := d.method(typ, id.Name); o != nil {
				decl := d.decl(o)
				if sig, ok := o.Type().(*types.Signature); ok && sig.Recv() != nil {
					decl = "func (" + typ + ") " + id.Name + strings.TrimPrefix(types.TypeString(sig, d.qualify), "func")
				}
				d.out[typ+"."+id.Name] = entry.Doc{Decl: decl, Text: firstText(f.Doc, f.Comment), Pos: d.pos(id.Pos())}
			}
		}
	}
}
