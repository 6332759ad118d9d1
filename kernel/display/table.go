package display

import (
	"fmt"
	"html"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"gonum.org/v1/gonum/mat"

	"gomdcsan/kernel/engine"
)

// How many rows and columns of a table are shown: half from either end.
const (
	maxRows = 20
	maxCols = 14
	maxCell = 120 // bytes
)

// grid is a table of texts with a header row and an index column.
type grid struct {
	caption string
	header  []string // over the columns, without the index column's
	index   []string
	cells   [][]string
}

// numeric reports whether column j has numbers only, which stand to the right.
func (g *grid) numeric(j int) bool {
	found := false
	for _, row := range g.cells {
		switch row[j] {
		case "", "⋮", "…", "⋱":
			continue
		}
		if _, err := strconv.ParseFloat(row[j], 64); err != nil {
			return false
		}
		found = true
	}
	return found
}

// matrix renders a gonum matrix or vector.
func matrix(m mat.Matrix) engine.Display {
	rows, cols := m.Dims()
	caption := fmt.Sprintf("%d × %d matrix", rows, cols)
	if _, ok := m.(mat.Vector); ok {
		caption = fmt.Sprintf("vector of length %d", rows*cols)
	}
	if rows == 0 || cols == 0 {
		return textual(caption)
	}
	g := grid{caption: caption}
	showCols := ends(cols, maxCols)
	for _, j := range showCols {
		g.header = append(g.header, label(j))
	}
	for _, i := range ends(rows, maxRows) {
		g.index = append(g.index, label(i))
		row := make([]string, len(showCols))
		for k, j := range showCols {
			row[k] = dots(i, j)
			if i >= 0 && j >= 0 {
				row[k] = number(m.At(i, j))
			}
		}
		g.cells = append(g.cells, row)
	}
	return g.display()
}

func label(i int) string {
	if i < 0 {
		return "…"
	}
	return fmt.Sprint(i)
}

func dots(i, j int) string {
	switch {
	case i < 0 && j < 0:
		return "⋱"
	case i < 0:
		return "⋮"
	}
	return "…"
}

func number(x float64) string { return fmt.Sprintf("%.5g", x) }

// table renders slices and arrays of structs, of maps and of number slices,
// and maps, as tables.
func table(v any) (engine.Display, bool) {
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Slice, reflect.Array:
		if r.Len() == 0 {
			return engine.Display{}, false
		}
		elem := r.Type().Elem()
		if elem.Kind() == reflect.Pointer {
			elem = elem.Elem()
		}
		switch {
		case elem.Kind() == reflect.Struct: // without exported fields it may have a text
			return structs(r, elem)
		case formats(elem) || formats(reflect.PointerTo(elem)):
			return engine.Display{}, false
		case elem.Kind() == reflect.Map && elem.Key().Kind() == reflect.String:
			return records(r), true
		case elem.Kind() == reflect.Slice && isNumber(elem.Elem().Kind()):
			return numbers(r)
		}
	case reflect.Map:
		if k := r.Type().Key().Kind(); r.Len() > 0 && !formats(r.Type()) && (k == reflect.String || isNumber(k)) {
			return pairs(r), true
		}
	}
	return engine.Display{}, false
}

// formats reports whether values of a type have a text of their own.
func formats(t reflect.Type) bool {
	for _, i := range []reflect.Type{reflect.TypeFor[fmt.Stringer](), reflect.TypeFor[error](), reflect.TypeFor[fmt.Formatter]()} {
		if t.Implements(i) {
			return true
		}
	}
	return false
}

func isNumber(k reflect.Kind) bool {
	return k >= reflect.Int && k <= reflect.Float64 && k != reflect.Uintptr
}

// structs renders one row for each struct, one column for each exported field;
// a `display:"-"` tag hides a field, any other names its column.
func structs(r reflect.Value, elem reflect.Type) (engine.Display, bool) {
	g := grid{caption: counted(r.Len(), "row")}
	var fields []int
	for i := range elem.NumField() {
		f := elem.Field(i)
		name := f.Name
		if tag := f.Tag.Get("display"); tag != "" {
			name = tag
		}
		if f.IsExported() && name != "-" {
			fields = append(fields, i)
			g.header = append(g.header, name)
		}
	}
	if len(fields) == 0 {
		return engine.Display{}, false
	}
	g.rows(r, func(v reflect.Value) []string {
		row := make([]string, len(fields))
		v = indirect(v)
		for k, i := range fields {
			if v.IsValid() {
				row[k] = cell(v.Field(i))
			}
		}
		return row
	})
	return g.display(), true
}

// records renders a slice of map[string]T; columns are all keys, sorted.
func records(r reflect.Value) engine.Display {
	g := grid{caption: counted(r.Len(), "row")}
	all := reflect.MakeMap(reflect.MapOf(reflect.TypeFor[string](), reflect.TypeFor[bool]()))
	for i := range r.Len() {
		for _, k := range indirect(r.Index(i)).MapKeys() {
			all.SetMapIndex(reflect.ValueOf(k.String()), reflect.ValueOf(true))
		}
	}
	for _, k := range sortedKeys(all) {
		g.header = append(g.header, k.String())
	}
	g.rows(r, func(v reflect.Value) []string {
		row := make([]string, len(g.header))
		v = indirect(v)
		for j, name := range g.header {
			if c := v.MapIndex(reflect.ValueOf(name).Convert(v.Type().Key())); c.IsValid() {
				row[j] = cell(c)
			}
		}
		return row
	})
	return g.display()
}

// pairs renders a map as two columns.
func pairs(r reflect.Value) engine.Display {
	g := grid{caption: counted(r.Len(), "entry"), header: []string{"value"}}
	keys := sortedKeys(r)
	for _, i := range ends(len(keys), 2*maxRows) {
		if i < 0 {
			g.index, g.cells = append(g.index, "…"), append(g.cells, []string{"⋮"})
			continue
		}
		g.index = append(g.index, cell(keys[i]))
		g.cells = append(g.cells, []string{cell(r.MapIndex(keys[i]))})
	}
	return g.display()
}

// numbers renders [][]float64 and the like.
func numbers(r reflect.Value) (engine.Display, bool) {
	cols := 0
	for i := range r.Len() {
		cols = max(cols, indirect(r.Index(i)).Len())
	}
	g := grid{caption: fmt.Sprintf("%d × %d", r.Len(), cols)}
	show := ends(cols, maxCols)
	for _, j := range show {
		g.header = append(g.header, label(j))
	}
	g.rows(r, func(v reflect.Value) []string {
		row := make([]string, len(show))
		v = indirect(v)
		for k, j := range show {
			switch {
			case j < 0:
				row[k] = "…"
			case j < v.Len():
				row[k] = cell(v.Index(j))
			}
		}
		return row
	})
	return g.display(), true
}

// rows fills the grid from the elements of r, abridged.
func (g *grid) rows(r reflect.Value, row func(reflect.Value) []string) {
	for _, i := range ends(r.Len(), maxRows) {
		g.index = append(g.index, label(i))
		if i < 0 {
			g.cells = append(g.cells, strings.Split(strings.Repeat("⋮ ", len(g.header)-1)+"⋮", " "))
			continue
		}
		g.cells = append(g.cells, row(r.Index(i)))
	}
}

func indirect(v reflect.Value) reflect.Value {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	return v
}

func cell(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Float32, reflect.Float64:
		if !formats(v.Type()) {
			return number(v.Float())
		}
	case reflect.String:
		if !formats(v.Type()) {
			return clip(v.String(), maxCell)
		}
	}
	var p printer
	p.value(v, 1)
	return clip(p.b.String(), maxCell)
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if strings.HasSuffix(noun, "y") {
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(noun, "y"))
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func (g *grid) display() engine.Display {
	return engine.Display{Data: map[string]any{mimeHTML: g.html(), mimeText: g.text()}}
}

func (g *grid) html() string {
	var b strings.Builder
	b.WriteString("<table>\n<thead><tr><th></th>")
	align := make([]string, len(g.header))
	for j, h := range g.header {
		align[j] = "left"
		if g.numeric(j) {
			align[j] = "right"
		}
		fmt.Fprintf(&b, `<th style="text-align:%s">%s</th>`, align[j], html.EscapeString(h))
	}
	b.WriteString("</tr></thead>\n<tbody>\n")
	for i, row := range g.cells {
		fmt.Fprintf(&b, "<tr><th>%s</th>", html.EscapeString(g.index[i]))
		for j, c := range row {
			fmt.Fprintf(&b, `<td style="text-align:%s">%s</td>`, align[j], html.EscapeString(c))
		}
		b.WriteString("</tr>\n")
	}
	fmt.Fprintf(&b, "</tbody>\n</table>\n<p>%s</p>", html.EscapeString(g.caption))
	return b.String()
}

func (g *grid) text() string {
	width := make([]int, len(g.header)+1)
	measure := func(j int, s string) { width[j] = max(width[j], utf8.RuneCountInString(s)) }
	for i, row := range g.cells {
		measure(0, g.index[i])
		for j, c := range row {
			measure(j+1, c)
		}
	}
	for j, h := range g.header {
		measure(j+1, h)
	}
	left := make([]bool, len(g.header))
	for j := range left {
		left[j] = !g.numeric(j)
	}
	var b strings.Builder
	line := func(index string, cells []string) {
		s := pad(index, width[0], true)
		for j, c := range cells {
			s += "  " + pad(c, width[j+1], left[j])
		}
		b.WriteString(strings.TrimRight(s, " ") + "\n")
	}
	line("", g.header)
	for i, row := range g.cells {
		line(g.index[i], row)
	}
	b.WriteString("(" + g.caption + ")")
	return b.String()
}

func pad(s string, width int, left bool) string {
	space := strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
	if left {
		return s + space
	}
	return space + s
}
