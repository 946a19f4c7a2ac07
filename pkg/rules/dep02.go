package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var dep02 = Rule{
	ID:       "DEP-02",
	Title:    "A manifest uses a deprecated API version",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Flux still serves it, and a later release will not; then every build that holds the file fails.",
	Fix:      "Run flux migrate -f . in the clone and commit.",
	Guard:    "Only when the Flux in use is known and serves a newer version of the kind. A version that no known release removes is information.",
	Since:    "0.1.0",
	Page:     fluxcd + "/flux/cmd/flux_migrate/",
	Focus:    []string{"migration"},
	check:    checkDeprecatedAPIs,
}

func checkDeprecatedAPIs(p *pass) {
	for _, object := range p.objects {
		if !inGit(object) {
			continue
		}
		group, version := model.SplitAPIVersion(p.writtenVersion(object))
		api, ok := fluxver.LookupAPI(group, object.Kind, version)
		flux := p.fluxOf(object)
		if !ok || !flux.minor.Known() || !api.Served(flux.minor) {
			continue
		}
		newest := fluxver.Preferred(group, object.Kind, flux.minor)
		if newest == version {
			continue
		}
		severity, end := v1alpha1.SeverityInfo, "no release has removed it yet"
		if api.Removed.Known() {
			severity, end = v1alpha1.SeverityWarning, "Flux "+api.Removed.String()+" removes it"
		}
		p.report(finding{
			object: object, field: "apiVersion", severity: severity,
			evidence: fmt.Sprintf("%s/%s: %s; %s", group, version, end, flux.said),
			fix:      fmt.Sprintf("apiVersion: %s/%s", group, newest),
		})
	}
}
