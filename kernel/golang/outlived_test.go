package golang

import (
	"bytes"
	"strings"
	"testing"
)

// A variable whose type gets another layout keeps its value, as an any; the
// note says where, and what does not fit with that.
func TestVariablesOutliveTheirType(t *testing.T) {
	for _, native := range []bool{false, true} {
		if native && testing.Short() {
			continue
		}
		var notes bytes.Buffer
		s := newSessionWith(t, Options{NoNative: !native, Stderr: &notes})
		defer s.close()
		s.must("type T struct{ A int }\nfunc (t T) Twice() int { return 2 * t.A }")
		s.must("x := T{1}\ny := map[string]T{\"k\": {2}}\nvar keep any = x\nz := T{3}")
		s.must("func ofX() int { return x.A }\nfunc ofZ() int { return z.A }\nfunc ofT(t T) int { return t.A }")
		if err := s.run("type T struct{ A, B int }\nofX()"); err == nil || !strings.Contains(err.Value, "undefined: ofX (it no longer fits and is gone: cell[3]:1:27: x.A undefined") {
			t.Errorf("native %v: a cell that needs what is gone: %v", native, err)
		}
		s.must("one := 1\ntype T struct{ A, B int }\nz := T{4, one}")
		for _, want := range []string{
			"note: the variable x is an any from here on, with the value that it has: cell[5]:2:6: the type T has another layout",
			"note: the variable y is an any from here on",
			"note: ofX no longer fits and is gone: cell[3]:1:",
			"note: T.Twice",
		} {
			if got := strings.Contains(notes.String(), want); got != !strings.Contains(want, "Twice") {
				t.Errorf("native %v: notes %q, with %q %v", native, &notes, want, got)
			}
		}
		for code, want := range map[string]string{
			"x": "{A:1}", "fmt.Sprint(y)": `"map[k:{2}]"`, "keep": "{A:1}", "z": "{A:4 B:1}", "ofZ()": "4", "ofT(T{7, 8})": "7",
			"x == keep": "true", `x.(interface{ Twice() int }).Twice()`: "2",
		} {
			if s.must(code); s.value != want {
				t.Errorf("native %v: %s is %q, want %q", native, code, s.value, want)
			}
		}
		if s.must("x = T{5, 6}\nx.(T).B"); s.value != "6" {
			t.Errorf("native %v: assigned %q", native, s.value)
		}
	}
}
