package docs

import (
	"net/url"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// snippetRule parts the snippets of an answer.
var snippetRule = strings.Repeat("-", 32)

// maxAnswer bounds the text of an answer, in bytes.
const maxAnswer = 1 << 20

// parseSnippets reads an answer of Context7: snippets with a heading of the
// third level, the address they come from, and text. It returns nothing for
// anything else.
func parseSnippets(answer string) []Part {
	if len(answer) > maxAnswer {
		return nil
	}
	var parts []Part
	for _, snippet := range splitSnippets(answer) {
		if part, ok := parseSnippet(snippet); ok {
			parts = append(parts, part)
		}
	}
	return parts
}

func splitSnippets(answer string) []string {
	var snippets []string
	var current strings.Builder
	fenced := false
	for line := range strings.Lines(answer) {
		trimmed := strings.TrimSpace(line)
		if strings.HasPrefix(trimmed, "```") {
			fenced = !fenced
		}
		if trimmed == snippetRule && !fenced {
			snippets = append(snippets, current.String())
			current.Reset()
			continue
		}
		current.WriteString(line)
	}
	return append(snippets, current.String())
}

func parseSnippet(snippet string) (Part, bool) {
	heading, rest, _ := strings.Cut(strings.TrimSpace(snippet), "\n")
	title, isHeading := strings.CutPrefix(heading, "### ")
	source, text, _ := strings.Cut(strings.TrimSpace(rest), "\n")
	address, hasSource := strings.CutPrefix(source, "Source: ")
	u, err := url.Parse(strings.TrimSpace(address))
	if !isHeading || !hasSource || err != nil || u.Scheme != "https" || u.Host == "" {
		return Part{}, false
	}
	part := Part{
		Level:    3,
		Title:    sanitize.Line(title, 300),
		URL:      sanitize.Line(u.String(), 500),
		Markdown: strings.TrimSpace(cleanMarkdown(text)),
	}
	return part, part.Title != "" && part.Markdown != ""
}
