package assist

import (
	"go/scanner"
	"os"
	"path/filepath"
	"strings"

	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/golang/cell"
	"gomdcsan/kernel/golang/magic"
)

// completeMagic completes the name of a magic, or what stands behind it;
// ok says that the cursor is in a magic's line and its argument is no Go.
func completeMagic(code string, pos int) (out engine.Completion, ok bool) {
	list, _ := magic.Lines(code)
	for _, m := range list {
		if pos < m.Start || pos > m.End {
			continue
		}
		if pos <= m.Name && code[m.Start] == '%' {
			out = engine.Completion{Start: m.Start, End: pos}
			for _, d := range magic.All {
				if strings.HasPrefix(d.Name, code[m.Start:pos]) {
					out.Matches = append(out.Matches, engine.Match{Text: d.Name, Kind: "magic", Signature: d.Arg})
				}
			}
			return out, true
		}
		if pos < m.Arg {
			return engine.Completion{Start: pos, End: pos}, true
		}
		switch m.Doc.What {
		case magic.ArgGo:
			return out, false
		case magic.ArgVariable:
			return variables(code[m.Arg:pos], m.Arg, pos), true
		case magic.ArgFile, magic.ArgFolder:
			from := max(m.Arg, strings.LastIndexAny(code[:pos], " \t'\"=<>|;&(")+1)
			return files(code[from:pos], from, pos, m.Doc.What == magic.ArgFolder), true
		}
		return engine.Completion{Start: pos, End: pos}, true
	}
	if n := len(list); n > 0 && pos > list[n-1].End && list[n-1].TakesRest(code) {
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
	entries, err := os.ReadDir(magic.Home(filepath.Join(dir, ".")))
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
			st, err := os.Stat(magic.Home(filepath.Join(dir, name)))
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

// stringAt is the text of the string literal that the cursor is in.
func stringAt(before string) (text string, from int, ok bool) {
	_, err := cell.Scan("cell", before)
	if err == nil {
		return "", 0, false
	}
	for _, e := range cell.ErrorList(err) {
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
