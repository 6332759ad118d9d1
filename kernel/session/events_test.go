package session

import (
	"encoding/json"
	"strconv"
	"testing"
)

// Of many cells those are remembered that still say something.
func TestParents(t *testing.T) {
	var p parents
	header := func(i int) string { return `{"n":` + strconv.Itoa(i) + `}` }
	const cells = 3 * rememberCells
	for i := range cells {
		p.add(strconv.Itoa(i), json.RawMessage(header(i)))
		if got, _ := p.of("7"); i >= 7 && string(got) != header(7) {
			t.Fatalf("after %d cells 7, which goes on printing, has the parent %s", i, got)
		}
	}
	if got, known := p.of("8"); known || string(got) != header(cells-1) {
		t.Errorf("8, which is forgotten, has the parent %s, not the latest", got)
	}
	if got, known := p.of(strconv.Itoa(cells - 100)); !known || string(got) != header(cells-100) {
		t.Errorf("a recent cell has the parent %s", got)
	}
	p.add(strconv.Itoa(cells-1), json.RawMessage(header(0)))
	if got, known := p.of(strconv.Itoa(cells - 1)); !known || string(got) != header(0) {
		t.Errorf("a cell that comes again has the parent %s", got)
	}
	if n := p.recent.Len(); n != rememberCells || n != len(p.known) {
		t.Errorf("%d cells are remembered", n)
	}
}
