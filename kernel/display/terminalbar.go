package display

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// terminalBar draws on standard error: a line redrawn in place with the parts
// named behind the bar's name, or, where that is no terminal, one line at the
// end.
type terminalBar struct {
	out  io.Writer
	live bool
	bar  *progressbar.ProgressBar
	done bool
}

func newTerminalBar(*terminal) *terminalBar {
	return &terminalBar{out: os.Stderr, live: term.IsTerminal(int(os.Stderr.Fd()))}
}

func (v *terminalBar) draw(root *Bar, now time.Time) {
	if v.done {
		return
	}
	if root.closed {
		v.finish(root, now)
		return
	}
	if !v.live {
		return
	}
	if v.bar == nil {
		v.bar = progressbar.NewOptions64(unknownAsMinusOne(root.total),
			progressbar.OptionSetWriter(v.out), progressbar.OptionSetWidth(24), progressbar.OptionShowCount(),
			progressbar.OptionShowIts(), progressbar.OptionSetTheme(progressbar.ThemeUnicode))
	}
	v.bar.Describe(describeTree(root))
	if total := unknownAsMinusOne(root.total); total != v.bar.GetMax64() {
		v.bar.ChangeMax64(total)
	}
	// The bar would end its line at the maximum; the root's Close does.
	n := root.n
	if root.total > 0 {
		n = min(n, root.total-1)
	}
	v.bar.Set64(int64(n)) // an error is one of writing to standard error
}

func (v *terminalBar) finish(root *Bar, now time.Time) {
	v.done = true
	if v.bar != nil {
		v.bar.Clear()
	}
	fmt.Fprintln(v.out, root.line(now, 24))
}

func unknownAsMinusOne(total int) int64 {
	if total <= 0 {
		return -1
	}
	return int64(total)
}

// describeTree names the root, its open parts and their counts in one line.
func describeTree(root *Bar) string {
	var parts []string
	root.each(0, func(b *Bar, depth int) {
		s := b.name
		if depth > 0 {
			s += fmt.Sprintf(" %s", grouped(b.n))
			if b.total > 0 {
				s += "/" + grouped(b.total)
			}
		}
		if b.note != "" {
			s += " (" + b.note + ")"
		}
		parts = append(parts, s)
	})
	return strings.Join(parts, " › ")
}
