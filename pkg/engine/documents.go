package engine

import (
	"context"
	"slices"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/docs"
	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
	"github.com/fluxctx/kubectl-fluxctx/pkg/guidance"
	"github.com/fluxctx/kubectl-fluxctx/pkg/session"
)

// loadDocs loads the documents of the core and of the focus; it runs beside
// the other collectors.
func (r *run) loadDocs(ctx context.Context) {
	r.docs = docs.Load(ctx, r.Docs)
}

// advise writes the guidance with the documents that are at hand.
func (r *run) advise(context.Context) {
	r.report.Guidance = guidance.Advise(r.facts, r.report.Findings, docLinks(r.docs.Sections))
}

// docLinks lists the documents of each topic, each page once.
func docLinks(sections []docs.Section) map[string][]v1alpha1.DocLink {
	links := map[string][]v1alpha1.DocLink{}
	for _, section := range sections {
		if section.URL == "" {
			continue
		}
		link := v1alpha1.DocLink{Title: section.Title, URL: section.URL}
		for _, topic := range section.Topics {
			if !slices.ContainsFunc(links[topic], func(l v1alpha1.DocLink) bool { return l.URL == link.URL }) {
				links[topic] = append(links[topic], link)
			}
		}
	}
	return links
}

// reportDocs lists what was loaded. A section of several topics is listed
// under the first that was asked for.
func reportDocs(loaded docs.Result, asked []string) v1alpha1.Docs {
	report := v1alpha1.NewReport().Docs
	for _, section := range loaded.Sections {
		report.Sections = append(report.Sections, v1alpha1.DocSection{
			Topic: topicOf(section, asked), Title: section.Title, URL: section.URL, Source: section.Source, Status: "loaded",
		})
	}
	if len(loaded.Sections) > 0 {
		report.Sources = append(report.Sources, v1alpha1.DocSource{Name: docs.SourceBuiltin, Status: "loaded"})
	}
	return report
}

func topicOf(section docs.Section, asked []string) string {
	for _, topic := range asked {
		if slices.Contains(section.Topics, topic) {
			return topic
		}
	}
	if len(section.Topics) == 0 {
		return ""
	}
	return section.Topics[0]
}

// recordDocs writes into the session what was loaded, and the capabilities
// that this earned.
func (r *run) recordDocs(state *session.State) {
	topics := map[string]bool{}
	var areas []string
	for _, section := range r.docs.Sections {
		for _, topic := range section.Topics {
			if !topics[topic] {
				topics[topic] = true
				areas = append(areas, topic)
			}
		}
	}
	slices.Sort(areas)
	state.ContextSources.LoadedDocs = []v1alpha1.LoadedDocs{}
	if len(areas) > 0 {
		state.ContextSources.LoadedDocs = append(state.ContextSources.LoadedDocs,
			v1alpha1.LoadedDocs{Source: docs.SourceBuiltin, Status: "loaded", FocusAreas: areas})
	}
	state.CapabilitiesLoaded = []string{}
	for _, name := range focus.SessionCapabilities() {
		for _, topic := range focus.Topics() {
			if topic.SessionCapability == name && topics[topic.Name] {
				state.CapabilitiesLoaded = append(state.CapabilitiesLoaded, name)
				break
			}
		}
	}
}
