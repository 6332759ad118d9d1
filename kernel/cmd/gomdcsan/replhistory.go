package main

import (
	"os"
	"path/filepath"
	"strings"
)

// history keeps the lines typed, in a file of the user's cache.
type history struct {
	lines []string // the oldest first
	file  string
}

const historyLines = 1000

func loadHistory() *history {
	h := &history{}
	dir, err := os.UserCacheDir()
	if err != nil {
		return h
	}
	h.file = filepath.Join(dir, "gomdcsan", "history")
	if data, err := os.ReadFile(h.file); err == nil {
		h.lines = strings.Split(strings.TrimRight(string(data), "\n"), "\n")
		h.lines = h.lines[max(0, len(h.lines)-historyLines):]
	}
	return h
}

// Add implements term.History.
func (h *history) Add(line string) {
	if strings.TrimSpace(line) == "" || len(h.lines) > 0 && h.lines[len(h.lines)-1] == line {
		return
	}
	h.lines = append(h.lines, line)
	if h.file == "" || os.MkdirAll(filepath.Dir(h.file), 0o755) != nil {
		return
	}
	_ = os.WriteFile(h.file, []byte(strings.Join(h.lines[max(0, len(h.lines)-historyLines):], "\n")+"\n"), 0o600) // a lost history is no failure
}

// Len implements term.History.
func (h *history) Len() int { return len(h.lines) }

// At implements term.History.
func (h *history) At(i int) string { return h.lines[len(h.lines)-1-i] }

// search goes back through the history by what lines have in them.
type search struct {
	history *history
	text    string // that is looked for
	found   string
	at      int // of found, counted from the latest
}

// back returns the line before that has the text in it which was typed; asked
// again for what it has found, the one before that.
func (s *search) back(line string, pos int) (string, int, bool) {
	if line != s.found || line == "" {
		s.text, s.at = line, -1
	}
	for i := s.at + 1; i < s.history.Len(); i++ {
		if l := s.history.At(i); strings.Contains(l, s.text) && l != line {
			s.at, s.found = i, l
			return l, len(l), true
		}
	}
	return line, pos, true
}
