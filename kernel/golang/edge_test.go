package golang

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"
)

// TestEdges runs the edges of constants, types, declarations and imports in
// each of the three ways in which a cell can run.
func TestEdges(t *testing.T) {
	for _, way := range []struct{ name, magic string }{{"default", ""}, {"compiled", "%%native\n"}, {"interpreted", "%%interpret\n"}} {
		t.Run(way.name, func(t *testing.T) {
			if way.name != "interpreted" {
				s := newTestSession(t)
				defer s.close()
				needNative(t, s)
				s.output() // no longer caught
			}
			for n, c := range loadSuite(t, "testdata/edge_cases.json") {
				if way.magic == "%%native\n" && n%8 != 0 && os.Getenv("LONG_TESTS") == "" {
					continue // each of its cells is compiled
				}
				for i := range c.cells {
					c.cells[i] = way.magic + c.cells[i]
				}
				if verdict, detail := runCase(t, c, way.name == "interpreted", map[string]int{}); verdict != "right" {
					t.Errorf("%s %s: %s", verdict, c.name, detail)
				}
			}
		})
	}
}

// TestPathologicalCells refuses what would take the checker or the compilers
// minutes or all memory.
func TestPathologicalCells(t *testing.T) {
	s := newSessionWith(t, Options{NoNative: true})
	defer s.close()
	many := func(piece string) string { return strings.Repeat(piece, 20000) }
	for name, code := range map[string]string{
		"slices":      "var x " + many("[]") + "int",
		"literal":     many("[]") + "int{}",
		"pointers":    "var x " + many("*") + "int",
		"channels":    "var x " + many("chan ") + "int",
		"maps":        "var x " + many("map[int]") + "int",
		"functions":   "var x " + many("func() ") + "int",
		"arrays":      "var x " + many("[1]") + "int",
		"unary":       "x := " + many("- ") + "1",
		"not":         "x := " + many("!") + "true",
		"parentheses": "x := " + many("(") + "1" + many(")"),
		"blocks":      many("{") + many("}"),
		"if":          many("if true {") + many("}"),
		"else":        "if true {}" + many(" else if true {}"),
		"calls":       "x := f" + many("()"),
		"selectors":   "x := a" + many(".b"),
		"indices":     "x := a" + many("[0]"),
		"sum":         "x := 1" + many("+1"),
		"labels":      strings.Repeat("a:", 20000) + "x()",
		"literals":    "x := " + many("func() { ") + many("}"),
		"shift":       "x := 1 << 100000000",
		"exponent":    "x := 1e1000000000",
		"array":       "var a [1 << 40]int",
		"array type":  "type A [1 << 40]int\nvar a A",
		"arrays of":   "var a [1 << 14][1 << 14][1 << 14]int",
		"literal at":  "a := []int{1 << 40: 1}",
		"local array": "func() { var a [1 << 40]int; a[0] = 1 }()",
		"field":       "type T struct { a [1 << 40]int }\nx := T{}",
		"new":         "x := new([1 << 40]int)",
	} {
		start := time.Now()
		err := s.run(code)
		t.Logf("%s: %v", name, time.Since(start))
		if err == nil || err.Name == "internal error" || len(err.Value) > 5000 {
			t.Errorf("%s: %v", name, err)
		}
	}
	s.must("x := 1")
}

// TestTraceback names the functions that a panic went through, and their lines,
// in whichever way cells run.
func TestTraceback(t *testing.T) {
	for _, magic := range []string{"", "%%native\n", "%%interpret\n"} {
		s := newTestSession(t)
		if magic != "%%interpret\n" {
			needNative(t, s)
		}
		s.must(magic + "func g(i int) int {\n\tvar a []int\n\treturn a[i]\n}\nfunc h(i int) int {\n\treturn g(i) + 1\n}")
		err := s.run(magic + "h(7)")
		s.close()
		if err == nil {
			t.Fatalf("%q: no error", magic)
		}
		trace := strings.Join(err.Traceback, "\n")
		at := 0
		for _, want := range []string{"in g\n    return a[i]", "in h\n    return g(i) + 1", "h(7)"} {
			i := strings.Index(trace[at:], want)
			if i < 0 {
				t.Errorf("%q: no %q in\n%s", magic, want, trace)
				break
			}
			at += i
		}
	}
}

// TestOnlyMain says of a cell that is written like a program that nothing runs.
func TestOnlyMain(t *testing.T) {
	var notes bytes.Buffer
	s := newSessionWith(t, Options{NoNative: true, Stderr: &notes})
	defer s.close()
	s.must("func main() { fmt.Println(1) }\nmain()")
	s.must("func other() {}")
	if strings.Contains(notes.String(), "main is declared") {
		t.Errorf("said of cells that run or declare something else: %s", notes.String())
	}
	s.must("package main\nimport \"fmt\"\nfunc main() { fmt.Println(1) }")
	if !strings.Contains(notes.String(), "call main() to run it") {
		t.Errorf("said %q", notes.String())
	}
}
