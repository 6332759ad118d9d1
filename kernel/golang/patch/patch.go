package patch

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Compiled cells live in packages of their own and must reach each other's
// unexported names, so these are given an uppercase first letter. It is taken
// out of the compiled file again, so that printing, encoding and
// messages see the names as they were written.
const (
	MarkName   = "ↃↃ" // of a type, a field, a constant, a function
	MarkMethod = "ⱮⱮ"
)

// File takes the mark out of the names of types, fields and methods in a
// compiled unit, and makes them unexported again for reflection: printing and
// encoding then see what the user wrote, and so do the messages of failed
// assertions, which name methods. The unit's package becomes main, so that the
// unexported methods of all units are of one package, and fit each other's
// interfaces. A name in the run-time type information is flags, length, bytes,
// and for a field with a tag the tag's length and bytes.
func File(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for _, mark := range []string{MarkName, MarkMethod} {
		for at := 0; ; at++ {
			i := bytes.Index(data[at:], []byte(mark))
			if i < 0 {
				break
			}
			at += i
			if start, end, ok := nameAround(data, at); ok {
				rewriteName(data, start, end)
			}
		}
	}
	for _, m := range unitPath.FindAllIndex(data, -1) {
		if start, end, ok := nameAround(data, m[0]); ok && (data[start] == '*' || start == m[0] && end == m[1]) {
			rewriteName(data, start, end)
		}
	}
	return os.WriteFile(file, data, 0o644)
}

// unitPath is the package of a unit: the name of it, and what the name of a
// generic type has before the types among its arguments.
var unitPath = regexp.MustCompile(`cells/[0-9a-f]{16}`)

const (
	nameExported = 1 << 0
	nameTag      = 1 << 1
	namePkgPath  = 1 << 2
	nameEmbedded = 1 << 3
)

// nameAround finds the name that holds the byte at: one that begins there, as
// a field's does, or the string of a type, which begins with a star.
func nameAround(data []byte, at int) (start, end int, ok bool) {
	for start = at; start > at-512 && start > 3; start-- {
		if start < at && data[start] != '*' {
			if data[start] < ' ' {
				return 0, 0, false
			}
			continue
		}
		if end, ok := nameLength(data, start); ok && end > at {
			return start, end, true
		}
	}
	return 0, 0, false
}

// nameLength checks that a name with a header before it begins at start.
func nameLength(data []byte, start int) (end int, ok bool) {
	for _, width := range []int{1, 2} {
		n, used := binary.Uvarint(data[start-width : start])
		flags := data[start-width-1]
		if used != width || flags&^(nameExported|nameTag|namePkgPath|nameEmbedded) != 0 || start+int(n) > len(data) {
			continue
		}
		s := data[start : start+int(n)]
		if len(s) > 0 && utf8.Valid(s) && !bytes.ContainsFunc(s, unicode.IsControl) {
			return start + int(n), true
		}
	}
	return 0, false
}

func rewriteName(data []byte, start, end int) {
	width := 1
	if end-start >= 0x80 {
		width = 2
	}
	head := start - width - 1
	flags := data[head]
	tail := end
	if flags&nameTag != 0 {
		n, used := binary.Uvarint(data[tail:])
		tail += used + int(n)
	}
	if flags&namePkgPath != 0 {
		tail += 4
	}
	name := unitPath.ReplaceAll(unmarked(data[start:end]), []byte("main"))
	if data[start] != '*' {
		flags &^= nameExported
	}
	out := []byte{flags}
	out = binary.AppendUvarint(out, uint64(len(name)))
	out = append(out, name...)
	out = append(out, data[end:tail]...)
	n := copy(data[head:tail], out)
	clear(data[head+n : tail])
}

// unmarked takes the marks out of a name. In the name of a generic type's
// instance, fields and methods of type arguments without a name are told by
// their package, for which a mark's place is room enough: Set[struct { main.x int }].
func unmarked(name []byte) []byte {
	var out []byte
	var instance []bool // of each open bracket
	for i := 0; i < len(name); {
		switch rest := name[i:]; {
		case bytes.HasPrefix(rest, []byte(MarkName)), bytes.HasPrefix(rest, []byte(MarkMethod)):
			if slices.Contains(instance, true) && name[i-1] != '.' {
				out = append(out, "main."...)
			}
			i += len(MarkName)
			continue
		case rest[0] == '[':
			instance = append(instance, afterName.Match(name[:i]) && !bytes.HasSuffix(name[:i], []byte("map")))
		case rest[0] == ']' && len(instance) > 0:
			instance = instance[:len(instance)-1]
		}
		out = append(out, name[i])
		i++
	}
	return out
}

// afterName is what an instance's brackets stand behind.
var afterName = regexp.MustCompile(`[\pL\pN_]$`)

// Plain takes the marks out of names.
func Plain(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, MarkName, ""), MarkMethod, "")
}

// Placeholder has room for the number of any cell.
func Placeholder(i int) string { return fmt.Sprintf("cell[%011d]", i) }
