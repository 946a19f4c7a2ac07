package rules

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var ks13 = Rule{
	ID:       "KS-13",
	Title:    "Health check expressions are never evaluated",
	Severity: v1alpha1.SeverityWarning,
	Why:      "They refine the health of objects that are checked; without spec.wait or spec.healthChecks none is, and the Kustomization is ready whatever they say.",
	Fix:      "Set spec.wait: true, or name the objects in spec.healthChecks.",
	Guard:    "Without a cluster, objects that a patch may complete are left open.",
	Since:    "0.1.0",
	Page:     pageKustomization + "#health-check-expressions",
	Focus:    []string{"kustomize"},
	check:    checkIdleExpressions,
}

func checkIdleExpressions(p *pass) {
	for object, spec := range specs[*fluxkind.Kustomization](p.index) {
		if len(spec.HealthCheckExprs) == 0 || spec.Wait || len(spec.HealthChecks) > 0 {
			continue
		}
		if p.mayBePatched(object) {
			p.undecided(object, "spec.wait is absent, and a patch may set it")
			continue
		}
		p.report(finding{
			object: object, field: "spec.healthCheckExprs",
			evidence: "spec.healthCheckExprs is set, spec.wait and spec.healthChecks are not",
			fix:      "wait: true",
		})
	}
}
