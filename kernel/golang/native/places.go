package native

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"gomdcsan/kernel/golang/cell"
	"gomdcsan/kernel/golang/patch"
)

// A unit's text does not name the cells that it is of: the same text is the same
// unit, whichever cells run it. In the compiled file each of the unit's sources
// has a placeholder, which is overwritten in memory when the unit is loaded: so
// tracebacks, runtime.Caller and package log name the cell.

// place is what a source is called in the unit.
func (b *unitBuilder) place(src *cell.Source) string {
	if b.program != "" {
		return src.Name
	}
	for i, known := range b.sources {
		if known == src {
			return patch.Placeholder(i)
		}
	}
	b.sources = append(b.sources, src)
	return patch.Placeholder(len(b.sources) - 1)
}

// markPlaces writes a function of each source, by which its name is found.
func (b *unitBuilder) markPlaces(w io.Writer) {
	for i := range b.sources {
		fmt.Fprintf(w, "/*line %s:1:1*/func placeꞏ%d() {}\n", patch.Placeholder(i), i)
		fmt.Fprintf(&b.glue, "u.Places = append(u.Places, placeꞏ%d)\n", i)
	}
}

// named puts the names of cells in the place of placeholders, in an error.
func (b *unitBuilder) named(err error) error {
	text := err.Error()
	for i, src := range b.sources {
		text = strings.ReplaceAll(text, patch.Placeholder(i), src.Name)
	}
	if text == err.Error() {
		return err
	}
	return errors.New(text)
}

// sourceNames are what the unit's sources are called in messages.
func (b *unitBuilder) sourceNames() []string {
	var names []string
	for _, src := range b.sources {
		names = append(names, src.Name)
	}
	return names
}
