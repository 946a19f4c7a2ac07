package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ntf04 = Rule{
	ID:       "NTF-04",
	Title:    "Every event wakes somebody up",
	Severity: v1alpha1.SeverityInfo,
	Why:      "Severity info sends successes too; a paging service turns each of them into an alarm.",
	Fix:      "Set spec.eventSeverity: error for Alerts to a paging service.",
	Guard:    "Only Providers of type opsgenie and pagerduty. A success closes the alarm there, so it is advice.",
	Since:    "0.1.0",
	Page:     pageAlert + "#event-severity",
	Focus:    []string{"monitoring"},
	check:    checkAlertSeverity,
}

func checkAlertSeverity(p *pass) {
	for object, spec := range specs[*fluxkind.Alert](p.index) {
		if spec.EventSeverity == "error" || spec.Suspended() {
			continue
		}
		for _, target := range p.targets(object, model.RelationProvider) {
			provider, ok := target.Spec.(*fluxkind.Provider)
			if !ok || provider.Type != "opsgenie" && provider.Type != "pagerduty" {
				continue
			}
			p.report(finding{
				object: object, field: "spec.eventSeverity",
				evidence: fmt.Sprintf("spec.eventSeverity is %s, and %s has type %s", orDefault(spec.EventSeverity, "absent, which means info"), target.ID, provider.Type),
				fix:      "eventSeverity: error",
			})
			break
		}
	}
}
