package notebook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Notebook is an nbformat 4 notebook. What this package does not need to know
// is kept in the maps.
type Notebook struct {
	Cells    []*Cell
	Metadata map[string]any
	fields   map[string]any // everything else at the top level
}

// Cell is a cell of a notebook.
type Cell struct {
	Type     string // "code", "markdown" or "raw"
	Source   string
	Metadata map[string]any
	Outputs  []Output // of a code cell
	Count    int      // In[Count] of a code cell; 0: not executed
	fields   map[string]any
}

// Output is an output of a cell in the words of nbformat.
type Output map[string]any

// Read reads a notebook from a file.
func Read(path string) (*Notebook, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("notebook: %w", err)
	}
	nb, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("notebook %s: %w", path, err)
	}
	return nb, nil
}

// Parse decodes a notebook.
func Parse(data []byte) (*Notebook, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var fields map[string]any
	if err := dec.Decode(&fields); err != nil {
		return nil, jsonError(data, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something behind the end of the notebook; the file is damaged")
	}
	if fields == nil {
		return nil, errors.New("not a notebook: null instead of an object")
	}
	if err := checkVersion(fields["nbformat"]); err != nil {
		return nil, err
	}
	nb := &Notebook{fields: fields}
	var err error
	if nb.Metadata, err = objectField(fields, "metadata"); err != nil {
		return nil, err
	}
	cells, ok := fields["cells"].([]any)
	if !ok {
		return nil, errors.New(`the notebook has no list "cells"; the file is damaged`)
	}
	for i, c := range cells {
		cell, err := parseCell(c)
		if err != nil {
			return nil, fmt.Errorf("cell %d: %w", i+1, err)
		}
		nb.Cells = append(nb.Cells, cell)
	}
	delete(fields, "cells")
	delete(fields, "metadata")
	return nb, nil
}

// jsonError says where the JSON ends being one.
func jsonError(data []byte, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	offset := int64(-1)
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return errors.New("the file is empty")
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &kind):
		return errors.New("not a notebook: its JSON is no object")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the file ends in the middle; it was perhaps not saved completely")
	}
	if offset < 0 {
		return fmt.Errorf("not a notebook: %w", err)
	}
	before := data[:min(offset, int64(len(data)))]
	line := bytes.Count(before, []byte("\n")) + 1
	return fmt.Errorf("not a notebook: line %d is not JSON: %w", line, err)
}

func checkVersion(v any) error {
	number, ok := v.(json.Number)
	if !ok {
		return errors.New(`not a notebook: "nbformat", the version of the format, is missing`)
	}
	if number != "4" {
		return fmt.Errorf("nbformat %s: only version 4 is read; convert it with `jupyter nbconvert --to notebook`", number)
	}
	return nil
}

func objectField(fields map[string]any, name string) (map[string]any, error) {
	v, there := fields[name]
	if !there {
		return map[string]any{}, nil
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%q is not an object", name)
	}
	return m, nil
}

func parseCell(v any) (*Cell, error) {
	fields, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("not an object")
	}
	c := &Cell{fields: fields}
	c.Type, _ = fields["cell_type"].(string)
	if c.Type != "code" && c.Type != "markdown" && c.Type != "raw" {
		return nil, fmt.Errorf("cell_type %q is unknown", fields["cell_type"])
	}
	var err error
	if c.Source, err = text(fields["source"]); err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	if c.Metadata, err = objectField(fields, "metadata"); err != nil {
		return nil, err
	}
	if c.Type == "code" {
		if err := c.parseOutputs(fields["outputs"]); err != nil {
			return nil, err
		}
		if n, ok := fields["execution_count"].(json.Number); ok {
			if count, err := n.Int64(); err == nil {
				c.Count = int(count)
			}
		}
	}
	for _, name := range []string{"cell_type", "source", "metadata", "outputs", "execution_count"} {
		if name == "outputs" || name == "execution_count" {
			if c.Type != "code" {
				continue
			}
		}
		delete(fields, name)
	}
	return c, nil
}

func (c *Cell) parseOutputs(v any) error {
	list, ok := v.([]any)
	if !ok && v != nil {
		return errors.New(`"outputs" is not a list`)
	}
	for i, o := range list {
		m, ok := o.(map[string]any)
		if !ok {
			return fmt.Errorf("output %d is not an object", i+1)
		}
		c.Outputs = append(c.Outputs, m)
	}
	return nil
}

// text reads nbformat's multi-line strings: a string or a list of them.
func text(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case []any:
		var b strings.Builder
		for _, line := range v {
			s, ok := line.(string)
			if !ok {
				return "", errors.New("not a text")
			}
			b.WriteString(s)
		}
		return b.String(), nil
	}
	return "", errors.New("not a text")
}

// lines is the inverse of text: a list with an item a line.
func lines(s string) []string {
	list := strings.SplitAfter(s, "\n")
	if list[len(list)-1] == "" {
		list = list[:len(list)-1]
	}
	return list
}

// HasTag reports whether a cell has a tag.
func (c *Cell) HasTag(tag string) bool {
	tags, _ := c.Metadata["tags"].([]any)
	for _, t := range tags {
		if t == tag {
			return true
		}
	}
	return false
}

// Encode encodes the notebook as Python's nbformat does.
func (nb *Notebook) Encode() ([]byte, error) {
	doc := map[string]any{"metadata": nb.Metadata}
	for name, v := range nb.fields {
		doc[name] = v
	}
	cells := make([]any, 0, len(nb.Cells))
	for _, c := range nb.Cells {
		cells = append(cells, c.encode())
	}
	doc["cells"] = cells
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(doc); err != nil {
		return nil, fmt.Errorf("notebook: %w", err)
	}
	return b.Bytes(), nil
}

func (c *Cell) encode() map[string]any {
	m := map[string]any{"cell_type": c.Type, "metadata": c.Metadata, "source": lines(c.Source)}
	for name, v := range c.fields {
		m[name] = v
	}
	if c.Type != "code" {
		return m
	}
	m["execution_count"] = nil
	if c.Count > 0 {
		m["execution_count"] = c.Count
	}
	outputs := make([]any, 0, len(c.Outputs))
	for _, o := range c.Outputs {
		outputs = append(outputs, o.encode())
	}
	m["outputs"] = outputs
	return m
}

// encode splits the long texts of an output into lines, as nbformat does.
func (o Output) encode() map[string]any {
	m := map[string]any{}
	for name, v := range o {
		if s, ok := v.(string); ok && name == "text" {
			v = lines(s)
		}
		if data, ok := v.(map[string]any); ok && name == "data" {
			v = splitData(data)
		}
		m[name] = v
	}
	return m
}

func splitData(data map[string]any) map[string]any {
	m := map[string]any{}
	for mime, v := range data {
		s, isText := v.(string)
		binary := strings.HasPrefix(mime, "image/") && mime != "image/svg+xml" || mime == "application/pdf"
		if isText && !binary {
			v = lines(s)
		}
		m[mime] = v
	}
	return m
}

// Write writes the notebook to a file, at once: whoever reads meanwhile gets
// the old or the new one.
func (nb *Notebook) Write(path string) error {
	data, err := nb.Encode()
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".notebook-*")
	if err != nil {
		return fmt.Errorf("notebook: cannot write %s: %w", path, err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return fmt.Errorf("notebook: cannot write %s: %w", path, err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("notebook: %w", err)
	}
	return nil
}
