package golang

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"gomdcsan/kernel/engine"
)

// at runs a cell that has a number.
func (s *testSession) at(count int, code string) *engine.Error {
	s.value = ""
	return s.e.Execute(context.Background(), engine.Cell{ID: fmt.Sprint("c", count), Count: count, Code: code}).Err
}

// TestSameTextIsCompiledOnce runs cells again and again: in one session, with
// others between, and in the next. Each run is the cell's with its number.
func TestSameTextIsCompiledOnce(t *testing.T) {
	dir := t.TempDir()
	cells := []string{
		"import \"runtime\"",
		"total := 0\nfor i := range 4 { total += i }\ntotal",
		"func scale(x int) int {\n\tif x < 0 { panic(\"negative\") }\n\treturn 3 * x\n}\nscale(total)",
		"type pair struct{ a, b int }\nfunc (p pair) sum() int { return p.a + p.b }\npair{total, 2}.sum()",
		"func() string { _, file, line, _ := runtime.Caller(0); return fmt.Sprint(file, \":\", line) }()",
	}
	want := []string{"", "6", "18", "8", ""}
	for session := range 2 {
		s := newSessionWith(t, Options{CacheDir: dir})
		needNative(t, s)
		count := 10 * session
		built := 0
		for round := range 5 {
			if now := s.e.session.tools.Built; round > 2 && now > built || session > 0 && now > 0 {
				t.Errorf("session %d: compiled %d units, and %d until the round before", session, now, built)
			}
			built = s.e.session.tools.Built
			for i, code := range cells {
				count++
				if err := s.at(count, code); err != nil {
					t.Fatalf("%s\n%s", code, strings.Join(err.Traceback, "\n"))
				}
				if i == len(cells)-1 {
					want[i] = fmt.Sprintf("\"cell[%d]:1\"", count)
				}
				if s.value != want[i] {
					t.Errorf("session %d, round %d: %s\nshows %s, want %s", session, round, code, s.value, want[i])
				}
			}
			err := s.at(count+1, "%%native\nscale(-1)")
			if trace := fmt.Sprint(err.Traceback); !strings.Contains(trace, ":2 in scale") || !strings.Contains(trace, "if x < 0") || !strings.Contains(trace, fmt.Sprintf("cell[%d]:2", count+1)) {
				t.Errorf("the traceback is %s", trace)
			}
		}
		t.Logf("session %d: %d units compiled, %d loaded, for %d cells", session, built, len(s.e.session.native.Loaded), count-10*session)
		s.close()
	}
}

// TestSameTextOtherVariables keeps apart what the same text means after its
// variables have become others.
func TestSameTextOtherVariables(t *testing.T) {
	s := newTestSession(t)
	defer s.close()
	needNative(t, s)
	const code = "n := 1\nget := func() int { for { return n } }"
	s.must(code)
	s.must("first := get\nn = 5")
	s.must("n := \"text\"")
	s.must(code)
	s.must("n = 7")
	if s.must("fmt.Sprint(first(), get(), n)"); s.value != `"5 7 7"` {
		t.Errorf("the old closure, the new one and the variable: %s", s.value)
	}
	s.must("%reset")
	s.must(code)
	if s.must("get()"); s.value != "1" {
		t.Errorf("after %%reset: %s", s.value)
	}
}
