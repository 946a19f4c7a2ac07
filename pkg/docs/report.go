package docs

import (
	"fmt"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// sessionNames are the names of sources in session files, whose structure is
// older than the names of this package.
var sessionNames = map[string]string{
	SourceContext7: "context7",
	SourceSite:     "flux_official_docs",
	SourceCache:    "cache",
	SourceManual:   "manual",
	SourceCluster:  "cluster_api",
	SourceBuiltin:  "built_in_reference",
}

// Report returns the part of a report that is about documents.
func (r Result) Report() v1alpha1.Docs {
	docs := v1alpha1.NewReport().Docs
	for _, s := range r.Sources {
		source := v1alpha1.DocSource{Name: s.Name, Status: s.Status, Reason: s.Reason}
		if s.Age > 0 {
			source.Age = s.Age.Round(time.Second).String()
		}
		docs.Sources = append(docs.Sources, source)
	}
	for _, s := range r.Sections {
		status := StatusLoaded
		switch {
		case s.Stale:
			status = "stale"
		case s.Cached:
			status = "cached"
		}
		docs.Sections = append(docs.Sections, v1alpha1.DocSection{
			Topic: s.Topics[0], Title: s.Title, URL: s.URL, Source: s.Source, Status: status,
		})
	}
	for _, c := range r.Topics {
		docs.Coverage = append(docs.Coverage, c.report())
	}
	for _, c := range r.Capabilities() {
		if c.Pages > 0 || c.Covered() {
			docs.Capabilities = append(docs.Capabilities, c.report())
		}
	}
	for _, m := range r.Missing() {
		docs.Missing = append(docs.Missing, v1alpha1.MissingDoc(m))
	}
	return docs
}

func (c Coverage) report() v1alpha1.DocCoverage {
	return v1alpha1.DocCoverage{Name: c.Topic, Pages: c.Pages, Loaded: c.Loaded, Builtin: c.Builtin, Complete: c.Complete()}
}

// ContextSources returns the part of a session that is about documents. A
// source is listed as loaded only when it delivered some. Context7 counts as
// available when its answers are there and are not old copies.
func (r Result) ContextSources(now time.Time) v1alpha1.ContextSources {
	sources := v1alpha1.NewSession().ContextSources
	sources.Context7Available = slices.ContainsFunc(r.Sections, func(s Section) bool {
		return s.Source == SourceContext7 && !s.Stale
	})
	for _, s := range r.Sources {
		name := sessionNames[s.Name]
		if s.Documents > 0 {
			sources.LoadedDocs = append(sources.LoadedDocs, v1alpha1.LoadedDocs{Source: name, Status: StatusLoaded, FocusAreas: r.topicsFrom(s.Name)})
		}
		if s.Status == StatusFailed || s.Status == StatusPartial || s.Name == SourceContext7 && !sources.Context7Available {
			sources.FailedSources = append(sources.FailedSources, v1alpha1.FailedSource{Source: name, Reason: s.Reason, At: metav1.NewTime(now)})
			sources.FallbackSources = append(sources.FallbackSources, v1alpha1.FallbackSource{Source: r.insteadOf(s.Name), For: name})
		}
	}
	return sources
}

// insteadOf is the next source in the chain that delivered something; the last
// one, the built-in reference, always does.
func (r Result) insteadOf(name string) string {
	after := false
	for _, s := range r.Sources {
		if after && s.Documents > 0 {
			return sessionNames[s.Name]
		}
		after = after || s.Name == name
	}
	return ""
}

// topicsFrom lists the topics about which a source delivered sections.
func (r Result) topicsFrom(source string) []string {
	topics := []string{}
	for _, s := range r.Sections {
		if s.Cached && source == SourceCache || !s.Cached && s.Source == source {
			topics = appendNew(topics, s.Topics)
		}
	}
	return topics
}

// Problems returns what a run that was to use the network could not load.
func (r Result) Problems() []model.Problem {
	var problems []model.Problem
	for _, s := range r.Sources {
		if s.Status == StatusFailed || s.Status == StatusPartial {
			problems = append(problems, model.Problem{
				Source:  "docs",
				Code:    "DocsSourceFailed",
				Message: fmt.Sprintf("%s: %s; used instead: %s", s.Name, s.Reason, r.Connectivity.Strategy),
				Hint:    "try again later, or pass --offline to work with the cache and the built-in reference",
			})
		}
	}
	return problems
}
