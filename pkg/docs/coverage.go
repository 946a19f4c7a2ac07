package docs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
)

// Coverage says how complete the documents about something are.
type Coverage struct {
	// Topic is a topic of the focus table, or the id of a capability.
	Topic string
	// Pages is how many pages of fluxcd.io were wanted, Loaded how many are
	// there, from the site, the cache or saved by hand.
	Pages  int
	Loaded int
	// Builtin is how many sections the built-in reference has.
	Builtin int
	// Missing are the pages that are not there.
	Missing []Missing
}

// Complete says that nothing is missing.
func (c Coverage) Complete() bool { return len(c.Missing) == 0 && c.Covered() }

// Covered says that there is at least something to read.
func (c Coverage) Covered() bool { return c.Loaded > 0 || c.Builtin > 0 }

// Missing is a page that could not be loaded.
type Missing struct {
	URL    string
	Reason string
	// Fallback is what there is instead.
	Fallback string
	// File is where the page is looked for when someone saves it by hand, and
	// Instructions how to do that.
	File         string
	Instructions string
}

func (l *Loader) coverage(topic string, sections []Section) Coverage {
	c := Coverage{Topic: topic}
	for _, section := range sections {
		if section.Source == SourceBuiltin && slices.Contains(section.Topics, topic) {
			c.Builtin++
		}
	}
	fallback := "nothing"
	if c.Builtin > 0 {
		fallback = "the built-in reference, " + plural(c.Builtin, "section")
	}
	for _, address := range l.pagesOf(topic) {
		c.Pages++
		page, fragment, _ := strings.Cut(address, "#")
		o := l.outcomes[page]
		switch {
		case o.document == nil:
			c.Missing = append(c.Missing, l.missing(address, reason(o.err), fallback))
		case len(o.document.sections(fragment)) == 0:
			c.Missing = append(c.Missing, Missing{URL: address, Reason: "the page has no such section any more", Fallback: "the rest of the page"})
		default:
			c.Loaded++
		}
	}
	return c
}

func (l *Loader) missing(address, why, fallback string) Missing {
	m := Missing{URL: address, Reason: why, Fallback: fallback}
	if l.manual.dir != "" {
		page := withoutFragment(address)
		m.File = l.manual.path(page)
		m.Instructions = fmt.Sprintf("save %s as %s, for example with: curl -fsSL --create-dirs -o '%s' %s", page, m.File, m.File, page)
	}
	return m
}

// Capabilities says how complete the documents behind each of the sixteen
// expert capabilities are. One that no topic of this run serves has no pages
// and no sections.
func (r Result) Capabilities() []Coverage {
	all := make([]Coverage, 0, len(focus.Capabilities()))
	for _, capability := range focus.Capabilities() {
		sum := Coverage{Topic: capability.ID}
		for _, c := range r.Topics {
			topic, _ := focus.Lookup(c.Topic)
			if slices.Contains(topic.Capabilities, capability.ID) {
				sum.Pages += c.Pages
				sum.Loaded += c.Loaded
				sum.Builtin += c.Builtin
				sum.Missing = append(sum.Missing, c.Missing...)
			}
		}
		all = append(all, sum)
	}
	return all
}

// SessionCapabilities returns the names for capabilities_loaded of a session:
// those of which every topic of this run has documents.
func (r Result) SessionCapabilities() []string {
	names := []string{}
	for _, name := range focus.SessionCapabilities() {
		served, covered := false, true
		for _, c := range r.Topics {
			if topic, _ := focus.Lookup(c.Topic); topic.SessionCapability == name {
				served = true
				covered = covered && c.Covered()
			}
		}
		if served && covered {
			names = append(names, name)
		}
	}
	return names
}

// Missing lists the pages that are not there, each once.
func (r Result) Missing() []Missing {
	var all []Missing
	for _, c := range r.Topics {
		for _, m := range c.Missing {
			if !slices.ContainsFunc(all, func(known Missing) bool { return known.URL == m.URL }) {
				all = append(all, m)
			}
		}
	}
	return all
}
