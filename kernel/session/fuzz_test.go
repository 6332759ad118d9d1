package session

import (
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"gomdcsan/kernel/wire"
)

// A history file of any content is read as far as it can be, answers every
// question and takes a new entry.
func FuzzHistory(f *testing.F) {
	f.Add([]byte("{\"session\":1,\"line\":1,\"input\":\"x\"}\n{bad\n"), "tail", "*x?", 3, 1)
	f.Add([]byte("\xff\x00\n\n{}"), "range", "[", -5, -1)
	f.Add([]byte(nil), "search", "**?*", 1<<30, 0)
	f.Fuzz(func(t *testing.T, content []byte, access, pattern string, n, session int) {
		path := filepath.Join(t.TempDir(), "history.jsonl")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		h := NewHistory(path)
		defer h.Close()
		h.Add(1, "new input", "")
		h.Find(wire.History{AccessType: access, Pattern: pattern, N: n, Session: session, Start: n, Stop: &session, Output: true})
		if got := h.Find(wire.History{AccessType: "tail", N: 1}); len(got) != 1 || got[0][2] != "new input" {
			t.Errorf("the new entry is %v", got)
		}
		if utf8.ValidString(pattern) {
			h.Find(wire.History{AccessType: "search", Pattern: pattern, N: n, Unique: true})
		}
	})
}
