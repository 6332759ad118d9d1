package golang

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// at splits code at the cursor, which is written |.
func at(code string) (string, int) {
	pos := strings.IndexByte(code, '|')
	return code[:pos] + code[pos+1:], pos
}

func TestComplete(t *testing.T) {
	s := newTestSession(t)
	defer s.close()
	if err := s.run("width := 3\nwords := []string{\"a\"}\nb := &strings.Builder{}\n" +
		"type Trail struct{ Trace []float64 }\n" +
		"// Net fires.\ntype Net struct{ Weights []float64; Bias float64 }\n" +
		"// Fire gives the trail of one step.\nfunc (n *Net) Fire(x float64) Trail { return Trail{} }\nnet := &Net{}"); err != nil {
		t.Fatal(err)
	}
	cases := []struct{ code, want string }{
		{"fmt.Pri|", "Print"},
		{"fmt.|", "Println"},
		{"wi|", "width"},
		{"for i := range 3 { fmt.Println(wor|", "words"},
		{"for index := range 3 { fmt.Println(ind|", "index"},
		{"b.Wri|", "WriteString"},
		{"x := b.|\nfmt.Println(x)", "Len"},
		{"if b.|", "Reset"},
		{"mat.NewDe|nse(2, 2, nil)", "NewDense"},
		{"import \"gonum.org/v1/gonum/ma|", "gonum.org/v1/gonum/mat"},
		{"type T struct{ Alpha int }\nv := T{1}\nv.Al|", "Alpha"},
		{"func f(count int) int { return cou|", "count"},
		{"type U struct{ Beta int }\nv := U{Be|", "Beta:"},
		{"sw|", "switch"},
		// A method of a variable of an earlier cell, a field of a result.
		{"net.Wei|", "Weights"},
		{"fmt.Println(net.Wei|)", "Weights"},
		{"net.Fire(1).Tra|", "Trace"},
		{"xs := []Net{{Wei|", "Weights:"},
		{"n := &Net{Weights: nil, Bi|", "Bias:"},
		{"cfg := mdcsan.Config{Se|", "Seed:"},
		{"cfg := mdcsan.QuickConfig(\"Hopper-v3\")\ncfg.See|", "Seed"},
		{"mdcsan.Tr|", "Train"},
		{"p := plot.New()\np.Title.Te|", "Text"},
		{"plotter.New|", "NewLine"},
		{"m := mat.NewDense(2, 2, nil)\nm.At|", "At"},
		// Half-typed cells.
		{"for i := 0; i < 3; i++ {\n\tif i > 1 {\n\t\twords = append(words, strings.Rep|\n", "Repeat"},
		{"switch x := any(width).(type) {\ncase int:\n\tfmt.Println(x, wor|", "words"},
		{"f := func(alpha float64) float64 {\n\treturn math.Ex|", "Exp"},
		{"go func() { wid|", "width"},
		{"if width > 2 && strings.Has|", "HasPrefix"},
		{"x := map[string]int{\"a\": wid|", "width"},
		{"import (\n\t\"go|", "go/ast"},
		{"import \"ima|", "image"},
		// Magics, also before Go.
		{"%ti|", "%timeit"},
		{"%%ba|", "%%bash"},
		{"%time wid|", "width"},
		{"%%time\nfmt.Printl|", "Println"},
		{"!ls\nwid|", "width"},
		{"%env ZZ_COMP|", "ZZ_COMPLETE"},
	}
	t.Setenv("ZZ_COMPLETE", "1")
	for _, c := range cases {
		code, pos := at(c.code)
		got := s.e.Complete(code, pos)
		if !strings.Contains(fmt.Sprint(got.Matches), "{"+c.want+" ") {
			t.Errorf("%q: %s is not among %d: %.200v", c.code, c.want, len(got.Matches), got.Matches)
		}
		if got.End != pos || got.Start > pos {
			t.Errorf("%q: replaces [%d, %d), cursor at %d", c.code, got.Start, got.End, pos)
		}
	}
}

func TestInspect(t *testing.T) {
	s := newTestSession(t)
	defer s.close()
	if err := s.run("width := 3\n\n// scale multiplies.\nfunc scale(x float64, by int) float64 { return x * float64(by) }\n" +
		"// Layer is a layer.\ntype Layer struct{ N int }\n// Size counts the neurons.\nfunc (l Layer) Size() int { return l.N }"); err != nil {
		t.Fatal(err)
	}
	cases := []struct{ code, want string }{
		{"fmt.Prin|tln(1)", "func Println(a ...any)"},
		{"fmt.Println(|", "Println formats using the default formats"},
		{"wid|th", "var width int"},
		{"mat.N|ewDense", "NewDense creates a new Dense"},
		{"m|at.NewDense", "package mat"},
		{"var b strings.Builder\nb.Wri|teString", "WriteString appends the contents"},
		// Within a call: the function's signature.
		{"fmt.Println(\"a\", |", "func Println(a ...any)"},
		{"math.Pow(2, |)", "func Pow(x, y float64) float64"},
		{"math.Pow(2|, 3)", "func Pow(x, y float64) float64"},
		{"os.WriteFile(\"a|", "func WriteFile(name string"},
		{"math.Max(math.Pow(1, 2), |)", "func Max(x, y float64) float64"},
		{"strings.Map(func(r rune) rune { return r }, |)", "func Map(mapping"},
		{"scale(|)", "func scale(x float64, by int) float64"},
		{"fmt.Println(wid|th)", "var width int"},
		{"append(|", "append adds elements"},
		{"mdcsan.Train(|", "func Train("},
		{"%timeit| f()", "run many times"},
		{"%load fi|", "put a file"},
		{"%time math.Po|w(1, 2)", "func Pow(x, y float64) float64"},
		// The user's own, and places.
		{"sc|ale(1, 2)", "scale multiplies.\n\ndeclared in cell[1]"},
		{"math.P|ow(1, 2)", "math/pow.go:"},
		{"mat.N|ewDense", "gonum.org/v1/gonum/mat/dense.go:"},
		{"v := Lay|er{}", "type Layer struct"},
		{"Layer{}.Si|ze()", "Size counts the neurons"},
	}
	for _, c := range cases {
		code, pos := at(c.code)
		got := s.e.Inspect(code, pos, 1)
		if !got.Found || !strings.Contains(fmt.Sprint(got.Data["text/plain"]), c.want) {
			t.Errorf("%q: %v, want %q", c.code, got.Data, c.want)
		}
	}
	if s.e.Inspect("nothing", 3, 0).Found {
		t.Error("found a name that is not there")
	}
}

func TestIsComplete(t *testing.T) {
	s := newTestSession(t)
	defer s.close()
	cases := []struct{ code, status, indent string }{
		{"x := 1", "complete", ""},
		{"", "complete", ""},
		{"for i := range 3 {", "incomplete", "\t"},
		{"f(1,", "incomplete", "\t"},
		{"x := 1 +", "incomplete", "\t"},
		{"x := `abc", "incomplete", ""},
		{"/* note", "incomplete", ""},
		{"x := \"abc", "invalid", ""},
		{"fmt.Println(\"abc", "incomplete", ""},
		{"fmt.Println(\"abc\n)", "invalid", ""},
		{"x := )", "invalid", ""},
		{"func f() {\n}", "complete", ""},
		{"%time x", "complete", ""},
		{"i++", "complete", ""},
	}
	for _, c := range cases {
		if got := s.e.IsComplete(c.code); got.Status != c.status || got.Indent != c.indent {
			t.Errorf("%q: %v, want %s %q", c.code, got, c.status, c.indent)
		}
	}
}

func TestCompleteFiles(t *testing.T) {
	s := newTestSession(t)
	defer s.close()
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"data/run.csv", "data/deep/x.csv", "notes.txt", ".hidden"} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ code, want, replaced string }{
		{`os.ReadFile("|`, "data/ notes.txt", ""},
		{`os.ReadFile("no|")`, "notes.txt", "no"},
		{`os.ReadFile("data/|")`, "deep/ run.csv", ""},
		{`os.ReadFile("data/ru|`, "run.csv", "ru"},
		{"os.ReadFile(`data/ru|", "run.csv", "ru"},
		{`os.ReadFile("` + dir + `/data/r|`, "run.csv", "r"},
		{`os.ReadFile(".h|`, ".hidden", ".h"},
		{"%load n|", "notes.txt", "n"},
		{"%cd |", "data/", ""},
		{"!cat data/r|", "run.csv", "r"},
		{"%%bash\ncat no|", "notes.txt", "no"},
		{`"é" + "no|`, "notes.txt", "no"},
	} {
		code, pos := at(c.code)
		got := s.e.Complete(code, pos)
		var names []string
		for _, m := range got.Matches {
			names = append(names, m.Text)
			if m.Kind != "path" {
				t.Errorf("%q: %s is of kind %q", c.code, m.Text, m.Kind)
			}
		}
		if strings.Join(names, " ") != c.want || code[got.Start:got.End] != c.replaced {
			t.Errorf("%q: %q for %q, want %q for %q", c.code, names, code[got.Start:got.End], c.want, c.replaced)
		}
	}
}
