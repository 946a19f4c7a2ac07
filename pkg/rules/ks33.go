package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
)

var ks33 = Rule{
	ID:       "KS-33",
	Title:    "Ignore rules are written for a Flux that does not know them",
	Severity: v1alpha1.SeverityError,
	Why:      "spec.ignore came with Flux 2.9. An API without the field refuses the object when it is applied.",
	Fix:      "Upgrade Flux first, or remove spec.ignore.",
	Guard:    "Only when the Flux that the cluster runs, or its folder pins, is known.",
	Since:    "0.1.0",
	Page:     pageKustomization + "#ignore-rules",
	Focus:    []string{"kustomize", "migration"},
	check:    checkIgnoreRules,
}

func checkIgnoreRules(p *pass) {
	for object, spec := range specs[*fluxkind.Kustomization](p.index) {
		flux := p.fluxOf(object)
		if len(spec.IgnoreRules) == 0 || !flux.minor.Known() || flux.minor.AtLeast(fluxver.Minor{Major: 2, Minor: 9}) {
			continue
		}
		p.report(finding{
			object: object, field: "spec.ignore",
			evidence: fmt.Sprintf("spec.ignore is set, and %s", flux.said),
			fix:      "remove spec.ignore until Flux is upgraded to 2.9",
		})
	}
}
