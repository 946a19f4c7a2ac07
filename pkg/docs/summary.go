package docs

import (
	"fmt"
	"strings"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/markdown"
)

// Summary writes what is known of a project and what to read about it, as
// Markdown that can be handed to an assistant: facts, what needs attention,
// guidance, sources, and then sections, those first that matter most to the
// project. It has at most about maxTokens tokens; 0 means
// markdown.DefaultMaxTokens. The facts may take half of them.
func Summary(report *v1alpha1.ContextReport, sections []Section, maxTokens int) string {
	budget := markdown.Bytes(maxTokens)
	known := markdown.Cut(summarizeFacts(report), budget/2)
	return known + summarizeSections(Rank(sections, report), budget-len(known), report.Session.Timestamp.Time)
}

// summarizeSections writes the sections that fit. One that does not fit is left
// out for smaller ones behind it.
func summarizeSections(sections []Section, budget int, now time.Time) string {
	const heading = "\n## Documents\n"
	var b strings.Builder
	b.WriteString(heading)
	leftOut := 0
	const reserve = len("\n9999 sections loaded beyond these.\n")
	for i := range sections {
		if b.Len()+len(sections[i].Markdown)+reserve > budget {
			leftOut++ // without writing it: most of a site is left out
			continue
		}
		text := sections[i].document(now)
		if b.Len()+len(text)+reserve > budget {
			leftOut++
			continue
		}
		b.WriteString(text)
	}
	if b.Len()+reserve > budget {
		return ""
	}
	if leftOut > 0 {
		fmt.Fprintf(&b, "\n%s loaded beyond these.\n", plural(leftOut, "section"))
	}
	return b.String()
}

// document is the section as a part of a longer document.
func (s *Section) document(now time.Time) string {
	title := s.Title
	if s.Page != "" && s.Page != s.Title {
		title = s.Page + ": " + s.Title
	}
	origin := s.Source
	if s.Since != "" {
		origin += ", since " + s.Since
	}
	if s.Stale {
		origin += ", a copy from " + Age(now.Sub(s.Fetched)) + " ago"
	}
	if s.URL != "" {
		origin += ", " + s.URL
	}
	// The built-in text is this program's own; any other is shown as data.
	text := strings.TrimSpace(demote(s.Markdown)) + "\n"
	if s.Source != SourceBuiltin {
		title, text = markdown.Code(title), markdown.Fence("markdown", s.Markdown)
	}
	return fmt.Sprintf("\n### %s\n\nSource: %s\n\n%s", title, origin, text)
}

// demote puts the headings inside a section below its own, which is of the third
// level.
func demote(markdown string) string {
	var b strings.Builder
	fenced := false
	for line := range strings.Lines(markdown) {
		if strings.HasPrefix(strings.TrimLeft(line, " >"), "```") {
			fenced = !fenced
		}
		if level := len(line) - len(strings.TrimLeft(line, "#")); !fenced && level > 0 && level < 6 && strings.HasPrefix(line[level:], " ") {
			b.WriteString(strings.Repeat("#", min(max(level+1, 4), 6)) + line[level:])
			continue
		}
		b.WriteString(line)
	}
	return b.String()
}
