package experiment

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"gomdcsan/mdcsan/checkpoint"
)

// table is an append-only CSV file. Rows wait in memory until flush, and stay
// there when the disk is full, so that a later flush still writes them.
type table struct {
	path    string
	size    int64 // bytes in the file that count
	synced  int64 // of them known to be on the disk
	pending []byte
}

// newTable starts a table with its header line.
func newTable(path string, columns ...string) *table {
	return &table{path: path, pending: []byte(strings.Join(columns, ",") + "\n")}
}

// add appends a row. Cells are int, float64 or string; floats are written with
// the digits that give them back exactly, NaN as an empty cell.
func (t *table) add(cells ...any) {
	for i, c := range cells {
		if i > 0 {
			t.pending = append(t.pending, ',')
		}
		switch x := c.(type) {
		case int:
			t.pending = strconv.AppendInt(t.pending, int64(x), 10)
		case float64:
			if x == x {
				t.pending = strconv.AppendFloat(t.pending, x, 'g', -1, 64)
			}
		case string:
			t.pending = append(t.pending, x...)
		default:
			panic(fmt.Sprintf("experiment: table cell %T", c))
		}
	}
	t.pending = append(t.pending, '\n')
}

// length is the size of the file once everything is flushed.
func (t *table) length() int64 { return t.size + int64(len(t.pending)) }

// flush writes what is pending; durable also syncs it.
func (t *table) flush(durable bool) error {
	if len(t.pending) == 0 && (!durable || t.synced == t.size) {
		return nil
	}
	f, err := os.OpenFile(t.path, os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("experiment: %w", err)
	}
	_, err = f.WriteAt(t.pending, t.size)
	if err == nil && durable {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("experiment: %w", err)
	}
	t.size, t.pending = t.length(), t.pending[:0]
	if durable {
		t.synced = t.size
	}
	return nil
}

// openTable goes on with a table of which size bytes belong to the checkpoint.
func openTable(path string, size int64) (*table, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("experiment: the checkpoint belongs to a table that cannot be read: %w", err)
	}
	if info.Size() < size {
		return nil, fmt.Errorf("experiment: %s has %d of the %d bytes that belong to the checkpoint: %w", path, info.Size(), size, checkpoint.ErrTruncated)
	}
	if err := os.Truncate(path, size); err != nil {
		return nil, fmt.Errorf("experiment: %w", err)
	}
	return &table{path: path, size: size}, nil
}

// readTable returns the named columns of a CSV file as numbers; empty cells
// are NaN. A last line that is still being written is left out.
func readTable(path string, columns ...string) ([][]float64, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("experiment: no results: %w", err)
		}
		return nil, fmt.Errorf("experiment: %w", err)
	}
	out, err := parseTable(string(data), columns)
	if err != nil {
		return nil, fmt.Errorf("experiment: %s: %w", path, err)
	}
	return out, nil
}

func parseTable(text string, columns []string) ([][]float64, error) {
	r := csv.NewReader(strings.NewReader(text[:strings.LastIndexByte(text, '\n')+1]))
	header, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("no header line: %w", err)
	}
	at := make([]int, len(columns))
	for i, c := range columns {
		if at[i] = slices.Index(header, c); at[i] < 0 {
			return nil, fmt.Errorf("no column %q among %s", c, strings.Join(header, ", "))
		}
	}
	out := make([][]float64, len(columns))
	for {
		row, err := r.Read()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		for i, k := range at {
			x, err := parseCell(row[k])
			if err != nil {
				return nil, fmt.Errorf("column %s: %w", columns[i], err)
			}
			out[i] = append(out[i], x)
		}
	}
}

func parseCell(s string) (float64, error) {
	if s == "" {
		return math.NaN(), nil
	}
	return strconv.ParseFloat(s, 64)
}
