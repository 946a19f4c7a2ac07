package docs

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/marker"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// renderTable writes a table with one space around each cell. Its first row is
// the header, as Markdown knows no table without one. Cells are one line: what
// stood in lines of its own, a list for example, is parted by <br>.
func renderTable(ctx converter.Context, w converter.Writer, node *html.Node) converter.RenderStatus {
	rows := tableRows(node)
	width := 0
	for _, row := range rows {
		width = max(width, len(row))
	}
	if width == 0 {
		return converter.RenderTryNext
	}
	var b strings.Builder
	for i, row := range rows {
		b.WriteString("|")
		for column := range width {
			b.WriteString(" ")
			if column < len(row) {
				var cell bytes.Buffer
				ctx.RenderChildNodes(ctx, &cell, row[column])
				b.WriteString(oneLine(cell.String()))
			}
			b.WriteString(" |")
		}
		b.WriteString("\n")
		if i == 0 {
			b.WriteString("|" + strings.Repeat("---|", width) + "\n")
		}
	}
	fmt.Fprintf(w, "\n\n%s\n", b.String())
	return converter.RenderSuccess
}

// tableRows returns the cells of each row, not those of a table in a cell.
func tableRows(table *html.Node) [][]*html.Node {
	var rows [][]*html.Node
	var walk func(*html.Node)
	walk = func(parent *html.Node) {
		for child := range parent.ChildNodes() {
			switch child.DataAtom {
			case atom.Thead, atom.Tbody, atom.Tfoot:
				walk(child)
			case atom.Tr:
				var row []*html.Node
				for cell := range child.ChildNodes() {
					if cell.DataAtom == atom.Td || cell.DataAtom == atom.Th {
						row = append(row, cell)
					}
				}
				rows = append(rows, row)
			}
		}
	}
	walk(table)
	return rows
}

// oneLine joins the lines of a cell and escapes what would end it.
func oneLine(cell string) string {
	cell = strings.ReplaceAll(cell, string(marker.BytesMarkerCodeBlockNewline), "\n")
	var lines []string
	for line := range strings.Lines(cell) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	cell = strings.Join(lines, "<br>")
	cell = strings.ReplaceAll(cell, string(marker.MarkerEscaping)+"|", "|")
	return strings.ReplaceAll(cell, "|", `\|`)
}

// flattenCells writes the lists and tables inside cells as lines of text.
func flattenCells(table *html.Node) {
	for _, row := range tableRows(table) {
		for _, cell := range row {
			flattenCell(cell)
		}
	}
}

func flattenCell(parent *html.Node) {
	for node := parent.FirstChild; node != nil; {
		next := node.NextSibling
		switch node.DataAtom {
		case atom.Ul, atom.Ol:
			for item := node.FirstChild; item != nil; {
				following := item.NextSibling
				if item.DataAtom == atom.Li {
					flattenCell(item)
					line := element(atom.P, "• ")
					moveChildren(item, line)
					parent.InsertBefore(line, node)
				}
				item = following
			}
			parent.RemoveChild(node)
		case atom.Table:
			for _, row := range tableRows(node) {
				line := element(atom.P, "")
				for i, inner := range row {
					flattenCell(inner)
					if i > 0 {
						line.AppendChild(&html.Node{Type: html.TextNode, Data: ": "})
					}
					moveChildren(inner, line)
				}
				parent.InsertBefore(line, node)
			}
			parent.RemoveChild(node)
		default:
			if isWrapper(node) {
				flattenCell(node)
			}
		}
		node = next
	}
}

func moveChildren(from, to *html.Node) {
	for child := from.FirstChild; child != nil; child = from.FirstChild {
		from.RemoveChild(child)
		to.AppendChild(child)
	}
}
