package docs

import (
	"embed"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
)

//go:embed builtin/*.md
var builtinFiles embed.FS

var builtin = sync.OnceValue(func() []Section {
	sections, err := readBuiltin()
	if err != nil {
		panic(fmt.Sprintf("docs: the built-in reference is broken: %v", err)) // a test reads all of it
	}
	return sections
})

// Builtin returns the built-in reference in the order of the focus table. It is
// read when it is first asked for. Callers share it and must not change it.
func Builtin() []Section { return builtin() }

func readBuiltin() ([]Section, error) {
	entries, err := builtinFiles.ReadDir("builtin")
	if err != nil {
		return nil, fmt.Errorf("list built-in documents: %w", err)
	}
	var all []Section
	for _, entry := range entries {
		text, err := builtinFiles.ReadFile(path.Join("builtin", entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("read built-in document: %w", err)
		}
		sections, err := parseBuiltin(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", entry.Name(), err)
		}
		all = append(all, sections...)
	}
	order := focus.Names()
	slices.SortStableFunc(all, func(a, b Section) int {
		return slices.Index(order, a.Topics[0]) - slices.Index(order, b.Topics[0])
	})
	return all, nil
}

// parseBuiltin reads one document: front matter with the focus and the title,
// then sections. A section is a heading of the second level with its anchor, an
// empty line, "Name: value" lines, an empty line, and text.
func parseBuiltin(text string) ([]Section, error) {
	var topic, page string
	var sections []Section
	body, inFront := strings.CutPrefix(text, "---\n")
	if !inFront {
		return nil, errors.New("it does not start with front matter")
	}
	front, body, closed := strings.Cut(body, "\n---\n")
	if !closed {
		return nil, errors.New("its front matter has no end")
	}
	for line := range strings.Lines(front) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch name {
		case "focus":
			topic = value
		case "title":
			page = value
		default:
			return nil, fmt.Errorf("front matter has the unknown key %q", name)
		}
	}
	if _, known := focus.Lookup(topic); !known || page == "" {
		return nil, fmt.Errorf("front matter needs a title and a known focus, not %q", topic)
	}
	for _, block := range splitChapters(body) {
		section, err := parseBuiltinSection(block)
		if err != nil {
			return nil, err
		}
		section.Topics, section.Page, section.Level, section.Source = []string{topic}, page, 2, SourceBuiltin
		sections = append(sections, section)
	}
	return sections, nil
}

// splitChapters cuts before each heading of the second level outside fences.
func splitChapters(body string) []string {
	var chapters []string
	fenced := false
	start, at := -1, 0
	for line := range strings.Lines(body) {
		switch {
		case strings.HasPrefix(line, "```"):
			fenced = !fenced
		case !fenced && strings.HasPrefix(line, "## "):
			if start >= 0 {
				chapters = append(chapters, body[start:at])
			}
			start = at
		}
		at += len(line)
	}
	if start >= 0 {
		chapters = append(chapters, body[start:])
	}
	return chapters
}

func parseBuiltinSection(block string) (Section, error) {
	heading, rest, _ := strings.Cut(block, "\n")
	facts, text, _ := strings.Cut(strings.TrimSpace(rest), "\n\n")
	title, anchor, _ := strings.Cut(strings.TrimPrefix(heading, "## "), " {#")
	section := Section{Title: title, Anchor: strings.TrimSuffix(anchor, "}"), Markdown: strings.TrimSpace(text)}
	for line := range strings.SplitSeq(facts, "\n") {
		name, value, _ := strings.Cut(line, ": ")
		list := strings.Split(value, ", ")
		switch name {
		case "Since":
			section.Since = value
		case "Areas":
			section.Areas = list
		case "Capabilities":
			section.Capabilities = list
		case "Read":
			section.Links = list
		default:
			return section, fmt.Errorf("section %q has the unknown line %q", title, line)
		}
	}
	if section.Anchor == "" || section.Markdown == "" || len(section.Links) == 0 {
		return section, fmt.Errorf("section %q lacks an anchor, a text or a page to read", title)
	}
	section.URL = section.Links[0]
	return section, nil
}
