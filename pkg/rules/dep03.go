package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var dep03 = Rule{
	ID:       "DEP-03",
	Title:    "Objects may still be stored in an API version that an upgrade removes",
	Severity: v1alpha1.SeverityError,
	Why:      "The API server refuses the definitions of a Flux that lacks the version: status.storedVersions must appear in spec.versions. The upgrade stops half way (fluxcd/flux2#4628).",
	Fix:      "Run flux migrate against the cluster before the upgrade.",
	Guard:    "An error when an upgrade past the removal is in Git, or the version is not served any more; else a warning. Definitions that nobody may read are left out.",
	Since:    "0.1.0",
	Page:     fluxcd + "/flux/cmd/flux_migrate/",
	Focus:    []string{"migration", "troubleshooting"},
	check:    checkStoredVersions,
}

func checkStoredVersions(p *pass) {
	if p.Cluster == nil {
		return
	}
	pending, upgrading := p.upgrade()
	for _, crd := range p.Cluster.Flux.CRDs {
		var old []string
		severity := v1alpha1.SeverityWarning
		for _, version := range crd.Stored {
			api, ok := fluxver.LookupAPI(crd.Group, crd.Kind, version)
			if !ok || !api.Removed.Known() {
				continue
			}
			old = append(old, fmt.Sprintf("%s (removed in Flux %s)", version, api.Removed))
			if upgrading && pending.to.minor.AtLeast(api.Removed) || !slices.Contains(crd.Served, version) {
				severity = v1alpha1.SeverityError
			}
		}
		if len(old) == 0 {
			continue
		}
		evidence := "status.storedVersions has " + strings.Join(old, ", ")
		if upgrading {
			evidence += "; " + pending.to.said
		}
		p.report(finding{
			id:       model.ID{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition", Name: crd.Plural + "." + crd.Group},
			severity: severity,
			evidence: evidence,
			fix:      "flux migrate",
		})
	}
}
