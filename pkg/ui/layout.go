package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// minTextWidth keeps text readable in a terminal narrower than its indents.
const minTextWidth = 20

// Width is the number of terminal cells that text takes.
func Width(text string) int { return ansi.StringWidth(text) }

// Wrap breaks text at spaces so that no line is wider than width cells. Words
// that are wider than a line, such as paths, stay whole: a path that is broken
// can not be copied.
func Wrap(text string, width int) string {
	width = max(width, minTextWidth)
	var b strings.Builder
	used := 0
	for i, word := range strings.Fields(text) {
		cells := ansi.StringWidth(word)
		switch {
		case i == 0:
		case used+1+cells > width:
			b.WriteByte('\n')
			used = 0
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += cells
	}
	return b.String()
}

// Shorten cuts text to width cells, with an ellipsis where it was cut.
func (t Terminal) Shorten(text string, width int) string {
	return ansi.Truncate(text, max(width, 0), t.Symbols.Ellipsis)
}

// Pad fills text with spaces up to width cells.
func Pad(text string, width int) string {
	if missing := width - ansi.StringWidth(text); missing > 0 {
		return text + strings.Repeat(" ", missing)
	}
	return text
}

// Link makes text a hyperlink where the terminal can show one.
func (t Terminal) Link(url, text string) string {
	if !t.Links || url == "" {
		return text
	}
	return ansi.SetHyperlink(url) + text + ansi.ResetHyperlink()
}

// Columns lays rows out as a table: columns are as wide as their widest cell
// and two spaces apart. Cells may hold styled text.
func Columns(rows [][]string) []string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], ansi.StringWidth(cell))
		}
	}
	lines := make([]string, len(rows))
	for r, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			if i == len(row)-1 {
				b.WriteString(cell)
				break
			}
			b.WriteString(Pad(cell, widths[i]+2))
		}
		lines[r] = strings.TrimRight(b.String(), " ")
	}
	return lines
}
