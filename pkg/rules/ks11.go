package rules

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var ks11 = Rule{
	ID:       "KS-11",
	Title:    "Health checks are listed and then ignored",
	Severity: v1alpha1.SeverityInfo,
	Why:      "With spec.wait: true all objects are checked and spec.healthChecks is not read; who edits the list changes nothing.",
	Fix:      "Remove spec.healthChecks, or spec.wait.",
	Guard:    "None is needed.",
	Since:    "0.1.0",
	Page:     pageKustomization + "#wait",
	Focus:    []string{"kustomize"},
	check:    checkIgnoredHealthChecks,
}

func checkIgnoredHealthChecks(p *pass) {
	for object, spec := range specs[*fluxkind.Kustomization](p.index) {
		if spec.Wait && len(spec.HealthChecks) > 0 {
			p.report(finding{
				object: object, field: "spec.healthChecks",
				evidence: "spec.wait is true and spec.healthChecks names " + spec.HealthChecks[0].Kind + " " + spec.HealthChecks[0].Name,
				fix:      "remove spec.healthChecks",
			})
		}
	}
}
