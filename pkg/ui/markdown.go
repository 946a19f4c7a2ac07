package ui

import (
	"regexp"
	"strings"
)

// The inline marks of Markdown that a terminal can show.
var (
	markdownLink  = regexp.MustCompile(`\[([^\]\n]+)\]\((https?://[^)\s]+)\)`)
	markdownBold  = regexp.MustCompile(`\*\*([^*\n]+)\*\*`)
	markdownItem  = regexp.MustCompile(`^(\s*)([-*+•]|\d+\.)\s+`)
	markdownQuote = regexp.MustCompile(`^\s*>\s?`)
)

// Markdown styles Markdown for a person at a terminal: headings in bold, code in
// the accent colour and as it stands, prose wrapped. Tables stay as they are.
func (t Terminal) Markdown(text string) string {
	var b strings.Builder
	var prose []string
	indent := ""
	flush := func() {
		if len(prose) == 0 {
			return
		}
		wrapped := Wrap(strings.Join(prose, " "), t.Width-len(indent))
		for i, line := range strings.Split(wrapped, "\n") {
			if i > 0 {
				b.WriteString(indent)
			}
			b.WriteString(t.inline(line) + "\n")
		}
		prose, indent = nil, ""
	}
	fence := ""
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		trimmed := strings.TrimSpace(markdownQuote.ReplaceAllString(line, ""))
		ticks := trimmed[:len(trimmed)-len(strings.TrimLeft(trimmed, "`"))]
		switch {
		case fence != "":
			if len(ticks) >= len(fence) && ticks == trimmed {
				fence = ""
				continue
			}
			b.WriteString("    " + t.Theme.Accent.Render(line) + "\n")
		case len(ticks) >= 3:
			flush()
			fence = ticks
		case trimmed == "":
			flush()
			b.WriteString("\n")
		case strings.HasPrefix(trimmed, "#"):
			flush()
			b.WriteString(t.Theme.Heading.Render(strings.TrimLeft(trimmed, "# ")) + "\n")
		case strings.HasPrefix(trimmed, "|"):
			flush()
			b.WriteString(t.inline(line) + "\n")
		case markdownItem.MatchString(line):
			flush()
			mark := markdownItem.FindString(line)
			b.WriteString(mark)
			indent = strings.Repeat(" ", Width(mark))
			prose = append(prose, line[len(mark):])
		default:
			prose = append(prose, trimmed)
		}
	}
	flush()
	return b.String()
}

// inline styles what stands within a line; nothing within code is a mark.
func (t Terminal) inline(line string) string {
	parts := strings.Split(line, "`")
	if len(parts)%2 == 0 { // a code span goes on in the next line
		return line
	}
	for i, part := range parts {
		if i%2 == 1 {
			parts[i] = t.Theme.Accent.Render(part)
			continue
		}
		part = markdownBold.ReplaceAllStringFunc(part, func(bold string) string { return t.Theme.Strong.Render(strings.Trim(bold, "*")) })
		parts[i] = markdownLink.ReplaceAllStringFunc(part, func(link string) string {
			match := markdownLink.FindStringSubmatch(link)
			if !t.Links {
				return match[1] + " (" + match[2] + ")"
			}
			return t.Link(match[2], t.Theme.Accent.Render(match[1]))
		})
	}
	return strings.Join(parts, "")
}
