package golang

import (
	"fmt"
	"strings"
)

// lineOf returns a line, counted from 1, of the cell with the name.
func (s *session) lineOf(name string, n int) (string, bool) {
	if line, ok := s.source.LineOf(name, n); ok && (s.program == "" || strings.TrimSpace(line) != "") {
		return line, true
	}
	if name == s.program {
		return s.programLine(n)
	}
	var count int
	if _, err := fmt.Sscanf(name, "cell[%d]", &count); err != nil {
		return "", false
	}
	c, _ := s.journal.Find(count)
	if lines := strings.Split(c.Code, "\n"); c.Code != "" && n >= 1 && n <= len(lines) {
		return lines[n-1], true
	}
	return "", false
}

// sourceName is what places in a cell are called by.
func (s *session) sourceName(count int) string {
	if s.program != "" {
		return s.program
	}
	return fmt.Sprintf("cell[%d]", count)
}

// isSource reports whether a file is the session's own code.
func (s *session) isSource(file string) bool {
	return strings.HasPrefix(file, "cell[") || file == s.program && file != ""
}

// programLine finds a line of the program, whose cells have only their own.
func (s *session) programLine(n int) (string, bool) {
	for c := range s.journal.All() {
		if lines := strings.Split(c.Code, "\n"); n >= 1 && n <= len(lines) && strings.TrimSpace(lines[n-1]) != "" {
			return lines[n-1], true
		}
	}
	return "", false
}
