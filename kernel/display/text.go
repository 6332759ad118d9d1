package display

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// How much of a value its text shows.
const (
	maxItems = 40       // of one slice, array or map: half from either end
	maxText  = 64 << 10 // bytes in all
	maxDepth = 8
)

// text formats a value as fmt's %+v does, but abridges what is long and quotes
// strings, so that "42" and 42 differ, and ["a b"] and ["a" "b"].
func text(v any) string {
	switch v := v.(type) {
	case string:
		return clip(quoted(v), maxText)
	case []byte:
		if len(v) > 0 && printable(v) {
			return "[]byte(" + strconv.Quote(clip(string(v), maxText)) + ")"
		}
	case time.Time:
		return v.Round(0).String() // without the monotonic clock
	case error, fmt.Stringer, fmt.Formatter:
		return clip(fmt.Sprint(v), maxText)
	}
	p := printer{}
	p.value(reflect.ValueOf(v), 0)
	return clip(p.b.String(), maxText)
}

// printable reports whether bytes are text.
func printable(b []byte) bool {
	return utf8.Valid(b) && !bytes.ContainsFunc(b, func(r rune) bool { return !unicode.IsPrint(r) && !unicode.IsSpace(r) })
}

// quoted quotes a single line; several lines are easier to read as they are.
func quoted(s string) string {
	if strings.Contains(strings.TrimRight(s, "\n"), "\n") {
		return s
	}
	return fmt.Sprintf("%q", s)
}

type printer struct{ b strings.Builder }

func (p *printer) value(v reflect.Value, depth int) {
	if p.b.Len() > maxText || depth > maxDepth {
		p.b.WriteString("…")
		return
	}
	if v.IsValid() && v.CanInterface() && depth > 0 {
		switch s := v.Interface().(type) {
		case error, fmt.Stringer, fmt.Formatter:
			fmt.Fprint(&p.b, s) // fmt survives a panic in the method
			return
		}
	}
	switch v.Kind() {
	case reflect.Invalid:
		p.b.WriteString("<nil>")
	case reflect.Slice, reflect.Array:
		p.list(v, depth)
	case reflect.Map:
		p.mapping(v, depth)
	case reflect.Struct:
		p.b.WriteByte('{')
		for i := range v.NumField() {
			if i > 0 {
				p.b.WriteByte(' ')
			}
			p.b.WriteString(v.Type().Field(i).Name + ":")
			p.value(v.Field(i), depth+1)
		}
		p.b.WriteByte('}')
	case reflect.Pointer:
		if depth == 0 && !v.IsNil() && v.Elem().Kind() != reflect.Pointer {
			p.b.WriteByte('&')
			p.value(v.Elem(), depth+1)
			return
		}
		fmt.Fprintf(&p.b, "%v", v)
	case reflect.Interface:
		p.value(v.Elem(), depth+1)
	case reflect.Func:
		fmt.Fprintf(&p.b, "%v", v.Type())
	case reflect.String:
		p.b.WriteString(strconv.Quote(clip(v.String(), maxText)))
	default:
		fmt.Fprintf(&p.b, "%v", v)
	}
}

func (p *printer) list(v reflect.Value, depth int) {
	n := v.Len()
	p.b.WriteByte('[')
	for _, i := range ends(n, maxItems) {
		if i < 0 {
			p.b.WriteString(" …")
			continue
		}
		if i > 0 {
			p.b.WriteByte(' ')
		}
		p.value(v.Index(i), depth+1)
	}
	p.b.WriteByte(']')
	if n > maxItems {
		fmt.Fprintf(&p.b, " (%d elements)", n)
	}
}

func (p *printer) mapping(v reflect.Value, depth int) {
	keys := sortedKeys(v)
	p.b.WriteString("map[")
	for _, i := range ends(len(keys), maxItems) {
		if i < 0 {
			p.b.WriteString(" …")
			continue
		}
		if i > 0 {
			p.b.WriteByte(' ')
		}
		p.value(keys[i], depth+1)
		p.b.WriteByte(':')
		p.value(v.MapIndex(keys[i]), depth+1)
	}
	p.b.WriteByte(']')
	if len(keys) > maxItems {
		fmt.Fprintf(&p.b, " (%d elements)", len(keys))
	}
}

// ends lists the indices of n items to show, at most limit; -1 stands for
// those left out.
func ends(n, limit int) []int {
	var out []int
	for i := range n {
		if n <= limit || i < (limit+1)/2 || i >= n-limit/2 {
			out = append(out, i)
		} else if out[len(out)-1] >= 0 {
			out = append(out, -1)
		}
	}
	return out
}

// sortedKeys orders a map's keys as fmt does for numbers and strings, others
// by their text.
func sortedKeys(v reflect.Value) []reflect.Value {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int {
		switch {
		case a.CanInt() && b.CanInt():
			return cmpOrdered(a.Int(), b.Int())
		case a.CanUint() && b.CanUint():
			return cmpOrdered(a.Uint(), b.Uint())
		case a.CanFloat() && b.CanFloat():
			return cmpOrdered(a.Float(), b.Float())
		}
		return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
	})
	return keys
}

func cmpOrdered[T int64 | uint64 | float64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
