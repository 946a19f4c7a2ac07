package docs

import (
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
)

// Result is what was loaded, from where, and what is missing.
type Result struct {
	// Sections come topic by topic, those asked for first, the core after
	// them; within a topic in the order of the sources.
	Sections []Section
	// Sources are the links of the chain, in its order.
	Sources []SourceStatus
	// Topics says how complete each topic is.
	Topics []Coverage
	// Connectivity is what the network allowed, and which way was taken.
	Connectivity v1alpha1.Connectivity
}

// result puts together what is known of all documents asked for so far.
func (l *Loader) result() Result {
	topics := slices.Clone(l.topics)
	if len(l.options.Focus) == 0 {
		topics = appendNew(topics, focus.Names()) // of the built-in reference, all there is
	}
	topics = appendNew(topics, focus.CoreTopics())
	r := Result{Sections: l.sections(topics), Sources: l.sources()}
	for _, topic := range topics {
		r.Topics = append(r.Topics, l.coverage(topic, r.Sections))
	}
	r.Connectivity = l.connectivity(r.Sources)
	return r
}

// sections lists each section once, under the first topic that has it.
func (l *Loader) sections(topics []string) []Section {
	var all []Section
	at := map[string]int{}
	add := func(topic string, section Section) {
		key := section.Source + " " + section.URL + " " + section.Page + " " + section.Title
		if i, seen := at[key]; seen {
			all[i].Topics = appendNew(all[i].Topics, []string{topic})
			return
		}
		at[key] = len(all)
		section.Topics = appendNew([]string{topic}, section.Topics)
		all = append(all, section)
	}
	for _, topic := range topics {
		for _, q := range l.queries {
			if o := l.outcomes[q.id]; o.document != nil && slices.Contains(q.topics, topic) {
				for _, section := range o.document.sections("") {
					add(topic, section)
				}
			}
		}
		for _, address := range l.pagesOf(topic) {
			page, fragment, _ := strings.Cut(address, "#")
			if o := l.outcomes[page]; o.document != nil {
				for _, section := range o.document.sections(fragment) {
					add(topic, section)
				}
			}
		}
		for _, section := range slices.Concat(l.api, Builtin()) {
			if slices.Contains(section.Topics, topic) {
				add(topic, section)
			}
		}
	}
	return all
}

// pagesOf are the addresses of a topic that were asked for: all, or of a topic
// that only comes with the core, the core pages.
func (l *Loader) pagesOf(topic string) []string {
	pages := focus.Pages(topic)
	if slices.Contains(l.topics, topic) {
		return pages
	}
	core := focus.CorePages()
	return slices.DeleteFunc(pages, func(page string) bool { return !slices.Contains(core, page) })
}

// sections are the parts of a document: all of them, or the one with the anchor
// and those below it.
func (d *Document) sections(anchor string) []Section {
	var sections []Section
	page, within := "", 0
	for i, part := range d.Parts {
		if i == 0 {
			page = part.Title
		}
		if anchor != "" {
			switch {
			case part.Anchor == anchor:
				within = part.Level
			case within == 0 || part.Level <= within:
				within = 0
				continue
			}
		}
		if part.Title == "" && part.Markdown == "" {
			continue
		}
		sections = append(sections, Section{
			Page: page, Title: part.Title, Level: part.Level, Anchor: part.Anchor,
			URL: d.address(part), Source: d.Source, Fetched: d.Fetched, Markdown: correct(part.Markdown),
			Cached: d.Copy && d.Source != SourceManual, Stale: d.Copy && d.Instead != nil,
		})
	}
	return sections
}

func (d *Document) address(part Part) string {
	switch {
	case part.URL != "":
		return part.URL
	case part.Anchor != "":
		return d.URL + "#" + part.Anchor
	}
	return d.URL
}
