package golang

import (
	"context"
	"strings"
	"testing"

	"gomdcsan/kernel/engine"
)

// What a front-end evaluates after a cell is no cell, for %save and tracebacks.
func TestUserExpressionsAreNoCells(t *testing.T) {
	s := newTestSession(t)
	defer s.close()
	s.must("x := 41")
	s.e.Execute(context.Background(), engine.Cell{ID: "b", Count: 7, Code: "f := func(i int) int { return []int{1, 2}[i] }\nx++", Evaluate: map[string]string{"now": "x + 1"}})
	text, _ := s.e.session.script()
	if !strings.Contains(text, "// cell[7]\nf := func") || strings.Contains(text, "x + 1") {
		t.Errorf("the script is %q", text)
	}
	s.must("x++")
	if line, ok := s.e.session.lineOf("cell[7]", 2); line != "x++" || !ok {
		t.Errorf("line 2 of cell 7 is %q", line)
	}
	if line, ok := s.e.session.lineOf("cell[7]", 3); ok {
		t.Errorf("line 3 of cell 7 is %q", line)
	}
}
