package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var hr12 = Rule{
	ID:       "HR-12",
	Title:    "Drift was found and is not corrected",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Something in the cluster differs from the chart, and in mode warn helm-controller leaves it so.",
	Fix:      "Undo the change, or put it into the values; then set driftDetection.mode to enabled.",
	Guard:    "Only what the controller reports as Drifted.",
	Since:    "0.1.0",
	Page:     pageHelmRelease + "#drift-correction",
	Focus:    []string{"helm", "gitops"},
	check:    checkDrifted,
}

func checkDrifted(p *pass) {
	for object, spec := range specs[*fluxkind.HelmRelease](p.index) {
		drifted := object.Status.Condition("Drifted")
		if drifted == nil || drifted.Status != "True" || spec.DriftDetection == nil || spec.DriftDetection.Mode != "warn" {
			continue
		}
		p.report(finding{
			object: object, field: "spec.driftDetection.mode",
			evidence: fmt.Sprintf("%s%s: %s", drifted.Reason, p.sinceWords(drifted.LastTransitionTime), drifted.Message),
			fix:      fmt.Sprintf("kubectl -n %s get events --field-selector involvedObject.name=%s,reason=DriftDetected names the fields", object.Namespace, object.Name),
		})
	}
}
