package session

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"unicode/utf8"

	"gomdcsan/kernel/wire"
)

// The history file keeps about this many entries, each up to this long.
const (
	historyEntries = 2000
	historyInput   = 64 << 10
)

// History remembers what was executed, in this kernel's life and, with a file,
// before: jupyter_console's arrow-up asks for it. A file that cannot be read
// or written costs the past, not the kernel.
type History struct {
	path string

	mu      sync.Mutex
	loaded  bool
	session int // this kernel's number; earlier ones are smaller
	entries []entry
	file    *os.File // open for appending after the first Add
}

// entry is one executed cell, and a line of the file.
type entry struct {
	Session int    `json:"session"`
	Line    int    `json:"line"`
	Input   string `json:"input"`
	output  string
}

// NewHistory returns the history kept in a file; "" keeps it in memory only.
func NewHistory(path string) *History { return &History{path: path} }

// load reads the file at the first use, so that it does not delay the start.
func (h *History) load() {
	if h.loaded {
		return
	}
	h.loaded = true
	h.session = 1
	if h.path == "" {
		return
	}
	f, err := os.Open(h.path)
	if err != nil {
		return
	}
	defer f.Close()
	lines := 0
	r := bufio.NewScanner(io.LimitReader(f, 64<<20))
	r.Buffer(nil, 4*historyInput)
	for r.Scan() {
		var e entry
		if lines++; json.Unmarshal(r.Bytes(), &e) == nil && e.Input != "" {
			h.entries = append(h.entries, e)
			h.session = max(h.session, e.Session+1)
		}
	}
	if n := len(h.entries); n > historyEntries {
		h.entries = h.entries[n-historyEntries:]
	}
	if lines > 2*historyEntries {
		h.rewrite()
	}
}

// rewrite replaces the file by the entries that are kept.
func (h *History) rewrite() {
	var b bytes.Buffer
	for _, e := range h.entries {
		b.Write(wire.Marshal(e))
		b.WriteByte('\n')
	}
	tmp := h.path + ".new"
	if os.WriteFile(tmp, b.Bytes(), 0o600) == nil {
		os.Rename(tmp, h.path)
	}
}

// Add notes an executed cell.
func (h *History) Add(line int, input, output string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.load()
	if len(input) > historyInput {
		return
	}
	if len(output) > historyInput {
		output = ""
	}
	e := entry{h.session, line, input, output}
	if h.entries = append(h.entries, e); len(h.entries) > 2*historyEntries {
		h.entries = slices.Clone(h.entries[historyEntries:])
	}
	if h.path == "" {
		return
	}
	if h.file == nil {
		if os.MkdirAll(filepath.Dir(h.path), 0o700) != nil {
			return
		}
		f, err := os.OpenFile(h.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return
		}
		h.file = f
	}
	h.file.Write(append(wire.Marshal(e), '\n')) // a full disk costs the past, not the cell
}

// Close closes the history's file.
func (h *History) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	f := h.file
	h.file = nil
	if f == nil {
		return nil
	}
	return f.Close()
}

// Find answers a history_request: [session, line, input] for each entry, with
// [input, output] in place of the input when outputs are wanted.
func (h *History) Find(req wire.History) [][3]any {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.load()
	found := h.find(req)
	list := make([][3]any, 0, len(found))
	for _, e := range found {
		item := [3]any{e.Session, e.Line, e.Input}
		if e.Session == h.session {
			item[0] = 0 // as IPython numbers the current one
		}
		if req.Output {
			var output any
			if e.output != "" {
				output = e.output
			}
			item[2] = [2]any{e.Input, output}
		}
		list = append(list, item)
	}
	return list
}

func (h *History) find(req wire.History) []entry {
	switch req.AccessType {
	case "range":
		session := req.Session
		if session <= 0 {
			session += h.session
		}
		return h.filter(func(e entry) bool {
			return e.Session == session && e.Line >= req.Start && (req.Stop == nil || e.Line < *req.Stop)
		})
	case "search":
		pattern := req.Pattern
		if pattern == "" {
			pattern = "*"
		}
		found := h.filter(func(e entry) bool { return glob(pattern, e.Input) })
		if req.Unique {
			found = unique(found)
		}
		return tail(found, req.N)
	default:
		return tail(h.entries, req.N)
	}
}

func (h *History) filter(keep func(entry) bool) (found []entry) {
	for _, e := range h.entries {
		if keep(e) {
			found = append(found, e)
		}
	}
	return found
}

// unique keeps the last of equal inputs.
func unique(entries []entry) (kept []entry) {
	seen := map[string]bool{}
	for _, e := range slices.Backward(entries) {
		if !seen[e.Input] {
			seen[e.Input] = true
			kept = append(kept, e)
		}
	}
	slices.Reverse(kept)
	return kept
}

func tail(entries []entry, n int) []entry {
	if n > 0 && n < len(entries) {
		return entries[len(entries)-n:]
	}
	return entries
}

// glob matches IPython's history patterns: "*" is any text and "?" any one
// character, line ends included (path.Match would stop at slashes).
func glob(pattern, s string) bool {
	star, mark := -1, 0
	p, i := 0, 0
	for i < len(s) {
		_, width := utf8.DecodeRuneInString(s[i:])
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && pattern[p] == '?':
			p++
			i += width
		case p < len(pattern) && pattern[p] == s[i]:
			p++
			i++
		case star >= 0:
			_, width = utf8.DecodeRuneInString(s[mark:])
			mark += width
			p, i = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
