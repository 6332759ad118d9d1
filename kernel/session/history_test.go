package session

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gomdcsan/kernel/wire"
)

func TestHistory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dir", "history.jsonl")
	old := NewHistory(path)
	old.Add(1, "a := 1", "")
	old.Add(2, "fmt.Println(a)", "1")
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	h := NewHistory(path)
	h.Add(1, "b/c", "")
	h.Add(2, "a := 1", "")
	stop := 2
	for name, test := range map[string]struct {
		req  wire.History
		want string
	}{
		"tail":          {wire.History{AccessType: "tail", N: 2}, "[[0 1 b/c] [0 2 a := 1]]"},
		"tail all":      {wire.History{AccessType: "tail"}, "[[1 1 a := 1] [1 2 fmt.Println(a)] [0 1 b/c] [0 2 a := 1]]"},
		"range":         {wire.History{AccessType: "range", Start: 1, Stop: &stop}, "[[0 1 b/c]]"},
		"range before":  {wire.History{AccessType: "range", Session: -1}, "[[1 1 a := 1] [1 2 fmt.Println(a)]]"},
		"search":        {wire.History{AccessType: "search", Pattern: "*:=*"}, "[[1 1 a := 1] [0 2 a := 1]]"},
		"search unique": {wire.History{AccessType: "search", Pattern: "a*", Unique: true}, "[[0 2 a := 1]]"},
		"search slash":  {wire.History{AccessType: "search", Pattern: "b?c"}, "[[0 1 b/c]]"},
		"nothing":       {wire.History{AccessType: "search", Pattern: "zz"}, "[]"},
		"output":        {wire.History{AccessType: "range", Start: 2, Output: true}, "[[0 2 [a := 1 <nil>]]]"},
	} {
		if got := fmt.Sprint(h.Find(test.req)); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

func TestHistoryFileStaysSmallAndBadLinesAreSkipped(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.jsonl")
	lines := strings.Repeat(`{"session":3,"line":1,"input":"x"}`+"\n"+"garbage\n", 3000)
	if err := os.WriteFile(path, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	h := NewHistory(path)
	if n := len(h.Find(wire.History{AccessType: "tail"})); n != historyEntries {
		t.Errorf("%d entries", n)
	}
	data, err := os.ReadFile(path)
	if err != nil || strings.Count(string(data), "\n") != historyEntries {
		t.Errorf("the file has %d lines, %v", strings.Count(string(data), "\n"), err)
	}
}

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, s string
		want       bool
	}{{"*", "", true}, {"1?2*", "1+2", true}, {"?", "日", true}, {"*本", "日本", true}, {"a*b*c", "a/b\nc", true}, {"a", "ab", false}, {"?", "", false}} {
		if glob(c.pattern, c.s) != c.want {
			t.Errorf("glob(%q, %q) is not %v", c.pattern, c.s, c.want)
		}
	}
}
