package frame

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Frame is a table of named columns of one length.
type Frame struct {
	cols []Column
	rows int
}

// Column is a named list of numbers or, if Texts is not nil, of texts.
type Column struct {
	Name    string
	Numbers []float64
	Texts   []string
}

// Numbers returns a column of numbers.
func Numbers(name string, values []float64) Column { return Column{Name: name, Numbers: values} }

// Texts returns a column of texts.
func Texts(name string, values []string) Column {
	if values == nil {
		values = []string{}
	}
	return Column{Name: name, Texts: values}
}

func (c *Column) len() int { return max(len(c.Numbers), len(c.Texts)) }

// text is the cell of row i as WriteCSV writes it.
func (c *Column) text(i int) string {
	if c.Texts != nil {
		return c.Texts[i]
	}
	if x := c.Numbers[i]; !math.IsNaN(x) {
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	return ""
}

// take returns the given rows; -1 is a row without a value.
func (c *Column) take(rows []int) Column {
	out := Column{Name: c.Name}
	if c.Texts != nil {
		out.Texts = make([]string, len(rows))
	} else {
		out.Numbers = make([]float64, len(rows))
	}
	for k, i := range rows {
		switch {
		case c.Texts == nil && i < 0:
			out.Numbers[k] = math.NaN()
		case c.Texts == nil:
			out.Numbers[k] = c.Numbers[i]
		case i >= 0:
			out.Texts[k] = c.Texts[i]
		}
	}
	return out
}

// New returns a frame of the given columns, which must be of one length and
// have names of their own.
func New(columns ...Column) (*Frame, error) {
	f := &Frame{}
	for i, c := range columns {
		if i == 0 {
			f.rows = c.len()
		}
		if c.len() != f.rows {
			return nil, fmt.Errorf("frame: column %q has %d rows, %q has %d", c.Name, c.len(), columns[0].Name, f.rows)
		}
		if f.index(c.Name) >= 0 {
			return nil, fmt.Errorf("frame: two columns are called %q", c.Name)
		}
		f.cols = append(f.cols, c)
	}
	return f, nil
}

// must is New for columns that fit.
func must(columns ...Column) *Frame {
	f, err := New(columns...)
	if err != nil {
		panic(err.Error())
	}
	return f
}

// Len returns the number of rows.
func (f *Frame) Len() int { return f.rows }

// Names returns the names of the columns.
func (f *Frame) Names() []string {
	names := make([]string, len(f.cols))
	for i, c := range f.cols {
		names[i] = c.Name
	}
	return names
}

func (f *Frame) index(name string) int {
	return slices.IndexFunc(f.cols, func(c Column) bool { return c.Name == name })
}

// column panics if there is none of this name.
func (f *Frame) column(name string) *Column {
	i := f.index(name)
	if i < 0 {
		panic(fmt.Sprintf("frame: no column %q; there are %s", name, strings.Join(f.Names(), ", ")))
	}
	return &f.cols[i]
}

// Num returns a column as numbers; texts that are none are NaN.
func (f *Frame) Num(name string) []float64 {
	c := f.column(name)
	if c.Texts == nil {
		return c.Numbers
	}
	out := make([]float64, f.rows)
	for i, s := range c.Texts {
		x, err := strconv.ParseFloat(s, 64)
		if err != nil {
			x = math.NaN()
		}
		out[i] = x
	}
	return out
}

// Text returns a column as texts.
func (f *Frame) Text(name string) []string {
	c := f.column(name)
	if c.Texts != nil {
		return c.Texts
	}
	out := make([]string, f.rows)
	for i := range out {
		out[i] = c.text(i)
	}
	return out
}

// Row is one row, for Filter and With.
type Row struct {
	frame *Frame
	i     int
}

// Num and Text return the row's cell in a column.
func (r Row) Num(name string) float64 {
	c := r.frame.column(name)
	if c.Texts == nil {
		return c.Numbers[r.i]
	}
	x, err := strconv.ParseFloat(c.Texts[r.i], 64)
	if err != nil {
		return math.NaN()
	}
	return x
}

func (r Row) Text(name string) string { return r.frame.column(name).text(r.i) }

// Index is the row's number, from 0.
func (r Row) Index() int { return r.i }

// take returns the given rows of all columns.
func (f *Frame) take(rows []int) *Frame {
	out := &Frame{rows: len(rows)}
	for _, c := range f.cols {
		out.cols = append(out.cols, c.take(rows))
	}
	return out
}

// Select returns the named columns, in this order.
func (f *Frame) Select(names ...string) *Frame {
	out := &Frame{rows: f.rows}
	for _, name := range names {
		out.cols = append(out.cols, *f.column(name))
	}
	return out
}

// Drop returns all columns but the named ones.
func (f *Frame) Drop(names ...string) *Frame {
	out := &Frame{rows: f.rows}
	for _, name := range names {
		f.column(name)
	}
	for _, c := range f.cols {
		if !slices.Contains(names, c.Name) {
			out.cols = append(out.cols, c)
		}
	}
	return out
}

// Rename gives a column another name.
func (f *Frame) Rename(from, to string) *Frame {
	f.column(from)
	columns := slices.Clone(f.cols)
	columns[f.index(from)].Name = to
	return must(columns...)
}

// With returns the frame with a column of numbers that value gives row by row,
// in place of one of that name or as the last.
func (f *Frame) With(name string, value func(Row) float64) *Frame {
	c := Column{Name: name, Numbers: make([]float64, f.rows)}
	for i := range c.Numbers {
		c.Numbers[i] = value(Row{f, i})
	}
	return f.WithColumn(c)
}

// WithColumn returns the frame with a column, in place of one of that name or
// as the last.
func (f *Frame) WithColumn(c Column) *Frame {
	columns := slices.Clone(f.cols)
	if i := f.index(c.Name); i >= 0 {
		columns[i] = c
	} else {
		columns = append(columns, c)
	}
	return must(columns...)
}

// Head and Tail return the first and the last n rows.
func (f *Frame) Head(n int) *Frame { return f.between(0, n) }
func (f *Frame) Tail(n int) *Frame { return f.between(f.rows-n, f.rows) }

func (f *Frame) between(from, to int) *Frame {
	return f.Filter(func(r Row) bool { return from <= r.i && r.i < to })
}

// Filter returns the rows for which keep is true.
func (f *Frame) Filter(keep func(Row) bool) *Frame {
	var rows []int
	for i := range f.rows {
		if keep(Row{f, i}) {
			rows = append(rows, i)
		}
	}
	return f.take(rows)
}
