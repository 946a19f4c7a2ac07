package cmd_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/docs"
	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
	"github.com/fluxctx/kubectl-fluxctx/pkg/rules"
)

// topicsText writes the focus table with what there is behind each row.
func topicsText() string {
	var text strings.Builder
	text.WriteString("`kubectl fluxctx FOCUS` shows one of these in full. Sections are those of the built-in reference, " +
		"which needs no network; pages are those of fluxcd.io.\n\n")
	table := [][]string{{"focus", "title", "areas", "capabilities", "earns in the session", "sections", "pages", "rules"}}
	for _, topic := range focus.Topics() {
		table = append(table, []string{
			fmt.Sprintf("[%s](#%s)", topic.Name, anchorOf(topic)), topic.Title,
			strings.Join(topic.Areas, ", "), strings.Join(topic.Capabilities, ", "), "`" + topic.SessionCapability + "`",
			fmt.Sprint(len(sectionsOf(topic.Name))), fmt.Sprint(len(focus.Pages(topic.Name))), fmt.Sprint(len(rulesOf(topic.Name))),
		})
	}
	text.WriteString(markdownTable(table))

	text.WriteString("\n## Areas\n\n")
	text.WriteString(areaTable("area", focus.Areas(),
		func(t focus.Topic) []string { return t.Areas }, func(s docs.Section) []string { return s.Areas }))
	text.WriteString("\n## Capabilities\n\n")
	text.WriteString(areaTable("capability", focus.Capabilities(),
		func(t focus.Topic) []string { return t.Capabilities }, func(s docs.Section) []string { return s.Capabilities }))

	text.WriteString("\n## Names under capabilities_loaded\n\nA session lists a name when every topic of the run that earns it has documents.\n\n")
	names := [][]string{{"name", "focuses", "sections"}}
	for _, name := range focus.SessionCapabilities() {
		var topics []string
		sections := 0
		for _, topic := range focus.Topics() {
			if topic.SessionCapability == name {
				topics = append(topics, topic.Name)
				sections += len(sectionsOf(topic.Name))
			}
		}
		names = append(names, []string{"`" + name + "`", strings.Join(topics, ", "), fmt.Sprint(sections)})
	}
	text.WriteString(markdownTable(names))

	for _, topic := range focus.Topics() {
		fmt.Fprintf(&text, "\n## %s\n\n`kubectl fluxctx docs show %s`\n\n", topic.Title, topic.Name)
		for _, section := range sectionsOf(topic.Name) {
			fmt.Fprintf(&text, "- [%s](%s), since %s\n", section.Title, section.URL, section.Since)
		}
		if rules := rulesOf(topic.Name); len(rules) > 0 {
			fmt.Fprintf(&text, "\nRules: %s\n", strings.Join(rules, ", "))
		}
	}
	return text.String()
}

// anchorOf is the one that GitHub gives to the heading of a topic.
func anchorOf(topic focus.Topic) string {
	return strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(topic.Title), "/", ""), " ", "-")
}

func sectionsOf(topic string) []docs.Section {
	var sections []docs.Section
	for _, section := range docs.Builtin() {
		if slices.Contains(section.Topics, topic) {
			sections = append(sections, section)
		}
	}
	return sections
}

// rulesOf links to the pages of the rules that a focus runs.
func rulesOf(topic string) []string {
	var links []string
	for _, rule := range rules.All() {
		if slices.Contains(rule.Focus, topic) {
			links = append(links, fmt.Sprintf("[%[1]s](../rules/%[1]s.md)", rule.ID))
		}
	}
	return links
}

func areaTable(noun string, areas []focus.Area, ofTopic func(focus.Topic) []string, ofSection func(docs.Section) []string) string {
	table := [][]string{{noun, "title", "focuses", "sections"}}
	for _, area := range areas {
		var topics []string
		for _, topic := range focus.Topics() {
			if slices.Contains(ofTopic(topic), area.ID) {
				topics = append(topics, topic.Name)
			}
		}
		sections := 0
		for _, section := range docs.Builtin() {
			if slices.Contains(ofSection(section), area.ID) {
				sections++
			}
		}
		table = append(table, []string{area.ID, area.Title, strings.Join(topics, ", "), fmt.Sprint(sections)})
	}
	return markdownTable(table)
}

// The links from the table to the lists below it lead somewhere.
func TestTopicsPageLinks(t *testing.T) {
	headings := map[string]bool{}
	text := topicsText()
	for line := range strings.Lines(text) {
		if title, found := strings.CutPrefix(strings.TrimSpace(line), "## "); found {
			headings[strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(title), "/", ""), " ", "-")] = true
		}
	}
	for _, topic := range focus.Topics() {
		if !headings[anchorOf(topic)] || !strings.Contains(text, "(#"+anchorOf(topic)+")") {
			t.Errorf("the row of %s leads nowhere", topic.Name)
		}
	}
}
