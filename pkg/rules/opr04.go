package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var opr04 = Rule{
	ID:       "OPR-04",
	Title:    "A FluxInstance syncs an artifact tag that moves",
	Severity: v1alpha1.SeverityInfo,
	Why:      "The whole cluster follows whatever is pushed under the tag; a promotion from one environment to the next then is no step of its own.",
	Fix:      "Let each environment follow a tag of its own that the promotion moves, or a semver range.",
	Guard:    "Only OCI syncs with latest or without a tag. A warning in a folder of a production environment.",
	Since:    "0.1.0",
	Page:     pageOCIRepository + "#reference",
	Focus:    []string{"sources", "gitops", "multi-cluster"},
	check:    checkSyncTag,
}

func checkSyncTag(p *pass) {
	for object, spec := range specs[*fluxkind.FluxInstance](p.index) {
		sync := spec.Sync
		if sync == nil || sync.Kind != "OCIRepository" || sync.Ref != "" && sync.Ref != "latest" {
			continue
		}
		severity := v1alpha1.Severity("")
		if production(object) {
			severity = v1alpha1.SeverityWarning
		}
		p.report(finding{
			object: object, field: "spec.sync.ref", severity: severity,
			evidence: fmt.Sprintf("spec.sync.ref is %s for %s", orAbsent(sync.Ref), sync.URL),
			fix:      "ref: production, moved by flux tag artifact " + sync.URL + ":VERSION --tag=production",
		})
	}
}
