package golang

import (
	"fmt"
	"io"
	"strings"
)

// A unit's text does not name the cells that it is of: the same text is the same
// unit, whichever cells run it. In the compiled file each of the unit's sources
// has a placeholder, which is overwritten in memory when the unit is loaded: so
// tracebacks, runtime.Caller and package log name the cell.

// place is what a source is called in the unit.
func (b *unitBuilder) place(src *source) string {
	if b.s.program != "" {
		return src.name
	}
	for i, known := range b.sources {
		if known == src {
			return placeholder(i)
		}
	}
	b.sources = append(b.sources, src)
	return placeholder(len(b.sources) - 1)
}

// placeholder has room for the number of any cell.
func placeholder(i int) string { return fmt.Sprintf("cell[%011d]", i) }

// markPlaces writes a function of each source, by which its name is found.
func (b *unitBuilder) markPlaces(w io.Writer) {
	for i := range b.sources {
		fmt.Fprintf(w, "/*line %s:1:1*/func placeꞏ%d() {}\n", placeholder(i), i)
		fmt.Fprintf(&b.glue, "u.Places = append(u.Places, placeꞏ%d)\n", i)
	}
}

// named puts the names of cells in the place of placeholders, in a message.
func (b *unitBuilder) named(text string) string {
	for i, src := range b.sources {
		text = strings.ReplaceAll(text, placeholder(i), src.name)
	}
	return text
}
