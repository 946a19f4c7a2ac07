package engine

import (
	"context"
	"slices"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cluster"
	"github.com/fluxctx/kubectl-fluxctx/pkg/docs"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
	"github.com/fluxctx/kubectl-fluxctx/pkg/guidance"
	"github.com/fluxctx/kubectl-fluxctx/pkg/session"
)

// loadDocs loads the documents of the core and of the focus; it runs beside
// the other collectors.
func (r *run) loadDocs(ctx context.Context) {
	r.docs = r.loader.Load(ctx, r.Focus)
}

// loadAPI starts to read the reference of the Flux kinds that the cluster has:
// from itself when it answers, else from the built-in CRDs of its version. It
// runs beside the steps that ask the loader for nothing. Without a cluster the
// docs commands have the reference; a run would only wait for it.
func (r *run) loadAPI(ctx context.Context) {
	r.apiLoaded = make(chan struct{})
	if r.cluster == nil || !r.cluster.Reachable {
		close(r.apiLoaded)
		return
	}
	api := docs.API{Kinds: r.cluster.Flux.CRDs}
	if minor := fluxver.ParseMinor(r.cluster.Flux.Version); minor.Known() {
		api.Minor = minor.String()
	}
	// What could be wrong with the configuration was told when it was read.
	api.OpenAPI, _ = cluster.OpenAPI(*r.Cluster)
	go func() {
		defer close(r.apiLoaded)
		r.loader.AddAPI(ctx, api)
	}()
}

// loadProjectDocs loads the documents about what this project turned out to
// use. Under a focus that is what was asked for.
func (r *run) loadProjectDocs(ctx context.Context) {
	r.Progress("documents", "loading those for this project")
	<-r.apiLoaded
	var topics []string
	if len(r.Focus) == 0 {
		for _, requirement := range r.report.Requirements {
			topics = append(topics, requirement.Topic)
		}
	}
	r.docs = r.loader.Load(ctx, topics)
	r.Progress("documents", "")
	if ctx.Err() != nil {
		return
	}
	r.update(r.recordDocs)
	r.checkpoint(session.AdvancedContextLoaded)
}

// recordDocs writes into the session what was loaded, and the capabilities
// that this earned.
func (r *run) recordDocs(state *session.State) {
	state.ContextSources = r.docs.ContextSources(r.now)
	state.CapabilitiesLoaded = r.docs.SessionCapabilities()
	connectivity := r.docs.Connectivity
	state.Connectivity = &connectivity
}

// advise writes the guidance with the documents that are at hand.
func (r *run) advise(context.Context) {
	r.report.Guidance = guidance.Advise(r.facts, r.report.Findings, r.report.Upgrade, docLinks(r.docs.Sections))
}

// validate checks that what was to be loaded is there; what is not is listed
// with what to read instead.
func (r *run) validate(context.Context) {
	r.report.Docs = r.docs.Report()
	r.report.Connectivity = r.docs.Connectivity
	r.problems = append(r.problems, r.docs.Problems()...)
	r.checkpoint(session.ContextValidationComplete)
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
