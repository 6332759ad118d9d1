package frame

import (
	"fmt"
	"html"
	"math"
	"strings"
	"unicode/utf8"
)

// shownRows is how many rows are shown: half from either end.
const shownRows = 20

// cell is row i as people read it: five digits, whole numbers whole, thousands
// parted.
func (c *Column) cell(i int) string {
	if c.Texts != nil {
		return c.Texts[i]
	}
	x := c.Numbers[i]
	switch {
	case math.IsNaN(x):
		return ""
	case x == math.Trunc(x) && math.Abs(x) < 1e15:
		return grouped(fmt.Sprintf("%.0f", x))
	case math.Abs(x) >= 1000 && math.Abs(x) < 1e9:
		return grouped(fmt.Sprintf("%.1f", x))
	}
	return fmt.Sprintf("%.4g", x)
}

// grouped parts thousands: 300,000.
func grouped(s string) string {
	whole, rest, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0 && whole[i-1] != '-'; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if rest != "" {
		return whole + "." + rest
	}
	return whole
}

// shown are the rows to show; -1 stands for those that are left out.
func (f *Frame) shown() []int {
	var rows []int
	for i := range f.rows {
		switch {
		case f.rows <= shownRows || i < shownRows/2 || i >= f.rows-shownRows/2:
			rows = append(rows, i)
		case i == shownRows/2:
			rows = append(rows, -1)
		}
	}
	return rows
}

func (f *Frame) caption() string { return fmt.Sprintf("%d × %d", f.rows, len(f.cols)) }

// String is the table as text.
func (f *Frame) String() string {
	rows := f.shown()
	lines := make([]string, len(rows)+1)
	for j := range f.cols {
		c := &f.cols[j]
		cells := []string{c.Name}
		for _, i := range rows {
			if i < 0 {
				cells = append(cells, "⋮")
			} else {
				cells = append(cells, c.cell(i))
			}
		}
		width := 0
		for _, s := range cells {
			width = max(width, utf8.RuneCountInString(s))
		}
		for k, s := range cells {
			space := strings.Repeat(" ", width-utf8.RuneCountInString(s))
			if c.Texts != nil {
				s += space
			} else {
				s = space + s
			}
			if j > 0 {
				s = "  " + s
			}
			lines[k] += s
		}
	}
	for k, line := range lines {
		lines[k] = strings.TrimRight(line, " ")
	}
	return strings.Join(append(lines, f.caption()), "\n")
}

// MimeBundle is how a notebook shows the table.
func (f *Frame) MimeBundle() map[string]any {
	var b strings.Builder
	b.WriteString("<table><thead><tr>")
	for _, c := range f.cols {
		fmt.Fprintf(&b, "<th style=\"text-align:%s\">%s</th>", c.side(), html.EscapeString(c.Name))
	}
	b.WriteString("</tr></thead><tbody>")
	for _, i := range f.shown() {
		b.WriteString("<tr>")
		for j := range f.cols {
			text := "⋮"
			if i >= 0 {
				text = html.EscapeString(f.cols[j].cell(i))
			}
			fmt.Fprintf(&b, "<td style=\"text-align:%s\">%s</td>", f.cols[j].side(), text)
		}
		b.WriteString("</tr>")
	}
	fmt.Fprintf(&b, "</tbody></table><small>%s</small>", f.caption())
	return map[string]any{"text/plain": f.String(), "text/html": b.String()}
}

func (c *Column) side() string {
	if c.Texts != nil {
		return "left"
	}
	return "right"
}
