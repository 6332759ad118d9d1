package frame

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Where returns the rows whose cell stands in a relation to a value: "=", "!=",
// "<", "<=", ">" or ">=" for numbers and texts, "in" for a slice of values,
// "has" for a part of a text.
//
//	t.Where("task", "=", "Hopper-v3").Where("step", ">=", 100_000)
//	t.Where("coding", "in", []string{"pop", "pop+det"})
func (f *Frame) Where(name, relation string, value any) *Frame {
	c := f.column(name)
	holds := relationOf(relation, c.Texts == nil, value)
	return f.Filter(func(r Row) bool {
		if c.Texts != nil {
			return holds(c.Texts[r.i], 0)
		}
		return holds("", c.Numbers[r.i])
	})
}

// relationOf returns a test of a cell, of which one of text and number counts.
func relationOf(relation string, numbers bool, value any) func(text string, number float64) bool {
	if relation == "in" {
		var each []func(string, float64) bool
		for _, v := range listOf(value) {
			each = append(each, relationOf("=", numbers, v))
		}
		return func(s string, x float64) bool {
			return slices.ContainsFunc(each, func(is func(string, float64) bool) bool { return is(s, x) })
		}
	}
	if relation == "has" {
		return func(s string, x float64) bool { return strings.Contains(s, fmt.Sprint(value)) }
	}
	holds, ok := relations[relation]
	if !ok {
		panic(fmt.Sprintf(`frame: relation %q, want one of =, !=, <, <=, >, >=, in, has`, relation))
	}
	if !numbers {
		want := fmt.Sprint(value)
		return func(s string, _ float64) bool { return holds(strings.Compare(s, want)) }
	}
	want, ok := numberOf(value)
	if !ok {
		panic(fmt.Sprintf("frame: a column of numbers compared with %v (%T)", value, value))
	}
	return func(_ string, x float64) bool {
		if math.IsNaN(x) {
			return relation == "!="
		}
		return holds(cmp.Compare(x, want))
	}
}

var relations = map[string]func(order int) bool{
	"=":  func(o int) bool { return o == 0 },
	"==": func(o int) bool { return o == 0 },
	"!=": func(o int) bool { return o != 0 },
	"<":  func(o int) bool { return o < 0 },
	"<=": func(o int) bool { return o <= 0 },
	">":  func(o int) bool { return o > 0 },
	">=": func(o int) bool { return o >= 0 },
}

// Sort returns the rows in the order of the named columns, the first one first;
// a name after a minus sign means from the largest. Rows that are equal keep
// their order, missing values come last.
func (f *Frame) Sort(names ...string) *Frame {
	type key struct {
		c    *Column
		sign int
	}
	var keys []key
	for _, name := range names {
		if f.index(name) < 0 && strings.HasPrefix(name, "-") {
			keys = append(keys, key{f.column(name[1:]), -1})
		} else {
			keys = append(keys, key{f.column(name), 1})
		}
	}
	rows := make([]int, f.rows)
	for i := range rows {
		rows[i] = i
	}
	slices.SortStableFunc(rows, func(a, b int) int {
		for _, k := range keys {
			if o := k.c.compare(a, b, k.sign); o != 0 {
				return o
			}
		}
		return 0
	})
	return f.take(rows)
}

func (c *Column) compare(a, b, sign int) int {
	if c.Texts != nil {
		return sign * strings.Compare(c.Texts[a], c.Texts[b])
	}
	x, y := c.Numbers[a], c.Numbers[b]
	switch {
	case math.IsNaN(x) && math.IsNaN(y):
		return 0
	case math.IsNaN(x):
		return 1
	case math.IsNaN(y):
		return -1
	}
	return sign * cmp.Compare(x, y)
}

// Join adds the other frame's columns to the rows whose cells in the named
// columns are equal to its own. Rows without a partner keep theirs, with
// missing values in the others; of several partners the first counts.
func (f *Frame) Join(other *Frame, on ...string) *Frame {
	partner := map[string]int{}
	for i := other.rows - 1; i >= 0; i-- {
		partner[other.key(i, on)] = i
	}
	rows := make([]int, f.rows)
	for i := range rows {
		j, ok := partner[f.key(i, on)]
		if !ok {
			j = -1
		}
		rows[i] = j
	}
	columns := slices.Clone(f.cols)
	for _, c := range other.cols {
		if !slices.Contains(on, c.Name) {
			columns = append(columns, c.take(rows))
		}
	}
	return must(columns...)
}

// key makes one text of a row's cells in some columns.
func (f *Frame) key(i int, names []string) string {
	var b strings.Builder
	for _, name := range names {
		text := f.column(name).text(i)
		fmt.Fprintf(&b, "%d:%s", len(text), text)
	}
	return b.String()
}

// Append returns the rows of both frames; a column that one of them lacks has
// missing values there.
func (f *Frame) Append(other *Frame) *Frame {
	var columns []Column
	for _, c := range f.cols {
		columns = append(columns, concat(c, f.rows, other.find(c.Name), other.rows))
	}
	for _, c := range other.cols {
		if f.index(c.Name) < 0 {
			columns = append(columns, concat(Column{Name: c.Name}, f.rows, &c, other.rows))
		}
	}
	return must(columns...)
}

func (f *Frame) find(name string) *Column {
	if i := f.index(name); i >= 0 {
		return &f.cols[i]
	}
	return nil
}

func concat(a Column, n int, b *Column, m int) Column {
	if b == nil {
		b = &Column{}
	}
	if a.Texts == nil && b.Texts == nil {
		return Column{Name: a.Name, Numbers: append(filled(a.Numbers, n), filled(b.Numbers, m)...)}
	}
	out := Column{Name: a.Name, Texts: []string{}}
	for i := range n {
		out.Texts = append(out.Texts, cellOrNone(&a, i))
	}
	for i := range m {
		out.Texts = append(out.Texts, cellOrNone(b, i))
	}
	return out
}

func cellOrNone(c *Column, i int) string {
	if c.len() == 0 {
		return ""
	}
	return c.text(i)
}

// filled copies x, or makes n missing numbers of nothing.
func filled(x []float64, n int) []float64 {
	if x != nil {
		return slices.Clone(x)
	}
	out := make([]float64, n)
	for i := range out {
		out[i] = math.NaN()
	}
	return out
}
