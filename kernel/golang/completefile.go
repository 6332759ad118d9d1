package golang

import (
	"go/scanner"
	"os"
	"path/filepath"
	"strings"

	"gomdcsan/kernel/engine"
)

// completeMagic completes the name of a magic, or what stands behind it;
// ok says that the cursor is in a magic's line and its argument is no Go.
func completeMagic(code string, pos int) (out engine.Completion, ok bool) {
	list, _ := magicLines(code)
	for _, m := range list {
		if pos < m.start || pos > m.end {
			continue
		}
		if pos <= m.name && code[m.start] == '%' {
			out = engine.Completion{Start: m.start, End: pos}
			for _, d := range magics {
				if strings.HasPrefix(d.name, code[m.start:pos]) {
					out.Matches = append(out.Matches, engine.Match{Text: d.name, Kind: "magic", Signature: d.arg})
				}
			}
			return out, true
		}
		if pos < m.arg {
			return engine.Completion{Start: pos, End: pos}, true
		}
		switch m.doc.what {
		case argGo:
			return out, false
		case argVariable:
			return variables(code[m.arg:pos], m.arg, pos), true
		case argFile, argFolder:
			from := max(m.arg, strings.LastIndexAny(code[:pos], " \t'\"=<>|;&(")+1)
			return files(code[from:pos], from, pos, m.doc.what == argFolder), true
		}
		return engine.Completion{Start: pos, End: pos}, true
	}
	if n := len(list); n > 0 && pos > list[n-1].end && list[n-1].takesRest(code) {
		from := strings.LastIndexAny(code[:pos], " \t\n'\"=<>|;&(") + 1
		return files(code[from:pos], from, pos, false), true
	}
	return out, false
}

func variables(prefix string, from, pos int) engine.Completion {
	out := engine.Completion{Start: from, End: pos}
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, prefix) {
			out.Matches = append(out.Matches, engine.Match{Text: name, Kind: "instance"})
		}
	}
	return out
}

// files completes a path that stands at [from, pos): what is replaced is its
// last part. Names that begin with a dot are offered when a dot was typed.
func files(path string, from, pos int, folders bool) engine.Completion {
	dir, prefix := filepath.Split(path)
	out := engine.Completion{Start: from + len(dir), End: pos}
	entries, err := os.ReadDir(home(filepath.Join(dir, ".")))
	if err != nil {
		return out
	}
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, prefix) || prefix == "" && name[0] == '.' {
			continue
		}
		isDir := e.IsDir()
		if e.Type()&os.ModeSymlink != 0 {
			st, err := os.Stat(home(filepath.Join(dir, name)))
			isDir = err == nil && st.IsDir()
		}
		switch {
		case isDir:
			name += "/"
		case folders:
			continue
		}
		out.Matches = append(out.Matches, engine.Match{Text: name, Kind: "path"})
	}
	return out
}

// home replaces a leading ~, as shells do.
func home(path string) string {
	if path != "~" && !strings.HasPrefix(path, "~/") {
		return path
	}
	dir, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return filepath.Join(dir, path[1:])
}

// stringAt is the text of the string literal that the cursor is in.
func stringAt(before string) (text string, from int, ok bool) {
	_, err := scan("cell", before)
	if err == nil {
		return "", 0, false
	}
	for _, e := range errorList(err) {
		if !openLiteral(e) || e.Pos.Offset >= len(before) {
			continue
		}
		from = e.Pos.Offset + 1
		return before[from:], from, !strings.Contains(before[from:], "\n")
	}
	return "", 0, false
}

func openLiteral(e *scanner.Error) bool {
	return e.Msg == "string literal not terminated" || e.Msg == "raw string literal not terminated"
}
