package sessiongen

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// preloaded are the packages that cells have without an import.
var preloaded = map[string]string{
	"bytes": "bytes", "errors": "errors", "fmt": "fmt", "maps": "maps", "math": "math", "os": "os", "slices": "slices",
	"sort": "sort", "strconv": "strconv", "strings": "strings", "sync": "sync", "time": "time",
}

// mark follows the names of a session in the program.
var mark = regexp.MustCompile(`_s\d+g\d+`)

// translation writes a session as files of the program.
type translation struct {
	s       *Session
	names   map[string]string // of the session, as the program has them
	types   map[string]string // of variables
	imports map[string]string // by name
	decls   []*declaration    // that are in force
	dots    []string          // imported with a dot
	files   map[string]string
}

type declaration struct {
	names    []string
	text     string
	packages map[string]bool // that it may name: later declarations do not change that
}

// files returns the program's files for a session, and the calls of its cells.
func files(s *Session) (files map[string]string, calls string, err error) {
	t := &translation{s: s, names: map[string]string{}, types: map[string]string{}, imports: maps.Clone(preloaded), files: map[string]string{}}
	var b strings.Builder
	for i, c := range s.Cells {
		switch {
		case c.refused != "":
			continue
		case c.again >= 0:
			i = c.again
		default:
			if err := t.cell(i, c); err != nil {
				return nil, "", fmt.Errorf("%s: %w\n%s", t.file(i), err, s)
			}
		}
		fmt.Fprintf(&b, "\trun(%d, %d, cell_s%dc%d)\n", s.Seed, slices.Index(s.Cells, c), s.Seed, i)
	}
	return t.files, b.String(), nil
}

func (t *translation) file(i int) string { return fmt.Sprintf("s%d_cell%d.go", t.s.Seed, i) }

// cell writes a cell: what it declares, what must be declared again since it
// refers to that, and a function of its statements.
func (t *translation) cell(i int, c *Cell) error {
	for _, spec := range c.imports {
		name, path, err := importOf(spec)
		if err != nil {
			return err
		}
		if name == "." {
			t.dots = append(t.dots, path)
			continue
		}
		t.imports[name] = path
		delete(t.names, name)
	}
	fresh, err := declarations(c.decls)
	if err != nil {
		return err
	}
	t.declare(i, fresh)
	var b strings.Builder
	for _, d := range slices.Concat(fresh, t.outdated(i, fresh)) {
		b.WriteString(d.text + "\n\n")
	}
	for _, v := range c.vars {
		typ := t.renamed(v.typ)
		if v.name == "_" || t.types[v.name] == typ {
			continue
		}
		t.types[v.name], t.names[v.name] = typ, t.marked(i, v.name)
		fmt.Fprintf(&b, "var %s %s\n", v.name, v.typ)
	}
	fmt.Fprintf(&b, "\nfunc cell_s%dc%d() {\n%s\n", t.s.Seed, i, strings.Join(c.body, "\n"))
	if c.value != "" {
		b.WriteString("show(" + c.value + ")\n")
	}
	return t.write(i, t.renamed(b.String())+"}\n")
}

// write adds the imports that a file needs.
func (t *translation) write(i int, text string) error {
	f, err := parser.ParseFile(token.NewFileSet(), t.file(i), "package main\n"+text, 0)
	if err != nil {
		return err
	}
	needed := map[string]bool{}
	for _, id := range f.Unresolved {
		for _, path := range t.dots {
			if id.IsExported() && !mark.MatchString(id.Name) {
				needed[fmt.Sprintf("import . %q\n", path)] = true
			}
		}
		if path, ok := t.imports[id.Name]; ok {
			needed[fmt.Sprintf("import %s %q\n", id.Name, path)] = true
		}
	}
	t.files[t.file(i)] = "package main\n\n" + strings.Join(slices.Sorted(maps.Keys(needed)), "") + "\n" + text
	return nil
}

func (t *translation) marked(i int, name string) string {
	return fmt.Sprintf("%s_s%dg%d", name, t.s.Seed, i)
}

// name gives a name, but not a method's, a new one in the program.
func (t *translation) name(i int, n string) {
	if n != "_" && !strings.Contains(n, ".") {
		t.names[n] = t.marked(i, n)
	}
}

// declare puts declarations in force, in place of those of the same names.
func (t *translation) declare(i int, fresh []*declaration) {
	for _, d := range fresh {
		d.packages = map[string]bool{}
		for name := range t.imports {
			d.packages[name] = t.names[name] == ""
		}
		t.decls = slices.DeleteFunc(t.decls, func(old *declaration) bool { return old.names[0] == d.names[0] && d.names[0] != "_" })
		for _, n := range d.names {
			t.name(i, n)
			delete(t.types, n)
		}
	}
	t.decls = append(t.decls, fresh...)
}

// outdated returns the older declarations that refer to what cell i declares,
// after giving them names of that cell, too.
func (t *translation) outdated(i int, fresh []*declaration) []*declaration {
	var out []*declaration
	for changed := true; changed; {
		changed = false
		for _, d := range t.decls {
			if slices.Contains(fresh, d) || slices.Contains(out, d) || !t.refers(d, t.marked(i, "")) {
				continue
			}
			out, changed = append(out, d), true
			for _, n := range d.names {
				t.name(i, n)
			}
		}
	}
	return out
}

// refers reports whether a declaration names something that has a mark.
func (t *translation) refers(d *declaration, mark string) (found bool) {
	tokens(d.text, func(_ int, tok token.Token, lit string) {
		if tok == token.IDENT && !slices.Contains(d.names, lit) && !d.packages[lit] && strings.HasSuffix(t.names[lit], mark) {
			found = true
		}
	})
	return found
}

// renamed gives the names of the session in a text those of the program.
func (t *translation) renamed(text string) string {
	var b strings.Builder
	from := 0
	tokens(text, func(at int, tok token.Token, lit string) {
		if name, ok := t.names[lit]; ok && tok == token.IDENT {
			b.WriteString(text[from:at] + name)
			from = at + len(lit)
		}
	})
	return b.String() + text[from:]
}

// importOf takes an import apart.
func importOf(spec string) (name, path string, err error) {
	name, quoted, named := strings.Cut(spec, " ")
	if !named {
		name, quoted = "", spec
	}
	path, err = strconv.Unquote(quoted)
	if name == "" {
		name = path[strings.LastIndexByte(path, '/')+1:]
	}
	return name, path, err
}

// declarations finds out what texts declare.
func declarations(texts []string) ([]*declaration, error) {
	var out []*declaration
	for _, text := range texts {
		f, err := parser.ParseFile(token.NewFileSet(), "", "package main\n"+text, parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("%w in %q", err, text)
		}
		d := &declaration{text: text}
		for _, n := range f.Decls {
			d.names = append(d.names, namesOf(n)...)
		}
		out = append(out, d)
	}
	return out, nil
}

// namesOf returns what a declaration declares; a method is "T.m".
func namesOf(d ast.Decl) (names []string) {
	if f, ok := d.(*ast.FuncDecl); ok {
		if f.Recv == nil {
			return []string{f.Name.Name}
		}
		recv := f.Recv.List[0].Type
		for {
			switch x := recv.(type) {
			case *ast.StarExpr:
				recv = x.X
				continue
			case *ast.IndexExpr:
				recv = x.X
				continue
			case *ast.IndexListExpr:
				recv = x.X
				continue
			}
			return []string{recv.(*ast.Ident).Name + "." + f.Name.Name}
		}
	}
	for _, s := range d.(*ast.GenDecl).Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			names = append(names, s.Name.Name)
		case *ast.ValueSpec:
			for _, id := range s.Names {
				names = append(names, id.Name)
			}
		}
	}
	return names
}
