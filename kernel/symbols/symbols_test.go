package symbols

import (
	"go/types"
	"reflect"
	"strings"
	"testing"

	"github.com/traefik/yaegi/interp"

	"gomdcsan/kernel/symbols/internal/own"
)

// Every exported name that the type checker knows must be in the table, or
// be something that has no symbol: generic, or a constraint.
func TestTablesHaveEveryCheckedName(t *testing.T) {
	imp := Importer()
	for _, p := range Packages() {
		pkg, err := imp.Import(p.Path)
		if err != nil {
			t.Fatal(err)
		}
		if pkg.Name() != p.Name {
			t.Errorf("%s: named %s in the table, %s in the types", p.Path, p.Name, pkg.Name())
		}
		table := Exports(p.Path)[p.Path+"/"+p.Name]
		for _, name := range pkg.Scope().Names() {
			o := pkg.Scope().Lookup(name)
			if o.Exported() && compiled(o) && !table[name].IsValid() {
				t.Errorf("%s.%s is missing in the table", p.Path, name)
			}
		}
		for name := range table {
			if !strings.HasPrefix(name, "_") && pkg.Scope().Lookup(name) == nil {
				t.Errorf("%s.%s is in the table but unknown to the checker", p.Path, name)
			}
		}
	}
}

// compiled reports whether a compiled package has a symbol for the object.
func compiled(o types.Object) bool {
	switch o := o.(type) {
	case *types.Func:
		return o.Signature().TypeParams().Len() == 0
	case *types.TypeName:
		if n, ok := o.Type().(interface{ TypeParams() *types.TypeParamList }); ok && n.TypeParams().Len() > 0 {
			return false
		}
		it, ok := o.Type().Underlying().(*types.Interface)
		return !ok || it.IsMethodSet()
	}
	return true
}

// A facade that aliases another package's interface works only when that
// package's table is loaded too: the interpreter asks it for the wrapper.
func TestNamedPackagesComeAlong(t *testing.T) {
	imp := Importer()
	for _, p := range own.Packages() {
		ex := Exports(p[0])
		pkg, err := imp.Import(p[0])
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range pkg.Imports() {
			if named(pkg, q) && ex[q.Path()+"/"+q.Name()] == nil {
				t.Errorf("%s names types of %s, whose table is missing", p[0], q.Path())
			}
		}
	}
	if Exports("gonum.org/v1/plot/plotter")["image/color/color"] == nil {
		t.Error("plotter names image/color, whose table is missing")
	}
}

// named reports whether an exported function of pkg names a type of q.
func named(pkg, q *types.Package) bool {
	for _, n := range pkg.Scope().Names() {
		o := pkg.Scope().Lookup(n)
		if f, ok := o.(*types.Func); ok && f.Exported() && strings.Contains(f.Type().String(), q.Path()+".") {
			return true
		}
	}
	return false
}

func TestInterpreterUsesTables(t *testing.T) {
	var out strings.Builder
	i := interp.New(interp.Options{Stdout: &out})
	if err := i.Use(Exports("fmt", "gonum.org/v1/gonum/stat", "gonum.org/v1/gonum/mat", "io", "sort", "math", "os")); err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{
		`import ("fmt"; "math"; "sort"; "gonum.org/v1/gonum/mat"; "gonum.org/v1/gonum/stat")`, `
type byAbs []float64
func (b byAbs) Len() int { return len(b) }
func (b byAbs) Less(i, j int) bool { return math.Abs(b[i]) < math.Abs(b[j]) }
func (b byAbs) Swap(i, j int) { b[i], b[j] = b[j], b[i] }`,
		`x := []float64{-3, 1, 2}; sort.Sort(byAbs(x)); m := mat.NewDense(1, 3, x)`,
		`fmt.Println(x, stat.Mean(x, nil), mat.Sum(m), math.MaxInt64, math.Pi > 3)`,
	} {
		if _, err := i.Eval(code); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := out.String(), "[1 2 -3] 0 0 9223372036854775807 true\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestExitEndsTheCell(t *testing.T) {
	exit := Exports("os")["os/os"]["Exit"]
	defer func() {
		if e, ok := recover().(Exited); !ok || e.Code != 3 || !strings.Contains(e.Error(), "os.Exit(3)") {
			t.Errorf("os.Exit(3) panicked with %v", e)
		}
	}()
	exit.Call([]reflect.Value{reflect.ValueOf(3)})
}

func TestImporterSharesTypes(t *testing.T) {
	imp := Importer()
	mat, err := imp.Import("gonum.org/v1/gonum/mat")
	if err != nil {
		t.Fatal(err)
	}
	fmtPkg, err := imp.Import("fmt")
	if err != nil {
		t.Fatal(err)
	}
	format := mat.Scope().Lookup("Formatted").(*types.Func).Signature().Results().At(0).Type()
	if !types.Identical(format, fmtPkg.Scope().Lookup("Formatter").Type()) {
		t.Errorf("mat.Formatted returns %v, not fmt's Formatter", format)
	}
	_, err = imp.Import("gonum/mat")
	if err == nil || !strings.Contains(err.Error(), `"gonum.org/v1/gonum/mat"`) {
		t.Errorf("an unknown package's error is %v, without the near one", err)
	}
}

func TestLookup(t *testing.T) {
	for _, c := range []struct{ path, name, decl, text, pos string }{
		{"fmt", "Println", "func Println(a ...any) (n int, err error)", "Println formats", "fmt/print.go:"},
		{"fmt", "Stringer.String", "func (Stringer) String() string", "", "fmt/print.go:"},
		{"gonum.org/v1/gonum/mat", "Dense.Mul", "func (m *Dense) Mul(a, b Matrix)", "Mul takes the matrix product", "gonum.org/v1/gonum/mat/"},
		{"gonum.org/v1/plot", "Plot.BackgroundColor", "field BackgroundColor color.Color", "BackgroundColor is", "gonum.org/v1/plot/plot.go:"},
		{"math", "Pi", "const Pi untyped float = 3.14159", "https", "math/const.go:"},
		{"gomdcsan/mdcsan/env", "Spec.Dt", "field Dt float64", "seconds per environment step", "gomdcsan/mdcsan/env/env.go:"},
		{"os", "", "package os", "Package os provides", ""},
	} {
		d, ok := Lookup(c.path, c.name)
		if !ok || !strings.HasPrefix(d.Decl, c.decl) || !strings.HasPrefix(d.Text, c.text) || !strings.HasPrefix(d.Pos, c.pos) {
			t.Errorf("%s.%s: %+v, %v", c.path, c.name, d, ok)
		}
	}
	if _, ok := Lookup("fmt", "Printn"); ok {
		t.Error("fmt.Printn is documented")
	}
}

// Every table's package has documentation for every exported name of its scope.
func TestEveryNameIsDocumented(t *testing.T) {
	imp := Importer()
	for _, p := range Packages() {
		pkg, err := imp.Import(p.Path)
		if err != nil {
			t.Fatal(err)
		}
		docs := packageDocs(p.Path)
		for _, name := range pkg.Scope().Names() {
			if _, ok := docs[name]; !ok && pkg.Scope().Lookup(name).Exported() {
				t.Errorf("%s.%s has no entry", p.Path, name)
			}
		}
	}
}

func BenchmarkExportsAll(b *testing.B) {
	for b.Loop() {
		Exports()
	}
}

func BenchmarkExportsPlot(b *testing.B) {
	for b.Loop() {
		Exports("fmt", "gonum.org/v1/plot", "gonum.org/v1/plot/plotter", "gonum.org/v1/gonum/mat")
	}
}

func BenchmarkUseFmt(b *testing.B) {
	for b.Loop() {
		interp.New(interp.Options{}).Use(Exports("fmt", "os", "log"))
	}
}

func BenchmarkImport(b *testing.B) {
	for _, p := range []string{"fmt", "math", "time", "gonum.org/v1/gonum/mat", "gonum.org/v1/plot/plotter", "net/http"} {
		b.Run(p, func(b *testing.B) {
			for b.Loop() {
				if _, err := Importer().Import(p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkImportAll(b *testing.B) {
	for b.Loop() {
		imp := Importer()
		for _, p := range Packages() {
			if _, err := imp.Import(p.Path); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkLookup(b *testing.B) {
	for _, p := range []string{"fmt", "gonum.org/v1/gonum/mat", "net/http"} {
		b.Run(p, func(b *testing.B) {
			for b.Loop() {
				Lookup(p, "")
			}
		})
	}
}
