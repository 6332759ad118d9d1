package golang

import (
	"bytes"
	"strings"
	"testing"
)

// A variable whose type gets another layout cannot stay; the note says where.
func TestNoteOfAVariableThatGoes(t *testing.T) {
	var notes bytes.Buffer
	s := newSessionWith(t, Options{NoNative: true, Stderr: &notes})
	defer s.close()
	s.must("type T struct{ A int }")
	s.must("t := map[string]T{}\nvar keep any = T{1}")
	s.must("x := 1\ntype T struct{ B string }")
	if want := "note: the variable t no longer fits and is gone: cell[3]:2:6: the type T has another layout from here on"; !strings.Contains(notes.String(), want) {
		t.Errorf("notes %q, want %q", &notes, want)
	}
	s.must("keep")
	if s.value != "{A:1}" {
		t.Errorf("the kept value is %q", s.value)
	}
}
