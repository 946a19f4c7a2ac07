package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var dep01 = Rule{
	ID:       "DEP-01",
	Title:    "A manifest uses an API version that Flux has removed",
	Severity: v1alpha1.SeverityCritical,
	Why:      "The API server does not know the version, so the build that holds the file is refused as a whole: nothing of that Kustomization is applied.",
	Fix:      "Run flux migrate -f . in the clone, then look for the fields that vanish with the version (DEP-04), and commit.",
	Guard: "Critical when the cluster runs, or the folder of the cluster pins, a Flux that removed the version; a warning when nothing says which Flux " +
		"is used. Patches follow their target and are not counted.",
	Since: "0.1.0",
	Page:  fluxcd + "/flux/installation/upgrade/",
	Focus: []string{"migration", "troubleshooting"},
	check: checkRemovedAPIs,
}

func checkRemovedAPIs(p *pass) {
	for _, object := range p.objects {
		if object.Location.File == "" {
			continue
		}
		group, version := model.SplitAPIVersion(p.writtenVersion(object))
		api, ok := fluxver.LookupAPI(group, object.Kind, version)
		if !ok || !api.Removed.Known() {
			continue
		}
		flux := p.fluxOf(object)
		if flux.minor.Known() && !flux.minor.AtLeast(api.Removed) {
			continue // DEP-02 has it
		}
		target := fluxver.Preferred(group, object.Kind, flux.minor)
		severity := v1alpha1.Severity("")
		seen := fmt.Sprintf("%s was removed in Flux %s; %s", p.writtenVersion(object), api.Removed, flux.said)
		if !flux.minor.Known() {
			severity = v1alpha1.SeverityWarning
			target = fluxver.Preferred(group, object.Kind, api.Removed)
		}
		p.report(finding{
			object: object, field: "apiVersion", severity: severity,
			evidence: seen,
			fix:      fmt.Sprintf("apiVersion: %s/%s", group, target),
		})
	}
}
