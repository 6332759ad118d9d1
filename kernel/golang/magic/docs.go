package magic

import (
	"fmt"
	"slices"
	"strings"
)

// Doc is what the user is told of a magic.
type Doc struct {
	Name, Arg, Help string
	What            argKind // of arg, for completion
}

// argKind says what is completed behind a magic's name.
type argKind uint8

const (
	argNone argKind = iota
	ArgGo           // a statement
	ArgFile
	ArgFolder
	ArgVariable // of the environment
)

// All are all there are; %help prints them in this order.
var All = []Doc{
	{"%help", "", "this text; ?NAME explains a name, and so does shift-tab", argNone},
	{"%time", "STATEMENT", "run and say how long it took; %%time does so for a cell", ArgGo},
	{"%timeit", "STATEMENT", "run many times, compiled, and say how long one takes", ArgGo},
	{"%%timeit", "", "run the cell many times, compiled, and say how long one takes", ArgGo},
	{"%require", "MODULE", "take a module at a version (example.org/m@v1.2.3), or one in a folder (./m), for the cells that import it; alone, list them", ArgFolder},
	{"%rerun", "", "run the earlier cells again, after the worker has died", argNone},
	{"%who", "", "the variables, functions and types of the session", argNone},
	{"%whos", "", "the variables with their types and values", argNone},
	{"%history", "[-n] [N]", "the cells with Go that have run, or the last N; -n: with their numbers", argNone},
	{"%reset", "", "forget them all", argNone},
	{"%cd", "DIR", "change the working directory; without DIR, to the home folder", ArgFolder},
	{"%pwd", "", "the working directory", argNone},
	{"%ls", "[DIR]", "what is in a folder", ArgFolder},
	{"%env", "NAME=VALUE", "set an environment variable; NAME alone shows it, nothing shows all", ArgVariable},
	{"%load", "FILE", "put a file into the next cell", ArgFile},
	{"%save", "FILE", "write the session's cells to a file that `gomdcsan run` runs", ArgFile},
	{"!", "COMMAND", "run a shell command; %%bash does so for a cell", ArgFile},
	{"%%time", "", "run the cell and say how long it took", ArgGo},
	{"%%writefile", "FILE", "write the rest of the cell into a new file; -a FILE: append it, -f FILE: in place of what is there", ArgFile},
	{"%%bash", "", "run the rest of the cell in a shell", argNone},
	{"%%html", "", "show the rest of the cell as HTML", argNone},
	{"%%markdown", "", "show the rest of the cell as formatted text", argNone},
	{"%%native", "", "compile the cell even where it could be interpreted", ArgGo},
	{"%%interpret", "", "interpret the cell, or say why that cannot be done right", ArgGo},
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

// Help is what %help prints.
func Help() string {
	var b strings.Builder
	for _, m := range All {
		left := m.Name + " " + m.Arg
		if m.Name == "!" {
			left = "!" + m.Arg
		}
		fmt.Fprintf(&b, "%-20s %s\n", left, m.Help)
	}
	return b.String() + beyondGo
}

// lookupMagic finds a magic by its name.
func lookupMagic(name string) (Doc, bool) {
	i := slices.IndexFunc(All, func(m Doc) bool { return m.Name == name })
	if i < 0 {
		return Doc{}, false
	}
	return All[i], true
}

// Nearest is the magic that a mistyped name was likely meant to be, or "".
func Nearest(name string) string {
	var names []string
	for _, m := range All {
		names = append(names, m.Name)
	}
	return NearestOf(names, name)
}

// NearestOf is the one of some names that a mistyped one was likely meant to
// be, or "".
func NearestOf(names []string, name string) string {
	best, least := "", max(1, (len(name)-1)/2)+1
	for _, n := range names {
		if d := distance(strings.ToLower(name), strings.ToLower(n)); d < least && n != name {
			best, least = n, d
		}
	}
	return best
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
