package frame

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// ReadCSV reads a file of comma-separated values whose first line names the
// columns. A column is of numbers if every cell that is not empty, NA, NaN or
// null is a number.
func ReadCSV(path string) (*Frame, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("frame: %w", err)
	}
	defer file.Close()
	f, err := FromCSV(file)
	if err != nil {
		return nil, fmt.Errorf("frame: %s: %w", path, err)
	}
	return f, nil
}

// FromCSV is ReadCSV from a reader.
func FromCSV(r io.Reader) (*Frame, error) {
	in := csv.NewReader(r)
	in.TrimLeadingSpace = true
	records, err := in.ReadAll()
	if err != nil {
		return nil, err // names line and column
	}
	if len(records) == 0 {
		return nil, fmt.Errorf("the file is empty: want a line with the names of columns")
	}
	names := records[0]
	names[0] = strings.TrimPrefix(names[0], "\ufeff") // a byte-order mark
	columns := make([]Column, len(names))
	for j, name := range names {
		texts := make([]string, len(records)-1)
		for i, record := range records[1:] {
			texts[i] = record[j]
		}
		columns[j] = guess(name, texts)
	}
	return New(columns...)
}

// guess takes texts for numbers if they are.
func guess(name string, texts []string) Column {
	numbers, found := make([]float64, len(texts)), len(texts) == 0
	for i, s := range texts {
		s = strings.TrimSpace(s)
		if slices.Contains([]string{"", "NA", "NaN", "nan", "null"}, s) {
			numbers[i] = math.NaN()
			continue
		}
		x, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return Texts(name, texts)
		}
		numbers[i], found = x, true
	}
	if !found {
		return Texts(name, texts)
	}
	return Numbers(name, numbers)
}

// WriteCSV writes the frame as a file of comma-separated values, in which every
// number keeps all its digits and a missing one is empty.
func (f *Frame) WriteCSV(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("frame: %w", err)
	}
	w := csv.NewWriter(file)
	w.Write(f.Names()) // Flush tells what went wrong
	for i := range f.rows {
		row := make([]string, len(f.cols))
		for j := range f.cols {
			row[j] = f.cols[j].text(i)
		}
		w.Write(row)
	}
	w.Flush()
	err = w.Error()
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("frame: write %s: %w", path, err)
	}
	return nil
}

// Of makes a frame of a slice of structs, one row each and a column for each
// exported field that is a number, a truth value or a text, or has one.
func Of(structs any) (*Frame, error) {
	v := reflect.ValueOf(structs)
	if v.Kind() != reflect.Slice && v.Kind() != reflect.Array {
		return nil, fmt.Errorf("frame: Of(%T): want a slice of structs", structs)
	}
	elem := v.Type().Elem()
	if elem.Kind() == reflect.Pointer {
		elem = elem.Elem()
	}
	if elem.Kind() != reflect.Struct {
		return nil, fmt.Errorf("frame: Of(%T): want a slice of structs", structs)
	}
	var columns []Column
	for _, field := range reflect.VisibleFields(elem) {
		if !field.IsExported() || field.Anonymous {
			continue
		}
		if c, ok := fieldColumn(v, field); ok {
			columns = append(columns, c)
		}
	}
	return New(columns...)
}

func fieldColumn(v reflect.Value, field reflect.StructField) (Column, bool) {
	c := Column{Name: field.Name}
	numbers := numeric(field.Type.Kind())
	if !numbers && field.Type.Kind() != reflect.String && field.Type.Kind() != reflect.Bool && !field.Type.Implements(reflect.TypeFor[fmt.Stringer]()) {
		return c, false
	}
	if !numbers {
		c.Texts = []string{}
	}
	for i := range v.Len() {
		row := reflect.Indirect(v.Index(i))
		switch {
		case !row.IsValid() && numbers:
			c.Numbers = append(c.Numbers, math.NaN())
		case !row.IsValid():
			c.Texts = append(c.Texts, "")
		case numbers:
			x, _ := numberOf(row.FieldByIndex(field.Index).Interface())
			c.Numbers = append(c.Numbers, x)
		default:
			c.Texts = append(c.Texts, fmt.Sprint(row.FieldByIndex(field.Index).Interface()))
		}
	}
	return c, true
}

func numeric(k reflect.Kind) bool {
	return reflect.Int <= k && k <= reflect.Float64 && k != reflect.Uintptr
}

// numberOf converts any number.
func numberOf(v any) (float64, bool) {
	r := reflect.ValueOf(v)
	switch {
	case !r.IsValid() || !numeric(r.Kind()):
		return math.NaN(), false
	case r.CanInt():
		return float64(r.Int()), true
	case r.CanUint():
		return float64(r.Uint()), true
	}
	return r.Float(), true
}

// listOf returns the elements of a slice.
func listOf(v any) []any {
	r := reflect.ValueOf(v)
	if r.Kind() != reflect.Slice && r.Kind() != reflect.Array {
		panic(fmt.Sprintf(`frame: "in" wants a slice, got %v (%T)`, v, v))
	}
	out := make([]any, r.Len())
	for i := range out {
		out[i] = r.Index(i).Interface()
	}
	return out
}
