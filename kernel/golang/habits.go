package golang

import (
	"errors"
	"fmt"
	"go/types"
	"maps"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"gomdcsan/kernel/golang/assist"
	"gomdcsan/kernel/golang/magic"
)

// Magics that people type by habit, as IPython has them.

// writeFile writes text into a file: a new one, unless -a or -f says what is to
// become of one that is there.
func (e *Engine) writeFile(arg, text string) error {
	flags, file := os.O_EXCL, arg
	for option, flag := range map[string]int{"-a ": os.O_APPEND, "-f ": os.O_TRUNC} {
		if rest, ok := strings.CutPrefix(arg, option); ok {
			flags, file = flag, strings.TrimSpace(rest)
		}
	}
	if file == "" {
		return errors.New("into which file? %%writefile FILE")
	}
	file = magic.Home(unquoted(file))
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|flags, 0o644)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s is there already: -f %s writes in its place, -a %s appends", file, file, file)
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Close()); err == nil {
		fmt.Fprintf(e.options.Stdout, "wrote %d bytes to %s\n", len(text), file)
	}
	return err
}

// listFolder prints the names in a folder; those of folders end with a slash.
func (e *Engine) listFolder(dir string) error {
	if dir == "" {
		dir = "."
	}
	entries, err := os.ReadDir(magic.Home(dir))
	for _, entry := range entries {
		name := entry.Name()
		if entry.IsDir() {
			name += "/"
		}
		fmt.Fprintln(e.options.Stdout, name)
	}
	return err
}

// printHistory prints the cells that have run, all or the last so many.
func (e *Engine) printHistory(arg string) error {
	arg, numbers := strings.CutPrefix(arg, "-n")
	last := 0
	if arg = strings.TrimSpace(arg); arg != "" {
		n, err := strconv.Atoi(arg)
		if err != nil || n < 1 {
			return fmt.Errorf("%q is no number of cells: %%history [-n] [N]", arg)
		}
		last = n
	}
	e.session.mu.Lock()
	texts := map[int]string{}
	for c := range e.session.journal.All() {
		texts[c.Count] = strings.TrimSpace(c.Code)
	}
	e.session.mu.Unlock()
	counts := slices.Sorted(maps.Keys(texts))
	if last > 0 {
		counts = counts[max(0, len(counts)-last):]
	}
	for _, n := range counts {
		if numbers {
			fmt.Fprintf(e.options.Stdout, "%d: ", n)
		}
		fmt.Fprintln(e.options.Stdout, texts[n])
	}
	return nil
}

// whos is a line for each variable: name, type, and the beginning of its value.
func (s *session) whos() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	rows := [][3]string{{"name", "type", "value"}}
	for _, name := range slices.Sorted(maps.Keys(s.env.Vars)) {
		v := s.env.Vars[name]
		value := ""
		if v.Slot != nil && v.Slot.Ptr.IsValid() {
			value = brief(v.Slot.Ptr.Elem())
		}
		rows = append(rows, [3]string{name, types.TypeString(v.Typ, assist.ShortNames), value})
	}
	var widths [2]int
	for _, r := range rows {
		widths[0], widths[1] = max(widths[0], len(r[0])), max(widths[1], len(r[1]))
	}
	var b strings.Builder
	for _, r := range rows {
		b.WriteString(strings.TrimRight(fmt.Sprintf("%-*s  %-*s  %s", widths[0], r[0], widths[1], r[1], r[2]), " ") + "\n")
	}
	return b.String()
}

// brief is a simple value, or the size of one of several elements. It calls no
// method of the value, which a cell that runs may be changing.
func brief(v reflect.Value) string {
	const most = 60
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.Chan, reflect.Array:
		return fmt.Sprintf("%d elements", v.Len())
	case reflect.Pointer, reflect.Func, reflect.Interface:
		if v.IsNil() {
			return "nil"
		}
		return ""
	case reflect.Struct, reflect.UnsafePointer:
		return ""
	case reflect.String:
		text := strconv.Quote(v.String()[:min(v.Len(), most)])
		if v.Len() > most {
			text += fmt.Sprintf("... (%d bytes)", v.Len())
		}
		return text
	}
	return fmt.Sprintf("%v", v)
}
