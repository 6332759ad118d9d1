package golang

import (
	"fmt"
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
	if err := s.run("width := 3\nwords := []string{\"a\"}\nb := &strings.Builder{}"); err != nil {
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
	}
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
	if err := s.run("width := 3"); err != nil {
		t.Fatal(err)
	}
	cases := []struct{ code, want string }{
		{"fmt.Prin|tln(1)", "func Println(a ...any)"},
		{"fmt.Println(|", "Println formats using the default formats"},
		{"wid|th", "var width int"},
		{"mat.N|ewDense", "NewDense creates a new Dense"},
		{"m|at.NewDense", "package mat"},
		{"var b strings.Builder\nb.Wri|teString", "WriteString appends the contents"},
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
