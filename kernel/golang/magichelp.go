package golang

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// magicDoc is what the user is told of a magic.
type magicDoc struct {
	name, arg, help string
	what            argKind // of arg, for completion
}

// argKind says what is completed behind a magic's name.
type argKind uint8

const (
	argNone argKind = iota
	argGo           // a statement
	argFile
	argFolder
	argVariable // of the environment
)

// magics are all there are; %help prints them in this order.
var magics = []magicDoc{
	{"%help", "", "this text; ?NAME explains a name, and so does shift-tab", argNone},
	{"%time", "STATEMENT", "run and say how long it took; %%time does so for a cell", argGo},
	{"%timeit", "STATEMENT", "run many times, compiled, and say how long one takes", argGo},
	{"%require", "MODULE", "take a module at a version (example.org/m@v1.2.3), or one in a folder (./m), for the cells that import it; alone, list them", argFolder},
	{"%rerun", "", "run the earlier cells again, after the worker has died", argNone},
	{"%who", "", "the variables, functions and types of the session", argNone},
	{"%reset", "", "forget them all", argNone},
	{"%cd", "DIR", "change the working directory; without DIR, to the home folder", argFolder},
	{"%env", "NAME=VALUE", "set an environment variable; NAME alone shows it, nothing shows all", argVariable},
	{"%load", "FILE", "put a file into the next cell", argFile},
	{"%save", "FILE", "write the session's cells to a file that `gomdcsan run` runs", argFile},
	{"!", "COMMAND", "run a shell command; %%bash does so for a cell", argFile},
	{"%%time", "", "run the cell and say how long it took", argGo},
	{"%%bash", "", "run the rest of the cell in a shell", argNone},
	{"%%html", "", "show the rest of the cell as HTML", argNone},
	{"%%markdown", "", "show the rest of the cell as formatted text", argNone},
	{"%%native", "", "compile the cell even where it could be interpreted", argGo},
	{"%%interpret", "", "interpret the cell, or say why that cannot be done right", argGo},
}

// beyondGo is the part of %help that says what a cell has without an import.
const beyondGo = `
display.Show(v), a cell's last value     a figure, image, table or text
display.Progress, Live, Training         while a cell works
display.Interact, Slider, Checkbox, ...  controls
display.Input, Password                  ask the user
display.HTML, Markdown, Latex, JSON      what a string means
Tab completes; shift-tab within a call shows its signature.
`

func magicHelp() string {
	var b strings.Builder
	for _, m := range magics {
		left := m.name + " " + m.arg
		if m.name == "!" {
			left = "!" + m.arg
		}
		fmt.Fprintf(&b, "%-20s %s\n", left, m.help)
	}
	return b.String() + beyondGo
}

// lookupMagic finds a magic by its name.
func lookupMagic(name string) (magicDoc, bool) {
	i := slices.IndexFunc(magics, func(m magicDoc) bool { return m.name == name })
	if i < 0 {
		return magicDoc{}, false
	}
	return magics[i], true
}

// nearestMagic is the one that a mistyped name was likely meant to be, or "".
func nearestMagic(name string) string {
	name = strings.ToLower(name)
	best := slices.MinFunc(magics, func(a, b magicDoc) int { return cmp.Compare(distance(name, a.name), distance(name, b.name)) })
	if distance(name, best.name) > max(1, (len(name)-1)/2) {
		return ""
	}
	return best.name
}

// distance counts the letters to insert, delete, replace or swap between a and
// b.
func distance(a, b string) int {
	var before, above []int // the rows i-2 and i-1
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, above, row = above, row, make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replaced := above[j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			row[j] = min(above[j]+1, row[j-1]+1, replaced)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
