package golang

import "strings"

func lines(s string) []string { return strings.Split(strings.TrimRight(s, "\n"), "\n") }

// directives reads the lines at the top of a cell that choose its path, and
// blanks them so that positions stay.
func directives(code string) (string, path) {
	force := pathAuto
	rest := code
	for {
		line, after, more := strings.Cut(rest, "\n")
		switch strings.TrimSpace(line) {
		case "%%native":
			force = pathNative
		case "%%interpret":
			force = pathInterpret
		case "":
		default:
			return code[:0] + blankLines(code[:len(code)-len(rest)]) + rest, force
		}
		if !more {
			return "", force
		}
		rest = after
	}
}

func blankLines(s string) string { return strings.Repeat("\n", strings.Count(s, "\n")) }
