package frame

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Groups are rows that have the same cells in some columns, in the order in
// which they first appear.
type Groups struct {
	frame *Frame
	by    []string
	rows  [][]int
}

// Group sorts the rows by the cells of the named columns.
func (f *Frame) Group(by ...string) Groups {
	g := Groups{frame: f, by: by}
	at := map[string]int{}
	for i := range f.rows {
		key := f.key(i, by)
		k, ok := at[key]
		if !ok {
			k = len(g.rows)
			at[key], g.rows = k, append(g.rows, nil)
		}
		g.rows[k] = append(g.rows[k], i)
	}
	return g
}

// Each calls do with the frame of every group, for instance to draw a line for
// each.
func (g Groups) Each(do func(name string, rows *Frame)) {
	for _, rows := range g.rows {
		name := ""
		for i, by := range g.by {
			if i > 0 {
				name += " "
			}
			name += g.frame.column(by).text(rows[0])
		}
		do(name, g.frame.take(rows))
	}
}

// Aggregate makes one number of a group.
type Aggregate struct {
	name, column string
	of           func(x []float64) float64
}

// As gives the aggregate's column another name.
func (a Aggregate) As(name string) Aggregate {
	a.name = name
	return a
}

// Agg returns a frame with a row for each group: the columns that it is grouped
// by, and one for each aggregate, which leaves missing values out.
func (g Groups) Agg(aggregates ...Aggregate) *Frame {
	first := make([]int, len(g.rows))
	for k, rows := range g.rows {
		first[k] = rows[0]
	}
	columns := g.frame.Select(g.by...).take(first).cols
	for _, a := range aggregates {
		c := Column{Name: a.name, Numbers: make([]float64, len(g.rows))}
		for k, rows := range g.rows {
			c.Numbers[k] = a.of(g.present(a.column, rows))
		}
		columns = append(columns, c)
	}
	return must(columns...)
}

// present are the numbers of a column in some rows; without a column a 1 each.
func (g Groups) present(column string, rows []int) []float64 {
	var x []float64
	if column == "" {
		return slices.Repeat([]float64{1}, len(rows))
	}
	all := g.frame.Num(column)
	for _, i := range rows {
		if !math.IsNaN(all[i]) {
			x = append(x, all[i])
		}
	}
	return x
}

// Count is the number of rows.
func Count() Aggregate {
	return Aggregate{name: "count", of: func(x []float64) float64 { return float64(len(x)) }}
}

// Mean of a column.
func Mean(column string) Aggregate {
	return Aggregate{"mean " + column, column, func(x []float64) float64 { return stat.Mean(x, nil) }}
}

// Std is the standard deviation of a column as a sample; there is none of one
// number.
func Std(column string) Aggregate {
	return Aggregate{"std " + column, column, func(x []float64) float64 { return stat.StdDev(x, nil) }}
}

// Sum of a column.
func Sum(column string) Aggregate {
	return Aggregate{"sum " + column, column, func(x []float64) float64 {
		sum := 0.0
		for _, v := range x {
			sum += v
		}
		return sum
	}}
}

// Min and Max of a column.
func Min(column string) Aggregate { return Aggregate{"min " + column, column, extreme(slices.Min)} }
func Max(column string) Aggregate { return Aggregate{"max " + column, column, extreme(slices.Max)} }

func extreme(of func([]float64) float64) func([]float64) float64 {
	return func(x []float64) float64 {
		if len(x) == 0 {
			return math.NaN()
		}
		return of(x)
	}
}

// Quantile of a column, between neighbours by linear interpolation: 0.5 is the
// median.
func Quantile(column string, q float64) Aggregate {
	if !(0 <= q && q <= 1) {
		panic(fmt.Sprintf("frame: quantile %v, want 0 to 1", q))
	}
	return Aggregate{fmt.Sprintf("q%g %s", 100*q, column), column, func(x []float64) float64 {
		if len(x) == 0 {
			return math.NaN()
		}
		x = slices.Sorted(slices.Values(x))
		at := q * float64(len(x)-1)
		low := int(at)
		return x[low] + (at-float64(low))*(x[min(low+1, len(x)-1)]-x[low])
	}}
}

// Median of a column.
func Median(column string) Aggregate { return Quantile(column, 0.5).As("median " + column) }

// Pivot returns a row for each text of the column index, a column for each of
// columns, and in the cells the mean of values there.
func (f *Frame) Pivot(index, columns, values string) *Frame {
	rows := f.Group(index).Agg().Text(index)
	heads := f.Group(columns).Agg().Text(columns)
	means := f.Group(index, columns).Agg(Mean(values))
	cell := map[[2]string]float64{}
	for i, x := range means.cols[2].Numbers {
		cell[[2]string{means.cols[0].text(i), means.cols[1].text(i)}] = x
	}
	out := []Column{Texts(index, rows)}
	if f.column(index).Texts == nil {
		out[0] = Numbers(index, f.Group(index).Agg().Num(index))
	}
	for _, head := range heads {
		c := Column{Name: head, Numbers: make([]float64, len(rows))}
		for i, row := range rows {
			x, ok := cell[[2]string{row, head}]
			if !ok {
				x = math.NaN()
			}
			c.Numbers[i] = x
		}
		out = append(out, c)
	}
	return must(out...)
}
