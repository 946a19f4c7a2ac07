package guidance

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

func adviseSources(p *project) entry {
	var e entry
	kinds := map[string]int{}
	var sources, unverified, signed []string
	address := ""
	for _, object := range p.Objects {
		row, ok := fluxkind.Lookup(object.Group, object.Kind)
		if !ok || !row.Source || object.Kind == "HelmChart" {
			continue
		}
		kinds[object.Kind]++
		sources = append(sources, object.Name)
		switch verify, can := verification(object.Spec); {
		case verify:
			signed = append(signed, object.Name)
		case can:
			if unverified = append(unverified, object.Name); address == "" {
				address = host(object)
			}
		}
	}
	if len(sources) == 0 {
		return e
	}
	e.today = append(e.today, fmt.Sprintf("Flux fetches from %s: %s", tally(kinds), some(sources)))
	if states := p.states("GitRepository", "OCIRepository", "HelmRepository", "Bucket", "ExternalArtifact"); states != "" {
		e.today = append(e.today, "their state is: "+states)
	}
	if len(signed) > 0 {
		e.today = append(e.today, "well done: signatures are checked for "+some(signed))
	}
	if len(unverified) > 0 {
		e.gap = append(e.gap, fmt.Sprintf("nobody checks who made what %s %s from %s", some(unverified), verb(len(unverified), "delivers", "deliver"), address))
		e.next = append(e.next, fmt.Sprintf("sign what is pushed to %s, and add spec.verify to %s first", address, unverified[0]))
	}
	p.miss(&e, "same-sources")
	return e
}

// verification says whether a source checks signatures, and whether its kind
// can.
func verification(spec model.Spec) (does, can bool) {
	switch spec := spec.(type) {
	case *fluxkind.GitRepository:
		return spec.Verify != nil, true
	case *fluxkind.OCIRepository:
		return spec.Verify != nil, true
	}
	return false, false
}

// gitSources are the GitRepositories with their URLs.
func gitSources(p *project) (objects []*model.Object, urls []string) {
	objects, specs := specsOf[*fluxkind.GitRepository](p)
	for _, spec := range specs {
		urls = append(urls, spec.URL)
	}
	return objects, urls
}
