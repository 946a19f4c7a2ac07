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
			unverified = append(unverified, object.Name)
		}
	}
	if len(sources) == 0 {
		return e
	}
	e.today = append(e.today, fmt.Sprintf("Flux fetches from %s.", tally(kinds)))
	if len(signed) > 0 {
		e.today = append(e.today, fmt.Sprintf("Signatures are checked for %s.", some(signed)))
	}
	if found := p.findings["SRC-08"]; len(found) > 0 {
		e.gap = append(e.gap, fmt.Sprintf("%s fetched without TLS, the first at %s:%d.", count(len(found), "source is", "sources are"), found[0].File, found[0].Line))
		e.next = append(e.next, found[0].Fix+".")
	} else if len(unverified) > 0 {
		e.gap = append(e.gap, fmt.Sprintf("Nobody checks who made what %s deliver.", some(unverified)))
		e.next = append(e.next, fmt.Sprintf("Sign what is pushed, and add spec.verify to %s first.", some(unverified[:1])))
	}
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
